#!/usr/bin/env bash
# helicopter.sh - response times beside a computation, as the kernel tells
# them.
# SPDX-License-Identifier: MIT
#
# No test here says how fast anything is. What is tested from below holds on
# the slowest machine too: who must wait for a lock waits at least until it
# may ask for it, and an event loop cannot answer while an item computes.
set -u
# shellcheck source=bench/tests/tap.inc
. "$(dirname "$0")/tap.inc"

game='--items 6 --size 20 --calls 5 --steps 2000000'
helicopter() { # STRATEGY JQ-EXPRESSION ARGUMENTS...
    local strategy=$1 expression=$2
    shift 2
    "$BUILD/$strategy" helicopter "$@" --json | jq -r "select(.ok) | $expression"
}

# The arguments are several words.
# shellcheck disable=SC2086
{
    wanted=$(helicopter sequential .digest $game)
    like "a run has a digest" "$wanted" '^[0-9a-f]{16}$'
    for workers in 2 5 6; do
        is "times do not change answers: gil --workers $workers" \
            "$(helicopter gil .digest $game --workers $workers)" "$wanted"
    done
    is "nor does the device's time" \
        "$(helicopter sequential .digest $game --size 5)" "$wanted"
    for change in '--calls 4' '--steps 1999999' '--devices 2' '--seed 2'; do
        other=$(helicopter sequential .digest $game $change)
        ok "$change is another digest" \
            test -n "$other" -a "$other" != "$wanted"
    done
    is "response times are in order" "$(helicopter threads \
        '.response_p50_ns <= .response_p99_ns and
            .response_p99_ns <= .response_max_ns' $game --workers 3)" true
    is "nothing computed, nothing missing" "$(helicopter threads .ok \
        $game --steps 0 --devices 6 --workers 2)" true
}

# One worker converses, one computes, for far longer.
like "gil: an answer waits for the lock, twice a call" "$(helicopter gil \
    '.response_p99_ns / 1e6' --items 2 --size 40 --calls 20 \
    --steps 100000000 --workers 2 --switch-interval 4ms)" '^([89]|[1-9][0-9])'
is "event_loop: an answer waits until all have computed" \
    "$(helicopter event_loop '.response_max_ns > .worker_busy_ns[0] / 2' \
        --items 4 --size 20 --calls 4 --steps 20000000)" true

refused() { # ARGUMENTS...
    local status=0
    "$BUILD/sequential" helicopter "$@" > "$scratch/out" 2> "$scratch/err" ||
        status=$?
    is "refused: $*" "$status $(wc -l < "$scratch/err")" "2 1"
}
refused --devices 11
refused --calls 0
refused --items 1000000 --calls 65536

finish
