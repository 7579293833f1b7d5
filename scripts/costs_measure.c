/*
 * costs_measure.c - the costs of one group, in turn, in shuffled blocks.
 *
 * Teaches: a machine that is slow for a second is slow for all that is
 * measured in that second. So each block measures every cost of the group
 * once, in an order of its own, and ratios are taken within the block. Block
 * 0 warms up and does not count.
 * Look at: measure_blocks, which goes on until the intervals are narrow.
 * Left out: dropping outliers. The median already gives them no weight.
 *
 * SPDX-License-Identifier: MIT
 */
#include "costs.h"

#include "../bench/lib/clock.h"
#include "../bench/lib/die.h"
#include "../kernels/kernel.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_IN_GROUP = 32, BLOCKS_A_LOOK = 5 };

struct group {
    struct cost *costs[MOST_IN_GROUP];
    size_t count;
};

static struct group group_of(const char *name)
{
    struct group group = {.count = 0};
    for (struct cost *cost = costs; cost != NULL; cost = cost->next)
        if (strcmp(cost->group, name) == 0 && group.count < MOST_IN_GROUP)
            group.costs[group.count++] = cost;
    return group;
}

/* ------------------------------------------------------------- samples */

/* Nanoseconds of one operation. */
static double sample(struct cost *cost)
{
    uint64_t began = clock_now();
    uint64_t done = cost->run(cost->state, cost->operations);
    uint64_t ns = clock_now() - began;
    cost->done += done;
    return (double)ns / (double)done;
}

/* How many operations take so long, found by doubling. Of two tries the
 * shorter one: the longer one may have lost its core for a while. */
static void calibrate(struct cost *cost, uint64_t sample_ns)
{
    double each;
    cost->operations = 1;
    do {
        cost->operations *= 2;
        each = fmin(sample(cost), sample(cost));
    } while (each * (double)cost->operations < (double)sample_ns / 2 &&
             cost->operations < (uint64_t)1 << 40);
}

static void begin(struct cost *cost, const struct effort *effort)
{
    cost->ns = calloc(effort->most, sizeof *cost->ns);
    if (cost->ns == NULL)
        die(ENOMEM, "%zu blocks", effort->most);
    cost->state = cost->start == NULL ? NULL : cost->start(cost);
    cost->done = 0;
    calibrate(cost, effort->sample_ns);
}

/* No figure without the work. */
static void end(struct cost *cost)
{
    uint64_t counted =
        cost->stop == NULL ? cost->done : cost->stop(cost->state);
    if (counted != cost->done)
        die(0, "%s, %s: did %llu operations and counted %llu", cost->group,
            cost->by, (unsigned long long)cost->done,
            (unsigned long long)counted);
}

/* Fisher and Yates; the order of block b is the same for the same seed. */
static void shuffle(size_t *order, size_t count, uint64_t seed, size_t b)
{
    for (size_t i = 0; i < count; i++)
        order[i] = i;
    for (size_t i = count; i > 1; i--) {
        size_t j = random_at(seed + b, i) % i, kept = order[i - 1];
        order[i - 1] = order[j];
        order[j] = kept;
    }
}

static void measure_block(struct group *group, const struct effort *effort,
                          size_t b)
{
    size_t order[MOST_IN_GROUP];
    shuffle(order, group->count, effort->seed, b);
    for (size_t i = 0; i < group->count; i++) {
        struct cost *cost = group->costs[order[i]];
        double ns = sample(cost);
        if (b > 0)
            cost->ns[b - 1] = ns;
    }
}

/* interval_of sorts; blocks must keep their order. */
static struct interval median_of(const struct cost *cost, size_t blocks,
                                 double *values)
{
    memcpy(values, cost->ns, blocks * sizeof *values);
    return interval_of(values, blocks);
}

static bool all_narrow(const struct group *group, size_t blocks, double narrow,
                       double *values)
{
    for (size_t i = 0; i < group->count; i++) {
        struct interval median = median_of(group->costs[i], blocks, values);
        if (!(median.high - median.low <= narrow * median.middle))
            return false;
    }
    return true;
}

/* Answers how many blocks were measured, without the one that warms up. */
static size_t measure_blocks(struct group *group, const struct effort *effort,
                             double *values)
{
    uint64_t end = clock_now() + effort->limit_ns;
    size_t b = 0;
    while (b < effort->most) {
        measure_block(group, effort, b);
        b++;
        if (b > effort->least &&
            (clock_now() > end ||
             (b % BLOCKS_A_LOOK == 0 &&
              all_narrow(group, b - 1, effort->narrow, values))))
            return b - 1;
    }
    measure_block(group, effort, b);
    return b;
}

/* ----------------------------------------------------------- estimates */

static const struct cost *own_of(const struct group *group)
{
    for (size_t i = 0; i < group->count; i++)
        if (group->costs[i]->own)
            return group->costs[i];
    return NULL;
}

static void estimate_ratio(struct cost *cost, const struct cost *own,
                           double *values, size_t blocks)
{
    for (size_t b = 0; b < blocks; b++)
        values[b] = own == NULL ? NAN : log(cost->ns[b] / own->ns[b]);
    cost->ratio = interval_exp(interval_of(values, blocks));
}

static void estimate(struct group *group, size_t blocks, double *values)
{
    const struct cost *own = own_of(group);
    for (size_t i = 0; i < group->count; i++)
        estimate_ratio(group->costs[i], own, values, blocks);
    for (size_t i = 0; i < group->count; i++) {
        group->costs[i]->median = median_of(group->costs[i], blocks, values);
        group->costs[i]->blocks = blocks;
    }
}

void group_measure(const char *name, const struct effort *effort)
{
    struct group group = group_of(name);
    double *values = calloc(effort->most, sizeof *values);
    if (values == NULL)
        die(ENOMEM, "%zu blocks", effort->most);
    for (size_t i = 0; i < group.count; i++)
        begin(group.costs[i], effort);
    size_t blocks = measure_blocks(&group, effort, values);
    for (size_t i = 0; i < group.count; i++)
        end(group.costs[i]);
    estimate(&group, blocks, values);
    free(values);
}
