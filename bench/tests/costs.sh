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
    --json | jq -r 'if (.measurements | length) >= 15 and
        (.measurements | all(.blocks == 6 and (.ns | length) == 6 and
            (.ns | all(. > 0)) and .low_ns > 0 and .low_ns <= .median_ns and
            .median_ns <= .high_ns and .ratio > 0 and .count >= 10))
        then "yes" else . end')" yes
is "--json: ours is what the others are compared with" "$("$costs" \
    "${quick[@]}" --json |
    jq '[.measurements[] | select(.own) | .ratio == 1] | unique == [true]')" true
is "--json: below six blocks there is no interval" "$("$costs" --only create \
    --blocks 5 --time 10us --json |
    jq -c '[.measurements[] | [.median_ns > 0, .low_ns, .high_ns]] | unique')" \
    '[[true,null,null]]'
is "the table has a line for each" "$("$costs" "${quick[@]}" |
    grep -cE '^  [a-zA-Z].* [0-9]+\.[0-9]{2} ')" \
    "$(grep -c '^switch-10' <<< "$list")"

# Without --blocks it measures until intervals are narrow, or time is up: some
# number of blocks from the least to the most, the same for all of a group.
"$costs" --quick --time 10us --json --only primitives > "$scratch/json" \
    2> "$scratch/err"
primitives='[.measurements[] | select(.group == "primitives")]'
is "--quick: blocks between the least and the most" "$(jq "$primitives |
    [.[].blocks] | unique | length == 1 and .[0] >= 6 and .[0] <= 101" \
    "$scratch/json")" true
is "primitives: each by its name" "$(jq -r "$primitives | .[].name |
    select(. != \"mutex_contended\" and . != \"process_spawn\")" \
    "$scratch/json" | sort | paste -sd ' ')" "atomic_increment $(
    )coroutine_switch function_call mutex_lock pipe_round_trip process_fork $(
    )system_call task_submit thread_create thread_handover"
is "primitives: what cannot be measured here is left out with a line" \
    "$(jq "$primitives | length" "$scratch/json") $(grep -cv \
        '^[a-z/]*costs: .*: left out: ' "$scratch/err")" \
    "$((12 - $(wc -l < "$scratch/err"))) 0"
is "primitives: each says what one of it is" "$(jq "$primitives |
    all(.what | length > 10)" "$scratch/json")" true
# The median and the ratio, worked out again from the values of the blocks.
# shellcheck disable=SC2016
is "primitives: medians and ratios are those of the blocks" "$(jq "
    def median: sort | (.[(length - 1) / 2 | floor] + .[length / 2 | floor]) / 2;
    def near(\$a; \$b): (\$a / \$b - 1) | . < 1e-3 and . > -1e-3;
    $primitives | (map(select(.own)) | .[0].ns) as \$own |
    map(. as \$m | near((.ns | median); .median_ns) and
        near([range(.ns | length) | \$m.ns[.] / \$own[.] | log] |
            median | exp; .ratio)) | all" "$scratch/json")" true
is "primitives: a hand-over between threads takes longer than a switch" "$(
    jq "$primitives | (map({(.name): .low_ns}) | add) as \$low |
        (map({(.name): .high_ns}) | add) as \$high |
        \$low.thread_handover > \$high.coroutine_switch" "$scratch/json")" true

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
refused 'not a time' --time 0s
refused 'option' --fast
refused 'what is that' switch

finish
