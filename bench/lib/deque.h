/*
 * deque.h - the work-stealing deque of Chase and Lev.
 * SPDX-License-Identifier: MIT
 *
 * Its owner pushes and takes at one end without a lock, as on a stack; other
 * threads steal from the other end, the oldest and mostly largest piece.
 * Owner and thieves meet only over the last piece, and a compare-and-swap
 * decides.
 *   D. Chase, Y. Lev, "Dynamic circular work-stealing deque", SPAA 2005.
 *   N. Le, A. Pop, A. Cohen, F. Zappa Nardelli, "Correct and efficient
 *   work-stealing for weak memory models", PPoPP 2013.
 * The paper's stand-alone fences are replaced by sequentially consistent
 * accesses of top and bottom, which order at least as much and which
 * ThreadSanitizer understands.
 */
#ifndef DEQUE_H
#define DEQUE_H

#include <stdalign.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct deque_ring;

struct deque {
    alignas(128) _Atomic int64_t top;    /* thieves advance it */
    alignas(128) _Atomic int64_t bottom; /* only the owner writes it */
    _Atomic(struct deque_ring *) ring;
};

/* Makes an empty deque; it grows as needed. 0 or -ENOMEM. */
int deque_init(struct deque *deque);
/* Only when no thread uses it any more. */
void deque_destroy(struct deque *deque);

/* Owner only. Push dies when memory runs out; things are not NULL. */
void deque_push(struct deque *deque, void *thing);
/* Owner only: the youngest thing, or NULL when there is none. */
void *deque_take(struct deque *deque);
/* Any thread: the oldest thing; NULL when there is none or when another
 * thread was faster (*lost is then true: it may pay to try again). */
void *deque_steal(struct deque *deque, _Bool *lost);

#endif
