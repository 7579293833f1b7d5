/*
 * stats_estimate.c - from the blocks of an arm to a number and its interval.
 *
 * Teaches: compare within a block, summarise over blocks. A machine that is
 * slow for a minute is slow for both sides of a ratio taken in that minute.
 *
 * What time counts. Two clocks run: hyperfine's around the whole process, and
 * the child's own around its rounds. The whole holds loading, linking,
 * setting up, checking the answer and giving memory back, which depends on
 * the kernel and is a millisecond more or less from one run to the next;
 * taken off by a blank run it leaves errors as long as a short arm. So
 *
 *     elapsed = the child's own time of its rounds
 *     start   = whole - elapsed - what the child says of set-up and check
 *
 * and the outer clock is the witness: elapsed and set-up must fit into the
 * whole (an alarm otherwise), and `start` stands in the summary beside that
 * of the blank, the same strategy doing nothing, so that anybody can see
 * what the one clock has and the other has not.
 *
 * What a speedup is. Per block the log of base / own elapsed; over blocks
 * the median of these, with the interval of scripts/lib/interval.h. Logs make
 * 2x faster and 2x slower the same distance from 1.
 *
 * Look at: `twin`, one arm measured twice. Its apparent ratio is what this
 * machine takes for a difference where there is none.
 * Left out: dropping outliers. The median already gives them no weight.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stats.h"

#include <gsl/gsl_math.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A quantity of an arm in one block; NaN where it cannot be had. */
typedef double quantity(const struct arm *arm, size_t block);

static struct interval over_blocks(const struct results *results,
                                   const struct arm *arm, quantity *of)
{
    double *values = allocate(results->blocks_n, sizeof *values);
    for (size_t b = 0; b < results->blocks_n; b++)
        values[b] = arm->runs[b] ? of(arm, b) : NAN;
    struct interval interval = interval_of(values, results->blocks_n);
    free(values);
    return interval;
}

/* ------------------------------------------------- quantities of a block */

static double whole_s(const struct arm *arm, size_t block)
{
    return arm->runs[block]->wall_s;
}

static double cpu_s(const struct arm *arm, size_t block)
{
    return arm->runs[block]->cpu_s;
}

static double inflight(const struct arm *arm, size_t block)
{
    return arm->runs[block]->inflight;
}

/* Seconds that count, as the head of this file defines them. */
double elapsed_s(const struct arm *arm, size_t block)
{
    return arm && arm->runs[block] ? arm->runs[block]->inside_s : NAN;
}

/* What the outer clock has and the child's own does not account for. */
static double start_s(const struct arm *arm, size_t block)
{
    const struct sample *run = arm->runs[block];
    return run->wall_s - run->inside_s - run->setup_s;
}

/* A time not above zero is shorter than any other, so its ratio is infinite:
 * it keeps its place in the order, which is all that a median asks. */
double log_ratio(const struct arm *base, const struct arm *own, size_t block)
{
    double upper = elapsed_s(base, block), lower = elapsed_s(own, block);
    if (isnan(upper) || isnan(lower) || (upper <= 0 && lower <= 0))
        return NAN;
    if (lower <= 0)
        return INFINITY;
    return upper <= 0 ? -INFINITY : log(upper) - log(lower);
}

static double log_speedup(const struct arm *arm, size_t block)
{
    return log_ratio(arm->sequential, arm, block);
}

static double log_self(const struct arm *arm, size_t block)
{
    return log_ratio(arm->alone, arm, block);
}

static double log_twin(const struct arm *arm, size_t block)
{
    return log_ratio(arm, arm->original, block);
}

static double rate(const struct arm *arm, size_t block)
{
    double elapsed = elapsed_s(arm, block);
    return elapsed > 0 ? arm->runs[block]->work / elapsed : NAN;
}

static double cost_ns(const struct arm *arm, size_t block)
{
    return 1e9 * arm->runs[block]->inside_s / arm->runs[block]->increments;
}

static double lost_share(const struct arm *arm, size_t block)
{
    return arm->runs[block]->lost / arm->runs[block]->increments;
}

static double item_p50(const struct arm *arm, size_t block)
{
    return arm->runs[block]->item_p50_s;
}

static double item_p90(const struct arm *arm, size_t block)
{
    return arm->runs[block]->item_p90_s;
}

static double item_p99(const struct arm *arm, size_t block)
{
    return arm->runs[block]->item_p99_s;
}

static double log_tail(const struct arm *arm, size_t block)
{
    return log(item_p99(arm, block)) - log(item_p50(arm, block));
}

/* The time in which all items waited, one beside the other, for each second
 * that they must have waited at least. */
static double latency_load(const struct arm *arm, size_t block)
{
    const struct sample *run = arm->runs[block];
    return run->inside_s * run->inflight / (run->work * run->item_least_s);
}

/* ------------------------------------------------------------- estimates */

/* Whether in some block the child claims more time than went by outside. */
static bool clocks_differ(const struct results *results, const struct arm *arm)
{
    bool differ = false;
    for (size_t b = 0; b < results->blocks_n; b++)
        differ |= arm->runs[b] && start_s(arm, b) < 0;
    return differ;
}

/* How many cores an arm can have computed on: those it was given, as far as
 * the machine has them. */
static double cores_of(const struct arm *arm, double effective_cores)
{
    double cores = (double)GSL_MAX(arm->cores, 1);
    return effective_cores > 0 ? fmin(cores, effective_cores) : cores;
}

/* The speedup that nothing can beat: one worker computes on one core at a
 * time, but any number of waits can pass at once. */
static double ceiling(const struct results *results, const struct arm *arm)
{
    if (!strcmp(arm->chart, "inflight") || !strcmp(arm->bound, "io"))
        return arm->estimate.inflight;
    double cores = cores_of(arm, results->effective_cores);
    return arm->workers > 0 ? fmin((double)arm->workers, cores) : cores;
}

/*
 * Processor time for each second of it that there was. A quota is dealt out by
 * the period, of a tenth of a second as a rule, and a run may use up those at
 * its two edges whole; no more than its cores give at full speed.
 */
static double cpu_load(const struct results *results, const struct arm *arm)
{
    const double period_s = 0.1;
    double *loads = allocate(results->blocks_n, sizeof *loads);
    for (size_t b = 0; b < results->blocks_n; b++) {
        const struct sample *run = arm->runs[b];
        loads[b] = NAN;
        if (!run)
            continue;
        double there = run->wall_s * cores_of(arm, run->effective_cores) +
                       2 * period_s * results->quota;
        double most = run->wall_s * cores_of(arm, NAN);
        loads[b] = run->cpu_s / fmin(there, most);
    }
    double load = interval_of(loads, results->blocks_n).middle;
    free(loads);
    return load;
}

static void estimate_losses(const struct results *results, struct arm *arm)
{
    struct estimate *e = &arm->estimate;
    e->lost_share = over_blocks(results, arm, lost_share).middle;
    e->lost_most = NAN;
    for (size_t b = 0; b < results->blocks_n; b++)
        if (arm->runs[b] && !isnan(lost_share(arm, b))) {
            e->lost_known++;
            e->lost_runs += arm->runs[b]->lost > 0;
            e->lost_most = fmax(e->lost_most, lost_share(arm, b));
        }
}

static void estimate_items(const struct results *results, struct arm *arm)
{
    struct estimate *e = &arm->estimate;
    e->item_p50 = over_blocks(results, arm, item_p50);
    e->item_p90 = over_blocks(results, arm, item_p90);
    e->item_p99 = over_blocks(results, arm, item_p99);
    e->item_tail = interval_exp(over_blocks(results, arm, log_tail));
    e->item_most = NAN;
    for (size_t b = 0; b < results->blocks_n; b++)
        if (arm->runs[b])
            e->item_most = fmax(e->item_most, arm->runs[b]->item_max_s);
}

/* What cannot be, whoever else is measured. One block is enough where no noise
 * can explain it; clocks may differ by 1 %. */
static void estimate_alarms(const struct results *results, struct arm *arm)
{
    struct estimate *e = &arm->estimate;
    e->cpu_load = cpu_load(results, arm);
    e->latency_load = NAN;
    for (size_t b = 0; b < results->blocks_n; b++)
        if (arm->runs[b])
            e->latency_load = fmin(e->latency_load, latency_load(arm, b));
    if (e->cpu_load > 1.05)
        e->alarms |= ALARM_CPU_TIME;
    if (clocks_differ(results, arm))
        e->alarms |= ALARM_CLOCKS;
    if (e->latency_load < 0.99)
        e->alarms |= ALARM_LATENCY;
}

static void estimate_arm(const struct results *results, struct arm *arm)
{
    const struct interval none = {0, NAN, NAN, NAN};
    struct estimate *e = &arm->estimate;
    e->elapsed = over_blocks(results, arm, elapsed_s);
    e->whole = over_blocks(results, arm, whole_s);
    e->start = over_blocks(results, arm, start_s);
    e->blocks = e->elapsed.n;
    e->speedup = interval_exp(over_blocks(results, arm, log_speedup));
    e->self = interval_exp(over_blocks(results, arm, log_self));
    e->cpu_s = over_blocks(results, arm, cpu_s).middle;
    e->inflight = over_blocks(results, arm, inflight).middle;
    e->rate = over_blocks(results, arm, rate);
    e->ceiling = ceiling(results, arm);
    e->efficiency = e->speedup.middle / e->ceiling;
    e->twin = arm->original ? interval_exp(over_blocks(results, arm, log_twin))
                            : none;
    estimate_items(results, arm);
    bool counts = !strcmp(arm->chart, "counters");
    e->cost_ns = counts ? over_blocks(results, arm, cost_ns) : none;
    e->lost_share = e->lost_most = NAN;
    if (counts)
        estimate_losses(results, arm);
    estimate_alarms(results, arm);
}

/* ----------------------------------------------------------------- noise */

/* How far, in logs, a twin's interval reaches from no difference; its middle
 * when there is no interval; 0 when the arm has no twin. */
static double noise_of(const struct arm *twin)
{
    const struct interval *ratio = &twin->estimate.twin;
    if (!ratio->n)
        return 0;
    if (isnan(ratio->low))
        return fabs(log(ratio->middle));
    return fmax(fabs(log(ratio->low)), fabs(log(ratio->high)));
}

const struct arm *noisiest_twin(const struct results *results)
{
    const struct arm *worst = NULL;
    for (size_t i = 0; i < results->arms_n; i++) {
        const struct arm *arm = &results->arms[i];
        if (arm->original && arm->estimate.twin.n &&
            (!worst || noise_of(arm) > noise_of(worst)))
            worst = arm;
    }
    return worst;
}

/* Estimates every arm, then looks for what cannot be. A speedup above its
 * ceiling by no more than the twins differ is no alarm, nor is one by what
 * logs and their inverse round off. */
void estimate_all(struct results *results)
{
    for (size_t i = 0; i < results->arms_n; i++)
        estimate_arm(results, &results->arms[i]);
    const struct arm *twin = noisiest_twin(results);
    double slack = (twin ? exp(noise_of(twin)) : 1) * (1 + 1e-6);
    for (size_t i = 0; i < results->arms_n; i++) {
        struct estimate *e = &results->arms[i].estimate;
        if (e->speedup.low > e->ceiling * slack)
            e->alarms |= ALARM_ABOVE_CEILING;
    }
}
