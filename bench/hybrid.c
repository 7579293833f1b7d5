/*
 * hybrid.c - an event loop in each of several threads.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: coroutines for waiting, threads for computing, both at once: what
 * servers and the run-times of Go, Erlang or Java's virtual threads do. Each
 * worker runs its share of the items as coroutines of its own loop.
 * Look for: as good as `event_loop` on wait and as good as `threads` on
 * factorize.
 * Left out: moving a coroutine to another thread that has nothing to do.
 */
#include "strategy.h"
#include "lib/loop.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

struct worker {
    const struct run *run;
    size_t index;
    pthread_t thread;
    struct loop loop;
};

static struct worker *workers;

static void *work(void *argument)
{
    struct worker *me = argument;
    const struct run *run = me->run;
    struct share mine = share_of(run->items, run->workers, me->index);

    worker_enter(run, me->index);
    loop_run(&me->loop, mine.first, mine.last);
    worker_leave();
    return NULL;
}

/* Every worker gets its part of the coroutines, at least one. */
static const char *hybrid_start(const struct run *run)
{
    uint64_t inflight = crew_inflight(run);
    workers = calloc(run->workers, sizeof *workers);
    if (workers == NULL)
        die(ENOMEM, "%zu workers", run->workers);
    for (size_t w = 0; w < run->workers; w++) {
        struct share part = share_of(inflight, run->workers, w);
        uint64_t count = part.last - part.first;
        workers[w] = (struct worker){.run = run, .index = w};
        loop_create(&workers[w].loop, run, count == 0 ? 1 : count);
    }
    return NULL;
}

static void hybrid_run(const struct run *run)
{
    for (size_t w = 0; w < run->workers; w++) {
        int error = pthread_create(&workers[w].thread, NULL, work, &workers[w]);
        if (error != 0)
            die(error, "worker %zu of %zu", w + 1, run->workers);
    }
    for (size_t w = 0; w < run->workers; w++)
        pthread_join(workers[w].thread, NULL);
}

static void hybrid_stop(const struct run *run)
{
    for (size_t w = 0; w < run->workers; w++)
        loop_destroy(&workers[w].loop);
    free(workers);
}

static const struct option_spec hybrid_options[] = {CREW_OPTION, {0}};

const struct strategy strategy = {
    .summary = "an event loop in each of several threads",
    .for_waiting = true,
    .options = hybrid_options,
    .start = hybrid_start,
    .run = hybrid_run,
    .stop = hybrid_stop,
    .await = loop_await,
    .await_in_order = loop_await_in_order,
    .inflight = crew_inflight,
};
