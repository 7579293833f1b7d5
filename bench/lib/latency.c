/*
 * latency.c - how long items take from begin to end: their percentiles.
 * SPDX-License-Identifier: MIT
 */
#include "latency.h"

#include "clock.h"

#include <math.h>
#include <stdbool.h>

/* 2^6 parts: times below 64 ns have a bucket each. */
enum { PART_BITS = 6 };
_Static_assert(LATENCY_PARTS == 1 << PART_BITS, "parts are a power of two");

static uint64_t slots_of(uint64_t items)
{
    uint64_t step = (items + LATENCY_SLOTS - 1) / LATENCY_SLOTS;
    return (items + step - 1) / step;
}

size_t latency_bytes(uint64_t items)
{
    return sizeof(struct latency) +
           slots_of(items) * sizeof(atomic_uint_fast64_t);
}

void latency_make(struct latency *latency, uint64_t items)
{
    latency->step = (items + LATENCY_SLOTS - 1) / LATENCY_SLOTS;
    latency->slots = slots_of(items);
}

/*
 * Buckets 0..63 hold one nanosecond each; from there on each power of two has
 * 64. The leading six bits below the highest one say which.
 */
static size_t bucket_of(uint64_t ns)
{
    if (ns < LATENCY_PARTS)
        return ns;
    unsigned shift = 63 - (unsigned)__builtin_clzll(ns) - PART_BITS;
    return LATENCY_PARTS * (size_t)shift + (size_t)(ns >> shift);
}

/* The middle of what falls into a bucket. */
static uint64_t middle_of(size_t bucket)
{
    if (bucket < (size_t)2 * LATENCY_PARTS)
        return bucket;
    unsigned shift = (unsigned)(bucket / LATENCY_PARTS) - 1;
    uint64_t least = (bucket - LATENCY_PARTS * (uint64_t)shift) << shift;
    return least + (UINT64_C(1) << shift) / 2;
}

void latency_count(struct latency *latency, uint64_t ns)
{
    atomic_fetch_add_explicit(&latency->counts[bucket_of(ns)], 1,
                              memory_order_relaxed);
    uint_fast64_t most =
        atomic_load_explicit(&latency->most_ns, memory_order_relaxed);
    while (ns > most && !atomic_compare_exchange_weak_explicit(
                            &latency->most_ns, &most, ns, memory_order_relaxed,
                            memory_order_relaxed))
        ;
}

/* Looking at the clock twice for each of a million items would show. */
static bool is_looked_at(const struct latency *latency, uint64_t i)
{
    return latency->step == 1 || i % latency->step == 0;
}

/* One item's begin and end follow each other by the strategy's own means, so
 * the order of its slot's accesses needs no help here. */
void latency_begin(struct latency *latency, uint64_t i)
{
    if (is_looked_at(latency, i))
        atomic_store_explicit(&latency->begun_ns[i / latency->step],
                              clock_now(), memory_order_relaxed);
}

void latency_end(struct latency *latency, uint64_t i)
{
    if (is_looked_at(latency, i))
        latency_count(latency,
                      clock_now() - atomic_load_explicit(
                                        &latency->begun_ns[i / latency->step],
                                        memory_order_relaxed));
}

uint64_t latency_percentile(const struct latency *latency, double share)
{
    uint64_t all = 0, below = 0;
    for (size_t b = 0; b < LATENCY_BUCKETS; b++)
        all += atomic_load(&latency->counts[b]);
    uint64_t most = atomic_load(&latency->most_ns);
    uint64_t rank = (uint64_t)ceil(share * (double)all);
    for (size_t b = 0; b < LATENCY_BUCKETS && rank < all; b++) {
        below += atomic_load(&latency->counts[b]);
        if (below > 0 && below >= rank)
            return middle_of(b) < most ? middle_of(b) : most;
    }
    return most;
}
