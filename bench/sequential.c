/*
 * sequential.c - one item after the other, in one thread.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: nothing by itself; it is what every speedup is measured against,
 * and the only place where the right digest needs no argument.
 * Look for: the line at 1 in every chart.
 * Left out: everything the other files in this folder add.
 */
#include "strategy.h"

static void sequential_run(const struct run *run)
{
    worker_enter(run, 0);
    for (uint64_t i = 0; i < run->items; i++)
        run_item(run, i);
    worker_leave();
}

const struct strategy strategy = {
    .summary = "one item after the other",
    .one_worker = true,
    .run = sequential_run,
};
