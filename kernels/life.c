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

#include <inttypes.h>

enum pattern { PATTERN_RANDOM, PATTERN_BLINKER, PATTERN_GLIDER };

enum {
    LEAST_SIDE = 8,
    MOST_SIDE = 16384,
    BLINKER_CELLS = 3, /* alive in every generation */
    GLIDER_CELLS = 5
};

static const struct option_spec life_options[] = {
    {.name = "pattern",
     .argument = "NAME",
     .kind = OPTION_CHOICE,
     .fallback = "random",
     .choices = "random blinker glider",
     .help = "the first generation; the small ones sit in a corner"},
    {.name = NULL},
};

static const char *life_configure(struct run *run)
{
    if (run->size < LEAST_SIDE)
        return "--size: the board needs a side of at least 8 cells";
    if (run->items > run->size)
        return "--items: more bands than the board has rows";
    return NULL;
}

/* Two boards, a byte to a cell. */
static size_t life_bytes(const struct run *run)
{
    return 2 * run->size * run->size;
}

/* The board of a generation: even ones in the first, odd ones in the second.
 * Nobody writes the board that is being read. */
static uint8_t *life_board(const struct run *run, uint64_t generation)
{
    return (uint8_t *)run->shared + generation % 2 * run->size * run->size;
}

/* The torus has no edge: row -1 is the last one, row `size` the first. */
static uint8_t *life_cell(const struct run *run, uint64_t generation,
                          int64_t row, int64_t column)
{
    const int64_t side = (int64_t)run->size;

    row = (row + side) % side;
    column = (column + side) % side;
    return life_board(run, generation) + row * side + column;
}

static void life_place(const struct run *run, const int8_t (*cells)[2],
                       size_t n)
{
    for (size_t k = 0; k < n; k++)
        *life_cell(run, 0, cells[k][0], cells[k][1]) = 1;
}

/* A third of the cells alive, drawn from the seed; or one small pattern
 * around the corner, so that it lies across the seams of the torus. */
static int life_setup(const struct run *run)
{
    static const int8_t blinker[][2] = {{0, -1}, {0, 0}, {0, 1}};
    static const int8_t glider[][2] = {
        {-1, 0}, {0, 1}, {1, -1}, {1, 0}, {1, 1}};
    uint8_t *board = life_board(run, 0);

    switch ((enum pattern)option_number(run, "pattern")) {
    case PATTERN_BLINKER:
        life_place(run, blinker, BLINKER_CELLS);
        break;
    case PATTERN_GLIDER:
        life_place(run, glider, GLIDER_CELLS);
        break;
    case PATTERN_RANDOM:
        for (uint64_t k = 0; k < run->size * run->size; k++)
            board[k] = random_at(run->seed, k) % 3 == 0;
        break;
    }
    return 0;
}

/* The rules: three neighbours give life, two keep it. */
static uint8_t life_rule(uint8_t alive, unsigned neighbours)
{
    return neighbours == 3 || (neighbours == 2 && alive);
}

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

/* The rows first..last-1 that make up band i. */
struct band {
    uint64_t first, last;
};

static struct band life_band(const struct run *run, uint64_t i)
{
    return (struct band){i * run->size / run->items,
                         (i + 1) * run->size / run->items};
}

static int life_item(const struct run *run, uint64_t i, uint64_t *answer)
{
    const uint64_t side = run->size;
    const struct band band = life_band(run, i);
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

/* Whether one cell of the last generation follows from the one before:
 * counts the square of nine in the plainest way. */
static bool life_cell_right(const struct run *run, int64_t row, int64_t column)
{
    const uint8_t before = *life_cell(run, run->rounds - 1, row, column);
    unsigned square = 0;

    for (int64_t down = -1; down <= 1; down++)
        for (int64_t right = -1; right <= 1; right++)
            square +=
                *life_cell(run, run->rounds - 1, row + down, column + right);
    return *life_cell(run, run->rounds, row, column) ==
           life_rule(before, square - before);
}

static bool life_bands_right(const struct run *run)
{
    for (uint64_t i = 0; i < run->items; i++) {
        const struct band band = life_band(run, i);
        uint64_t fold = 0;

        for (uint64_t y = band.first; y < band.last; y++)
            fold = fold_bytes(
                fold, life_board(run, run->rounds) + y * run->size, run->size);
        if (fold != run->answers[i])
            return false;
    }
    return true;
}

/* How many cells have to be alive; 0: no telling. */
static uint64_t life_alive_for_certain(const struct run *run)
{
    switch ((enum pattern)option_number(run, "pattern")) {
    case PATTERN_BLINKER:
        return BLINKER_CELLS;
    case PATTERN_GLIDER:
        return GLIDER_CELLS;
    case PATTERN_RANDOM:
        break;
    }
    return 0;
}

static bool life_check(const struct run *run, struct verdict *verdict)
{
    const int64_t side = (int64_t)run->size;
    const uint64_t certain = life_alive_for_certain(run);
    uint64_t alive = 0;

    for (int64_t row = 0; row < side; row++) {
        for (int64_t column = 0; column < side; column++) {
            alive += *life_cell(run, run->rounds, row, column);
            if (!life_cell_right(run, row, column)) {
                verdict_say(verdict,
                            "the cell in row %" PRId64 ", column %" PRId64
                            " breaks the rules",
                            row, column);
                return false;
            }
        }
    }
    verdict_figure(verdict, "alive", alive);
    if (certain != 0 && alive != certain) {
        verdict_say(verdict, "%" PRIu64 " cells are alive instead of %" PRIu64,
                    alive, certain);
        return false;
    }
    if (!life_bands_right(run)) {
        verdict_say(verdict, "an answer does not fit the board");
        return false;
    }
    return true;
}

KERNEL(life) = {
    .summary = "Game of Life: a barrier after each generation",
    .item_is = "one band of rows of one generation",
    .size_is = "cells along one side of the square board",
    .rounds_is = "one generation",
    .bound = BOUND_CPU,
    .items = 16,
    .size = 512,
    .rounds = 500,
    .most_items = MOST_SIDE,
    .most_size = MOST_SIDE,
    .quick = "--rounds 100",
    .small = "--items 8 --size 32 --rounds 6",
    .options = life_options,
    .configure = life_configure,
    .shared_bytes = life_bytes,
    .setup = life_setup,
    .item = life_item,
    .check = life_check,
};
