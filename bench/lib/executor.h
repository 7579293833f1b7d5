/*
 * executor.h - workers that take tasks, and futures for what comes of them.
 * SPDX-License-Identifier: MIT
 *
 * One interface over threads and over processes, after Python's
 * concurrent.futures and Java's java.util.concurrent (B. Goetz et al., "Java
 * Concurrency in Practice", 2006): to change from one to the other, change
 * the constructor.
 *
 * A task is a function of a context and one number, and answers one number.
 * Over threads it is simply called. Over processes the function's address,
 * the context's address and the number travel through a socket pair to a
 * forked worker, and the error and the answer travel back. That works
 * because a forked worker has the same program at the same addresses; the
 * context must have existed when the executor was made, or be shared memory.
 *
 * All functions may be called from any thread, unless they say otherwise;
 * not from inside a task.
 */
#ifndef EXECUTOR_H
#define EXECUTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct executor;
struct future;

/* A task: stores an answer and returns 0, or returns -errno. */
typedef int (*task_function)(void *context, uint64_t argument,
                             uint64_t *answer);

/*
 * What every worker does before its first task and after its last one, in
 * its own thread or process; and what travels. Each may be NULL.
 *
 * cargo answers how many bytes belong to the task (context, argument), and
 * where. Over processes they are copied to the worker with the task, and back
 * with its answer; unload gets the address of the copy, NULL for none, in the
 * worker before each task. Over threads bytes stay where they are, and neither
 * is called. What has become of the bytes of a task whose worker died is not
 * known. cargo may be called by several threads at once.
 */
struct executor_hooks {
    void (*enter)(void *context, size_t worker);
    void (*leave)(void *context, size_t worker);
    size_t (*cargo)(void *context, uint64_t argument, void **bytes);
    void (*unload)(void *copy);
    void *context;
};

/*
 * Make an executor. Die when the system refuses a thread or a process.
 * executor_processes forks, so call it while the program has one thread;
 * its workers end when the thread that made it ends.
 */
struct executor *executor_threads(size_t workers,
                                  const struct executor_hooks *hooks);
struct executor *executor_processes(size_t workers,
                                    const struct executor_hooks *hooks);

/* Queues a task. The future is the caller's, to be freed with future_free.
 * After executor_shutdown: a future that has failed with -ESHUTDOWN. */
struct future *executor_submit(struct executor *executor,
                               task_function function, void *context,
                               uint64_t argument);

/*
 * Submits function(context, i) for i in 0..count-1 and hands every outcome,
 * in that order, to each(each_context, i, error, answer) in the calling
 * thread. An early slow task holds up those behind it. `each` may be NULL.
 * Returns 0, or the first error.
 */
int executor_map(struct executor *executor, task_function function,
                 void *context, uint64_t count,
                 void (*each)(void *each_context, uint64_t i, int error,
                              uint64_t answer),
                 void *each_context);

/* The same, but hands outcomes over as they come, whatever their order: for
 * one who watches. `each` must not be NULL. */
int executor_as_completed(struct executor *executor, task_function function,
                          void *context, uint64_t count,
                          void (*each)(void *each_context, uint64_t i,
                                       int error, uint64_t answer),
                          void *each_context);

/*
 * Takes no more tasks, finishes those queued (or cancels them, when `cancel`
 * is set; those already running go on), ends the workers and waits for
 * them. Calling it twice does no harm.
 */
void executor_shutdown(struct executor *executor, bool cancel);
/* Shuts down and frees. The futures must not be used any more, except by
 * future_free. */
void executor_free(struct executor *executor);

/* How many workers are alive; a process may have been killed. */
size_t executor_workers(struct executor *executor);
/* The process id of worker w, for tests; 0 with threads. */
int executor_worker_pid(const struct executor *executor, size_t w);

/* --------------------------------------------------------------- future */

/* Waits for ever, for future_result and as_completed_next. */
enum { FOREVER = -1 };

/*
 * Waits until the task is done, at most timeout_ns nanoseconds (0: do not
 * wait). Returns the task's 0 or -errno and stores its answer (answer may
 * be NULL); or -ETIMEDOUT, after which one may ask again; -ECANCELED when it
 * was cancelled; -EOWNERDEAD when the worker process that ran it died, or no
 * worker is left; -ESHUTDOWN when it came after the shutdown.
 */
int future_result(struct future *future, uint64_t *answer, int64_t timeout_ns);

/* Keeps a task from being started: true if it never will be. A task that
 * runs or is done cannot be cancelled. */
bool future_cancel(struct future *future);

bool future_done(struct future *future); /* finished or cancelled */
bool future_running(struct future *future);
bool future_cancelled(struct future *future);

/*
 * Calls callback(context, future) once when the future is done: in the
 * thread that finished or cancelled it, or here and now if it is done
 * already. One callback for a future; it must neither wait for other futures
 * nor free this one.
 */
void future_when_done(struct future *future,
                      void (*callback)(void *context, struct future *future),
                      void *context);

/* Only for one that is done, and that no as_completed still waits for. */
void future_free(struct future *future);

/* ---------------------------------------------------------- as completed */

struct as_completed;

/* Watches `count` futures, which may be of several executors. A future may
 * be watched once at a time. NULL when memory runs out. */
struct as_completed *as_completed_begin(struct future *const *futures,
                                        size_t count);
/* The next one that is done, each once, in order of completion; NULL when
 * all have been handed out, or when none came within timeout_ns. */
struct future *as_completed_next(struct as_completed *set, int64_t timeout_ns);
/* Stops watching. */
void as_completed_end(struct as_completed *set);

#endif
