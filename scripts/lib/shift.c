/*
 * shift.c - how far apart two independent samples lie.
 * SPDX-License-Identifier: MIT
 */
#include "shift.h"

#include "../../bench/lib/die.h"

#include <errno.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

enum { EXACT_SIDE = 20, EXACT_PAIRS = 2500 };

static double *numbers(size_t n)
{
    double *memory = calloc(n + 1, sizeof *memory);
    if (!memory)
        die(ENOMEM, "memory");
    return memory;
}

/* ----------------------------------------------------- the distribution */

/*
 * P(U <= u) for u = 0..mn. The greatest of all values is either one of a,
 * below which all n of b lie, or one of b, which adds no pair. So the orders
 * in which u pairs are on the wrong side number
 *
 *     f(u; m, n) = f(u - n; m - 1, n) + f(u; m, n - 1).
 *
 * Row i of the table holds f(.; i, j) while j grows from 0 to n.
 */
static double *count_out(size_t m, size_t n)
{
    size_t width = m * n + 1;
    double *table = numbers((m + 1) * width), *row = table + m * width;
    for (size_t i = 0; i <= m; i++)
        table[i * width] = 1;
    for (size_t j = 1; j <= n; j++)
        for (size_t i = 1; i <= m; i++)
            for (size_t u = j; u <= i * j; u++)
                table[i * width + u] += table[(i - 1) * width + u - j];
    double *below = numbers(width), sum = 0;
    for (size_t u = 0; u < width; u++)
        below[u] = sum += row[u];
    for (size_t u = 0; u < width; u++)
        below[u] /= sum;
    free(table);
    return below;
}

/* Arms of one run have mostly as many values, so the last table is kept. */
static double exactly(size_t m, size_t n, size_t u)
{
    static _Thread_local struct {
        size_t m, n;
        double *below;
    } kept;
    if (!kept.below || kept.m != m || kept.n != n) {
        free(kept.below);
        kept.below = count_out(m, n);
        kept.m = m;
        kept.n = n;
    }
    return kept.below[u];
}

double mann_whitney(size_t m, size_t n, size_t u)
{
    if (u >= m * n)
        return 1;
    if (m < EXACT_SIDE || n < EXACT_SIDE || m * n <= EXACT_PAIRS)
        return exactly(m, n, u);
    double pairs = (double)(m * n), all = (double)(m + n);
    return gsl_cdf_ugaussian_P(((double)u + 0.5 - pairs / 2) /
                               sqrt(pairs * (all + 1) / 12));
}

/* ------------------------------------------------------------- the shift */

/* Which of the sorted differences bounds the interval; 0: none. */
static size_t rank_of(size_t m, size_t n, double level)
{
    size_t k = 0;
    while (k < m * n / 2 && mann_whitney(m, n, k) <= level / 2)
        k++;
    return k;
}

struct interval shift_of(const double *a, size_t m, const double *b, size_t n,
                         double level)
{
    struct interval shift = {m < n ? m : n, NAN, NAN, NAN};
    if (!shift.n)
        return shift;
    double *differences = numbers(m * n);
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++)
            differences[i * n + j] = b[j] - a[i];
    gsl_sort(differences, 1, m * n);
    shift.middle = gsl_stats_median_from_sorted_data(differences, 1, m * n);
    size_t k = rank_of(m, n, level);
    if (k) {
        shift.low = differences[k - 1];
        shift.high = differences[m * n - k];
    }
    free(differences);
    return shift;
}

double shift_above(const double *a, size_t m, const double *b, size_t n,
                   double by)
{
    size_t u = 0;
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++)
            u += b[j] - a[i] <= by;
    return mann_whitney(m, n, u);
}

double shift_below(const double *a, size_t m, const double *b, size_t n,
                   double by)
{
    return shift_above(b, n, a, m, -by);
}

/* With n values on each side one of C(2n, n) orders is the clearest. */
size_t shift_least(size_t comparisons, double level)
{
    double orders = 1;
    size_t n = 0;
    do {
        n++;
        orders *= (double)(2 * (2 * n - 1)) / (double)n;
    } while (2 * (double)comparisons > level * orders);
    return n;
}
