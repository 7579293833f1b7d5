/*
 * loop.h - an event loop: coroutines parked on epoll and a timer heap.
 * SPDX-License-Identifier: MIT
 *
 * `event_loop` runs one of these, `hybrid` one in each of several threads.
 */
#ifndef LOOP_H
#define LOOP_H

#include "crew.h"

#include <stdint.h>

struct loop {
    struct crew crew;
    struct timer_heap timers; /* of sleepers */
    struct timer_heap alarms; /* of ops that have a deadline */
    int epoll;
    /* What epoll knows of descriptor fd: enum watched, loop.c. */
    uint8_t *watched;
    size_t watched_room;
};

/* A loop with `inflight` coroutines. Dies when the system refuses. It
 * belongs to the thread that runs it. */
void loop_create(struct loop *loop, const struct run *run, uint64_t inflight);
/* Runs the items first..last-1 of the round; returns when all are done. */
void loop_run(struct loop *loop, uint64_t first, uint64_t last);
void loop_destroy(struct loop *loop);

/* Answers await() for an item that runs in this thread's loop: does it now
 * if that needs no waiting, else parks the coroutine and tries again. */
int64_t loop_await(struct op *op);
/* Answers await_in_order() likewise. */
size_t loop_await_in_order(struct op *ops, int64_t *results, size_t count);

#endif
