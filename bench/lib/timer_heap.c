/*
 * timer_heap.c - who wants to be woken when, soonest first.
 * SPDX-License-Identifier: MIT
 */
#include "timer_heap.h"
#include "die.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

/* ------------------------------------------------------------ growing */

enum { FIRST_ROOM = 4096 };

static void *map_more(struct timer *old, size_t old_bytes, size_t bytes)
{
    return old == NULL ? mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
                       : mremap(old, old_bytes, bytes, MREMAP_MAYMOVE);
}

/* realloc(3) does the same and takes more stack than a small one has. */
static void grow(struct timer_array *array)
{
    size_t room = array->room == 0 ? FIRST_ROOM : 2 * array->room;
    void *timers = map_more(array->timers, array->room * sizeof(struct timer),
                            room * sizeof(struct timer));
    if (timers == MAP_FAILED)
        die(errno, "%zu timers", room);
    array->timers = timers;
    array->room = room;
}

static void release(struct timer_array *array)
{
    if (array->timers != NULL)
        munmap(array->timers, array->room * sizeof(struct timer));
}

/* -------------------------------------------------------------- queue */

static bool queue_is_empty(const struct timer_heap *heap)
{
    return heap->first == heap->queue.end;
}

/* Room for one more at the end: what has been taken out at the beginning is
 * used again when it is at least half. */
static void make_room(struct timer_heap *heap)
{
    struct timer_array *queue = &heap->queue;
    if (queue->room == 0 || 2 * heap->first < queue->room) {
        grow(queue);
        return;
    }
    queue->end -= heap->first;
    memmove(queue->timers, queue->timers + heap->first,
            queue->end * sizeof(struct timer));
    heap->first = 0;
}

static void queue_append(struct timer_heap *heap, struct timer timer)
{
    if (heap->queue.end == heap->queue.room)
        make_room(heap);
    heap->queue.timers[heap->queue.end++] = timer;
}

static void queue_drop_first(struct timer_heap *heap)
{
    heap->first++;
    if (queue_is_empty(heap))
        heap->first = heap->queue.end = 0;
}

/* --------------------------------------------------------------- heap */

static void heap_insert(struct timer_array *heap, struct timer timer)
{
    if (heap->end == heap->room)
        grow(heap);
    size_t at = heap->end++;
    for (; at > 0; at = (at - 1) / 2) {
        const struct timer *parent = &heap->timers[(at - 1) / 2];
        if (parent->deadline_ns <= timer.deadline_ns)
            break;
        heap->timers[at] = *parent;
    }
    heap->timers[at] = timer;
}

/* The last one takes the place of the first and sinks to its own. */
static void heap_drop_first(struct timer_array *heap)
{
    size_t at = 0, child;
    struct timer last = heap->timers[--heap->end];
    while ((child = 2 * at + 1) < heap->end) {
        if (child + 1 < heap->end && heap->timers[child + 1].deadline_ns <
                                         heap->timers[child].deadline_ns)
            child++;
        if (last.deadline_ns <= heap->timers[child].deadline_ns)
            break;
        heap->timers[at] = heap->timers[child];
        at = child;
    }
    heap->timers[at] = last;
}

/* --------------------------------------------------------------- both */

void timer_heap_push(struct timer_heap *heap, uint64_t deadline_ns, void *owner)
{
    struct timer timer = {.deadline_ns = deadline_ns, .owner = owner};
    if (queue_is_empty(heap) ||
        deadline_ns >= heap->queue.timers[heap->queue.end - 1].deadline_ns)
        queue_append(heap, timer);
    else
        heap_insert(&heap->heap, timer);
}

/* The soonest of all, or NULL. */
static const struct timer *soonest(const struct timer_heap *heap)
{
    const struct timer *a =
        queue_is_empty(heap) ? NULL : &heap->queue.timers[heap->first];
    const struct timer *b = heap->heap.end == 0 ? NULL : heap->heap.timers;
    if (a == NULL || b == NULL)
        return a == NULL ? b : a;
    return a->deadline_ns <= b->deadline_ns ? a : b;
}

void *timer_heap_pop_due(struct timer_heap *heap, uint64_t now_ns)
{
    const struct timer *timer = soonest(heap);
    if (timer == NULL || timer->deadline_ns > now_ns)
        return NULL;
    void *owner = timer->owner;
    if (timer == heap->heap.timers)
        heap_drop_first(&heap->heap);
    else
        queue_drop_first(heap);
    return owner;
}

bool timer_heap_soonest(const struct timer_heap *heap, uint64_t *deadline_ns)
{
    const struct timer *timer = soonest(heap);
    if (timer != NULL)
        *deadline_ns = timer->deadline_ns;
    return timer != NULL;
}

size_t timer_heap_count(const struct timer_heap *heap)
{
    return heap->queue.end - heap->first + heap->heap.end;
}

void timer_heap_free(struct timer_heap *heap)
{
    release(&heap->queue);
    release(&heap->heap);
    *heap = (struct timer_heap){0};
}
