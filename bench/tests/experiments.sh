#!/usr/bin/env bash
# experiments.sh - plans come from files, and wrong files are refused.
# SPDX-License-Identifier: MIT
#
# fixtures/plan_quick holds the commands of three experiments in the quick plan
# on two cores: role, strategy, arguments. Whoever changes what is measured
# changes it on purpose: REWRITE=1 bench/tests/experiments.sh writes it anew.
set -u
# shellcheck source=bench/tests/tap.inc
. "$(dirname "$0")/tap.inc"

sweep=$BUILD/sweep
if ! command -v hyperfine > /dev/null; then
    skip "experiments" "no hyperfine here"
    finish
fi

# ------------------------------------------------------------ what is refused

mkdir "$scratch/bad"
refused() { # NAME WHERE-AND-WHY LINE...
    local name=$1 why=$2 status=0
    shift 2
    {
        printf '%s\n' 'title: a' 'question: b' 'chart: lines'
        printf '%s\n' "$@"
    } > "$scratch/bad/one.experiment"
    "$sweep" plan --build "$BUILD" --directory "$scratch/bad" \
        > "$scratch/out" 2> "$scratch/err" || status=$?
    if [ $status -eq 2 ] && [ ! -s "$scratch/out" ] &&
        [ "$(wc -l < "$scratch/err")" -eq 1 ] &&
        [[ $(cat "$scratch/err") =~ ^sweep:\ .*/(one|two)\.experiment$why ]]
    then
        pass "refused: $name"
    else
        fail "refused: $name" "status $status"$'\n'"$(cat "$scratch/err")"
    fi
}

refused 'a line without a colon' ':4: no colon' 'arm'
refused 'a key that nobody knows' ":4: unknown key 'colour'" 'colour: red'
refused 'a key given twice' ':4: title: given in line 1' 'title: b'
refused 'an unknown plan' ":4: plan: 'slow' is none of: both, full" 'plan: slow'
refused 'a rank of 10' ":4: rank: '10' is none of" 'rank: 10'
refused 'neither yes nor no' ':4: xlog: .* neither yes nor no' 'xlog: 1'
refused 'an arm without a kernel' ':4: no kernel=' 'arm: strategy=threads'
refused 'an arm without a strategy' ':4: no strategy=' 'arm: kernel=hash'
refused 'a setting that nobody knows' ":4: unknown name 'kernels='" \
    'arm: kernels=hash strategy=threads'
refused 'a kernel that nobody knows' ":4: no such kernel: 'hush'" \
    'arm: kernel=hush strategy=threads'
refused 'the same, after one that is there' ":4: no such kernel: 'hush'" \
    'arm: kernel=hash|hush strategy=threads'
refused 'a set of kernels that nobody knows' ":4: no such kernel: '@gpu'" \
    'arm: kernel=@gpu strategy=threads'
refused 'the same, taken away' ":4: no such kernel: 'hush'" \
    'arm: kernel=@cpu,-hush strategy=threads'
refused 'a strategy that nobody knows' ":4: no such strategy: 'fibers'" \
    'arm: kernel=hash strategy=fibers'
refused 'the same, taken away' ":4: no such strategy: 'fibers'" \
    'arm: kernel=hash strategy=@all,-fibers'
refused 'a judge that nobody knows' ":4: no such strategy: 'god'" \
    'arm: kernel=hash strategy=threads judge=god'
refused 'a number that is none' ":4: no such number: 'two'" \
    'arm: kernel=hash strategy=threads workers=two'
refused 'a set of numbers that is none' ':4: workers=: .@some. is no number' \
    'arm: kernel=hash strategy=threads workers=@some'
refused 'half a worker' ':4: workers=: 0.5 is not a whole number' \
    'arm: kernel=hash strategy=threads workers=0.5'
refused 'no worker' ':4: workers=: 0 is not a whole number' \
    'arm: kernel=hash strategy=threads workers=0'
refused 'a quote without its end' ':4: a double quote' \
    'arm: kernel=hash strategy=openmp options="--schedule static'
refused 'two arms of one name' ':5: one/hash/openmp/2: another arm has this' \
    'arm: kernel=hash strategy=openmp workers=2' \
    'arm: kernel=hash strategy=openmp workers=2 options="--schedule static"'
refused 'a wrong line that this plan does not have' ':4: no such kernel' \
    'full arm: kernel=hush strategy=threads'
refused 'once without a file' ':4: once: not FILE = COMMAND' 'once: = true'
refused 'once without a command' ':4: once: not FILE = COMMAND' 'once: a ='
refused 'once in another directory' ':4: once: .* has a directory' \
    'once: a/b = true'
refused 'once in a hidden file' ':4: once: not FILE = COMMAND' 'once: .a = true'
refused 'once in a hidden file among the traces' ':4: once: not FILE' \
    'once: traces/.a = true'
refused 'once below the traces' ':4: once: .* has a directory' \
    'once: traces/a/b = true'
refused 'a part that is no name' ":4: part: 'a b' is no name" 'part: a b'
refused 'an order that is no number' ":4: order: 'first' is not a whole" \
    'order: first'
refused 'an order that is too high' ":4: order: '1000' is not a whole" \
    'order: 1000'
refused 'a bound that nobody draws' ":4: bound: 'sky' is none of: ideal, one" \
    'bound: sky'
refused 'the name of a bound without one' ':4: bound name: there is no .bound:' \
    'bound name: the ideal'
refused 'charts for each of something else' ":4: each: 'core' is none of" \
    'each: core'
refused 'drawing a kernel that nobody knows' ":4: kernels: no such kernel: 'hu" \
    'kernels: hash, hush'
refused 'the arms of an experiment that is not there' \
    ":4: uses: no such experiment: 'two'" 'uses: two'
refused 'the arms of one that has none' ":4: uses: 'one' has no arms itself" \
    'uses: one'
refused 'arms beside those of another' ':5: arm: it has .uses: two., and so no' \
    'uses: two' 'arm: kernel=hash strategy=threads'
printf 'title: a\nquestion: b\nchart: costs\n' > "$scratch/bad/two.experiment"
refused 'a chart from a file that nothing makes' '' # of the second file
like "and it says why" "$(cat "$scratch/err")" \
    'two.experiment:3: chart: costs is drawn from a file, and there is no `once'
rm "$scratch/bad/two.experiment"

said() { # OPTION...: the one line and the status
    local status=0
    "$sweep" plan --build "$BUILD" "$@" > "$scratch/out" 2> "$scratch/err" ||
        status=$?
    echo "$(cat "$scratch/err") status $status"
}
like "no such experiment" "$(said --experiment nonesuch)" \
    "--experiment: 'nonesuch': no such.*status 2"
like "no such directory" "$(said --directory "$scratch/none")" \
    'none: No such file or directory.*status 2'
mkdir "$scratch/empty"
like "no experiment in it" "$(said --directory "$scratch/empty")" \
    'no file in it ends in .experiment.*status 2'

# --------------------------------------------------------- what comes of it

mkdir "$scratch/good"
cat > "$scratch/good/one.experiment" << 'END'
# a comment
title: One
question: What comes of it?
chart: lines
x: workers
y: elapsed_s
xlog: yes
arm: kernel=gcd,hash strategy=threads,sequential size=100 items=8 workers=1,2
arm: kernel=hash strategy=openmp size=100 items=4*@most workers=@most cores=@most options="--schedule static" series="one by one" x=2.5 base=yes
quick arm: kernel=wait strategy=event_loop,threads,sequential items=6 size=1 inflight=2,4
full arm: kernel=spawn strategy=threads items=2 options="--mode sleep"
kernels arm: kernel=@cpu strategy=gil items=2
strategies arm: kernel=hash strategy=@waiting items=3
once: hello.txt = echo hello
once: kernels.txt = build/sequential --list
once: fails.txt = echo why >&2; exit 3
once: silent.txt = true
full once: full.txt = echo full
END
cat > "$scratch/good/two.experiment" << 'END'
title: Two
question: And of this?
chart: none
plan: full
arm: kernel=gcd strategy=threads items=2 judge=processes
END
# The plan, into $scratch/plan; --log and what is before the strategy go away.
plan() { # OPTION...
    "$sweep" plan --build "$BUILD" --directory "$scratch/good" "$@" \
        2> "$scratch/err" | sed "s| --log [^	]*||" > "$scratch/plan"
}
# These columns of the arms that the files name.
cells() { # COLUMN...
    awk -F '\t' -v names="$*" '
        NR == 1 {
            for (i = 1; i <= NF; i++)
                at[$i] = i
            n = split(names, name, " ")
            next
        }
        $at["role"] == "plan" {
            line = ""
            for (i = 1; i <= n; i++)
                line = line (i > 1 ? " " : "") $at[name[i]]
            print line
        }' "$scratch/plan"
}

plan --cores 1
is "the new columns come last" "$(head -n 1 "$scratch/plan" | cut -f 10-)" \
    $'command\texperiment\tseries\tx\tsize\tbase\tsame'
is "arms: a product of lists, and what is alike is one arm" "$(cells arm)" \
    'one/gcd/sequential/1
one/gcd/threads/1
one/gcd/threads/2
one/hash/openmp/one-by-one/2.5
one/hash/sequential/1
one/hash/threads/1
one/hash/threads/2
one/wait/event_loop/2
one/wait/event_loop/4
one/wait/sequential/1
one/wait/threads/2
one/wait/threads/4'
is "each with its line in the chart" \
    "$(cells strategy experiment series x size base workers cores items |
        grep -E 'openmp|event_loop.*4|threads' | sort -u | grep -v ' 1 100')" \
    "$(printf '%s\n' "event_loop one event_loop 4 1 no 1 N 6" \
        'openmp one one by one 2.5 100 yes 1 1 4' \
        'threads one threads 2 1 no 2 N 6' \
        'threads one threads 2 100 no 2 N 8' \
        'threads one threads 4 1 no 4 N 6' |
        sed "s/ N / $("$BUILD/threads" --topology | tr ',' '\n' | wc -l) /")"
like "and its command" "$(cells command | grep openmp)" \
    "/openmp hash --items 4 --size 100 --schedule static --workers 1 --cores 1 --expect [0-9a-f]{16}\$"
like "items in flight, as the strategy has them" \
    "$(cells command | grep event_loop | tail -n 1)" \
    '/event_loop wait --items 6 --size 1 --workers 1 --inflight 4 --expect'
plan --cores 1 --plan full
is "the full plan has its own lines, and both files" \
    "$(cells arm | grep -v hash)" \
    'one/gcd/sequential/1
one/gcd/threads/1
one/gcd/threads/2
one/spawn/threads/1
two/gcd/threads/1'
like "an option of the kernel counts for the right answer" \
    "$(cells command | grep spawn)" \
    "--mode sleep .*--expect $("$BUILD/sequential" spawn --items 2 \
        --mode sleep --json | jq -r .digest)"
cat > "$scratch/good/three.experiment" << 'END'
title: Three
question: And with the arms of another?
part: both
uses: two
chart: lines
plan: full
END
plan --cores 1
is "who is not asked for takes no arms along" "$(cells arm | grep two)" ''
plan --cores 1 --experiment three
is "whose arms are used, those are planned" "$(cells arm)" two/gcd/threads/1
plan --cores 1 --plan full
is "and once only" "$(cells arm | grep -c two)" 1
sed -i '1i part: both' "$scratch/good/two.experiment"
plan --cores 1 --experiment both
is "a part is all that belong to it" "$(cells arm)" two/gcd/threads/1
rm "$scratch/good/three.experiment"
plan --cores 1 --experiment two
is "one experiment alone" "$(cells arm)" two/gcd/threads/1
is "and what every plan has" \
    "$(awk -F '\t' '$3 != "plan" && NR > 1 { print $1 }' "$scratch/plan")" \
    $'blank/null/threads/1\ntwin/gcd/threads/1'
plan --cores 1 --kernels gcd
is "with kernels asked for: their lines, and no others" "$(cells arm)" \
    'one/gcd/gil/1
one/gcd/sequential/1
one/gcd/threads/1
one/gcd/threads/2'
plan --cores 1 --strategies event_loop,gil
is "with strategies asked for: the same, and the base" "$(cells arm)" \
    'one/gcd/sequential/1
one/hash/event_loop/1
one/hash/sequential/1
one/wait/event_loop/2
one/wait/event_loop/4
one/wait/sequential/1'

cat > "$scratch/good/three.experiment" << 'END'
title: Three
question: What do two experiments have in common?
order: 5
chart: lines
arm: kernel=hash,gcd,-gcd strategy=threads size=100 items=8 workers=2 cores=1
arm: kernel=hash strategy=threads size=100 items=8 workers=3 cores=1
END
cat > "$scratch/good/four.experiment" << 'END'
title: Four
question: What do two experiments have in common?
order: 4
chart: lines
arm: kernel=hash strategy=threads size=100 items=8 workers=2 cores=1
END
plan --cores 1 --experiment four,three
is "a kernel can be taken away, and one command is run for two arms" \
    "$(cells arm same)" \
    $'four/hash/threads/2 \nthree/hash/threads/2 four/hash/threads/2
three/hash/threads/3 '
"$sweep" plan --build "$BUILD" --directory "$scratch/good" --costs --cores 1 \
    --experiment four,three > "$scratch/costs" 2> "$scratch/err"
is "what it costs: an arm that is not run costs nothing" \
    "$(awk '/dearest/ { exit } NF > 3 { print $2, $3, $4 }' "$scratch/costs" |
        sort)" \
    $'1 blank null\n1 four hash\n1 three hash\n1 twin hash\narms experiment kernel'
is "the dearest come first" "$(awk '/dearest/ { on = 1; next }
    on { if (n++ && $1 > last) print "up"; last = $1 } END { print n }' \
    "$scratch/costs")" 4
status=0
run=$("$sweep" run --build "$BUILD" --directory "$scratch/good" --cores 1 \
    --results "$scratch/results" --experiment four,three --blocks 2 \
    2> "$scratch/err") || status=$?
# A block may have been disturbed, and then there is one more.
blocks=$(jq -s 'map(.block) | max' "$run/samples.jsonl")
is "one sample in a block for both" "$status $(jq -r 'select(.block > 0).arm' \
    "$run/samples.jsonl" | grep 'hash/threads/2' | grep -v twin | sort | uniq -c |
    tr -s ' ')" "0  $blocks four/hash/threads/2"
is "and both have a row" "$("$BUILD/stats" summary "$run"
    awk -F , '$4 == "threads" && $2 == "plan" { print $5, $9, ($10 > 0) }' \
        "$run/summary.csv")" "$(printf '%s '"$blocks"' 1\n' 2 2 3)"
is "session.json has them in the order of the report" \
    "$(jq -c '[.experiments[].name]' "$run/session.json")" '["four","three"]'
sed -i 's/^order: 4/order: 6/' "$scratch/good/four.experiment"
run=$("$sweep" run --build "$BUILD" --directory "$scratch/good" --cores 1 \
    --results "$scratch/results" --experiment four,three --blocks 1 \
    2> "$scratch/err")
is "not in that of their names" \
    "$(jq -c '[.experiments[].name]' "$run/session.json")" '["three","four"]'
rm "$scratch/good/three.experiment" "$scratch/good/four.experiment"

# --------------------------------------------------------------- lessons

mkdir "$scratch/lessons"
cat > "$scratch/lessons/own.lesson" << 'END'
id: own
claim: A lesson has arms of its own.
source: nowhere
then: nothing
arm: kernel=hash strategy=threads items=3 workers=2
a: strategy=threads
holds: > 0
END
sed '/^arm/d' "$scratch/lessons/own.lesson" > "$scratch/lessons/other.lesson"
sed 's/hash/hush/; s/^then.*/lacks: such a kernel/' \
    "$scratch/lessons/own.lesson" > "$scratch/lessons/later.lesson"
plan --cores 1 --experiment own
is "a lesson's own arms, by its name" "$(cells arm experiment chart)" \
    'own/hash/threads/2 own none'
plan --cores 1 --experiment lessons
is "the same by the name of all" "$(cells arm)" 'own/hash/threads/2'
plan --cores 1 --plan full
like "and in the full plan" "$(cells arm)" 'own/hash/threads/2'
plan --cores 1
like "and in the quick one" "$(cells arm)" 'own/hash/threads/2'
plan --cores 1 --kernels hash
is "but not among some kernels" "$(cells arm | grep own)" ''
plan --cores 1 --strategies threads
is "nor among some strategies" "$(cells arm | grep own)" ''
like "a lesson without arms is no experiment" \
    "$(said --directory "$scratch/good" --experiment other)" \
    "'other': no such experiment.*status 2"
sed -i 's/hash/hush/' "$scratch/lessons/own.lesson"
like "a wrong arm of a lesson is refused" \
    "$(said --directory "$scratch/good")" \
    "own.lesson:5: no such kernel: 'hush' status 2"
rm -r "$scratch/lessons"

# ------------------------------------------------------------ short of time

cat > "$scratch/good/one.experiment" << 'END'
title: Ranks
question: What goes first?
chart: lines
arm: kernel=wait strategy=threads items=1 size=1200 x=1
arm: kernel=wait strategy=threads items=1 size=1500 x=2 rank=2 goes="the %k of two"
arm: kernel=wait strategy=threads items=1 size=1400 x=3 rank=2 goes="three"
arm: kernel=wait strategy=threads items=1 size=1100 x=4 rank=7 goes="four"
END
sed 's/items=2/items=1 rank=5/; s/plan: full//; s/kernel=gcd/kernel=wait size=1000/' \
    "$scratch/good/two.experiment" > "$scratch/two"
grep . "$scratch/two" > "$scratch/good/two.experiment"
# Of the seconds, seven or so go into finding the right answers; the rest has
# to hold nine blocks, a tenth of one, and a tenth more.
left() { # SECONDS OPTION...: the arms that are left, and who went before
    plan --cores 1 --budget "$@"
    cells x experiment | paste -sd ' '
    sed -n 's/.*left out \(.*\); .*/\1/p' "$scratch/err" | paste -sd ','
}
is "time for all: all stay" "$(left 600)" '1 one 2 one 3 one 4 one 1 two'
is "the highest rank goes first" "$(left 63)" \
    $'1 one 2 one 3 one 1 two\nfour'
is "then the next one, an experiment as a whole" "$(left 53)" \
    $'1 one 2 one 3 one\nfour,experiment two'
is "of one rank what costs most" "$(left 40)" \
    $'1 one 3 one\nfour,experiment two,the wait of two'
is "and what stays, stays" "$(left 1)" \
    $'1 one\nfour,experiment two,the wait of two,three'
is "what is asked for by name stays as well" "$(left 1 --experiment two)" \
    '1 two'

# ----------------------------------------------------------------- once

cat > "$scratch/good/one.experiment" << 'END'
title: Once
question: What is run once?
order: 7
y name: how long it took
chart: costs
arm: kernel=null strategy=threads items=5
once: traces/a.json = echo there
once: hello.txt = echo hello
once: kernels.txt = build/sequential --list
once: fails.txt = echo why >&2; exit 3
once: silent.txt = true
once: plan.tsv = echo mine
full once: full.txt = echo full
END
status=0
run=$("$sweep" run --build "$BUILD" --directory "$scratch/good" --cores 1 \
    --results "$scratch/results" --experiment one --blocks 1 \
    2> "$scratch/err") || status=$?
is "what fails once does not fail the sweep" $status 0
is "what it prints is kept" "$(cat "$run/hello.txt")" hello
is "build/ is where the programs are" "$(cat "$run/kernels.txt")" \
    "$("$BUILD/sequential" --list)"
is "what fails, or is silent, leaves one line and no file" \
    "$(grep once "$scratch/err"
        find "$run" -name fails.txt -o -name silent.txt -o -name full.txt)" \
    'sweep: once: fails.txt: not made: exit status 3: why
sweep: once: silent.txt: not made: printed nothing'
is "no file of the run is written over" "$(head -c 4 "$run/plan.tsv")" arm$'\t'
is "also among the traces" "$(cat "$run/traces/a.json")" there
is "session.json has what charts need" "$(jq -c '.experiments[] |
    [.name, .title, .question, .chart, .x, .y, .xlog, (.once | length), .part,
        .order, .y_name, .right, .right_name, .uses, .bound, .bound_name,
        .kernels, .each]' \
    "$run/session.json")" \
    '["one","Once","What is run once?","costs",null,null,false,6,"one",7,"how long it took",null,null,null,null,null,null,null]'
rm "$run/hello.txt"
"$sweep" run --build "$BUILD" --directory "$scratch/good" --cores 1 \
    --results "$scratch/results" --experiment one --blocks 2 --resume \
    > "$scratch/out" 2> "$scratch/err"
is "a resumed sweep makes what is missing" \
    "$(cat "$run/hello.txt") $(wc -l < "$scratch/out")" 'hello 1'

# ------------------------------------------------------------- the same work

sized() { # SIZE-OF-THREADS: the speedup of threads over sequential
    local at=$scratch/sized block
    mkdir -p "$at"
    {
        printf 'arm\tchart\trole\tstrategy\tkernel\tbound\tworkers\tcores'
        printf '\titems\tcommand\texperiment\tseries\tx\tsize\n'
        printf 'a\tlines\tplan\tsequential\tgcd\tcpu\t1\t1\t8\tx\te\ts\t1\t5\n'
        printf 'b\tlines\tplan\tthreads\tgcd\tcpu\t2\t2\t8\tx\te\tt\t2\t%s\n' "$1"
    } > "$at/plan.tsv"
    for block in 1 2 3 4 5 6; do
        printf '{"session":"s","block":%d,"arm":"a","verdict":"ok","wall_ns":2000000,"inside":{"items":8,"rounds":1,"wall_ns":1000000,"inflight":1},"outside":{},"flags":[]}\n' $block
        printf '{"session":"s","block":%d,"arm":"b","verdict":"ok","wall_ns":2000000,"inside":{"items":8,"rounds":1,"wall_ns":500000,"inflight":2},"outside":{},"flags":[]}\n' $block
    done > "$at/samples.jsonl"
    echo '{"cpu": "Example", "cores": 2}' > "$at/machine.json"
    "$BUILD/stats" summary "$at" 2> "$scratch/err"
    awk -F , 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
        $at["strategy"] == "threads" { print $at["speedup"] }' "$at/summary.csv"
}
is "equal sizes are divided" "$(sized 5)" 2
is "other sizes are not" "$(sized 6)" ''
is "summary.csv says of which experiment, and where in its chart" \
    "$(sed -n '1p;$p' "$scratch/sized/summary.csv" | grep -oE '(,[^,]*){4}$')" \
    $',experiment,series,x,size\n,e,t,2,6'
is "a row for what has no chart" "$("$BUILD/stats" rows "$scratch/sized" lines |
    sed -n '$p' | cut -f 1-8)" $'e\tgcd\tthreads\t2\t2\tt\t2\t6'

# ------------------------------------------------------- the plan as recorded

# What both know: this build may lack some kernels, or have new ones.
known() { # FILE
    awk -v kernels="$("$BUILD/sequential" --list --json |
        jq -r 'select(.kernel).kernel' | paste -sd ' ')" \
        -v strategies="$(paste -sd ' ' "$BUILD/strategies")" '
        BEGIN {
            n = split(kernels " " strategies, list, " ")
            for (i = 1; i <= n; i++)
                have[list[i]] = 1
            while ((getline line < "bench/tests/fixtures/plan_quick") > 0) {
                split(line, word, " ")
                then[word[2]] = then[word[3]] = 1
            }
        }
        ($2 in have) && ($3 in have) && ($2 in then) && ($3 in then)' "$1" |
        sort
}
two=$(taskset -cp $$ | sed 's/.*: //' | tr ',' '\n' | awk -F - '
    { for (i = $1; i <= $NF; i++) print i }' | head -n 2 | paste -sd ,)
if [[ $two != *,* ]]; then
    skip "the plan of all experiments" "the record is of two cores"
    finish
fi
taskset -c "$two" "$sweep" plan --build "$BUILD" --cores 1,2 --budget 1000000 \
    --experiment speedup,inflight,races 2> "$scratch/err" |
    awk -F '\t' -v build="$BUILD/" 'NR > 1 {
        sub(/ --expect [0-9a-f]*/, "", $10)
        sub(/ --log .*/, "", $10)
        print $3, substr($10, length(build) + 1) }' > "$scratch/quick"
[ -z "${REWRITE:-}" ] || sort "$scratch/quick" > bench/tests/fixtures/plan_quick
is "the quick plan is as recorded" \
    "$(diff <(known bench/tests/fixtures/plan_quick) <(known "$scratch/quick") |
        head -n 20)" ''
is "and it is not empty" "$(($(known "$scratch/quick" | wc -l) > 100))" 1
is "every file is planned, in full" \
    "$(taskset -c "$two" "$sweep" plan --build "$BUILD" --budget 1000000 \
        --experiment "$(basename -s .experiment scripts/experiments/*.experiment |
            paste -sd ,)" 2> "$scratch/err" |
        awk -F '\t' 'NR > 1 && $11 != "" { print $11 }' | sort -u)" \
    "$(grep -l arm: scripts/experiments/*.experiment |
        xargs basename -s .experiment | sort)"

finish
