/*
 * life.c - Conway's Game of Life on a torus (Effective Python, item 40), one
 * band of rows as one item, one generation as one round.
 *
 * Teaches: a barrier. No cell of the next generation may be computed before
 * all of this one stands, so at the end of each round everybody waits for the
 * slowest.
 * Look for: how far the curve falls below that of `factorize` - this is the
 * price of the barrier - and how it falls further on a smaller board.
 * Left out: many cells to a word, lookup tables, Gosper's hashlife.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernel.h"
#include "support/fold.h"
#include "support/life.h"

/* One row of the next generation, from itself and the rows around it. */
static void life_row(const uint8_t *above, const uint8_t *here,
                     const uint8_t *below, uint8_t *next, uint64_t side)
{
    for (uint64_t x = 0; x < side; x++) {
        const uint64_t left = x > 0 ? x - 1 : side - 1;
        const uint64_t right = x + 1 < side ? x + 1 : 0;
        const unsigned neighbours = above[left] + above[x] + above[right] +
                                    here[left] + here[right] + below[left] +
                                    below[x] + below[right];

        next[x] = life_rule(here[x], neighbours);
    }
}

static int life_item(const struct run *run, uint64_t i, uint64_t *answer)
{
    const uint64_t side = run->size;
    const struct life_band band = life_band(run, i);
    const uint8_t *now = life_board(run, run->round);
    uint8_t *next = life_board(run, run->round + 1);
    uint64_t fold = 0;

    for (uint64_t y = band.first; y < band.last; y++) {
        const uint64_t up = y > 0 ? y - 1 : side - 1;
        const uint64_t down = y + 1 < side ? y + 1 : 0;

        life_row(now + up * side, now + y * side, now + down * side,
                 next + y * side, side);
        fold = fold_bytes(fold, next + y * side, side);
        checkpoint();
    }
    *answer = fold;
    return 0;
}

KERNEL(life) = {
    .summary = "Game of Life: a barrier after each generation",
    LIFE_KERNEL,
    .size = 512,
    .rounds = 500,
    .quick = "--rounds 48",
    .small = "--items 8 --size 32 --rounds 6",
    .item = life_item,
    .check = life_check,
};
