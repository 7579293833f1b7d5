/*
 * counter_racy.c - one counter for all, loaded, raised and stored with no
 * lock. Wrong on purpose.
 *
 * Teaches: `x += 1` is three steps. Two workers that load the same value
 * store the same value, and one increment is lost (Effective Python, item
 * 38). Load and store are atomic, each by itself, so that this is a race the
 * language defines: a plain x++ would let the compiler do anything at all.
 * Look for: the number lost, and how it depends on workers, cores and size.
 * With one worker none gets lost; losing none proves nothing.
 * Under `gil` no worker is stopped between load and store, until
 * `--checkpoint 100` lets the lock change hands right there.
 * Left out: a right answer. The other five counters have it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernel.h"
#include "support/counter.h"

#include <stdio.h>

struct counter {
    alignas(COUNTER_APART) _Atomic uint64_t count;
};

static const struct option_spec counter_options[] = {
    {.name = "checkpoint",
     .argument = "N",
     .kind = OPTION_NUMBER,
     .fallback = "0",
     .help = "a checkpoint between load and store, every N increments"},
    {.name = NULL},
};

static size_t counter_bytes(const struct run *run)
{
    (void)run;
    return sizeof(struct counter);
}

static int counter_item(const struct run *run, uint64_t i, uint64_t *answer)
{
    const uint64_t every = option_number(run, "checkpoint");
    struct counter *counter = run->shared;

    (void)i;
    for (uint64_t k = 1; k <= run->size; k++) {
        const uint64_t count =
            atomic_load_explicit(&counter->count, memory_order_relaxed);

        if (every > 0 && k % every == 0)
            checkpoint();
        atomic_store_explicit(&counter->count, count + 1, memory_order_relaxed);
        if (k % COUNTER_STRETCH == 0)
            checkpoint();
    }
    *answer = run->size;
    return 0;
}

enum { GROUPED = 32 }; /* room for 2^64 with its commas */

/* 1234567 as "1,234,567": built from the end of `text`, which it returns a
 * place in. */
static const char *counter_grouped(char text[GROUPED], uint64_t number)
{
    char *at = text + GROUPED - 1;
    int digits = 0;

    *at = '\0';
    do {
        if (digits > 0 && digits % 3 == 0)
            *--at = ',';
        *--at = (char)('0' + number % 10);
        number /= 10;
        digits++;
    } while (number > 0);
    return at;
}

/* Any count will do that is not too large, as long as nobody is told it were
 * right. */
static bool counter_check(const struct run *run, struct verdict *verdict)
{
    struct counter *counter = run->shared;
    const uint64_t tried = counter_tried(run);
    const uint64_t count = atomic_load(&counter->count);
    const uint64_t lost = tried - count;
    char lost_text[GROUPED], tried_text[GROUPED];

    if (count > tried)
        return counter_exact(run, count, verdict);
    verdict_figure(verdict, "lost", lost);
    if (lost == 0)
        verdict_say(verdict, "lost none this time, which proves nothing");
    else
        verdict_say(verdict, "lost %s of %s increments (%.1f %%)",
                    counter_grouped(lost_text, lost),
                    counter_grouped(tried_text, tried),
                    100.0 * (double)lost / (double)tried);
    return counter_answers_right(run, verdict);
}

KERNEL(counter_racy) = {
    .summary = "a shared counter, no lock: loses increments",
    COUNTER_KERNEL,
    .options = counter_options,
    .shared_bytes = counter_bytes,
    .item = counter_item,
    .check = counter_check,
};
