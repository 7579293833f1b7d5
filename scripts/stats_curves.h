/*
 * stats_curves.h - experiments as a session tells them, and the charts of
 * those whose file says `chart: lines` or `chart: granularity`.
 * SPDX-License-Identifier: MIT
 *
 * The flow: session.json lists experiments (stats_experiments.c); each one is
 * made into charts (stats_curves.c, stats_curve_grain.c), with a bound in
 * grey (stats_curve_bound.c), that are written for gnuplot
 * (stats_curve_plot.c), in sentences (stats_curve_words.c) and in rows
 * (stats_curve_rows.c). Quantities and their units: stats_units.c.
 *
 * All of it reads the results and changes nothing in them. Whoever gets a
 * list frees it; texts belong to the results unless it says otherwise.
 */
#ifndef STATS_CURVES_H
#define STATS_CURVES_H

#include "stats.h"

/* ----------------------------------------------------------- experiments */

/* One of session.json's `experiments`. scripts/sweep_experiment.h says what
 * the keys mean; a text that is not told is "". */
struct experiment {
    const char *name, *part, *title, *question, *chart, *uses, *kernels;
    const char *x, *y, *y_name, *right, *right_name, *bound, *bound_name;
    bool each_kernel, xlog, ylog;
    double order;      /* of its part */
    double own_order;  /* within the part */
    const json_t *all; /* the object itself; NULL in old sessions */
};

struct experiments {
    struct experiment *list; /* in the order of the report */
    size_t n;
};

/* stats_experiments.c. A session of before experiments were told has those
 * that its plan shows. */
struct experiments experiments_of(const struct results *results);
void experiments_free(struct experiments *experiments);
/* Whether an experiment draws an arm: its own, or that of the one it uses. */
bool experiment_draws(const struct experiment *experiment,
                      const struct arm *arm);
/* `stats rows RUN experiments` */
void experiment_rows(const struct results *results);

/* ----------------------------------------------------------------- units */

enum unit {
    UNIT_PLAIN,
    UNIT_SECONDS,
    UNIT_BYTES,
    UNIT_RATE,      /* a second */
    UNIT_BYTE_RATE, /* bytes a second */
    UNIT_TIMES,     /* 1.92x */
    UNIT_SHARE,     /* shown as per cent */
};

/* stats_units.c. Texts are valid for the next eight calls. */
enum unit unit_of_quantity(const char *name);
/* Of an axis that is named in words: "bytes in a task". */
enum unit unit_of_axis(const char *words);
/* Whether more of it is better, as of a rate, or less, as of a time. */
bool quantity_is_gain(const char *name);
/* Whether its median is taken over logs: twice and half are equally far. */
bool quantity_is_ratio(const char *name);
/* "elapsed time": what a quantity is called when nobody says; and in one word
 * of at most nine letters, as the head of a column. */
const char *quantity_words(const char *name);
const char *quantity_head(const char *name);
/* Three digits and a unit, short as in a chart: "12.3k", "1.5 ms", "97 %". */
const char *unit_text(enum unit unit, double value);
/* The same for a sentence: "12,300 a second". */
const char *unit_words(enum unit unit, double value);
/* "at 8 workers", "at 16 MB in a task": without the "at". */
const char *axis_words(const char *axis, double x);
/* name = 'tics' for gnuplot, about as many as the axis has room for. */
void unit_tics(FILE *out, const char *name, enum unit unit, double low,
               double high, bool log, unsigned most);

/* ---------------------------------------------------------------- curves */

/* What a chart of kind CHART_CURVES is made from. */
struct curve {
    struct experiment about;
    const char *y, *right; /* quantities; never "" */
    enum unit x_unit, y_unit, right_unit;
    enum unit words_unit; /* of y, after a name that says "a second" itself */
    char y_name[96], right_name[96];
    bool gain;  /* more is better */
    bool grain; /* efficiency against task size, with METG(50 %) */
    bool right_log;
};

/* stats_curves.c: all charts of all experiments that draw lines; charts_free
 * frees them. */
struct charts curves_build(const struct results *results);
/* Why an experiment cannot be drawn; "" when it can. Valid until the next
 * call. */
const char *curve_fault(const struct experiment *experiment);
/* What is drawn of an arm, in one block; NaN where it has none. */
double curve_value(const struct results *results, const struct chart *chart,
                   const struct arm *arm, size_t block);
/* The same of the quantity in the panel of dots. */
double curve_right_value(const struct results *results,
                         const struct chart *chart, const struct arm *arm,
                         size_t block);
/* Over blocks. */
struct interval curve_interval(const struct results *results,
                               const struct chart *chart,
                               const struct arm *arm);
/* upper / lower of what is drawn, within blocks; infinite over 0. */
struct interval curve_ratio(const struct results *results,
                            const struct chart *chart, const struct arm *upper,
                            const struct arm *lower);
/* The point of a line at x, or NULL. */
const struct point *curve_at(const struct series *series, double x);
/* Why a line of the chart has no point. Valid until the next call. */
const char *curve_missing(const struct chart *chart,
                          const struct series *series);

/* stats_curve_bound.c: the grey line of a chart at x; NaN without one. */
double curve_bound(const struct results *results, const struct chart *chart,
                   double x);
/* What it is called; "" without one. */
const char *curve_bound_name(const struct chart *chart);
/* The same, where it has to be short. */
const char *curve_bound_label(const struct chart *chart);
struct frame;
void curve_bound_write(FILE *out, const struct results *results,
                       const struct chart *chart, const struct frame *frame);

/* stats_curve_plot.c: called by stats_plot.c and stats_titles.c. */
struct frame curve_frame(const struct results *results,
                         const struct chart *chart);
void curve_tics(FILE *out, const struct chart *chart,
                const struct frame *frame);
void curve_row_texts(const struct chart *chart, const struct series *series,
                     char *first, char *second, size_t bytes);
void curve_titles(FILE *out, const struct results *results,
                  const struct chart *chart);

/* stats_curve_words.c, stats_curve_rows.c */
void curve_words(const struct results *results, const struct chart *chart);
void curve_rows(const struct results *results, const struct chart *chart);

/* stats_grain.c: how efficient an arm of chart `granularity` is in a block,
 * against `sequential` with the longest tasks. */
double grain_efficiency(const struct results *results, const struct arm *arm,
                        size_t block);
/* The bytes of a task; NaN where nothing was measured. */
double grain_size(const struct results *results, const struct arm *arm);
/* METG(50 %) of the arm's line in a block: see lib/metg.h. */
double grain_metg(const struct results *results, const struct arm *arm,
                  size_t block);

#endif
