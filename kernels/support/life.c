/*
 * life.c - the boards, options and check of the Game of Life.
 * SPDX-License-Identifier: MIT
 */
#include "life.h"
#include "fold.h"

#include <inttypes.h>

enum pattern { PATTERN_RANDOM, PATTERN_BLINKER, PATTERN_GLIDER };

enum {
    LEAST_SIDE = 8,
    BLINKER_CELLS = 3, /* alive in every generation */
    GLIDER_CELLS = 5
};

const struct option_spec life_options[] = {
    {.name = "pattern",
     .argument = "NAME",
     .kind = OPTION_CHOICE,
     .fallback = "random",
     .choices = "random blinker glider",
     .help = "the first generation; the small ones sit in a corner"},
    {.name = NULL},
};

const char *life_configure(struct run *run)
{
    if (run->size < LEAST_SIDE)
        return "--size: the board needs a side of at least 8 cells";
    if (run->items > run->size)
        return "--items: more bands than the board has rows";
    return NULL;
}

/* Two boards, a byte to a cell. */
size_t life_bytes(const struct run *run)
{
    return 2 * run->size * run->size;
}

static void life_place(const struct run *run, const int8_t (*cells)[2],
                       size_t n)
{
    for (size_t k = 0; k < n; k++)
        *life_cell(run, 0, cells[k][0], cells[k][1]) = 1;
}

/* A third of the cells alive, drawn from the seed; or one small pattern
 * around the corner, so that it lies across the seams of the torus. */
int life_setup(const struct run *run)
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
        const struct life_band band = life_band(run, i);
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

bool life_check(const struct run *run, struct verdict *verdict)
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
