/*
 * shift.h - how far apart two independent samples lie.
 * SPDX-License-Identifier: MIT
 *
 * The shift from a to b is the median of all differences b - a (J. L. Hodges
 * and E. L. Lehmann, Annals of Mathematical Statistics 34, 1963). Its interval
 * is made of the differences that the rank test of Mann and Whitney (Annals of
 * Mathematical Statistics 18, 1947) does not reject: with u the number of
 * pairs where b is not above a, and k the greatest number with
 * P(U < k) <= level / 2, the k-th smallest and the k-th greatest difference
 * enclose the true shift in at least 1 - level of all repetitions, when both
 * samples have the same shape. Of logs of times a shift is the log of a ratio.
 *
 * The distribution of U is counted out exactly by their recursion while either
 * sample has fewer than 20 values, or both not many more; for larger ones it
 * is the normal distribution with a correction for continuity. Equal values
 * make intervals wider and p values greater, never the reverse.
 *
 * All values must be finite. Functions are thread-safe; they die when there
 * is no memory.
 */
#ifndef SHIFT_H
#define SHIFT_H

#include "interval.h"

/* The probability that at most u of the m n pairs are on the wrong side where
 * there is no shift. */
double mann_whitney(size_t m, size_t n, size_t u);

/* The shift from m values a to n values b with its interval; low and high are
 * NaN when there are too few values for the level, middle when there are
 * none. `n` of the answer is the lesser of m and n. */
struct interval shift_of(const double *a, size_t m, const double *b, size_t n,
                         double level);

/* One-sided p values: how probable it is that b lies so far above a when the
 * true shift is at most `by`; and so far below when it is at least `by`. 1
 * when there are no values. */
double shift_above(const double *a, size_t m, const double *b, size_t n,
                   double by);
double shift_below(const double *a, size_t m, const double *b, size_t n,
                   double by);

/* The least number of values on either side with which a two-sided test can
 * show any of so many shifts at the level, corrected by Holm (family.h). */
size_t shift_least(size_t comparisons, double level);

#endif
