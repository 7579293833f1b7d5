#!/usr/bin/env bash
# pools.sh - the two pools: one interface, results in either order.
# SPDX-License-Identifier: MIT
#
# `pool` and `process_pool` differ in the executor's constructor. Results in
# the order of the items wait for a slow first one; as they complete, they do
# not. Time is compared with the waits that the items make, never with a
# figure of some machine.
set -u
# shellcheck source=bench/tests/tap.inc
. "$(dirname "$0")/tap.inc"

# --------------------------------------------------------- one line differs

# C without its comments and without the line that says what it is.
code() { # STRATEGY
    "${CC:-cc}" -fpreprocessed -dD -E -P -x c "bench/$1.c" |
        grep -v '^ *\.summary ='
}
is "between the two pools one word of code is exchanged" \
    "$(code pool | sed 's/executor_threads(/executor_processes(/')" \
    "$(code process_pool)"
ok "and it is exchanged" test "$(code pool)" != "$(code process_pool)"

# -------------------------------------------------------- the first result

# Four workers: one has the slow item of 300 ms, the others 15 ms each.
wait=(wait --items 12 --size 15 --first-slow 20 --workers 4)
digest=$("$BUILD/sequential" "${wait[@]}" --json | jq -r .digest)
for pool in pool process_pool; do
    [ -x "$BUILD/$pool" ] || continue
    for results in ordered completed; do
        "$BUILD/$pool" "${wait[@]}" --results $results --expect "$digest" \
            --json > "$scratch/$results"
    done
    ok "$pool: in order, the first result is as late as the slow item" \
        jq -e '.ok and .first_result_ns >= 300000000' "$scratch/ordered"
    ok "$pool: as they complete, it comes before that" \
        jq -e '.ok and .first_result_ns >= 15000000 and
            .first_result_ns < .item_max_ns' "$scratch/completed"
    ok "$pool: and never after the last" \
        jq -se 'all(.first_result_ns <= .wall_ns)' "$scratch/ordered" \
        "$scratch/completed"
    "$BUILD/$pool" "${wait[@]}" --first-slow 1 --json > "$scratch/default"
    ok "$pool: the order of the items is the default" \
        jq -e '.options.results == "ordered"' "$scratch/default"
    is "$pool: another word is refused" "$("$BUILD/$pool" wait --results none \
        2>&1
        echo $?)" "$pool: --results none: must be one of: ordered completed
2"
    is "$pool: a wrong answer has no first result" "$("$BUILD/$pool" null \
        --items 9 --expect 0123456789abcdef --json 2> "$scratch/err" |
        jq 'has("first_result_ns")')" false
done

# ------------------------------------------------------------ the slow item

is "the first item alone is slow" "$("$BUILD/sequential" wait --items 3 \
    --size 10 --first-slow 5 --json | jq '.ok and
        .item_max_ns >= 50000000 and .item_p50_ns < 50000000 and
        .wall_ns >= 70000000 and .item_least_ns == 10000000')" true
is "no item is slow at factor 0" "$("$BUILD/sequential" wait --first-slow 0 \
    > "$scratch/out" 2>&1
    echo $?)" 2

finish
