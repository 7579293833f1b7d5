/*
 * gcd.c - the greatest common divisor of one pair, by scanning down from the
 * lower number (Effective Python, item 41).
 *
 * Teaches: the case executors are made for: a function of one argument,
 * mapped over a list. Swapping threads for processes changes one line.
 * Look for: `pool` and `process_pool` side by side; under `gil` a pool of
 * threads is no faster than none.
 * Left out: Euclid's method, which needs a dozen steps where this takes
 * millions; the check uses it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernel.h"

#include <inttypes.h>

enum {
    LIST = 4,       /* pairs in the book's list */
    STRETCH = 16384 /* candidates between two checkpoints: about 25 us */
};

struct pair {
    uint32_t a, b;
};

static const struct pair gcd_list[LIST] = {
    {1938323, 2893844},
    {4981932, 1393843},
    {1385764, 4928467},
    {8398471, 2938123},
};

/* A number in the upper sixteenth below `size`: all items are of about the
 * same length. */
static uint32_t gcd_draw(const struct run *run, uint64_t i)
{
    return (uint32_t)(run->size -
                      random_at(run->seed, i) % (run->size / 16 + 1));
}

static struct pair gcd_pair(const struct run *run, uint64_t i)
{
    if (run->size > 0)
        return (struct pair){gcd_draw(run, 2 * i), gcd_draw(run, 2 * i + 1)};
    return gcd_list[i % LIST];
}

static int gcd_item(const struct run *run, uint64_t i, uint64_t *answer)
{
    const struct pair pair = gcd_pair(run, i);
    uint32_t candidate = pair.a < pair.b ? pair.a : pair.b;

    while (pair.a % candidate != 0 || pair.b % candidate != 0) {
        candidate--;
        if (candidate % STRETCH == 0)
            checkpoint();
    }
    *answer = candidate; /* 1 divides everything: the scan always ends */
    return 0;
}

static uint32_t gcd_by_euclid(struct pair pair)
{
    while (pair.b != 0)
        pair = (struct pair){pair.b, pair.a % pair.b};
    return pair.a;
}

static bool gcd_check(const struct run *run, struct verdict *verdict)
{
    for (uint64_t i = 0; i < run->items; i++) {
        const struct pair pair = gcd_pair(run, i);

        if (run->answers[i] != gcd_by_euclid(pair)) {
            verdict_say(verdict,
                        "item %" PRIu64 ": gcd(%" PRIu32 ", %" PRIu32
                        ") is not %" PRIu64,
                        i, pair.a, pair.b, run->answers[i]);
            return false;
        }
    }
    return true;
}

KERNEL(gcd) = {
    .summary = "greatest common divisor by scanning down",
    .item_is = "the greatest common divisor of one pair",
    .size_is = "pairs just below this; 0: the book's pairs",
    .bound = BOUND_CPU,
    .items = 160,
    .most_items = 1 << 24,
    .most_size = INT32_MAX,
    .quick = "--items 20",
    .small = "--items 16 --size 5000",
    .item = gcd_item,
    .check = gcd_check,
};
