/*
 * costs_primitives.c - what calls, locks, tasks and threads cost by themselves.
 *
 * Teaches: the prices lie six powers of ten apart. What stays in the program
 * costs nanoseconds; what wakes another thread costs microseconds, for the
 * kernel has to take part.
 * Look at: a thread hand-over beside a coroutine switch: both stop one flow of
 * control and go on with another. A mutex that nobody else wants, which is two
 * atomic instructions, beside one that another core wants too.
 * Left out: condition variables, whose price is that of the hand-over.
 *
 * SPDX-License-Identifier: MIT
 */
#include "costs.h"

#include "../bench/lib/die.h"
#include "../bench/lib/executor.h"
#include "../bench/lib/topology.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static void *memory(size_t bytes)
{
    void *made = calloc(1, bytes);
    if (made == NULL)
        die(ENOMEM, "%zu bytes", bytes);
    return made;
}

static void started(int error)
{
    if (error != 0)
        die(error, "a thread");
}

/* ------------------------------------------- calls: within one thread */

struct counter {
    uint64_t plain;
    atomic_uint_fast64_t shared;
    pthread_mutex_t mutex;
};

static void *start_counter(const struct cost *cost)
{
    (void)cost;
    struct counter *counter = memory(sizeof *counter);
    pthread_mutex_init(&counter->mutex, NULL);
    return counter;
}

static uint64_t stop_counter(void *state)
{
    struct counter *counter = state;
    uint64_t counted = counter->plain + atomic_load(&counter->shared);
    pthread_mutex_destroy(&counter->mutex);
    free(counter);
    return counted;
}

/* The empty assembly keeps the compiler from working out the sum by itself. */
__attribute__((noinline)) static uint64_t one_more(uint64_t n)
{
    __asm__ volatile("" : "+r"(n));
    return n + 1;
}

static uint64_t call(void *state, uint64_t operations)
{
    struct counter *counter = state;
    uint64_t n = counter->plain;
    for (uint64_t i = 0; i < operations; i++)
        n = one_more(n);
    counter->plain = n;
    return operations;
}

static uint64_t increment(void *state, uint64_t operations)
{
    struct counter *counter = state;
    for (uint64_t i = 0; i < operations; i++)
        atomic_fetch_add(&counter->shared, 1);
    return operations;
}

static uint64_t lock_and_unlock(void *state, uint64_t operations)
{
    struct counter *counter = state;
    for (uint64_t i = 0; i < operations; i++) {
        pthread_mutex_lock(&counter->mutex);
        counter->plain++;
        pthread_mutex_unlock(&counter->mutex);
    }
    return operations;
}

/* The least that any request to the kernel costs. */
static uint64_t ask_kernel(void *state, uint64_t operations)
{
    struct counter *counter = state;
    for (uint64_t i = 0; i < operations; i++)
        counter->plain += syscall(SYS_getppid) >= 0;
    return operations;
}

/* ------------------------------ a partner: another thread that takes part */

struct partner {
    struct counter counter;
    pthread_t thread;
    sem_t asked, answered; /* by whoever has something for the other */
    bool ending;
    atomic_bool enough;
    uint64_t done; /* by the partner, when it has answered */
    int core;
};

static struct partner *partner_start(void *(*body)(void *), int core)
{
    struct partner *partner = memory(sizeof *partner);
    partner->core = core;
    pthread_mutex_init(&partner->counter.mutex, NULL);
    sem_init(&partner->asked, 0, 0);
    sem_init(&partner->answered, 0, 0);
    started(pthread_create(&partner->thread, NULL, body, partner));
    return partner;
}

static void wait_for(sem_t *semaphore)
{
    while (sem_wait(semaphore) != 0)
        continue; /* a signal came first */
}

static uint64_t partner_stop(void *state)
{
    struct partner *partner = state;
    partner->ending = true;
    sem_post(&partner->asked);
    pthread_join(partner->thread, NULL);
    uint64_t counted = partner->counter.plain;
    sem_destroy(&partner->asked);
    sem_destroy(&partner->answered);
    pthread_mutex_destroy(&partner->counter.mutex);
    free(partner);
    return counted;
}

/* ----------------------------------------------- a mutex wanted by two */

static int second_core(void)
{
    struct topology topology = topology_read(TOPOLOGY_COMPACT);
    int core = topology.count > 1 ? topology.os_numbers[1] : -1;
    topology_free(&topology);
    return core;
}

/* The main thread is bound to one core by then; the list of cores is taken
 * before. */
static int other_core = -1;

static const char *lacks_second_core(void)
{
    other_core = second_core();
    return other_core < 0 ? "needs two cores" : NULL;
}

/* From when it has answered until the other one has had enough. */
static void *contend(void *argument)
{
    struct partner *me = argument;
    (void)topology_pin(me->core);
    for (;;) {
        wait_for(&me->asked);
        if (me->ending)
            return NULL;
        sem_post(&me->answered);
        for (me->done = 0; !atomic_load(&me->enough); me->done++)
            lock_and_unlock(&me->counter, 1);
        sem_post(&me->answered);
    }
}

static void *start_contending(const struct cost *cost)
{
    (void)cost;
    return partner_start(contend, other_core);
}

/* So many that waking the partner takes little of the time. */
enum { LEAST_CONTENDED = 20000 };

/* Locks of both count, for one of them is always the one that waits. */
static uint64_t lock_against_other(void *state, uint64_t operations)
{
    struct partner *partner = state;
    uint64_t own = operations < LEAST_CONTENDED ? LEAST_CONTENDED : operations;
    atomic_store(&partner->enough, false);
    sem_post(&partner->asked);
    wait_for(&partner->answered);
    lock_and_unlock(&partner->counter, own);
    atomic_store(&partner->enough, true);
    wait_for(&partner->answered);
    return own + partner->done;
}

/* ------------------------------------------------------ thread hand-over */

/* Whoever is woken counts, so turns are counted on both sides. */
static void *take_turns(void *argument)
{
    struct partner *me = argument;
    for (;;) {
        wait_for(&me->asked);
        if (me->ending)
            return NULL;
        me->counter.plain++;
        sem_post(&me->answered);
    }
}

static void *start_turns(const struct cost *cost)
{
    (void)cost;
    return partner_start(take_turns, -1);
}

/* Two threads on one core: to wake the other and to wait is to hand over. */
static uint64_t hand_over(void *state, uint64_t operations)
{
    struct partner *partner = state;
    uint64_t turns = (operations + 1) / 2;
    for (uint64_t t = 0; t < turns; t++) {
        sem_post(&partner->asked);
        wait_for(&partner->answered);
        partner->counter.plain++;
    }
    return 2 * turns;
}

/* --------------------------------------------------------- create and join */

static void *count_up(void *argument)
{
    ((struct counter *)argument)->plain++;
    return NULL;
}

static uint64_t create_and_join(void *state, uint64_t operations)
{
    for (uint64_t i = 0; i < operations; i++) {
        pthread_t thread;
        started(pthread_create(&thread, NULL, count_up, state));
        pthread_join(thread, NULL);
    }
    return operations;
}

/* ------------------------------------------------------------------ tasks */

enum { BATCH = 256 }; /* futures that are under way at once */

struct pool {
    struct executor *executor;
    uint64_t answered;
    struct future *futures[BATCH];
};

static int answer_one(void *context, uint64_t argument, uint64_t *answer)
{
    (void)context;
    *answer = argument;
    return 0;
}

static void *start_pool(const struct cost *cost)
{
    (void)cost;
    struct pool *pool = memory(sizeof *pool);
    pool->executor = executor_threads(1, NULL);
    return pool;
}

static uint64_t stop_pool(void *state)
{
    struct pool *pool = state;
    uint64_t answered = pool->answered;
    executor_free(pool->executor);
    free(pool);
    return answered;
}

static void submit_batch(struct pool *pool, size_t tasks)
{
    for (size_t t = 0; t < tasks; t++)
        pool->futures[t] = executor_submit(pool->executor, answer_one, NULL, t);
    for (size_t t = 0; t < tasks; t++) {
        uint64_t answer = UINT64_MAX;
        int error = future_result(pool->futures[t], &answer, FOREVER);
        pool->answered += error == 0 && answer == t;
        future_free(pool->futures[t]);
    }
}

static uint64_t submit(void *state, uint64_t operations)
{
    for (uint64_t left = operations; left > 0;) {
        size_t tasks = left < BATCH ? (size_t)left : BATCH;
        submit_batch(state, tasks);
        left -= tasks;
    }
    return operations;
}

/* --------------------------------------------------------------- the list */

#define COUNTED .start = start_counter, .stop = stop_counter

COSTS(primitives) = {
    {PRIMITIVE, COUNTED, .name = "function_call", .by = "function call",
     .what = "an empty function called, and the loop around it", .run = call},
    {PRIMITIVE, COUNTED, .name = "atomic_increment", .by = "atomic increment",
     .what = "an atomic variable that no other core has", .run = increment},
    {PRIMITIVE, COUNTED, .name = "mutex_lock", .by = "mutex, alone",
     .what = "locked and unlocked, wanted by nobody else",
     .run = lock_and_unlock},
    {PRIMITIVE, .name = "mutex_contended", .by = "mutex, contended",
     .what = "locked and unlocked, by two cores that both want it all the time",
     .lacks = lacks_second_core, .start = start_contending,
     .stop = partner_stop, .run = lock_against_other},
    {PRIMITIVE, COUNTED, .name = "system_call", .by = "system call",
     .what = "the kernel asked for a number that it knows (getppid)",
     .run = ask_kernel},
    {PRIMITIVE, .name = "task_submit", .by = "task in a pool",
     .what = "submitted to a pool of one thread, run, its future asked; 256 "
             "under way at once",
     .start = start_pool, .stop = stop_pool, .run = submit},
    {PRIMITIVE, .name = "thread_handover", .by = "thread hand-over",
     .what = "one thread wakes another on its core by a semaphore, and waits",
     .start = start_turns, .stop = partner_stop, .run = hand_over},
    {PRIMITIVE, COUNTED, .name = "thread_create", .by = "thread, started",
     .what = "created, run and joined", .run = create_and_join},
};
static const size_t primitives_count =
    sizeof primitives_costs / sizeof primitives_costs[0];
