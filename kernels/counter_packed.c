/*
 * counter_packed.c - a counter for each worker, eight to a cache line; added
 * up at the end.
 *
 * Teaches: false sharing. No worker touches another's counter, yet a core
 * cannot own less than a whole cache line, so they wait for each other as if
 * they shared one.
 * Look for: two workers slower than one. `counter_sharded` differs from this in
 * one line and is several times as fast.
 * Left out: reading the total while it grows.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernel.h"
#include "support/counter.h"

struct slot {
    _Atomic uint64_t count;
};

static size_t counter_bytes(const struct run *run)
{
    return run->workers * sizeof(struct slot);
}

static int counter_item(const struct run *run, uint64_t i, uint64_t *answer)
{
    struct slot *slots = run->shared;
    struct slot *mine = &slots[worker_index()];

    (void)i;
    for (uint64_t k = 1; k <= run->size; k++) {
        /* Only its owner writes a slot: load and store cannot be torn apart. */
        const uint64_t count =
            atomic_load_explicit(&mine->count, memory_order_relaxed);

        atomic_store_explicit(&mine->count, count + 1, memory_order_relaxed);
        if (k % COUNTER_STRETCH == 0)
            checkpoint();
    }
    *answer = run->size;
    return 0;
}

static bool counter_check(const struct run *run, struct verdict *verdict)
{
    struct slot *slots = run->shared;
    uint64_t sum = 0;

    for (size_t w = 0; w < run->workers; w++)
        sum += atomic_load(&slots[w].count);
    return counter_exact(run, sum, verdict);
}

KERNEL(counter_packed) = {
    .summary = "a counter per worker, all on one cache line",
    COUNTER_KERNEL,
    .shared_bytes = counter_bytes,
    .item = counter_item,
    .check = counter_check,
};
