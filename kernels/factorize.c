/*
 * factorize.c - all divisors of one number, by trial division (Effective
 * Python, item 37).
 *
 * Teaches: pure computation, nothing shared, nothing waited for. Cores help
 * as far as the list of numbers lets them: it ends when the worker with the
 * largest share ends.
 * Look for: a straight line for threads and processes, a flat one for `gil`
 * and for one-thread strategies. With `--input book-skewed` nobody gets above
 * 1.116: one of its four numbers holds 89.6 % of the steps.
 * Left out: any cleverness. Stopping at the square root makes it a thousand
 * times faster; the check does just that.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernel.h"

#include <inttypes.h>

enum {
    LIST = 4,            /* numbers in each of the book's lists */
    STRETCH = 16384,     /* divisions between two checkpoints: about 25 us */
    MOST_DIVISORS = 1600 /* of any number below 2^31 */
};

enum input {
    INPUT_DEFAULT,
    INPUT_BOOK,
    INPUT_SKEWED,
    INPUT_SKEWED_8TH,
    INPUT_TINY,
};

static const uint32_t factorize_lists[][LIST] = {
    [INPUT_DEFAULT] = {2139079, 1214759, 1516637, 1852285},
    [INPUT_BOOK] = {2139079, 1214759, 1516637, 1852285},
    [INPUT_SKEWED] = {24134124, 3412334, 12434124, 343414124},
    [INPUT_SKEWED_8TH] = {3016766, 426542, 1554266, 42926765},
    [INPUT_TINY] = {132123, 1243, 1532, 1234},
};

static const struct option_spec factorize_options[] = {
    {.name = "input",
     .argument = "LIST",
     .kind = OPTION_CHOICE,
     .fallback = "default",
     .choices = "default book book-skewed book-skewed-8th book-tiny",
     .help = "the book's numbers repeated, or one of its lists once; or one an "
             "eighth as large"},
    {.name = NULL},
};

/* A list of the book is taken once, unless the user asks for more items. */
static const char *factorize_configure(struct run *run)
{
    if (run->size > 0 && option_given(run, "input"))
        return "--size draws numbers of its own: it excludes --input";
    if (option_number(run, "input") != INPUT_DEFAULT &&
        !option_given(run, "items"))
        run->items = LIST;
    return NULL;
}

/* The number that item i takes apart. With --size N it lies in the upper
 * sixteenth below N, so that all items are of about the same length. */
static uint32_t factorize_number(const struct run *run, uint64_t i)
{
    if (run->size > 0)
        return (uint32_t)(run->size -
                          random_at(run->seed, i) % (run->size / 16 + 1));
    return factorize_lists[option_number(run, "input")][i % LIST];
}

static int factorize_item(const struct run *run, uint64_t i, uint64_t *answer)
{
    const uint32_t number = factorize_number(run, i);
    uint64_t fold = 0;

    /* 32 bits wide: a 64-bit division takes longer on many processors. */
    for (uint32_t divisor = 1; divisor <= number; divisor++) {
        if (number % divisor == 0)
            fold = mix64(fold ^ divisor);
        if (divisor % STRETCH == 0)
            checkpoint();
    }
    *answer = fold;
    return 0;
}

/* The same answer by another road: divisors come in pairs, d and number / d,
 * and the smaller of the two is at most the square root. */
static uint64_t factorize_by_pairs(uint32_t number)
{
    uint32_t larger[MOST_DIVISORS / 2 + 1];
    size_t n = 0;
    uint64_t fold = 0;

    for (uint32_t divisor = 1; divisor <= number / divisor; divisor++) {
        if (number % divisor != 0)
            continue;
        fold = mix64(fold ^ divisor);
        if (divisor != number / divisor)
            larger[n++] = number / divisor;
    }
    while (n > 0) /* they were found in falling order */
        fold = mix64(fold ^ larger[--n]);
    return fold;
}

static bool factorize_check(const struct run *run, struct verdict *verdict)
{
    for (uint64_t i = 0; i < run->items; i++) {
        const uint32_t number = factorize_number(run, i);

        if (run->answers[i] != factorize_by_pairs(number)) {
            verdict_say(verdict, "item %" PRIu64 ": wrong divisors of %" PRIu32,
                        i, number);
            return false;
        }
    }
    return true;
}

KERNEL(factorize) = {
    .summary = "all divisors of a number by trial division",
    .item_is = "all divisors of one number",
    .size_is = "numbers just below this; 0: the book's numbers",
    .bound = BOUND_CPU,
    .items = 160,
    .most_items = 1 << 24,
    .most_size = INT32_MAX,
    .quick = "--items 24",
    .small = "--items 16 --size 5000",
    .options = factorize_options,
    .configure = factorize_configure,
    .item = factorize_item,
    .check = factorize_check,
};
