/*
 * stats_curves.c - charts of experiments whose file says what is drawn over
 * what: `chart: lines` and `chart: granularity`.
 *
 * Teaches: a chart is two quantities, a list of arms and a scale; no program
 * has to know the question.
 * Look at: curve_value, which is taken in one block like everything else, and
 * only then summarised over blocks.
 * Left out: averages over kernels. Each has a chart, or a line, of its own.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stats_curves.h"
#include "stats_lessons.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- values */

double curve_value(const struct results *results, const struct chart *chart,
                   const struct arm *arm, size_t block)
{
    if (chart->curve->grain)
        return grain_efficiency(results, arm, block);
    return quantity_of(chart->curve->y, arm, block);
}

double curve_right_value(const struct results *results,
                         const struct chart *chart, const struct arm *arm,
                         size_t block)
{
    if (chart->curve->grain)
        return grain_metg(results, arm, block);
    return quantity_of(chart->curve->right, arm, block);
}

/* The median over blocks; that of a ratio over its logs, as in stats_estimate.c
 * so that one arm has one speedup everywhere. */
static struct interval over_blocks(const struct results *results,
                                   const struct chart *chart,
                                   const struct arm *arm, bool right)
{
    const char *name = right ? chart->curve->right : chart->curve->y;
    bool logs = quantity_is_ratio(name) && !(right && chart->curve->grain);
    double *values = allocate(results->blocks_n, sizeof *values);
    for (size_t b = 0; b < results->blocks_n; b++) {
        values[b] = right ? curve_right_value(results, chart, arm, b)
                          : curve_value(results, chart, arm, b);
        if (logs)
            values[b] = log(values[b]);
    }
    struct interval interval = interval_of(values, results->blocks_n);
    free(values);
    return logs ? interval_exp(interval) : interval;
}

struct interval curve_interval(const struct results *results,
                               const struct chart *chart, const struct arm *arm)
{
    return over_blocks(results, chart, arm, false);
}

/* log(over / under). Something over nothing is infinite, and nothing over
 * nothing is as much: both keep their place in the order. */
static double log_of(double over, double under)
{
    if (!(over >= 0) || !(under >= 0))
        return NAN;
    if (over > 0 && under > 0)
        return log(over) - log(under);
    return over > 0 ? INFINITY : under > 0 ? -INFINITY : 0;
}

struct interval curve_ratio(const struct results *results,
                            const struct chart *chart, const struct arm *upper,
                            const struct arm *lower)
{
    double *logs = allocate(results->blocks_n, sizeof *logs);
    for (size_t b = 0; b < results->blocks_n; b++) {
        double over = curve_value(results, chart, upper, b);
        double under = curve_value(results, chart, lower, b);
        logs[b] = log_of(over, under);
    }
    struct interval ratio = interval_exp(interval_of(logs, results->blocks_n));
    free(logs);
    return ratio;
}

/* ---------------------------------------------------------------- points */

/* Where an arm stands on the x axis. Waiting items are counted, not planned:
 * one thread of an event loop has all of them under way. */
static double x_of(const struct results *results, const struct chart *chart,
                   const struct arm *arm)
{
    if (chart->curve->grain)
        return grain_size(results, arm);
    if (!strcmp(arm->chart, "inflight"))
        return arm->estimate.inflight;
    if (*arm->x)
        return strtod(arm->x, NULL);
    return (double)(strcmp(arm->chart, "speedup") ? arm->workers : arm->cores);
}

static struct point point_of(const struct results *results,
                             const struct chart *chart, const struct arm *arm)
{
    struct interval y = curve_interval(results, chart, arm);
    return (struct point){.x = x_of(results, chart, arm),
                          .y = y.middle,
                          .low = y.low,
                          .high = y.high,
                          .arm = arm,
                          .alarm = arm->estimate.alarms};
}

/* Whether the axes have a place for it. */
static bool point_is_good(const struct chart *chart, const struct point *point)
{
    const struct experiment *e = &chart->curve->about;
    return isfinite(point->x) && isfinite(point->y) &&
           (!e->xlog || point->x > 0) && (!e->ylog || point->y > 0);
}

static int by_x(const void *a, const void *b)
{
    const struct point *p = a, *q = b;
    if (p->x < q->x || p->x > q->x)
        return p->x < q->x ? -1 : 1;
    return strcmp(p->arm->name, q->arm->name);
}

const struct point *curve_at(const struct series *series, double x)
{
    for (size_t p = 0; p < series->points_n; p++)
        if (fabs(series->points[p].x - x) <= 1e-9 * fabs(x))
            return &series->points[p];
    return NULL;
}

/* ---------------------------------------------------------------- series */

static bool same_line(const struct arm *a, const struct arm *b)
{
    return !strcmp(a->series, b->series) && !strcmp(a->kernel, b->kernel);
}

/* Cores that were asked for by more workers than there are have no efficiency
 * of their own: it would be that of the cores. */
static bool is_crowded(const struct chart *chart, const struct arm *arm)
{
    return *chart->curve->about.uses &&
           !strcmp(chart->curve->y, "efficiency") && arm->workers > arm->cores;
}

static bool arm_belongs(const struct chart *chart, const struct arm *arm)
{
    return experiment_draws(&chart->curve->about, arm) &&
           (!chart->kernel || !strcmp(chart->kernel, arm->kernel)) &&
           !is_crowded(chart, arm);
}

/* What the plan calls x, where an arm has no measured one. */
static double planned_x(const struct arm *arm)
{
    return *arm->x ? strtod(arm->x, NULL) : (double)arm->workers;
}

/* Whether the plan has a point between these two that was not measured. */
static bool point_missing(const struct results *results,
                          const struct chart *chart, const struct arm *before,
                          const struct arm *after)
{
    for (size_t i = 0; i < results->arms_n; i++) {
        const struct arm *arm = &results->arms[i];
        double x = planned_x(arm);
        struct point point;
        if (!arm_belongs(chart, arm) || !same_line(arm, after) ||
            !(x > planned_x(before)) || !(x < planned_x(after)))
            continue;
        point = point_of(results, chart, arm);
        if (!point_is_good(chart, &point))
            return true;
    }
    return false;
}

/* A line joins neighbours at different x, and none across a gap. What differs
 * between them, be it the number of items, is what the experiment varies. */
static void series_gaps(const struct results *results,
                        const struct chart *chart, struct series *series)
{
    for (size_t p = 1; p < series->points_n; p++) {
        const struct point *before = &series->points[p - 1];
        struct point *own = &series->points[p];
        if (point_missing(results, chart, before->arm, own->arm))
            own->gap = GAP_MISSING;
        else if (!(own->x > before->x))
            own->gap = GAP_OTHER_WORK;
    }
}

static void series_fill(const struct results *results, struct chart *chart,
                        struct series *series, const struct arm *first)
{
    series->points = allocate(results->arms_n, sizeof *series->points);
    for (size_t i = 0; i < results->arms_n; i++) {
        const struct arm *arm = &results->arms[i];
        if (!arm_belongs(chart, arm) || !same_line(arm, first))
            continue;
        struct point point = point_of(results, chart, arm);
        if (point_is_good(chart, &point))
            series->points[series->points_n++] = point;
        else
            series->missing = arm;
    }
    if (series->points_n) {
        qsort(series->points, series->points_n, sizeof *series->points, by_x);
        series->right = over_blocks(results, chart, series_arm(series), true);
    }
    series_gaps(results, chart, series);
    chart->measured_n += series->points_n > 0;
}

/* A line is named after its series; where kernels share a chart, after the
 * kernel, or both. */
static void series_name(struct series *series, const struct arm *arm,
                        bool kernels, bool lines)
{
    if (!kernels)
        snprintf(series->label, sizeof series->label, "%s", arm->series);
    else if (!lines)
        snprintf(series->label, sizeof series->label, "%s", arm->kernel);
    else
        snprintf(series->label, sizeof series->label, "%s (%s)", arm->kernel,
                 arm->series);
}

/* ---------------------------------------------------------------- colours */

enum { COLOURS = 7, STYLES = 42, UNSTYLED = 1000000 }; /* of style.gp */

static int by_label(const void *a, const void *b)
{
    const struct series *const *s = a, *const *t = b;
    return strcmp((*s)->label, (*t)->label);
}

/* The first style from this one on that nobody has: the same colour with
 * another mark. */
static size_t free_style(struct series *const *sorted, size_t n, size_t style)
{
    for (size_t tries = 0; tries < STYLES / COLOURS; tries++) {
        size_t i = 0;
        while (i < n && (sorted[i]->style == UNSTYLED ||
                         sorted[i]->style % STYLES != style % STYLES))
            i++;
        if (i == n)
            break;
        style += COLOURS;
    }
    return style;
}

/* Colours follow the strategy, here as everywhere; several lines of one have
 * its colour and marks of their own, and the mark is the strategy's where a
 * line has its name. Where there is but one strategy a colour would tell
 * nothing, so each line has another one. */
static void chart_styles(struct chart *chart)
{
    struct series **sorted = allocate(chart->series_n, sizeof(struct series *));
    bool several = false;
    for (size_t s = 0; s < chart->series_n; s++) {
        sorted[s] = &chart->series[s];
        several |= strcmp(series_arm(sorted[s])->strategy,
                          series_arm(sorted[0])->strategy) != 0;
    }
    if (chart->series_n)
        qsort(sorted, chart->series_n, sizeof *sorted, by_label);
    for (size_t s = 0; s < chart->series_n; s++) {
        const struct arm *arm = series_arm(sorted[s]);
        bool named = !strcmp(arm->strategy, sorted[s]->label);
        sorted[s]->style = !several ? s : named ? arm->position : UNSTYLED;
    }
    for (size_t s = 0; s < chart->series_n; s++)
        if (sorted[s]->style == UNSTYLED)
            sorted[s]->style = free_style(sorted, chart->series_n,
                                          series_arm(sorted[s])->position);
    free(sorted);
}

/* ---------------------------------------------------------------- charts */

/* Highest last point first, or the shortest useful task; missing ones last;
 * equals by name. */
static double series_key(const struct series *series, bool grain)
{
    if (!series->points_n)
        return -INFINITY;
    double middle = series->right.middle;
    if (!grain)
        return series->points[series->points_n - 1].y;
    return isnan(middle) ? -1e300 : fmax(-middle, -1e299);
}

static int by_end(const void *a, const void *b)
{
    double x = series_key(a, false), y = series_key(b, false);
    if (x < y || x > y)
        return x > y ? -1 : 1;
    return strcmp(((const struct series *)a)->label,
                  ((const struct series *)b)->label);
}

static int by_grain(const void *a, const void *b)
{
    double x = series_key(a, true), y = series_key(b, true);
    if (x < y || x > y)
        return x > y ? -1 : 1;
    return strcmp(((const struct series *)a)->label,
                  ((const struct series *)b)->label);
}

/* A name that is safe as a file name, whatever the kernel is called. */
static void chart_name(struct chart *chart)
{
    const char *kernel = chart->kernel ? chart->kernel : "";
    snprintf(chart->name, sizeof chart->name, "%s%s%s",
             chart->curve->about.name, *kernel ? "-" : "", kernel);
    for (char *c = chart->name; *c; c++)
        if (!isalnum((unsigned char)*c) && *c != '_' && *c != '-')
            *c = '_';
}

/* The first arm of each line. Answers how many. */
static size_t chart_firsts(const struct results *results,
                           const struct chart *chart, const struct arm **firsts)
{
    size_t n = 0;
    for (size_t i = 0; i < results->arms_n; i++) {
        const struct arm *arm = &results->arms[i];
        bool known = !arm_belongs(chart, arm);
        for (size_t s = 0; s < n && !known; s++)
            known = same_line(firsts[s], arm);
        if (!known)
            firsts[n++] = arm;
    }
    return n;
}

/* A logarithmic axis has no place for 0, which may be the very answer: then it
 * becomes a straight one. */
static void straighten_axes(const struct results *results, struct chart *chart)
{
    struct experiment *e = &chart->curve->about;
    for (size_t i = 0; i < results->arms_n; i++) {
        if (!arm_belongs(chart, &results->arms[i]))
            continue;
        struct point point = point_of(results, chart, &results->arms[i]);
        if (!isfinite(point.x) || !isfinite(point.y))
            continue;
        e->xlog &= point.x > 0;
        e->ylog &= point.y > 0;
    }
}

static void chart_fill(const struct results *results, struct chart *chart)
{
    straighten_axes(results, chart);
    const struct arm **firsts = allocate(results->arms_n, sizeof *firsts);
    bool kernels = false, lines = false;
    chart->series_n = chart_firsts(results, chart, firsts);
    for (size_t s = 1; s < chart->series_n; s++) {
        kernels |= strcmp(firsts[s]->kernel, firsts[0]->kernel) != 0;
        lines |= strcmp(firsts[s]->series, firsts[0]->series) != 0;
    }
    chart->series = allocate(chart->series_n, sizeof *chart->series);
    for (size_t s = 0; s < chart->series_n; s++) {
        series_name(&chart->series[s], firsts[s], kernels, lines);
        series_fill(results, chart, &chart->series[s], firsts[s]);
    }
    /* A chart of one kernel is about it, whether or not its name says so. */
    if (chart->series_n && !kernels)
        chart->kernel = firsts[0]->kernel;
    free(firsts);
    if (chart->series_n)
        qsort(chart->series, chart->series_n, sizeof *chart->series,
              chart->curve->grain ? by_grain : by_end);
    chart_styles(chart);
}

/* Whether the axis of dots is logarithmic: as the other one where it shows the
 * same, or where a straight one would press most of them into a corner. */
static bool right_is_log(const struct chart *chart)
{
    const struct curve *curve = chart->curve;
    double least = INFINITY, most = 0;
    if (!strcmp(curve->right, curve->y))
        return curve->about.ylog;
    if (curve->right_unit == UNIT_SHARE || curve->right_unit == UNIT_TIMES)
        return false;
    for (size_t s = 0; s < chart->measured_n; s++) {
        double middle = chart->series[s].right.middle;
        if (isfinite(middle)) {
            least = fmin(least, middle);
            most = fmax(most, middle);
        }
    }
    return least > 0 && most > 10 * least;
}

static struct curve *curve_of(const struct experiment *e)
{
    struct curve *curve = allocate(1, sizeof *curve);
    curve->about = *e;
    curve->grain = !strcmp(e->chart, "granularity");
    curve->y = *e->y ? e->y : curve->grain ? "efficiency" : "elapsed_s";
    curve->right = curve->grain ? "metg" : *e->right ? e->right : curve->y;
    curve->x_unit = unit_of_axis(e->x);
    curve->y_unit = unit_of_quantity(curve->y);
    curve->right_unit = unit_of_quantity(curve->right);
    curve->gain = quantity_is_gain(curve->y);
    snprintf(curve->y_name, sizeof curve->y_name, "%s",
             *e->y_name ? e->y_name : quantity_words(curve->y));
    bool told = strstr(curve->y_name, "second") != NULL;
    curve->words_unit =
        curve->y_unit == UNIT_RATE && told ? UNIT_PLAIN : curve->y_unit;
    bool same = !strcmp(curve->right, curve->y);
    snprintf(curve->right_name, sizeof curve->right_name, "%s",
             *e->right_name ? e->right_name
             : same         ? curve->y_name
                            : quantity_words(curve->right));
    return curve;
}

static void charts_add(struct charts *charts, const struct results *results,
                       const struct experiment *e, const char *kernel)
{
    struct chart *list =
        realloc(charts->list, (charts->n + 1) * sizeof *charts->list);
    if (!list)
        fail("memory", "none left");
    charts->list = list;
    struct chart *chart = &list[charts->n++];
    *chart = (struct chart){
        .kind = CHART_CURVES, .kernel = kernel, .curve = curve_of(e)};
    chart_name(chart);
    chart_fill(results, chart);
    chart->curve->right_log = chart->curve->grain || right_is_log(chart);
}

/* Whether an earlier arm that this experiment draws has the same kernel. */
static bool kernel_known(const struct results *results,
                         const struct experiment *e, size_t arm)
{
    for (size_t i = 0; i < arm; i++)
        if (experiment_draws(e, &results->arms[i]) &&
            !strcmp(results->arms[i].kernel, results->arms[arm].kernel))
            return true;
    return false;
}

const char *curve_fault(const struct experiment *experiment)
{
    static char text[128];
    const char *const names[] = {experiment->y, experiment->right};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (*names[i] && !quantity_known(names[i])) {
            snprintf(text, sizeof text, "no such quantity: %s", names[i]);
            return text;
        }
    return "";
}

static bool draws_lines(const struct experiment *e)
{
    return !*curve_fault(e) &&
           (!strcmp(e->chart, "lines") || !strcmp(e->chart, "granularity"));
}

struct charts curves_build(const struct results *results)
{
    struct charts charts = {0};
    struct experiments experiments = experiments_of(results);
    for (size_t i = 0; i < experiments.n; i++) {
        const struct experiment *e = &experiments.list[i];
        bool any = false;
        for (size_t a = 0; a < results->arms_n && draws_lines(e); a++) {
            const struct arm *arm = &results->arms[a];
            if (!experiment_draws(e, arm))
                continue;
            if (e->each_kernel ? !kernel_known(results, e, a) : !any)
                charts_add(&charts, results, e,
                           e->each_kernel ? arm->kernel : NULL);
            any = true;
        }
    }
    experiments_free(&experiments);
    return charts;
}

/* --------------------------------------------------------------- missing */

const char *curve_missing(const struct chart *chart,
                          const struct series *series)
{
    const struct arm *arm = series->missing;
    const char *why = arm ? arm_reason(arm) : "";
    bool divided = chart->curve->y_unit == UNIT_TIMES ||
                   chart->curve->y_unit == UNIT_SHARE;
    if (*why)
        return why;
    if (divided && arm && !arm->sequential)
        return "no sequential run to compare with";
    return "not told";
}
