/*
 * check_executor.c - tests of bench/lib/executor.c and its two kinds.
 * SPDX-License-Identifier: MIT
 *
 * Most tests run twice, over threads and over processes: the interface
 * promises that nothing but the constructor differs. Instead of sleeping for
 * "long enough", tasks wait at a gate that the test opens.
 */
#include "suite.h"
#include "../lib/clock.h"
#include "../lib/executor.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORKERS = 3 };

/* Both kinds, so that one test serves both. */
static struct executor *(*const makers[])(size_t,
                                          const struct executor_hooks *) = {
    executor_threads,
    executor_processes,
};
enum { THREADS, PROCESSES, KINDS };

/* What the tasks see, also in other processes. */
static struct shared {
    atomic_bool open;    /* the gate */
    atomic_uint at_gate; /* how many tasks have come to it */
    atomic_uint ran;     /* how many tasks were begun */
    atomic_uint entered, left, wrong_hooks;
    _Atomic int pids[WORKERS + 1]; /* of tasks that came to the gate */
} * shared;

static void make_shared(void)
{
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(shared, MAP_FAILED);
}

/* ----------------------------------------------------------------- tasks */

static int square(void *context, uint64_t n, uint64_t *answer)
{
    (void)context;
    atomic_fetch_add(&shared->ran, 1);
    *answer = n * n;
    return 0;
}

/* Every third one fails, with an error that tells which. */
static int fail_thirds(void *context, uint64_t n, uint64_t *answer)
{
    if (n % 3 == 0)
        return n % 2 == 0 ? -ENOENT : -EIO;
    return square(context, n, answer);
}

/* Task 0 waits at the gate, the others do not. */
static int wait_if_0(void *context, uint64_t n, uint64_t *answer)
{
    if (n == 0) {
        unsigned place = atomic_fetch_add(&shared->at_gate, 1);
        shared->pids[place % WORKERS] = getpid();
        while (!atomic_load(&shared->open))
            suite_nap(200);
    }
    return square(context, n, answer);
}

static int wait_at_gate(void *context, uint64_t n, uint64_t *answer)
{
    int error = wait_if_0(context, 0, answer);
    *answer = n * n;
    return error;
}

static int owner_dead(void *context, uint64_t n, uint64_t *answer)
{
    (void)context;
    (void)n;
    (void)answer;
    return -EOWNERDEAD;
}

/* -------------------------------------------------------- the plain things */

START_TEST(a_result_comes_back)
{
    struct executor *executor = makers[_i](WORKERS, NULL);
    uint64_t answer = 0;
    struct future *future = executor_submit(executor, square, NULL, 12);
    ck_assert_int_eq(future_result(future, &answer, FOREVER), 0);
    ck_assert_uint_eq(answer, 144);
    ck_assert(future_done(future));
    ck_assert(!future_running(future));
    ck_assert(!future_cancelled(future));
    ck_assert_int_eq(future_result(future, NULL, 0), 0); /* again, unasked */
    ck_assert_uint_eq(executor_workers(executor), WORKERS);
    future_free(future);
    executor_free(executor);
}
END_TEST

/* Where map's outcomes go; `next` is the one expected now. */
struct outcomes {
    uint64_t next, errors;
    bool wrong;
};

static void expect_square(void *context, uint64_t i, int error, uint64_t answer)
{
    struct outcomes *outcomes = context;
    outcomes->wrong |= i != outcomes->next++ || error != 0 || answer != i * i;
}

START_TEST(map_keeps_the_order)
{
    struct executor *executor = makers[_i](WORKERS, NULL);
    struct outcomes outcomes = {0};
    ck_assert_int_eq(
        executor_map(executor, square, NULL, 1000, expect_square, &outcomes),
        0);
    ck_assert_uint_eq(outcomes.next, 1000);
    ck_assert(!outcomes.wrong);
    ck_assert_int_eq(executor_map(executor, square, NULL, 10, NULL, NULL), 0);
    ck_assert_int_eq(executor_map(executor, square, NULL, 0, NULL, NULL), 0);
    ck_assert_uint_eq(shared->ran, 1010);
    executor_free(executor);
}
END_TEST

/* The first task waits until all others have run: map still hands out its
 * answer first. */
static void *open_when_others_ran(void *argument)
{
    unsigned *others = argument;
    SUITE_UNTIL(atomic_load(&shared->ran) == *others);
    atomic_store(&shared->open, true);
    return NULL;
}

START_TEST(map_waits_for_a_slow_first)
{
    struct executor *executor = makers[_i](WORKERS, NULL);
    struct outcomes outcomes = {0};
    unsigned others = 49;
    pthread_t opener;
    pthread_create(&opener, NULL, open_when_others_ran, &others);
    ck_assert_int_eq(
        executor_map(executor, wait_if_0, NULL, 50, expect_square, &outcomes),
        0);
    pthread_join(opener, NULL);
    ck_assert_uint_eq(outcomes.next, 50);
    ck_assert(!outcomes.wrong);
    executor_free(executor);
}
END_TEST

/* Lets the first task go on when the outcomes of all 49 others are here. */
static void expect_the_first_last(void *context, uint64_t i, int error,
                                  uint64_t answer)
{
    struct outcomes *outcomes = context;
    outcomes->next++;
    outcomes->wrong |=
        error != 0 || answer != i * i || (i == 0) != (outcomes->next == 50);
    if (outcomes->next == 49)
        atomic_store(&shared->open, true);
}

START_TEST(as_completed_does_not_wait_for_a_slow_first)
{
    struct executor *executor = makers[_i](WORKERS, NULL);
    struct outcomes outcomes = {0};
    ck_assert_int_eq(executor_as_completed(executor, wait_if_0, NULL, 50,
                                           expect_the_first_last, &outcomes),
                     0);
    ck_assert_uint_eq(outcomes.next, 50);
    ck_assert(!outcomes.wrong);
    executor_free(executor);
}
END_TEST

static void expect_thirds_failed(void *context, uint64_t i, int error,
                                 uint64_t answer)
{
    struct outcomes *outcomes = context;
    int expected = i % 3 != 0 ? 0 : i % 2 == 0 ? -ENOENT : -EIO;
    outcomes->wrong |= i != outcomes->next++ || error != expected ||
                       (error == 0 && answer != i * i);
    outcomes->errors += error != 0;
}

START_TEST(errors_reach_the_caller_and_others_go_on)
{
    struct executor *executor = makers[_i](WORKERS, NULL);
    struct outcomes outcomes = {0};
    ck_assert_int_eq(executor_map(executor, fail_thirds, NULL, 100,
                                  expect_thirds_failed, &outcomes),
                     -ENOENT);
    ck_assert(!outcomes.wrong);
    ck_assert_uint_eq(outcomes.errors, 34);
    struct future *future = executor_submit(executor, fail_thirds, NULL, 3);
    ck_assert_int_eq(future_result(future, NULL, FOREVER), -EIO);
    future_free(future);
    ck_assert_uint_eq(executor_workers(executor), WORKERS);
    executor_free(executor);
}
END_TEST

/* -EOWNERDEAD is the executor's own word: a task that says it is not
 * believed, and its worker lives on. */
START_TEST(a_task_cannot_feign_death)
{
    struct executor *executor = makers[_i](1, NULL);
    struct future *future = executor_submit(executor, owner_dead, NULL, 0);
    int error = future_result(future, NULL, FOREVER);
    ck_assert_int_ne(error, 0);
    ck_assert_int_ne(error, -EOWNERDEAD);
    future_free(future);
    ck_assert_uint_eq(executor_workers(executor), 1);
    ck_assert_int_eq(executor_map(executor, square, NULL, 10, NULL, NULL), 0);
    executor_free(executor);
}
END_TEST

START_TEST(many_tasks)
{
    enum { TASKS = 20000 };
    struct executor *executor = makers[_i](WORKERS, NULL);
    static struct future *futures[TASKS];
    uint64_t count = suite_effort(TASKS), sum = 0, expected = 0;
    for (uint64_t i = 0; i < count; i++)
        futures[i] = executor_submit(executor, square, NULL, i);
    for (uint64_t i = 0; i < count; i++) {
        uint64_t answer = 0;
        if (future_result(futures[i], &answer, FOREVER) != 0)
            ck_abort_msg("task %zu failed", (size_t)i);
        sum += answer;
        expected += i * i;
        future_free(futures[i]);
    }
    ck_assert_uint_eq(sum, expected);
    ck_assert_uint_eq(shared->ran, count);
    executor_free(executor);
}
END_TEST

static void *submit_some(void *argument)
{
    static const uint64_t each = 500;
    struct executor *executor = argument;
    uintptr_t wrong = 0;
    for (uint64_t i = 0; i < each; i++) {
        uint64_t answer = 0;
        struct future *future = executor_submit(executor, square, NULL, i);
        int error = future_result(future, &answer, FOREVER);
        wrong += error != 0 || answer != i * i;
        future_free(future);
    }
    return (void *)wrong;
}

START_TEST(any_thread_may_submit)
{
    struct executor *executor = makers[_i](WORKERS, NULL);
    pthread_t threads[4];
    for (size_t t = 0; t < 4; t++)
        pthread_create(&threads[t], NULL, submit_some, executor);
    for (size_t t = 0; t < 4; t++) {
        void *wrong;
        pthread_join(threads[t], &wrong);
        ck_assert_ptr_null(wrong);
    }
    executor_free(executor);
}
END_TEST

/* The hooks run in the worker: they see the number it was given. */
static void hook_enter(void *context, size_t worker)
{
    struct shared *seen = context;
    atomic_fetch_add(&seen->entered, 1);
    atomic_fetch_add(&seen->wrong_hooks, worker >= WORKERS);
}

static void hook_leave(void *context, size_t worker)
{
    struct shared *seen = context;
    atomic_fetch_add(&seen->left, 1);
    atomic_fetch_add(&seen->wrong_hooks, worker >= WORKERS);
}

START_TEST(hooks_run_once_for_each_worker)
{
    struct executor_hooks hooks = {
        .enter = hook_enter, .leave = hook_leave, .context = shared};
    struct executor *executor = makers[_i](WORKERS, &hooks);
    ck_assert_int_eq(executor_map(executor, square, NULL, 50, NULL, NULL), 0);
    executor_free(executor);
    ck_assert_uint_eq(shared->entered, WORKERS);
    ck_assert_uint_eq(shared->left, WORKERS);
    ck_assert_uint_eq(shared->wrong_hooks, 0);
}
END_TEST

/* ------------------------------------------------- waiting and cancelling */

START_TEST(a_timeout_is_not_the_end)
{
    struct executor *executor = makers[_i](WORKERS, NULL);
    uint64_t answer = 0;
    struct future *future = executor_submit(executor, wait_at_gate, NULL, 5);
    ck_assert(!future_done(future));
    ck_assert_int_eq(future_result(future, &answer, 0), -ETIMEDOUT);
    uint64_t t0 = clock_now();
    ck_assert_int_eq(future_result(future, &answer, 30 * NS_PER_MS),
                     -ETIMEDOUT);
    ck_assert_uint_ge(clock_now() - t0, 30 * NS_PER_MS);
    atomic_store(&shared->open, true);
    ck_assert_int_eq(future_result(future, &answer, FOREVER), 0);
    ck_assert_uint_eq(answer, 25);
    future_free(future);
    executor_free(executor);
}
END_TEST

START_TEST(only_what_has_not_begun_can_be_cancelled)
{
    struct executor *executor = makers[_i](1, NULL);
    struct future *running = executor_submit(executor, wait_at_gate, NULL, 2);
    struct future *waiting = executor_submit(executor, square, NULL, 3);
    struct future *after = executor_submit(executor, square, NULL, 4);
    SUITE_UNTIL(atomic_load(&shared->at_gate) == 1);
    ck_assert(future_running(running));
    ck_assert(!future_cancel(running));
    ck_assert(!future_running(waiting));
    ck_assert(future_cancel(waiting));
    ck_assert(future_cancel(waiting)); /* it still never will be started */
    ck_assert(future_cancelled(waiting));
    ck_assert(future_done(waiting));
    ck_assert_int_eq(future_result(waiting, NULL, FOREVER), -ECANCELED);

    atomic_store(&shared->open, true);
    ck_assert_int_eq(future_result(running, NULL, FOREVER), 0);
    ck_assert_int_eq(future_result(after, NULL, FOREVER), 0);
    ck_assert(!future_cancel(after));
    ck_assert(!future_cancelled(running));
    ck_assert_uint_eq(shared->ran, 2);
    future_free(running);
    future_free(waiting);
    future_free(after);
    executor_free(executor);
}
END_TEST

/* It is done, so it may go, although the executor has not come to it yet. A
 * sanitizer sees if the executor looks at it after all. */
START_TEST(what_was_cancelled_can_be_freed_at_once)
{
    for (int cancels = 0; cancels < 2; cancels++) {
        struct executor *executor = makers[_i](1, NULL);
        struct future *gate = executor_submit(executor, wait_at_gate, NULL, 2);
        SUITE_UNTIL(atomic_load(&shared->at_gate) == (unsigned)cancels + 1);
        for (uint64_t i = 0; i < 100; i++) {
            struct future *future = executor_submit(executor, square, NULL, i);
            ck_assert(future_cancel(future));
            future_free(future);
        }
        atomic_store(&shared->open, true);
        ck_assert_int_eq(future_result(gate, NULL, FOREVER), 0);
        executor_shutdown(executor, cancels == 1);
        future_free(gate);
        executor_free(executor);
        atomic_store(&shared->open, false);
        ck_assert_uint_eq(shared->ran, cancels + 1);
    }
}
END_TEST

static atomic_uint called;
static _Atomic(struct future *) called_with;

static void note_call(void *context, struct future *future)
{
    atomic_fetch_add((atomic_uint *)context, 1);
    atomic_store(&called_with, future_done(future) ? future : NULL);
}

START_TEST(a_callback_set_early_is_called)
{
    struct executor *executor = makers[_i](1, NULL);
    struct future *future = executor_submit(executor, wait_at_gate, NULL, 2);
    future_when_done(future, note_call, &called);
    suite_settle();
    ck_assert_uint_eq(called, 0);
    atomic_store(&shared->open, true);
    ck_assert_int_eq(future_result(future, NULL, FOREVER), 0);
    SUITE_UNTIL(atomic_load(&called) == 1);
    ck_assert_ptr_eq(called_with, future);
    future_free(future);
    executor_free(executor);
    ck_assert_uint_eq(called, 1);
}
END_TEST

START_TEST(a_callback_set_late_is_called_here_and_now)
{
    struct executor *executor = makers[_i](1, NULL);
    struct future *future = executor_submit(executor, square, NULL, 2);
    ck_assert_int_eq(future_result(future, NULL, FOREVER), 0);
    future_when_done(future, note_call, &called);
    ck_assert_uint_eq(called, 1);
    ck_assert_ptr_eq(called_with, future);
    future_free(future);
    executor_free(executor);
    ck_assert_uint_eq(called, 1);
}
END_TEST

START_TEST(cancelling_calls_back_too)
{
    struct executor *executor = makers[_i](1, NULL);
    struct future *running = executor_submit(executor, wait_at_gate, NULL, 2);
    struct future *waiting = executor_submit(executor, square, NULL, 3);
    SUITE_UNTIL(atomic_load(&shared->at_gate) == 1);
    future_when_done(waiting, note_call, &called);
    ck_assert(future_cancel(waiting));
    ck_assert_uint_eq(called, 1);
    atomic_store(&shared->open, true);
    ck_assert_int_eq(future_result(running, NULL, FOREVER), 0);
    future_free(running);
    future_free(waiting);
    executor_free(executor);
    ck_assert_uint_eq(called, 1);
}
END_TEST

/* Freed as soon as they are done, while the callback may still run. */
START_TEST(freeing_waits_for_the_callback)
{
    struct executor *executor = makers[_i](WORKERS, NULL);
    uint64_t count = suite_effort(2000);
    for (uint64_t i = 0; i < count; i++) {
        struct future *future = executor_submit(executor, square, NULL, i);
        future_when_done(future, note_call, &called);
        if (future_result(future, NULL, FOREVER) != 0)
            ck_abort_msg("task %zu failed", (size_t)i);
        future_free(future);
    }
    executor_free(executor);
    ck_assert_uint_eq(called, count);
}
END_TEST

/* ---------------------------------------------------------- as completed */

START_TEST(as_completed_gives_the_fast_ones_first)
{
    enum { COUNT = 20 };
    struct executor *executor = makers[_i](WORKERS, NULL);
    struct future *futures[COUNT], *next;
    bool seen[COUNT] = {false};
    for (size_t i = 0; i < COUNT; i++)
        futures[i] = executor_submit(executor, wait_if_0, NULL, i);
    struct as_completed *set = as_completed_begin(futures, COUNT);
    ck_assert_ptr_nonnull(set);
    for (size_t n = 1; n < COUNT; n++) {
        uint64_t answer = 0;
        next = as_completed_next(set, FOREVER);
        ck_assert_ptr_nonnull(next);
        ck_assert_ptr_ne(next, futures[0]);
        ck_assert_int_eq(future_result(next, &answer, 0), 0);
        for (size_t i = 0; i < COUNT; i++)
            if (futures[i] == next) {
                ck_assert(!seen[i]);
                ck_assert_uint_eq(answer, i * i);
                seen[i] = true;
            }
    }
    ck_assert_ptr_null(as_completed_next(set, 0));
    ck_assert_ptr_null(as_completed_next(set, 10 * NS_PER_MS));
    atomic_store(&shared->open, true);
    ck_assert_ptr_eq(as_completed_next(set, FOREVER), futures[0]);
    ck_assert_ptr_null(as_completed_next(set, FOREVER));
    as_completed_end(set);
    for (size_t i = 0; i < COUNT; i++)
        future_free(futures[i]);
    executor_free(executor);
}
END_TEST

START_TEST(as_completed_knows_what_was_done_before)
{
    enum { COUNT = 5 };
    struct executor *executor = makers[_i](WORKERS, NULL);
    struct future *futures[COUNT];
    size_t handed_out = 0;
    for (size_t i = 0; i < COUNT; i++) {
        futures[i] = executor_submit(executor, fail_thirds, NULL, i);
        (void)future_result(futures[i], NULL, FOREVER);
    }
    struct as_completed *set = as_completed_begin(futures, COUNT);
    while (as_completed_next(set, 0) != NULL)
        handed_out++;
    ck_assert_uint_eq(handed_out, COUNT);
    as_completed_end(set);
    for (size_t i = 0; i < COUNT; i++)
        future_free(futures[i]);
    executor_free(executor);
}
END_TEST

/* One watcher over executors of both kinds, each future given up as soon as
 * it was handed out. */
START_TEST(as_completed_spans_executors)
{
    enum { COUNT = 200 };
    struct executor *processes = executor_processes(2, NULL);
    struct executor *threads = executor_threads(2, NULL);
    struct future *futures[COUNT], *next;
    uint64_t sum = 0, answer, expected = 0, count = 0;
    for (size_t i = 0; i < COUNT; i++) {
        futures[i] =
            executor_submit(i % 2 ? threads : processes, square, NULL, i);
        expected += i * i;
    }
    struct as_completed *set = as_completed_begin(futures, COUNT);
    while ((next = as_completed_next(set, FOREVER)) != NULL) {
        ck_assert_int_eq(future_result(next, &answer, 0), 0);
        sum += answer;
        count++;
        future_free(next);
    }
    as_completed_end(set);
    ck_assert_uint_eq(count, COUNT);
    ck_assert_uint_eq(sum, expected);
    executor_free(threads);
    executor_free(processes);
}
END_TEST

/* -------------------------------------------------------------- shutdown */

START_TEST(shutdown_finishes_what_is_queued)
{
    enum { COUNT = 300 };
    struct executor *executor = makers[_i](WORKERS, NULL);
    struct future *futures[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        futures[i] = executor_submit(executor, square, NULL, i);
    executor_shutdown(executor, false);
    ck_assert_uint_eq(shared->ran, COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        uint64_t answer = 0;
        ck_assert_int_eq(future_result(futures[i], &answer, 0), 0);
        ck_assert_uint_eq(answer, i * i);
        future_free(futures[i]);
    }
    executor_shutdown(executor, false);
    executor_free(executor);
}
END_TEST

/* Opens the gate once the task behind it has been cancelled: shutdown waits
 * for the one that runs. */
static void *open_when_cancelled(void *argument)
{
    struct future *future = argument;
    SUITE_UNTIL(future_cancelled(future));
    atomic_store(&shared->open, true);
    return NULL;
}

START_TEST(shutdown_with_cancel_drops_what_is_queued)
{
    enum { COUNT = 50 };
    struct executor *executor = makers[_i](1, NULL);
    struct future *futures[COUNT];
    pthread_t opener;
    for (size_t i = 0; i < COUNT; i++)
        futures[i] = executor_submit(executor, wait_if_0, NULL, i);
    SUITE_UNTIL(atomic_load(&shared->at_gate) == 1);
    pthread_create(&opener, NULL, open_when_cancelled, futures[COUNT - 1]);
    executor_shutdown(executor, true);
    pthread_join(opener, NULL);
    ck_assert_int_eq(future_result(futures[0], NULL, 0), 0);
    for (size_t i = 1; i < COUNT; i++)
        ck_assert_int_eq(future_result(futures[i], NULL, 0), -ECANCELED);
    ck_assert_uint_eq(shared->ran, 1);
    for (size_t i = 0; i < COUNT; i++)
        future_free(futures[i]);
    executor_free(executor);
}
END_TEST

START_TEST(after_shutdown_nothing_is_taken)
{
    struct executor *executor = makers[_i](WORKERS, NULL);
    executor_shutdown(executor, false);
    struct future *future = executor_submit(executor, square, NULL, 2);
    ck_assert(future_done(future));
    ck_assert_int_eq(future_result(future, NULL, 0), -ESHUTDOWN);
    ck_assert(!future_cancel(future));
    future_free(future);
    ck_assert_int_eq(executor_map(executor, square, NULL, 3, NULL, NULL),
                     -ESHUTDOWN);
    ck_assert_uint_eq(shared->ran, 0);
    executor_free(executor);
}
END_TEST

START_TEST(freeing_an_unused_one_is_fine)
{
    executor_free(makers[_i](WORKERS, NULL));
    executor_free(makers[_i](1, NULL));
}
END_TEST

/* --------------------------------------------------- processes that die */

/* How long "soon" is: nobody may have to wait for a dead worker. */
static int64_t soon(void)
{
    return (SUITE_SANITIZED ? 20 : 1) * (int64_t)NS_PER_S;
}

START_TEST(a_killed_worker_fails_its_task_alone)
{
    struct executor *executor = executor_processes(WORKERS, NULL);
    struct future *future = executor_submit(executor, wait_at_gate, NULL, 1);
    SUITE_UNTIL(atomic_load(&shared->pids[0]) != 0);
    ck_assert_int_eq(kill(shared->pids[0], SIGKILL), 0);
    ck_assert_int_eq(future_result(future, NULL, soon()), -EOWNERDEAD);
    future_free(future);
    ck_assert_uint_eq(executor_workers(executor), WORKERS - 1);
    struct outcomes outcomes = {0};
    ck_assert_int_eq(
        executor_map(executor, square, NULL, 500, expect_square, &outcomes), 0);
    ck_assert(!outcomes.wrong);
    executor_free(executor);
}
END_TEST

/* All at the gate, more queued behind them: nobody is left to do anything. */
START_TEST(without_workers_everything_fails)
{
    enum { COUNT = 40 };
    struct executor *executor = executor_processes(WORKERS, NULL);
    struct future *futures[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        futures[i] = executor_submit(executor, wait_at_gate, NULL, i);
    SUITE_UNTIL(atomic_load(&shared->at_gate) == WORKERS);
    for (size_t w = 0; w < WORKERS; w++)
        ck_assert_int_eq(kill(executor_worker_pid(executor, w), SIGKILL), 0);
    for (size_t i = 0; i < COUNT; i++)
        ck_assert_int_eq(future_result(futures[i], NULL, soon()), -EOWNERDEAD);
    ck_assert_uint_eq(executor_workers(executor), 0);
    struct future *late = executor_submit(executor, square, NULL, 2);
    ck_assert_int_eq(future_result(late, NULL, soon()), -EOWNERDEAD);
    future_free(late);
    for (size_t i = 0; i < COUNT; i++)
        future_free(futures[i]);
    executor_shutdown(executor, true);
    executor_free(executor);
}
END_TEST

/* Workers that die while they have nothing to do are missed when they are
 * needed. */
START_TEST(idle_workers_may_die_too)
{
    struct executor *executor = executor_processes(WORKERS, NULL);
    for (size_t w = 0; w < WORKERS; w++)
        ck_assert_int_eq(kill(executor_worker_pid(executor, w), SIGKILL), 0);
    ck_assert_int_eq(executor_map(executor, square, NULL, 20, NULL, NULL),
                     -EOWNERDEAD);
    ck_assert_uint_eq(executor_workers(executor), 0);
    executor_free(executor);
}
END_TEST

/* A worker in the middle of many short tasks: every future still comes to
 * an end, right or -EOWNERDEAD. */
START_TEST(death_at_any_moment_hangs_nobody)
{
    enum { COUNT = 3000 };
    static struct future *futures[COUNT];
    for (unsigned trial = 0; trial < suite_effort(20); trial++) {
        struct executor *executor = executor_processes(WORKERS, NULL);
        size_t dead = 0;
        for (size_t i = 0; i < COUNT; i++) {
            futures[i] = executor_submit(executor, square, NULL, i);
            if (i == 100 * (trial + 1))
                kill(executor_worker_pid(executor, trial % WORKERS), SIGKILL);
        }
        for (size_t i = 0; i < COUNT; i++) {
            uint64_t answer = 0;
            int error = future_result(futures[i], &answer, FOREVER);
            dead += error == -EOWNERDEAD;
            if (error != -EOWNERDEAD && (error != 0 || answer != i * i))
                ck_abort_msg("task %zu: error %d", i, error);
            future_free(futures[i]);
        }
        ck_assert_uint_le(dead, 1);
        executor_free(executor);
    }
}
END_TEST

START_TEST(threads_have_no_process)
{
    struct executor *executor = executor_threads(1, NULL);
    ck_assert_int_eq(executor_worker_pid(executor, 0), 0);
    executor_free(executor);
}
END_TEST

/* ---------------------------------------------------------------- cargo */

enum { CARGO_TASKS = 12, CARGO_MOST = 1 << 20 };

/* Private to each process: what a worker changes here, only it sees. */
static unsigned char *cargo_home[CARGO_TASKS];
static size_t cargo_bytes[CARGO_TASKS];
static unsigned char *unloaded;

static size_t cargo_of_task(void *context, uint64_t i, void **bytes)
{
    ck_assert_ptr_eq(context, cargo_home);
    *bytes = cargo_home[i];
    return cargo_bytes[i];
}

static void unload(void *copy)
{
    unloaded = copy;
}

/* Adds up and raises the bytes of the copy, and spoils this process's own
 * original. Answers -1 when there is no copy. */
static int raise_cargo(void *context, uint64_t i, uint64_t *answer)
{
    (void)context;
    *answer = unloaded == NULL ? UINT64_MAX : 0;
    for (size_t b = 0; unloaded != NULL && b < cargo_bytes[i]; b++) {
        *answer += unloaded[b]++;
        cargo_home[i][b] = 99;
    }
    return 0;
}

/* No bytes, one, more and fewer than before, more than a socket holds. */
static void fill_cargo(void)
{
    for (size_t i = 0; i < CARGO_TASKS; i++) {
        cargo_bytes[i] = (size_t[]){0, 1, 100000, 7, CARGO_MOST, 3}[i % 6];
        cargo_home[i] = malloc(CARGO_MOST);
        ck_assert_ptr_nonnull(cargo_home[i]);
        memset(cargo_home[i], (int)i + 1, CARGO_MOST);
    }
}

static void expect_cargo(void *context, uint64_t i, int error, uint64_t answer)
{
    (void)context;
    ck_assert_int_eq(error, 0);
    if (cargo_bytes[i] == 0)
        ck_assert_uint_eq(answer, UINT64_MAX);
    else
        ck_assert_uint_eq(answer, cargo_bytes[i] * (i + 1));
    for (size_t b = 0; b < CARGO_MOST; b++)
        ck_assert_uint_eq(cargo_home[i][b], i + 1 + (b < cargo_bytes[i]));
}

START_TEST(cargo_travels_to_a_process_and_back)
{
    struct executor_hooks hooks = {.cargo = cargo_of_task, .unload = unload};
    fill_cargo();
    struct executor *executor = executor_processes(WORKERS, &hooks);
    ck_assert_int_eq(executor_map(executor, raise_cargo, cargo_home,
                                  CARGO_TASKS, expect_cargo, NULL),
                     0);
    executor_free(executor);
}
END_TEST

START_TEST(cargo_stays_where_it_is_between_threads)
{
    struct executor_hooks hooks = {.cargo = cargo_of_task, .unload = unload};
    uint64_t answer = 0;
    fill_cargo();
    struct executor *executor = executor_threads(WORKERS, &hooks);
    struct future *future =
        executor_submit(executor, raise_cargo, cargo_home, 2);
    ck_assert_int_eq(future_result(future, &answer, FOREVER), 0);
    ck_assert_uint_eq(answer, UINT64_MAX);
    ck_assert_uint_eq(cargo_home[2][0], 3);
    future_free(future);
    executor_free(executor);
}
END_TEST

/* ------------------------------------------------------- nothing is left */

static size_t open_descriptors(void)
{
    size_t count = 0;
    DIR *directory = opendir("/proc/self/fd");
    ck_assert_ptr_nonnull(directory);
    while (readdir(directory) != NULL)
        count++;
    closedir(directory);
    return count;
}

START_TEST(nothing_is_left_behind)
{
    /* Something may be opened once, at first use. */
    executor_free(makers[_i](WORKERS, NULL));
    size_t before = open_descriptors();
    for (int trial = 0; trial < 5; trial++) {
        struct executor *executor = makers[_i](WORKERS, NULL);
        executor_map(executor, square, NULL, 10, NULL, NULL);
        if (_i == PROCESSES && trial > 0)
            for (int w = 0; w < trial && w < WORKERS; w++)
                kill(executor_worker_pid(executor, (size_t)w), SIGKILL);
        executor_free(executor);
    }
    ck_assert_uint_eq(open_descriptors(), before);
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
    ck_assert_int_eq(errno, ECHILD);
}
END_TEST

/* Gone, or dead and only waiting for init to notice. */
static bool has_ended(int pid)
{
    char name[64], state = 'Z';
    snprintf(name, sizeof name, "/proc/%d/stat", pid);
    FILE *file = fopen(name, "r");
    if (file == NULL)
        return true;
    if (fscanf(file, "%*d %*s %c", &state) != 1)
        state = 'Z';
    fclose(file);
    return state == 'Z' || state == 'X';
}

START_TEST(workers_do_not_outlive_their_parent)
{
    pid_t parent = fork();
    if (parent == 0) {
        struct executor *executor = executor_processes(WORKERS, NULL);
        executor_submit(executor, wait_at_gate, NULL, 1);
        for (size_t w = 0; w < WORKERS; w++)
            shared->pids[w] = executor_worker_pid(executor, w);
        shared->pids[WORKERS] = 1;
        pause();
        _exit(0);
    }
    SUITE_UNTIL(atomic_load(&shared->pids[WORKERS]) != 0);
    kill(parent, SIGKILL);
    waitpid(parent, NULL, 0);
    for (size_t w = 0; w < WORKERS; w++)
        SUITE_UNTIL(has_ended(shared->pids[w]));
}
END_TEST

int main(void)
{
    Suite *suite;
    TCase *tests = suite_begin(&suite, "executor");
    tcase_add_checked_fixture(tests, make_shared, NULL);
    tcase_add_loop_test(tests, a_result_comes_back, 0, KINDS);
    tcase_add_loop_test(tests, map_keeps_the_order, 0, KINDS);
    tcase_add_loop_test(tests, map_waits_for_a_slow_first, 0, KINDS);
    tcase_add_loop_test(tests, as_completed_does_not_wait_for_a_slow_first, 0,
                        KINDS);
    tcase_add_loop_test(tests, errors_reach_the_caller_and_others_go_on, 0,
                        KINDS);
    tcase_add_loop_test(tests, a_task_cannot_feign_death, 0, KINDS);
    tcase_add_loop_test(tests, many_tasks, 0, KINDS);
    tcase_add_loop_test(tests, any_thread_may_submit, 0, KINDS);
    tcase_add_loop_test(tests, hooks_run_once_for_each_worker, 0, KINDS);
    tcase_add_loop_test(tests, a_timeout_is_not_the_end, 0, KINDS);
    tcase_add_loop_test(tests, only_what_has_not_begun_can_be_cancelled, 0,
                        KINDS);
    tcase_add_loop_test(tests, what_was_cancelled_can_be_freed_at_once, 0,
                        KINDS);
    tcase_add_loop_test(tests, a_callback_set_early_is_called, 0, KINDS);
    tcase_add_loop_test(tests, a_callback_set_late_is_called_here_and_now, 0,
                        KINDS);
    tcase_add_loop_test(tests, cancelling_calls_back_too, 0, KINDS);
    tcase_add_loop_test(tests, freeing_waits_for_the_callback, 0, KINDS);
    tcase_add_loop_test(tests, as_completed_gives_the_fast_ones_first, 0,
                        KINDS);
    tcase_add_loop_test(tests, as_completed_knows_what_was_done_before, 0,
                        KINDS);
    tcase_add_test(tests, as_completed_spans_executors);
    tcase_add_loop_test(tests, shutdown_finishes_what_is_queued, 0, KINDS);
    tcase_add_loop_test(tests, shutdown_with_cancel_drops_what_is_queued, 0,
                        KINDS);
    tcase_add_loop_test(tests, after_shutdown_nothing_is_taken, 0, KINDS);
    tcase_add_loop_test(tests, freeing_an_unused_one_is_fine, 0, KINDS);
    tcase_add_test(tests, a_killed_worker_fails_its_task_alone);
    tcase_add_test(tests, without_workers_everything_fails);
    tcase_add_test(tests, idle_workers_may_die_too);
    tcase_add_test(tests, death_at_any_moment_hangs_nobody);
    tcase_add_test(tests, threads_have_no_process);
    tcase_add_test(tests, cargo_travels_to_a_process_and_back);
    tcase_add_test(tests, cargo_stays_where_it_is_between_threads);
    tcase_add_loop_test(tests, nothing_is_left_behind, 0, KINDS);
    tcase_add_test(tests, workers_do_not_outlive_their_parent);
    return suite_end(suite);
}
