/*
 * check_interval.c - tests of scripts/lib/interval.c.
 * SPDX-License-Identifier: MIT
 *
 * The ranks are found a second time here, by adding up binomial
 * probabilities instead of asking GSL.
 */
#include "suite.h"
#include "../../scripts/lib/interval.h"

#include <math.h>

enum { MOST = 60 };

/* The chance that fewer than k of n fair coins show heads. */
static double fewer_heads(unsigned k, unsigned n)
{
    double term = ldexp(1, -(int)n), sum = 0;
    for (unsigned i = 0; i < k; i++) {
        sum += term;
        term *= (double)(n - i) / (i + 1);
    }
    return sum;
}

/* 1 to n in an order that is not sorted: steps of 7 round a ring. */
static void fill(double *values, unsigned n)
{
    unsigned step = n % 7 == 0 ? 5 : 7;
    for (unsigned i = 0; i < n; i++)
        values[i] = 1 + (double)(i * step % n);
    if (n % 35 == 0)
        for (unsigned i = 0; i < n; i++)
            values[i] = n - i;
}

START_TEST(narrowest_interval_that_covers_95_percent)
{
    for (unsigned n = 6; n <= MOST; n++) {
        double values[MOST];
        fill(values, n);
        struct interval interval = interval_of(values, n);
        unsigned k = (unsigned)interval.low;
        ck_assert_double_eq(interval.high, n + 1 - k);
        ck_assert_uint_eq(interval.n, n);
        ck_assert_double_ge(1 - 2 * fewer_heads(k, n), 0.95);
        ck_assert_double_lt(1 - 2 * fewer_heads(k + 1, n), 0.95);
    }
}
END_TEST

/* From tables of the sign test. */
START_TEST(ranks_of_the_tables)
{
    static const unsigned table[][2] = {{6, 1},  {8, 1},  {9, 2},  {11, 2},
                                        {12, 3}, {14, 3}, {15, 4}, {20, 6},
                                        {25, 8}, {30, 10}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        double values[MOST];
        fill(values, table[i][0]);
        ck_assert_double_eq(interval_of(values, table[i][0]).low, table[i][1]);
    }
}
END_TEST

START_TEST(below_six_no_interval)
{
    for (unsigned n = 1; n < 6; n++) {
        double values[MOST];
        fill(values, n);
        struct interval interval = interval_of(values, n);
        ck_assert_double_eq(interval.middle, (n + 1) / 2.0);
        ck_assert(isnan(interval.low) && isnan(interval.high));
    }
    struct interval none = interval_of(NULL, 0);
    ck_assert(none.n == 0 && isnan(none.middle));
    ck_assert(isnan(none.low) && isnan(none.high));
}
END_TEST

START_TEST(what_was_not_measured_is_left_out)
{
    double values[] = {NAN, 3, 1, NAN, 2, 6, 5, 4, NAN};
    struct interval interval = interval_of(values, 9);
    ck_assert_uint_eq(interval.n, 6);
    ck_assert_double_eq(interval.middle, 3.5);
    ck_assert_double_eq(interval.low, 1);
    ck_assert_double_eq(interval.high, 6);
    double nothing[] = {NAN, NAN};
    ck_assert(isnan(interval_of(nothing, 2).middle));
}
END_TEST

START_TEST(infinities_stand_at_the_ends)
{
    double values[] = {INFINITY, 3, -INFINITY, 2, 1, 4, INFINITY, 5, 6};
    struct interval interval = interval_of(values, 9);
    ck_assert_uint_eq(interval.n, 9);
    ck_assert_double_eq(interval.middle, 4);
    ck_assert_double_eq(interval.low, 1);
    ck_assert(isinf(interval.high) && interval.high > 0);
}
END_TEST

START_TEST(from_logs_to_ratios)
{
    double logs[] = {log(2), log(3), log(4), log(5), log(6), log(7)};
    struct interval interval = interval_exp(interval_of(logs, 6));
    ck_assert_uint_eq(interval.n, 6);
    ck_assert_double_eq_tol(interval.low, 2, 1e-12);
    ck_assert_double_eq_tol(interval.middle, sqrt(4 * 5), 1e-12);
    ck_assert_double_eq_tol(interval.high, 7, 1e-12);
    ck_assert(isnan(interval_exp(interval_of(logs, 5)).low));
}
END_TEST

int main(void)
{
    Suite *suite;
    TCase *tests = suite_begin(&suite, "interval");
    tcase_add_test(tests, narrowest_interval_that_covers_95_percent);
    tcase_add_test(tests, ranks_of_the_tables);
    tcase_add_test(tests, below_six_no_interval);
    tcase_add_test(tests, what_was_not_measured_is_left_out);
    tcase_add_test(tests, infinities_stand_at_the_ends);
    tcase_add_test(tests, from_logs_to_ratios);
    return suite_end(suite);
}
