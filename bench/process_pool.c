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
 * On payload the bytes of every item travel, there and back; `--memory shared`
 * spares them the way.
 * `--under-gil`: a lock in each process, which nobody else wants.
 * Left out: starting another worker in place of one that died.
 */
#include "strategy.h"
#include "lib/clock.h"
#include "lib/executor.h"
#include "lib/interpreter.h"
#include "lib/progress.h"

static struct executor *executor;
static bool in_order;
static uint64_t began_ns, first_result_ns; /* of the first round */

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

/* One item, in a worker, which holds the lock meanwhile, if there is one. */
static int item_task(void *run, uint64_t i, uint64_t *answer)
{
    interpreter_enter();
    int error = compute_item(run, i, answer);
    interpreter_leave();
    return error;
}

/* What an item is given where memory is not shared: a copy of its parcel. */
static size_t cargo(void *run, uint64_t i, void **bytes)
{
    struct parcel parcel = item_parcel(run, i);
    *bytes = parcel.bytes;
    return parcel.count;
}

/* Its outcome, back here: in the order of the items, or as each completes. */
static void book(void *run, uint64_t i, int error, uint64_t answer)
{
    if (first_result_ns == 0)
        first_result_ns = clock_now() - began_ns;
    book_item(run, 0, i, error, answer);
}

enum { ORDERED, COMPLETED };

/* One who watches the bar wants to see every item at once, unless told
 * otherwise. */
static bool wants_order(const struct run *run)
{
    if (progress_shown() && !option_given(run, "results"))
        return false;
    return option_number(run, "results") == ORDERED;
}

static const char *pool_start(const struct run *run)
{
    struct executor_hooks hooks = {
        .enter = enter,
        .leave = leave,
        .cargo = cargo,
        .unload = parcel_at,
        .context = (void *)(uintptr_t)run,
    };
    if (option_number(run, "under-gil"))
        interpreter_start(run);
    in_order = wants_order(run);
    executor = executor_processes(run->workers, &hooks);
    return NULL;
}

static void pool_run(const struct run *run)
{
    void *context = (void *)(uintptr_t)run;
    if (began_ns == 0)
        began_ns = clock_now();
    (in_order ? executor_map : executor_as_completed)(
        executor, item_task, context, run->items, book, context);
}

static void pool_stop(const struct run *run)
{
    (void)run;
    executor_free(executor);
    interpreter_stop();
}

/* Figures belong to what the option says. */
static void pool_figures(const struct run *run, struct verdict *verdict)
{
    if (in_order == (option_number(run, "results") == ORDERED))
        verdict_figure(verdict, "first_result_ns", first_result_ns);
    verdict_say(verdict, "the first result came after %.6f s, results %s",
                (double)first_result_ns / NS_PER_S,
                in_order ? "in order" : "as completed");
}

static const struct option_spec pool_options[] = {
    {.name = "results",
     .argument = "HOW",
     .kind = OPTION_CHOICE,
     .fallback = "ordered",
     .choices = "ordered completed",
     .help = "take results in the order of the items, or as they complete"},
    {.name = "under-gil",
     .kind = OPTION_FLAG,
     .fallback = "no",
     .help = "threads of a process compute one at a time, under a lock"},
    INTERPRETER_OPTION,
    {0},
};

const struct strategy strategy = {
    .summary = "a pool of processes that take items through futures",
    .options = pool_options,
    .start = pool_start,
    .run = pool_run,
    .stop = pool_stop,
    .await = interpreter_await,
    .checkpoint = interpreter_checkpoint,
    .figures = pool_figures,
};
