/*
 * stats_family.c - is the best of a chart really better than the others?
 *
 * Teaches: the best of thirteen looks better than it is, and somebody among
 * the other twelve looks worse than it is. A difference counts when chance
 * alone would hardly have shown one among all comparisons of the chart.
 * Look at: family_compare. The test asks only in how many blocks one of two
 * was faster than the other, so it trusts no shape of the noise.
 * Left out: comparisons among the others; nobody reads twelve times twelve of
 * them. Claims about one pair belong into a comparison planned beforehand.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stats.h"
#include "lib/family.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const struct series *chart_best(const struct chart *chart)
{
    if (!chart->measured_n)
        return NULL;
    return &chart->series[chart->kind == CHART_SPEEDUP ? 0
                                                       : chart->measured_n - 1];
}

/* Compares one arm with the best, block by block. */
static void compare(const struct results *results, const struct arm *best,
                    struct arm *arm)
{
    double *logs = allocate(results->blocks_n, sizeof *logs);
    size_t known = 0;
    for (size_t b = 0; b < results->blocks_n; b++) {
        logs[b] = log_ratio(best, arm, b);
        known += !isnan(logs[b]);
    }
    if (known && arm != best)
        arm->estimate.p_sign = sign_test(logs, results->blocks_n);
    arm->estimate.to_best = interval_exp(interval_of(logs, results->blocks_n));
    free(logs);
}

/* The arms at the ends of a chart's lines, compared with the best of them.
 * Times of different work are not compared. */
static void family_compare(struct results *results, const struct chart *chart)
{
    const struct arm *best = series_arm(chart_best(chart));
    struct arm **arms = allocate(chart->measured_n, sizeof *arms);
    double *p = allocate(2 * chart->measured_n, sizeof *p);
    double *corrected = p + chart->measured_n;
    for (size_t s = 0; s < chart->measured_n; s++) {
        /* Charts may not change arms, but results own them. */
        arms[s] = &results->arms[series_arm(&chart->series[s]) - results->arms];
        if (!strcmp(arms[s]->items, best->items))
            compare(results, best, arms[s]);
        p[s] = arms[s]->estimate.p_sign;
    }
    holm(p, corrected, chart->measured_n);
    for (size_t s = 0; s < chart->measured_n; s++)
        arms[s]->estimate.p_holm = corrected[s];
    free(p);
    free(arms);
}

void families_compare(struct results *results)
{
    for (size_t i = 0; i < results->arms_n; i++) {
        struct estimate *e = &results->arms[i].estimate;
        e->to_best = (struct interval){0, NAN, NAN, NAN};
        e->p_sign = e->p_holm = NAN;
    }
    struct charts charts = charts_build(results);
    for (size_t c = 0; c < charts.n; c++)
        if (charts.list[c].measured_n)
            family_compare(results, &charts.list[c]);
    charts_free(&charts);
}

bool family_can_decide(const struct chart *chart, size_t *comparisons,
                       size_t *needed)
{
    size_t most = 0;
    *comparisons = 0;
    for (size_t s = 0; s < chart->measured_n; s++) {
        const struct estimate *e = &series_arm(&chart->series[s])->estimate;
        if (isnan(e->p_sign))
            continue;
        ++*comparisons;
        most = e->to_best.n > most ? e->to_best.n : most;
    }
    *needed = *comparisons ? sign_test_blocks(*comparisons) : 0;
    return most >= *needed;
}

bool cannot_be_told_apart(const struct arm *arm)
{
    return arm->estimate.p_holm > FAMILY_LEVEL;
}
