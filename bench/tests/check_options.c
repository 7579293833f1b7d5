/*
 * check_options.c - tests of the two parsers in bench/lib/options.c.
 * SPDX-License-Identifier: MIT
 *
 * Left out: the command line as a whole; cli.sh tests that on the programs.
 */
#include "suite.h"
#include "../lib/options.h"
#include "../lib/kernels.h"

/* What the linker wants of any program with options. */
const struct strategy strategy = {.summary = "none"};
const char *const strategy_names[] = {NULL};

static const struct {
    const char *text;
    uint64_t least, most, number;
} numbers[] = {
    {"0", 0, 9, 0},
    {"9", 0, 9, 9},
    {"007", 1, 9, 7},
    {"1000000", 1, 1000000, 1000000},
    {"18446744073709551615", 0, UINT64_MAX, UINT64_MAX},
};

START_TEST(good_numbers)
{
    uint64_t number = 4711;
    ck_assert_msg(number_parse(numbers[_i].text, numbers[_i].least,
                               numbers[_i].most, &number),
                  "%s was refused", numbers[_i].text);
    ck_assert_uint_eq(number, numbers[_i].number);
}
END_TEST

static const char *const no_numbers[] = {
    "",         " ",
    "-1",       "+1",
    " 1",       "1 ",
    "1x",       "x1",
    "0x10",     "1e3",
    "1.0",      "1,000",
    "1\n",      "--1",
    "nan",      "18446744073709551616",
    "\xc2\xb2", "99999999999999999999999999999",
};

START_TEST(bad_numbers)
{
    uint64_t number;
    ck_assert_msg(!number_parse(no_numbers[_i], 0, UINT64_MAX, &number),
                  "\"%s\" was accepted", no_numbers[_i]);
}
END_TEST

START_TEST(numbers_out_of_range)
{
    uint64_t number;
    ck_assert(!number_parse("0", 1, 9, &number));
    ck_assert(!number_parse("10", 1, 9, &number));
    ck_assert(
        !number_parse("18446744073709551615", 0, UINT64_MAX - 1, &number));
}
END_TEST

static const struct {
    const char *text;
    uint64_t ns;
} durations[] = {
    {"10ns", 10},
    {"5us", 5000},
    {"350ms", 350000000},
    {"2s", 2000000000},
    {"0.5s", 500000000},
    {".5ms", 500000},
    {"1.5us", 1500},
    {"0s", 0},
    {"0.1s", 100000000}, /* 0.1 has no exact double */
    {"3600s", 3600000000000},
};

START_TEST(good_durations)
{
    uint64_t ns = 4711;
    ck_assert_msg(duration_parse(durations[_i].text, &ns), "%s was refused",
                  durations[_i].text);
    ck_assert_uint_eq(ns, durations[_i].ns);
}
END_TEST

static const char *const no_durations[] = {
    "",
    "5",
    "ms",
    "s",
    "-1s",
    "+1s",
    " 1s",
    "1s ",
    "1 s",
    "1m",
    "1h",
    "1S",
    "1sec",
    "1..5s",
    "1.2.3s",
    ".s",
    "1e3s",
    "0x1s",
    "infs",
    "nans",
    "1,5s",
    "1ss",
    "99999999999999999999s",
};

START_TEST(bad_durations)
{
    uint64_t ns;
    ck_assert_msg(!duration_parse(no_durations[_i], &ns), "\"%s\" was accepted",
                  no_durations[_i]);
}
END_TEST

/* Around the largest that is accepted, nothing may wrap round to a small
 * one. */
START_TEST(huge_durations_are_right_or_refused)
{
    static const struct {
        const char *text;
        double ns;
    } huge[] = {
        {"9223372036s", 9.223372036e18},   {"9223372037s", 9.223372037e18},
        {"15999999999s", 1.5999999999e19}, {"18446744073s", 1.8446744073e19},
        {"18446744074s", 1.8446744074e19}, {"40000000000s", 4e19}};
    for (size_t h = 0; h < sizeof huge / sizeof huge[0]; h++) {
        uint64_t ns;
        if (!duration_parse(huge[h].text, &ns))
            continue;
        double off = (double)ns / huge[h].ns - 1;
        ck_assert_msg(off > -1e-9 && off < 1e-9, "%s became %llu ns",
                      huge[h].text, (unsigned long long)ns);
    }
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

int main(void)
{
    Suite *suite;
    TCase *tests = suite_begin(&suite, "options");
    tcase_add_loop_test(tests, good_numbers, 0, COUNT(numbers));
    tcase_add_loop_test(tests, bad_numbers, 0, COUNT(no_numbers));
    tcase_add_test(tests, numbers_out_of_range);
    tcase_add_loop_test(tests, good_durations, 0, COUNT(durations));
    tcase_add_loop_test(tests, bad_durations, 0, COUNT(no_durations));
    tcase_add_test(tests, huge_durations_are_right_or_refused);
    return suite_end(suite);
}
