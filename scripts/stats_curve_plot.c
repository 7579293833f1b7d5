/*
 * stats_curve_plot.c - axes and texts of the charts of stats_curves.c.
 *
 * Teaches: what an axis needs follows from what it shows: whether it begins
 * at 0, which unit its tics carry, how many of them there is room for.
 * Look at: curve_frame. A straight axis of ratios begins at 0, else a gain of
 * two per cent would look like one of a hundred.
 * Left out: lines, leaders and rows, which all charts have alike:
 * stats_plot.c.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stats_curves.h"
#include "stats_plot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- frames */

/* Makes an axis a little longer than what stands on it. */
static void pad(double *low, double *high, bool log, double below, double above)
{
    if (log) {
        double decades = fmax(log10(*high / *low), 0.3);
        *low /= pow(10, below * decades);
        *high *= pow(10, above * decades);
    } else {
        double span = *high > *low ? *high - *low : fmax(fabs(*high), 1);
        *low -= below * span;
        *high += above * span;
    }
}

/* An interval beyond all points by more than a fifth of the axis is cut: one
 * wild bar would press all lines together. */
static void widen_bands(const struct chart *chart, struct frame *f)
{
    double low = f->y_low, high = f->y_high;
    double most = f->y_log ? f->y_high * pow(f->y_high / f->y_low, 0.2)
                           : f->y_high + 0.2 * (f->y_high - f->y_low);
    double least = f->y_log ? f->y_low / pow(f->y_high / f->y_low, 0.2)
                            : f->y_low - 0.2 * (f->y_high - f->y_low);
    for (size_t s = 0; s < chart->measured_n; s++)
        for (size_t p = 0; p < chart->series[s].points_n; p++) {
            plot_widen(&low, &high,
                       fmax(chart->series[s].points[p].low, least));
            plot_widen(&low, &high,
                       fmin(chart->series[s].points[p].high, most));
        }
    f->y_low = low;
    f->y_high = high;
}

static void widen_points(const struct results *results,
                         const struct chart *chart, struct frame *f)
{
    for (size_t s = 0; s < chart->measured_n; s++)
        for (size_t p = 0; p < chart->series[s].points_n; p++) {
            const struct point *point = &chart->series[s].points[p];
            double bound = curve_bound(results, chart, point->x);
            plot_widen(&f->x_low, &f->x_high, point->x);
            plot_widen(&f->y_low, &f->y_high, point->y);
            if (!f->y_log || bound > 0)
                plot_widen(&f->y_low, &f->y_high, bound);
        }
}

static void right_frame(const struct chart *chart, struct frame *f)
{
    bool log = chart->curve->right_log, any = false;
    double low = INFINITY, high = -INFINITY;
    for (size_t s = 0; s < chart->measured_n; s++) {
        const struct interval *right = &chart->series[s].right;
        const double values[] = {right->middle, right->low, right->high};
        for (size_t i = 0; i < 3; i++)
            if (isfinite(values[i]) && (!log || values[i] > 0)) {
                plot_widen(&low, &high, values[i]);
                any = true;
            }
    }
    if (!any) {
        low = log ? 1 : 0;
        high = 1;
    } else if (!log) {
        low = fmin(low, 0);
        high = fmax(high, low < 0 ? 0 : high);
    }
    if (!log && !(high > low))
        high = low + 1;
    pad(&low, &high, log, log ? 0.08 : 0.05, 0.08);
    f->right_low = low;
    f->right_high = high;
}

struct frame curve_frame(const struct results *results,
                         const struct chart *chart)
{
    const struct experiment *e = &chart->curve->about;
    struct frame f = {.x_low = INFINITY,
                      .x_high = -INFINITY,
                      .y_low = INFINITY,
                      .y_high = -INFINITY,
                      .x_log = e->xlog,
                      .y_log = e->ylog};
    widen_points(results, chart, &f);
    f.x_most = f.x_high;
    if (!f.y_log)
        f.y_low = fmin(f.y_low, 0);
    widen_bands(chart, &f);
    pad(&f.x_low, &f.x_high, f.x_log, 0.07, 0.05);
    pad(&f.y_low, &f.y_high, f.y_log, f.y_log ? 0.06 : 0, 0.08);
    if (!f.y_log && !(f.y_high > f.y_low))
        f.y_high = f.y_low + 1;
    right_frame(chart, &f);
    f.dots_left = plot_dots_left(chart);
    return f;
}

/* ------------------------------------------------------------------ tics */

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* How much of the lower axis a text takes, with a blank. */
static double text_share(const char *text)
{
    static const double character = 0.056;
    return character * ((double)strlen(text) + 1.2);
}

/* Writes those of the sorted x that have room; the last one has it first.
 * All x are where something was measured: between them nothing was. */
static void put_x_tics(FILE *out, const struct chart *chart,
                       const struct frame *f, const double *x, size_t n)
{
    double span = f->x_log ? log(f->x_high / f->x_low) : f->x_high - f->x_low;
    const char *separator = "";
    double taken = -INFINITY, last = n ? x[n - 1] : 0;
    double last_at = (f->x_log ? log(last / f->x_low) : last - f->x_low) / span;
    double last_half = text_share(unit_text(chart->curve->x_unit, last)) / 2;
    fputs("x_tics = '", out);
    for (size_t i = 0; i < n; i++) {
        const char *text = unit_text(chart->curve->x_unit, x[i]);
        double at = (f->x_log ? log(x[i] / f->x_low) : x[i] - f->x_low) / span;
        double half = text_share(text) / 2;
        bool is_last = x[i] == last;
        if (at - half < taken || (!is_last && at + half > last_at - last_half))
            continue;
        fprintf(out, "%s\"%s\" %.10g", separator, text, x[i]);
        separator = ", ";
        taken = at + half;
        if (is_last)
            break;
    }
    fputs("'\n", out);
}

static void x_tics(FILE *out, const struct chart *chart, const struct frame *f)
{
    size_t n = 0, all = 0;
    for (size_t s = 0; s < chart->measured_n; s++)
        all += chart->series[s].points_n;
    double *x = allocate(all, sizeof *x);
    for (size_t s = 0; s < chart->measured_n; s++)
        for (size_t p = 0; p < chart->series[s].points_n; p++)
            x[n++] = chart->series[s].points[p].x;
    if (n)
        qsort(x, n, sizeof *x, by_value);
    put_x_tics(out, chart, f, x, n);
    free(x);
}

void curve_tics(FILE *out, const struct chart *chart, const struct frame *f)
{
    const struct curve *curve = chart->curve;
    x_tics(out, chart, f);
    unit_tics(out, "y_tics", curve->y_unit, f->y_low, f->y_high, f->y_log, 7);
    /* As many as texts of that length have room side by side. */
    size_t longest = strlen(unit_text(curve->right_unit, f->right_high));
    unit_tics(out, "right_tics", curve->right_unit, f->right_low, f->right_high,
              curve->right_log, longest > 5 ? 2 : 3);
    fprintf(out, "x_log = %d\ny_log = %d\nright_log = %d\n", f->x_log, f->y_log,
            curve->right_log);
}

/* ----------------------------------------------------------------- texts */

/* METG may lie beyond what was measured. */
static void right_text(const struct chart *chart, const struct series *series,
                       char *text, size_t bytes)
{
    double middle = series->right.middle;
    if (chart->curve->grain && isinf(middle))
        snprintf(text, bytes, "%s", middle < 0 ? "shorter" : "longer");
    else
        snprintf(text, bytes, "%s",
                 unit_text(chart->curve->right_unit, middle));
}

static bool right_differs(const struct chart *chart)
{
    return strcmp(chart->curve->y, chart->curve->right) != 0 ||
           chart->curve->grain;
}

void curve_row_texts(const struct chart *chart, const struct series *series,
                     char *first, char *second, size_t bytes)
{
    const struct curve *curve = chart->curve;
    const struct point *end = &series->points[series->points_n - 1];
    if (right_differs(chart)) {
        right_text(chart, series, first, bytes);
        snprintf(second, bytes, "%s", unit_text(curve->y_unit, end->y));
        return;
    }
    snprintf(first, bytes, "%s", unit_text(curve->x_unit, end->x));
    snprintf(second, bytes, "%s", unit_text(curve->y_unit, end->y));
}

/* What ratios are taken over, or what else the numbers rest on. */
static const char *base_text(const struct chart *chart)
{
    static char text[256];
    const struct curve *curve = chart->curve;
    const struct arm *base = NULL;
    for (size_t s = 0; s < chart->measured_n && !base; s++)
        base = series_arm(&chart->series[s])->sequential;
    *text = '\0';
    if (curve->grain)
        snprintf(text, sizeof text,
                 "100 %% = sequential with the largest tasks, on every core");
    else if ((curve->y_unit == UNIT_TIMES || curve->y_unit == UNIT_SHARE) &&
             base && strcmp(curve->y, "self_speedup") != 0)
        snprintf(text, sizeof text, "%s = sequential, %s",
                 curve->y_unit == UNIT_TIMES ? "1x" : "100 % on one core",
                 seconds_interval_text(&base->estimate.elapsed));
    /* A bound whose name is too long for its line is named here. */
    const char *bound = curve_bound_name(chart);
    size_t used = strlen(text);
    if (*bound && (!used || strcmp(bound, curve_bound_label(chart)) != 0))
        snprintf(text + used, sizeof text - used, "%sgrey: %s",
                 used ? "; " : "", bound);
    return text;
}

/* What stands below the axis: as much of its name as has room beside that of
 * the dots. */
static const char *axis_label(const struct chart *chart)
{
    static char text[128];
    size_t room = right_differs(chart) ? 36 : 56;
    snprintf(text, sizeof text, "%s", chart->curve->about.x);
    char *that = strstr(text, " that "), *comma = strchr(text, ',');
    if (strlen(text) > room && comma)
        *comma = '\0';
    if (strlen(text) > room && that)
        *that = '\0';
    return text;
}

/* The first word of an axis' name, as the head of a narrow column. */
static void axis_head(const char *axis, char *text, size_t bytes)
{
    static const char many[] = "how many ";
    if (!strncmp(axis, many, strlen(many)))
        axis += strlen(many);
    snprintf(text, bytes, "%.*s", (int)strcspn(axis, " ,"), axis);
    if (strlen(text) > 9)
        text[9] = '\0';
}

/* What the two columns of numbers are: those of the dots, or x, and those of
 * the lines. */
static void number_heads(FILE *out, const struct chart *chart)
{
    const struct curve *curve = chart->curve;
    char text[64];
    const char *first = quantity_head(curve->right);
    const char *second = quantity_head(curve->y);
    axis_head(curve->about.x, text, sizeof text);
    if (!right_differs(chart)) {
        first = text;
    } else if (!strcmp(first, second)) {
        first = "dots";
        second = "lines";
    }
    put_constant(out, "number_head_1", first);
    put_constant(out, "number_head_2", second);
}

void curve_titles(FILE *out, const struct results *results,
                  const struct chart *chart)
{
    const struct curve *curve = chart->curve;
    const struct experiment *e = &curve->about;
    char text[256];
    (void)results;
    snprintf(text, sizeof text, "%s%s%s",
             e->each_kernel && chart->kernel ? chart->kernel : "",
             e->each_kernel && chart->kernel ? ": " : "", e->title);
    put_constant(out, "title_text", text);
    put_constant(out, "base_text", base_text(chart));
    put_constant(out, "lines_head", curve->y_name);
    put_constant(out, "lines_axis", axis_label(chart));
    put_constant(out, "dots_head",
                 right_differs(chart) ? curve->right_name
                                      : "at the end of each line");
    put_constant(out, "dots_axis",
                 curve->grain           ? "bar: 95 %"
                 : right_differs(chart) ? "at each line\u2019s end (bar: 95 %)"
                                        : "bar: 95 %");
    number_heads(out, chart);
    put_constant(out, "bound_text", curve_bound_label(chart));
    put_constant(out, "kind", "curves");
    put_constant(out, "experiment", *e->uses ? e->uses : e->name);
    put_constant(out, "kernels",
                 e->each_kernel && chart->kernel ? chart->kernel : e->kernels);
}
