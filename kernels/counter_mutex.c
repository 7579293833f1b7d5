/*
 * counter_mutex.c - one counter for all, each increment under a lock.
 *
 * Teaches: a lock makes load, add and store one step, and the count right
 * (Effective Python, item 38). Whoever finds it taken may be put to sleep by
 * the system and must be woken again.
 * Look for: a cost per increment far above that of `counter_racy`, and two
 * workers slower than one: what is locked cannot overlap, and the lock itself
 * has to travel.
 * Left out: locking less often, which is what one would do.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernel.h"
#include "support/counter.h"

struct counter {
    struct lock lock;
    uint64_t count; /* held: lock */
};

static size_t counter_bytes(const struct run *run)
{
    (void)run;
    return sizeof(struct counter);
}

static int counter_setup(const struct run *run)
{
    struct counter *counter = run->shared;

    return lock_init(&counter->lock);
}

static int counter_item(const struct run *run, uint64_t i, uint64_t *answer)
{
    struct counter *counter = run->shared;

    (void)i;
    for (uint64_t k = 1; k <= run->size; k++) {
        lock_acquire(&counter->lock);
        counter->count++;
        lock_release(&counter->lock);
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

static void counter_teardown(const struct run *run)
{
    struct counter *counter = run->shared;

    lock_destroy(&counter->lock);
}

KERNEL(counter_mutex) = {
    .summary = "a shared counter: increments under a lock",
    COUNTER_KERNEL,
    .shared_bytes = counter_bytes,
    .setup = counter_setup,
    .item = counter_item,
    .check = counter_check,
    .teardown = counter_teardown,
};
