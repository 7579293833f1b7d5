/*
 * check_digest.c - tests of bench/lib/digest.c.
 * SPDX-License-Identifier: MIT
 */
#include "suite.h"
#include "../lib/digest.h"

#include <string.h>

enum { ITEMS = 500, ROUNDS = 3 };

static uint64_t answer_of(uint64_t round, uint64_t i)
{
    return random_at(round, i);
}

/* All items of all rounds, in order. */
static struct tally right(void)
{
    struct tally sum = {0};
    for (uint64_t round = 0; round < ROUNDS; round++)
        for (uint64_t i = 0; i < ITEMS; i++)
            tally_add(&sum, round, i, answer_of(round, i));
    return sum;
}

static bool complete(const struct tally *sum)
{
    struct tally expected = tally_expected(ITEMS, ROUNDS);
    return sum->ran == expected.ran && sum->places == expected.places &&
           sum->ledger == expected.ledger;
}

START_TEST(order_and_worker_do_not_matter)
{
    struct tally one = right(), workers[7] = {0}, all = {0};
    for (uint64_t round = ROUNDS; round-- > 0;)
        for (uint64_t n = 0; n < ITEMS; n++) {
            uint64_t i = n * 7 % ITEMS; /* every one, 7 and 500 being prime
                                           to each other */
            tally_add(&workers[random_at(9, n) % 7], round, i,
                      answer_of(round, i));
        }
    for (size_t w = 7; w-- > 0;)
        tally_merge(&all, &workers[w]);
    ck_assert(complete(&one));
    ck_assert(complete(&all));
    ck_assert_uint_eq(all.digest, one.digest);
}
END_TEST

START_TEST(a_missing_item_shows)
{
    for (uint64_t missing = 0; missing < ITEMS; missing++) {
        struct tally sum = {0};
        for (uint64_t round = 0; round < ROUNDS; round++)
            for (uint64_t i = 0; i < ITEMS; i++)
                if (round != 1 || i != missing)
                    tally_add(&sum, round, i, answer_of(round, i));
        ck_assert(!complete(&sum));
        ck_assert_uint_eq(tally_expected(ITEMS, ROUNDS).places - sum.places,
                          missing);
    }
}
END_TEST

START_TEST(a_doubled_item_shows)
{
    for (uint64_t doubled = 0; doubled < ITEMS; doubled++) {
        struct tally sum = right();
        tally_add(&sum, 2, doubled, answer_of(2, doubled));
        ck_assert(!complete(&sum));
    }
}
END_TEST

/* The count is right, and here even the sum of places: 1 + 4 = 2 + 3. */
START_TEST(some_doubled_for_others_missing_shows)
{
    struct tally sum = {0};
    for (uint64_t i = 0; i < ITEMS; i++) {
        uint64_t ran = i == 2 ? 1 : i == 3 ? 4 : i;
        for (uint64_t round = 0; round < ROUNDS; round++)
            tally_add(&sum, round, ran, answer_of(round, ran));
    }
    struct tally expected = tally_expected(ITEMS, ROUNDS);
    ck_assert_uint_eq(sum.ran, expected.ran);
    ck_assert_uint_eq(sum.places, expected.places);
    ck_assert_uint_ne(sum.ledger, expected.ledger);
}
END_TEST

/* An item of round 0 that ran again in round 1's place. */
START_TEST(the_wrong_round_shows)
{
    struct tally sum = {0};
    for (uint64_t round = 0; round < ROUNDS; round++)
        for (uint64_t i = 0; i < ITEMS; i++)
            tally_add(&sum, round == 1 && i == 5 ? 0 : round, i, 0);
    ck_assert(!complete(&sum));
}
END_TEST

START_TEST(swapped_answers_show)
{
    struct tally sum = {0};
    for (uint64_t round = 0; round < ROUNDS; round++)
        for (uint64_t i = 0; i < ITEMS; i++) {
            uint64_t of = round == 0 && i < 2 ? 1 - i : i;
            tally_add(&sum, round, i, answer_of(round, of));
        }
    ck_assert(complete(&sum));
    ck_assert_uint_ne(sum.digest, right().digest);
}
END_TEST

START_TEST(one_changed_bit_of_an_answer_shows)
{
    for (unsigned bit = 0; bit < 64; bit++) {
        struct tally a = {0}, b = {0};
        tally_add(&a, 0, 0, 0);
        tally_add(&b, 0, 0, (uint64_t)1 << bit);
        ck_assert_uint_ne(a.digest, b.digest);
    }
}
END_TEST

START_TEST(failures_are_counted_and_the_first_is_named)
{
    struct tally a = {0}, b = {0}, sum = {0};
    tally_add(&a, 0, 0, 1);
    tally_fail(&a, 0, 3, 2);
    tally_fail(&a, 0, 4, 5);
    tally_fail(&b, 0, 1, 7);
    tally_merge(&sum, &a);
    tally_merge(&sum, &b);
    ck_assert_uint_eq(sum.failed, 3);
    ck_assert_uint_eq(sum.failed_item, 3);
    ck_assert_int_eq(sum.failed_error, 2);
    ck_assert_uint_eq(sum.ran, 4); /* a failed item counts as run */
}
END_TEST

START_TEST(busy_time_is_added_up)
{
    struct tally sum = {.busy_ns = 5}, more = {.busy_ns = 7};
    tally_merge(&sum, &more);
    ck_assert_uint_eq(sum.busy_ns, 12);
}
END_TEST

START_TEST(what_is_formatted_can_be_parsed)
{
    static const uint64_t digests[] = {0, 1, UINT64_MAX, 0x0123456789abcdef};
    for (size_t d = 0; d < 4; d++) {
        char text[DIGEST_TEXT];
        uint64_t back;
        digest_format(digests[d], text);
        ck_assert_uint_eq(strlen(text), 16);
        ck_assert(digest_parse(text, &back));
        ck_assert_uint_eq(back, digests[d]);
    }
    uint64_t upper;
    ck_assert(digest_parse("0123456789ABCDEF", &upper));
    ck_assert_uint_eq(upper, 0x0123456789abcdef);
    char text[DIGEST_TEXT];
    digest_format(0xabc, text);
    ck_assert_str_eq(text, "0000000000000abc");
}
END_TEST

static const char *const refused[] = {
    "",
    "0",
    "0123456789abcde",
    "0123456789abcdef0",
    "0x23456789abcdef",
    " 123456789abcdef",
    "+123456789abcdef",
    "-123456789abcdef",
    "0123456789abcdeg",
    "0123456789abcde\n",
};

START_TEST(anything_else_is_refused)
{
    uint64_t digest;
    ck_assert_msg(!digest_parse(refused[_i], &digest), "\"%s\" was accepted",
                  refused[_i]);
}
END_TEST

int main(void)
{
    Suite *suite;
    TCase *tests = suite_begin(&suite, "digest");
    tcase_add_test(tests, order_and_worker_do_not_matter);
    tcase_add_test(tests, a_missing_item_shows);
    tcase_add_test(tests, a_doubled_item_shows);
    tcase_add_test(tests, some_doubled_for_others_missing_shows);
    tcase_add_test(tests, the_wrong_round_shows);
    tcase_add_test(tests, swapped_answers_show);
    tcase_add_test(tests, one_changed_bit_of_an_answer_shows);
    tcase_add_test(tests, failures_are_counted_and_the_first_is_named);
    tcase_add_test(tests, busy_time_is_added_up);
    tcase_add_test(tests, what_is_formatted_can_be_parsed);
    tcase_add_loop_test(tests, anything_else_is_refused, 0,
                        (int)(sizeof refused / sizeof refused[0]));
    return suite_end(suite);
}
