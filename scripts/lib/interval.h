/*
 * interval.h - a median, and where the true one lies.
 * SPDX-License-Identifier: MIT
 *
 * The interval is made of order statistics that the sign test does not
 * reject: if k is the greatest number with P(Binomial(n, 1/2) < k) <= 0.025,
 * the k-th smallest and the k-th greatest value enclose the true median in
 * at least 95 of 100 repetitions, whatever the distribution. Below six
 * values there is no such k and no interval.
 */
#ifndef INTERVAL_H
#define INTERVAL_H

#include <stddef.h>

/* low and high are NaN when there are too few values, middle when there is
 * none. */
struct interval {
    size_t n;
    double middle, low, high;
};

/* Of n values. Sorts them; NaN counts as not measured, infinities stand
 * where they belong: at the ends. */
struct interval interval_of(double *values, size_t n);

/* From logs of ratios to ratios. */
struct interval interval_exp(struct interval logs);

#endif
