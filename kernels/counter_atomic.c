/*
 * counter_atomic.c - one counter for all, each increment one atomic addition.
 *
 * Teaches: the processor can load, add and store as one step, so nothing gets
 * lost and nobody holds a lock. The cache line still has to travel: every
 * core that adds needs it for itself.
 * Look for: cheap with one worker; two, which ought to take half as long, take
 * longer. No number of workers makes it faster.
 * Left out: stronger orderings than relaxed. Nothing else is read by way of
 * the count, so none is needed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernel.h"
#include "support/counter.h"

struct counter {
    alignas(COUNTER_APART) _Atomic uint64_t count;
};

static size_t counter_bytes(const struct run *run)
{
    (void)run;
    return sizeof(struct counter);
}

static int counter_item(const struct run *run, uint64_t i, uint64_t *answer)
{
    struct counter *counter = run->shared;

    (void)i;
    for (uint64_t k = 1; k <= run->size; k++) {
        atomic_fetch_add_explicit(&counter->count, 1, memory_order_relaxed);
        if (k % COUNTER_STRETCH == 0)
            checkpoint();
    }
    *answer = run->size;
    return 0;
}

static bool counter_check(const struct run *run, struct verdict *verdict)
{
    struct counter *counter = run->shared;

    return counter_exact(run, atomic_load(&counter->count), verdict);
}

KERNEL(counter_atomic) = {
    .summary = "a shared counter: atomic additions",
    COUNTER_KERNEL,
    .shared_bytes = counter_bytes,
    .item = counter_item,
    .check = counter_check,
};
