#!/usr/bin/env bash
# timeline.sh - traces: of every strategy, checked, drawn; and bad ones refused.
# SPDX-License-Identifier: MIT
#
# The promises: a trace is JSON; slices on a line nest, without two beginning
# at once; every item is there once a round; what runs or waits does so inside
# of an item. Where only one may run, no two slices of any lines run at once.
# A sleep is a wait of just that long, and late wakening is runnable time.
set -u
# shellcheck source=bench/tests/tap.inc
. "$(dirname "$0")/tap.inc"

strategies=${STRATEGIES:-$(cat "$BUILD/strategies")}
strategies=${strategies//,/ }
timeline=$BUILD/timeline
trace=$scratch/trace

# Runs COMMAND: its exit status and its output stand in status, out and err.
status=0 out='' err=''
run() { # COMMAND...
    status=0
    timeout -k 5 60 "$@" > "$scratch/out" 2> "$scratch/err" || status=$?
    out=$(cat "$scratch/out")
    err=$(cat "$scratch/err")
}

# A question about the slices, times in whole nanoseconds.
# shellcheck disable=SC2016
slices='def ns: . * 1000 | round;
[.traceEvents[] | select(.ph == "X") |
    {tid, cat, name, core: .args.core, cpu: ((.args.cpu_us // 0) | ns),
     from: (.ts | ns), to: ((.ts | ns) + (.dur | ns)), length: (.dur | ns)}] |'
holds() { # NAME QUESTION
    ok "$1" jq -e "$slices $2" "$trace"
}
# When the rounds began.
rounds='[.traceEvents[] | select(.ph == "i") | .ts * 1000 | round]'
# No two of all running slices at the same moment.
# shellcheck disable=SC2016
alone='[.[] | select(.cat == "run")] | sort_by(.from) |
    . as $r | all(range(1; length); $r[.].from >= $r[. - 1].to)'

# ------------------------------------------------------- every strategy

for strategy in $strategies; do
    about=$("$BUILD/$strategy" --list --json | head -n 1)
    few=''
    # Coroutines that run several items each, and several in turn.
    if jq -e .inflight_option <<< "$about" > "$scratch/jq"; then
        few='wait --items 9 --rounds 2 --size 1 --inflight 2'
    fi
    while read -r arguments; do
        [ -n "$arguments" ] || continue
        # shellcheck disable=SC2086
        run "$BUILD/$strategy" $arguments --workers 3 --json \
            --trace "$trace"
        name="$strategy $arguments"
        if [ "$status" -eq 77 ]; then
            skip "$name" "$err"
            continue
        elif [ "$status" -ne 0 ]; then
            fail "$name" "status $status: $err"
            continue
        fi
        ok "$name: nests" "$timeline" --check "$trace"
        began=$(jq "$rounds | min" "$trace")
        ended=$((began + $(jq .wall_ns <<< "$out")))
        holds "$name: slices lie within the rounds" \
            "all(.[]; .from > $began and .to > .from and .to < $ended and
                 .cpu <= .length and .core >= 0)"
        if [ "$strategy" = gil ] || jq -e .one_worker <<< "$about" \
            > "$scratch/jq"; then
            holds "$name: one runs at a time" "$alone"
        fi
    done << ARGUMENTS
$few
wait --items 9 --rounds 2 --size 1
factorize --items 7 --size 20000
files --items 7 --size 2000
fib --items 3 --size 24
life --items 5 --rounds 4 --size 32
counter_mutex --items 6 --size 300
ARGUMENTS

    # A wait ends when it should; what comes after is runnable.
    run "$BUILD/$strategy" wait --items 6 --size 2 --workers 2 --trace "$trace"
    holds "$strategy: each sleep is a wait of its length" \
        '[.[] | select(.name == "await sleep") | .length] |
            length == 6 and all(.[]; . >= 2000000 and . <= 2001000)'
done

# -------------------------------------------------------------- runnable

run "$BUILD/gil" factorize --items 8 --workers 2 --switch-interval 200us \
    --trace "$trace"
holds "gil: who waits for the lock is runnable" \
    '[.[] | select(.name == "wait for the lock")] |
        length > 0 and all(.[]; .cat == "runnable")'
# shellcheck disable=SC2016
holds "gil: nearly all the time the other one waits for the lock" \
    '([.[] | select(.cat == "run") | .length] | add) as $run |
     ([.[] | select(.cat == "runnable") | .length] | add) > 0.3 * $run'

# Two busy threads on one core get no more than its time, whatever they took.
run "$BUILD/threads" factorize --items 40 --workers 2 --cores 1 --trace "$trace"
# shellcheck disable=SC2016
holds "one core: processor time within that of the core" \
    '([.[] | .to] | max) as $to | ([.[] | .from] | min) as $from |
     ([.[].cpu] | add) <= ($to - $from) * 1.01'
holds "one core: runs last longer than what they got" \
    '([.[] | select(.cat == "run") | .length] | add) > ([.[].cpu] | add) * 1.2'

# The sleepers of a loop are due together and go on one after the other.
run "$BUILD/event_loop" wait --items 200 --size 5 --trace "$trace"
holds "event_loop: who is due and has not gone on is runnable" \
    '[.[] | select(.cat == "runnable") | .length] |
        length >= 100'

run "$BUILD/gil" files --items 64 --size 20000 --workers 3 --trace "$trace"
holds "gil: whose file is written, and who has no lock, is runnable" \
    'any(.[]; .name == "runnable" and .cat == "runnable")'

# A ring tells of several at once; all but the first have to wait for their turn.
run "$BUILD/uring" files --items 64 --size 20000 --trace "$trace"
if [ "$status" -eq 77 ]; then
    skip "uring: who is done and has not gone on is runnable" "$err"
else
    holds "uring: who is done and has not gone on is runnable" \
        'any(.[]; .cat == "runnable")'
fi

# The thread that steals works on branches, not on items.
run "$BUILD/stealing" fib --items 1 --size 30 --workers 2 --trace "$trace"
ok "stealing: branches nest" "$timeline" --check "$trace"

# ------------------------------------------------------------ what a trace says

run "$BUILD/threads" gcd --items 4 --size 100 --rounds 3 --workers 2 \
    --trace "$trace"
is "the head tells what was run" "$(jq -c '.otherData |
    [.strategy, .kernel, .items, .rounds, .workers]' "$trace")" \
    '["threads","gcd",4,3,2]'
is "and the command" "$(jq -r .otherData.command "$trace")" \
    "$BUILD/threads gcd --items 4 --size 100 --rounds 3 --workers 2"
is "rounds are marked" \
    "$(jq -c '[.traceEvents[] | select(.ph == "i") | .name]' "$trace")" \
    '["round 0","round 1","round 2"]'
is "each worker has a name" "$(jq -r '.traceEvents[] |
    select(.name == "thread_name") | "\(.tid) \(.args.name)"' "$trace" |
    sort -u | paste -sd ,)" '0 worker 0,1 worker 1'
is "the check counts" "$("$timeline" --check "$trace")" \
    "$trace: 12 items, 24 slices, 2 lines"

# --------------------------------------------------- the check finds mistakes

cp "$trace" "$scratch/good"

# The good trace, changed, is refused with these words.
refuses() { # WORDS SED-COMMAND...
    local words=$1
    shift
    sed "$@" "$scratch/good" > "$scratch/bad"
    run "$timeline" --check "$scratch/bad"
    like "the check finds: $words" "$status $err" "^1 timeline: .*$words"
}
item=$(grep -n '"name":"item 2"' "$scratch/good" | head -n 1 | cut -d : -f 1)
refuses 'item 2 is missing' "${item}d"
refuses 'item 2 is missing, or another is too many' \
    "${item}s/\"item\":2/\"item\":1/"
refuses 'runs outside of any item' "${item}d"
refuses 'line 1 has no name' '/worker 1/d'
refuses 'is not JSON' "${item}s/,\$//"
refuses 'breaks off at line' "\$d"
refuses 'names the process 0 times' '/process_name/d'
refuses 'rounds begin instead of' '/"round 1"/d'

# --------------------------------------------------------- bad files, usage

one_line_and_2() { # NAME COMMAND...
    local name=$1
    shift
    run "$@"
    is "$name" "$status ${#out} $(wc -l < "$scratch/err")" "2 0 1"
}
: > "$scratch/empty"
echo 'no trace' > "$scratch/text"
echo '{"traceEvents":[]}' > "$scratch/other"
head -n 1 "$scratch/good" > "$scratch/head"
for file in nonesuch empty text other head; do
    one_line_and_2 "refused: $file" "$timeline" "$scratch/$file"
done
one_line_and_2 "refused: a directory" "$timeline" "$scratch"
one_line_and_2 "refused: --from x" "$timeline" --from x "$scratch/good"
one_line_and_2 "refused: --to before --from" "$timeline" --from 3 --to 2 \
    "$scratch/good"
one_line_and_2 "refused: --from after the end" "$timeline" --from 1e9 \
    "$scratch/good"
one_line_and_2 "refused: no such option" "$timeline" --nope "$scratch/good"

# Cut in the middle of a line, as when the program was killed.
head -c "$(($(wc -c < "$scratch/good") * 2 / 3))" "$scratch/good" \
    > "$scratch/killed"
run "$timeline" "$scratch/killed"
like "one that breaks off is drawn up to there" "$status $err" \
    '^0 timeline: .*: breaks off at line [0-9]+: drawn up to there$'
like "and says so in its heading" "$out" ', broken off'

# ------------------------------------------------------------------- tries

run "$timeline" --tries 2 threads factorize --items 4 --workers 2
cp "$scratch/out" "$scratch/tried"
ok "--tries prints a trace" "$timeline" --check "$scratch/tried"
is "of the program beside it" "$(jq -r .otherData.command "$scratch/tried")" \
    'threads factorize --items 4 --workers 2'

# A program that has lost so many of ten milliseconds, call after call.
mkdir -p "$scratch/beside/tmp"
cp "$timeline" "$scratch/beside/timeline"
cat > "$scratch/beside/fake" << 'FAKE'
#!/bin/sh
echo printed
cd "$(dirname "$0")" || exit 1
echo "$*" >> calls
lost=$(sed -n "$(wc -l < calls)p" losses)
[ "$lost" != fails ] || { echo 'fake: no' >&2; exit 7; }
while [ $# -gt 2 ]; do shift; done
{
    echo '{"displayTimeUnit":"ms","otherData":{"strategy":"s","kernel":"k"},"traceEvents":['
    echo '{"ph":"X","pid":1,"tid":0,"cat":"run","name":"run","ts":0.000,"dur":10000.000,"args":{"core":0,"cpu_us":'$((10 - lost))'000.000}}'
    echo ']}'
} > "$2"
FAKE
chmod +x "$scratch/beside/fake"
tries() { # NAME N LOSSES WANTED: lost in the trace printed, calls, status
    local name=$1 n=$2 losses=$3 wanted=$4
    printf '%s\n' "$losses" | tr ' ' '\n' > "$scratch/beside/losses"
    : > "$scratch/beside/calls"
    run env TMPDIR="$scratch/beside/tmp" "$scratch/beside/timeline" --tries "$n" fake a 'b c'
    is "$name" "$(jq '10 - .traceEvents[0].args.cpu_us / 1000' <<< "$out" |
        paste -sd ' ') $(wc -l < "$scratch/beside/calls") $status" "$wanted"
}
tries "all tries, and the one that has lost least" 3 '5 1 3 0' '1 3 0'
tries "none after one that has lost nothing" 9 '3 0 1' '0 2 0'
tries "a program that fails ends it, and prints nothing" 9 '5 fails 0' ' 2 7'
is "its arguments reach it" "$(sed 's/ --trace .*//' "$scratch/beside/calls" |
    sort -u)" 'a b c'
is "nothing is left behind" "$(ls "$scratch/beside/tmp")" ''
one_line_and_2 "refused: --tries 0" "$timeline" --tries 0 threads null
one_line_and_2 "refused: a program that is elsewhere" "$timeline" --tries 1 \
    ../threads null

# ------------------------------------------------------------------ stages

# Four items in two stages on three lines; line 2 changes its core.
staged() {
    echo '{"displayTimeUnit":"ms","otherData":{"strategy":"pipeline","kernel":"made_up","items":4,"rounds":1,"workers":3,"command":"x","machine":"m"},"traceEvents":['
    echo '{"ph":"i","s":"g","pid":1,"tid":0,"name":"round 0","ts":100.000},'
    for tid in 0 1 2; do
        echo "{\"ph\":\"M\",\"pid\":1,\"tid\":$tid,\"name\":\"thread_name\",\"args\":{\"name\":\"worker $tid\"}},"
    done
    for i in 0 1 2 3; do
        stage download "$i" $((i % 2)) $((200 + 3000 * (i / 2))) $((i % 2))
        stage resize "$i" 2 $((3300 + 2000 * i)) $((i % 2))
    done
    echo '{"ph":"M","pid":1,"tid":0,"name":"process_name","args":{"name":"x"}}'
    echo ']}'
}
stage() { # NAME ITEM TID TS CORE
    echo "{\"ph\":\"X\",\"pid\":1,\"tid\":$3,\"cat\":\"run\",\"name\":\"run\",\"ts\":$(($4 + 1)).000,\"dur\":1800.000,\"args\":{\"core\":$5,\"cpu_us\":1799.000}},"
    echo "{\"ph\":\"X\",\"pid\":1,\"tid\":$3,\"cat\":\"item\",\"name\":\"$1 $2\",\"ts\":$4.000,\"dur\":1900.000,\"args\":{\"core\":$5,\"item\":$2,\"stage\":\"$1\"}},"
}
staged > "$scratch/good"
is "an item may be there once in each stage" \
    "$("$timeline" --check "$scratch/good")" \
    "$scratch/good: 8 items, 16 slices, 3 lines"
refuses 'resize 3 is missing, or another is too many' \
    's/"name":"resize 3",\(.*\)"item":3/"name":"resize 2",\1"item":2/'
refuses 'a slice crosses another' 's/"dur":1900/"dur":1000/'
refuses 'two slices begin at once' 's/"ts":201.000/"ts":200.000/'
refuses 'runs or waits inside of a run or a wait' \
    -e 's/"cat":"item","name":"resize 1"/"cat":"run","name":"run"/' \
    -e 's/"item":1,"stage":"resize"/"cpu_us":1/'
refuses 'resize: 3 slices instead of 4' -e '/"name":"resize 3"/d' \
    -e 's/"cat":"run","name":"run","ts":9301/"cat":"runnable","name":"r","ts":9301/'
run "$timeline" "$scratch/good"
like "its row is named after the stage" "$out" 'worker 0, download, core 0'
like "a row of two cores says so" "$out" 'worker 2, resize, 2 cores'
like "and in its bars which" "$out" $'\t''1 c1'$'\t'
is "and marks where it moves" "$(awk '/^\$moves/ { on = 1; next }
    /^END/ { on = 0 } on { n++ } END { print n }' "$scratch/out")" 4

# ---------------------------------------------------------------- drawing

if ! command -v gnuplot > "$scratch/which"; then
    skip "pictures" "gnuplot is not installed"
    finish
fi
export BUILD
draw=scripts/timeline
odd="$scratch/a b'c\"d \$(e) é"
mkdir "$odd"
traces=()
for strategy in sequential threads gil event_loop processes; do
    "$BUILD/$strategy" factorize --items 8 --workers 2 \
        --trace "$odd/$strategy.trace" > "$scratch/out"
    traces+=("$odd/$strategy.trace")
done
ok "a picture beside its trace" "$draw" "$odd/gil.trace"
ok "is SVG" grep -q '</svg>' "$odd/gil.svg"
like "its title says what to see" "$(cat "$odd/gil.svg")" \
    'factorize under gil: who runs, who waits, when\?'
for words in running waiting runnable 'worker 1, core' 'usable cores' \
    'gil factorize --items 8 --workers 2<'; do
    ok "it holds: $words" grep -qF "$words" "$odd/gil.svg"
done
cp "$odd/gil.svg" "$scratch/first.svg"
ok "again" "$draw" "$odd/gil.trace"
ok "gives the same bytes" cmp "$odd/gil.svg" "$scratch/first.svg"
ok "PNG, for a name that ends so" "$draw" "$odd/gil.trace" "$odd/x.png"
is "is PNG" "$(head -c 4 "$odd/x.png" | tail -c 3)" PNG
ok "five panels" "$draw" "${traces[@]}" "$odd/five.svg"
for strategy in sequential threads gil event_loop processes; do
    ok "one is $strategy" grep -q "$strategy: [0-9.]* m\?s" "$odd/five.svg"
done
ok "a window" "$draw" --from 1 --to 2.5 "$odd/gil.trace" "$odd/window.svg"

"$BUILD/event_loop" wait --items 60 --size 3 --trace "$trace" > "$scratch/out"
ok "many rows" "$draw" "$trace" "$scratch/many.svg"
ok "say how many more there are" grep -q 'and 21 more' "$scratch/many.svg"

run "$draw" "$scratch/text" "$scratch/none.svg"
is "a bad trace: one line, status 2, no picture" \
    "$status $(wc -l < "$scratch/err") $(find "$scratch" -name none.svg)" '2 1 '
run "$draw" "$trace" "$scratch/nonesuch/x.svg"
is "no place for the picture: status 1" "$status" 1
run "$draw"
is "no trace: usage" "$status" 2

finish
