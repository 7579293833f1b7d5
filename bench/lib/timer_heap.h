/*
 * timer_heap.h - who wants to be woken when, soonest first.
 * SPDX-License-Identifier: MIT
 *
 * Equal sleeps end in the order in which they began, so most deadlines come
 * in rising order: those stand in a queue, which costs one comparison to put
 * in and one to take out, and goes through memory from one end to the other.
 * The others stand in a binary heap in an array (Williams, "Algorithm 232:
 * Heapsort", CACM 7 (6), 1964), which costs as many cache misses as the heap
 * has levels. The soonest of all is the first of the one or of the other.
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

struct timer_array {
    struct timer *timers;
    size_t end, room;
};

struct timer_heap {
    struct timer_array queue; /* in rising order, from `first` on */
    size_t first;
    struct timer_array heap;
};

/* An all-zero timer_heap is empty and ready. Grows as needed, without much
 * stack, so that coroutines on small ones may push; dies when memory runs
 * out. Not thread-safe. */
void timer_heap_push(struct timer_heap *heap, uint64_t deadline_ns,
                     void *owner);
/* Takes out the soonest timer if its deadline is at or before `now_ns`:
 * its owner, otherwise NULL. */
void *timer_heap_pop_due(struct timer_heap *heap, uint64_t now_ns);
/* The soonest deadline; false when the heap is empty. */
bool timer_heap_soonest(const struct timer_heap *heap, uint64_t *deadline_ns);
/* How many timers are in it. */
size_t timer_heap_count(const struct timer_heap *heap);
void timer_heap_free(struct timer_heap *heap);

#endif
