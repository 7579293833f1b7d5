/*
 * check_family.c - tests of scripts/lib/family.c.
 * SPDX-License-Identifier: MIT
 */
#include "suite.h"
#include "../../scripts/lib/family.h"

#include <math.h>

START_TEST(a_sign_test_by_hand)
{
    const double all[6] = {1, 2, 3, 4, 5, 6};
    const double one_other[8] = {-1, -2, -3, -4, 5, -6, -7, -8};
    const double half[4] = {-1, 1, -2, 2};
    ck_assert_double_eq_tol(sign_test(all, 6), 2. / 64, 1e-15);
    ck_assert_double_eq_tol(sign_test(one_other, 8), 2. * (1 + 8) / 256, 1e-15);
    ck_assert_double_eq(sign_test(half, 4), 1);
}
END_TEST

START_TEST(what_says_nothing_is_left_out)
{
    const double mixed[8] = {NAN, 1, 0, 2, 3, NAN, INFINITY, 0};
    ck_assert_double_eq_tol(sign_test(mixed, 8), 2. / 16, 1e-15);
    ck_assert_double_eq(sign_test(mixed, 1), 1);
    ck_assert_double_eq(sign_test(mixed, 0), 1);
}
END_TEST

START_TEST(holm_by_hand)
{
    /* .005 x 4, .01 x 3, then .03 x 2 = .06, which .04 x 1 may not undercut */
    const double p[4] = {.01, .04, .03, .005};
    const double wanted[4] = {.03, .06, .06, .02};
    double corrected[4];
    holm(p, corrected, 4);
    for (int i = 0; i < 4; i++)
        ck_assert_double_eq_tol(corrected[i], wanted[i], 1e-15);
}
END_TEST

START_TEST(holm_leaves_out_what_is_not_known)
{
    const double p[6] = {NAN, .6, NAN, .01, .7, NAN};
    double corrected[6];
    holm(p, corrected, 6);
    ck_assert_double_eq_tol(corrected[3], .03, 1e-15);
    ck_assert_double_eq(corrected[1], 1);
    ck_assert_double_eq(corrected[4], 1);
    ck_assert_double_nan(corrected[0]);
    ck_assert_double_nan(corrected[5]);
    holm(p, corrected, 0);
}
END_TEST

/* 2^(1 - 6) = .031, and .063 for two comparisons; 13 / 256 = .051. */
START_TEST(blocks_that_a_decision_takes)
{
    ck_assert_uint_eq(sign_test_blocks(1), 6);
    ck_assert_uint_eq(sign_test_blocks(2), 7);
    ck_assert_uint_eq(sign_test_blocks(12), 9);
    ck_assert_uint_eq(sign_test_blocks(13), 10);
    for (size_t m = 1; m < 200; m++) {
        double signs[64];
        size_t blocks = sign_test_blocks(m);
        for (size_t i = 0; i < blocks; i++)
            signs[i] = 1;
        ck_assert(sign_test(signs, blocks) * (double)m <= FAMILY_LEVEL);
        ck_assert(sign_test(signs, blocks - 1) * (double)m > FAMILY_LEVEL);
    }
}
END_TEST

int main(void)
{
    Suite *suite;
    TCase *tests = suite_begin(&suite, "family");
    tcase_add_test(tests, a_sign_test_by_hand);
    tcase_add_test(tests, what_says_nothing_is_left_out);
    tcase_add_test(tests, holm_by_hand);
    tcase_add_test(tests, holm_leaves_out_what_is_not_known);
    tcase_add_test(tests, blocks_that_a_decision_takes);
    return suite_end(suite);
}
