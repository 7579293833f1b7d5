/*
 * stats_best.c - for each kernel the strategy that did best with it.
 *
 * Teaches: there is no best way; it depends on what the work waits for.
 * Look at: the last column. Where others cannot be told apart from the best
 * one, block by block, "best" means little.
 * Left out: counters and other charts whose lines are no strategies.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct arm *best_arm(const struct chart *chart)
{
    bool of_strategies =
        chart->kind == CHART_SPEEDUP || chart->kind == CHART_INFLIGHT;
    const struct series *best = of_strategies ? chart_best(chart) : NULL;
    return best ? series_arm(best) : NULL;
}

/* How many strategies of the chart cannot be told apart from the best; all of
 * them where there are too few blocks to tell. */
static size_t ties_of(const struct chart *chart)
{
    size_t ties = 0, comparisons, needed;
    if (!family_can_decide(chart, &comparisons, &needed))
        return comparisons;
    for (size_t s = 0; s < chart->measured_n; s++)
        ties += cannot_be_told_apart(series_arm(&chart->series[s]));
    return ties;
}

/* "1.96x [1.93, 1.98]", "-" where it is not known. Valid until the next
 * call. */
static const char *speedup_text(const struct interval *speedup)
{
    static char text[64];
    int digits = speedup->middle < 9.995 ? 2 : 1;
    if (!isfinite(speedup->middle))
        return "-";
    int n = snprintf(text, sizeof text, "%.*fx", digits, speedup->middle);
    if (isfinite(speedup->low) && isfinite(speedup->high))
        snprintf(text + n, sizeof text - (size_t)n, " [%.*f, %.*f]", digits,
                 speedup->low, digits, speedup->high);
    return text;
}

int best_rows(const struct results *results)
{
    struct charts charts = charts_build(results);
    printf("kernel\tstrategy\tworkers\tcores\tin flight\tspeedup\telapsed\t"
           "not told apart from it\n");
    for (size_t c = 0; c < charts.n; c++) {
        const struct arm *arm = best_arm(&charts.list[c]);
        if (!arm)
            continue;
        const struct estimate *e = &arm->estimate;
        printf("%s\t%s\t%ld\t%ld\t%.0f\t%s\t%s\t%zu\n", arm->kernel,
               arm->strategy, arm->workers, arm->cores, e->inflight,
               speedup_text(&e->speedup), seconds_text(e->elapsed.middle),
               ties_of(&charts.list[c]));
    }
    charts_free(&charts);
    return 0;
}

/* What the best had at most: cores, or items under way at once. */
static const char *extent_text(const struct chart *chart, const struct arm *arm)
{
    static char text[32];
    if (chart->kind == CHART_INFLIGHT)
        snprintf(text, sizeof text, "%.0f at once", arm->estimate.inflight);
    else
        snprintf(text, sizeof text, "%ld core%s", arm->cores,
                 arm->cores == 1 ? "" : "s");
    return text;
}

void bests_print(const struct results *results)
{
    struct charts charts = charts_build(results);
    size_t said = 0;
    for (size_t c = 0; c < charts.n; c++) {
        const struct chart *chart = &charts.list[c];
        const struct arm *arm = best_arm(chart);
        if (!arm)
            continue;
        if (!said++)
            printf("  %-15s %-12s %-18s %-11s %9s %5s\n", "kernel", "best",
                   "over sequential", "with", "elapsed", "ties");
        printf("  %-15.15s %-12.12s %-18.18s %-11.11s %9s %5zu\n", arm->kernel,
               arm->strategy, speedup_text(&arm->estimate.speedup),
               extent_text(chart, arm),
               seconds_text(arm->estimate.elapsed.middle), ties_of(chart));
    }
    if (said)
        puts(
            "ties: strategies that this run cannot tell apart from the best\n");
    charts_free(&charts);
}
