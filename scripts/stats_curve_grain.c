/*
 * stats_curve_grain.c - how short tasks may be, in sentences.
 *
 * Teaches: METG(50 %) is one number for a whole line: from which length of
 * tasks on a strategy is worth its cost (stats_grain.c).
 * Look at: lines that never reach a half, or never fall below it. Theirs lies
 * beyond what was measured, and that is what is said.
 * Left out: efficiency at single sizes; the rows have it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stats_tell.h"

#include <math.h>
#include <stdlib.h>

/* How many times as long tasks one line needs as another, within blocks. */
static struct interval grain_ratio(const struct telling *t,
                                   const struct series *upper,
                                   const struct series *lower)
{
    size_t n = t->results->blocks_n;
    double *logs = allocate(n, sizeof *logs);
    for (size_t b = 0; b < n; b++) {
        double over =
            curve_right_value(t->results, t->chart, series_arm(upper), b);
        double under =
            curve_right_value(t->results, t->chart, series_arm(lower), b);
        bool both = isfinite(over) && isfinite(under);
        logs[b] = both ? log(over) - log(under) : NAN;
    }
    struct interval ratio = interval_exp(interval_of(logs, n));
    free(logs);
    return ratio;
}

/* Seconds whose ends may lie beyond what was measured. */
static void say_grain(const struct series *series)
{
    const struct interval *metg = &series->right;
    printf("%s with %s", unit_words(UNIT_SECONDS, metg->middle),
           called(series));
    if (isnan(metg->low) || isnan(metg->high))
        return;
    say_ends("%s to %s",
             isinf(metg->low) ? "below the shortest"
                              : unit_words(UNIT_SECONDS, metg->low),
             isinf(metg->high) ? "beyond the longest"
                               : unit_words(UNIT_SECONDS, metg->high));
}

static bool is_known_grain(const struct series *series)
{
    return isfinite(series->right.middle);
}

static bool is_shorter(const struct series *series)
{
    return isinf(series->right.middle) && series->right.middle < 0;
}

static bool is_longer(const struct series *series)
{
    return isinf(series->right.middle) && series->right.middle > 0;
}

static size_t grains(const struct telling *t,
                     bool (*wanted)(const struct series *),
                     const struct series **lines)
{
    size_t n = 0;
    for (size_t s = 0; s < t->chart->measured_n; s++)
        if (wanted(&t->chart->series[s]))
            lines[n++] = &t->chart->series[s];
    return n;
}

static void say_grain_ratios(const struct telling *t,
                             const struct series *const *lines, size_t n)
{
    if (n < 2)
        return;
    struct interval next = grain_ratio(t, lines[1], lines[0]);
    struct interval last = grain_ratio(t, lines[n - 1], lines[0]);
    if (side_of(&next, 1) > 0 && n > 2) {
        printf(" %s needs tasks %s times as long as %s", called(lines[1]),
               factor_text(next.middle), called(lines[0]));
        say_factor_interval(&next);
        printf(".");
    } else if (has_ends(&next) && side_of(&next, 1) <= 0) {
        printf(" %s and %s cannot be told apart.", called(lines[0]),
               called(lines[1]));
    }
    if (side_of(&last, 1) > 0) {
        printf(" %s needs tasks %s times as long as %s", called(lines[n - 1]),
               factor_text(last.middle), called(lines[0]));
        say_factor_interval(&last);
        printf(".");
    }
}

void say_grains(const struct telling *t)
{
    const struct series **lines = allocate(t->chart->measured_n, sizeof *lines);
    size_t n = grains(t, is_known_grain, lines);
    if (n)
        printf("At least half of the cores' time is useful, METG(50 %%), from "
               "tasks of ");
    else
        printf("No strategy passes from less than half to more than half of "
               "the cores' time within what was measured");
    for (size_t i = 0; i < n; i++) {
        printf("%s", before(i, n));
        say_grain(lines[i]);
    }
    printf(".");
    say_grain_ratios(t, lines, n);
    n = grains(t, is_shorter, lines);
    if (n) {
        printf(" Already the shortest tasks are long enough for ");
        say_labels(lines, n);
        printf(".");
    }
    n = grains(t, is_longer, lines);
    if (n) {
        printf(" Not even the longest tasks are long enough for ");
        say_labels(lines, n);
        printf(".");
    }
    free(lines);
}
