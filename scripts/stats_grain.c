/*
 * stats_grain.c - how short may the tasks of each strategy be?
 *
 * Teaches: handing out a task costs something, from nanoseconds (a loop) to
 * tens of microseconds (a pipe to another process). Tasks shorter than that
 * are drowned by it. METG(50 %) is the task length at which half of the
 * cores' time is still useful: one number that says for which work a strategy
 * is made.
 *
 * The arms of chart `granularity` run one kernel with tasks of many sizes, on
 * as many cores as there are. Useful is what `sequential` would need for the
 * same bytes at the greatest size, where the cost of handing out is nothing.
 *
 * Look at: strategies with the same speedup on long tasks; here they differ
 * by orders of magnitude.
 * Left out: the chart, which stats_curves.c draws of the same numbers.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stats_curves.h"
#include "stats_fits.h"

#include "lib/metg.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is_grain(const struct arm *arm)
{
    return arm_is(arm, "plan") && !strcmp(arm->chart, "granularity");
}

static bool same_line(const struct arm *a, const struct arm *b)
{
    return !strcmp(a->kernel, b->kernel) && !strcmp(a->strategy, b->strategy);
}

/* In the kernel's own unit. */
double grain_size(const struct results *results, const struct arm *arm)
{
    for (size_t b = 0; b < results->blocks_n; b++)
        if (arm->runs[b])
            return arm->runs[b]->increments / arm->runs[b]->work;
    return NAN;
}

/* What useful work is measured by: `sequential` with the longest tasks. */
static const struct arm *base_of(const struct results *results,
                                 const struct arm *grain)
{
    const struct arm *base = NULL;
    for (size_t i = 0; i < results->arms_n; i++) {
        const struct arm *arm = &results->arms[i];
        if (is_grain(arm) && arm->sequential == arm &&
            !strcmp(arm->kernel, grain->kernel) &&
            (!base || grain_size(results, arm) > grain_size(results, base)))
            base = arm;
    }
    return base;
}

/* Units of work per second in a block, or NaN. */
static double rate_of(const struct arm *arm, size_t block)
{
    const struct sample *run = arm->runs[block];
    return run && run->inside_s > 0 ? run->increments / run->inside_s : NAN;
}

/* The arm's point in a block: its cores' time for one task, and how much of
 * that the base would have needed. */
static struct metg_point point_of(const struct arm *arm, const struct arm *base,
                                  size_t block)
{
    double cores = arm->estimate.ceiling, rate = rate_of(arm, block);
    if (isnan(rate))
        return (struct metg_point){NAN, NAN};
    const struct sample *run = arm->runs[block];
    return (struct metg_point){cores * run->inside_s / run->work,
                               rate / (rate_of(base, block) * cores)};
}

/* The line's points of one block; answers how many. */
static size_t block_points(const struct results *results,
                           const struct arm *first, const struct arm *base,
                           size_t block, struct metg_point *points)
{
    size_t n = 0;
    for (size_t i = 0; i < results->arms_n; i++)
        if (is_grain(&results->arms[i]) && same_line(&results->arms[i], first))
            points[n++] = point_of(&results->arms[i], base, block);
    return n;
}

double grain_efficiency(const struct results *results, const struct arm *arm,
                        size_t block)
{
    const struct arm *base = base_of(results, arm);
    return base ? point_of(arm, base, block).efficiency : NAN;
}

double grain_metg(const struct results *results, const struct arm *arm,
                  size_t block)
{
    const struct arm *base = base_of(results, arm);
    struct metg_point *points = allocate(results->arms_n, sizeof *points);
    size_t n = base ? block_points(results, arm, base, block, points) : 0;
    double found = metg(points, n, METG_LEVEL);
    free(points);
    return found;
}

static void note_limits(struct law *law, double shortest, double longest)
{
    double middle = law->metg.middle;
    if (!law->metg.n)
        snprintf(law->note, sizeof law->note,
                 "not identifiable: nothing measured");
    else if (isinf(middle) && middle < 0)
        snprintf(law->note, sizeof law->note,
                 "below what was measured: half efficient with tasks of %s, "
                 "the shortest",
                 seconds_text(shortest));
    else if (isinf(middle))
        snprintf(law->note, sizeof law->note,
                 "not reached: less than half efficient with tasks of %s, the "
                 "longest",
                 seconds_text(longest));
}

static void add_grain(const struct results *results, struct laws *laws,
                      const struct arm *first)
{
    const struct arm *base = base_of(results, first);
    struct law *law = laws_extend(laws, first, "metg50");
    struct metg_point *points = allocate(results->arms_n, sizeof *points);
    double *values = allocate(results->blocks_n, sizeof *values);
    double shortest = INFINITY, longest = 0;
    for (size_t b = 0; b < results->blocks_n; b++) {
        law->points = base ? block_points(results, first, base, b, points) : 0;
        for (size_t p = 0; p < law->points; p++) {
            shortest = fmin(shortest, points[p].task_s);
            longest = fmax(longest, points[p].task_s);
        }
        values[b] = metg(points, law->points, METG_LEVEL);
    }
    law->metg = interval_of(values, results->blocks_n);
    note_limits(law, shortest, longest);
    free(values);
    free(points);
}

void laws_of_grains(const struct results *results, struct laws *laws)
{
    for (size_t i = 0; i < results->arms_n; i++) {
        const struct arm *arm = &results->arms[i];
        bool first = is_grain(arm);
        for (size_t j = 0; j < i && first; j++)
            first = !is_grain(&results->arms[j]) ||
                    !same_line(&results->arms[j], arm);
        if (first)
            add_grain(results, laws, arm);
    }
}
