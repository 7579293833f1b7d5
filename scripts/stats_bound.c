/*
 * stats_bound.c - what a chart is measured against: the base of its ratios in
 * seconds, and the line that no strategy can pass.
 *
 * Teaches: a ratio without its base says nothing, and "twice as fast" is much
 * or little depending on how fast it could have been (rules 1 and 11 of
 * Hoefler and Belli, SC15).
 * Look at: bound_at, one line for each kind of chart.
 * Left out: bounds of memory bandwidth and of disks. They would have to be
 * measured first.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of this chart, the arms of sequential that the others are compared with. */
static bool is_base(const struct chart *chart, const struct arm *arm)
{
    static const char *const names[] = {"speedup", "inflight", "counters"};
    return arm->sequential == arm && arm->estimate.elapsed.middle > 0 &&
           !strcmp(arm->chart, names[chart->kind]) && chart->kernel &&
           !strcmp(arm->kernel, chart->kernel);
}

/* The counter that is cheapest with one worker, who shares it with nobody. */
static const struct series *cheapest_alone(const struct chart *chart)
{
    const struct series *best = NULL;
    for (size_t s = 0; s < chart->measured_n; s++) {
        const struct point *first = chart->series[s].points;
        if (first->arm->workers == 1 && (!best || first->y < best->points->y))
            best = &chart->series[s];
    }
    return best;
}

const struct arm *bound_base(const struct results *results,
                             const struct chart *chart)
{
    for (size_t i = 0; i < results->arms_n; i++)
        if (is_base(chart, &results->arms[i]))
            return &results->arms[i];
    return NULL;
}

const char *seconds_interval_text(const struct interval *seconds)
{
    static char text[96];
    const char *middle = seconds_text(seconds->middle);
    if (!isfinite(seconds->low) || !isfinite(seconds->high)) {
        snprintf(text, sizeof text, "%s (no interval: fewer than 6 blocks)",
                 middle);
        return text;
    }
    /* The ends in the unit, and with the digits, of the middle. */
    const char *unit = strchr(middle, ' '), *dot = strchr(middle, '.');
    int digits = dot ? (int)(unit - dot) - 1 : 0;
    double scale = unit[1] == 's'   ? 1
                   : unit[1] == 'm' ? 1e3
                   : unit[1] == 'u' ? 1e6
                                    : 1e9;
    snprintf(text, sizeof text, "%s [%.*f, %.*f]", middle, digits,
             seconds->low * scale, digits, seconds->high * scale);
    return text;
}

const char *bound_base_text(const struct results *results,
                            const struct chart *chart)
{
    static char text[256];
    const struct arm *base = bound_base(results, chart);
    if (chart->kind == CHART_COUNTERS) {
        const struct series *alone = cheapest_alone(chart);
        if (!alone)
            return "no ideal: no counter was measured with one worker";
        struct interval cost = alone->points->arm->estimate.cost_ns;
        cost.middle /= 1e9;
        cost.low /= 1e9;
        cost.high /= 1e9;
        snprintf(text, sizeof text,
                 "ideal: %s alone, %s, divided by the cores in use",
                 alone->label, seconds_interval_text(&cost));
    } else if (!base) {
        return "no ideal: sequential was not measured";
    } else if (chart->kind == CHART_SPEEDUP) {
        snprintf(text, sizeof text, "1x = sequential, %s",
                 seconds_interval_text(&base->estimate.elapsed));
    } else {
        snprintf(text, sizeof text,
                 "sequential takes %s; ideal: that, divided by the items in "
                 "flight",
                 seconds_interval_text(&base->estimate.elapsed));
    }
    return text;
}

/* How many cores the machine really gives, or infinity when not known. */
static double cores_there(const struct results *results)
{
    const char *text = machine_text(results, "effective_cores");
    double cores = text ? strtod(text, NULL) : 0;
    return cores > 0 ? cores : INFINITY;
}

/* The bound at x, which `base` (of an inflight chart) sets. */
static double bound_at(const struct results *results, const struct chart *chart,
                       const struct arm *base, double x)
{
    if (chart->kind == CHART_SPEEDUP)
        return fmin(x, cores_there(results));
    if (chart->kind == CHART_INFLIGHT)
        return base->estimate.elapsed.middle / x;
    const struct point *alone = cheapest_alone(chart)->points;
    return alone->y /
           fmin(x, (double)(alone->arm->cores > 1 ? alone->arm->cores : 1));
}

double bound_least(const struct results *results, const struct chart *chart,
                   double x)
{
    double least = INFINITY;
    if (chart->kind == CHART_COUNTERS && !cheapest_alone(chart))
        return NAN;
    if (chart->kind != CHART_INFLIGHT)
        return bound_at(results, chart, NULL, x);
    for (size_t i = 0; i < results->arms_n; i++)
        if (is_base(chart, &results->arms[i]))
            least = fmin(least, bound_at(results, chart, &results->arms[i], x));
    return isfinite(least) ? least : NAN;
}

/* One line of the bound, straight or bent, from low to high. */
static void put_curve(FILE *out, const struct results *results,
                      const struct chart *chart, const struct arm *base,
                      double low, double high)
{
    enum { STEPS = 96 };
    double bend =
        chart->kind == CHART_SPEEDUP ? cores_there(results) : INFINITY;
    /* A straight line is bent where the axis below is logarithmic. */
    bool bent = chart->kind == CHART_SPEEDUP && chart_goes_beyond(chart);
    int steps = chart->kind == CHART_COUNTERS || bent ? STEPS : 1;
    double before = low;
    for (int i = 0; i <= steps; i++) {
        double x = low + (high - low) * i / steps;
        if (before < bend && bend < x)
            fprintf(out, "%.10g\t%.10g\n", bend, bend);
        fprintf(out, "%.10g\t%.10g\n", x, bound_at(results, chart, base, x));
        before = x;
    }
    putc('\n', out);
}

/* Where the bound is called "ideal": at the end of its level part, if there is
 * one, since the slope before it leaves no room. */
static void put_bound_name(FILE *out, const struct results *results,
                           const struct chart *chart, const struct arm *base,
                           double low, double high)
{
    double x = chart_goes_beyond(chart) ? high
               : chart->kind == CHART_SPEEDUP
                   ? fmin((low + high) / 2, cores_there(results))
               : chart->kind == CHART_INFLIGHT ? sqrt(high)
                                               : high;
    fprintf(out, "%.10g\t%.10g\tideal\n", x, bound_at(results, chart, base, x));
}

void bound_write(FILE *out, const struct results *results,
                 const struct chart *chart, double low, double high)
{
    const struct arm **bases = allocate(results->arms_n + 1, sizeof *bases);
    size_t n = 0;
    for (size_t i = 0; i < results->arms_n; i++)
        if (chart->kind == CHART_INFLIGHT && is_base(chart, &results->arms[i]))
            bases[n++] = &results->arms[i];
    if (chart->kind != CHART_INFLIGHT)
        n = isfinite(bound_least(results, chart, high));
    if (chart->kind != CHART_SPEEDUP)
        low = 1; /* fewer than one worker or item there is not */
    fputs("$bound << END\n", out);
    for (size_t i = 0; i < n; i++)
        put_curve(out, results, chart, bases[i], low, high);
    fprintf(out, "END\nbound_n = %zu\n$bound_names << END\n", n);
    for (size_t i = 0; i < n; i++)
        put_bound_name(out, results, chart, bases[i], low, high);
    fputs("END\n", out);
    free(bases);
}
