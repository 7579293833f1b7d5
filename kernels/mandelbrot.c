/*
 * mandelbrot.c - one row of the Mandelbrot set: pure computation, unevenly
 * spread.
 *
 * Teaches: items can differ in length a thousandfold, and nobody knows which
 * are long before running them. Dealt out in advance, one worker gets all the
 * long rows and the others wait for it; handed out one by one, they even out.
 * Look for: `threads` (static shares) far below the ideal line, `pool` and
 * `stealing` on it.
 * Left out: the lower half of the picture, mirror image of the upper one. With
 * both, two equal shares would come out even by accident. Left out also: SIMD.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernel.h"

#include <inttypes.h>

/*
 * Numbers are integers that count 2^-27ths. Floating point would do, but one
 * compiler fuses x * x - y * y into a single rounding and another does not,
 * and near the edge of the set the last bit decides about hundreds of steps.
 * Values stay below 7, so that sums of their squares fit into 63 bits.
 */
enum {
    ONE = 1 << 27,
    LEFT = -2 * ONE,           /* the picture's left edge */
    WIDTH = ONE / 2 * 5,       /* from there to 0.5 */
    HEIGHT = ONE / 4 * 5,      /* from the real axis up to 1.25 */
    LIMIT = 1000,              /* steps after which a point counts as inside */
    POINTS_PER_CHECKPOINT = 16 /* at most LIMIT steps each: below 50 us */
};

struct point {
    int64_t x, y;
};

static struct point mandelbrot_point(const struct run *run, uint64_t row,
                                     uint64_t column)
{
    return (struct point){
        .x = LEFT + (int64_t)column * WIDTH / (int64_t)run->size,
        .y = (int64_t)row * HEIGHT / (int64_t)run->items,
    };
}

/* How often z = z * z + c can be taken, from 0, until |z| exceeds 2. */
static int mandelbrot_steps(struct point c)
{
    int64_t x = 0, y = 0;
    int steps = 0;

    while (steps < LIMIT && x * x + y * y <= (int64_t)4 * ONE * ONE) {
        const int64_t next = (x * x - y * y) / ONE + c.x;

        y = 2 * x * y / ONE + c.y;
        x = next;
        steps++;
    }
    return steps;
}

static int mandelbrot_item(const struct run *run, uint64_t i, uint64_t *answer)
{
    uint64_t fold = 0;

    for (uint64_t column = 0; column < run->size; column++) {
        const struct point c = mandelbrot_point(run, i, column);

        fold = mix64(fold ^ (uint64_t)mandelbrot_steps(c));
        if (column % POINTS_PER_CHECKPOINT == 0)
            checkpoint();
    }
    *answer = fold;
    return 0;
}

/*
 * Whether the point lies in one of the two largest parts of the set, by their
 * equations: the heart-shaped body and the disc to the left of it. Leaves out
 * a thin rim, where rounding could decide.
 */
static bool mandelbrot_inside(struct point c)
{
    const double rim = 1e-6;
    const double x = (double)c.x / ONE, y = (double)c.y / ONE;
    const double q = (x - 0.25) * (x - 0.25) + y * y;

    return q * (q + x - 0.25) < y * y / 4 - rim ||
           (x + 1) * (x + 1) + y * y < 1.0 / 16 - rim;
}

/*
 * The same count along another road. In the body and the disc it is known
 * without a step. Elsewhere z is kept as s = x + y and d = x - y: then
 * x * x - y * y is s * d, and 2 * x * y is (s * s - d * d) / 2. Between
 * integers these are equal, not merely close.
 */
static int mandelbrot_steps_again(struct point c)
{
    int64_t s = 0, d = 0;
    int steps = 0;

    if (mandelbrot_inside(c))
        return LIMIT;
    while (steps < LIMIT && s * s + d * d <= (int64_t)8 * ONE * ONE) {
        const int64_t x = s * d / ONE + c.x;
        const int64_t y = (s * s - d * d) / 2 / ONE + c.y;

        s = x + y;
        d = x - y;
        steps++;
    }
    return steps;
}

static bool mandelbrot_check(const struct run *run, struct verdict *verdict)
{
    for (uint64_t row = 0; row < run->items; row++) {
        uint64_t fold = 0;

        for (uint64_t column = 0; column < run->size; column++) {
            const struct point c = mandelbrot_point(run, row, column);

            fold = mix64(fold ^ (uint64_t)mandelbrot_steps_again(c));
        }
        if (run->answers[row] != fold) {
            verdict_say(verdict, "row %" PRIu64 " is wrong", row);
            return false;
        }
    }
    return true;
}

KERNEL(mandelbrot) = {
    .summary = "rows of the Mandelbrot set, of very unequal length",
    .item_is = "one row of the picture",
    .size_is = "points in a row",
    .bound = BOUND_CPU,
    .items = 640,
    .size = 1024,
    .most_items = 1 << 20,
    .most_size = 1 << 20,
    .quick = "--items 96",
    .small = "--items 12 --size 40",
    .item = mandelbrot_item,
    .check = mandelbrot_check,
};
