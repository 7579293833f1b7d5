/*
 * coroutines.c - many items in one thread, asked in turn whether they can go
 * on.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: concurrency without parallelism. An item that would wait steps
 * aside instead, and the thread goes on with the next one, round robin. It
 * finds out by asking: every item, over and over. Waiting overlaps, and a
 * whole core is busy with it; computing gains nothing.
 * Look for: `wait` as fast as with threads, its processor time as long as
 * its wall time; CPU-bound kernels at 1.
 * Left out: being told who can go on (event_loop.c).
 */
#include "strategy.h"
#include "lib/clock.h"
#include "lib/crew.h"
#include "lib/op.h"

#include <errno.h>

static struct crew crew;

static const char *coroutines_start(const struct run *run)
{
    crew_create(&crew, run, crew_inflight(run));
    return NULL;
}

static void coroutines_run(const struct run *run)
{
    worker_enter(run, 0);
    crew_start(&crew, 0, run->items);
    while (crew.busy > 0)
        for (size_t m = 0; m < crew.made; m++)
            if (crew_member(&crew, m)->busy)
                crew_resume(crew_member(&crew, m));
    worker_leave();
}

static void coroutines_stop(const struct run *run)
{
    (void)run;
    crew_destroy(&crew);
}

/* Whether a sleep is over, anything else can be done now, or given up. */
static bool try_now(struct op *op, uint64_t began, int64_t *result)
{
    if (op->kind != OP_SLEEP && op_try(op, result))
        return true;
    if (op->kind != OP_SLEEP) {
        *result = -ETIMEDOUT;
        return op->deadline_ns != 0 && clock_now() >= op->deadline_ns;
    }
    *result = 0;
    return clock_now() - began >= op->ns;
}

static int64_t coroutines_await(struct op *op)
{
    uint64_t began = clock_now();
    int64_t result;
    while (!try_now(op, began, &result))
        crew_park();
    return result;
}

static const struct option_spec coroutines_options[] = {CREW_OPTION, {0}};

const struct strategy strategy = {
    .summary = "coroutines in one thread, asked in turn",
    .one_worker = true,
    .for_waiting = true,
    .options = coroutines_options,
    .start = coroutines_start,
    .run = coroutines_run,
    .stop = coroutines_stop,
    .await = coroutines_await,
    .inflight = crew_inflight,
};
