/*
 * costs_measure.c - the costs of one group, in turn, in shuffled blocks.
 *
 * Teaches: a machine that is slow for a second is slow for all that is
 * measured in that second. So each block measures every cost of the group
 * once, in an order of its own, and ratios are taken within the block. Block
 * 0 warms up and does not count.
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

enum { MOST_IN_GROUP = 32 };

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

/* How many operations take so long, found by doubling. */
static void calibrate(struct cost *cost, uint64_t sample_ns)
{
    uint64_t began;
    cost->operations = 1;
    do {
        cost->operations *= 2;
        began = clock_now();
        cost->done += cost->run(cost->state, cost->operations);
    } while (clock_now() - began < sample_ns / 2 &&
             cost->operations < (uint64_t)1 << 40);
}

static void begin(struct cost *cost, const struct effort *effort)
{
    cost->ns = calloc(effort->blocks, sizeof *cost->ns);
    if (cost->ns == NULL)
        die(ENOMEM, "%zu blocks", effort->blocks);
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

static void measure_blocks(struct group *group, const struct effort *effort)
{
    size_t order[MOST_IN_GROUP];
    for (size_t b = 0; b <= effort->blocks; b++) {
        shuffle(order, group->count, effort->seed, b);
        for (size_t i = 0; i < group->count; i++) {
            struct cost *cost = group->costs[order[i]];
            double ns = sample(cost);
            if (b > 0)
                cost->ns[b - 1] = ns;
        }
    }
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

static void estimate(struct group *group, size_t blocks)
{
    double *values = calloc(blocks, sizeof *values);
    if (values == NULL)
        die(ENOMEM, "%zu blocks", blocks);
    const struct cost *own = own_of(group);
    for (size_t i = 0; i < group->count; i++)
        estimate_ratio(group->costs[i], own, values, blocks);
    for (size_t i = 0; i < group->count; i++) {
        memcpy(values, group->costs[i]->ns, blocks * sizeof *values);
        group->costs[i]->median = interval_of(values, blocks);
    }
    free(values);
}

void group_measure(const char *name, const struct effort *effort)
{
    struct group group = group_of(name);
    for (size_t i = 0; i < group.count; i++)
        begin(group.costs[i], effort);
    measure_blocks(&group, effort);
    for (size_t i = 0; i < group.count; i++)
        end(group.costs[i]);
    estimate(&group, effort->blocks);
    for (size_t i = 0; i < group.count; i++)
        free(group.costs[i]->ns);
}
