/*
 * amdahl.c - the serial share of one block's times.
 * SPDX-License-Identifier: MIT
 */
#include "amdahl.h"

#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdbool.h>

double karp_flatt(double speedup, double n)
{
    if (!(speedup > 0) || !(n > 1))
        return NAN;
    return (1 / speedup - 1 / n) / (1 - 1 / n);
}

double amdahl_speedup(double share, double n)
{
    return n / (1 + share * (n - 1));
}

/* A pair of worker counts, its opinion, and how much it counts. */
struct votes {
    double share[AMDAHL_MOST * AMDAHL_MOST / 2];
    double weight[AMDAHL_MOST * AMDAHL_MOST / 2];
    size_t n;
};

/* The share that two points say. When they fall further apart than even work
 * that is serial throughout allows, it is above all shares. */
static double share_of_pair(double m, double n, double ratio)
{
    double divisor = (n - 1) - ratio * (m - 1);
    return divisor > 0 ? (ratio - 1) / divisor : INFINITY;
}

/*
 * What an error of one percent in a time does to the share, the other way
 * round: the slope of log(1 + s (n - 1)). Pairs far apart on this scale know
 * more. s comes from the two ends, which know most.
 */
static double leverage(double share, double n)
{
    return (n - 1) / (1 + share * (n - 1));
}

/* The value at which half of the weight lies on each side. */
static double weighted_median(struct votes *votes)
{
    double total = 0, below = 0;
    gsl_sort2(votes->share, 1, votes->weight, 1, votes->n);
    for (size_t i = 0; i < votes->n; i++)
        total += votes->weight[i];
    for (size_t i = 0; i + 1 < votes->n; i++) {
        below += votes->weight[i];
        if (below > total / 2)
            return votes->share[i];
        if (below >= total / 2)
            return (votes->share[i] + votes->share[i + 1]) / 2;
    }
    return votes->share[votes->n - 1];
}

double amdahl_share(const double *n, const double *seconds, size_t count)
{
    static _Thread_local struct votes votes;
    double at[AMDAHL_MOST], work[AMDAHL_MOST];
    size_t known = 0;
    for (size_t i = 0; i < count && known < AMDAHL_MOST; i++)
        if (isfinite(seconds[i]) && seconds[i] > 0) {
            at[known] = n[i];
            work[known++] = n[i] * seconds[i];
        }
    if (known < 2)
        return NAN;
    double ends =
        share_of_pair(at[0], at[known - 1], work[known - 1] / work[0]);
    double guess = ends > 0 && isfinite(ends) ? fmin(ends, 1) : 0;
    votes.n = 0;
    for (size_t i = 0; i < known; i++)
        for (size_t j = i + 1; j < known; j++) {
            votes.share[votes.n] =
                share_of_pair(at[i], at[j], work[j] / work[i]);
            votes.weight[votes.n++] =
                leverage(guess, at[j]) - leverage(guess, at[i]);
        }
    return weighted_median(&votes);
}
