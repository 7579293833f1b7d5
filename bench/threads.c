/*
 * threads.c - one thread per worker, the items dealt out in advance.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: in C threads are free: they compute at the same time and they
 * wait at the same time. Sharing is by default: all see the same memory.
 * Look for: speedup near the ideal line where items cost the same
 * (factorize, gcd); below it where they do not (mandelbrot), because a
 * worker that is done early has nothing left to do.
 * Left out: handing out items as workers come free (pool.c, stealing.c).
 */
#include "strategy.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

struct worker {
    const struct run *run;
    size_t index;
    pthread_t thread;
};

/* All begin together: a thread may take milliseconds to get going, in which
 * another one is done with a short round, and races would hide. The round
 * ends with the last one anyway, so this costs next to nothing. */
static pthread_barrier_t start;

static void *work(void *argument)
{
    struct worker *me = argument;
    const struct run *run = me->run;
    struct share mine = share_of(run->items, run->workers, me->index);

    worker_enter(run, me->index);
    pthread_barrier_wait(&start);
    for (uint64_t i = mine.first; i < mine.last; i++)
        run_item(run, i);
    worker_leave();
    return NULL;
}

static void threads_run(const struct run *run)
{
    struct worker *workers = calloc(run->workers, sizeof *workers);
    if (workers == NULL)
        die(ENOMEM, "%zu workers", run->workers);
    int error = pthread_barrier_init(&start, NULL, (unsigned)run->workers);
    if (error != 0)
        die(error, "barrier");
    for (size_t w = 0; w < run->workers; w++) {
        workers[w] = (struct worker){.run = run, .index = w};
        error = pthread_create(&workers[w].thread, NULL, work, &workers[w]);
        if (error != 0)
            die(error, "worker %zu of %zu", w + 1, run->workers);
    }
    for (size_t w = 0; w < run->workers; w++)
        pthread_join(workers[w].thread, NULL);
    pthread_barrier_destroy(&start);
    free(workers);
}

const struct strategy strategy = {
    .summary = "one thread per worker, items dealt out in advance",
    .run = threads_run,
};
