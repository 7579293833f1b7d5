/*
 * queue.h - a bounded, closable queue between threads.
 * SPDX-License-Identifier: MIT
 *
 * The queue of Effective Python's item 39, and of most textbooks: a monitor
 * (Hoare, "Monitors", CACM 17 (10), 1974) of one mutex and two conditions.
 * put waits while it is full, get waits while it is empty, nobody polls.
 * close ends it: what is inside can still be taken, then get says so.
 * task_done and join let a producer wait until all it has put was worked on.
 * Left out: speed. Every operation takes the one mutex.
 */
#ifndef QUEUE_H
#define QUEUE_H

#include <stdbool.h>
#include <stddef.h>

struct queue;

/* Capacity 0: no bound. NULL when memory runs out. The caller destroys it
 * when no thread uses it any more; what is still inside stays the
 * caller's. */
struct queue *queue_create(size_t capacity);
void queue_destroy(struct queue *queue);

/* All of these may be called by any thread at any time. */

/* Appends a thing, first waiting for room. False when the queue is closed,
 * also while waiting: the thing then stays the caller's. */
bool queue_put(struct queue *queue, void *thing);
/* The same without waiting: false also when there is no room now. */
bool queue_try_put(struct queue *queue, void *thing);
/* Takes the oldest thing, first waiting for one. False when the queue is
 * closed and empty. */
bool queue_get(struct queue *queue, void **thing);
/* The same without waiting: false when there is nothing now. */
bool queue_try_get(struct queue *queue, void **thing);
/* Closed and empty: nothing will ever be taken again. Tells one who polls
 * whether to ask once more. */
bool queue_drained(struct queue *queue);
/* No more puts; wakes everyone who waits. */
void queue_close(struct queue *queue);
/* One thing that was taken has been worked on. */
void queue_task_done(struct queue *queue);
/* Waits until task_done was called once for every put. */
void queue_join(struct queue *queue);

/* Has `changed` called with the number of things inside whenever that has
 * changed, under the queue's own lock: it must be short, and use no function
 * of this queue. Before any other thread uses the queue. */
void queue_watch(struct queue *queue,
                 void (*changed)(void *context, size_t length), void *context);

/* How many are inside now, and the most there ever were. */
size_t queue_length(struct queue *queue);
size_t queue_peak(struct queue *queue);

#endif
