#!/usr/bin/env bash
# costs.sh - build/costs: what it lists, prints and refuses.
# SPDX-License-Identifier: MIT
#
# No figure is judged but by its sign: how fast things are is the machine's
# affair. That each routine did what it said is the program's own check.
set -u
# shellcheck source=bench/tests/tap.inc
. "$(dirname "$0")/tap.inc"

costs=$BUILD/costs
quick=(--blocks 6 --time 10us --only switch-10)

# ------------------------------------------------------------- what it says

list=$("$costs" --list)
like "--list names the groups" "$list" 'switch-2 .*switch-100000 .*create '
for by in 'ours, small stacks' 'ours, stacks of 64 KiB' 'POSIX ucontext'; do
    like "--list names $by" "$list" "$by"
done
is "each group stands together" \
    "$(awk '{ print $1 }' <<< "$list" | uniq | sort | uniq -d)" ''
like "--help" "$("$costs" --help)" '^Usage: costs '

# The parts that were built and those that need a library which is missing.
parts=$(find scripts -name 'costs_*.mk' -exec basename -s .mk {} +)
for part in $parts; do
    left_out=$(make --no-print-directory -n all 2> "$scratch/make" |
        grep -c "left out: scripts/$part.c")
    if [ "$part" = costs_fcontext ]; then
        is "$part is measured or left out with a line" \
            "$((left_out + ($(grep -c fcontext <<< "$list") > 0)))" 1
    fi
done

# ------------------------------------------------------------- what it finds

is "--json: every figure is there and positive" "$("$costs" "${quick[@]}" \
    --json | jq -r 'if (.costs | length) >= 15 and .blocks == 6 and
        (.costs | all(.ns > 0 and .low_ns > 0 and .low_ns <= .ns and
            .ns <= .high_ns and .ratio > 0 and .count >= 10))
        then "yes" else . end')" yes
is "--json: ours is what the others are compared with" "$("$costs" \
    "${quick[@]}" --json |
    jq '[.costs[] | select(.own) | .ratio == 1] | unique == [true]')" true
is "--json: below six blocks there is no interval" "$("$costs" --only create \
    --blocks 5 --time 10us --json |
    jq -c '[.costs[] | [.ns > 0, .low_ns, .high_ns]] | unique')" \
    '[[true,null,null]]'
is "the table has a line for each" "$("$costs" "${quick[@]}" |
    grep -cE '^  [a-zA-Z].* [0-9]+\.[0-9]{2} ')" \
    "$(grep -c '^switch-10' <<< "$list")"

# ------------------------------------------------------------ what it refuses

refused() { # WHY ARGUMENTS...
    local why=$1 status=0
    shift
    "$costs" "$@" > "$scratch/out" 2> "$scratch/err" || status=$?
    if [ "$status" -eq 2 ] && [ ! -s "$scratch/out" ] &&
        [ "$(wc -l < "$scratch/err")" -eq 1 ] &&
        [[ $(cat "$scratch/err") =~ ^[a-z/]*costs:\ .*$why ]]; then
        pass "refused: $*"
    else
        fail "refused: $*" "status $status"$'\n'"$(cat "$scratch/out" "$scratch/err")"
    fi
}
refused 'no such group' --only nothing
refused 'whole number' --blocks 0
refused 'whole number' --blocks many
refused 'not a time' --time 3
refused 'not a time' --time 2s
refused 'option' --fast
refused 'what is that' switch

finish
