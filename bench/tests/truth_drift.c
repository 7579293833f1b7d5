/*
 * truth_drift.c - how far off a speedup is when the machine drifts.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: why a sweep runs blocks. The same number of runs of the same arms
 * is made in two orders: in blocks, with a ratio taken in each and the median
 * over them; and all runs of an arm in a row, as one hyperfine call per arm
 * makes them, with the ratio of two means or of two medians. Drift then
 * stands between the arms, and more runs do not help.
 * Look at: the columns "times".
 *
 * Three figures of the error of log S(N): its root mean square; its median;
 * and the median of a session's worst point. A step disturbs a ratio only
 * when it falls between the two arms, which is so for a third of the points:
 * the median of all points sees nothing of it. A curve of several points is
 * disturbed more often than not, which the worst point shows.
 * Left out: no drift. Then both ways are right.
 */
#include "truth.h"

#include "../../scripts/lib/amdahl.h"
#include "../lib/die.h"

#include <errno.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum way { WAY_BLOCKS, WAY_MEANS, WAY_MEDIANS, WAYS };
enum figure { FIGURE_RMS, FIGURE_MEDIAN, FIGURE_WORST, FIGURES };
enum { TRIED = (DRIFTS - 1) * NOISES, POINTS = COUNTS - 1 };

static const char *const figure_names[FIGURES] = {"root mean square", "median",
                                                  "median of worst points"};

static const double SHARE = 0.05;

/* How many times smaller the error by blocks has to be. 0: not asked. */
static const double wanted[DRIFTS][FIGURES] = {
    [DRIFT_LINEAR] = {10, 10, 10},
    [DRIFT_STEP] = {10, 0, 10},
    [DRIFT_AR1] = {5, 5, 5},
};

struct tried {
    double error[WAYS][FIGURES];
};

static struct world tried_world(size_t i)
{
    return (struct world){.share = SHARE,
                          .noise = i % NOISES,
                          .drift = 1 + i / NOISES,
                          .drift_times = 1};
}

/* ------------------------------------------------------- three estimates */

static double arm_mean(const struct session *session, size_t arm)
{
    return gsl_stats_mean(&session->seconds[0][arm], ARMS, BLOCKS);
}

static double arm_median(const struct session *session, size_t arm)
{
    double values[BLOCKS];
    for (size_t b = 0; b < BLOCKS; b++)
        values[b] = session->seconds[b][arm];
    gsl_sort(values, 1, BLOCKS);
    return gsl_stats_median_from_sorted_data(values, 1, BLOCKS);
}

static double log_speedup(const struct session *session, size_t arm,
                          enum way way)
{
    switch (way) {
    case WAY_MEANS:
        return log(arm_mean(session, ARM_ONE) / arm_mean(session, arm));
    case WAY_MEDIANS:
        return log(arm_median(session, ARM_ONE) / arm_median(session, arm));
    default:
        return session_log_ratio(session, ARM_ONE, arm, BLOCKS).middle;
    }
}

/* --------------------------------------------------------------- errors */

static double median_of(double *values, size_t n)
{
    gsl_sort(values, 1, n);
    return gsl_stats_median_from_sorted_data(values, 1, n);
}

/* The errors of one way: of all points, and the worst of each session. */
struct errors {
    double *points, *worst;
};

static void errors_add(struct errors *errors, size_t s, enum way way,
                       const struct session *session)
{
    errors->worst[s] = 0;
    for (size_t arm = 1; arm < COUNTS; arm++) {
        double truth = log(amdahl_speedup(SHARE, workers_of[arm]));
        double error = fabs(log_speedup(session, arm, way) - truth);
        errors->points[POINTS * s + arm - 1] = error;
        errors->worst[s] = fmax(errors->worst[s], error);
    }
}

static void errors_sum(struct errors *errors, size_t sessions,
                       double figures[FIGURES])
{
    size_t n = POINTS * sessions;
    figures[FIGURE_RMS] =
        sqrt(gsl_stats_tss_m(errors->points, 1, n, 0) / (double)n);
    figures[FIGURE_MEDIAN] = median_of(errors->points, n);
    figures[FIGURE_WORST] = median_of(errors->worst, sessions);
}

static void tried_job(const struct asked *asked, size_t i, void *result)
{
    struct world world = tried_world(i);
    struct tried *tried = result;
    struct errors errors[WAYS];
    gsl_rng *random = jobs_random(asked, 3000 + i);
    for (size_t w = 0; w < WAYS; w++) {
        errors[w].points = calloc(asked->sessions, POINTS * sizeof(double));
        errors[w].worst = calloc(asked->sessions, sizeof(double));
        if (errors[w].points == NULL || errors[w].worst == NULL)
            die(ENOMEM, "memory");
    }
    for (size_t s = 0; s < asked->sessions; s++) {
        struct session session;
        session_in_blocks(&session, &world, random);
        errors_add(&errors[WAY_BLOCKS], s, WAY_BLOCKS, &session);
        session_by_arm(&session, &world, random);
        errors_add(&errors[WAY_MEANS], s, WAY_MEANS, &session);
        errors_add(&errors[WAY_MEDIANS], s, WAY_MEDIANS, &session);
    }
    for (size_t w = 0; w < WAYS; w++) {
        errors_sum(&errors[w], asked->sessions, tried->error[w]);
        free(errors[w].points);
        free(errors[w].worst);
    }
    gsl_rng_free(random);
}

/* --------------------------------------------------------------- report */

/* How many times smaller than the better of the two other ways. */
static double times(const struct tried *tried, enum figure f)
{
    return fmin(tried->error[WAY_MEANS][f], tried->error[WAY_MEDIANS][f]) /
           tried->error[WAY_BLOCKS][f];
}

static void figure_print(const struct tried *tried, enum figure f)
{
    printf("\n  %s\n  noise        drift   blocks  in a row: mean median  "
           "times\n",
           figure_names[f]);
    for (size_t i = 0; i < TRIED; i++) {
        struct world world = tried_world(i);
        printf("  %-12s %-7s %.4f         %.4f %.4f  %5.1f\n",
               noise_names[world.noise], drift_names[world.drift],
               tried[i].error[WAY_BLOCKS][f], tried[i].error[WAY_MEANS][f],
               tried[i].error[WAY_MEDIANS][f], times(&tried[i], f));
    }
}

static void figure_judge(const struct tried *tried, enum figure f)
{
    for (size_t drift = 1; drift < DRIFTS; drift++) {
        double least = INFINITY;
        for (size_t i = 0; i < TRIED; i++)
            if (tried_world(i).drift == drift)
                least = fmin(least, times(&tried[i], f));
        if (wanted[drift][f] > 0)
            holds(least >= wanted[drift][f],
                  "%s, %s: at least %g times smaller by blocks: %.1f",
                  drift_names[drift], figure_names[f], wanted[drift][f], least);
    }
}

void truth_drift(const struct asked *asked)
{
    struct tried *tried = jobs_run(asked, TRIED, sizeof *tried, tried_job);
    printf(
        "\nError of log S(N), N = 2, 4, 8, share %g, %d runs of each arm: in "
        "blocks, and\nall runs of an arm in a row, as one hyperfine call "
        "per arm does; %zu sessions\n",
        SHARE, BLOCKS, asked->sessions);
    for (size_t f = 0; f < FIGURES; f++)
        figure_print(tried, f);
    for (size_t f = 0; f < FIGURES; f++)
        figure_judge(tried, f);
    jobs_free(tried, TRIED, sizeof *tried);
}
