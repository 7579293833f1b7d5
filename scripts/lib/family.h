/*
 * family.h - many comparisons at once, and none found by chance alone.
 * SPDX-License-Identifier: MIT
 *
 * Whoever compares 13 strategies with the best, each at a level of 5 %, finds
 * a difference where there is none in about every other run. Holm's step-down
 * (S. Holm, Scandinavian Journal of Statistics 6, 1979) keeps the probability
 * of even one such error among all comparisons at the level, whatever they
 * have to do with each other: the smallest of m p values is held against
 * level / m, the next one against level / (m - 1), and so on up to the first
 * that fails.
 *
 * Left out: that the best was chosen by the same data. Among 12 identical
 * strategies and 20 blocks this makes about 7 of 100 runs err instead of 5.
 *
 * All functions are thread-safe and touch nothing but their arguments.
 */
#ifndef FAMILY_H
#define FAMILY_H

#include <stddef.h>

#define FAMILY_LEVEL 0.05

/* The exact two-sided sign test (Arbuthnott 1710): how probable it is that
 * at least so many of n differences have the same sign when either sign is as
 * likely. Differences of 0 and NaN say nothing and are left out; 1 when none
 * remains. */
double sign_test(const double *differences, size_t n);

/* Fills corrected[0..n-1]: each p value as Holm's step-down raises it, so that
 * it may be held against the level itself. NaN is no comparison: it stays, and
 * does not count. Dies when there is no memory. */
void holm(const double *p, double *corrected, size_t n);

/* The least number of blocks with which a sign test can show any of so many
 * comparisons at FAMILY_LEVEL, all of its differences being on one side. */
size_t sign_test_blocks(size_t comparisons);

#endif
