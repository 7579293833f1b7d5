/*
 * minimize.c - a generator is sent numbers and yields the least so far
 * (Effective Python, item 40).
 *
 * Teaches: yield is an expression. It hands a value out and comes back with
 * the one that was sent; between the two, the function stands still with
 * all its variables. No field of a structure has to keep them.
 * Look for: nanoseconds for each send, in the note. A send is two switches
 * of the stack, there and back; it costs some function calls, and hundreds
 * of times less than handing a value to another thread. Nothing is computed
 * sooner: one worker's generators take turns with their item.
 * Left out: a generator that another worker resumes.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernel.h"
#include "support/generators.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

enum { STRETCH = 4096 /* sends between two checkpoints: below 100 us */ };

/* The number at place n of the series of item i: of either sign. */
static int64_t minimize_number(const struct run *run, uint64_t i, uint64_t n)
{
    return (int64_t)random_at(run->seed + i, n);
}

/* The order of the values counts. */
static uint64_t minimize_fold(uint64_t fold, int64_t value)
{
    return fold * 31 + (uint64_t)value;
}

/* The generator. Its first yield has nothing to say yet. */
static _Noreturn int64_t minimize_least(void *argument)
{
    (void)argument;
    int64_t least = generator_yield(0);
    for (;;) {
        const int64_t sent = generator_yield(least);

        least = sent < least ? sent : least;
    }
}

static int minimize_item(const struct run *run, uint64_t i, uint64_t *answer)
{
    const size_t bytes = generator_stack_bytes(GENERATOR_BODY_BYTES);
    void *stack = malloc(bytes);
    uint64_t fold = 0;

    if (stack == NULL)
        return -ENOMEM;
    struct generator *least =
        generator_make(stack, bytes, minimize_least, NULL);
    generator_next(least);
    for (uint64_t n = 0; n < run->size; n++) {
        const int64_t sent = minimize_number(run, i, n);

        fold = minimize_fold(fold, generator_send(least, sent).value);
        if (n % STRETCH == 0)
            checkpoint();
    }
    generator_discard(least);
    free(stack);
    *answer = fold;
    return 0;
}

/* The same without a generator. */
static uint64_t minimize_loop(const struct run *run, uint64_t i)
{
    int64_t least = INT64_MAX;
    uint64_t fold = 0;

    for (uint64_t n = 0; n < run->size; n++) {
        const int64_t number = minimize_number(run, i, n);

        least = number < least ? number : least;
        fold = minimize_fold(fold, least);
    }
    return fold;
}

static bool minimize_check(const struct run *run, struct verdict *verdict)
{
    const double sends =
        (double)run->items * (double)run->size * (double)run->rounds;
    const double send_ns = (double)run->wall_ns / sends;

    for (uint64_t i = 0; i < run->items; i++) {
        if (run->answers[i] != minimize_loop(run, i)) {
            verdict_say(verdict, "the minima of series %" PRIu64 " are wrong",
                        i);
            return false;
        }
    }
    verdict_figure(verdict, "send_ns", (uint64_t)(send_ns + 0.5));
    verdict_say(verdict, "%.1f ns elapsed for each send", send_ns);
    return true;
}

KERNEL(minimize) = {
    .summary = "a generator that yields the least number it was sent so far",
    .item_is = "one series of numbers, sent to one generator",
    .size_is = "numbers in a series",
    .bound = BOUND_CPU,
    .items = 100,
    .size = 200000,
    .most_items = 1 << 24,
    .small = "--items 14 --size 300",
    .item = minimize_item,
    .check = minimize_check,
};
