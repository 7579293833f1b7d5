/*
 * costs.h - what one measured primitive is, and how it becomes known.
 * SPDX-License-Identifier: MIT
 *
 * To measure something else, add one file scripts/costs_<noun>.c with
 *
 *     COST(null_call) = {
 *         .group = "calls", .is = "one call", .by = "a function", .own = true,
 *         .run = call_nothing,
 *     };
 *
 * Costs of one group do the same in different ways and are measured in turn,
 * block by block; the group's `own` is what the others are compared with. A
 * library that a file needs goes into a file of the same name ending in .mk.
 */
#ifndef COSTS_H
#define COSTS_H

#include "lib/interval.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cost {
    const char *group; /* "switch-2" */
    const char *is;    /* what one operation is: "one switch" */
    const char *by;    /* in whose way: "boost fcontext" */
    bool own;          /* the others of the group are compared with it */
    size_t count;      /* of whatever takes part; the routine's to read */

    /* Of primitives, which a chart shows each by itself: a name for programs,
     * and what one operation is. Else NULL. */
    const char *name, *what;

    /* Optional: why it cannot be measured here, or NULL. Called once, before
     * the program is bound to one core. */
    const char *(*lacks)(void);

    /* Optional: makes what `run` needs, and undoes it; not timed. Stop looks
     * whether all that run says to have done was done, and answers how many
     * operations it counted in its own way. */
    void *(*start)(const struct cost *cost);
    uint64_t (*stop)(void *state);

    /* Timed: does about so many operations, at least one; how many it did. */
    uint64_t (*run)(void *state, uint64_t operations);

    /* For costs.c and costs_measure.c. */
    void *state;
    uint64_t operations, done;
    double *ns; /* of one operation, in each block */
    struct interval median, ratio;
    size_t blocks;
    struct cost *next;
};

/* The group of primitives; its own is the coroutine switch. */
#define PRIMITIVE .group = "primitives", .is = "one, by itself"

/* Adds a cost to the list, which keeps the order of groups as they come. */
void cost_register(struct cost *cost);
extern struct cost *costs;

#define COST(name_)                                                            \
    static struct cost name_##_cost;                                           \
    __attribute__((constructor)) static void name_##_register(void)            \
    {                                                                          \
        cost_register(&name_##_cost);                                          \
    }                                                                          \
    static struct cost name_##_cost

/* Several of them, in an array. */
#define COSTS(name_)                                                           \
    static struct cost name_##_costs[];                                        \
    static const size_t name_##_count;                                         \
    __attribute__((constructor)) static void name_##_register(void)            \
    {                                                                          \
        for (size_t c = 0; c < name_##_count; c++)                             \
            cost_register(&name_##_costs[c]);                                  \
    }                                                                          \
    static struct cost name_##_costs[]

/*
 * How long and how often is measured: blocks go on until every interval of
 * the group is narrow, or the time is up, but at least and at most so many.
 * Who stops when it looks well gets intervals that are a little too narrow,
 * so one look is taken every few blocks and no more.
 */
struct effort {
    size_t least, most; /* blocks */
    double narrow;      /* the width of an interval over its median */
    uint64_t limit_ns;  /* of one group */
    uint64_t sample_ns; /* the least time of one sample */
    uint64_t seed;      /* of the order within blocks */
};

/* costs_measure.c: measures all costs of this group; dies when one did not
 * do what it said. */
void group_measure(const char *group, const struct effort *effort);

/* costs_report.c */
void costs_print(const char *only);
void costs_print_json(const struct effort *effort, const char *only);
void costs_list(void);
/* Whether the group was asked for: `only` is NULL or a part of its name. */
bool group_wanted(const char *group, const char *only);

#endif
