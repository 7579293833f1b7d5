/*
 * counter_spin.c - one counter for all, each increment under a spin lock.
 *
 * Teaches: a waiter that stays awake takes the lock over at once, with no
 * call into the system. It also keeps a core busy by waiting.
 * Look for: cheaper than `counter_mutex` as long as each worker has a core of
 * its own. With more workers than cores the holder can lose its core in the
 * middle; all others then spin through their whole time slices, and the time
 * grows by leaps.
 * Left out: backing off; see support/spin.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernel.h"
#include "support/counter.h"
#include "support/spin.h"

struct counter {
    alignas(COUNTER_APART) struct spin lock;
    uint64_t count; /* held: lock */
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
        spin_acquire(&counter->lock);
        counter->count++;
        spin_release(&counter->lock);
        if (k % COUNTER_STRETCH == 0)
            checkpoint();
    }
    *answer = run->size;
    return 0;
}

static bool counter_check(const struct run *run, struct verdict *verdict)
{
    const struct counter *counter = run->shared;

    return counter_exact(run, counter->count, verdict);
}

KERNEL(counter_spin) = {
    .summary = "a shared counter: increments under a spin lock",
    COUNTER_KERNEL,
    .shared_bytes = counter_bytes,
    .item = counter_item,
    .check = counter_check,
};
