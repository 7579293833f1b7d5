/*
 * life_coroutines.c - the Game of Life in which each cell is a coroutine
 * that asks for what it wants to know (Effective Python, item 40).
 *
 * Teaches: taking apart what a program decides from where it gets its data.
 * The cell yields a query for a state, or a transition to a new one; it has
 * never seen a board. The environment answers; it does not know the rules.
 * Either can be exchanged alone: the board may as well be far away. And the
 * cell is no state machine: functions call functions, and each may yield.
 * Look for: the digest of `life` for the same arguments, and nanoseconds for
 * each cell in the note: what this way of taking apart costs. Coroutines
 * compute nothing sooner, but bands of cells do run on several cores.
 * Left out: all cells alive at once. Each is made when its turn comes and
 * ends with it, so one stack serves them one after the other.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernel.h"
#include "support/fold.h"
#include "support/generators.h"
#include "support/life.h"

#include <errno.h>
#include <stdlib.h>

/* ------------------------------------------------- the logic of a cell */

enum request_kind { QUERY, TRANSITION };

/* What a cell yields. */
struct request {
    enum request_kind kind;
    int64_t y, x;
    uint8_t state; /* TRANSITION: the new one */
};

/* What is the state at (y, x)? The request is on the cell's own stack, which
 * stays as it is until the answer has come; clang-tidy does not know. */
static uint8_t query(int64_t y, int64_t x)
{
    const struct request request = {.kind = QUERY, .y = y, .x = x};

    /* NOLINTNEXTLINE(clang-analyzer-core.StackAddressEscape) */
    return (uint8_t)generator_yield(generator_value(&request));
}

/* The cell at (y, x) shall have this state. */
static void transition(int64_t y, int64_t x, uint8_t state)
{
    const struct request request = {
        .kind = TRANSITION, .y = y, .x = x, .state = state};

    generator_yield(generator_value(&request));
}

static unsigned count_neighbors(int64_t y, int64_t x)
{
    static const int8_t around[][2] = {{1, 0},  {1, 1},   {0, 1},  {-1, 1},
                                       {-1, 0}, {-1, -1}, {0, -1}, {1, -1}};
    unsigned count = 0;

    for (size_t k = 0; k < sizeof around / sizeof *around; k++)
        count += query(y + around[k][0], x + around[k][1]);
    return count;
}

/* The rules in the book's words, apart from life_rule(), which checks. */
static uint8_t game_logic(uint8_t alive, unsigned neighbors)
{
    if (alive && neighbors < 2)
        return 0; /* too few */
    if (alive && neighbors > 3)
        return 0; /* too many */
    if (!alive && neighbors == 3)
        return 1; /* regenerates */
    return alive;
}

struct cell {
    int64_t y, x;
};

/* The body of a cell's coroutine. */
static int64_t step_cell(void *argument)
{
    const struct cell *cell = argument;
    const uint8_t alive = query(cell->y, cell->x);
    const unsigned neighbors = count_neighbors(cell->y, cell->x);

    transition(cell->y, cell->x, game_logic(alive, neighbors));
    return 0;
}

/* -------------------------------------------------------- environment */

/* Runs one coroutine to its end: answers queries from this generation,
 * writes transitions to the next. */
static void live_a_cell(const struct run *run, struct generator *cell)
{
    struct generator_step step = generator_next(cell);

    while (!step.finished) {
        const struct request *request = generator_address(step.value);

        if (request->kind == QUERY) {
            step = generator_send(
                cell, *life_cell(run, run->round, request->y, request->x));
        } else {
            *life_cell(run, run->round + 1, request->y, request->x) =
                request->state;
            step = generator_next(cell);
        }
    }
}

static int life_coroutines_item(const struct run *run, uint64_t i,
                                uint64_t *answer)
{
    const struct life_band band = life_band(run, i);
    const uint8_t *next = life_board(run, run->round + 1);
    const size_t bytes = generator_stack_bytes(GENERATOR_BODY_BYTES);
    void *stack = malloc(bytes);
    uint64_t fold = 0;

    if (stack == NULL)
        return -ENOMEM;
    for (uint64_t y = band.first; y < band.last; y++) {
        for (uint64_t x = 0; x < run->size; x++) {
            struct cell cell = {(int64_t)y, (int64_t)x};

            live_a_cell(run, generator_make(stack, bytes, step_cell, &cell));
            checkpoint();
        }
        fold = fold_bytes(fold, next + y * run->size, run->size);
    }
    free(stack);
    *answer = fold;
    return 0;
}

static bool life_coroutines_check(const struct run *run,
                                  struct verdict *verdict)
{
    const double cells =
        (double)run->size * (double)run->size * (double)run->rounds;
    const double cell_ns = (double)run->wall_ns / cells;

    if (!life_check(run, verdict))
        return false;
    verdict_figure(verdict, "cell_ns", (uint64_t)(cell_ns + 0.5));
    verdict_say(verdict, "%.1f ns elapsed for each cell and generation",
                cell_ns);
    return true;
}

KERNEL(life_coroutines) = {
    .summary = "Game of Life, each cell a coroutine that asks for its data",
    LIFE_KERNEL,
    .size = 128,
    .rounds = 10,
    .small = "--items 8 --size 16 --rounds 3",
    .item = life_coroutines_item,
    .check = life_coroutines_check,
};
