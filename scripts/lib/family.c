/*
 * family.c - many comparisons at once, and none found by chance alone.
 * SPDX-License-Identifier: MIT
 */
#include "family.h"

#include "../../bench/lib/die.h"

#include <errno.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdlib.h>

double sign_test(const double *differences, size_t n)
{
    unsigned above = 0, below = 0;
    for (size_t i = 0; i < n; i++) {
        above += differences[i] > 0;
        below += differences[i] < 0;
    }
    if (above + below == 0)
        return 1;
    unsigned fewer = above < below ? above : below;
    return fmin(1, 2 * gsl_cdf_binomial_P(fewer, 0.5, above + below));
}

/* The places of the p values that are known, smallest value first. NaN has no
 * place in an order, so it must not get into the sorting. */
static size_t order_of(const double *p, size_t n, size_t *places)
{
    double *known = calloc(n + 1, sizeof *known);
    size_t *ranks = calloc(n + 1, sizeof *ranks),
           *at = calloc(n + 1, sizeof *at);
    if (!known || !ranks || !at)
        die(ENOMEM, "memory");
    size_t m = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(p[i])) {
            at[m] = i;
            known[m++] = p[i];
        }
    gsl_sort_index(ranks, known, 1, m);
    for (size_t i = 0; i < m; i++)
        places[i] = at[ranks[i]];
    free(at);
    free(ranks);
    free(known);
    return m;
}

void holm(const double *p, double *corrected, size_t n)
{
    size_t *places = calloc(n + 1, sizeof *places);
    if (!places)
        die(ENOMEM, "memory");
    size_t m = order_of(p, n, places);
    double highest = 0; /* none gets below one that came before it */
    for (size_t i = 0; i < n; i++)
        corrected[i] = NAN;
    for (size_t i = 0; i < m; i++) {
        highest = fmax(highest, p[places[i]] * (double)(m - i));
        corrected[places[i]] = fmin(1, highest);
    }
    free(places);
}

size_t sign_test_blocks(size_t comparisons)
{
    size_t blocks = 1;
    while (ldexp((double)comparisons, 1 - (int)blocks) > FAMILY_LEVEL)
        blocks++;
    return blocks;
}
