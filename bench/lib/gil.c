/*
 * gil.c - a global interpreter lock, as CPython has it.
 * SPDX-License-Identifier: MIT
 *
 * Unlike CPython's, one mutex guards both conditions; it is held for a few
 * instructions at a time. Left out: what Python does at a check-point besides
 * (signals, pending calls, garbage collection).
 */
#include "gil.h"
#include "clock.h"

int gil_init(struct gil *gil, uint64_t interval_ns, atomic_bool *asked)
{
    pthread_condattr_t monotonic;
    *gil = (struct gil){
        .interval_ns = interval_ns, .asked = asked, .last_holder = SIZE_MAX};
    int error = pthread_condattr_init(&monotonic);
    if (error == 0)
        error = pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    if (error == 0)
        error = pthread_cond_init(&gil->freed, &monotonic);
    if (error == 0)
        error = pthread_cond_init(&gil->taken, NULL);
    if (error == 0)
        error = pthread_mutex_init(&gil->mutex, NULL);
    pthread_condattr_destroy(&monotonic);
    return error;
}

void gil_destroy(struct gil *gil)
{
    pthread_cond_destroy(&gil->freed);
    pthread_cond_destroy(&gil->taken);
    pthread_mutex_destroy(&gil->mutex);
}

/* Waits one switch interval; asks for the lock if it has not changed hands
 * in all that time. Another waiter's luck is no reason to ask again. */
static void wait_an_interval(struct gil *gil)
{
    uint64_t switches = gil->switches;
    struct timespec until = clock_timespec(clock_now() + gil->interval_ns);
    int error = pthread_cond_timedwait(&gil->freed, &gil->mutex, &until);
    if (error != 0 && gil->locked && gil->switches == switches)
        atomic_store_explicit(gil->asked, true, memory_order_relaxed);
}

void gil_take(struct gil *gil, size_t self)
{
    pthread_mutex_lock(&gil->mutex);
    while (gil->locked)
        wait_an_interval(gil);
    gil->locked = true;
    if (gil->last_holder != self) {
        gil->last_holder = self;
        gil->switches++;
    }
    atomic_store_explicit(gil->asked, false, memory_order_relaxed);
    pthread_cond_broadcast(&gil->taken);
    pthread_mutex_unlock(&gil->mutex);
}

void gil_drop(struct gil *gil, size_t self)
{
    pthread_mutex_lock(&gil->mutex);
    gil->locked = false;
    gil->last_holder = self;
    pthread_cond_signal(&gil->freed);
    /* The forced switch: whoever asked is awake and about to take it. */
    if (atomic_load_explicit(gil->asked, memory_order_relaxed)) {
        gil->forced++;
        while (gil->last_holder == self &&
               atomic_load_explicit(gil->asked, memory_order_relaxed))
            pthread_cond_wait(&gil->taken, &gil->mutex);
    }
    pthread_mutex_unlock(&gil->mutex);
}

void gil_check(struct gil *gil, size_t self)
{
    if (!atomic_load_explicit(gil->asked, memory_order_relaxed))
        return;
    gil_drop(gil, self);
    gil_take(gil, self);
}
