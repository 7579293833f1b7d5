/*
 * timer_heap.h - who wants to be woken when, soonest first.
 * SPDX-License-Identifier: MIT
 *
 * A binary heap in an array (Williams, "Algorithm 232: Heapsort", CACM 7 (6),
 * 1964). Deadlines that arrive in rising order, as those of equal sleeps do,
 * cost one comparison each to put in.
 */
#ifndef TIMER_HEAP_H
#define TIMER_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct timer {
    uint64_t deadline_ns; /* on clock_now()'s scale */
    void *owner;
};

struct timer_heap {
    struct timer *timers;
    size_t count, room;
};

/* An all-zero timer_heap is empty and ready. Grows as needed; dies when
 * memory runs out. Not thread-safe. */
void timer_heap_push(struct timer_heap *heap, uint64_t deadline_ns,
                     void *owner);
/* Takes out the soonest timer if its deadline is at or before `now_ns`:
 * its owner, otherwise NULL. */
void *timer_heap_pop_due(struct timer_heap *heap, uint64_t now_ns);
/* The soonest deadline; false when the heap is empty. */
bool timer_heap_soonest(const struct timer_heap *heap, uint64_t *deadline_ns);
void timer_heap_free(struct timer_heap *heap);

#endif
