/*
 * gil.c - threads, but only the holder of one lock may compute.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: under a global interpreter lock waiting still overlaps, because
 * the lock is let go around it; computing does not, whatever the cores.
 * `diff bench/threads.c bench/gil.c` shows all there is to it, beside what
 * `--thread-per` takes.
 * Look for: the flat line on every CPU-bound kernel, and the same line as
 * `threads` on wait.
 * Left out: switching in the middle of `x += 1`. Real CPython may switch
 * between any two byte codes; here the lock changes hands only where a
 * kernel calls checkpoint() or waits, so such a race looks safer than it is.
 */
#include "strategy.h"
#include "lib/clock.h"
#include "lib/gil.h"
#include "lib/op.h"
#include "lib/trace.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

struct worker {
    const struct run *run;
    size_t index;
    pthread_t thread;
};

static struct gil gil;
static pthread_barrier_t start;

/* Takes the lock; the trace shows who waits for it. */
static void take(size_t self)
{
    struct trace_item *item = trace_on ? trace_await_begin(0) : NULL;
    gil_take(&gil, self);
    trace_runnable_end(item, "wait for the lock");
}

static void *work(void *argument)
{
    struct worker *me = argument;
    const struct run *run = me->run;
    struct share mine = share_of(run->items, run->workers, me->index);

    worker_enter(run, me->index);
    pthread_barrier_wait(&start);
    take(me->index);
    for (uint64_t i = mine.first; i < mine.last; i++) {
        run_item(run, i);
        checkpoint();
    }
    gil_drop(&gil, me->index);
    worker_leave();
    return NULL;
}

static void gil_run(const struct run *run)
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

static const char *gil_start(const struct run *run)
{
    int error = gil_init(&gil, option_number(run, "switch-interval"),
                         &checkpoint_wanted);
    if (error != 0)
        die(error, "the lock");
    return NULL;
}

static void gil_stop(const struct run *run)
{
    (void)run;
    gil_destroy(&gil);
}

static int64_t gil_await(struct op *op)
{
    size_t self = worker_index();
    gil_drop(&gil, self);
    int64_t result = op_block(op);
    trace_ready();
    gil_take(&gil, self);
    return result;
}

static void gil_checkpoint(void)
{
    struct trace_item *item = trace_on ? trace_await_begin(0) : NULL;
    gil_check(&gil, worker_index());
    trace_runnable_end(item, "wait for the lock");
}

static const struct option_spec gil_options[] = {
    {.name = "switch-interval",
     .argument = "TIME",
     .kind = OPTION_DURATION,
     .fallback = "5ms",
     .least = NS_PER_US,
     .most = (uint64_t)60 * NS_PER_S,
     .help = "how long a waiter waits before it asks for the lock"},
    {0},
};

const struct strategy strategy = {
    .summary = "threads, of which only the holder of one lock computes",
    .options = gil_options,
    .start = gil_start,
    .run = gil_run,
    .stop = gil_stop,
    .await = gil_await,
    .checkpoint = gil_checkpoint,
};
