/*
 * timer_heap.c - who wants to be woken when, soonest first.
 * SPDX-License-Identifier: MIT
 */
#include "timer_heap.h"
#include "die.h"

#include <errno.h>
#include <stdlib.h>

static void grow(struct timer_heap *heap)
{
    size_t room = heap->room == 0 ? 64 : 2 * heap->room;
    struct timer *timers = realloc(heap->timers, room * sizeof *timers);
    if (timers == NULL)
        die(ENOMEM, "%zu timers", room);
    heap->timers = timers;
    heap->room = room;
}

void timer_heap_push(struct timer_heap *heap, uint64_t deadline_ns, void *owner)
{
    if (heap->count == heap->room)
        grow(heap);
    size_t at = heap->count++;
    for (; at > 0; at = (at - 1) / 2) {
        const struct timer *parent = &heap->timers[(at - 1) / 2];
        if (parent->deadline_ns <= deadline_ns)
            break;
        heap->timers[at] = *parent;
    }
    heap->timers[at] =
        (struct timer){.deadline_ns = deadline_ns, .owner = owner};
}

/* Puts `timer` where the first one was and lets it sink to its place. */
static void replace_first(struct timer_heap *heap, struct timer timer)
{
    size_t at = 0, child;
    while ((child = 2 * at + 1) < heap->count) {
        if (child + 1 < heap->count && heap->timers[child + 1].deadline_ns <
                                           heap->timers[child].deadline_ns)
            child++;
        if (timer.deadline_ns <= heap->timers[child].deadline_ns)
            break;
        heap->timers[at] = heap->timers[child];
        at = child;
    }
    heap->timers[at] = timer;
}

void *timer_heap_pop_due(struct timer_heap *heap, uint64_t now_ns)
{
    if (heap->count == 0 || heap->timers[0].deadline_ns > now_ns)
        return NULL;
    void *owner = heap->timers[0].owner;
    struct timer last = heap->timers[--heap->count];
    if (heap->count > 0)
        replace_first(heap, last);
    return owner;
}

bool timer_heap_soonest(const struct timer_heap *heap, uint64_t *deadline_ns)
{
    if (heap->count == 0)
        return false;
    *deadline_ns = heap->timers[0].deadline_ns;
    return true;
}

void timer_heap_free(struct timer_heap *heap)
{
    free(heap->timers);
    *heap = (struct timer_heap){0};
}
