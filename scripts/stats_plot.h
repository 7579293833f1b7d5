/*
 * stats_plot.h - what the writers of charts for gnuplot share.
 * SPDX-License-Identifier: MIT
 */
#ifndef STATS_PLOT_H
#define STATS_PLOT_H

#include "stats.h"

/* What the axes span. */
struct frame {
    double x_low, x_high, x_most; /* x_most: the greatest x of a point */
    double y_low, y_high;
    double right_low, right_high; /* of the panel beside the rows */
    double dots_left;             /* where it begins, 0..1 of the chart */
    bool y_log, x_log;
};

/* stats_plot.c: the panel of dots leaves room for the longest name. */
double plot_dots_left(const struct chart *chart);
/* Makes room for a value that is finite. */
void plot_widen(double *low, double *high, double value);

/* stats_titles.c: name = 'text'. */
void put_constant(FILE *out, const char *name, const char *text);

#endif
