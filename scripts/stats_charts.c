/*
 * stats_charts.c - gathers arms into charts: which arm is a point of which
 * line, and in what order the lines stand.
 *
 * Teaches: a chart answers one question, so one kernel has one chart, and
 * its lines are sorted by the answer.
 * Look at: chart_shape, where each kind of chart says what its axes are.
 * Left out: positions on paper; those are stats_plot.c's.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stats.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- points */

/* The place of an arm on the axes of its chart. */
static struct point point_of(enum chart_kind kind, const struct arm *arm)
{
    const struct estimate *e = &arm->estimate;
    const struct interval *y = kind == CHART_SPEEDUP    ? &e->speedup
                               : kind == CHART_INFLIGHT ? &e->elapsed
                                                        : &e->cost_ns;
    /* Workers beyond the cores stand where so many cores would. */
    bool beyond = kind == CHART_SPEEDUP && arm->workers > arm->cores;
    double x = beyond                   ? (double)arm->workers
               : kind == CHART_SPEEDUP  ? (double)arm->cores
               : kind == CHART_INFLIGHT ? e->inflight
                                        : (double)arm->workers;
    return (struct point){x,   y->middle, y->low, y->high,
                          arm, e->alarms, 0,      beyond};
}

/* Whether a point can be drawn: on both kinds of axis, also logarithmic. */
static bool point_is_good(const struct point *point)
{
    return isfinite(point->x) && point->x > 0 && isfinite(point->y) &&
           point->y > 0;
}

/* What a line is drawn over: workers, or items in flight where a command
 * names them. */
static long arm_step(const struct arm *arm)
{
    static const char option[] = " --inflight ";
    const char *at = strstr(arm->command, option);
    return at ? strtol(at + strlen(option), NULL, 10) : arm->workers;
}

static int by_x(const void *a, const void *b)
{
    const struct point *p = a, *q = b;
    if (p->x < q->x || p->x > q->x)
        return p->x < q->x ? -1 : 1;
    long step = arm_step(p->arm) - arm_step(q->arm);
    return step ? (step > 0) - (step < 0) : strcmp(p->arm->name, q->arm->name);
}

/* ---------------------------------------------------------------- series */

const struct point *series_answer(const struct series *series)
{
    for (size_t p = series->points_n; p > 0; p--)
        if (!series->points[p - 1].beyond)
            return &series->points[p - 1];
    return series->points_n ? &series->points[series->points_n - 1] : NULL;
}

const struct arm *series_arm(const struct series *series)
{
    const struct point *answer = series_answer(series);
    return answer ? answer->arm : series->missing;
}

static double series_end(const struct series *series)
{
    const struct point *answer = series_answer(series);
    return answer ? answer->y : -INFINITY;
}

/* Highest last point first; missing ones last; equals by name. */
static int by_end(const void *a, const void *b)
{
    const struct series *s = a, *t = b;
    double x = series_end(s), y = series_end(t);
    if (x < y || x > y)
        return x > y ? -1 : 1;
    return strcmp(s->label, t->label);
}

/* ---------------------------------------------------------------- charts */

static bool arm_belongs(const struct arm *arm, enum chart_kind kind,
                        const char *kernel)
{
    static const char *const names[] = {"speedup", "inflight", "counters"};
    return arm_is(arm, "plan") && !strcmp(arm->chart, names[kind]) &&
           (!kernel || !strcmp(arm->kernel, kernel));
}

/* Whether an earlier arm of the chart already opened the series of this
 * one: same strategy and, where kernels share a chart, same kernel. */
static bool same_series(const struct arm *a, const struct arm *b)
{
    return !strcmp(a->strategy, b->strategy) && !strcmp(a->kernel, b->kernel);
}

/* How much of their kernels' names all arms of a chart share, up to a '_':
 * 8 for counter_racy, counter_mutex, ...; 0 with one kernel. */
static size_t shared_prefix(const struct arm *const *firsts, size_t n)
{
    size_t shared = 0;
    for (size_t at = 0; firsts[0]->kernel[at]; at++) {
        bool all = true;
        for (size_t i = 1; i < n && all; i++)
            all = firsts[i]->kernel[at] == firsts[0]->kernel[at];
        if (!all)
            return shared;
        if (firsts[0]->kernel[at] == '_')
            shared = at + 1;
    }
    return 0;
}

/* The counters chart names its lines after kernels, and after strategies too
 * when there are several. */
static void series_name(struct series *series, const struct chart *chart,
                        const struct arm *arm, size_t prefix, bool several)
{
    if (chart->kind != CHART_COUNTERS)
        snprintf(series->label, sizeof series->label, "%s", arm->strategy);
    else
        snprintf(series->label, sizeof series->label, "%s%s%s%s",
                 arm->kernel + prefix, several ? " (" : "",
                 several ? arm->strategy : "", several ? ")" : "");
}

/* Whether the plan has a point between these two that was not measured. */
static bool point_missing(const struct results *results,
                          const struct chart *chart, const struct arm *before,
                          const struct arm *after)
{
    for (size_t i = 0; i < results->arms_n; i++) {
        const struct arm *arm = &results->arms[i];
        struct point point = point_of(chart->kind, arm);
        if (arm_belongs(arm, chart->kind, chart->kernel) &&
            same_series(arm, after) && !point_is_good(&point) &&
            arm_step(arm) > arm_step(before) && arm_step(arm) < arm_step(after))
            return true;
    }
    return false;
}

/* A line joins neighbours that did the same work at different x, and none
 * across a gap. */
static void series_gaps(const struct results *results, struct chart *chart,
                        struct series *series)
{
    for (size_t p = 1; p < series->points_n; p++) {
        const struct point *before = &series->points[p - 1];
        struct point *own = &series->points[p];
        if (point_missing(results, chart, before->arm, own->arm))
            own->gap = GAP_MISSING;
        else if (strcmp(before->arm->items, own->arm->items) != 0 ||
                 !(own->x > before->x))
            own->gap = GAP_OTHER_WORK;
    }
}

static void series_fill(const struct results *results, struct chart *chart,
                        struct series *series, const struct arm *first)
{
    series->points = allocate(results->arms_n, sizeof *series->points);
    for (size_t i = 0; i < results->arms_n; i++) {
        const struct arm *arm = &results->arms[i];
        if (!arm_belongs(arm, chart->kind, chart->kernel) ||
            !same_series(arm, first))
            continue;
        struct point point = point_of(chart->kind, arm);
        if (point_is_good(&point))
            series->points[series->points_n++] = point;
        else
            series->missing = arm;
    }
    if (series->points_n)
        qsort(series->points, series->points_n, sizeof *series->points, by_x);
    series_gaps(results, chart, series);
    chart->measured_n += series->points_n > 0;
}

static const char *series_kernel(const struct series *series)
{
    return series_arm(series)->kernel;
}

static const char *series_strategy(const struct series *series)
{
    return series_arm(series)->strategy;
}

/* How many names of the chart's series come before this one's. */
static size_t series_rank(const struct chart *chart,
                          const struct series *series,
                          const char *(*name_of)(const struct series *))
{
    size_t rank = 0;
    for (size_t i = 0; i < chart->series_n; i++) {
        const char *name = name_of(&chart->series[i]);
        bool first = true;
        for (size_t j = 0; j < i && first; j++)
            first = strcmp(name_of(&chart->series[j]), name) != 0;
        rank += first && strcmp(name, name_of(series)) < 0;
    }
    return rank;
}

/* Colours follow the strategy, so that it looks the same in every chart. In
 * the counters chart they follow the kernel; another strategy is another mark
 * in the same colour: styles a whole round of colours apart. */
static void chart_styles(struct chart *chart)
{
    enum { COLOURS = 7 }; /* of style.gp */
    for (size_t i = 0; i < chart->series_n; i++) {
        struct series *own = &chart->series[i];
        own->style = series_arm(own)->position;
        if (chart->kind == CHART_COUNTERS)
            own->style = series_rank(chart, own, series_kernel) +
                         COLOURS * series_rank(chart, own, series_strategy);
    }
}

static void chart_fill(const struct results *results, struct chart *chart)
{
    const struct arm **firsts = allocate(results->arms_n, sizeof *firsts);
    bool several = false;
    for (size_t i = 0; i < results->arms_n; i++) {
        const struct arm *arm = &results->arms[i];
        if (!arm_belongs(arm, chart->kind, chart->kernel))
            continue;
        bool known = false;
        for (size_t s = 0; s < chart->series_n && !known; s++)
            known = same_series(firsts[s], arm);
        if (!known)
            firsts[chart->series_n++] = arm;
        several = several || strcmp(firsts[0]->strategy, arm->strategy) != 0;
    }
    chart->series = allocate(chart->series_n, sizeof *chart->series);
    size_t prefix = shared_prefix(firsts, chart->series_n);
    for (size_t s = 0; s < chart->series_n; s++) {
        series_name(&chart->series[s], chart, firsts[s], prefix, several);
        series_fill(results, chart, &chart->series[s], firsts[s]);
    }
    free(firsts);
    qsort(chart->series, chart->series_n, sizeof *chart->series, by_end);
    chart_styles(chart);
}

/* A name that is safe as a file name, whatever the kernel is called. */
static void chart_name(struct chart *chart, const char *stem)
{
    snprintf(chart->name, sizeof chart->name, "%s%s%s", stem,
             chart->kernel ? "-" : "", chart->kernel ? chart->kernel : "");
    for (char *c = chart->name; *c; c++)
        if (!isalnum((unsigned char)*c) && *c != '_' && *c != '-')
            *c = '_';
}

static void charts_add(struct charts *charts, const struct results *results,
                       enum chart_kind kind, const char *kernel)
{
    static const char *const stems[] = {"speedup", "inflight", "counters"};
    struct chart *chart = &charts->list[charts->n++];
    *chart = (struct chart){.kind = kind, .kernel = kernel};
    chart_name(chart, stems[kind]);
    chart_fill(results, chart);
}

/* All charts that the plan asks for, in the order of the plan: those against
 * cores, those against items in flight, the counters. */
struct charts charts_build(const struct results *results)
{
    struct charts charts = {
        .list = allocate(results->arms_n + 1, sizeof *charts.list)};
    for (int kind = CHART_SPEEDUP; kind <= CHART_COUNTERS; kind++)
        for (size_t i = 0; i < results->arms_n; i++) {
            const struct arm *arm = &results->arms[i];
            const char *kernel = kind == CHART_COUNTERS ? NULL : arm->kernel;
            bool known = !arm_belongs(arm, (enum chart_kind)kind, kernel);
            for (size_t c = 0; c < charts.n && !known; c++)
                known = charts.list[c].kind == (enum chart_kind)kind &&
                        (!kernel || !strcmp(charts.list[c].kernel, kernel));
            if (!known)
                charts_add(&charts, results, (enum chart_kind)kind, kernel);
        }
    return charts;
}

void charts_free(struct charts *charts)
{
    for (size_t c = 0; c < charts->n; c++) {
        for (size_t s = 0; s < charts->list[c].series_n; s++)
            free(charts->list[c].series[s].points);
        free(charts->list[c].series);
        free(charts->list[c].curve);
    }
    free(charts->list);
}

/* ----------------------------------------------------------------- texts */

static const char *alarm_name(unsigned alarm)
{
    switch (alarm) {
    case ALARM_ABOVE_CEILING:
        return "speedup above the cores in use";
    case ALARM_CPU_TIME:
        return "processor time above the cores";
    case ALARM_CLOCKS:
        return "more time inside than by the outer clock";
    case ALARM_LATENCY:
        return "faster than its items can wait";
    default:
        return "";
    }
}

const char *alarm_text(unsigned alarms)
{
    static char text[192];
    text[0] = '\0';
    for (unsigned bit = 0; bit < ALARMS; bit++)
        if (alarms >> bit & 1) {
            size_t n = strlen(text);
            snprintf(text + n, sizeof text - n, "%s%s", n ? "; " : "",
                     alarm_name(1U << bit));
        }
    return text;
}

const char *alarm_figures(const struct arm *arm, unsigned alarm)
{
    static char text[128];
    const struct estimate *e = &arm->estimate;
    const char *name = alarm_name(alarm);
    if (alarm == ALARM_ABOVE_CEILING)
        snprintf(text, sizeof text, "%s: %.2f, but at most %.2f", name,
                 e->speedup.middle, e->ceiling);
    else if (alarm == ALARM_CPU_TIME)
        snprintf(text, sizeof text, "%s: %.2f times what they have", name,
                 e->cpu_load);
    else if (alarm == ALARM_LATENCY)
        snprintf(text, sizeof text, "%s: in %.2f of the least time", name,
                 e->latency_load);
    else
        snprintf(text, sizeof text, "%s", name);
    return text;
}

/* Three digits and a unit: "31.2 ms". Valid for the next four calls. */
const char *seconds_text(double seconds)
{
    static char texts[4][32];
    static unsigned turn;
    static const struct {
        double seconds;
        const char *unit;
    } units[] = {{1, "s"}, {1e-3, "ms"}, {1e-6, "us"}, {1e-9, "ns"}};
    char *text = texts[turn++ % 4];
    if (!isfinite(seconds))
        return "-";
    size_t u = 0;
    while (u < 3 && fabs(seconds) < 0.9995 * units[u].seconds)
        u++;
    double value = seconds / units[u].seconds;
    int digits = fabs(value) >= 99.95 ? 0 : fabs(value) >= 9.995 ? 1 : 2;
    snprintf(text, sizeof texts[0], "%.*f %s", digits, value, units[u].unit);
    return text;
}

/* The noise certificate as one line: how much slower one of two identical
 * arms seems to be. */
const char *noise_text(const struct results *results)
{
    static char text[256];
    const struct arm *twin = noisiest_twin(results);
    if (!twin)
        return "noise not known: no arm was measured twice";
    const struct interval *ratio = &twin->estimate.twin;
    int n = snprintf(text, sizeof text,
                     "noise: %.24s %.24s, measured twice: "
                     "%+.1f %%",
                     twin->strategy, twin->kernel, 100 * (ratio->middle - 1));
    if (isnan(ratio->low))
        snprintf(text + n, sizeof text - (size_t)n, " (fewer than 6 blocks)");
    else
        snprintf(text + n, sizeof text - (size_t)n, " (95 %%: %+.1f to %+.1f)",
                 100 * (ratio->low - 1), 100 * (ratio->high - 1));
    return text;
}
