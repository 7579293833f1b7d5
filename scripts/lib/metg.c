/*
 * metg.c - the smallest task that a strategy is still good for.
 * SPDX-License-Identifier: MIT
 */
#include "metg.h"

#include <math.h>
#include <stdlib.h>

static int by_length(const void *a, const void *b)
{
    const struct metg_point *p = a, *q = b;
    return (p->task_s > q->task_s) - (p->task_s < q->task_s);
}

/* Where the line from one point to the next reaches the level. */
static double crossing(const struct metg_point *below,
                       const struct metg_point *above, double level)
{
    double part =
        (level - below->efficiency) / (above->efficiency - below->efficiency);
    return exp(log(below->task_s) +
               part * (log(above->task_s) - log(below->task_s)));
}

double metg(struct metg_point *points, size_t count, double level)
{
    size_t known = 0;
    for (size_t i = 0; i < count; i++)
        if (points[i].task_s > 0 && isfinite(points[i].task_s) &&
            !isnan(points[i].efficiency))
            points[known++] = points[i];
    if (!known)
        return NAN;
    qsort(points, known, sizeof *points, by_length);
    for (size_t i = 0; i < known; i++)
        if (points[i].efficiency >= level)
            return i ? crossing(&points[i - 1], &points[i], level) : -INFINITY;
    return INFINITY;
}
