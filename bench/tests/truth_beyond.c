/*
 * truth_beyond.c - where the promise ends: delays that add, harsher drift.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: an interval covers what the model of its noise covers. Noise that
 * multiplies cancels in a ratio. A delay that is added to each run, such as a
 * late wake-up, does not: it hits short runs harder, looks like serial work,
 * and is no accident of one session, so no statistic can tell it from serial
 * work. What helps is to make runs long.
 * Look at: the first table, down a column. Nothing here is tested: these
 * are limits, not promises.
 */
#include "truth.h"

#include <stdio.h>

static const double shares[] = {0, 0.01, 0.05, 0.2, 0.5};
static const double delays_s[] = {0, 0.001, 0.002, 0.005, 0.01, 0.02};

enum {
    SHARES = sizeof shares / sizeof *shares,
    DELAYS = sizeof delays_s / sizeof *delays_s,
    FIRST_STREAM = 1000, /* of random numbers: other ones than elsewhere */
    FIRST_HARSH_STREAM = 2000,
};

static void row_end(const struct asked *asked, const struct cell *cell)
{
    double n = (double)asked->sessions;
    for (size_t q = 0; q < QUANTITIES; q++)
        printf(" %6.2f", 100 * (double)cell->held[LENGTHS - 1][q] / n);
    printf(" %6.2f\n", 100 * (double)cell->false_alarms[LENGTHS - 1] / n);
}

static void head_end(void)
{
    for (size_t q = 0; q < QUANTITIES; q++)
        printf(" %6s", quantity_names[q]);
    puts("  A/A");
}

/* ----------------------------------------------------------------- delay */

static void delay_job(const struct asked *asked, size_t i, void *result)
{
    struct world world = {.share = shares[i % SHARES],
                          .delay_s = delays_s[i / SHARES]};
    cell_run(result, &world, asked, FIRST_STREAM + i);
}

void truth_delay(const struct asked *asked)
{
    enum { N = DELAYS * SHARES };
    struct cell *cells = jobs_run(asked, N, sizeof *cells, delay_job);
    printf("\nA delay added to each run, exponential; one worker takes 0.4 s. "
           "Clean noise,\n%d blocks, %zu sessions: coverage and false alarms "
           "in percent\n  mean ms  share",
           BLOCKS, asked->sessions);
    head_end();
    for (size_t i = 0; i < N; i++) {
        printf("  %7g  %5g", 1e3 * delays_s[i / SHARES], shares[i % SHARES]);
        row_end(asked, &cells[i]);
    }
    jobs_free(cells, N, sizeof *cells);
}

/* ----------------------------------------------------------------- harsh */

/* Drift beyond what was seen. The same for all: share 0.05, clean noise. */
static const struct world harsh[] = {
    {.drift = DRIFT_LINEAR, .drift_times = 2},
    {.drift = DRIFT_LINEAR, .drift_times = 4},
    {.drift = DRIFT_LINEAR, .drift_times = 8},
    {.drift = DRIFT_STEP, .drift_times = 4},
    {.drift = DRIFT_AR1, .drift_times = 1, .relaxation = 16},
    {.drift = DRIFT_AR1, .drift_times = 1, .relaxation = 1},
    {.drift = DRIFT_AR1, .drift_times = 1, .relaxation = 0.25},
    {.drift = DRIFT_AR1, .drift_times = 1, .relaxation = 0.05},
    {.drift = DRIFT_AR1, .drift_times = 3, .relaxation = 1},
    {.drift = DRIFT_AR1, .drift_times = 3, .relaxation = 4},
    {.drift = DRIFT_LINEAR, .drift_times = 1, .arms = WATCHED},
    {.drift = DRIFT_LINEAR, .drift_times = 4, .arms = WATCHED},
    {.drift = DRIFT_AR1, .drift_times = 1, .relaxation = 4, .arms = WATCHED},
    {.drift = DRIFT_AR1, .drift_times = 1, .relaxation = 1, .arms = WATCHED},
};

enum { HARSH = sizeof harsh / sizeof *harsh };

static void harsh_job(const struct asked *asked, size_t i, void *result)
{
    struct world world = harsh[i];
    world.share = 0.05;
    cell_run(result, &world, asked, FIRST_HARSH_STREAM + i);
}

void truth_harsh(const struct asked *asked)
{
    struct cell *cells = jobs_run(asked, HARSH, sizeof *cells, harsh_job);
    printf("\nHarsher drift (times: the usual height) and smaller plans. Clean "
           "noise, share\n0.05, %d blocks, %zu sessions: coverage and false "
           "alarms in percent\n  drift  times  blocks to forget  arms",
           BLOCKS, asked->sessions);
    head_end();
    for (size_t i = 0; i < HARSH; i++) {
        char forgets[32] = "-";
        if (harsh[i].relaxation > 0)
            snprintf(forgets, sizeof forgets, "%g", harsh[i].relaxation);
        printf("  %-6s %5g  %16s  %4zu", drift_names[harsh[i].drift],
               harsh[i].drift_times, forgets,
               harsh[i].arms > 0 ? harsh[i].arms : ARMS);
        row_end(asked, &cells[i]);
    }
    jobs_free(cells, HARSH, sizeof *cells);
}
