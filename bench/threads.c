/*
 * threads.c - one thread per worker, the items dealt out in advance.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: in C threads are free: they compute at the same time and they
 * wait at the same time. Sharing is by default: all see the same memory.
 * Look for: speedup near the ideal line where items cost the same
 * (factorize, gcd); below it where they do not (mandelbrot), because a
 * worker that is done early has nothing left to do.
 * `--thread-per item` starts and ends a thread for every item: with items of a
 * microsecond (factorize --size 700) far behind `pool`, whose threads stay.
 * Left out: handing out items as workers come free (pool.c, stealing.c).
 */
#include "strategy.h"

#include <errno.h>
#include <inttypes.h>
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

enum { PER_WORKER, PER_ITEM };

struct errand {
    const struct run *run;
    size_t worker;
    uint64_t i;
};

static void *do_errand(void *argument)
{
    struct errand *errand = argument;
    worker_enter(errand->run, errand->worker);
    run_item(errand->run, errand->i);
    worker_leave();
    return NULL;
}

/* Runs an item in a thread of its own. The worker only waits meanwhile, so
 * both may be worker `index`, and the new thread begins on its core. */
static void send_thread(const struct worker *me, uint64_t i)
{
    struct errand errand = {.run = me->run, .worker = me->index, .i = i};
    pthread_t thread;
    int error = pthread_create(&thread, NULL, do_errand, &errand);
    if (error != 0)
        die(error, "thread for item %" PRIu64, i);
    pthread_join(thread, NULL);
}

static void *work(void *argument)
{
    struct worker *me = argument;
    const struct run *run = me->run;
    struct share mine = share_of(run->items, run->workers, me->index);
    bool per_item = option_number(run, "thread-per") == PER_ITEM;

    worker_enter(run, me->index);
    pthread_barrier_wait(&start);
    for (uint64_t i = mine.first; i < mine.last; i++) {
        if (per_item)
            send_thread(me, i);
        else
            run_item(run, i);
    }
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

static const struct option_spec threads_options[] = {
    {.name = "thread-per",
     .argument = "WHAT",
     .kind = OPTION_CHOICE,
     .fallback = "worker",
     .choices = "worker item",
     .help = "a thread for each worker, or a new one for each item"},
    {0},
};

const struct strategy strategy = {
    .summary = "one thread per worker, items dealt out in advance",
    .options = threads_options,
    .run = threads_run,
};
