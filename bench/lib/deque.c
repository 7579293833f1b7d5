/*
 * deque.c - the work-stealing deque of Chase and Lev.
 * SPDX-License-Identifier: MIT
 */
#include "deque.h"
#include "die.h"

#include <errno.h>
#include <stdlib.h>

enum { FIRST_LOG = 8 };

/* A ring that was outgrown may still be read by a slow thief, so it is kept
 * until the deque goes; all of them together are smaller than the last. */
struct deque_ring {
    struct deque_ring *outgrown;
    int64_t mask; /* size - 1, the size being a power of two */
    _Atomic(void *) slots[];
};

static struct deque_ring *ring_create(int64_t size)
{
    struct deque_ring *ring =
        calloc(1, sizeof *ring + (size_t)size * sizeof ring->slots[0]);
    if (ring != NULL)
        ring->mask = size - 1;
    return ring;
}

static void slot_set(struct deque_ring *ring, int64_t i, void *thing)
{
    atomic_store_explicit(&ring->slots[i & ring->mask], thing,
                          memory_order_relaxed);
}

static void *slot_get(struct deque_ring *ring, int64_t i)
{
    return atomic_load_explicit(&ring->slots[i & ring->mask],
                                memory_order_relaxed);
}

int deque_init(struct deque *deque)
{
    struct deque_ring *ring = ring_create((int64_t)1 << FIRST_LOG);
    if (ring == NULL)
        return -ENOMEM;
    atomic_init(&deque->top, 0);
    atomic_init(&deque->bottom, 0);
    atomic_init(&deque->ring, ring);
    return 0;
}

void deque_destroy(struct deque *deque)
{
    struct deque_ring *ring = atomic_load(&deque->ring);
    while (ring != NULL) {
        struct deque_ring *outgrown = ring->outgrown;
        free(ring);
        ring = outgrown;
    }
}

static struct deque_ring *grow(struct deque *deque, struct deque_ring *ring,
                               int64_t top, int64_t bottom)
{
    struct deque_ring *larger = ring_create(2 * (ring->mask + 1));
    if (larger == NULL)
        die(ENOMEM, "deque");
    for (int64_t i = top; i < bottom; i++)
        slot_set(larger, i, slot_get(ring, i));
    larger->outgrown = ring;
    atomic_store_explicit(&deque->ring, larger, memory_order_release);
    return larger;
}

void deque_push(struct deque *deque, void *thing)
{
    int64_t bottom = atomic_load_explicit(&deque->bottom, memory_order_relaxed);
    int64_t top = atomic_load_explicit(&deque->top, memory_order_acquire);
    struct deque_ring *ring =
        atomic_load_explicit(&deque->ring, memory_order_relaxed);
    if (bottom - top > ring->mask)
        ring = grow(deque, ring, top, bottom);
    slot_set(ring, bottom, thing);
    /* Release: a thief that sees the new bottom sees the thing, and all the
     * owner wrote into it. */
    atomic_store_explicit(&deque->bottom, bottom + 1, memory_order_release);
}

void *deque_take(struct deque *deque)
{
    struct deque_ring *ring =
        atomic_load_explicit(&deque->ring, memory_order_relaxed);
    int64_t bottom =
        atomic_load_explicit(&deque->bottom, memory_order_relaxed) - 1;
    /* First claim the youngest, then look how far the thieves are. Both are
     * sequentially consistent: a thief does it in the opposite order, and
     * one of the two must see the other. */
    atomic_store_explicit(&deque->bottom, bottom, memory_order_seq_cst);
    int64_t top = atomic_load_explicit(&deque->top, memory_order_seq_cst);
    if (top > bottom) { /* it was empty */
        atomic_store_explicit(&deque->bottom, bottom + 1, memory_order_relaxed);
        return NULL;
    }
    void *thing = slot_get(ring, bottom);
    if (top == bottom) { /* the last one: race the thieves for it */
        if (!atomic_compare_exchange_strong_explicit(&deque->top, &top, top + 1,
                                                     memory_order_seq_cst,
                                                     memory_order_relaxed))
            thing = NULL;
        atomic_store_explicit(&deque->bottom, bottom + 1, memory_order_relaxed);
    }
    return thing;
}

void *deque_steal(struct deque *deque, _Bool *lost)
{
    int64_t top = atomic_load_explicit(&deque->top, memory_order_seq_cst);
    int64_t bottom = atomic_load_explicit(&deque->bottom, memory_order_seq_cst);
    *lost = 0;
    if (top >= bottom)
        return NULL;
    struct deque_ring *ring =
        atomic_load_explicit(&deque->ring, memory_order_acquire);
    /* Read before the swap: afterwards the owner may reuse the slot. */
    void *thing = slot_get(ring, top);
    if (!atomic_compare_exchange_strong_explicit(&deque->top, &top, top + 1,
                                                 memory_order_seq_cst,
                                                 memory_order_relaxed)) {
        *lost = 1;
        return NULL;
    }
    return thing;
}
