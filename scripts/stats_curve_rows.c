/*
 * stats_curve_rows.c - the numbers of a chart of lines, a row for each point.
 *
 * Teaches: a picture shows which is more; whoever wants to know how much more
 * needs the number, its interval and how often it was measured.
 * Look at: the elapsed time in every row: a ratio without the times that it
 * comes from cannot be checked.
 * Left out: single blocks; they are in samples.jsonl.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stats_curves.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

static void tab_text(const char *text)
{
    for (; *text; text++)
        putchar(iscntrl((unsigned char)*text) ? ' ' : *text);
}

/* An end beyond what was measured is left open. */
static const char *end_text(enum unit unit, double end)
{
    return isinf(end) ? "..." : unit_text(unit, end);
}

static void tab_interval(enum unit unit, const struct interval *interval)
{
    putchar('\t');
    if (isnan(interval->middle))
        return;
    if (isinf(interval->middle))
        printf("%s", interval->middle < 0 ? "shorter than measured"
                                          : "longer than measured");
    else
        printf("%s", unit_text(unit, interval->middle));
    if (!isnan(interval->low) && !isnan(interval->high) &&
        isfinite(interval->middle))
        printf(" [%s, %s]", end_text(unit, interval->low),
               end_text(unit, interval->high));
}

/* The elapsed time has a column of its own, unless the axis is called so. */
static bool shows_elapsed(const struct curve *curve)
{
    return !strcmp(curve->y, "elapsed_s") && strstr(curve->y_name, "elapsed");
}

static void point_row(const struct chart *chart, const struct series *series,
                      size_t p)
{
    const struct curve *curve = chart->curve;
    const struct point *q = &series->points[p];
    const struct estimate *e = &q->arm->estimate;
    struct interval y = {e->blocks, q->y, q->low, q->high};
    const struct interval none = {0, NAN, NAN, NAN};
    bool differs = strcmp(curve->right, curve->y) != 0;
    tab_text(series->label);
    printf("\t%s\t", unit_words(curve->x_unit, q->x));
    tab_text(q->arm->kernel);
    putchar('\t');
    tab_text(q->arm->strategy);
    printf("\t%ld\t%ld\t%zu", q->arm->workers, q->arm->cores, e->blocks);
    tab_interval(curve->y_unit, &y);
    if (differs)
        tab_interval(curve->right_unit,
                     p + 1 == series->points_n ? &series->right : &none);
    if (!shows_elapsed(curve))
        tab_interval(UNIT_SECONDS, &e->elapsed);
    tab_interval(UNIT_SECONDS, &e->whole);
    printf("\t%s\n", seconds_text(e->cpu_s));
}

void curve_rows(const struct results *results, const struct chart *chart)
{
    const struct curve *curve = chart->curve;
    (void)results;
    printf("line\t");
    tab_text(curve->about.x);
    printf("\tkernel\tstrategy\tworkers\tcores\tblocks\t");
    tab_text(curve->y_name);
    if (strcmp(curve->right, curve->y) != 0)
        printf("\t%s", curve->right_name);
    if (!shows_elapsed(curve))
        printf("\telapsed");
    printf("\twhole process\tprocessor time\n");
    for (size_t s = 0; s < chart->measured_n; s++)
        for (size_t p = 0; p < chart->series[s].points_n; p++)
            point_row(chart, &chart->series[s], p);
}
