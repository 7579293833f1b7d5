/*
 * stats_curve_bound.c - the grey line of a chart whose experiment names one.
 *
 * Teaches: how good it could have been is part of what was found. A bound is
 * either thought (as many times as fast as there are cores) or measured (the
 * most that any arm got out of the memory).
 * Look at: curve_bound, a line for each.
 * Left out: bounds of several kernels in one chart, but for the first's.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stats_curves.h"
#include "stats_plot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool bound_is(const struct chart *chart, const char *name)
{
    const struct curve *curve = chart->curve;
    /* METG(50 %) is where lines cross a half. */
    if (curve->grain && !*curve->about.bound)
        return !strcmp(name, "half");
    return !strcmp(curve->about.bound, name);
}

static double cores_there(const struct results *results)
{
    return results->effective_cores > 0 ? results->effective_cores : INFINITY;
}

/* The point of `sequential`, or of the least x there is: that of one item
 * after the other. */
static const struct point *alone(const struct chart *chart)
{
    const struct point *found = NULL;
    for (size_t s = 0; s < chart->measured_n; s++) {
        const struct point *first = chart->series[s].points;
        if (first->arm->sequential == first->arm)
            return first;
        if (!found || first->x < found->x)
            found = first;
    }
    return found;
}

static double most_reached(const struct chart *chart)
{
    double most = NAN;
    for (size_t s = 0; s < chart->measured_n; s++)
        for (size_t p = 0; p < chart->series[s].points_n; p++)
            most = fmax(most, chart->series[s].points[p].y);
    return most;
}

double curve_bound(const struct results *results, const struct chart *chart,
                   double x)
{
    if (bound_is(chart, "one"))
        return 1;
    if (bound_is(chart, "half"))
        return 0.5;
    if (bound_is(chart, "most"))
        return most_reached(chart);
    if (bound_is(chart, "ideal"))
        return chart->curve->y_unit == UNIT_TIMES
                   ? fmin(x, cores_there(results))
                   : x;
    const struct point *base = bound_is(chart, "little") ? alone(chart) : NULL;
    if (!base)
        return NAN;
    /* Little: items under way = rate x time of one. */
    return chart->curve->gain ? base->y * x / base->x : base->y * base->x / x;
}

/* In a word or two, whatever the experiment calls it. */
static const char *plain_name(const struct chart *chart)
{
    bool share = chart->curve->y_unit == UNIT_SHARE;
    const char *const names[][2] = {
        {"ideal", "ideal"},
        {"one", share ? "100 %" : "1"},
        {"half", share ? "50 %" : "half"},
        {"little", "Little's law"},
        {"most", "the most reached"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (bound_is(chart, names[i][0]))
            return names[i][1];
    return "";
}

const char *curve_bound_name(const struct chart *chart)
{
    const char *plain = plain_name(chart);
    const char *told = chart->curve->about.bound_name;
    return *plain && *told ? told : plain;
}

const char *curve_bound_label(const struct chart *chart)
{
    enum { ROOM = 15 }; /* letters within the panel */
    const char *name = curve_bound_name(chart);
    return strlen(name) > ROOM ? plain_name(chart) : name;
}

/* ------------------------------------------------------- where it is named */

/* Parts of the panel, from its lower left corner. */
static double part_x(const struct frame *f, double x)
{
    return f->x_log ? log(x / f->x_low) / log(f->x_high / f->x_low)
                    : (x - f->x_low) / (f->x_high - f->x_low);
}

static double part_y(const struct frame *f, double y)
{
    return f->y_log ? log(y / f->y_low) / log(f->y_high / f->y_low)
                    : (y - f->y_low) / (f->y_high - f->y_low);
}

static double from_part(double part, double low, double high, bool log_axis)
{
    return log_axis ? low * pow(high / low, part) : low + (high - low) * part;
}

/* How high a line is there; NaN where it is not. */
static double height_at(const struct series *series, const struct frame *f,
                        double x)
{
    for (size_t p = 0; p < series->points_n; p++) {
        double to = part_x(f, series->points[p].x);
        double high = part_y(f, series->points[p].y);
        if (fabs(x - to) < 0.03)
            return high; /* a mark */
        if (!p || x > to)
            continue;
        double from = part_x(f, series->points[p - 1].x);
        double low = part_y(f, series->points[p - 1].y);
        return x < from ? NAN : low + (high - low) * (x - from) / (to - from);
    }
    return NAN;
}

/* How far a name would be from the next line, or from the bound itself. */
static double clearance(const struct results *results,
                        const struct chart *chart, const struct frame *f,
                        double x, double y, double half)
{
    enum { STEPS = 40 };
    double least = 1;
    for (int i = -STEPS; i <= STEPS; i++) {
        double at = x + half * i / STEPS;
        double bound = curve_bound(
            results, chart, from_part(at, f->x_low, f->x_high, f->x_log));
        least = fmin(least, fabs(part_y(f, bound) - y));
        for (size_t s = 0; s < chart->measured_n; s++)
            least = fmin(least, fabs(height_at(&chart->series[s], f, at) - y));
    }
    return least;
}

/* Where the bound's name touches nothing, or least; as near to the bound as
 * that allows. */
static void place_name(const struct results *results, const struct chart *chart,
                       const struct frame *f, double *name_x, double *name_y)
{
    static const double away[] = {0.05, -0.05, 0.08, -0.08, 0.14, -0.14,
                                  0.2,  -0.2,  0.26, -0.26, 0.32, -0.32,
                                  0.4,  -0.4,  0.5,  -0.5,  0.6,  -0.6};
    const double enough = 0.07;
    double best = -1;
    double half = fmin(0.028 * (double)strlen(curve_bound_label(chart)), 0.45);
    for (size_t i = 0; i < sizeof away / sizeof *away; i++)
        for (int step = 0; half + 0.04 + 0.03 * step <= 0.9601 - half; step++) {
            double x = half + 0.04 + 0.03 * step;
            double bound = curve_bound(
                results, chart, from_part(x, f->x_low, f->x_high, f->x_log));
            double y = part_y(f, bound) + away[i];
            double clear = clearance(results, chart, f, x, y, half);
            if (y < 0.08 || y > 0.96 || fmin(clear, enough) <= best)
                continue;
            best = fmin(clear, enough);
            *name_x = x;
            *name_y = y;
        }
}

/* $bound: x and y; bound_n: how many lines; and where its name stands, which
 * may have several words, so that $bound_names of lines.gp is empty. */
void curve_bound_write(FILE *out, const struct results *results,
                       const struct chart *chart, const struct frame *f)
{
    enum { STEPS = 96 };
    double name_x = 0.5, name_y = 0.5;
    bool known = isfinite(curve_bound(results, chart, f->x_high));
    fputs("$bound << END\n", out);
    for (int i = 0; i <= STEPS && known; i++) {
        double x = from_part((double)i / STEPS, f->x_low, f->x_high, f->x_log);
        fprintf(out, "%.10g\t%.10g\n", x, curve_bound(results, chart, x));
    }
    if (known)
        place_name(results, chart, f, &name_x, &name_y);
    fprintf(out, "END\nbound_n = %d\n$bound_names << END\nEND\n", known);
    fprintf(out, "bound_x = %.10g\nbound_y = %.10g\n",
            from_part(name_x, f->x_low, f->x_high, f->x_log),
            from_part(name_y, f->y_low, f->y_high, f->y_log));
}
