/*
 * triad.c - a[i] = b[i] + s * c[i] over arrays that no cache holds.
 *
 * Teaches: the memory is a shared resource too. A few cores can ask for all it
 * delivers; more cores then wait for it together.
 * Look for: a curve that bends early and stays flat, however many cores are
 * free. Compare it with `hash`, which works out of the cache. And see
 * `processes` far below one: a worker forked for each round finds none of the
 * shared pages in its page table, and takes a page fault for every one.
 * Left out: placing each block near the core that uses it (one thread fills
 * the arrays, so on a machine with several memories all lie in the first),
 * and stores that bypass the cache. After McCalpin's STREAM.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernel.h"

#include <inttypes.h>
#include <string.h>

enum {
    ARRAYS = 3,
    STRETCH = 8192,         /* elements between two checkpoints: about 20 us */
    MOST_ELEMENTS = 1 << 28 /* in each array: 6 GiB for the three */
};

/* The three arrays lie one behind the other in run->shared. */
struct arrays {
    double *a, *b, *c;
};

static struct arrays triad_arrays(const struct run *run)
{
    const size_t n = run->items * run->size;
    double *first = run->shared;

    return (struct arrays){first, first + n, first + 2 * n};
}

static const char *triad_configure(struct run *run)
{
    if (run->size > MOST_ELEMENTS / run->items)
        return "--items times --size: at most 268435456 elements (6 GiB)";
    return NULL;
}

static size_t triad_bytes(const struct run *run)
{
    return ARRAYS * run->items * run->size * sizeof(double);
}

/*
 * All values are whole numbers below 2^30, so that every result is exact
 * whether or not the compiler fuses the multiplication and the addition.
 */
static double triad_b(const struct run *run, uint64_t at)
{
    return (double)((at ^ run->seed) & 0xfffff);
}

static double triad_c(uint64_t at)
{
    return (double)(at % 1021);
}

/* Differs from round to round, so that a round left out shows. */
static double triad_factor(uint64_t round)
{
    return (double)(3 + round % 1000);
}

static int triad_setup(const struct run *run)
{
    const struct arrays arrays = triad_arrays(run);

    for (uint64_t at = 0; at < run->items * run->size; at++) {
        arrays.a[at] = 0; /* has the page now, not inside the time */
        arrays.b[at] = triad_b(run, at);
        arrays.c[at] = triad_c(at);
    }
    return 0;
}

/* First, middle and last element of a block. */
static uint64_t triad_fold(const double *block, uint64_t size)
{
    const uint64_t samples[] = {0, size / 2, size - 1};
    uint64_t fold = 0, bits;

    for (size_t k = 0; k < sizeof samples / sizeof samples[0]; k++) {
        memcpy(&bits, &block[samples[k]], sizeof bits);
        fold = mix64(fold ^ bits);
    }
    return fold;
}

static int triad_item(const struct run *run, uint64_t i, uint64_t *answer)
{
    const struct arrays arrays = triad_arrays(run);
    const double factor = triad_factor(run->round);
    const uint64_t first = i * run->size, last = first + run->size;

    for (uint64_t from = first; from < last; from += STRETCH) {
        const uint64_t to = last - from < STRETCH ? last : from + STRETCH;

        for (uint64_t at = from; at < to; at++)
            arrays.a[at] = arrays.b[at] + factor * arrays.c[at];
        checkpoint();
    }
    *answer = triad_fold(arrays.a + first, run->size);
    return 0;
}

/* Every element, not only those that the answers sample. */
static bool triad_check(const struct run *run, struct verdict *verdict)
{
    const struct arrays arrays = triad_arrays(run);
    const double factor = triad_factor(run->rounds - 1);

    for (uint64_t at = 0; at < run->items * run->size; at++) {
        const double right = triad_b(run, at) + factor * triad_c(at);

        if (arrays.a[at] != right) {
            verdict_say(verdict, "element %" PRIu64 " is %.0f instead of %.0f",
                        at, arrays.a[at], right);
            return false;
        }
    }
    for (uint64_t i = 0; i < run->items; i++) {
        if (run->answers[i] !=
            triad_fold(arrays.a + i * run->size, run->size)) {
            verdict_say(verdict, "block %" PRIu64 " has a wrong answer", i);
            return false;
        }
    }
    return true;
}

KERNEL(triad) = {
    .summary = "a[i] = b[i] + s * c[i] beyond the caches",
    .item_is = "one block of the three arrays",
    .size_is = "elements in a block, of 8 bytes, in each of three arrays",
    .rounds_is = "once over the arrays, with another s",
    .bound = BOUND_MEMORY,
    .items = 64,
    .size = 1 << 16,
    .rounds = 120,
    .most_items = 1 << 24,
    .most_size = MOST_ELEMENTS,
    .quick = "--rounds 10",
    .small = "--items 14 --size 1000 --rounds 3",
    .configure = triad_configure,
    .shared_bytes = triad_bytes,
    .setup = triad_setup,
    .item = triad_item,
    .check = triad_check,
};
