/*
 * check_timer_heap.c - tests of bench/lib/timer_heap.c.
 * SPDX-License-Identifier: MIT
 */
#include "suite.h"
#include "../lib/timer_heap.h"
#include "../../kernels/kernel.h"

enum { TIMERS = 5000 };

/* Each owner is the address of its own deadline. */
static uint64_t deadlines[TIMERS];

static void push_random(struct timer_heap *heap, uint64_t seed, uint64_t range)
{
    for (size_t i = 0; i < TIMERS; i++) {
        deadlines[i] = random_at(seed, i) % range;
        timer_heap_push(heap, deadlines[i], &deadlines[i]);
    }
}

START_TEST(random_pushes_come_out_sorted)
{
    /* A small range makes many equal deadlines. */
    static const uint64_t ranges[] = {UINT64_MAX, 100, 1};
    for (size_t r = 0; r < 3; r++) {
        struct timer_heap heap = {0};
        push_random(&heap, r, ranges[r]);
        uint64_t last = 0, *owner, soonest, seen = 0;
        while (timer_heap_soonest(&heap, &soonest)) {
            owner = timer_heap_pop_due(&heap, UINT64_MAX);
            ck_assert_ptr_nonnull(owner);
            ck_assert_uint_eq(*owner, soonest);
            ck_assert_uint_ge(*owner, last);
            last = *owner;
            seen++;
        }
        ck_assert_uint_eq(seen, TIMERS);
        ck_assert_ptr_null(timer_heap_pop_due(&heap, UINT64_MAX));
        timer_heap_free(&heap);
    }
}
END_TEST

START_TEST(every_owner_comes_out_once)
{
    struct timer_heap heap = {0};
    static unsigned seen[TIMERS];
    uint64_t *owner;
    push_random(&heap, 1, 1000);
    while ((owner = timer_heap_pop_due(&heap, UINT64_MAX)) != NULL)
        seen[owner - deadlines]++;
    for (size_t i = 0; i < TIMERS; i++)
        ck_assert_uint_eq(seen[i], 1);
    timer_heap_free(&heap);
}
END_TEST

START_TEST(nothing_comes_before_it_is_due)
{
    struct timer_heap heap = {0};
    uint64_t *owner;
    size_t seen = 0;
    push_random(&heap, 2, 1000);
    for (uint64_t now = 0; now < 1000; now++) {
        while ((owner = timer_heap_pop_due(&heap, now)) != NULL) {
            ck_assert_uint_eq(*owner, now);
            seen++;
        }
    }
    ck_assert_uint_eq(seen, TIMERS);
    timer_heap_free(&heap);
}
END_TEST

START_TEST(pushes_and_pops_may_alternate)
{
    struct timer_heap heap = {0};
    uint64_t *owner;
    size_t inside = 0;
    for (size_t i = 0; i < TIMERS; i++) {
        deadlines[i] = random_at(3, i) % 1000;
        timer_heap_push(&heap, deadlines[i], &deadlines[i]);
        inside++;
        if (i % 3 != 2)
            continue;
        uint64_t soonest;
        ck_assert(timer_heap_soonest(&heap, &soonest));
        if (soonest > 0)
            ck_assert_ptr_null(timer_heap_pop_due(&heap, soonest - 1));
        owner = timer_heap_pop_due(&heap, soonest);
        ck_assert_ptr_nonnull(owner);
        ck_assert_uint_eq(*owner, soonest);
        inside--;
    }
    ck_assert_uint_eq(timer_heap_count(&heap), inside);
    timer_heap_free(&heap);
}
END_TEST

/* The plainest thing that keeps timers in order: it looks at all of them. */
struct reference {
    uint64_t deadlines[TIMERS];
    size_t count;
};

static size_t reference_soonest(const struct reference *reference)
{
    size_t soonest = 0;
    for (size_t i = 1; i < reference->count; i++)
        if (reference->deadlines[i] < reference->deadlines[soonest])
            soonest = i;
    return soonest;
}

/* Time goes by; what is due is taken from both, and must be the same. */
static void pop_from_both(struct timer_heap *heap, struct reference *reference,
                          uint64_t now)
{
    uint64_t *owner, soonest;
    while ((owner = timer_heap_pop_due(heap, now)) != NULL) {
        size_t at = reference_soonest(reference);
        ck_assert_uint_eq(*owner, reference->deadlines[at]);
        ck_assert_uint_le(*owner, now);
        reference->deadlines[at] = reference->deadlines[--reference->count];
    }
    ck_assert_uint_eq(timer_heap_count(heap), reference->count);
    ck_assert(timer_heap_soonest(heap, &soonest) == (reference->count > 0));
    if (reference->count > 0)
        ck_assert_uint_eq(soonest,
                          reference->deadlines[reference_soonest(reference)]);
}

/* Sleeps of one length, as most are, in between some of any length, and now
 * and then nothing left. */
START_TEST(equal_sleeps_among_others)
{
    enum { SLEEP = 1000 };
    static struct reference reference;
    for (uint64_t seed = 0; seed < 4; seed++) {
        struct timer_heap heap = {0};
        uint64_t now = 0;
        for (size_t i = 0; i < TIMERS; i++) {
            uint64_t dice = random_at(seed, i);
            deadlines[i] = now + (dice % 8 < seed ? dice % (3 * SLEEP) : SLEEP);
            timer_heap_push(&heap, deadlines[i], &deadlines[i]);
            reference.deadlines[reference.count++] = deadlines[i];
            now += dice % 1000 == 0 ? 4 * SLEEP : dice / 8 % 32;
            if (dice / 256 % 16 == 0)
                pop_from_both(&heap, &reference, now);
        }
        pop_from_both(&heap, &reference, UINT64_MAX);
        ck_assert_uint_eq(reference.count, 0);
        timer_heap_free(&heap);
    }
}
END_TEST

/* More than there is room for at first, and taken out a part at a time, so
 * that what is left moves. */
START_TEST(very_many_in_rising_order)
{
    enum { MANY = 100000 };
    struct timer_heap heap = {0};
    uint64_t pushed = 0, popped = 0;
    static char owners[MANY];
    while (popped < MANY) {
        for (size_t i = 0; i < 3000 && pushed < MANY; i++, pushed++)
            timer_heap_push(&heap, pushed, &owners[pushed]);
        for (size_t i = 0; i < 2000 && popped < MANY; i++, popped++)
            ck_assert_ptr_eq(timer_heap_pop_due(&heap, popped),
                             &owners[popped]);
        ck_assert_uint_eq(timer_heap_count(&heap), pushed - popped);
    }
    ck_assert_ptr_null(timer_heap_pop_due(&heap, UINT64_MAX));
    timer_heap_free(&heap);
}
END_TEST

START_TEST(an_empty_heap_has_no_soonest)
{
    struct timer_heap heap = {0};
    uint64_t deadline;
    ck_assert(!timer_heap_soonest(&heap, &deadline));
    ck_assert_ptr_null(timer_heap_pop_due(&heap, UINT64_MAX));
    timer_heap_push(&heap, 7, &deadline);
    timer_heap_free(&heap);
    ck_assert(!timer_heap_soonest(&heap, &deadline));
}
END_TEST

int main(void)
{
    Suite *suite;
    TCase *tests = suite_begin(&suite, "timer_heap");
    tcase_add_test(tests, random_pushes_come_out_sorted);
    tcase_add_test(tests, every_owner_comes_out_once);
    tcase_add_test(tests, nothing_comes_before_it_is_due);
    tcase_add_test(tests, pushes_and_pops_may_alternate);
    tcase_add_test(tests, equal_sleeps_among_others);
    tcase_add_test(tests, very_many_in_rising_order);
    tcase_add_test(tests, an_empty_heap_has_no_soonest);
    return suite_end(suite);
}
