#!/usr/bin/env bash
# faults.sh - whatever a strategy does wrong, it never gets a time.
# SPDX-License-Identifier: MIT
#
# Plants wrong strategies between honest ones: fixtures/fault_*.c, linked
# with the harness, which has to catch them, and executables that lie about what
# the harness has found, which the sweep has to catch. A whole sweep runs
# over all of them; in the end no chart and no table may have a time of theirs,
# and the honest ones all of theirs.
# Not caught, because nothing outside can see it: a program that knows the
# right digest and does not do the work.
set -u
# shellcheck source=bench/tests/tap.inc
. "$(dirname "$0")/tap.inc"

if [ "$BUILD" != build ]; then
    skip "planted faults" "only tried in the plain build"
    finish
fi
if ! command -v hyperfine > /dev/null; then
    skip "planted faults" "no hyperfine here"
    finish
fi
if [ "$(build/threads --topology | tr ',' '\n' | wc -l)" -lt 2 ]; then
    skip "planted faults" "two workers are needed"
    finish
fi

# ------------------------------------------------------------- the programs

# A copy of the tree with few honest strategies, so that little is built.
copy=$scratch/copy
mkdir "$copy"
tar -cf - --exclude=./results --exclude=./.git . | tar -xf - -C "$copy"
for file in "$copy"/bench/*.c; do
    case ${file##*/} in
    sequential.c | threads.c | processes.c) ;;
    *) rm "$file" ;;
    esac
done
# Only this experiment names none of the strategies that are gone, but for those
# that it takes away from a set; no lesson.
find "$copy/scripts/experiments" -type f ! -name 'speedup.*' -delete
sed -i 's/,-[a-z_]*//g' "$copy/scripts/experiments/speedup.experiment"
rm -r "$copy/scripts/lessons"
cp bench/tests/fixtures/fault_*.c "$copy/bench/"
sed 's/"--items 1000000"/"--items 2000"/' bench/tests/fixtures/kernel_squares.c \
    > "$copy/kernels/squares.c"
cd "$copy" || exit 1
ok "it builds with them" make -j2 all build/sweep build/stats

# An executable that runs `threads` in earnest and lies about it. Its name
# says how. The blank runs of `null` are as honest as those of others.
cat > build/liar << 'SCRIPT'
#!/usr/bin/env bash
here=$(dirname "$0") name=$(basename "$0") log=/dev/null options=()
if [ "$1" = --list ]; then
    "$here/threads" "$@" | sed "1s/\"threads\"/\"$name\"/"
    exit
fi
[ "$1" != null ] || name=honest
while [ $# -gt 0 ]; do
    case $1 in
    --log) log=$2; shift ;;
    --expect) shift ;;
    *) options+=("$1") ;;
    esac
    shift
done
[ "$name" != lie_seed ] || options+=(--seed 7)
row=$("$here/threads" "${options[@]}" --json) || exit
edit() { row=$(jq -c "$1" <<< "$row"); }
edit ".strategy = \"$(basename "$0")\""
case $name in
lie_digest) edit '.digest |= .[:15] + (if .[15:] == "0" then "1" else "0" end)' ;;
lie_kernel) edit '.kernel = "gcd"' ;;
lie_items) edit '.items = 1' ;;
lie_workers) edit '.workers = 1' ;;
lie_clock) edit '.wall_ns = 3600000000000' ;;
lie_half) row=${row:0:100} ;;
lie_garbage)
    head -c 100000 /dev/urandom
    row=$(head -c 1000 /dev/urandom | tr '\0' '?')
    ;;
lie_silent) exit 0 ;;
lie_twice) echo "$row" >> "$log" ;;
esac
echo "$row" >> "$log"
[ "$name" != lie_status ] || exit 1
SCRIPT
chmod +x build/liar
lies="lie_seed lie_digest lie_kernel lie_items lie_workers lie_clock lie_half \
lie_garbage lie_silent lie_twice lie_status"
for name in $lies; do
    ln build/liar "build/$name"
    echo "$name" >> build/strategies
done

# ------------------------------------------------------------- the sweep

status=0
export FAULT_TRUTH=$copy/truth
# shellcheck disable=SC2094 # `run` is a command here, and a file there
build/sweep run --kernels squares --cores 2 \
    --strategies "$(paste -sd , build/strategies)" --blocks 3 --limit 1 \
    > run 2> err < /dev/null || status=$?
run=$(cat run)
is "the sweep ends with status 1" $status 1
build/stats summary "$run" 2> /dev/null
build/stats chart "$run" > charts 2> /dev/null
is "there is a chart" "$(cat charts)" speedup-squares

# The samples of a strategy's arms in the plan, but for blanks and warm-up.
samples() { # STRATEGY
    jq -c --arg s "/$1/" 'select(.role != "blank" and .block > 0 and
        (.arm | contains($s)))' "$run/samples.jsonl"
}
blocks=$(jq -s 'map(.block) | max' "$run/samples.jsonl")

for name in sequential threads processes; do
    is "$name is honest and has a time in every block" \
        "$(samples $name | jq -r 'select(.role == "plan" and .verdict == "ok" and
            .wall_ns > 0).block' | wc -l)" "$blocks"
    is "$name has a speedup" "$(awk -F , -v s=$name 'NR == 1 {
        for (i = 1; i <= NF; i++) at[$i] = i; next }
        $at["role"] == "plan" && $at["strategy"] == s { print $at["verdict"],
            ($at["speedup"] > 0) }' "$run/summary.csv")" "ok 1"
done

# Nothing that a faulty strategy did has left a number.
no_time() { # STRATEGY
    awk -F , -v s="$1" '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
        $at["strategy"] != s || $at["role"] == "blank" { next }
        { arms++
          for (i in at)
            if (i ~ /_s$|speedup|self|efficiency|cost|lost|twin|rate_/ &&
                i != "blank_start_s" && $at[i] != "") print i "=" $at[i]
          if ($at["verdict"] == "ok" || $at["verdict"] == "") print "no verdict"
          if ($at["reason"] == "") print "no reason" }
        END { if (!arms) print "no row in summary.csv" }' "$run/summary.csv"
}

# A chart names what it draws in its block $rows, and what it cannot draw in
# its block $missing.
points() { # STRATEGY: how many lines the charts draw for it
    awk -F '\t' -v s="$1" '/^\$rows / { on = 1; next } /^END/ { on = 0 }
        on && $6 == s { n++ } END { print n + 0 }' "$run"/charts/*.dat
}
series=$(awk '/^lines_n = / { print $3 }' "$run/charts/speedup-squares.dat")

# planted NAME VERDICT REASON - as extended regular expressions.
planted() {
    local verdicts
    verdicts=$(samples "$1" | jq -r '"\(.verdict): \(.reason)"' | sort -u)
    is "$1: no run has a time" \
        "$(samples "$1" | jq -c 'select(.verdict == "ok" or .wall_ns != null)' |
            wc -l)" 0
    like "$1: the verdict and why" "$verdicts" "^($2): .*($3)[^"$'\n'"]*$"
    is "$1: no number in summary.csv" "$(no_time "$1")" ''
    is "$1: no line in the chart" "$(points "$1")" 0
}
wrong='wrong-digest|exit-1'
planted fault_chunk "$wrong" '[0-9]+ items ran instead of 2000'
planted fault_overlap "$wrong" 'items ran instead of 2000'
planted fault_exit harness-error 'left no row'
planted fault_signal signal-11 'Segmentation fault'
planted fault_hang timeout 'still running after'
planted fault_daemon leaked-children 'left behind'
planted lie_seed wrong-digest 'expected [0-9a-f]{16}'
planted lie_digest wrong-digest 'expected [0-9a-f]{16}'
for name in lie_kernel lie_items lie_workers lie_clock; do
    planted $name harness-error 'about another run'
done
for name in lie_half lie_garbage lie_silent lie_twice; do
    planted $name harness-error 'left no row, or not one row'
done
planted lie_status 'exit-1' ''

# ------------------------------------------------------------- the race

# Each second run is right, by luck; of the others all must have been caught.
ran=$(samples fault_race | wc -l)
right=$(samples fault_race | jq -r 'select(.verdict == "ok").arm' | wc -l)
like "the race: some runs are right, some wrong" "$right of $ran" \
    '^[1-9][0-9]* of ([0-9]+)$'
ok "and some are not" test "$right" -lt "$ran"
# The truth has a line for each run, in the order of the ledger.
jq -r 'select((.arm | contains("/fault_race/")) and .role == "plan") |
    .verdict == "ok"' "$run/samples.jsonl" > booked
is "every wrong run is booked as wrong, every right one as right" \
    "$(cat booked)" "$(awk '{ print $2 == $3 ? "true" : "false" }' truth)"
like "the race: a wrong answer now and then is told" \
    "$(awk -F , '/fault_race/ && /,plan,/' "$run/summary.csv")" \
    "[0-9]+ of $ran runs failed"
is "fault_race: no number in summary.csv" "$(no_time fault_race)" ''
is "fault_race: no line in the chart" "$(points fault_race)" 0

is "the chart draws the honest ones and nobody else" "$series" 3
is "the names of those it draws are found in it" \
    "$(points sequential) $(points threads) $(points processes)" "1 1 1"
is "nothing is left behind" "$(for id in $(pgrep -x fault_daemon); do
    readlink "/proc/$id/exe"; done | grep -F "$copy")" ''

finish
