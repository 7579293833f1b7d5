/*
 * stats_lesson_costs.c - lessons about what primitives cost.
 *
 * Teaches: a ratio of two costs is best taken within a block, where both met
 * the same machine. Where the file has not as many blocks of both, the medians
 * are divided, and each end of the interval takes the worse end of both: that
 * is wider than it need be, never narrower.
 * Look at: costs_compare.
 * Left out: measuring. build/costs does that, and the experiment `costs` keeps
 * what it prints as RUN/costs.json.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stats_lessons.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Nanoseconds, by block. */
struct cost {
    double *ns;
    size_t n;
};

static json_t *costs_load(const struct results *results,
                          struct finding *finding)
{
    const size_t bytes = sizeof finding->why;
    static const char name[] = "/costs.json";
    size_t length = strlen(results->directory) + sizeof name;
    char *path = allocate(length, 1);
    json_error_t error;
    snprintf(path, length, "%s%s", results->directory, name);
    json_t *costs = json_load_file(path, 0, &error);
    finding->absent =
        !costs && json_error_code(&error) == json_error_cannot_open_file;
    free(path);
    if (finding->absent)
        snprintf(finding->why, bytes, "%s",
                 "this run has no costs.json: EXPERIMENT=costs makes one");
    else if (!costs)
        snprintf(finding->why, bytes, "costs.json: line %d: %s", error.line,
                 error.text);
    return costs;
}

static const json_t *cost_find(const json_t *costs, const char *name)
{
    const json_t *one;
    size_t i;
    json_array_foreach(json_object_get(costs, "measurements"), i, one)
    {
        const char *its = json_string_value(json_object_get(one, "name"));
        if (its && !strcmp(its, name))
            return one;
    }
    return NULL;
}

/* False, and why, when the file has no such cost or what it has is no time. */
static bool cost_read(const json_t *costs, const char *name, struct cost *cost,
                      char *why, size_t bytes)
{
    const json_t *one = cost_find(costs, name), *number;
    const json_t *list = json_object_get(one, "ns");
    size_t i;
    *cost = (struct cost){
        .ns = allocate(json_array_size(list) + 1, sizeof *cost->ns)};
    if (!one) {
        snprintf(why, bytes, "costs.json: no cost is named %s", name);
        return false;
    }
    json_array_foreach(list, i, number)
    {
        cost->ns[cost->n++] = json_number_value(number);
        if (!(json_number_value(number) > 0)) {
            snprintf(why, bytes, "costs.json: %s: ns of block %zu: no time",
                     name, i);
            return false;
        }
    }
    if (!cost->n)
        snprintf(why, bytes, "costs.json: %s: no list ns", name);
    return cost->n > 0;
}

/* Block by block. */
static struct interval ratio_of_blocks(const struct cost *a,
                                       const struct cost *b)
{
    double *logs = allocate(a->n, sizeof *logs);
    for (size_t i = 0; i < a->n; i++)
        logs[i] = log(a->ns[i] / b->ns[i]);
    struct interval found = interval_exp(interval_of(logs, a->n));
    free(logs);
    return found;
}

static struct interval ratio_of_medians(const struct cost *a,
                                        const struct cost *b)
{
    struct interval x = interval_of(a->ns, a->n), y = interval_of(b->ns, b->n);
    return (struct interval){.n = a->n < b->n ? a->n : b->n,
                             .middle = x.middle / y.middle,
                             .low = x.low / y.high,
                             .high = x.high / y.low};
}

static struct interval alone(const struct cost *a)
{
    struct interval ns = interval_of(a->ns, a->n);
    return (struct interval){.n = ns.n,
                             .middle = ns.middle / 1e9,
                             .low = ns.low / 1e9,
                             .high = ns.high / 1e9};
}

static void costs_say(const struct lesson_part *of, const struct cost *a,
                      const struct cost *b, char *why, size_t bytes)
{
    size_t least = of->cost_b && b->n < a->n ? b->n : a->n;
    if (least < BLOCKS_LEAST)
        snprintf(why, bytes, "costs.json: %zu block%s, %d are needed", least,
                 least == 1 ? "" : "s", BLOCKS_LEAST);
    else if (!of->cost_b)
        snprintf(why, bytes, "cost of %s, %zu blocks", of->cost_a, a->n);
    else if (a->n == b->n)
        snprintf(why, bytes, "cost of %s / %s, %zu blocks", of->cost_a,
                 of->cost_b, a->n);
    else
        snprintf(why, bytes, "cost of %s / %s, medians of %zu and %zu blocks",
                 of->cost_a, of->cost_b, a->n, b->n);
}

bool costs_compare(const struct results *results, const struct lesson_part *of,
                   struct finding *finding)
{
    const size_t bytes = sizeof finding->why;
    struct cost a = {0}, b = {0};
    json_t *costs = costs_load(results, finding);
    bool known =
        costs && cost_read(costs, of->cost_a, &a, finding->why, bytes) &&
        (!of->cost_b || cost_read(costs, of->cost_b, &b, finding->why, bytes));
    if (known) {
        finding->found = !of->cost_b  ? alone(&a)
                         : a.n == b.n ? ratio_of_blocks(&a, &b)
                                      : ratio_of_medians(&a, &b);
        costs_say(of, &a, &b, finding->why, bytes);
    }
    free(a.ns);
    free(b.ns);
    json_decref(costs);
    return known;
}
