/*
 * stats_oversubscribed.c - points of a chart of speedups with more workers
 * than cores.
 *
 * Teaches: workers are not cores. Beyond the cores the ideal is level: what a
 * line gains there it had not made of its cores before, and what it loses is
 * the price of taking turns.
 * Look at: beyond_axis. Twice and four times the workers stand as far apart
 * as one and two, on a logarithmic axis; else the cores would be pressed
 * into a corner.
 * Left out: workers that mostly wait. They have a chart of their own, against
 * the items in flight.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stats.h"

#include <math.h>
#include <stdlib.h>

/* The greatest x within the cores and the least one beyond them. */
static void borders(const struct chart *chart, double *within, double *beyond)
{
    *within = 0;
    *beyond = INFINITY;
    for (size_t s = 0; s < chart->measured_n; s++)
        for (size_t p = 0; p < chart->series[s].points_n; p++) {
            const struct point *point = &chart->series[s].points[p];
            if (point->beyond)
                *beyond = fmin(*beyond, point->x);
            else
                *within = fmax(*within, point->x);
        }
}

bool chart_goes_beyond(const struct chart *chart)
{
    double within, beyond;
    borders(chart, &within, &beyond);
    return isfinite(beyond);
}

double beyond_room(const struct chart *chart, double x_high)
{
    double within, beyond;
    borders(chart, &within, &beyond);
    return isfinite(beyond) && within > 0 ? within : x_high;
}

/* The least and the greatest x of all points. */
static void extremes(const struct chart *chart, double *least, double *most)
{
    *least = INFINITY;
    *most = 0;
    for (size_t s = 0; s < chart->measured_n; s++)
        for (size_t p = 0; p < chart->series[s].points_n; p++) {
            *least = fmin(*least, chart->series[s].points[p].x);
            *most = fmax(*most, chart->series[s].points[p].x);
        }
}

void beyond_axis(const struct chart *chart, double *x_low, double *x_high,
                 bool *x_log)
{
    double least, most;
    if (!chart_goes_beyond(chart))
        return;
    extremes(chart, &least, &most);
    *x_log = true;
    *x_low = least / 1.15;
    *x_high = most * 1.15;
}

/* Tics of the logarithmic axis: the most cores, halved as long as that is
 * whole, the least, and all that lies beyond. */
static void put_tics(FILE *out, const struct chart *chart, double within)
{
    double least, most, x;
    extremes(chart, &least, &most);
    fprintf(out, "x_tics = '%.10g", least);
    for (x = within; x / 2 > least && fmod(x, 2) < 0.5;)
        x /= 2;
    for (; x <= within && x > least; x *= 2)
        fprintf(out, ", %.10g", x);
    /* The next x above the last one, until there is none. */
    for (x = within; x < most;) {
        double next = most;
        for (size_t s = 0; s < chart->measured_n; s++)
            for (size_t p = 0; p < chart->series[s].points_n; p++)
                if (chart->series[s].points[p].x > x)
                    next = fmin(next, chart->series[s].points[p].x);
        fprintf(out, ", %.10g", next);
        x = next;
    }
    fputs("'\n", out);
}

/* The region begins half-way between the points, as the axis has it. */
void beyond_write(FILE *out, const struct chart *chart)
{
    double within, beyond;
    borders(chart, &within, &beyond);
    bool goes = isfinite(beyond);
    if (goes && !(within > 0))
        within = beyond / 2;
    fprintf(out, "x_log = %d\ncores_edge = %.10g\n", goes,
            !goes             ? 0
            : within < beyond ? sqrt(within * beyond)
                              : beyond);
    if (goes)
        put_tics(out, chart, within);
}

/* ----------------------------------------------------------------- words */

/* How many times as fast as the row's own point, compared in each block. */
static struct interval against(const struct results *results,
                               const struct arm *base, const struct arm *own)
{
    double *logs = allocate(results->blocks_n, sizeof *logs);
    for (size_t b = 0; b < results->blocks_n; b++)
        logs[b] = log_ratio(base, own, b);
    struct interval ratio = interval_exp(interval_of(logs, results->blocks_n));
    free(logs);
    return ratio;
}

static void say_ratio(const struct interval *ratio)
{
    printf("%.2f times as fast", ratio->middle);
    if (isfinite(ratio->low) && isfinite(ratio->high))
        say_ends("%.2f to %.2f", ratio->low, ratio->high);
    else
        printf(" (no interval: %zu block%s, 6 are needed)", ratio->n,
               ratio->n == 1 ? "" : "s");
}

/* What the interval says: 1 is inside, or all of it lies on one side. */
static const char *verdict(const struct interval *ratio)
{
    if (ratio->high < 1)
        return "cost time with";
    if (ratio->low > 1)
        return "help";
    return "change nothing that can be told with";
}

void beyond_words(const struct results *results, const struct chart *chart)
{
    for (size_t s = 0; s < chart->measured_n; s++) {
        const struct series *series = &chart->series[s];
        const struct point *end = &series->points[series->points_n - 1];
        const struct arm *base = series_answer(series)->arm;
        if (!end->beyond || base == end->arm)
            continue;
        struct interval ratio = against(results, base, end->arm);
        if (!ratio.n)
            continue;
        printf(" Workers beyond the cores %s %s: %ld on %ld core%s are ",
               verdict(&ratio), series->label, end->arm->workers,
               end->arm->cores, end->arm->cores == 1 ? "" : "s");
        say_ratio(&ratio);
        printf(" as %ld.", base->workers);
    }
}
