/*
 * check_disturbance.c - tests of scripts/lib/disturbance.c.
 * SPDX-License-Identifier: MIT
 *
 * A block is ten runs of a second each on two cores, 20e9 ns of capacity;
 * something is added to the last run.
 */
#include "suite.h"
#include "../../scripts/lib/disturbance.h"

enum { RUNS = 10 };

static const double CORES = 2, SECOND = 1e9;

static void add(struct disturbance *sum, const char *text)
{
    json_t *outside = json_loads(text, 0, NULL);
    ck_assert_ptr_nonnull(outside);
    disturbance_add(sum, outside);
    json_decref(outside);
}

/* A block whose last run has another foreign time, steal, and throttling. */
static unsigned judge(double foreign, double steal, double throttled,
                      double cores)
{
    struct disturbance sum = {0};
    char text[400];
    for (int i = 0; i < RUNS; i++) {
        bool last = i == RUNS - 1;
        snprintf(text, sizeof text,
                 "{\"window_ns\": 1e9, \"effective_cores\": %.3f,"
                 " \"foreign_cpu_ns\": %.0f, \"steal_ns\": %.0f,"
                 " \"throttled_ns\": %.0f}",
                 last ? cores : CORES, last ? foreign : 0, last ? steal : 0,
                 last ? throttled : 0);
        add(&sum, text);
    }
    return disturbance_judge(&sum, CORES);
}

START_TEST(quiet_is_undisturbed)
{
    ck_assert_uint_eq(judge(0, 0, 0, CORES), 0);
    struct disturbance nothing = {0};
    ck_assert_uint_eq(disturbance_judge(&nothing, CORES), 0);
    ck_assert_uint_eq(disturbance_judge(&nothing, 0), 0);
}
END_TEST

/* Each limit from both sides; capacity is 20 s. */
START_TEST(limits)
{
    double foreign = DISTURBED_FOREIGN_SHARE * RUNS * CORES * SECOND,
           steal = DISTURBED_STEAL_SHARE * RUNS * CORES * SECOND,
           throttled = DISTURBED_THROTTLED_SHARE * RUNS * CORES * SECOND;
    ck_assert_uint_eq(judge(0.99 * foreign, 0, 0, CORES), 0);
    ck_assert_uint_eq(judge(1.01 * foreign, 0, 0, CORES), DISTURBED_FOREIGN);
    ck_assert_uint_eq(judge(0, 0.99 * steal, 0, CORES), 0);
    ck_assert_uint_eq(judge(0, 1.01 * steal, 0, CORES), DISTURBED_STEAL);
    ck_assert_uint_eq(judge(0, 0, 0.99 * throttled, CORES), 0);
    ck_assert_uint_eq(judge(0, 0, 1.01 * throttled, CORES),
                      DISTURBED_THROTTLED);
    ck_assert_uint_eq(judge(2 * foreign, 2 * steal, 2 * throttled, 1),
                      DISTURBED_FOREIGN | DISTURBED_STEAL |
                          DISTURBED_THROTTLED | DISTURBED_CORES);
}
END_TEST

/* A neighbour who takes a tenth of a core is seen. */
START_TEST(a_tenth_of_a_core)
{
    ck_assert_uint_eq(judge(0.1 * RUNS * SECOND, 0, 0, CORES),
                      DISTURBED_FOREIGN);
}
END_TEST

/* The kernel counts in ticks: what one run has too much the next has too
 * little. Sums see through that, and a few ticks are no evidence. */
START_TEST(ticks_cancel)
{
    struct disturbance sum = {0};
    for (int i = 0; i < 200; i++)
        add(&sum, i % 2 == 0 ? "{\"window_ns\": 1e7, \"effective_cores\": 2,"
                               " \"foreign_cpu_ns\": 1e7}"
                             : "{\"window_ns\": 1e7, \"effective_cores\": 2,"
                               " \"foreign_cpu_ns\": -1e7}");
    ck_assert_uint_eq(disturbance_judge(&sum, CORES), 0);
    struct disturbance brief = {0};
    add(&brief, "{\"window_ns\": 1e7, \"effective_cores\": 2,"
                " \"foreign_cpu_ns\": 2e7}");
    ck_assert_uint_eq(disturbance_judge(&brief, CORES), 0);
    add(&brief, "{\"window_ns\": 1e7, \"effective_cores\": 2,"
                " \"foreign_cpu_ns\": 2e7}");
    ck_assert_uint_eq(disturbance_judge(&brief, CORES), DISTURBED_FOREIGN);
}
END_TEST

START_TEST(fewer_or_more_cores)
{
    ck_assert_uint_eq(judge(0, 0, 0, 1.5), DISTURBED_CORES);
    ck_assert_uint_eq(judge(0, 0, 0, 4), DISTURBED_CORES);
    ck_assert_uint_eq(judge(0, 0, 0, 2.005), 0);
    /* All the block with other cores than the session began with. */
    struct disturbance sum = {0};
    add(&sum, "{\"window_ns\": 1e9, \"effective_cores\": 1}");
    ck_assert_uint_eq(disturbance_judge(&sum, CORES), DISTURBED_CORES);
    ck_assert_uint_eq(disturbance_judge(&sum, 0), 0);
    add(&sum, "{\"window_ns\": 1e9, \"effective_cores\": 2}");
    ck_assert_uint_eq(disturbance_judge(&sum, 0), DISTURBED_CORES);
}
END_TEST

/* Samples of older sweeps, and of machines that do not tell. */
START_TEST(what_lacks_is_nothing)
{
    struct disturbance sum = {0};
    add(&sum, "{}");
    add(&sum, "{\"window_ns\": 1e9, \"foreign_cpu_ns\": null,"
              " \"steal_ns\": null, \"throttled_ns\": null}");
    disturbance_add(&sum, NULL);
    ck_assert_uint_eq(disturbance_judge(&sum, CORES), 0);
    ck_assert_double_eq(sum.capacity, 1e9);
}
END_TEST

START_TEST(names)
{
    ck_assert_str_eq(disturbance_name(DISTURBED_FOREIGN), "foreign");
    ck_assert_str_eq(disturbance_name(DISTURBED_STEAL), "steal");
    ck_assert_str_eq(disturbance_name(DISTURBED_THROTTLED), "throttled");
    ck_assert_str_eq(disturbance_name(DISTURBED_CORES), "cores");
    ck_assert_str_eq(disturbance_name(0), "");
}
END_TEST

int main(void)
{
    Suite *suite;
    TCase *tests = suite_begin(&suite, "disturbance");
    tcase_add_test(tests, quiet_is_undisturbed);
    tcase_add_test(tests, limits);
    tcase_add_test(tests, a_tenth_of_a_core);
    tcase_add_test(tests, ticks_cancel);
    tcase_add_test(tests, fewer_or_more_cores);
    tcase_add_test(tests, what_lacks_is_nothing);
    tcase_add_test(tests, names);
    return suite_end(suite);
}
