/*
 * queue.c - a bounded, closable queue between threads.
 * SPDX-License-Identifier: MIT
 */
#include "queue.h"

#include <pthread.h>
#include <stdlib.h>

enum { FIRST_ROOM = 64 };

struct queue {
    pthread_mutex_t mutex;
    pthread_cond_t filled;   /* there is something to take, or it was closed */
    pthread_cond_t emptied;  /* there is room, or it was closed */
    pthread_cond_t finished; /* nothing is unfinished */
    void **ring;
    size_t room;     /* of the ring */
    size_t capacity; /* 0: the ring grows */
    size_t first, length, peak, unfinished;
    bool closed;
    void (*changed)(void *context, size_t length); /* or NULL */
    void *changed_context;
};

struct queue *queue_create(size_t capacity)
{
    struct queue *queue = calloc(1, sizeof *queue);
    if (queue == NULL)
        return NULL;
    queue->capacity = capacity;
    queue->room = capacity == 0 ? FIRST_ROOM : capacity;
    queue->ring = calloc(queue->room, sizeof *queue->ring);
    if (queue->ring == NULL) {
        free(queue);
        return NULL;
    }
    pthread_mutex_init(&queue->mutex, NULL);
    pthread_cond_init(&queue->filled, NULL);
    pthread_cond_init(&queue->emptied, NULL);
    pthread_cond_init(&queue->finished, NULL);
    return queue;
}

void queue_destroy(struct queue *queue)
{
    pthread_cond_destroy(&queue->filled);
    pthread_cond_destroy(&queue->emptied);
    pthread_cond_destroy(&queue->finished);
    pthread_mutex_destroy(&queue->mutex);
    free(queue->ring);
    free(queue);
}

/* Doubles the ring of an unbounded queue; false when memory runs out. */
static bool grow(struct queue *queue)
{
    void **ring = calloc(2 * queue->room, sizeof *ring);
    if (ring == NULL)
        return false;
    for (size_t i = 0; i < queue->length; i++)
        ring[i] = queue->ring[(queue->first + i) % queue->room];
    free(queue->ring);
    queue->ring = ring;
    queue->room *= 2;
    queue->first = 0;
    return true;
}

void queue_watch(struct queue *queue,
                 void (*changed)(void *context, size_t length), void *context)
{
    queue->changed = changed;
    queue->changed_context = context;
}

static bool full(const struct queue *queue)
{
    return queue->capacity != 0 && queue->length == queue->capacity;
}

/* With the mutex held. */
static bool append(struct queue *queue, void *thing)
{
    if (queue->length == queue->room && !grow(queue))
        return false;
    queue->ring[(queue->first + queue->length) % queue->room] = thing;
    queue->length++;
    queue->unfinished++;
    if (queue->length > queue->peak)
        queue->peak = queue->length;
    if (queue->changed != NULL)
        queue->changed(queue->changed_context, queue->length);
    pthread_cond_signal(&queue->filled);
    return true;
}

static void *take_first(struct queue *queue)
{
    void *thing = queue->ring[queue->first];
    queue->first = (queue->first + 1) % queue->room;
    queue->length--;
    if (queue->changed != NULL)
        queue->changed(queue->changed_context, queue->length);
    pthread_cond_signal(&queue->emptied);
    return thing;
}

bool queue_put(struct queue *queue, void *thing)
{
    pthread_mutex_lock(&queue->mutex);
    while (full(queue) && !queue->closed)
        pthread_cond_wait(&queue->emptied, &queue->mutex);
    bool put = !queue->closed && append(queue, thing);
    pthread_mutex_unlock(&queue->mutex);
    return put;
}

bool queue_try_put(struct queue *queue, void *thing)
{
    pthread_mutex_lock(&queue->mutex);
    bool put = !full(queue) && !queue->closed && append(queue, thing);
    pthread_mutex_unlock(&queue->mutex);
    return put;
}

bool queue_get(struct queue *queue, void **thing)
{
    pthread_mutex_lock(&queue->mutex);
    while (queue->length == 0 && !queue->closed)
        pthread_cond_wait(&queue->filled, &queue->mutex);
    bool got = queue->length > 0;
    if (got)
        *thing = take_first(queue);
    pthread_mutex_unlock(&queue->mutex);
    return got;
}

bool queue_try_get(struct queue *queue, void **thing)
{
    pthread_mutex_lock(&queue->mutex);
    bool got = queue->length > 0;
    if (got)
        *thing = take_first(queue);
    pthread_mutex_unlock(&queue->mutex);
    return got;
}

bool queue_drained(struct queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    bool drained = queue->closed && queue->length == 0;
    pthread_mutex_unlock(&queue->mutex);
    return drained;
}

void queue_close(struct queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    queue->closed = true;
    pthread_cond_broadcast(&queue->filled);
    pthread_cond_broadcast(&queue->emptied);
    pthread_mutex_unlock(&queue->mutex);
}

void queue_task_done(struct queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    if (queue->unfinished > 0 && --queue->unfinished == 0)
        pthread_cond_broadcast(&queue->finished);
    pthread_mutex_unlock(&queue->mutex);
}

void queue_join(struct queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    while (queue->unfinished > 0)
        pthread_cond_wait(&queue->finished, &queue->mutex);
    pthread_mutex_unlock(&queue->mutex);
}

size_t queue_length(struct queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    size_t length = queue->length;
    pthread_mutex_unlock(&queue->mutex);
    return length;
}

size_t queue_peak(struct queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    size_t peak = queue->peak;
    pthread_mutex_unlock(&queue->mutex);
    return peak;
}
