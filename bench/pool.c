/*
 * pool.c - a thread pool with futures: each worker takes the next task.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: workers that take items as they come free even out unequal items,
 * for the price of a queue; and an executor hides where the work is done:
 * `diff bench/pool.c bench/process_pool.c` is the constructor's name.
 * Look for: mandelbrot ahead of `threads`; tiny items behind it, because a
 * submitted task costs a microsecond or so.
 * Left out: handing out several items at once (chunks).
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
    executor = executor_threads(run->workers, &hooks);
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
    .summary = "a pool of threads that take items through futures",
    .start = pool_start,
    .run = pool_run,
    .stop = pool_stop,
};
