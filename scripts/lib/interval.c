/*
 * interval.c - a median, and where the true one lies.
 * SPDX-License-Identifier: MIT
 */
#include "interval.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>

/* Which order statistic bounds the 95 % interval of the median; 0: none. */
static size_t sign_rank(size_t n)
{
    size_t k = 0;
    while (k < n / 2 &&
           gsl_cdf_binomial_P((unsigned)k, 0.5, (unsigned)n) <= 0.025)
        k++;
    return k;
}

struct interval interval_of(double *values, size_t n)
{
    size_t known = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(values[i]))
            values[known++] = values[i];
    struct interval interval = {.n = known, NAN, NAN, NAN};
    if (!known)
        return interval;
    gsl_sort(values, 1, known);
    interval.middle = gsl_stats_median_from_sorted_data(values, 1, known);
    size_t k = sign_rank(known);
    if (k) {
        interval.low = values[k - 1];
        interval.high = values[known - k];
    }
    return interval;
}

struct interval interval_exp(struct interval logs)
{
    return (struct interval){.n = logs.n,
                             .middle = exp(logs.middle),
                             .low = exp(logs.low),
                             .high = exp(logs.high)};
}
