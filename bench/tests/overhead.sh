#!/usr/bin/env bash
# overhead.sh - what the harness and the sweep themselves take.
# SPDX-License-Identifier: MIT
#
# Usage: [RUNS=N] bench/tests/overhead.sh        prints TAP and, as comments,
# figures. No time is held against a limit, since others may use the machine;
# what is tested is that each figure is there and cannot be wrong by much: they
# are parts of a whole that is timed here, from outside.
#   inside    what the program's own clock shows of a run with nothing to do
#   around    harness_ns: what the sweep does for a run while hyperfine is not
#             alive: looking at the machine, reading what it left, the line
#   hyperfine what its life adds to that of the program
set -u
# shellcheck source=bench/tests/tap.inc
. "$(dirname "$0")/tap.inc"

RUNS=${RUNS:-30}
if ! command -v hyperfine > /dev/null; then
    skip "what a sweep takes around a run" "no hyperfine here"
    finish
fi

# Numbers, one a line: how many, the median, the 99th percentile, in us.
figures() { # TITLE
    sort -n | awk -v title="$1" '{ a[NR] = $1 / 1000 }
        END { printf "# %-34s %5d runs, median %8.1f us, p99 %8.1f us\n",
              title, NR, a[int((NR + 1) / 2)], a[int(NR * 0.99 + 0.5)] }'
}

inside() {
    local i
    for ((i = 0; i < RUNS; i++)); do
        "$BUILD/sequential" null --items 1 --json || return
    done | jq .wall_ns
}
started=$EPOCHREALTIME
inside > "$scratch/inside"
took=$(awk -v a="$started" -v b="$EPOCHREALTIME" 'BEGIN { print (b - a) * 1e9 }')
is "each run with nothing to do says how long it took" \
    "$(awk '$1 > 0' "$scratch/inside" | wc -l)" "$RUNS"
# shellcheck disable=SC2016 # awk's own variables
ok "all together less than the programs lived" awk -v all="$took" \
    '{ sum += $1 } END { exit !(sum < all) }' "$scratch/inside"

started=$EPOCHREALTIME
ok "a sweep over nothing" "$BUILD/sweep" run --kernels null \
    --strategies threads --blocks $((1 + RUNS / 5)) \
    --results "$scratch/results"
took=$(awk -v a="$started" -v b="$EPOCHREALTIME" 'BEGIN { print (b - a) * 1e9 }')
ledger=$scratch/results/latest/samples.jsonl
samples=$(wc -l < "$ledger")
is "each sample says what the sweep took for it" "$(jq -c \
    'select(.outside.harness_ns > 0)' "$ledger" | wc -l)" "$samples"
is "each was watched for longer than it ran" "$(jq -c \
    'select(.outside.window_ns > .wall_ns)' "$ledger" | wc -l)" "$samples"
# shellcheck disable=SC2016 # jq's own variables
ok "what was watched and what was added fit into the sweep" jq -es \
    --argjson all "$took" 'map(.outside) | (map(.harness_ns) | add) < $all and
        (map(.window_ns) | add) < $all' "$ledger"
is "each sample has all that is to be known of its surroundings" "$(jq -c \
    '.outside | select(has("effective_cores") and has("foreign_cpu_ns") and
        has("steal_ns") and has("throttled") and has("throttled_ns") and
        has("pressure_ns") and has("load1") and has("voluntary_switches") and
        has("involuntary_switches"))' "$ledger" | wc -l)" "$samples"
is "and the digest that its row has" "$(jq -c \
    'select(.digest == .inside.digest and (.digest | length) == 16)' \
    "$ledger" | wc -l)" "$samples"

figures "inside the timed span" < "$scratch/inside"
jq .outside.harness_ns "$ledger" | figures "around hyperfine's life"
jq '.outside.window_ns - .wall_ns' "$ledger" | figures "hyperfine's own"
finish
