/*
 * check_bound.c - tests of scripts/lib/bound.c.
 * SPDX-License-Identifier: MIT
 */
#include "suite.h"
#include "../../scripts/lib/bound.h"

#include <math.h>

/* The bound that a text means on so many cores. */
static struct bound bound_of(const char *text, double cores)
{
    struct bound bound;
    const char *why = bound_read(text, cores, &bound);
    ck_assert_msg(why == NULL, "%s: %s", text, why);
    return bound;
}

static bool holds(const char *condition, double cores)
{
    bool yes;
    const char *why = condition_read(condition, cores, &yes);
    ck_assert_msg(why == NULL, "%s: %s", condition, why);
    return yes;
}

START_TEST(one_side)
{
    struct bound bound = bound_of("<= 1.1 / cores", 4);
    ck_assert_double_eq(bound.high, 1.1 / 4);
    ck_assert(isinf(bound.low) && bound.low < 0 && !bound.high_open);
    bound = bound_of(">0", 4);
    ck_assert_double_eq(bound.low, 0);
    ck_assert(isinf(bound.high) && bound.low_open);
}
END_TEST

START_TEST(two_sides)
{
    struct bound bound = bound_of(">= 0.95 and < 1.05", 2);
    ck_assert_double_eq(bound.low, 0.95);
    ck_assert_double_eq(bound.high, 1.05);
    ck_assert(!bound.low_open && bound.high_open);
    bound = bound_of("= 3", 2);
    ck_assert(bound.low == 3 && bound.high == 3);
    ck_assert(!bound.low_open && !bound.high_open);
}
END_TEST

/* What the C compiler makes of the same text. */
START_TEST(sums_and_products)
{
    static const struct {
        const char *text;
        double value;
    } table[] = {
        {"<= 1 + 2 * 3", 1 + 2 * 3},
        {"<= (1 + 2) * 3", (1 + 2) * 3},
        {"<= 8 / 4 / 2", 8. / 4 / 2},
        {"<= 8 - 4 - 2", 8 - 4 - 2},
        {"<= 1.5*cores-0.25", 1.5 * 3 - 0.25},
        {"<= -cores", -3},
        {"<= 2 - -1", 3},
        {"<= ((cores))", 3},
        {"  <=\t0.9  ", 0.9},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        ck_assert_double_eq(bound_of(table[i].text, 3).high, table[i].value);
}
END_TEST

START_TEST(what_makes_no_sense_is_refused)
{
    static const char *const texts[] = {
        "",
        "0.9",
        "<=",
        "<= x",
        "<= 1 and",
        "<= 1 or 2",
        "=< 1",
        "<= 1 <= 2",
        "<= 1 2",
        "<= 1 and <= 2",
        ">= 1 and > 0",
        "<= (1",
        "<= 1)",
        "<= 1 / 0",
        "<= 0 / 0",
        "<= inf",
        "<= nan",
        "<= 0x10",
        "<= 1e3",
        "<= 1..2",
        "<= .",
        "<= .5",
        "<= core",
        "<= coress",
        "<= 1 andy <= 2",
        "<= 1 ^ 2",
        ">= 2 and <= 1",
        "= 1 and = 1",
        "<= *2",
        "<= cores2",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct bound bound;
        const char *why = bound_read(texts[i], 2, &bound);
        ck_assert_msg(why != NULL && *why, "'%s' was taken", texts[i]);
    }
}
END_TEST

/* However deep, it ends with an answer and not with the stack. */
START_TEST(brackets_without_end_are_refused)
{
    enum { MANY = 1 << 20 };
    char *text = malloc(MANY + 3);
    ck_assert(text != NULL);
    for (int i = 2; i < MANY; i++)
        text[i] = i % 2 ? '(' : '-';
    text[0] = '<';
    text[1] = '=';
    text[MANY] = '\0';
    struct bound bound;
    ck_assert(bound_read(text, 2, &bound) != NULL);
    free(text);
}
END_TEST

START_TEST(conditions)
{
    ck_assert(holds("cores >= 2", 2));
    ck_assert(!holds("cores >= 2", 1.5));
    ck_assert(holds("2 * cores > 3", 1.75));
    ck_assert(!holds("cores < 2", 2));
    ck_assert(holds("cores = 1", 1));
    static const char *const texts[] = {
        "", "cores", ">= 2", "cores >= 2 3", "cores >=", "workers > 1"};
    bool yes;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        ck_assert(condition_read(texts[i], 2, &yes) != NULL);
}
END_TEST

START_TEST(where_an_interval_lies)
{
    struct bound bound = bound_of("<= 0.5", 2);
    ck_assert_int_eq(bound_place(&bound, 0.1, 0.5), BOUND_INSIDE);
    ck_assert_int_eq(bound_place(&bound, 0.1, 0.51), BOUND_ASTRIDE);
    ck_assert_int_eq(bound_place(&bound, 0.5, 0.9), BOUND_ASTRIDE);
    ck_assert_int_eq(bound_place(&bound, 0.51, 0.9), BOUND_OUTSIDE);
    ck_assert_int_eq(bound_place(&bound, NAN, 0.1), BOUND_ASTRIDE);
    ck_assert_int_eq(bound_place(&bound, 0.1, NAN), BOUND_ASTRIDE);
    ck_assert_int_eq(bound_place(&bound, 0, INFINITY), BOUND_ASTRIDE);
    bound = bound_of("> 0", 2);
    ck_assert_int_eq(bound_place(&bound, 0, 0), BOUND_OUTSIDE);
    ck_assert_int_eq(bound_place(&bound, 0, 1), BOUND_ASTRIDE);
    ck_assert_int_eq(bound_place(&bound, 1, INFINITY), BOUND_INSIDE);
    bound = bound_of(">= 1 and <= 2", 2);
    ck_assert_int_eq(bound_place(&bound, 1, 2), BOUND_INSIDE);
    ck_assert_int_eq(bound_place(&bound, 0, 3), BOUND_ASTRIDE);
    ck_assert_int_eq(bound_place(&bound, 3, 4), BOUND_OUTSIDE);
    ck_assert_int_eq(bound_place(&bound, 0, 0.5), BOUND_OUTSIDE);
}
END_TEST

int main(void)
{
    Suite *suite;
    TCase *tests = suite_begin(&suite, "bound");
    tcase_add_test(tests, one_side);
    tcase_add_test(tests, two_sides);
    tcase_add_test(tests, sums_and_products);
    tcase_add_test(tests, what_makes_no_sense_is_refused);
    tcase_add_test(tests, brackets_without_end_are_refused);
    tcase_add_test(tests, conditions);
    tcase_add_test(tests, where_an_interval_lies);
    return suite_end(suite);
}
