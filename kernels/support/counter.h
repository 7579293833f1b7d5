/*
 * counter.h - what the six counter_* kernels have in common.
 * SPDX-License-Identifier: MIT
 *
 * All six take the same number of increments of the same counter; they
 * differ in how one increment is made, and `diff` of two of them shows just
 * that. The answer of an item is the number of increments it tried, so the
 * digest is the same for all six; the check compares the count with it.
 */
#ifndef COUNTER_H
#define COUNTER_H

#include "../kernel.h"

#include <inttypes.h>

/* Two lines of 64 bytes: many processors fetch lines in pairs, and some have
 * lines of 128 bytes. What is this far apart shares none. */
enum { COUNTER_APART = 128 };

/* Increments between two checkpoints: below 100 us even when every one of
 * them waits for a cache line. */
enum { COUNTER_STRETCH = 1024 };

/* The part of KERNEL() that is equal in all six. */
#define COUNTER_KERNEL                                                         \
    .item_is = "a number of increments", .size_is = "increments per item",     \
    .bound = BOUND_SHARED, .items = 40, .size = 250000, .most_items = 1 << 24, \
    .quick = "--items 40 --size 100000", .small = "--items 14 --size 500"

static inline uint64_t counter_tried(const struct run *run)
{
    return run->items * run->size * run->rounds;
}

/* Whether every item says that it tried all of its increments. */
static inline bool counter_answers_right(const struct run *run,
                                         struct verdict *verdict)
{
    for (uint64_t i = 0; i < run->items; i++) {
        if (run->answers[i] != run->size) {
            verdict_say(verdict, "item %" PRIu64 " has a wrong answer", i);
            return false;
        }
    }
    return true;
}

/* For the five counters that must not lose an increment. */
static inline bool counter_exact(const struct run *run, uint64_t count,
                                 struct verdict *verdict)
{
    const uint64_t tried = counter_tried(run);

    verdict_figure(verdict, "lost", count < tried ? tried - count : 0);
    if (count == tried)
        return counter_answers_right(run, verdict);
    verdict_say(verdict,
                "the count is %" PRIu64 " after %" PRIu64 " increments", count,
                tried);
    return false;
}

#endif
