#!/usr/bin/env bash
# life.sh - the Game of Life as a loop and as coroutines is the same game.
# SPDX-License-Identifier: MIT
#
# A digest covers every cell of every generation, so equal digests mean equal
# games. The small patterns are also known from outside: a blinker turns
# every generation, a glider keeps its five cells.
set -u
# shellcheck source=bench/tests/tap.inc
. "$(dirname "$0")/tap.inc"

# Digest and number of living cells; nothing when the run is not right.
life() { # STRATEGY KERNEL ARGUMENTS...
    local strategy=$1 kernel=$2
    shift 2
    "$BUILD/$strategy" "$kernel" "$@" --json |
        jq -r 'select(.ok) | "\(.digest) \(.alive)"'
}

same() { # ARGUMENTS...
    local wanted
    wanted=$(life sequential life "$@")
    is "the same game: $*" "$(life sequential life_coroutines "$@")" \
        "${wanted:-a right run}"
}

# Sizes that no word divides, bands of unequal heights, one band, one row each.
for size in 8 9 31 64; do
    for items in 1 3 8; do
        for seed in 1 2; do
            same --size $size --items $items --rounds 12 --seed $seed
        done
    done
done
same --size 128 --items 16 --rounds 10
same --size 23 --items 23 --rounds 30 --seed 987654321

for pattern in blinker glider; do
    same --pattern $pattern --size 9 --items 4 --rounds 1000
    same --pattern $pattern --size 16 --items 16 --rounds 1000
done
like "a blinker keeps its 3 cells" "$(life sequential life_coroutines \
    --pattern blinker --size 8 --items 1 --rounds 1000)" ' 3$'
like "a glider keeps its 5 cells" "$(life sequential life_coroutines \
    --pattern glider --size 8 --items 1 --rounds 1000)" ' 5$'

game='--size 20 --items 5 --rounds 25 --seed 7'
# The arguments are several words.
# shellcheck disable=SC2086
wanted=$(life sequential life $game)
like "a run has a digest" "$wanted" '^[0-9a-f]{16} [0-9]+$'
for strategy in threads processes event_loop; do
    # shellcheck disable=SC2086
    is "the same game: $strategy --workers 3" \
        "$(life $strategy life_coroutines $game --workers 3)" "$wanted"
done
# shellcheck disable=SC2086
shorter=$(life sequential life_coroutines $game --rounds 24)
ok "one generation less is another digest" \
    test "${shorter%% *}" != "${wanted%% *}"

finish
