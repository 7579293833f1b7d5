/*
 * future.c - a promise that an answer, or an error, will be there.
 * SPDX-License-Identifier: MIT
 *
 * The states: pending, running, finished; or pending, cancelled. One mutex
 * and one condition serve all futures of the program: a future stays small
 * (100 bytes, where a mutex and a condition would add 90), and those who
 * wait are few. The price: every finished future takes that mutex. Nobody is
 * woken for a future that nobody waits for.
 */
#include "executor_private.h"
#include "clock.h"
#include "die.h"

#include <errno.h>
#include <stdlib.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void init(void)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

struct as_completed {
    struct future *first, *last; /* done, not yet handed out */
    struct future **futures;
    size_t count, left;
    bool waiting; /* its owner waits for the next one */
};

/* ------------------------------------------------------------- changing */

static bool is_done(int state)
{
    return state == CANCELLED || state == FINISHED;
}

/* Appends a future to those that are done but not yet handed out. */
static void tell(struct as_completed *set, struct future *future)
{
    future->next_completed = NULL;
    if (set->last == NULL)
        set->first = future;
    else
        set->last->next_completed = future;
    set->last = future;
}

/* Makes it done and wakes those who wait for it. While its callback runs,
 * future_free waits. With the mutex held. */
static void become(struct future *future, enum future_state state)
{
    bool wake = future->waiters > 0;
    future->in_callback = future->callback != NULL;
    atomic_store_explicit(&future->state, (int)state, memory_order_release);
    if (future->watcher != NULL) {
        tell(future->watcher, future);
        wake |= future->watcher->waiting;
    }
    if (wake)
        pthread_cond_broadcast(&changed);
}

/* Calls the callback of a future that has just become done. */
static void call_back(struct future *future)
{
    future->callback(future->callback_context, future);
    pthread_once(&once, init);
    pthread_mutex_lock(&mutex);
    future->in_callback = false;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&mutex);
}

/* The queue holds it no longer; true when its owner has already freed it.
 * With the mutex held. */
static bool leave_queue(struct future *future)
{
    future->queued = false;
    return future->abandoned;
}

bool future_begin(struct future *future)
{
    pthread_mutex_lock(&mutex);
    bool abandoned = leave_queue(future);
    bool pending = atomic_load(&future->state) == PENDING;
    if (pending)
        atomic_store(&future->state, RUNNING);
    pthread_mutex_unlock(&mutex);
    if (abandoned)
        free(future);
    return pending;
}

/* Once the mutex is released, the owner may free a future that has no
 * callback: it must not be touched any more. */
void future_finish(struct future *future, int error)
{
    pthread_mutex_lock(&mutex);
    bool callback = future->callback != NULL;
    future->error = error;
    become(future, FINISHED);
    pthread_mutex_unlock(&mutex);
    if (callback)
        call_back(future);
}

/* Cancels a pending future, and whether there is a callback to call. With the
 * mutex held. */
static bool cancel_pending(struct future *future)
{
    if (atomic_load(&future->state) != PENDING)
        return false;
    bool callback = future->callback != NULL;
    future->error = -ECANCELED;
    become(future, CANCELLED);
    return callback;
}

bool future_cancel(struct future *future)
{
    pthread_mutex_lock(&mutex);
    bool callback = cancel_pending(future);
    bool cancelled = atomic_load(&future->state) == CANCELLED;
    pthread_mutex_unlock(&mutex);
    if (callback)
        call_back(future);
    return cancelled;
}

void future_drop(struct future *future)
{
    pthread_mutex_lock(&mutex);
    bool abandoned = leave_queue(future);
    bool callback = cancel_pending(future);
    pthread_mutex_unlock(&mutex);
    if (callback)
        call_back(future);
    if (abandoned)
        free(future);
}

/* -------------------------------------------------------------- looking */

static int state_of(struct future *future)
{
    return atomic_load_explicit(&future->state, memory_order_acquire);
}

bool future_done(struct future *future)
{
    return is_done(state_of(future));
}

bool future_running(struct future *future)
{
    return state_of(future) == RUNNING;
}

bool future_cancelled(struct future *future)
{
    return state_of(future) == CANCELLED;
}

/* Waits for any future to change; false when the deadline has passed. With
 * the mutex held. */
static bool wait_for_change(const struct timespec *deadline)
{
    int error = 0;
    if (deadline == NULL)
        pthread_cond_wait(&changed, &mutex);
    else
        error = pthread_cond_timedwait(&changed, &mutex, deadline);
    return error == 0;
}

int future_result(struct future *future, uint64_t *answer, int64_t timeout_ns)
{
    struct timespec deadline, *limit = NULL;
    if (timeout_ns >= 0) {
        deadline = clock_timespec(clock_now() + (uint64_t)timeout_ns);
        limit = &deadline;
    }
    if (!future_done(future)) {
        bool in_time = timeout_ns != 0;
        pthread_once(&once, init);
        pthread_mutex_lock(&mutex);
        future->waiters++;
        while (in_time && !is_done(atomic_load(&future->state)))
            in_time = wait_for_change(limit);
        future->waiters--;
        pthread_mutex_unlock(&mutex);
    }
    if (!future_done(future))
        return -ETIMEDOUT;
    if (answer != NULL)
        *answer = future->answer;
    return future->error;
}

void future_when_done(struct future *future,
                      void (*callback)(void *context, struct future *future),
                      void *context)
{
    pthread_mutex_lock(&mutex);
    bool done = is_done(atomic_load(&future->state));
    if (!done) {
        future->callback = callback;
        future->callback_context = context;
    }
    pthread_mutex_unlock(&mutex);
    if (done)
        callback(context, future);
}

void future_free(struct future *future)
{
    /* Whoever made it done may still hold the mutex, or be calling back. */
    pthread_once(&once, init);
    pthread_mutex_lock(&mutex);
    while (future->in_callback)
        (void)wait_for_change(NULL);
    future->abandoned = future->queued;
    bool mine = !future->queued && !future->borrowed;
    pthread_mutex_unlock(&mutex);
    if (mine)
        free(future);
}

/* --------------------------------------------------------- as completed */

struct as_completed *as_completed_begin(struct future *const *futures,
                                        size_t count)
{
    struct as_completed *set = calloc(1, sizeof *set);
    if (set == NULL)
        return NULL;
    set->futures = calloc(count + 1, sizeof(struct future *));
    if (set->futures == NULL) {
        free(set);
        return NULL;
    }
    set->count = set->left = count;
    pthread_once(&once, init);
    pthread_mutex_lock(&mutex);
    for (size_t i = 0; i < count; i++) {
        set->futures[i] = futures[i];
        if (is_done(atomic_load(&futures[i]->state)))
            tell(set, futures[i]);
        else
            futures[i]->watcher = set;
    }
    pthread_mutex_unlock(&mutex);
    return set;
}

struct future *as_completed_next(struct as_completed *set, int64_t timeout_ns)
{
    struct timespec deadline, *limit = NULL;
    if (set->left == 0)
        return NULL;
    if (timeout_ns >= 0) {
        deadline = clock_timespec(clock_now() + (uint64_t)timeout_ns);
        limit = &deadline;
    }
    pthread_mutex_lock(&mutex);
    bool in_time = true;
    set->waiting = true;
    while (set->first == NULL && in_time)
        in_time = wait_for_change(limit);
    set->waiting = false;
    struct future *future = set->first;
    if (future != NULL) {
        set->first = future->next_completed;
        if (set->first == NULL)
            set->last = NULL;
        future->watcher = NULL;
        set->left--;
    }
    pthread_mutex_unlock(&mutex);
    return future;
}

/* Futures that were handed out may be gone by now; only those still watched
 * are looked at, and they must exist. */
void as_completed_end(struct as_completed *set)
{
    pthread_mutex_lock(&mutex);
    if (set->left > 0)
        for (size_t i = 0; i < set->count; i++)
            if (set->futures[i]->watcher == set)
                set->futures[i]->watcher = NULL;
    pthread_mutex_unlock(&mutex);
    free(set->futures);
    free(set);
}
