#!/usr/bin/env bash
# truth.sh - holds the statistics against worlds whose truth is known.
# SPDX-License-Identifier: MIT
#
# Usage: BUILD=build bench/tests/truth.sh [full]        prints TAP
#
# $BUILD/tests/truth makes up thousands of sessions and counts how often the
# intervals hold the truth; see bench/tests/truth.c. By default a sample that
# takes seconds, judged by what chance allows. With `full` all that is
# promised, tables included, which takes some minutes (make test-truth).
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source-path=SCRIPTDIR source=tap.inc
. bench/tests/tap.inc

truth=$BUILD/tests/truth
full=${1:-}
if [ -n "$full" ] && [ "$full" != full ]; then
    echo "truth.sh: '$full': not full" >&2
    exit 2
fi

# With `full` everything that the program says, else what is wrong.
asks() { # NAME SAMPLE OPTION...
    local name=$1 sample=$2 said
    shift 2
    if [ -z "$full" ]; then
        set -- "$@" --sessions "$sample"
    fi
    if said=$("$truth" "$@" 2>&1); then
        pass "$name"
        [ -z "$full" ] || printf '%s\n' "$said" | sed 's/^/# /'
    elif [ -n "$full" ]; then
        fail "$name" ''
        printf '%s\n' "$said" | sed 's/^/# /'
    else
        fail "$name" "$(printf '%s\n' "$said" | grep -v '^ ')"
    fi
}

if [ -n "$full" ]; then
    asks 'intervals hold the truth, equal arms look equal' 0 \
        --strict --sessions 10000 coverage
    asks 'blocks make errors under drift smaller' 0 \
        --strict --sessions 10000 drift
    asks 'limits: delays that add, harsher drift' 0 \
        --strict --sessions 10000 delay harsh
else
    asks 'intervals hold the truth, equal arms look equal' 400 coverage
    asks 'blocks make errors under drift smaller' 400 drift
fi
is 'the same sessions again: the same figures' \
    "$("$truth" --sessions 20 --jobs 1 drift)" \
    "$("$truth" --sessions 20 --jobs 3 drift)"

# The program has to find fault: 6 sessions cannot carry a promise.
is 'a promise that does not hold: exit 1' "$(
    "$truth" --strict --sessions 6 coverage > "$scratch/said" 2>&1
    echo $?
)" 1
like 'and is named' "$(cat "$scratch/said")" 'MISSES: s: coverage of 94 to 97'
for wrong in '--sessions 0' '--sessions x' '--jobs -1' nonesuch; do
    # shellcheck disable=SC2086 # an option and its value
    is "bad usage, $wrong: exit 2" "$(
        "$truth" $wrong > "$scratch/said" 2>&1
        echo $?
    )" 2
done

if ! command -v hyperfine > "$scratch/which"; then
    skip 'real runs of equal programs look equal' 'hyperfine is not installed'
elif [ -n "$full" ]; then
    asks 'real runs of equal programs look equal' 0 \
        --strict --sessions 200 physical
else
    asks 'real runs of equal programs look equal' 6 physical
fi
finish
