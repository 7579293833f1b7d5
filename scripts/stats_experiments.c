/*
 * stats_experiments.c - the experiments of a run, as session.json tells them,
 * and what charts each one has: the outline of the report.
 *
 * Teaches: an experiment is a question; a chart without its question is
 * decoration.
 * Look at: kinds[], which says for each kind of chart where it comes from.
 * Left out: the charts. Each kind has files of its own.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stats_curves.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --------------------------------------------------------------- reading */

static const char *text_in(const json_t *about, const char *key)
{
    const char *text = json_string_value(json_object_get(about, key));
    return text ? text : "";
}

/* JSON's true, or the word of the experiment's file. */
static bool yes_in(const json_t *about, const char *key)
{
    return json_is_true(json_object_get(about, key)) ||
           !strcmp(text_in(about, key), "yes");
}

/* A number, or digits; those without a place come last. */
static double order_in(const json_t *about)
{
    const json_t *order = json_object_get(about, "order");
    if (json_is_number(order))
        return json_number_value(order);
    const char *text = text_in(about, "order");
    return isdigit((unsigned char)*text) ? strtod(text, NULL) : 1e6;
}

static const char *or_else(const char *text, const char *otherwise)
{
    return *text ? text : otherwise;
}

static struct experiment experiment_from(const json_t *about)
{
    const char *name = text_in(about, "name");
    double order = order_in(about);
    return (struct experiment){
        .name = name,
        .part = or_else(text_in(about, "part"), name),
        .title = text_in(about, "title"),
        .question = text_in(about, "question"),
        .chart = text_in(about, "chart"),
        .uses = text_in(about, "uses"),
        .kernels = text_in(about, "kernels"),
        .x = text_in(about, "x"),
        .y = text_in(about, "y"),
        .y_name = text_in(about, "y_name"),
        .right = text_in(about, "right"),
        .right_name = text_in(about, "right_name"),
        .bound = text_in(about, "bound"),
        .bound_name = text_in(about, "bound_name"),
        .each_kernel = !strcmp(text_in(about, "each"), "kernel"),
        .xlog = yes_in(about, "xlog"),
        .ylog = yes_in(about, "ylog"),
        .order = order,
        .own_order = order,
        .all = about,
    };
}

/* What a plan shows that was made before sessions told their experiments. */
static const struct {
    const char *chart, *title, *question;
    double order;
} unspoken[] = {
    {"speedup", "Speedup against cores",
     "How many times faster is each strategy on more cores?", 10},
    {"inflight", "Elapsed time against items in flight",
     "How much of the waiting can be overlapped?", 30},
    {"counters", "Cost of an increment against workers",
     "What does it cost when all workers write one variable?", 50},
};

enum { UNSPOKEN = sizeof unspoken / sizeof *unspoken };

static struct experiment experiment_guessed(size_t i)
{
    struct experiment e = experiment_from(NULL);
    e.name = e.part = e.chart = unspoken[i].chart;
    e.title = unspoken[i].title;
    e.question = unspoken[i].question;
    e.order = e.own_order = unspoken[i].order;
    return e;
}

static bool plan_has(const struct results *results, const char *chart)
{
    for (size_t i = 0; i < results->arms_n; i++)
        if (!strcmp(results->arms[i].chart, chart))
            return true;
    return false;
}

/* -------------------------------------------------------------- ordering */

/* Parts by their place, then by name; within a part by place, the experiment
 * that the part is named after before others. */
static int by_order(const void *a, const void *b)
{
    const struct experiment *d = a, *e = b;
    if (d->order < e->order || d->order > e->order)
        return d->order < e->order ? -1 : 1;
    int part = strcmp(d->part, e->part);
    if (part)
        return part;
    if (d->own_order < e->own_order || d->own_order > e->own_order)
        return d->own_order < e->own_order ? -1 : 1;
    bool first = !strcmp(d->name, d->part), other = !strcmp(e->name, e->part);
    return first != other ? (other ? 1 : -1) : strcmp(d->name, e->name);
}

/* A part stands where the first of its experiments wants it. */
static void order_parts(struct experiments *experiments)
{
    for (size_t i = 0; i < experiments->n; i++)
        for (size_t j = 0; j < experiments->n; j++) {
            struct experiment *e = &experiments->list[i];
            const struct experiment *other = &experiments->list[j];
            if (!strcmp(e->part, other->part) && other->own_order < e->order)
                e->order = other->own_order;
        }
    if (experiments->n)
        qsort(experiments->list, experiments->n, sizeof *experiments->list,
              by_order);
}

struct experiments experiments_of(const struct results *results)
{
    size_t told = json_array_size(results->experiments), i;
    struct experiments experiments = {
        .list = allocate(told + UNSPOKEN, sizeof *experiments.list)};
    const json_t *about;
    json_array_foreach(results->experiments, i, about)
    {
        struct experiment e = experiment_from(about);
        if (*e.name)
            experiments.list[experiments.n++] = e;
    }
    for (i = 0; i < UNSPOKEN && !told; i++)
        if (plan_has(results, unspoken[i].chart))
            experiments.list[experiments.n++] = experiment_guessed(i);
    order_parts(&experiments);
    return experiments;
}

void experiments_free(struct experiments *experiments)
{
    free(experiments->list);
}

/* ------------------------------------------------------------------ arms */

/* Whether a name is one of "a,b,c". */
static bool listed(const char *list, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = list; *at; at += strspn(at, ", ")) {
        size_t n = strcspn(at, ", ");
        if (n == length && !strncmp(at, name, n))
            return true;
        at += n;
    }
    return false;
}

bool experiment_draws(const struct experiment *experiment,
                      const struct arm *arm)
{
    const char *whose = or_else(experiment->uses, experiment->name);
    return arm_is(arm, "plan") && !strcmp(arm->experiment, whose) &&
           (!*experiment->kernels || listed(experiment->kernels, arm->kernel));
}

/* ------------------------------------------------------------------ rows */

static void tab_text(const char *text)
{
    for (; *text; text++)
        putchar(iscntrl((unsigned char)*text) ? ' ' : *text);
}

/* One chart, or why there is none. */
static void experiment_row(const struct experiment *e, const char *chart,
                           const char *kernel, const char *why)
{
    const char *const cells[] = {e->part, e->title, e->question, e->name,
                                 chart,   kernel,   why};
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        if (i)
            putchar('\t');
        tab_text(cells[i]);
    }
    putchar('\n');
}

static const char nothing[] =
    "nothing of it was measured, or nothing to compare it with";

/* Whether any arm in a chart is of this experiment. */
static bool chart_of(const struct chart *chart, const struct experiment *e)
{
    if (chart->curve)
        return !strcmp(chart->curve->about.name, e->name);
    for (size_t s = 0; s < chart->series_n; s++)
        if (!strcmp(series_arm(&chart->series[s])->experiment, e->name))
            return true;
    return false;
}

/* The charts that were drawn of arms: those of `charts` that are this
 * experiment's. */
static size_t charts_rows(const struct charts *charts,
                          const struct experiment *e)
{
    size_t n = 0;
    for (size_t c = 0; c < charts->n; c++) {
        const struct chart *chart = &charts->list[c];
        if (!chart_of(chart, e))
            continue;
        bool drawn = chart->measured_n > 0;
        experiment_row(e, drawn ? chart->name : "",
                       chart->kernel ? chart->kernel : "",
                       drawn ? "" : nothing);
        n++;
    }
    return n;
}

static size_t special_rows(const struct results *results,
                           const struct experiment *e)
{
    struct charts charts = charts_build(results);
    size_t n = charts_rows(&charts, e);
    charts_free(&charts);
    return n;
}

static size_t lines_rows(const struct results *results,
                         const struct experiment *e)
{
    struct charts charts = curves_build(results);
    size_t n = charts_rows(&charts, e);
    charts_free(&charts);
    if (n || !*curve_fault(e))
        return n;
    experiment_row(e, "", "", curve_fault(e));
    return 1;
}

/* Charts that are drawn from a file that a `once` command made: there when
 * their data were written. */
static size_t once_rows(const struct results *results,
                        const struct experiment *e)
{
    char *path = allocate(strlen(results->directory) + strlen(e->name) + 32, 1);
    sprintf(path, "%s/charts/%s.dat", results->directory, e->name);
    FILE *file = fopen(path, "r");
    if (file)
        fclose(file);
    experiment_row(e, file ? e->name : "", "",
                   file ? "" : "what it draws was not made");
    free(path);
    return 1;
}

static size_t no_rows(const struct results *results, const struct experiment *e)
{
    (void)results;
    experiment_row(e, "", "", "it has no chart");
    return 1;
}

/* Where the charts of a kind come from. Each answers how many rows it has
 * printed. */
static const struct {
    const char *chart;
    size_t (*rows)(const struct results *results, const struct experiment *e);
} kinds[] = {
    {"speedup", special_rows},   {"inflight", special_rows},
    {"counters", special_rows},  {"lines", lines_rows},
    {"granularity", lines_rows}, {"costs", once_rows},
    {"timeline", once_rows},     {"occupancy", once_rows},
    {"none", no_rows},
};

void experiment_rows(const struct results *results)
{
    struct experiments experiments = experiments_of(results);
    printf("part\ttitle\tquestion\texperiment\tchart\tkernel\twhy\n");
    for (size_t i = 0; i < experiments.n; i++) {
        const struct experiment *e = &experiments.list[i];
        size_t rows = 0;
        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
            if (!strcmp(kinds[k].chart, e->chart))
                rows += kinds[k].rows(results, e);
        if (!rows)
            experiment_row(e, "", "", nothing);
    }
    experiments_free(&experiments);
}
