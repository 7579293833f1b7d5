#!/usr/bin/env bash
# neighbour.sh - somebody who computes a tenth of the time is noticed.
# SPDX-License-Identifier: MIT
#
# A real sweep on this machine beside a neighbour who uses about 0.1 of one
# processor, in short turns: no file says so in advance, and the load average
# hardly moves. Every block must carry the flag. Other neighbours can only add
# to that, so the test cannot fail for them; that a quiet machine carries no
# flag is tested on machines made up (ledger.sh), and only told here.
set -u
# shellcheck source=bench/tests/tap.inc
. "$(dirname "$0")/tap.inc"

if [ "$BUILD" != build ] || ! command -v hyperfine > "$scratch/which"; then
    skip "a neighbour of 0.1 CPU" "needs the plain build and hyperfine"
    finish
fi

# What one turn computes, and how long to sleep after it for nine times that.
turn="$BUILD/sequential factorize --items 4"
turn_ms=$($turn --json | jq '[(.user_ns + .sys_ns) / 1e6 + 2, 5] | max | floor')
nap=$(awk -v ms="$turn_ms" 'BEGIN { printf "%.3f", 9 * ms / 1000 }')

# Never for longer than so many turns, whatever becomes of this script.
neighbour() {
    local i
    for ((i = 0; i < 600; i++)); do
        $turn > "$scratch/turn"
        sleep "$nap"
    done
}

# sweep NAME - four blocks of about a second.
# shellcheck disable=SC2317
sweep() {
    "$BUILD/sweep" run --kernels gcd,hash,mandelbrot --strategies threads,pool \
        --blocks 4 --results "$scratch/$1" > "$scratch/out" 2> "$scratch/$1.err"
}

# The share of all cores' time that others had, one line a block.
shares() {
    jq -s -r 'map(select(.block > 0)) | group_by(.block)[] |
        (map(.outside.foreign_cpu_ns) | add) /
        (map(.outside.window_ns * .outside.effective_cores) | add) * 100 |
        . * 100 | round / 100' "$scratch/$1/latest/samples.jsonl" | xargs
}

# disturbed NAME - "4 4 foreign 4": blocks, how many disturbed, by what.
disturbed() {
    "$BUILD/stats" rows "$scratch/$1/latest" flags |
        awk -F '\t' 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
            $1 == "foreign" { print $at["blocks"] }'
}

ok "a sweep with what neighbours there are" sweep alone
echo "# foreign CPU without the neighbour, % of the machine by block: $(
    shares alone)"

# In a process group of its own, so that its turn and its nap end with it.
set -m
neighbour &
job=$!
set +m
trap 'kill -- -$job 2> "$scratch/kill"; rm -rf "$scratch"' EXIT
ok "a sweep beside a neighbour of 0.1 CPU" sweep beside
kill -- -$job
wait $job 2> "$scratch/kill"
echo "# foreign CPU beside the neighbour, % of the machine by block: $(
    shares beside)"
blocks=$(jq -s 'map(.block) | max' "$scratch/beside/latest/samples.jsonl")
is "every block was disturbed by others" "$(disturbed beside)" "$blocks"
is "and a third of them were run again" "$blocks" 6
like "the sweep says so" "$(cat "$scratch/beside.err")" \
    '6 of 6 blocks disturbed: foreign CPU'

finish
