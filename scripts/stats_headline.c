/*
 * stats_headline.c - what a run shows, in two or three sentences.
 *
 * Teaches: one comparison that many courses end with: threads that share one
 * lock compute no faster, and wait at the same time all the same.
 * Look at: outcome_of. The words follow from the interval alone, so that
 * "did not speed up" stands where the interval says it, and nowhere else.
 * Left out: all other strategies; the report's charts have them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stats.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* A speedup within 5 % of 1 is none, as in the words below the charts. */
static const double little = 0.05;

enum outcome { GAINED, NOTHING, LOST, OPEN, FEW_BLOCKS };

static enum outcome outcome_of(const struct interval *speedup)
{
    if (!isfinite(speedup->low) || !isfinite(speedup->high))
        return FEW_BLOCKS;
    if (speedup->high < 1 - little)
        return LOST;
    if (speedup->high < 1 + little)
        return NOTHING;
    return speedup->low > 1 ? GAINED : OPEN;
}

/* ----------------------------------------------------------- which arms */

/* Whether an arm is a point of a chart of this name, with a speedup, and does
 * not merely crowd its cores. */
static bool arm_counts(const struct arm *arm, const char *chart,
                       const char *strategy)
{
    bool crowded = !strcmp(chart, "speedup") && arm->workers > arm->cores;
    return arm_is(arm, "plan") && !strcmp(arm->chart, chart) &&
           !strcmp(arm->strategy, strategy) && !crowded &&
           isfinite(arm->estimate.speedup.middle);
}

/* How much of what the chart is about an arm has: cores, or items that wait
 * at the same time. */
static double arm_extent(const struct arm *arm)
{
    return !strcmp(arm->chart, "speedup") ? (double)arm->cores
                                          : arm->estimate.inflight;
}

/* The arm of a kernel with the most cores or items in flight, or NULL; NULL
 * also where there is no kernel. */
static const struct arm *arm_most(const struct results *results,
                                  const char *chart, const char *strategy,
                                  const char *kernel)
{
    const struct arm *most = NULL;
    for (size_t i = 0; i < results->arms_n; i++) {
        const struct arm *arm = &results->arms[i];
        if (kernel && arm_counts(arm, chart, strategy) &&
            !strcmp(arm->kernel, kernel) &&
            (!most || arm_extent(arm) > arm_extent(most)))
            most = arm;
    }
    return most;
}

/* The kernel that is named, where the run has it; else the first that one of
 * the strategies below
 * ran; else NULL. */
static const char *kernel_of(const struct results *results, const char *chart,
                             const char *wanted)
{
    const char *kernel = NULL;
    for (size_t i = 0; i < results->arms_n; i++) {
        const struct arm *arm = &results->arms[i];
        if (!arm_counts(arm, chart, "gil") &&
            !arm_counts(arm, chart, "threads") &&
            !arm_counts(arm, chart, "event_loop"))
            continue;
        if (!strcmp(arm->kernel, wanted))
            return wanted;
        if (!kernel)
            kernel = arm->kernel;
    }
    return kernel;
}

/* ------------------------------------------------------------- sentences */

/* "0.98x [0.97, 0.99]". */
static void figure(FILE *out, const struct interval *speedup)
{
    int digits = speedup->middle < 9.995 ? 2 : 1;
    fprintf(out, "%.*fx [%.*f, %.*f]", digits, speedup->middle, digits,
            speedup->low, digits, speedup->high);
}

/* "did not speed up gcd (0.98x [0.97, 0.99])". */
static void clause(FILE *out, const struct arm *arm, bool but)
{
    static const char *const verbs[] = {
        [GAINED] = "sped up",
        [NOTHING] = "did not speed up",
        [LOST] = "slowed down",
        [OPEN] = "may or may not have sped up",
    };
    const struct interval *speedup = &arm->estimate.speedup;
    enum outcome outcome = outcome_of(speedup);
    if (outcome == FEW_BLOCKS) {
        fprintf(out, "ran %s %.3g times as fast (no interval: %zu block%s)",
                arm->kernel, speedup->middle, speedup->n,
                speedup->n == 1 ? "" : "s");
        return;
    }
    fprintf(out, "%s %s (",
            but && outcome == GAINED ? "did speed up" : verbs[outcome],
            arm->kernel);
    figure(out, speedup);
    putc(')', out);
}

static bool gained(const struct arm *arm)
{
    return outcome_of(&arm->estimate.speedup) == GAINED;
}

/* What somebody did to computing and to waiting; either may be missing. */
static void sentence(FILE *out, const char *who, const struct arm *computing,
                     const struct arm *waiting)
{
    if (!computing && !waiting)
        return;
    bool but = computing && waiting && gained(computing) != gained(waiting);
    fprintf(out, "%s ", who);
    if (computing)
        clause(out, computing, false);
    if (computing && waiting)
        fputs(but ? " but " : " and ", out);
    if (waiting)
        clause(out, waiting, but);
    else
        fprintf(out, " on %ld core%s", computing->cores,
                computing->cores == 1 ? "" : "s");
    fputs(".\n", out);
}

char *headline_text(const struct results *results)
{
    char *text = NULL;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    if (!out)
        fail("memory", strerror(errno));
    const char *computing = kernel_of(results, "speedup", "factorize");
    const char *waiting = kernel_of(results, "inflight", "wait");
    const struct arm *locked = arm_most(results, "speedup", "gil", computing);
    const struct arm *overlapped =
        arm_most(results, "inflight", "gil", waiting);
    sentence(out, "Threads under a global lock", locked, overlapped);
    sentence(out,
             locked || overlapped ? "Without the lock, threads" : "Threads",
             arm_most(results, "speedup", "threads", computing), NULL);
    sentence(out, "One thread with an event loop", NULL,
             arm_most(results, "inflight", "event_loop", waiting));
    if (fclose(out))
        fail("memory", strerror(errno));
    return text;
}
