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


# -------------------------------------------------------- under one lock

# Only waits overlap under the lock; of the increments of a race none is lost,
# since the lock changes hands only between items. Processes have a lock each,
# so that between them the race goes on.
for pool in pool process_pool; do
    is "$pool: without --under-gil there is no lock" "$("$BUILD/$pool" null \
        --items 2 --json | jq -r '.options["under-gil"]')" no
    is "$pool: --under-gil takes no value" "$("$BUILD/$pool" --under-gil null \
        --items 2 --json | jq -r '.kernel, .options["under-gil"]' |
        paste -sd ' ')" 'null yes'
    ok "$pool: waits overlap under the lock" "$("$BUILD/$pool" wait --items 8 \
        --size 20 --workers 8 --under-gil --json |
        jq '.ok and .wall_ns < 160000000')"
    digest=$("$BUILD/sequential" gcd --items 8 --size 200 --rounds 3 \
        --json |
        jq -r .digest)
    ok "$pool: the right answer under the lock" "$BUILD/$pool" gcd --items 8 \
        --size 200 --workers 3 --rounds 3 --under-gil --switch-interval 50us \
        --expect "$digest"
done
race() { # POOL ARGUMENTS...
    local pool=$1
    shift
    "$BUILD/$pool" counter_racy --items 40 --size 250000 --workers 2 \
        --json "$@" | jq .lost
}
is "pool: under the lock the race is hidden" "$(for ((try = 0; try < 5; try++))
do
    race pool --under-gil --switch-interval 1ms
done | sort -u)" 0
if [ "$("$BUILD/sequential" --topology | tr ',' '\n' | wc -l)" -lt 2 ]; then
    skip "without it, it shows" "only one core"
    skip "a lock in each process hides nothing" "only one core"
else
    for ((try = 0; try < 10; try++)); do
        [ "$(race pool)" -eq 0 ] || break
    done
    ok "without it, it shows" test "$try" -lt 10
    for ((try = 0; try < 10; try++)); do
        [ "$(race process_pool --under-gil)" -eq 0 ] || break
    done
    ok "a lock in each process hides nothing" test "$try" -lt 10
fi

# --------------------------------------------------------------- payloads

# Small, odd and large ones; an even and an odd number of rounds.
for payload in '--size 10 --items 30 --rounds 2' \
    '--size 100003 --items 7 --rounds 3' \
    '--size 4000000 --items 3 --rounds 1'; do
    # shellcheck disable=SC2086  # several words
    digest=$("$BUILD/sequential" payload $payload --json | jq -r .digest)
    for pool in pool process_pool; do
        for memory in private shared; do
            # shellcheck disable=SC2086
            ok "$pool: payload $payload, $memory memory" "$BUILD/$pool" \
                payload $payload --memory $memory --workers 3 \
                --expect "$digest"
        done
    done
done

# What the sockets carry, as the system sees it: in private memory more than
# all the bytes there and back, in shared memory the items' numbers.
carried() { # POOL MEMORY
    strace -f -qq -o "$scratch/trace" -e trace=sendto \
        "$BUILD/$1" payload --items 5 --size 100000 --rounds 2 \
        --memory "$2" --workers 2 > "$scratch/out" 2>&1 || return
    awk '/sendto\(.* = [0-9]+$/ || /sendto resumed.* = [0-9]+$/ { sum += $NF }
        END { print sum + 0 }' "$scratch/trace"
}
if [ "$BUILD" != build ] || ! command -v strace > "$scratch/which"; then
    skip "bytes on the sockets" "needs the plain build and strace"
else
    # Beside them go a task'\''s message and that of its answer.
    private=$(carried process_pool private)
    shared=$(carried process_pool shared)
    ok "process_pool: private bytes travel there and back ($private)" \
        test "$private" -ge 2000000 -a "$private" -lt 2002000
    ok "process_pool: shared ones do not ($shared)" \
        test "$shared" -gt 0 -a "$shared" -lt 2000
    is "pool: threads send nothing" "$(carried pool private)" 0
fi
is "more than a gibibyte is refused" "$("$BUILD/pool" payload --items 2000 \
    --size 1000000 2>&1
    echo $?)" "pool: payload: --items times --size: more than a gibibyte
2"

finish
