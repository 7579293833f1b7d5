/*
 * costs_report.c - what was measured, as a table or as JSON.
 *
 * Look at: the interval before the median, and the ratio before both.
 *
 * SPDX-License-Identifier: MIT
 */
#include "costs.h"

#include "../bench/lib/die.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

/* Defined by the Makefile; clang-tidy comes without. */
#ifndef BUILD_COMPILER
#define BUILD_COMPILER "unknown"
#define BUILD_FLAGS "unknown"
#endif

void costs_list(void)
{
    for (const struct cost *cost = costs; cost != NULL; cost = cost->next)
        printf("%-16s %-26s %s\n", cost->group, cost->by, cost->is);
}

/* "1.72 [1.70, 1.75]" */
static void print_interval(const struct interval *interval)
{
    char text[64] = "";
    if (!isnan(interval->low))
        snprintf(text, sizeof text, "[%.2f, %.2f]", interval->low,
                 interval->high);
    printf(" %9.2f %-20s", interval->middle, text);
}

void costs_print(const char *only)
{
    const char *last = "";
    for (const struct cost *cost = costs; cost != NULL; cost = cost->next) {
        if (!group_wanted(cost->group, only))
            continue;
        if (strcmp(cost->group, last) != 0)
            printf("%s%s: %s, %zu blocks\n%-28s %9s %-20s %9s\n",
                   *last ? "\n" : "", cost->group, cost->is, cost->blocks, "",
                   "ns", "95 %", "ratio");
        last = cost->group;
        printf("  %-26s", cost->by);
        print_interval(&cost->median);
        if (!isnan(cost->ratio.middle))
            print_interval(&cost->ratio);
        printf("\n");
    }
    puts("\nmedians of blocks on one core; ratio, within the block: to ours, "
         "of primitives to\na coroutine switch");
}

/* NaN has no place in JSON. */
static json_t *real(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

/* Nanoseconds of one operation, in each block. */
static json_t *blocks_json(const struct cost *cost)
{
    json_t *list = json_array();
    for (size_t b = 0; b < cost->blocks; b++)
        json_array_append_new(list, real(cost->ns[b]));
    return list;
}

static json_t *cost_json(const struct cost *cost)
{
    return json_pack(
        "{ss* ss* ss ss ss sb sI sI so so so so so so so}", "name", cost->name,
        "what", cost->what, "group", cost->group, "is", cost->is, "by",
        cost->by, "own", (int)cost->own, "count", (json_int_t)cost->count,
        "blocks", (json_int_t)cost->blocks, "ns", blocks_json(cost),
        "median_ns", real(cost->median.middle), "low_ns",
        real(cost->median.low), "high_ns", real(cost->median.high), "ratio",
        real(cost->ratio.middle), "low_ratio", real(cost->ratio.low),
        "high_ratio", real(cost->ratio.high));
}

void costs_print_json(const struct effort *effort, const char *only)
{
    struct utsname machine;
    uname(&machine);
    json_t *list = json_array();
    for (const struct cost *cost = costs; cost != NULL; cost = cost->next)
        if (group_wanted(cost->group, only))
            json_array_append_new(list, cost_json(cost));
    json_t *all =
        json_pack("{si ss ss ss sI so}", "schema", 2, "host", machine.nodename,
                  "compiler", BUILD_COMPILER, "flags", BUILD_FLAGS, "seed",
                  (json_int_t)effort->seed, "measurements", list);
    if (all == NULL || json_dumpf(all, stdout, JSON_REAL_PRECISION(6)) != 0)
        die(ENOMEM, "JSON");
    printf("\n");
    json_decref(all);
}
