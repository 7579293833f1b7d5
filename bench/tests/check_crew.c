/*
 * check_crew.c - tests of bench/lib/crew.c: members, and the stacks they use.
 * SPDX-License-Identifier: MIT
 */
#include "suite.h"
#include "../lib/clock.h"
#include "../lib/crew.h"
#include "../lib/kernels.h"
#include "../lib/memory.h"
#include "../strategy.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Waits for one turn and no more. */
static int64_t await_a_turn(struct op *op)
{
    (void)op;
    crew_park();
    return 0;
}

const struct strategy strategy = {.summary = "under test",
                                  .await = await_a_turn};
const char *const strategy_names[] = {NULL};

static struct kernel kernel = {.name = "test"};
static struct crew crew;

static void create(size_t stack_bytes, uint64_t items, uint64_t rounds,
                   size_t count)
{
    struct topology topology = topology_read(TOPOLOGY_COMPACT);
    kernel.stack_bytes = stack_bytes;
    struct run wanted = {
        .kernel = &kernel, .items = items, .rounds = rounds, .workers = 1};
    memory_create(&wanted, &topology, 1);
    topology_free(&topology);
    crew_create(&crew, memory.run, count);
    worker_enter(memory.run, 0);
}

static void turn(void)
{
    for (size_t m = 0; m < crew.made; m++)
        if (crew_member(&crew, m)->busy)
            crew_resume(crew_member(&crew, m));
}

static void run_round(uint64_t round)
{
    memory.run->round = round;
    crew_start(&crew, 0, memory.run->items);
    while (crew.busy > 0)
        turn();
}

static void destroy_and_judge(void)
{
    worker_leave();
    crew_destroy(&crew);
    const struct run *run = memory.run;
    struct tally expected = tally_expected(run->items, run->rounds);
    const struct tally *tally = &memory.tallies[0];
    ck_assert_uint_eq(tally->failed, 0);
    ck_assert_uint_eq(tally->ran, expected.ran);
    ck_assert_uint_eq(tally->ledger, expected.ledger);
}

/* --------------------------------------------------------------- members */

static int item_at_once(const struct run *run, uint64_t i, uint64_t *answer)
{
    (void)run;
    *answer = i;
    return 0;
}

static int item_that_waits(const struct run *run, uint64_t i, uint64_t *answer)
{
    struct member *me = crew_self();
    uint64_t before = random_at(run->round, i);
    (void)await(op_sleep(0));
    *answer = before;
    return before == random_at(run->round, i) && me == crew_self() ? 0 : -1;
}

/* One member does all the items that never wait. */
START_TEST(who_is_not_needed_is_not_made)
{
    kernel.item = item_at_once;
    create(0, 1000, 2, 1000);
    run_round(0);
    ck_assert_uint_eq(crew.made, 1);
    run_round(1);
    ck_assert_uint_eq(crew.made, 1);
    destroy_and_judge();
}
END_TEST

START_TEST(one_for_each_that_waits)
{
    static const size_t stacks[] = {0, 1000};
    kernel.item = item_that_waits;
    for (size_t s = 0; s < 2; s++) {
        create(stacks[s], 50, 3, 100);
        for (uint64_t round = 0; round < 3; round++) {
            run_round(round);
            ck_assert_uint_eq(crew.made, 50);
        }
        destroy_and_judge();
    }
}
END_TEST

START_TEST(no_more_at_once_than_allowed)
{
    kernel.item = item_that_waits;
    create(1000, 1000, 2, 7);
    for (uint64_t round = 0; round < 2; round++) {
        memory.run->round = round;
        crew_start(&crew, 0, 1000);
        ck_assert_uint_eq(crew.busy, 7);
        ck_assert_uint_eq(crew.next, 7);
        while (crew.busy > 0)
            turn();
        ck_assert_uint_eq(crew.made, 7);
    }
    destroy_and_judge();
}
END_TEST

START_TEST(members_lie_apart)
{
    static const size_t stacks[] = {0, 700, 800, 1000};
    for (size_t s = 0; s < 4; s++) {
        kernel.item = item_that_waits;
        create(stacks[s], 100, 1, 100);
        run_round(0);
        for (size_t m = 0; m < 100; m++) {
            const struct member *member = crew_member(&crew, m);
            ck_assert_uint_eq(member->number, m);
            ck_assert_uint_eq((uintptr_t)member % 64, 0);
            ck_assert((const char *)(member + 1) <=
                      (const char *)stacks_top(&crew.stacks, m));
            ck_assert((const void *)member->coroutine < (const void *)member);
        }
        destroy_and_judge();
    }
}
END_TEST

/* ---------------------------------------------------------------- stacks */

__attribute__((noinline)) static int wait_deep(uint64_t i, uint64_t *answer)
{
    volatile char frame[600];
    for (size_t b = 0; b < sizeof frame; b++)
        frame[b] = (char)(i + b);
    (void)await(op_sleep(0));
    *answer = (uint64_t)frame[i];
    return 0;
}

/* The last one uses more stack than its kernel has asked for, then waits. */
static int item_too_deep(const struct run *run, uint64_t i, uint64_t *answer)
{
    return i + 1 < run->items ? item_that_waits(run, i, answer)
                              : wait_deep(i, answer);
}

/* Whoever lies below it has lost its stack, and must not be resumed. */
START_TEST(overflow_of_a_small_stack_is_noticed)
{
    enum { SHOWN = 200 };
    int status, out[2];
    char said[SHOWN] = "";
    if (SANITIZED || CONTEXT_EXTRA_BYTES > 0) {
        suite_skip("overflow", "stacks are larger here");
        return;
    }
    kernel.item = item_too_deep;
    create(500, 10, 1, 10);
    ck_assert_int_eq(pipe(out), 0);
    pid_t child = fork();
    if (child == 0) {
        dup2(out[1], STDERR_FILENO);
        run_round(0);
        _exit(0);
    }
    close(out[1]);
    waitpid(child, &status, 0);
    ck_assert_int_gt(read(out[0], said, SHOWN - 1), 0);
    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), 1);
    ck_assert_ptr_nonnull(strstr(said, "overflowed its small stack"));
}
END_TEST

/* ---------------------------------------------------------------- timers */

static uint64_t order[100], awake;
static struct timer_heap timers;

static int item_that_sleeps(const struct run *run, uint64_t i, uint64_t *answer)
{
    (void)run;
    timer_heap_push(&timers, i * 37 % 100, crew_self());
    crew_park();
    order[awake++] = i * 37 % 100;
    *answer = 0;
    return 0;
}

START_TEST(sleepers_wake_in_order)
{
    kernel.item = item_that_sleeps;
    create(1000, 100, 1, 100);
    crew_start(&crew, 0, 100);
    ck_assert_uint_eq(awake, 0);
    crew_resume_due(&timers);
    ck_assert_uint_eq(awake, 100);
    for (size_t n = 0; n < 100; n++)
        ck_assert_uint_eq(order[n], n);
    timer_heap_free(&timers);
    destroy_and_judge();
}
END_TEST

static bool woke_early;

static int item_that_naps(const struct run *run, uint64_t i, uint64_t *answer)
{
    (void)run;
    uint64_t ns = i % 5 * NS_PER_MS, began = clock_now();
    crew_sleep(&timers, ns);
    woke_early |= clock_now() < began + ns;
    *answer = 0;
    return 0;
}

START_TEST(nobody_wakes_early)
{
    kernel.item = item_that_naps;
    create(1000, 100, 1, 100);
    crew_start(&crew, 0, 100);
    while (crew.busy > 0)
        crew_resume_due(&timers);
    ck_assert(!woke_early);
    timer_heap_free(&timers);
    destroy_and_judge();
}
END_TEST

int main(void)
{
    Suite *suite;
    TCase *tests = suite_begin(&suite, "crew");
    tcase_add_test(tests, who_is_not_needed_is_not_made);
    tcase_add_test(tests, one_for_each_that_waits);
    tcase_add_test(tests, no_more_at_once_than_allowed);
    tcase_add_test(tests, members_lie_apart);
    tcase_add_test(tests, overflow_of_a_small_stack_is_noticed);
    tcase_add_test(tests, sleepers_wake_in_order);
    tcase_add_test(tests, nobody_wakes_early);
    return suite_end(suite);
}
