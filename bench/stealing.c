/*
 * stealing.c - threads with a deque each; who runs dry steals from another.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: divide and conquer without a common queue. The items of a round
 * are one range; whoever has a range halves it, keeps one half in his deque
 * for others to steal, and goes on with the other. An idle worker steals the
 * oldest, that is the largest, piece of a victim picked at random: steals
 * are rare, and everything else needs no lock.
 *   R. Blumofe, C. Leiserson, "Scheduling multithreaded computations by work
 *   stealing", JACM 46 (5), 1999.
 * Look for: fib, one tree that only this strategy and `openmp` can divide;
 * mandelbrot, where it evens out what a static split does not.
 * Left out: sleeping for good when there is nothing to steal; a thief naps,
 * longer and longer, up to a millisecond.
 */
#include "strategy.h"
#include "lib/clock.h"
#include "lib/deque.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

enum {
    SPINS = 64, /* fruitless tries before the first nap */
    SHORTEST_NAP_NS = 1000,
    LONGEST_NAP_NS = 1000000,
};

struct worker {
    alignas(128) struct deque deque;
    const struct run *run;
    struct worker *all;
    size_t index;
    pthread_t thread;
    uint64_t random;
    unsigned fruitless; /* tries in a row */
    atomic_bool *finished;
};

static _Thread_local struct worker *self;

/* -------------------------------------------------------------- branches */

static void perform(struct branch *branch)
{
    run_branch(branch);
    /* Release: whoever sees `done` sees the answer. */
    atomic_store_explicit(&branch->done, true, memory_order_release);
}

static void stealing_spawn(struct branch *branch)
{
    deque_push(&self->deque, branch);
}

/* One try at a victim picked at random; xorshift (Marsaglia, 2003). */
static struct branch *steal(struct worker *me)
{
    bool lost;
    me->random ^= me->random << 13;
    me->random ^= me->random >> 7;
    me->random ^= me->random << 17;
    size_t victim = me->random % me->run->workers;
    if (victim == me->index)
        return NULL;
    return deque_steal(&me->all[victim].deque, &lost);
}

/* After many fruitless tries the core is better left to others. */
static void back_off(struct worker *me)
{
    me->fruitless++;
    if (me->fruitless < SPINS) {
        sched_yield();
        return;
    }
    unsigned doublings = (me->fruitless - SPINS) / 8;
    uint64_t nap = doublings > 10 ? LONGEST_NAP_NS
                                  : (uint64_t)SHORTEST_NAP_NS << doublings;
    struct timespec t =
        clock_timespec(nap > LONGEST_NAP_NS ? LONGEST_NAP_NS : nap);
    nanosleep(&t, NULL);
}

static void steal_and_perform(struct worker *me)
{
    struct branch *stolen = steal(me);
    if (stolen == NULL) {
        back_off(me);
        return;
    }
    me->fruitless = 0;
    perform(stolen);
}

/* The branch is the youngest in the own deque, or it has been stolen; while
 * the thief is at it, work for others instead of waiting. */
static uint64_t stealing_sync(struct branch *branch)
{
    struct worker *me = self;
    struct branch *mine = deque_take(&me->deque);
    if (mine == branch)
        return branch->function(branch->run, branch->argument);
    if (mine != NULL)
        die(0, "branches are synced in the wrong order");
    while (!atomic_load_explicit(&branch->done, memory_order_acquire))
        steal_and_perform(me);
    return branch->answer;
}

/* ------------------------------------------------------------------ items */

struct range {
    uint64_t first, last;
};

/* Runs a range of items: as a branch it is its own address. */
static uint64_t run_range(const struct run *run, uint64_t argument)
{
    const struct range *range = (const struct range *)(uintptr_t)argument;
    if (range->last - range->first == 1) {
        run_item(run, range->first);
        return 0;
    }
    uint64_t middle = range->first + (range->last - range->first) / 2;
    struct range left = {range->first, middle}, right = {middle, range->last};
    struct branch branch = branch_of(run, run_range, (uintptr_t)&right);
    stealing_spawn(&branch);
    run_range(run, (uintptr_t)&left);
    stealing_sync(&branch);
    return 0;
}

/* Worker 0 starts with the whole round, the others as thieves. */
static void *work(void *argument)
{
    struct worker *me = self = argument;
    const struct run *run = me->run;

    worker_enter(run, me->index);
    if (me->index == 0) {
        struct range all = {0, run->items};
        run_range(run, (uintptr_t)&all);
        atomic_store_explicit(me->finished, true, memory_order_release);
    }
    while (!atomic_load_explicit(me->finished, memory_order_acquire))
        steal_and_perform(me);
    worker_leave();
    return NULL;
}

static void stealing_run(const struct run *run)
{
    struct worker *workers =
        aligned_alloc(alignof(struct worker), run->workers * sizeof *workers);
    atomic_bool finished = false;
    if (workers == NULL)
        die(ENOMEM, "%zu workers", run->workers);
    for (size_t w = 0; w < run->workers; w++) {
        workers[w] = (struct worker){.run = run,
                                     .all = workers,
                                     .index = w,
                                     .random = mix64(w) | 1,
                                     .finished = &finished};
        if (deque_init(&workers[w].deque) != 0)
            die(ENOMEM, "deque %zu of %zu", w + 1, run->workers);
    }
    for (size_t w = 0; w < run->workers; w++) {
        int error = pthread_create(&workers[w].thread, NULL, work, &workers[w]);
        if (error != 0)
            die(error, "worker %zu of %zu", w + 1, run->workers);
    }
    for (size_t w = 0; w < run->workers; w++)
        pthread_join(workers[w].thread, NULL);
    for (size_t w = 0; w < run->workers; w++)
        deque_destroy(&workers[w].deque);
    free(workers);
}

const struct strategy strategy = {
    .summary = "threads with a deque each, idle ones steal",
    .run = stealing_run,
    .spawn = stealing_spawn,
    .sync = stealing_sync,
};
