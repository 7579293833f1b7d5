/*
 * stats_lines.c - rows of the experiments that have no chart of their own.
 *
 * Teaches: what was measured is shown, also where nobody has drawn it yet;
 * a point that is left away in silence cannot be told from one that did not
 * please (rule 2 of Hoefler and Belli, SC15).
 * Look at: the column x, which says where a row would stand in a chart.
 * Left out: ratios. An experiment's file says what is divided by what.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stats_curves.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Whether a chart that shows something has an arm among its lines. */
static bool is_drawn(const struct charts *charts, const struct arm *arm)
{
    for (size_t c = 0; c < charts->n; c++)
        if (charts->list[c].measured_n &&
            experiment_draws(&charts->list[c].curve->about, arm))
            return true;
    return false;
}

static bool is_line(const struct charts *charts, const struct arm *arm)
{
    return arm_is(arm, "plan") &&
           (!strcmp(arm->chart, "lines") || !strcmp(arm->chart, "none")) &&
           !is_drawn(charts, arm);
}

static void line_row(const struct arm *arm)
{
    const struct estimate *e = &arm->estimate;
    printf("%s\t%s\t%s\t%ld\t%ld\t%s\t%s\t%zu\t%s", arm->experiment,
           arm->kernel, arm->strategy, arm->workers, arm->cores, arm->series,
           arm->x, e->blocks, seconds_text(e->elapsed.middle));
    if (isfinite(e->elapsed.low) && isfinite(e->elapsed.high))
        printf(" [%s, %s]", seconds_text(e->elapsed.low),
               seconds_text(e->elapsed.high));
    printf("\t%s\n", seconds_text(e->cpu_s));
}

void line_rows(const struct results *results)
{
    printf("experiment\tkernel\tstrategy\tworkers\tcores\tline\tx\tblocks\t"
           "elapsed\tcpu\n");
    struct charts charts = curves_build(results);
    for (size_t i = 0; i < results->arms_n; i++)
        if (is_line(&charts, &results->arms[i]) &&
            results->arms[i].estimate.blocks)
            line_row(&results->arms[i]);
    charts_free(&charts);
}
