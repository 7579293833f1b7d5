/*
 * stats_tell.h - what the sentences about charts of lines share.
 * SPDX-License-Identifier: MIT
 *
 * Everything prints to standard output.
 */
#ifndef STATS_TELL_H
#define STATS_TELL_H

#include "stats_curves.h"

/* What all sentences about a chart share. */
struct telling {
    const struct results *results;
    const struct chart *chart;
    const struct curve *curve;
    double x;     /* where lines are compared: the greatest that two have */
    double first; /* the least that two of those there have, or NaN */
    const struct series **lines; /* those that have a point at x, best first */
    size_t n;
};

/* stats_curve_words.c. "1.04", "31.2", "1,250": valid for the next four
 * calls, as are all texts here. */
const char *factor_text(double factor);
void say_factor_interval(const struct interval *factor);
/* The name of a line; between quotes where it has a comma in it. */
const char *called(const struct series *series);
/* What stands before the i-th of n: nothing, a comma, "and". */
const char *before(size_t i, size_t n);
void say_labels(const struct series *const *lines, size_t n);
bool has_ends(const struct interval *interval);
/* 1: surely above; -1: surely below; 0: the interval has it inside, or there
 * is none. */
int side_of(const struct interval *interval, double of);
/* How much better one line is than another at x, within blocks: above 1 when
 * it is. */
struct interval better(const struct telling *t, const struct series *one,
                       const struct series *other, double x);

/* stats_curve_crossing.c: each answers whether there was anything to say. */
bool say_overtaking(const struct telling *t);
bool say_passing(const struct telling *t);
void say_most(const struct telling *t);

/* stats_curve_grain.c: how short the tasks of each strategy may be. */
void say_grains(const struct telling *t);

#endif
