/*
 * check_gil.c - tests of bench/lib/gil.c.
 * SPDX-License-Identifier: MIT
 */
#include "suite.h"
#include "../lib/clock.h"
#include "../lib/gil.h"

#include <pthread.h>

enum { THREADS = 4 };

static struct gil gil;
static atomic_bool asked;

static void make_gil(uint64_t interval_ns)
{
    ck_assert_int_eq(gil_init(&gil, interval_ns, &asked), 0);
}

/* ------------------------------------------------------ mutual exclusion */

static atomic_int inside;
static atomic_uint overlaps;
static uint64_t plain_count; /* guarded by the lock alone */

static void enter(void)
{
    if (atomic_fetch_add(&inside, 1) != 0)
        atomic_fetch_add(&overlaps, 1);
}

static void leave(void)
{
    atomic_fetch_sub(&inside, 1);
}

static void *take_turns(void *argument)
{
    size_t self = (size_t)(uintptr_t)argument;
    uint64_t times = suite_effort(3000);
    for (uint64_t n = 0; n < times; n++) {
        gil_take(&gil, self);
        enter();
        plain_count++;
        leave();
        gil_check(&gil, self);
        enter();
        plain_count++;
        leave();
        gil_drop(&gil, self);
    }
    return NULL;
}

START_TEST(only_one_holds_it)
{
    pthread_t threads[THREADS];
    make_gil(10 * NS_PER_US);
    for (size_t t = 0; t < THREADS; t++)
        pthread_create(&threads[t], NULL, take_turns, (void *)(uintptr_t)t);
    for (size_t t = 0; t < THREADS; t++)
        pthread_join(threads[t], NULL);
    ck_assert_uint_eq(overlaps, 0);
    ck_assert_uint_eq(plain_count, 2 * THREADS * suite_effort(3000));
    gil_destroy(&gil);
}
END_TEST

/* ----------------------------------------------------------- one thread */

START_TEST(alone_nobody_asks)
{
    make_gil(NS_PER_US);
    gil_take(&gil, 0);
    uint64_t t0 = clock_now();
    while (clock_now() - t0 < 20 * NS_PER_MS) {
        gil_check(&gil, 0);
        ck_assert(!atomic_load(&asked));
    }
    gil_drop(&gil, 0);
    for (int n = 0; n < 1000; n++) {
        gil_take(&gil, 0);
        gil_drop(&gil, 0);
    }
    ck_assert_uint_eq(gil.forced, 0);
    ck_assert_uint_eq(gil.switches, 1); /* from nobody to us */
    gil_destroy(&gil);
}
END_TEST

START_TEST(a_check_point_unasked_keeps_the_lock)
{
    make_gil(NS_PER_MS);
    gil_take(&gil, 0);
    gil_check(&gil, 0);
    ck_assert(gil.locked);
    gil_drop(&gil, 0);
    ck_assert(!gil.locked);
    gil_destroy(&gil);
}
END_TEST

/* ---------------------------------------- one that computes, one that waits */

static atomic_bool stop;

static void *compute(void *argument)
{
    size_t self = (size_t)(uintptr_t)argument;
    gil_take(&gil, self);
    while (!atomic_load(&stop))
        gil_check(&gil, self);
    gil_drop(&gil, self);
    return NULL;
}

static void wait_until_held(void)
{
    pthread_mutex_lock(&gil.mutex);
    while (!gil.locked)
        pthread_cond_wait(&gil.taken, &gil.mutex);
    pthread_mutex_unlock(&gil.mutex);
}

/* One that mostly waits gets the lock each time it asks, though the other
 * never lets go by itself; and it has to ask a whole interval for it. */
START_TEST(one_that_waits_gets_in)
{
    enum { TURNS = 20 };
    const uint64_t interval = 2 * NS_PER_MS;
    pthread_t computing;
    uint64_t waited = 0;
    make_gil(interval);
    pthread_create(&computing, NULL, compute, (void *)1);
    wait_until_held();
    for (int turn = 0; turn < TURNS; turn++) {
        uint64_t t0 = clock_now();
        gil_take(&gil, 0);
        waited += clock_now() - t0;
        gil_drop(&gil, 0);
        wait_until_held(); /* the other one has it back */
    }
    atomic_store(&stop, true);
    pthread_join(computing, NULL);
    ck_assert_uint_ge(waited, TURNS * interval);
    ck_assert_uint_ge(gil.forced, TURNS);
    gil_destroy(&gil);
}
END_TEST

/* Counts its turns; `lost_turns`: asked to let go, it had the lock back
 * before the other one got it. */
struct computer {
    size_t self;
    const atomic_uint *other;
    atomic_uint *own;
    uint64_t asked, lost_turns;
};

static void *compute_and_count(void *argument)
{
    struct computer *me = argument;
    gil_take(&gil, me->self);
    atomic_fetch_add(me->own, 1);
    while (me->asked < suite_effort(400) && !atomic_load(&stop)) {
        bool was_asked = atomic_load(&asked);
        unsigned before = atomic_load(me->other);
        gil_check(&gil, me->self);
        atomic_fetch_add(me->own, 1);
        me->asked += was_asked;
        me->lost_turns += was_asked && !atomic_load(&stop) &&
                          atomic_load(me->other) == before;
    }
    atomic_store(&stop, true);
    gil_drop(&gil, me->self);
    return NULL;
}

START_TEST(being_asked_forces_a_switch)
{
    static atomic_uint turns[2];
    pthread_t threads[2];
    struct computer computers[2];
    make_gil(100 * NS_PER_US);
    for (size_t t = 0; t < 2; t++) {
        computers[t] = (struct computer){
            .self = t, .own = &turns[t], .other = &turns[1 - t]};
        pthread_create(&threads[t], NULL, compute_and_count, &computers[t]);
    }
    for (size_t t = 0; t < 2; t++)
        pthread_join(threads[t], NULL);
    ck_assert_uint_eq(computers[0].lost_turns, 0);
    ck_assert_uint_eq(computers[1].lost_turns, 0);
    ck_assert_uint_gt(gil.forced, 0);
    ck_assert_uint_ge(gil.switches, gil.forced);
    gil_destroy(&gil);
}
END_TEST

/* Dropped around something that blocks, it is free for others at once: no
 * interval passes, nobody has to ask. */
static void *take_and_drop(void *argument)
{
    (void)argument;
    for (int turn = 0; turn < 100; turn++) {
        gil_take(&gil, 1);
        gil_drop(&gil, 1);
    }
    return NULL;
}

START_TEST(around_waiting_it_is_free)
{
    pthread_t other;
    make_gil((uint64_t)1000 * NS_PER_S);
    gil_take(&gil, 0);
    gil_drop(&gil, 0);
    pthread_create(&other, NULL, take_and_drop, NULL);
    pthread_join(other, NULL); /* while we "wait" */
    gil_take(&gil, 0);
    gil_drop(&gil, 0);
    ck_assert_uint_eq(gil.forced, 0);
    gil_destroy(&gil);
}
END_TEST

/* As long as the lock changes hands by itself, waiters have no reason to
 * ask for it, whoever gets it. */
START_TEST(while_it_moves_nobody_asks)
{
    pthread_t threads[THREADS];
    make_gil((uint64_t)1000 * NS_PER_S);
    for (size_t t = 0; t < THREADS; t++)
        pthread_create(&threads[t], NULL, take_turns, (void *)(uintptr_t)t);
    for (size_t t = 0; t < THREADS; t++)
        pthread_join(threads[t], NULL);
    ck_assert_uint_eq(overlaps, 0);
    ck_assert_uint_eq(gil.forced, 0);
    gil_destroy(&gil);
}
END_TEST

int main(void)
{
    Suite *suite;
    TCase *tests = suite_begin(&suite, "gil");
    tcase_add_test(tests, only_one_holds_it);
    tcase_add_test(tests, alone_nobody_asks);
    tcase_add_test(tests, a_check_point_unasked_keeps_the_lock);
    tcase_add_test(tests, one_that_waits_gets_in);
    tcase_add_test(tests, being_asked_forces_a_switch);
    tcase_add_test(tests, around_waiting_it_is_free);
    tcase_add_test(tests, while_it_moves_nobody_asks);
    return suite_end(suite);
}
