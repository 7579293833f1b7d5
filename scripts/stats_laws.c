/*
 * stats_laws.c - Amdahl, Karp and Flatt, Gustafson and the Universal
 * Scalability Law, held against each line of a run's charts.
 *
 * Teaches: each block gives a fit of its own, and the spread of these fits
 * over blocks is the interval: no theory of errors is needed, and whatever
 * the blocks have in common cancels. Few worker counts say little: with one
 * and two of them a single number is known, Karp and Flatt's, and which law
 * it belongs to is not.
 *
 * Every strategy is compared with itself at one worker, so that what it costs
 * to run at all is not taken for what it costs to run side by side. x is the
 * cores in use or the items in flight. More workers than there are effective
 * cores cannot be faster for reasons that no law here knows: they stay out.
 *
 * Look at: e(n) over n. Level: contention, as Amdahl has it. Rising: every
 * worker more also costs the others. The USL's alpha + beta n is that line.
 * Left out: Gustafson's own experiment, where the work grows with the
 * workers. His s' is computed from the work as it is: what share of the time
 * of n workers went by serially.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stats_fits.h"

#include "lib/amdahl.h"
#include "lib/usl.h"

#include <gsl/gsl_math.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------- the points */

/* How many cores the machine really lends; infinite when that is not known. */
static double effective_cores(const struct results *results)
{
    static const char *const keys[] = {"effective_cores", "usable_cores",
                                       "cores_usable"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const json_t *cores = json_object_get(results->machine, keys[i]);
        if (json_number_value(cores) > 0)
            return json_number_value(cores);
    }
    return INFINITY;
}

static struct laws_line line_of(const struct series *series, double cores)
{
    struct laws_line line = {0};
    for (size_t p = 0; p < series->points_n && line.count < AMDAHL_MOST; p++) {
        const struct point *point = &series->points[p];
        if (GSL_MAX(point->x, (double)point->arm->workers) > cores + 0.01) {
            line.beyond++;
        } else if (!line.count || point->x > line.x[line.count - 1]) {
            line.x[line.count] = point->x;
            line.arms[line.count++] = point->arm;
        }
    }
    return line;
}

struct laws_line laws_line(const struct results *results,
                           const struct series *series)
{
    return line_of(series, effective_cores(results));
}

/* Seconds that the i-th point took in a block, or NaN. */
static double seconds_of(const struct laws_line *line, size_t i, size_t block)
{
    const struct sample *run = line->arms[i]->runs[block];
    return run && run->inside_s > 0 ? run->inside_s : NAN;
}

/* -------------------------------------------------------- laws of a block */

double laws_amdahl(const struct laws_line *line, size_t block)
{
    double seconds[AMDAHL_MOST];
    size_t known = 0;
    for (size_t i = 0; i < line->count; i++) {
        seconds[i] = seconds_of(line, i, block);
        known += !isnan(seconds[i]);
    }
    return known < AMDAHL_LEAST ? NAN
                                : amdahl_share(line->x, seconds, line->count);
}

/* How many times as fast as the first point, which is one worker. */
static double block_speedup(const struct laws_line *line, size_t i,
                            size_t block)
{
    return seconds_of(line, 0, block) / seconds_of(line, i, block);
}

static double block_karp_flatt(const struct laws_line *line, size_t i,
                               size_t block)
{
    return karp_flatt(block_speedup(line, i, block), line->x[i]);
}

/* Gustafson (CACM 31, 1988): S = n - s' (n - 1). */
static double block_gustafson(const struct laws_line *line, size_t i,
                              size_t block)
{
    double n = line->x[i];
    return (n - block_speedup(line, i, block)) / (n - 1);
}

/* Items per second at all points of a block that have a time. */
bool laws_usl(const struct laws_line *line, size_t block, struct usl_fit *fit)
{
    double n[AMDAHL_MOST], x[AMDAHL_MOST];
    struct usl_points points = {n, x, 0, USL_RELATIVE};
    for (size_t i = 0; i < line->count; i++) {
        double seconds = seconds_of(line, i, block);
        double rate =
            isnan(seconds) ? NAN : line->arms[i]->runs[block]->work / seconds;
        if (rate > 0 && isfinite(rate)) {
            n[points.count] = line->x[i];
            x[points.count++] = rate;
        }
    }
    return points.count >= USL_LEAST && usl_fit(&points, USL_ALL, NAN, fit);
}

/* The n above which more workers do less; infinite when that never comes,
 * one when it is so from the first. */
static double peak_of(const struct usl_fit *fit)
{
    if (fit->alpha.value >= 1)
        return 1;
    return fit->beta.value > 0 ? fit->peak : INFINITY;
}

/* ------------------------------------------------------------- over blocks */

static void note_few(struct law *law, const struct laws_line *line,
                     size_t needed)
{
    bool cores = !strcmp(law->arm->chart, "speedup");
    int n = snprintf(law->note, sizeof law->note,
                     "not identifiable: %zu %s count%s, %zu are needed",
                     line->count, cores ? "worker" : "in-flight",
                     line->count == 1 ? "" : "s", needed);
    if (line->beyond)
        snprintf(law->note + n, sizeof law->note - (size_t)n,
                 "; %zu above the effective cores left out", line->beyond);
}

/* What a law says when the points were enough and blocks have holes. */
static void note_holes(struct law *law)
{
    if (!law->share.n)
        snprintf(law->note, sizeof law->note,
                 "not identifiable: no block has enough of the points");
}

static struct law *law_begin(struct laws *laws, const struct laws_line *line,
                             const struct arm *arm, const char *method)
{
    struct law *law = laws_extend(laws, arm, method);
    law->points = line->count;
    law->base = line->count ? line->x[0] : NAN;
    return law;
}

static void add_amdahl(const struct results *results, struct laws *laws,
                       const struct laws_line *line, const struct arm *arm)
{
    struct law *law = law_begin(laws, line, arm, "amdahl");
    law->weights = "pairs";
    if (line->count < AMDAHL_LEAST) {
        note_few(law, line, AMDAHL_LEAST);
        return;
    }
    double *shares = allocate(results->blocks_n, sizeof *shares);
    for (size_t b = 0; b < results->blocks_n; b++)
        shares[b] = laws_amdahl(line, b);
    law->share = interval_of(shares, results->blocks_n);
    note_holes(law);
    free(shares);
}

/* A law that each x above one answers by itself. */
static void add_pointwise(const struct results *results, struct laws *laws,
                          const struct laws_line *line, const struct arm *arm,
                          const char *method,
                          double of(const struct laws_line *, size_t, size_t))
{
    /* Both compare with one worker and not with any other base. */
    bool has_base = line->count && fabs(line->x[0] - 1) < 1e-6;
    if (!has_base || line->count < 2) {
        struct law *law = law_begin(laws, line, arm, method);
        if (has_base || !line->count)
            note_few(law, line, 2);
        else
            snprintf(law->note, sizeof law->note,
                     "not identifiable: no run with one worker");
        return;
    }
    double *shares = allocate(results->blocks_n, sizeof *shares);
    for (size_t i = 1; i < line->count; i++) {
        struct law *law = law_begin(laws, line, arm, method);
        law->points = 2;
        law->n = line->x[i];
        for (size_t b = 0; b < results->blocks_n; b++)
            shares[b] = of(line, i, b);
        law->share = interval_of(shares, results->blocks_n);
        note_holes(law);
    }
    free(shares);
}

static void add_usl(const struct results *results, struct laws *laws,
                    const struct laws_line *line, const struct arm *arm)
{
    struct law *law = law_begin(laws, line, arm, "usl");
    size_t n = results->blocks_n;
    law->weights = "relative";
    if (line->count < USL_LEAST) {
        note_few(law, line, USL_LEAST);
        return;
    }
    double *values = allocate(4 * n, sizeof *values);
    double *alphas = values, *betas = values + n, *gammas = values + 2 * n,
           *peaks = values + 3 * n;
    for (size_t b = 0; b < n; b++) {
        struct usl_fit fit;
        bool good = laws_usl(line, b, &fit);
        alphas[b] = good ? fit.alpha.value : NAN;
        betas[b] = good ? fit.beta.value : NAN;
        gammas[b] = good ? fit.gamma.value : NAN;
        peaks[b] = good ? peak_of(&fit) : NAN;
    }
    law->share = interval_of(alphas, n);
    law->beta = interval_of(betas, n);
    law->gamma = interval_of(gammas, n);
    law->peak = interval_of(peaks, n);
    note_holes(law);
    free(values);
}

/* Strategies with one worker, or one time, are no lines. */
void laws_of_charts(const struct results *results, struct laws *laws)
{
    struct charts charts = charts_build(results);
    double cores = effective_cores(results);
    for (size_t c = 0; c < charts.n; c++) {
        const struct chart *chart = &charts.list[c];
        if (chart->kind != CHART_SPEEDUP && chart->kind != CHART_INFLIGHT)
            continue;
        for (size_t s = 0; s < chart->measured_n; s++) {
            const struct series *series = &chart->series[s];
            struct laws_line line = line_of(
                series, chart->kind == CHART_SPEEDUP ? cores : INFINITY);
            const struct arm *arm = series_arm(series);
            if (line.count + line.beyond < 2)
                continue;
            add_amdahl(results, laws, &line, arm);
            add_pointwise(results, laws, &line, arm, "karp_flatt",
                          block_karp_flatt);
            add_pointwise(results, laws, &line, arm, "gustafson",
                          block_gustafson);
            add_usl(results, laws, &line, arm);
        }
    }
    charts_free(&charts);
}
