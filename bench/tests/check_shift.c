/*
 * check_shift.c - tests of scripts/lib/shift.c.
 * SPDX-License-Identifier: MIT
 */
#include "suite.h"
#include "../../kernels/kernel.h" /* random_at */
#include "../../scripts/lib/shift.h"

#include <math.h>

/* All orders of m + n values by brute force: bit i says that the i-th smallest
 * one belongs to a. */
static double by_orders(unsigned m, unsigned n, size_t most)
{
    double good = 0, all = 0;
    for (unsigned long order = 0; order < 1UL << (m + n); order++) {
        size_t u = 0, seen = 0; /* pairs with b below a; b so far */
        if (__builtin_popcountl(order) != (int)m)
            continue;
        for (unsigned i = 0; i < m + n; i++) {
            if (order >> i & 1)
                u += seen;
            else
                seen++;
        }
        all++;
        good += u <= most;
    }
    return good / all;
}

START_TEST(the_distribution_is_that_of_all_orders)
{
    for (unsigned m = 1; m <= 6; m++)
        for (unsigned n = 1; n <= 7; n++)
            for (size_t u = 0; u <= (size_t)m * n; u++)
                ck_assert_double_eq_tol(mann_whitney(m, n, u),
                                        by_orders(m, n, u), 1e-14);
}
END_TEST

/* Published tables: at two-sided 5 % the greatest u that is rejected. */
START_TEST(critical_values_of_the_tables)
{
    static const struct {
        size_t m, n, u;
    } table[] = {{4, 4, 0},    {5, 5, 2},    {6, 6, 5},    {8, 8, 13},
                 {10, 10, 23}, {12, 12, 37}, {15, 15, 64}, {20, 20, 127},
                 {5, 12, 11},  {10, 20, 55}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        ck_assert(mann_whitney(table[i].m, table[i].n, table[i].u) <= .025);
        ck_assert(mann_whitney(table[i].m, table[i].n, table[i].u + 1) > .025);
    }
    ck_assert(mann_whitney(3, 3, 0) > .025);
}
END_TEST

START_TEST(the_normal_distribution_takes_over_smoothly)
{
    /* 50 x 50 is counted out; its mean is 1250, its variance 2500 x 101 / 12 */
    for (size_t u = 900; u < 1600; u += 10) {
        double z = ((double)u + .5 - 1250) / sqrt(2500 * 101. / 12);
        ck_assert_double_eq_tol(mann_whitney(50, 50, u),
                                .5 * erfc(-z / sqrt(2)), .001);
    }
    ck_assert_double_eq_tol(mann_whitney(60, 60, 1799), .5, .002);
    /* not so small samples, which lean: 3 against 900 */
    ck_assert_double_eq_tol(mann_whitney(3, 900, 0), 6. / 903 / 902 / 901,
                            1e-14);
}
END_TEST

START_TEST(a_shift_by_hand)
{
    const double a[4] = {1, 2, 3, 8}, b[4] = {11, 13, 20, 14};
    struct interval shift = shift_of(a, 4, b, 4, .05);
    /* sorted: 3 5 6 8 9 10 10 11 11 12 12 12 13 17 18 19 */
    ck_assert_double_eq(shift.middle, 11);
    ck_assert_double_eq(shift.low, 3); /* u = 0 is rejected, 1 is not */
    ck_assert_double_eq(shift.high, 19);
    ck_assert_uint_eq(shift.n, 4);
    shift = shift_of(a, 4, b, 4, .06); /* 2 x 2 / 70 = 0.057: u = 1, too */
    ck_assert_double_eq(shift.low, 5);
    ck_assert_double_eq(shift.high, 18);
    shift = shift_of(a, 3, b, 3, .05); /* 2 / 20: never */
    ck_assert_double_nan(shift.low);
    ck_assert_double_eq(shift.middle, 11);
    shift = shift_of(a, 0, b, 4, .05);
    ck_assert_double_nan(shift.middle);
    ck_assert_uint_eq(shift.n, 0);
}
END_TEST

START_TEST(tests_against_a_shift_by_hand)
{
    const double a[3] = {1, 2, 3}, b[3] = {11, 12, 13};
    ck_assert_double_eq_tol(shift_above(a, 3, b, 3, 0), 1. / 20, 1e-15);
    ck_assert_double_eq_tol(shift_above(a, 3, b, 3, 7.5), 1. / 20, 1e-15);
    ck_assert_double_eq_tol(shift_above(a, 3, b, 3, 8), 2. / 20, 1e-15);
    ck_assert_double_eq(shift_above(a, 3, b, 3, 12), 1);
    ck_assert_double_eq_tol(shift_below(a, 3, b, 3, 12.5), 1. / 20, 1e-15);
    ck_assert_double_eq(shift_below(a, 3, b, 3, 8), 1);
    ck_assert_double_eq(shift_above(a, 0, b, 3, 0), 1);
}
END_TEST

/* An interval lies beyond a bound exactly when the test rejects it. */
START_TEST(intervals_and_tests_agree)
{
    for (uint64_t trial = 0; trial < suite_effort(500); trial++) {
        double a[9], b[7], by;
        for (unsigned i = 0; i < 9; i++)
            a[i] = (double)(random_at(trial, i) % 100);
        for (unsigned i = 0; i < 7; i++)
            b[i] = (double)(random_at(trial, 50 + i) % 100) + 40;
        by = (double)(random_at(trial, 99) % 60);
        struct interval shift = shift_of(a, 9, b, 7, .05);
        ck_assert((shift.low > by) == (shift_above(a, 9, b, 7, by) <= .025));
        ck_assert((shift.high < by) == (shift_below(a, 9, b, 7, by) <= .025));
    }
}
END_TEST

START_TEST(values_that_a_decision_takes)
{
    ck_assert_uint_eq(shift_least(1, .05), 4); /* 2 / 70 */
    ck_assert_uint_eq(shift_least(2, .05), 5); /* 4 / 252 */
    for (size_t m = 1; m < 500; m++) {
        size_t n = shift_least(m, .05);
        ck_assert(2 * (double)m * mann_whitney(n, n, 0) <= .05);
        ck_assert(2 * (double)m * mann_whitney(n - 1, n - 1, 0) > .05);
    }
}
END_TEST

int main(void)
{
    Suite *suite;
    TCase *tests = suite_begin(&suite, "shift");
    tcase_add_test(tests, the_distribution_is_that_of_all_orders);
    tcase_add_test(tests, critical_values_of_the_tables);
    tcase_add_test(tests, the_normal_distribution_takes_over_smoothly);
    tcase_add_test(tests, a_shift_by_hand);
    tcase_add_test(tests, tests_against_a_shift_by_hand);
    tcase_add_test(tests, intervals_and_tests_agree);
    tcase_add_test(tests, values_that_a_decision_takes);
    return suite_end(suite);
}
