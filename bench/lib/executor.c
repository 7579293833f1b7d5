/*
 * executor.c - workers that take tasks, and futures for what comes of them.
 * SPDX-License-Identifier: MIT
 *
 * Here is what both kinds have in common, and the kind with threads: a queue
 * of futures, and workers that take one, do it, and take the next.
 * executor_processes.c replaces "do it" by "let a process do it".
 */
#include "executor_private.h"
#include "die.h"

#include <errno.h>
#include <stdlib.h>

/* ------------------------------------------------------------- a worker */

/* The last worker to die takes the queue with it: nobody would ever do what
 * is still inside. */
static void fail_the_rest(struct executor *executor)
{
    void *thing;
    queue_close(executor->tasks);
    while (queue_try_get(executor->tasks, &thing))
        if (future_begin(thing))
            future_finish(thing, -EOWNERDEAD);
}

static void *work(void *argument)
{
    struct executor_worker *me = argument;
    struct executor *executor = me->executor;
    bool alive = true;
    void *thing;

    if (executor->begin != NULL)
        executor->begin(me);
    while (alive && queue_get(executor->tasks, &thing)) {
        struct future *future = thing;
        if (!future_begin(future))
            continue;
        int error = executor->perform(me, future);
        alive = error != -EOWNERDEAD;
        if (!alive && atomic_fetch_sub(&executor->alive, 1) == 1)
            fail_the_rest(executor);
        future_finish(future, error);
    }
    if (executor->end != NULL)
        executor->end(me);
    return NULL;
}

struct executor *executor_new(size_t workers,
                              const struct executor_hooks *hooks)
{
    struct executor *executor = calloc(1, sizeof *executor);
    if (executor == NULL)
        die(ENOMEM, "executor");
    executor->tasks = queue_create(0);
    executor->workers = calloc(workers, sizeof *executor->workers);
    if (executor->tasks == NULL || executor->workers == NULL)
        die(ENOMEM, "executor of %zu workers", workers);
    executor->count = workers;
    executor->alive = workers;
    if (hooks != NULL)
        executor->hooks = *hooks;
    for (size_t w = 0; w < workers; w++)
        executor->workers[w] = (struct executor_worker){
            .executor = executor, .index = w, .socket = -1};
    return executor;
}

void executor_start_threads(struct executor *executor)
{
    for (size_t w = 0; w < executor->count; w++) {
        struct executor_worker *worker = &executor->workers[w];
        int error = pthread_create(&worker->thread, NULL, work, worker);
        if (error != 0)
            die(error, "worker %zu of %zu", w + 1, executor->count);
    }
}

/* -------------------------------------------------------- with threads */

static void thread_begin(struct executor_worker *worker)
{
    const struct executor_hooks *hooks = &worker->executor->hooks;
    if (hooks->enter != NULL)
        hooks->enter(hooks->context, worker->index);
}

static void thread_end(struct executor_worker *worker)
{
    const struct executor_hooks *hooks = &worker->executor->hooks;
    if (hooks->leave != NULL)
        hooks->leave(hooks->context, worker->index);
}

/* -EOWNERDEAD would end the worker; a task that returns it means something
 * else, and there is no process that could have died. */
static int thread_perform(struct executor_worker *worker, struct future *future)
{
    (void)worker;
    int error =
        future->function(future->context, future->argument, &future->answer);
    return error == -EOWNERDEAD ? -EIO : error;
}

struct executor *executor_threads(size_t workers,
                                  const struct executor_hooks *hooks)
{
    struct executor *executor = executor_new(workers, hooks);
    executor->begin = thread_begin;
    executor->perform = thread_perform;
    executor->end = thread_end;
    executor_start_threads(executor);
    return executor;
}

/* ------------------------------------------------------------ submitting */

static void enqueue(struct executor *executor, struct future *future)
{
    future->queued = true;
    if (queue_put(executor->tasks, future))
        return;
    bool all_dead = atomic_load(&executor->alive) == 0;
    if (future_begin(future))
        future_finish(future, all_dead ? -EOWNERDEAD : -ESHUTDOWN);
}

struct future *executor_submit(struct executor *executor,
                               task_function function, void *context,
                               uint64_t argument)
{
    struct future *future = malloc(sizeof *future);
    if (future == NULL)
        die(ENOMEM, "future");
    *future = (struct future){
        .function = function, .context = context, .argument = argument};
    enqueue(executor, future);
    return future;
}

/* Makes `count` futures in one piece, each for one of the numbers from 0 on. */
static struct future *make_many(task_function function, void *context,
                                uint64_t count)
{
    struct future *futures = calloc(count + 1, sizeof *futures);
    if (futures == NULL)
        die(ENOMEM, "%zu futures", (size_t)count);
    for (uint64_t i = 0; i < count; i++)
        futures[i] = (struct future){.function = function,
                                     .context = context,
                                     .argument = i,
                                     .borrowed = true};
    return futures;
}

static void free_many(struct future *futures, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        future_free(&futures[i]);
    free(futures);
}

int executor_map(struct executor *executor, task_function function,
                 void *context, uint64_t count,
                 void (*each)(void *each_context, uint64_t i, int error,
                              uint64_t answer),
                 void *each_context)
{
    struct future *futures = make_many(function, context, count);
    int first_error = 0;
    for (uint64_t i = 0; i < count; i++)
        enqueue(executor, &futures[i]);
    for (uint64_t i = 0; i < count; i++) {
        uint64_t answer = 0;
        int error = future_result(&futures[i], &answer, FOREVER);
        if (first_error == 0)
            first_error = error;
        if (each != NULL)
            each(each_context, i, error, answer);
    }
    free_many(futures, count);
    return first_error;
}

int executor_as_completed(struct executor *executor, task_function function,
                          void *context, uint64_t count,
                          void (*each)(void *each_context, uint64_t i,
                                       int error, uint64_t answer),
                          void *each_context)
{
    struct future *futures = make_many(function, context, count), *future;
    struct future **watched = calloc(count + 1, sizeof(struct future *));
    int first_error = 0;
    for (uint64_t i = 0; watched != NULL && i < count; i++)
        watched[i] = &futures[i];
    struct as_completed *set =
        watched == NULL ? NULL : as_completed_begin(watched, count);
    if (set == NULL)
        die(ENOMEM, "%zu futures", (size_t)count);
    for (uint64_t i = 0; i < count; i++)
        enqueue(executor, &futures[i]);
    while ((future = as_completed_next(set, FOREVER)) != NULL) {
        uint64_t answer = 0;
        int error = future_result(future, &answer, 0);
        if (first_error == 0)
            first_error = error;
        each(each_context, future->argument, error, answer);
    }
    as_completed_end(set);
    free(watched);
    free_many(futures, count);
    return first_error;
}

/* --------------------------------------------------------------- ending */

void executor_shutdown(struct executor *executor, bool cancel)
{
    void *thing;
    if (executor->shut)
        return;
    executor->shut = true;
    queue_close(executor->tasks);
    while (cancel && queue_try_get(executor->tasks, &thing))
        future_drop(thing);
    for (size_t w = 0; w < executor->count; w++)
        pthread_join(executor->workers[w].thread, NULL);
}

void executor_free(struct executor *executor)
{
    executor_shutdown(executor, false);
    queue_destroy(executor->tasks);
    free(executor->workers);
    free(executor);
}

size_t executor_workers(struct executor *executor)
{
    return atomic_load(&executor->alive);
}

int executor_worker_pid(const struct executor *executor, size_t w)
{
    return (int)executor->workers[w].pid;
}
