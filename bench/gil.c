/*
 * gil.c - threads, but only the holder of one lock may compute.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: under a global interpreter lock waiting still overlaps, because
 * the lock is let go around it; computing does not, whatever the cores.
 * `diff bench/threads.c bench/gil.c` shows all there is to it, beside what
 * `--thread-per` takes; what the lock does is in bench/lib/interpreter.c.
 * Look for: the flat line on every CPU-bound kernel, and the same line as
 * `threads` on wait.
 * Left out: switching in the middle of `x += 1`. Real CPython may switch
 * between any two byte codes; here the lock changes hands only where a
 * kernel calls checkpoint() or waits, so such a race looks safer than it is.
 */
#include "strategy.h"
#include "lib/interpreter.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

struct worker {
    const struct run *run;
    size_t index;
    pthread_t thread;
};

static pthread_barrier_t start;

static void *work(void *argument)
{
    struct worker *me = argument;
    const struct run *run = me->run;
    struct share mine = share_of(run->items, run->workers, me->index);

    worker_enter(run, me->index);
    pthread_barrier_wait(&start);
    interpreter_enter();
    for (uint64_t i = mine.first; i < mine.last; i++) {
        run_item(run, i);
        checkpoint();
    }
    interpreter_leave();
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
    interpreter_start(run);
    return NULL;
}

static void gil_stop(const struct run *run)
{
    (void)run;
    interpreter_stop();
}

static const struct option_spec gil_options[] = {INTERPRETER_OPTION, {0}};

const struct strategy strategy = {
    .summary = "threads, of which only the holder of one lock computes",
    .options = gil_options,
    .start = gil_start,
    .run = gil_run,
    .stop = gil_stop,
    .await = interpreter_await,
    .checkpoint = interpreter_checkpoint,
};
