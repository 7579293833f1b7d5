/*
 * process_pool.c - a process pool with futures: each worker takes the next
 * task through a socket.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: behind the same interface as a thread pool, processes that share
 * nothing; tasks and answers are copied through socket pairs. That is how
 * Python gets around its lock.
 * Look for: the same speedup as `pool` where an item takes a millisecond;
 * none where it takes ten microseconds, the time that a round trip costs.
 * Left out: starting another worker in place of one that died.
 */
#include "strategy.h"
#include "lib/executor.h"
#include "lib/progress.h"

static struct executor *executor;

static void enter(void *run, size_t worker)
{
    worker_enter(run, worker);
}

static void leave(void *run, size_t worker)
{
    (void)run;
    (void)worker;
    worker_leave();
}

/* One item, in a worker. */
static int item_task(void *run, uint64_t i, uint64_t *answer)
{
    return compute_item(run, i, answer);
}

/* Its outcome, back here: in the order of the items; or, where a bar shows
 * the progress, as each completes. */
static void book(void *run, uint64_t i, int error, uint64_t answer)
{
    book_item(run, 0, i, error, answer);
}

static const char *pool_start(const struct run *run)
{
    struct executor_hooks hooks = {
        .enter = enter, .leave = leave, .context = (void *)(uintptr_t)run};
    executor = executor_processes(run->workers, &hooks);
    return NULL;
}

static void pool_run(const struct run *run)
{
    void *context = (void *)(uintptr_t)run;
    (progress_shown() ? executor_as_completed : executor_map)(
        executor, item_task, context, run->items, book, context);
}

static void pool_stop(const struct run *run)
{
    (void)run;
    executor_free(executor);
}

const struct strategy strategy = {
    .summary = "a pool of processes that take items through futures",
    .start = pool_start,
    .run = pool_run,
    .stop = pool_stop,
};
