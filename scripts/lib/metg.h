/*
 * metg.h - the smallest task that a strategy is still good for.
 * SPDX-License-Identifier: MIT
 *
 * The minimum effective task granularity METG(50 %) (Slaughter and others,
 * Task Bench, SC20): how long must a task take, so that of the time of all
 * cores at least half is spent on tasks and not on handing them out? A task's
 * length is cores times elapsed time over tasks: with the overhead in it.
 */
#ifndef METG_H
#define METG_H

#include <stddef.h>

#define METG_LEVEL 0.5

struct metg_point {
    double task_s;     /* cores times elapsed seconds over tasks; above 0 */
    double efficiency; /* useful share of the cores' time; not clipped */
};

/*
 * The smallest task length at which the efficiency is `level`, between two
 * points by a straight line over the log of the length. Sorts the points;
 * those with NaN are left out. -INFINITY: already the shortest task reaches
 * the level, so the answer lies below what was measured; INFINITY: none does;
 * both keep their place when a median is taken. NaN: no points.
 */
double metg(struct metg_point *points, size_t count, double level);

#endif
