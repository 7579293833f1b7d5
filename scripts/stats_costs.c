/*
 * stats_costs.c - what primitives cost, on one axis: from `costs --json`.
 *
 * Teaches: a cost means little alone. On one logarithmic axis the steps show:
 * what stays within a thread, what wakes another one, what makes one.
 * Look at: the ratios. Each is taken within a block of build/costs, a few
 * milliseconds apart, and only then put together.
 * Left out: the other groups of build/costs, which compare libraries.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stats_once.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct cost {
    const char *name, *by, *what;
    struct interval ns;
    const json_t *blocks; /* ns in each */
};

/* The primitives of one file, the cheapest first. */
struct costs {
    json_t *file;
    struct cost *list;
    size_t n;
};

/* ---------------------------------------------------------------- reading */

static const char *text_in(const json_t *about, const char *key)
{
    const char *text = json_string_value(json_object_get(about, key));
    return text ? text : "";
}

/* NaN where it is no number. */
static double number_in(const json_t *about, const char *key)
{
    const json_t *number = json_object_get(about, key);
    return json_is_number(number) ? json_number_value(number) : (double)NAN;
}

static struct cost cost_from(const json_t *about)
{
    struct cost cost = {.name = text_in(about, "name"),
                        .by = text_in(about, "by"),
                        .what = text_in(about, "what"),
                        .blocks = json_object_get(about, "ns")};
    cost.ns = (struct interval){.n = json_array_size(cost.blocks),
                                .middle = number_in(about, "median_ns"),
                                .low = number_in(about, "low_ns"),
                                .high = number_in(about, "high_ns")};
    return cost;
}

static int by_cost(const void *a, const void *b)
{
    const struct cost *c = a, *d = b;
    if (c->ns.middle < d->ns.middle || c->ns.middle > d->ns.middle)
        return c->ns.middle < d->ns.middle ? -1 : 1;
    return strcmp(c->name, d->name);
}

static void costs_free(void *data)
{
    struct costs *costs = data;
    json_decref(costs->file);
    free(costs->list);
    free(costs);
}

/* Those that have a name of their own and a price. */
static void costs_pick(struct costs *costs)
{
    const json_t *all = json_object_get(costs->file, "measurements"), *about;
    size_t i;
    costs->list = allocate(json_array_size(all), sizeof *costs->list);
    json_array_foreach(all, i, about)
    {
        struct cost cost = cost_from(about);
        if (*cost.name && *cost.by && cost.ns.middle > 0 &&
            isfinite(cost.ns.middle))
            costs->list[costs->n++] = cost;
    }
    if (costs->n)
        qsort(costs->list, costs->n, sizeof *costs->list, by_cost);
}

static void *costs_read(const struct results *results, const struct once *once,
                        bool tell)
{
    json_error_t error;
    const char *file = once_file(once, 0);
    if (!file)
        return NULL;
    char *path = once_path(results, file);
    struct costs *costs = allocate(1, sizeof *costs);
    costs->file = json_load_file(path, 0, &error);
    free(path);
    costs_pick(costs);
    if (costs->n)
        return costs;
    if (tell)
        once_tell(once, file,
                  costs->file ? "holds no primitive's cost" : error.text);
    costs_free(costs);
    return NULL;
}

/* ------------------------------------------------------------------ ratios */

static const struct cost *cost_named(const struct costs *costs,
                                     const char *name)
{
    for (size_t i = 0; i < costs->n; i++)
        if (!strcmp(costs->list[i].name, name))
            return &costs->list[i];
    return NULL;
}

/* How many times `less` the other one costs, block by block. */
static struct interval ratio_of(const struct cost *more,
                                const struct cost *less)
{
    size_t n = json_array_size(more->blocks);
    if (json_array_size(less->blocks) < n)
        n = json_array_size(less->blocks);
    double *logs = allocate(n, sizeof *logs);
    for (size_t b = 0; b < n; b++)
        logs[b] = log(json_number_value(json_array_get(more->blocks, b)) /
                      json_number_value(json_array_get(less->blocks, b)));
    struct interval ratio = interval_exp(interval_of(logs, n));
    free(logs);
    return ratio;
}

/* ----------------------------------------------------------------- drawing */

static double or_middle(double bound, double middle)
{
    return bound > 0 && isfinite(bound) ? bound : middle;
}

/* $costs: row, value, low, high in seconds, name, value in words. */
static void put_costs(FILE *out, const struct costs *costs)
{
    fputs("$costs << END\n", out);
    for (size_t i = 0; i < costs->n; i++) {
        const struct cost *cost = &costs->list[i];
        const struct interval *ns = &cost->ns;
        fprintf(out, "%zu\t%.6g\t%.6g\t%.6g\t", costs->n - i, ns->middle / 1e9,
                or_middle(ns->low, ns->middle) / 1e9,
                or_middle(ns->high, ns->middle) / 1e9);
        once_cell(out, cost->by);
        fprintf(out, "\t%s\n", seconds_text(ns->middle / 1e9));
    }
    fputs("END\n", out);
}

/* Whole powers of ten; each third has a label. */
static void put_axis(FILE *out, const struct costs *costs)
{
    double low = INFINITY, high = 0;
    for (size_t i = 0; i < costs->n; i++) {
        const struct interval *ns = &costs->list[i].ns;
        low = fmin(low, or_middle(ns->low, ns->middle) / 1e9);
        high = fmax(high, or_middle(ns->high, ns->middle) / 1e9);
    }
    int first = (int)floor(log10(low)), last = (int)ceil(log10(high));
    fprintf(out, "x_low = %.6g\nx_high = %.6g\nx_tics = '", pow(10, first),
            pow(10, last));
    for (int power = first; power <= last; power++) {
        double at = pow(10, power);
        int shown = (power % 3 + 3) % 3;
        fprintf(out, "%s\"%s\" %.6g", power > first ? ", " : "",
                shown         ? ""
                : power < -9  ? "1 ps"
                : power == -9 ? "1 ns"
                : power == -6 ? "1 us"
                : power == -3 ? "1 ms"
                : power == 0  ? "1 s"
                              : "",
                at);
    }
    fputs("'\n", out);
}

static void costs_write(FILE *out, const struct results *results,
                        const struct once *once)
{
    const struct costs *costs = once->data;
    char blocks[96];
    put_constant(out, "title_text",
                 *once->title ? once->title : "What does each of these cost?");
    put_constant(out, "base_text", "");
    snprintf(blocks, sizeof blocks, "median of %zu blocks on one core; %s",
             costs->list[0].ns.n,
             costs->list[0].ns.n >= BLOCKS_LEAST ? "bar: 95 %"
                                                 : "too few for intervals");
    once_footers(out, results, blocks, "");
    fprintf(out, "height = %zu\ncosts_n = %zu\n", 198 + 21 * costs->n,
            costs->n);
    put_axis(out, costs);
    put_costs(out, costs);
}

/* ------------------------------------------------------------------- words */

static void say_interval(const struct interval *ratio)
{
    if (isfinite(ratio->low) && isfinite(ratio->high))
        say_ends("%s to %s", times_text(ratio->low), times_text(ratio->high));
}

/* Nothing unless both were measured. */
static void say_pair(const struct costs *costs, const char *more,
                     const char *less, const char *what, const char *as_what)
{
    const struct cost *a = cost_named(costs, more);
    const struct cost *b = cost_named(costs, less);
    if (!a || !b)
        return;
    struct interval ratio = ratio_of(a, b);
    printf(" %s takes %s, %s times as long", what,
           seconds_text(a->ns.middle / 1e9), times_text(ratio.middle));
    say_interval(&ratio);
    printf(" as %s.", as_what);
}

static void costs_words(const struct once *once)
{
    const struct costs *costs = once->data;
    const struct cost *least = &costs->list[0];
    const struct cost *most = &costs->list[costs->n - 1];
    printf("The cheapest here is a %s, %s; the dearest %s, %s, %s times as "
           "much.",
           least->by, seconds_text(least->ns.middle / 1e9), most->by,
           seconds_text(most->ns.middle / 1e9),
           times_text(most->ns.middle / least->ns.middle));
    say_pair(costs, "thread_handover", "coroutine_switch",
             "To hand over to another thread",
             "to switch to another coroutine");
    say_pair(costs, "thread_create", "task_submit",
             "To start a thread and join it",
             "to have a pool's thread run a task");
    say_pair(costs, "process_fork", "thread_create",
             "To fork a process and wait for it", "a thread");
    putchar('\n');
}

/* -------------------------------------------------------------------- rows */

static void costs_rows(const struct once *once)
{
    const struct costs *costs = once->data;
    const struct cost *base = cost_named(costs, "coroutine_switch");
    printf("primitive\tcost\t95 %%\tcoroutine switches\tblocks\twhat\n");
    for (size_t i = 0; i < costs->n; i++) {
        const struct cost *cost = &costs->list[i];
        const struct interval *ns = &cost->ns;
        once_cell(stdout, cost->by);
        printf("\t%s\t", seconds_text(ns->middle / 1e9));
        if (isfinite(ns->low) && isfinite(ns->high))
            printf("[%s, %s]", seconds_text(ns->low / 1e9),
                   seconds_text(ns->high / 1e9));
        putchar('\t');
        if (base) {
            struct interval ratio = ratio_of(cost, base);
            printf("%s", times_text(ratio.middle));
            if (isfinite(ratio.low) && isfinite(ratio.high))
                printf(" [%s, %s]", times_text(ratio.low),
                       times_text(ratio.high));
        }
        printf("\t%zu\t", ns->n);
        once_cell(stdout, cost->what);
        putchar('\n');
    }
}

const struct once_kind once_costs = {.chart = "costs",
                                     .read = costs_read,
                                     .free = costs_free,
                                     .write = costs_write,
                                     .words = costs_words,
                                     .rows = costs_rows};
