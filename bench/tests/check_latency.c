/*
 * check_latency.c - tests of bench/lib/latency.c.
 * SPDX-License-Identifier: MIT
 */
#include "suite.h"
#include "../lib/latency.h"

#include <math.h>
#include <pthread.h>

static struct latency *made(uint64_t items)
{
    struct latency *latency = calloc(1, latency_bytes(items));
    ck_assert_ptr_nonnull(latency);
    latency_make(latency, items);
    return latency;
}

START_TEST(nothing_counted_is_zero)
{
    struct latency *latency = made(10);
    ck_assert_uint_eq(latency_percentile(latency, 0.5), 0);
    ck_assert_uint_eq(latency_percentile(latency, 1), 0);
    free(latency);
}
END_TEST

/* Each time alone must come back within a percent, over the whole range. */
START_TEST(any_time_is_kept_to_one_percent)
{
    for (double ns = 1; ns < 1.8e19; ns *= 1.37) {
        struct latency *latency = made(1);
        latency_count(latency, (uint64_t)ns);
        latency_count(latency, UINT64_MAX); /* so that the first is not most */
        double got = (double)latency_percentile(latency, 0.5);
        ck_assert_msg(fabs(got - floor(ns)) <= 0.01 * ns, "%.0f became %.0f",
                      ns, got);
        ck_assert(latency_percentile(latency, 1) == UINT64_MAX);
        free(latency);
    }
}
END_TEST

/* 1, 2, ..., 1000 microseconds: the share is the percentile. */
START_TEST(percentiles_are_by_nearest_rank)
{
    static const double shares[] = {0.001, 0.1, 0.25, 0.5, 0.9, 0.99, 1};
    struct latency *latency = made(1);
    for (unsigned us = 1000; us >= 1; us--)
        latency_count(latency, 1000 * us);
    for (size_t s = 0; s < sizeof shares / sizeof *shares; s++) {
        double right = 1e6 * shares[s];
        double got = (double)latency_percentile(latency, shares[s]);
        ck_assert_msg(fabs(got - right) <= 0.01 * right, "%g: %.0f ns",
                      shares[s], got);
    }
    ck_assert_uint_eq(latency_percentile(latency, 1), 1000000);
    free(latency);
}
END_TEST

START_TEST(an_item_takes_from_begin_to_end)
{
    struct latency *latency = made(2);
    latency_begin(latency, 0);
    latency_begin(latency, 1);
    latency_end(latency, 1);
    suite_nap(3000);
    latency_end(latency, 0);
    ck_assert_uint_ge(latency_percentile(latency, 1), 3000000);
    ck_assert_uint_lt(latency_percentile(latency, 0.5),
                      latency_percentile(latency, 1));
    free(latency);
}
END_TEST

/* Of very many items only some are looked at, spread over all of them. */
START_TEST(a_million_items_take_little_room)
{
    enum { ITEMS = 1000000 };
    struct latency *latency = made(ITEMS);
    ck_assert_uint_le(latency->slots, LATENCY_SLOTS);
    ck_assert_uint_gt(latency->slots, LATENCY_SLOTS / 2);
    for (uint64_t i = 0; i < ITEMS; i++) {
        latency_begin(latency, i);
        latency_end(latency, i);
    }
    uint64_t counted = 0;
    for (size_t b = 0; b < LATENCY_BUCKETS; b++)
        counted += latency->counts[b];
    ck_assert_uint_eq(counted, latency->slots);
    free(latency);
}
END_TEST

enum { THREADS = 4, EACH = 20000 };

static void *count_many(void *latency)
{
    for (unsigned i = 1; i <= EACH; i++)
        latency_count(latency, i);
    return NULL;
}

START_TEST(threads_lose_no_count)
{
    struct latency *latency = made(1);
    pthread_t threads[THREADS];
    for (int t = 0; t < THREADS; t++)
        ck_assert_int_eq(pthread_create(&threads[t], NULL, count_many, latency),
                         0);
    for (int t = 0; t < THREADS; t++)
        pthread_join(threads[t], NULL);
    uint64_t counted = 0;
    for (size_t b = 0; b < LATENCY_BUCKETS; b++)
        counted += latency->counts[b];
    ck_assert_uint_eq(counted, THREADS * EACH);
    ck_assert_uint_eq(latency_percentile(latency, 1), EACH);
    free(latency);
}
END_TEST

int main(void)
{
    Suite *suite;
    TCase *tests = suite_begin(&suite, "latency");
    tcase_add_test(tests, nothing_counted_is_zero);
    tcase_add_test(tests, any_time_is_kept_to_one_percent);
    tcase_add_test(tests, percentiles_are_by_nearest_rank);
    tcase_add_test(tests, an_item_takes_from_begin_to_end);
    tcase_add_test(tests, a_million_items_take_little_room);
    tcase_add_test(tests, threads_lose_no_count);
    return suite_end(suite);
}
