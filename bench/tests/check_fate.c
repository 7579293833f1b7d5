/*
 * check_fate.c - tests of kernels/support/fate.h and body_hash.h, which the
 * origin server and its clients compute alike.
 * SPDX-License-Identifier: MIT
 */
#include "suite.h"
#include "../../kernels/support/body_hash.h"
#include "../../kernels/support/fate.h"

#include <string.h>

START_TEST(hash_is_xxh64)
{
    static const char blank[1] = "";
    ck_assert_uint_eq(body_hash_of(blank, 0), 0xef46db3751d8e999u);
    ck_assert_uint_eq(body_hash_of("a", 1), 0xd24ec4f1a98c6e5bu);
    ck_assert_uint_eq(body_hash_of("abc", 3), 0x44bc2cf5ad770999u);
    const char *longer = "Nobody inspects the spammish repetition";
    ck_assert_uint_eq(body_hash_of(longer, strlen(longer)),
                      0xfbcea83c8a378bf1u);
}
END_TEST

START_TEST(hash_does_not_depend_on_cuts)
{
    unsigned char bytes[500];
    for (size_t b = 0; b < sizeof bytes; b++)
        bytes[b] = (unsigned char)mix64(b);
    for (uint64_t trial = 0; trial < 2000; trial++) {
        const size_t count = random_at(1, trial) % sizeof bytes;
        struct body_hash hash;
        body_hash_begin(&hash);
        for (size_t at = 0, cut = 0; at < count; at += cut) {
            cut = random_at(trial, at) % 70;
            cut = cut < count - at ? cut : count - at;
            body_hash_add(&hash, bytes + at, cut);
            if (cut == 0)
                cut = 1, body_hash_add(&hash, bytes + at, 1);
        }
        ck_assert_uint_eq(body_hash_end(&hash), body_hash_of(bytes, count));
    }
}
END_TEST

START_TEST(fates_come_as_often_as_asked)
{
    const struct fates shares = {.missing = 100,
                                 .unavailable = 200,
                                 .stall = 10,
                                 .malformed = 20,
                                 .endless = 30,
                                 .cut = 5};
    enum { ITEMS = 100000 };
    uint64_t seen[FATE_COUNT] = {0};
    for (uint64_t item = 0; item < ITEMS; item++)
        seen[fate_of(&shares, 9, item, 0)]++;
    /* A fifth of the rest: 835 of 1000 have no lasting fate. */
    const double expected[FATE_COUNT] = {668, 100, 167, 10, 20, 30, 5};
    for (int f = 0; f < FATE_COUNT; f++)
        ck_assert_double_eq_tol((double)seen[f] * 1000 / ITEMS, expected[f],
                                5 * sqrt(expected[f] / 100));
}
END_TEST

START_TEST(only_unavailability_depends_on_the_attempt)
{
    const struct fates shares = {
        .missing = 300, .unavailable = 300, .cut = 100, .stall = 100};
    uint64_t came_later = 0, was_later_away = 0;
    for (uint64_t item = 0; item < 1000; item++) {
        const enum fate first = fate_of(&shares, 3, item, 0),
                        second = fate_of(&shares, 3, item, 1);
        const bool lasts = first != FATE_OK && first != FATE_UNAVAILABLE;
        if (lasts)
            ck_assert_int_eq(first, second);
        came_later += first == FATE_UNAVAILABLE && second == FATE_OK;
        was_later_away += first == FATE_OK && second == FATE_UNAVAILABLE;
    }
    ck_assert_uint_gt(came_later, 50);
    ck_assert_uint_gt(was_later_away, 50);
}
END_TEST

START_TEST(latency_has_its_median_and_p99)
{
    enum { ITEMS = 100000 };
    uint64_t above_median = 0, above_p99 = 0;
    for (uint64_t item = 0; item < ITEMS; item++) {
        const uint64_t ns = fate_latency_ns(1000000, 20000000, 5, item, 0);
        above_median += ns > 1000000;
        above_p99 += ns > 20000000;
    }
    ck_assert_double_eq_tol((double)above_median / ITEMS, 0.5, 0.01);
    ck_assert_double_eq_tol((double)above_p99 / ITEMS, 0.01, 0.002);
    ck_assert_uint_eq(fate_latency_ns(70, 0, 5, 1, 1), 70);
    ck_assert_uint_eq(fate_latency_ns(0, 0, 5, 1, 1), 0);
}
END_TEST

int main(void)
{
    Suite *suite;
    TCase *tests = suite_begin(&suite, "fate");
    tcase_add_test(tests, hash_is_xxh64);
    tcase_add_test(tests, hash_does_not_depend_on_cuts);
    tcase_add_test(tests, fates_come_as_often_as_asked);
    tcase_add_test(tests, only_unavailability_depends_on_the_attempt);
    tcase_add_test(tests, latency_has_its_median_and_p99);
    return suite_end(suite);
}
