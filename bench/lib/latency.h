/*
 * latency.h - how long items take from begin to end: their percentiles.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: that a thousand items took a second together does not say what
 * one of them took. Whoever waits for an answer feels the latency, and the
 * slow ones most; so kernels that wait report percentiles too.
 * A log-linear histogram holds them: every power of two is cut into 64 equal
 * parts, so any time from a nanosecond to centuries is kept to one percent
 * in 30 KiB (the scheme of G. Tene's HdrHistogram). Counting is one atomic
 * addition, so that threads and forked processes may share one histogram.
 * Left out: latency as a client sees it whose requests do not wait for the
 * last answer. Items here begin when their strategy gets to them.
 */
#ifndef LATENCY_H
#define LATENCY_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

enum {
    LATENCY_PARTS = 64, /* of each power of two */
    LATENCY_BUCKETS = LATENCY_PARTS * 59,
    LATENCY_SLOTS = 65536, /* items of a round whose time is taken, at most */
};

/* Lives in memory that all workers share; zeroed memory with `step` and
 * `slots` set is an empty one. */
struct latency {
    uint64_t step;  /* every step-th item of a round is looked at */
    uint64_t slots; /* so many items in all */
    atomic_uint_fast64_t most_ns;
    atomic_uint_fast64_t counts[LATENCY_BUCKETS];
    atomic_uint_fast64_t begun_ns[]; /* one for each slot */
};

/* Bytes for a round of so many items, and making them an empty one. */
size_t latency_bytes(uint64_t items);
void latency_make(struct latency *latency, uint64_t items);

/* Item i begins, by the clock of bench/lib/clock.h, and ends, perhaps in
 * another thread or process. Safe from any worker, for different items. */
void latency_begin(struct latency *latency, uint64_t i);
void latency_end(struct latency *latency, uint64_t i);
/* Counts one time directly. Safe from any worker. */
void latency_count(struct latency *latency, uint64_t ns);

/* The time that a share of all counted items did not exceed (nearest rank),
 * within 1 %; share 1 gives the longest, exactly. 0 when none was counted.
 * Only when no worker counts any more. */
uint64_t latency_percentile(const struct latency *latency, double share);

#endif
