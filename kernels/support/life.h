/*
 * life.h - what the kernels of Conway's Game of Life have in common: the
 * boards, the rules, the options, the check.
 * SPDX-License-Identifier: MIT
 *
 * An item is a band of rows of one generation, a round is a generation; the
 * answer of an item is its band of the next generation, folded. Kernels that
 * keep to this have the same digest for the same arguments, and may be
 * compared. They differ in how a cell finds out its next state.
 */
#ifndef LIFE_H
#define LIFE_H

#include "../kernel.h"

enum { LIFE_MOST_SIDE = 16384 };

extern const struct option_spec life_options[];

/* The part of KERNEL() that is equal in all of them. */
#define LIFE_KERNEL                                                            \
    .item_is = "one band of rows of one generation",                           \
    .size_is = "cells along one side of the square board",                     \
    .rounds_is = "one generation", .bound = BOUND_CPU, .items = 16,            \
    .most_items = LIFE_MOST_SIDE, .most_size = LIFE_MOST_SIDE,                 \
    .options = life_options, .configure = life_configure,                      \
    .shared_bytes = life_bytes, .setup = life_setup

const char *life_configure(struct run *run);
size_t life_bytes(const struct run *run);
int life_setup(const struct run *run);

/* Whether the last generation follows from the one before, the small
 * patterns are still whole, and the answers fit the board. */
bool life_check(const struct run *run, struct verdict *verdict);

/* The board of a generation, a byte to a cell: even ones in the first half
 * of the shared memory, odd ones in the second. Nobody writes the board that
 * is being read. */
static inline uint8_t *life_board(const struct run *run, uint64_t generation)
{
    return (uint8_t *)run->shared + generation % 2 * run->size * run->size;
}

/* The torus has no edge: row -1 is the last one, row `side` the first. At
 * most one board further on. */
static inline int64_t life_wrap(int64_t at, int64_t side)
{
    if (at < 0)
        return at + side;
    return at < side ? at : at - side;
}

static inline uint8_t *life_cell(const struct run *run, uint64_t generation,
                                 int64_t row, int64_t column)
{
    const int64_t side = (int64_t)run->size;

    return life_board(run, generation) + life_wrap(row, side) * side +
           life_wrap(column, side);
}

/* The rules: three neighbours give life, two keep it. */
static inline uint8_t life_rule(uint8_t alive, unsigned neighbours)
{
    return neighbours == 3 || (neighbours == 2 && alive);
}

/* The rows first..last-1 that make up one band. */
struct life_band {
    uint64_t first, last;
};

static inline struct life_band life_band(const struct run *run, uint64_t i)
{
    return (struct life_band){i * run->size / run->items,
                              (i + 1) * run->size / run->items};
}

#endif
