/*
 * event_loop.c - many items in one thread, which sleeps until one can go on.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: the reactor. A waiting item is parked with epoll or in a heap of
 * timers (lib/loop.c), and the thread asks the system for whoever can go on
 * next. Ten thousand items wait in one thread at no processor time; one that
 * computes holds up all others.
 *   D. Schmidt, "Reactor", Pattern Languages of Program Design, 1995.
 * Look for: `wait` flat to a hundred thousand items in flight; `files` no
 * better than sequential, because files are never "not ready".
 * Left out: more than one thread (hybrid.c).
 */
#include "strategy.h"
#include "lib/loop.h"

static struct loop loop;

static const char *event_loop_start(const struct run *run)
{
    loop_create(&loop, run, crew_inflight(run));
    return NULL;
}

static void event_loop_run(const struct run *run)
{
    worker_enter(run, 0);
    loop_run(&loop, 0, run->items);
    worker_leave();
}

static void event_loop_stop(const struct run *run)
{
    (void)run;
    loop_destroy(&loop);
}

static const struct option_spec event_loop_options[] = {CREW_OPTION, {0}};

const struct strategy strategy = {
    .summary = "coroutines in one thread, parked on epoll and timers",
    .one_worker = true,
    .for_waiting = true,
    .options = event_loop_options,
    .start = event_loop_start,
    .run = event_loop_run,
    .stop = event_loop_stop,
    .await = loop_await,
    .await_in_order = loop_await_in_order,
    .inflight = crew_inflight,
};
