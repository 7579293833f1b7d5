#!/usr/bin/env bash
# pipeline.sh - stages joined by queues: nothing lost, memory bounded.
# SPDX-License-Identifier: MIT
#
# The stages only sleep, or belong to a kernel of these tests that keeps
# accounts of what it was handed. Nothing here asks how long anything took.
set -u
# shellcheck source=bench/tests/tap.inc
. "$(dirname "$0")/tap.inc"

pipeline=$BUILD/pipeline
if ! "$pipeline" thumbnails --help > "$scratch/help" 2>&1; then
    skip pipeline "built without thumbnails"
    finish
fi

sleeps() { # ARGUMENTS...: the run as JSON
    timeout -k 5 60 "$pipeline" thumbnails --mode sleep --json "$@"
}

figure() { # NAME JSON
    jq ".$1" <<< "$2"
}

# ------------------------------------------------- what a trace tells of queues

# Every change of a queue is told, in order, by one step up or down; the most
# is what the run itself says.
for form in blocking polling; do
    for capacity in 3 0; do
        traced=$(sleeps --items 40 --times 0us,0us,100us --queue $form \
            --nap 1ms --capacity $capacity --rounds 2 \
            --trace "$scratch/trace.json")
        name="$form, capacity $capacity"
        ok "$name: the trace is one" "$BUILD/timeline" --check \
            "$scratch/trace.json"
        counters='[.traceEvents[] | select(.ph == "C") |
            {name, at: .ts, value: .args.value}]'
        queues="$counters | map(select(.name | startswith(\"queue \"))) |
            group_by(.name) | map(sort_by(.at) | map(.value))"
        is "$name: each put and get is a step" "$(jq "$queues | map(length == 162
            and all(range(1; length) as \$i | .[\$i] - .[\$i - 1];
                . == 1 or . == -1 or . == 0) and .[-1] == 0) | all" \
            "$scratch/trace.json")" true
        is "$name: the most of those between stages" "$(jq "$counters |
            map(select(.name | test(\"before (resize|upload)\")) | .value) |
            max" "$scratch/trace.json")" "$(figure peak_queue "$traced")"
        is "$name: totals at the end" "$(jq -c "$counters |
            map({(.name): .value}) | add | [.capacity, .polls,
                .\"idle polls\"]" "$scratch/trace.json")" \
            "$(jq -c "[$capacity, .polls, .idle_polls]" <<< "$traced")"
    done
done

# ---------------------------------------------------------- who asks how often

waking=$(sleeps --items 100)
asking=$(sleeps --items 100 --queue polling --nap 1ms)
yielding=$(sleeps --items 50 --queue polling --nap 0s)
is "blocking queues are never polled" \
    "$(figure 'polls + .idle_polls' "$waking")" 0
ok "polling ones more than once for each item and stage" \
    test "$(figure polls "$asking")" -gt 300
is "all polls but those that gave an item were in vain" \
    "$(figure 'polls - .idle_polls' "$asking")" 300
ok "also when a poller only lets others run" \
    test "$(figure 'ok and .idle_polls > 0' "$yielding")" = true
like "and the remark says so" \
    "$("$pipeline" thumbnails --mode sleep --items 9 --queue polling)" \
    'note   [0-9]+ polls for 9 items, [0-9]+ in vain'
is "both get the same digest" "$(figure digest "$asking")" \
    "$(figure digest "$waking")"

# ------------------------------------------------------------ bounded memory

slow_end='--items 300 --times 0us,0us,200us'
for form in blocking polling; do
    # shellcheck disable=SC2086  # several words
    json=$(sleeps $slow_end --queue $form --nap 100us --capacity 4)
    is "$form: a slow end fills the queue and no more" \
        "$(figure peak_queue "$json")" 4
    # Two queues between three stages, and one item in each worker's hand.
    ok "$form: and what is carried stays bounded" \
        test "$(figure 'peak_carried <= .inflight' "$json")" = true
    is "$form: by queues and workers" "$(figure inflight "$json")" 11
done
# shellcheck disable=SC2086
json=$(sleeps $slow_end --capacity 0)
ok "without a bound nearly all items pile up" \
    test "$(figure 'peak_queue > 200 and .peak_carried > 200' "$json")" = true
json=$(sleeps --items 300 --times 200us,0us,0us --capacity 0)
ok "a slow beginning lets nothing pile up" \
    test "$(figure 'peak_queue < 100' "$json")" = true

# ----------------------------------------------------------------- workers

workers() { # WANTED ARGUMENTS...
    local wanted=$1
    shift
    is "$* makes $wanted workers" \
        "$(sleeps --items 20 --times 0us,0us,0us "$@" |
            jq '[.workers, (.worker_busy_ns | length)] | unique == ['"$wanted"']')" \
        true
}
workers 3 --workers 1
workers 3 --workers 3
workers 7 --workers 7
workers 7 --stage-workers 4,2,1
workers 5 --stage-workers 1,1,3 --workers 9
ok "one stage takes one number" "$pipeline" null --items 9 --stage-workers 2

refused() { # WHY LIST [KERNEL]
    local status=0
    "$pipeline" "${3:-thumbnails}" --stage-workers "$2" \
        > "$scratch/out" 2> "$scratch/err" || status=$?
    is "--stage-workers '$2' is refused" \
        "$status $(wc -l < "$scratch/err") $(wc -c < "$scratch/out")" '2 1 0'
    like "and why" "$(cat "$scratch/err")" "^pipeline: --stage-workers .*: $1"
}
refused '2 numbers, but the kernel has 3 stages' 1,1
refused '4 numbers, but the kernel has 3 stages' 1,1,1,1
refused '2 numbers, but the kernel has 1 stage$' 1,1 null
for list in 1,0,1 1,,1 ',' '1,1,1,' -1,1,1 '1, 1,1' a,b,c 1,1,99999999999; do
    refused 'must be numbers from 1 to 10000, with commas' "$list"
done
for times in 1us,1us 1us,1us,1us,1us 1,1,1 us,us,us ''; do
    ok "--times '$times' is refused" \
        test "$(sleeps --times "$times" 2> "$scratch/err"; echo $?)" = 2
done

# ------------------------------------------------------------- real photos

photos() { # ARGUMENTS...
    timeout -k 5 60 "$pipeline" thumbnails --items 9 --photos 2 --size 20 \
        --latency 1ms --json "$@"
}
if [ ! -x "$BUILD/origin" ]; then
    skip "real photos" "built without the origin server"
else
    one=$(photos --capacity 1)
    many=$(photos --stage-workers 3,2,3 --rounds 2)
    is "every photo is downloaded and uploaded once" \
        "$(figure requests "$one")" 18
    is "once a round" "$(figure requests "$many")" 36
    ok "the pixels belong to the seed" test "$(figure digest "$one")" != \
        "$(photos --seed 2 | jq .digest)"
    ok "--times is refused" \
        test "$(photos --times 1us,1us,1us 2> "$scratch/err"; echo $?)" = 2
fi

# ------------------------------------------------- nothing lost, none doubled

for list in 1,1,1 2,1,3 3,3,3; do
    for form in blocking polling; do
        json=$(sleeps --items 50 --rounds 200 --times 0us,0us,0us \
            --stage-workers $list --queue $form --nap 0s --capacity 3)
        is "200 rounds of 50 items, workers $list, $form" \
            "$(figure ok "$json")" true
    done
done

# ------------------------------------- a kernel that keeps accounts, and fails

if [ "$BUILD" != build ]; then
    skip "failing stages" "only tried in the plain build"
    finish
fi
stumbles=$scratch/pipeline
# shellcheck disable=SC2046
if ! "${CC:-cc}" -std=gnu11 -D_GNU_SOURCE -pthread -Ikernels -o "$stumbles" \
    bench/tests/fixtures/kernel_stumbles.c "$BUILD/obj/bench/pipeline.o" \
    "$BUILD/obj/strategies.o" "$BUILD/lib.a" \
    $(pkg-config --libs hwloc jansson) -lm 2> "$scratch/err"; then
    fail "the fixture builds" "$(cat "$scratch/err")"
    finish
fi

stumble() { # NAME STATUS ERR-REGEX ARGUMENTS...
    local name=$1 status=$2 regex=$3 got=0
    shift 3
    timeout -k 5 60 "$stumbles" stumbles "$@" \
        > "$scratch/out" 2> "$scratch/err" || got=$?
    is "$name: exit status" "$got" "$status"
    like "$name" "$(cat "$scratch/err")" "$regex"
}
stumble "each carry is dropped once" 0 \
    '^begun 50 dropped 50 overtaken 0$' --capacity 2
stumble "one worker a stage keeps the order, at capacity 1" 0 \
    '^begun 400 dropped 400 overtaken 0$' --items 400 --capacity 1
for stage in 1 2 3; do
    for form in blocking polling; do
        stumble "stage $stage fails for each seventh item, $form" 1 \
            'Numerical argument out of domain \(8 failed in all\).*begun 50 dropped 50 ' \
            --stage $stage --every 7 --queue $form --nap 0s \
            --stage-workers 2,1,2 --capacity 2
    done
done
stumble "all fail, and it ends" 1 '\(50 failed in all\).*begun 50 dropped 50 ' \
    --stage 2
finish
