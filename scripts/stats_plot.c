/*
 * stats_plot.c - writes what gnuplot draws: one file a chart, with texts,
 * ranges and blocks of data, that the chart's .gp file loads.
 *
 * Teaches: a chart of thirteen lines stays readable when every line leads to
 * a row of its own, and the rows are sorted like the ends of the lines, so
 * that no two leaders cross.
 * Look at: row_position, which spreads the rows over the height of the axis,
 * on the axis' own scale.
 * Left out: colours, fonts, margins: scripts/style.gp.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stats_plot.h"
#include "stats_curves.h"
#include "stats_once.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ----------------------------------------------------------------- texts */

/* Cells of a block of data: gnuplot splits at tabs and takes quotes off. */
static void put_cell(FILE *out, const char *text)
{
    putc('\t', out);
    for (; *text; text++)
        putc(iscntrl((unsigned char)*text) ? ' '
             : *text == '"'                ? '\''
                                           : *text,
             out);
}

/* ---------------------------------------------------------------- frames */

void plot_widen(double *low, double *high, double value)
{
    if (isfinite(value)) {
        *low = fmin(*low, value);
        *high = fmax(*high, value);
    }
}

/* The value beside a row, with its interval. */
static struct interval right_of(const struct chart *chart,
                                const struct series *series)
{
    const struct estimate *e = &series_arm(series)->estimate;
    if (chart->kind == CHART_CURVES)
        return series->right;
    if (chart->kind == CHART_SPEEDUP)
        return e->speedup;
    if (chart->kind == CHART_INFLIGHT)
        return e->rate;
    return (struct interval){e->lost_known, 100 * e->lost_share,
                             100 * e->lost_share, 100 * e->lost_most};
}

double plot_dots_left(const struct chart *chart)
{
    size_t longest = 0;
    for (size_t s = 0; s < chart->series_n; s++)
        if (strlen(chart->series[s].label) > longest)
            longest = strlen(chart->series[s].label);
    return fmin(fmax(0.47 + 0.0122 * (double)longest, 0.6), 0.74);
}

static struct frame frame_of(const struct results *results,
                             const struct chart *chart)
{
    if (chart->kind == CHART_CURVES)
        return curve_frame(results, chart);
    struct frame f = {.x_low = INFINITY, .y_low = INFINITY};
    double right_low = INFINITY, right_high = 0, band_high = 0;
    for (size_t s = 0; s < chart->measured_n; s++) {
        const struct series *series = &chart->series[s];
        for (size_t p = 0; p < series->points_n; p++) {
            const struct point *point = &series->points[p];
            plot_widen(&f.x_low, &f.x_high, point->x);
            plot_widen(&f.y_low, &f.y_high, point->y);
            band_high = fmax(band_high, point->high);
            if (chart->kind != CHART_SPEEDUP)
                plot_widen(&f.y_low, &f.y_high,
                           bound_least(results, chart, point->x));
        }
        struct interval right = right_of(chart, series);
        plot_widen(&right_low, &right_high, right.middle);
        plot_widen(&right_low, &right_high, right.high);
    }
    if (!(right_high > 0)) {
        right_low = 1;
        right_high = 1;
    }
    f.dots_left = plot_dots_left(chart);
    f.x_most = f.x_high;
    f.x_log = chart->kind == CHART_INFLIGHT;
    f.y_log = chart->kind != CHART_SPEEDUP;
    double pad = f.x_high > f.x_low ? 0.07 * (f.x_high - f.x_low) : 0.1;
    f.x_low = f.x_log ? f.x_low / 1.15 : fmax(f.x_low - pad, 0);
    f.x_high = f.x_log ? f.x_high * 1.15 : f.x_high + pad / 2;
    f.y_low = f.y_log ? f.y_low / (f.x_log ? 1.3 : 1.6) : 0;
    if (f.y_log) {
        f.y_high *= 1.3;
    } else {
        /* Room for the ideal and for intervals, unless they are huge. */
        f.y_high = fmax(f.y_high, beyond_room(chart, f.x_high));
        f.y_high = 1.08 * fmax(f.y_high, fmin(band_high, 1.2 * f.y_high));
    }
    f.right_low = f.x_log ? right_low / 1.3 : 0;
    f.right_high = f.x_log                        ? right_high * 1.3
                   : chart->kind == CHART_SPEEDUP ? f.y_high
                                                  : fmax(1.1 * right_high, 2);
    if (!f.x_log) /* a dot at 0 stands clear of its name */
        f.right_low = -0.05 * f.right_high;
    return f;
}

/* Rows divide the height of the axis evenly, the first at the top. */
static double row_position(const struct frame *f, size_t row, size_t rows)
{
    double part = ((double)(rows - row) - 0.5) / (double)rows;
    if (!f->y_log)
        return f->y_low + part * (f->y_high - f->y_low);
    return exp(log(f->y_low) + part * (log(f->y_high) - log(f->y_low)));
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* "5 us" for a time, "500" for a plain number (unit 0). */
static void put_tic(FILE *out, double at, double unit)
{
    static const char *const names[] = {" s", " ms", " us", " ns"};
    double shown = unit > 0 ? at * unit : at;
    size_t u = 0;
    for (; unit > 0 && u < 3 && shown < 0.9999; u++)
        shown *= 1000;
    fprintf(out, "\"%.6g%s\" %.10g", shown, unit > 0 ? names[u] : "", at);
}

/* What a digit of a label takes of the lower axis. */
static const double digit_share = 0.065;

/* Tics of a logarithmic axis: tens, and others in between where the axis is
 * short. `unit` is what one unit of the axis is in seconds; 0: no time. */
static void put_log_tics(FILE *out, const char *name, double low, double high,
                         double unit)
{
    double decades = log10(high / low), last = -INFINITY;
    const char *separator = "";
    fprintf(out, "%s = '", name);
    for (int power = (int)floor(log10(low)); power <= log10(high); power++)
        for (int digit = 1; digit < 10; digit++) {
            double at = digit * pow(10, power);
            bool chosen = digit == 1 ||
                          (decades < 2.5 && (digit == 2 || digit == 5)) ||
                          (decades < 0.7 && digit % 2 != 1);
            if (unit == 0 && floor(log10(high)) > ceil(log10(low)))
                chosen = digit == 1;
            if (!chosen || at < low || at > high)
                continue;
            /* The lower axis is short: a long number must not touch the one
             * before it. */
            if (unit == 0 && log10(at) - last <
                                 decades * digit_share * (floor(log10(at)) + 1))
                continue;
            fputs(separator, out);
            put_tic(out, at, unit);
            separator = ", ";
            last = log10(at);
        }
    fputs("'\n", out);
}

/* At most four tics of a linear axis after 0: in steps of 1, 2 or 5. */
static void put_linear_tics(FILE *out, const char *name, double high)
{
    double step = pow(10, floor(log10(high / 4)));
    step *= high / step < 8 ? 2 : high / step < 20 ? 5 : 10;
    fprintf(out, "%s = '0", name);
    for (int i = 1; i * step <= high; i++)
        fprintf(out, ", %.6g", i * step);
    fputs("'\n", out);
}

/* A tic at each x that has points, those left out that would touch the one
 * before. */
static void put_tics(FILE *out, const struct chart *chart,
                     const struct frame *f)
{
    double x[4096];
    size_t n = 0;
    for (size_t s = 0; s < chart->measured_n; s++)
        for (size_t p = 0; p < chart->series[s].points_n && n < 4096; p++)
            x[n++] = chart->series[s].points[p].x;
    qsort(x, n, sizeof *x, by_value);
    fputs("x_tics = '", out);
    double span = f->x_log ? log(f->x_high / f->x_low) : f->x_high - f->x_low;
    double last = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        double at = f->x_log ? log(x[i]) : x[i];
        if (at - last < 0.1 * span)
            continue;
        fprintf(out, "%s%.10g", isfinite(last) ? ", " : "", x[i]);
        last = at;
    }
    fputs("'\n", out);
}

static void put_all_tics(FILE *out, const struct chart *chart,
                         const struct frame *f)
{
    put_tics(out, chart, f);
    if (f->y_log)
        put_log_tics(out, "y_tics", f->y_low, f->y_high,
                     chart->kind == CHART_COUNTERS ? 1e-9 : 1);
    if (chart->kind == CHART_INFLIGHT)
        put_log_tics(out, "right_tics", f->right_low, f->right_high, 0);
    else
        put_linear_tics(out, "right_tics", f->right_high);
}

static void put_frame(FILE *out, const struct chart *chart,
                      const struct frame *f)
{
    double height = 198 + 21 * (double)chart->series_n;
    fprintf(out,
            "height = %.0f\nx_low = %.10g\nx_high = %.10g\nx_most = %.10g\n"
            "y_low = %.10g\ny_high = %.10g\nright_low = %.10g\n"
            "right_high = %.10g\n",
            fmax(height, 471), f->x_low, f->x_high, f->x_most, f->y_low,
            f->y_high, f->right_low, f->right_high);
    if (chart->kind == CHART_CURVES)
        curve_tics(out, chart, f);
    else
        put_all_tics(out, chart, f);
    fprintf(out, "dots_left = %.3f\n", f->dots_left);
}

/* ---------------------------------------------------------------- blocks */

static double or_middle(double bound, double middle)
{
    return isfinite(bound) ? bound : middle;
}

/* What a point stands for, so that it can be found in summary.csv. */
static void put_origin(FILE *out, const struct arm *arm)
{
    put_cell(out, arm->strategy);
    put_cell(out, arm->kernel);
    fprintf(out, "\t%ld\t%ld", arm->workers, arm->cores);
    put_cell(out, arm->items);
    fprintf(out, "\t%zu\n", arm->estimate.blocks);
}

/* $lines: x, y, low, high, style, then strategy, kernel, workers, cores, items
 * and blocks. An empty line interrupts a line, two end it. */
static void put_lines(FILE *out, const struct chart *chart)
{
    fputs("$lines << END\n", out);
    for (size_t s = 0; s < chart->measured_n; s++) {
        const struct series *series = &chart->series[s];
        for (size_t p = 0; p < series->points_n; p++) {
            const struct point *q = &series->points[p];
            fprintf(out, "%s%.10g\t%.10g\t%.10g\t%.10g\t%zu",
                    q->gap ? "\n" : "", q->x, q->y, or_middle(q->low, q->y),
                    or_middle(q->high, q->y), series->style);
            put_origin(out, q->arm);
        }
        fputs("\n\n", out);
    }
    fprintf(out, "END\nlines_n = %zu\nline_styles = '", chart->measured_n);
    for (size_t s = 0; s < chart->measured_n; s++)
        fprintf(out, "%s%zu", s ? " " : "", chart->series[s].style);
    fputs("'\n", out);
}

/* $alarms: x and y of the points that cannot be true. */
static void put_alarms(FILE *out, const struct chart *chart)
{
    size_t n = 0;
    fputs("$alarms << END\n", out);
    for (size_t s = 0; s < chart->measured_n; s++)
        for (size_t p = 0; p < chart->series[s].points_n; p++) {
            const struct point *q = &chart->series[s].points[p];
            if (q->alarm) {
                fprintf(out, "%.10g\t%.10g\n", q->x, q->y);
                n++;
            }
        }
    fprintf(out, "END\nalarms_n = %zu\n", n);
}

/* $tails: from a line's last point to the right edge, where its leader takes
 * over: x, y, x distance, y distance, style. */
static void put_tails(FILE *out, const struct chart *chart,
                      const struct frame *f)
{
    fputs("$tails << END\n", out);
    for (size_t s = 0; s < chart->measured_n; s++) {
        const struct series *series = &chart->series[s];
        const struct point *end = &series->points[series->points_n - 1];
        fprintf(out, "%.10g\t%.10g\t%.10g\t0\t%zu\n", end->x, end->y,
                f->x_high - end->x, series->style);
    }
    fputs("END\n", out);
}

/* $leaders: from the end of a line to its row: x, y, x distance, y distance,
 * style; x runs from 0 to 1. */
static void put_leaders(FILE *out, const struct chart *chart,
                        const struct frame *f)
{
    fputs("$leaders << END\n", out);
    for (size_t s = 0; s < chart->measured_n; s++) {
        const struct series *series = &chart->series[s];
        double end = series->points[series->points_n - 1].y;
        fprintf(out, "0\t%.10g\t1\t%.10g\t%zu\n", end,
                row_position(f, s, chart->series_n) - end, series->style);
    }
    fputs("END\n", out);
}

/* The two texts at the right of a row. */
static void put_row_texts(FILE *out, const struct chart *chart,
                          const struct series *series)
{
    const struct estimate *e = &series_arm(series)->estimate;
    char text[64], second[64];
    if (chart->kind == CHART_CURVES) {
        curve_row_texts(chart, series, text, second, sizeof text);
        put_cell(out, text);
        put_cell(out, second);
    } else if (chart->kind == CHART_SPEEDUP) {
        snprintf(text, sizeof text, "%.2f", e->speedup.middle);
        put_cell(out, text);
        put_cell(out, seconds_text(e->elapsed.middle));
    } else if (chart->kind == CHART_INFLIGHT) {
        snprintf(text, sizeof text, "%.0f", e->inflight);
        put_cell(out, text);
        put_cell(out, seconds_text(e->elapsed.middle));
    } else {
        if (!e->lost_known)
            snprintf(text, sizeof text, "-");
        else if (!e->lost_runs)
            snprintf(text, sizeof text, "none");
        else
            snprintf(text, sizeof text, "%.3g %%", 100 * e->lost_share);
        put_cell(out, text);
        put_cell(out, seconds_text(e->cost_ns.middle / 1e9));
    }
}

/* The name of a line; "(!)" where its last point cannot be true. */
static void put_row_name(FILE *out, const struct series *series)
{
    char name[sizeof series->label + 8];
    bool alarm = series_arm(series)->estimate.alarms != 0;
    snprintf(name, sizeof name, "%s%s", series->label, alarm ? " (!)" : "");
    put_cell(out, name);
}

/* $rows: y, style, value, low, high, name, two texts. */
static void put_rows(FILE *out, const struct chart *chart,
                     const struct frame *f)
{
    fputs("$rows << END\n", out);
    for (size_t s = 0; s < chart->measured_n; s++) {
        const struct series *series = &chart->series[s];
        struct interval right = right_of(chart, series);
        fprintf(out, "%.10g\t%zu\t", row_position(f, s, chart->series_n),
                series->style);
        if (isfinite(right.middle))
            fprintf(out, "%.10g\t%.10g\t%.10g", right.middle,
                    or_middle(right.low, right.middle),
                    or_middle(right.high, right.middle));
        else
            fputs("nan\tnan\tnan", out);
        put_row_name(out, series);
        put_row_texts(out, chart, series);
        putc('\n', out);
    }
    fputs("END\n", out);
}

/* Why a row is empty, cut to what fits from dots_left to the edge; the whole
 * reason is in the report. */
static void put_reason(FILE *out, const struct chart *chart,
                       const struct series *series, const struct frame *f)
{
    char text[544];
    const struct arm *arm = series->missing;
    const char *why = chart->kind == CHART_CURVES ? curve_missing(chart, series)
                                                  : arm_reason(arm);
    size_t known = strlen(arm->strategy);
    if (!strncmp(why, arm->strategy, known) && !strncmp(why + known, ": ", 2))
        why += known + 2; /* the row is named already */
    if (!*why && chart->kind != CHART_COUNTERS)
        why = "no sequential run to compare with";
    snprintf(text, sizeof text, "missing: %s", why);
    size_t most = (size_t)((1.3 - f->dots_left) * 100);
    if (strlen(text) > most) {
        size_t at = most - 3;
        while (at > 0 && (text[at] & 0xc0) == 0x80)
            at--; /* not inside a character of several bytes */
        snprintf(text + at, sizeof text - at, "...");
    }
    put_cell(out, text);
}

/* $missing: y, name, reason. */
static void put_missing(FILE *out, const struct chart *chart,
                        const struct frame *f)
{
    fputs("$missing << END\n", out);
    for (size_t s = chart->measured_n; s < chart->series_n; s++) {
        fprintf(out, "%.10g", row_position(f, s, chart->series_n));
        put_cell(out, chart->series[s].label);
        put_reason(out, chart, &chart->series[s], f);
        putc('\n', out);
    }
    fprintf(out, "END\nmissing_n = %zu\n", chart->series_n - chart->measured_n);
}

/* -------------------------------------------------------------- writing */

static void chart_write(const struct results *results,
                        const struct chart *chart)
{
    char name[160];
    snprintf(name, sizeof name, "charts/%s.dat", chart->name);
    struct frame f = frame_of(results, chart);
    beyond_axis(chart, &f.x_low, &f.x_high, &f.x_log);
    FILE *out = file_begin(results, name);
    titles_write(out, results, chart);
    put_frame(out, chart, &f);
    put_lines(out, chart);
    put_alarms(out, chart);
    put_tails(out, chart, &f);
    put_leaders(out, chart, &f);
    if (chart->kind == CHART_CURVES)
        curve_bound_write(out, results, chart, &f);
    else
        bound_write(out, results, chart, f.x_low,
                    f.x_log ? f.x_most : f.x_high);
    put_rows(out, chart, &f);
    put_missing(out, chart, &f);
    speedup_write(out, results, chart);
    file_end(results, name, out);
    puts(chart->name);
}

static void charts_directory(const struct results *results)
{
    size_t bytes = strlen(results->directory) + sizeof "/charts";
    char *path = allocate(bytes, 1);
    snprintf(path, bytes, "%s/charts", results->directory);
    if (mkdir(path, 0777) && errno != EEXIST)
        fail(path, strerror(errno));
    free(path);
}

static void charts_write(const struct results *results, struct charts charts)
{
    for (size_t c = 0; c < charts.n; c++)
        if (charts.list[c].measured_n)
            chart_write(results, &charts.list[c]);
        else
            fprintf(stderr, "stats: %s: left out: nothing of it was measured\n",
                    charts.list[c].name);
    charts_free(&charts);
}

int plot_write(const struct results *results)
{
    charts_directory(results);
    charts_write(results, charts_build(results));
    charts_write(results, curves_build(results));
    once_charts_write(results);
    return 0;
}
