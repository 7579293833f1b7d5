/*
 * check_order.c - tests of scripts/lib/order.c.
 * SPDX-License-Identifier: MIT
 */
#include "suite.h"
#include "../../scripts/lib/order.h"

#include <string.h>

enum { MOST = 100, SECTIONS = 6 };

START_TEST(every_arm_once)
{
    for (size_t n = 0; n <= MOST; n++)
        for (unsigned block = 0; block < 14; block++) {
            size_t order[MOST + 1], seen[MOST] = {0};
            order[n] = 4711;
            order_of_block(n * 17, block, n, order);
            for (size_t i = 0; i < n; i++) {
                ck_assert_uint_lt(order[i], n);
                seen[order[i]]++;
            }
            for (size_t arm = 0; arm < n; arm++)
                ck_assert_uint_eq(seen[arm], 1);
            ck_assert_uint_eq(order[n], 4711);
        }
}
END_TEST

START_TEST(the_same_again)
{
    size_t one[MOST], two[MOST];
    order_of_block(5, 3, MOST, one);
    order_of_block(5, 3, MOST, two);
    ck_assert_mem_eq(one, two, sizeof one);
    order_of_block(6, 3, MOST, two);
    ck_assert_mem_ne(one, two, sizeof one);
    order_of_block(5, 4, MOST, two);
    ck_assert_mem_ne(one, two, sizeof one);
}
END_TEST

/* The sixth of a block that a position lies in. */
static size_t section_of(size_t position, size_t n)
{
    return position * SECTIONS / n;
}

START_TEST(every_sixth_once_in_six_blocks)
{
    enum { ARMS = 48 };
    for (unsigned first = 1; first < 30; first += SECTIONS)
        for (uint64_t seed = 0; seed < 20; seed++) {
            size_t order[ARMS], visits[ARMS][SECTIONS] = {{0}};
            for (unsigned block = first; block < first + SECTIONS; block++) {
                order_of_block(seed, block, ARMS, order);
                for (size_t i = 0; i < ARMS; i++)
                    visits[order[i]][section_of(i, ARMS)]++;
            }
            for (size_t arm = 0; arm < ARMS; arm++)
                for (size_t s = 0; s < SECTIONS; s++)
                    ck_assert_uint_eq(visits[arm][s], 1);
        }
}
END_TEST

/* Over many sweeps each arm stands everywhere equally often. 3.7 deviations
 * up or down for each of 144 counts: by chance once in thirty seeds, and the
 * seeds are the same each time. */
START_TEST(no_arm_is_preferred)
{
    enum { ARMS = 12, SWEEPS = 6000 };
    size_t visits[ARMS][ARMS] = {{0}};
    for (uint64_t seed = 0; seed < SWEEPS; seed++) {
        size_t order[ARMS];
        order_of_block(seed, 1, ARMS, order);
        for (size_t i = 0; i < ARMS; i++)
            visits[order[i]][i]++;
    }
    for (size_t arm = 0; arm < ARMS; arm++)
        for (size_t i = 0; i < ARMS; i++) {
            ck_assert_uint_gt(visits[arm][i], SWEEPS / ARMS - 80);
            ck_assert_uint_lt(visits[arm][i], SWEEPS / ARMS + 80);
        }
}
END_TEST

/* Nobody has the same neighbour always: two arms follow each other in a few
 * of the blocks only. */
START_TEST(neighbours_change)
{
    enum { ARMS = 48, BLOCKS = 24 };
    size_t follows[ARMS][ARMS] = {{0}};
    for (unsigned block = 1; block <= BLOCKS; block++) {
        size_t order[ARMS];
        order_of_block(1, block, ARMS, order);
        for (size_t i = 1; i < ARMS; i++)
            follows[order[i - 1]][order[i]]++;
    }
    for (size_t a = 0; a < ARMS; a++)
        for (size_t b = 0; b < ARMS; b++)
            ck_assert_uint_le(follows[a][b], BLOCKS / 3);
}
END_TEST

int main(void)
{
    Suite *suite;
    TCase *tests = suite_begin(&suite, "order");
    tcase_add_test(tests, every_arm_once);
    tcase_add_test(tests, the_same_again);
    tcase_add_test(tests, every_sixth_once_in_six_blocks);
    tcase_add_test(tests, no_arm_is_preferred);
    tcase_add_test(tests, neighbours_change);
    return suite_end(suite);
}
