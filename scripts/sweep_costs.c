/*
 * sweep_costs.c - what the parts of a plan take, before any of it is run.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: time for measuring is a budget. Whoever adds an arm takes its
 * seconds, once in every block, from all the others; so the plan says what
 * each experiment takes, by kernel, and which arms are the dearest.
 * Look at: costs_print.
 * Left out: what the arms really take. samples.jsonl of a run has that.
 */
#include "sweep.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { DEAREST = 12 }; /* arms that are named */

struct cost {
    const char *name, *kernel;
    size_t arms;
    double s;
};

static const char *cost_name(const struct arm *arm)
{
    return strcmp(arm->role, "plan") == 0 ? arm->experiment : arm->role;
}

/* Most expensive first. */
static int by_cost(const void *a, const void *b)
{
    const struct cost *one = a, *other = b;
    if (one->s != other->s)
        return one->s < other->s ? 1 : -1;
    int order = strcmp(one->name, other->name);
    return order != 0 ? order : strcmp(one->kernel, other->kernel);
}

/* The sums by experiment and kernel; the caller frees the list. */
static struct cost *costs_sum(const struct plan *plan, size_t *n)
{
    struct cost *costs = calloc(plan->count + 1, sizeof *costs);
    if (costs == NULL)
        die(ENOMEM, "memory");
    *n = 0;
    for (size_t i = 0; i < plan->count; i++) {
        const struct arm *arm = &plan->arms[i];
        if (!arm_runs(arm))
            continue;
        size_t at = 0;
        while (at < *n && (strcmp(costs[at].name, cost_name(arm)) != 0 ||
                           strcmp(costs[at].kernel, arm->kernel) != 0))
            at++;
        *n += at == *n;
        costs[at].name = cost_name(arm);
        costs[at].kernel = arm->kernel;
        costs[at].arms++;
        costs[at].s += arm->estimate_s;
    }
    qsort(costs, *n, sizeof *costs, by_cost);
    return costs;
}

void costs_print(const struct plan *plan, FILE *file)
{
    size_t n, arms_n = 0;
    struct cost *costs = costs_sum(plan, &n);
    fprintf(file, "seconds\tarms\texperiment\tkernel\n");
    for (size_t i = 0; i < n; i++)
        fprintf(file, "%.3f\t%zu\t%s\t%s\n", costs[i].s, costs[i].arms,
                costs[i].name, costs[i].kernel);
    free(costs);

    struct cost *arms = calloc(plan->count + 1, sizeof *arms);
    if (arms == NULL)
        die(ENOMEM, "memory");
    for (size_t i = 0; i < plan->count; i++)
        if (arm_runs(&plan->arms[i]))
            arms[arms_n++] = (struct cost){.name = plan->arms[i].id,
                                           .kernel = plan->arms[i].kernel,
                                           .s = plan->arms[i].estimate_s};
    qsort(arms, arms_n, sizeof *arms, by_cost);
    fprintf(file, "\nseconds\tthe dearest arms\n");
    for (size_t i = 0; i < arms_n && i < DEAREST; i++)
        fprintf(file, "%.3f\t%s\n", arms[i].s, arms[i].name);
    free(arms);
}
