/*
 * executor_private.h - what the two kinds of executor share.
 * SPDX-License-Identifier: MIT
 */
#ifndef EXECUTOR_PRIVATE_H
#define EXECUTOR_PRIVATE_H

#include "executor.h"
#include "queue.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>

enum future_state { PENDING, RUNNING, CANCELLED, FINISHED };

struct future {
    task_function function;
    void *context;
    uint64_t argument, answer;
    int error;
    _Atomic int state; /* changes under the mutex of futures.c */
    void (*callback)(void *context, struct future *future);
    void *callback_context;
    bool in_callback;
    unsigned waiters;              /* threads in future_result */
    struct as_completed *watcher;  /* who is told, or NULL */
    struct future *next_completed; /* in the watcher's list */
    bool borrowed;                 /* part of an array: not freed alone */
    bool queued;                   /* the executor will still come to it */
    bool abandoned; /* freed while queued: the executor frees it */
};

/* One thread of the executor. Over processes it stands for one process:
 * hands it a task, waits for the answer. */
struct executor_worker {
    struct executor *executor;
    size_t index;
    pthread_t thread;
    int socket; /* processes: our end; -1 with threads */
    pid_t pid;
};

struct executor {
    struct queue *tasks; /* of struct future */
    struct executor_hooks hooks;
    size_t count;
    atomic_size_t alive;
    bool shut;
    struct executor_worker *workers;
    /* Does a task; -EOWNERDEAD ends the worker. */
    int (*perform)(struct executor_worker *worker, struct future *future);
    /* Called by each worker's thread at its beginning and end. */
    void (*begin)(struct executor_worker *worker);
    void (*end)(struct executor_worker *worker);
};

/* Makes the queue and the workers' records; the threads come later. */
struct executor *executor_new(size_t workers,
                              const struct executor_hooks *hooks);
void executor_start_threads(struct executor *executor);

/* Takes a future from the queue for running; false when it was cancelled, and
 * then it may be gone. */
bool future_begin(struct future *future);
/* Takes a future from the queue and cancels it if that was not done before. */
void future_drop(struct future *future);
void future_finish(struct future *future, int error);

#endif
