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

const char *curve_bound_name(const struct chart *chart)
{
    static const char *const names[][2] = {
        {"ideal", "ideal"},
        {"one", "1"},
        {"half", "half"},
        {"little", "Little's law"},
        {"most", "the most reached"},
    };
    if (*chart->curve->about.bound_name)
        return chart->curve->about.bound_name;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (bound_is(chart, names[i][0]))
            return names[i][1];
    return "";
}

/* $bound: x and y; bound_n: how many lines; and where its name stands. */
void curve_bound_write(FILE *out, const struct results *results,
                       const struct chart *chart, double low, double high)
{
    enum { STEPS = 96 };
    bool log_x = chart->curve->about.xlog;
    bool known = isfinite(curve_bound(results, chart, high));
    double names_x = 0;
    fputs("$bound << END\n", out);
    for (int i = 0; i <= STEPS && known; i++) {
        double part = (double)i / STEPS;
        double x =
            log_x ? low * pow(high / low, part) : low + (high - low) * part;
        fprintf(out, "%.10g\t%.10g\n", x, curve_bound(results, chart, x));
        if (i == STEPS / 2)
            names_x = x;
    }
    /* Names of several words do not fit into lines.gp's blocks, so that
     * $bound_names is empty and curves.gp sets the name itself. */
    fprintf(out, "END\nbound_n = %d\n$bound_names << END\nEND\n", known);
    fprintf(out, "bound_x = %.10g\nbound_y = %.10g\n", names_x,
            known ? curve_bound(results, chart, names_x) : 0);
}
