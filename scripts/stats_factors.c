/*
 * stats_factors.c - what a run varied, what it left out, and how far it can
 * be trusted, as rows for the report.
 *
 * Teaches: a result holds for the levels that were measured and says nothing
 * of the others, so a report lists both (rules 2 and 9 of Hoefler and Belli,
 * SC15).
 * Look at: settings_of, which finds in a command what no column of the plan
 * tells: the kernel's own options.
 * Left out: factors that did not vary. The machine's description has those.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stats.h"

#include <ctype.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- levels */

/* Different texts, numbers by size and other words by name. */
struct levels {
    char **list;
    size_t n;
};

static int by_level(const void *a, const void *b)
{
    const char *x = *(const char *const *)a, *y = *(const char *const *)b;
    double p = strtod(x, NULL), q = strtod(y, NULL);
    if (isdigit((unsigned char)*x) && isdigit((unsigned char)*y) &&
        (p < q || p > q))
        return p < q ? -1 : 1;
    return strcmp(x, y);
}

static void levels_add(struct levels *levels, const char *text)
{
    for (size_t i = 0; i < levels->n; i++)
        if (!strcmp(levels->list[i], text))
            return;
    char **list = realloc(levels->list, (levels->n + 1) * sizeof *list);
    char *copy = strdup(text);
    if (!list || !copy)
        fail("memory", "no more of it");
    levels->list = list;
    list[levels->n++] = copy;
}

/* A row "factor, how many levels, which", and forgets the levels. */
static void levels_row(struct levels *levels, const char *factor,
                       const char *separator)
{
    if (levels->n)
        qsort(levels->list, levels->n, sizeof *levels->list, by_level);
    printf("%s\t%zu\t", factor, levels->n);
    for (size_t i = 0; i < levels->n; i++) {
        printf("%s%s", i ? separator : "", levels->list[i]);
        free(levels->list[i]);
    }
    putchar('\n');
    free(levels->list);
    *levels = (struct levels){0};
}

/* --------------------------------------------------------------- factors */

/* Whether a word of a command says something that a column tells, or that
 * has no part in what is measured. */
static bool told_elsewhere(const char *word)
{
    static const char *const words[] = {"--workers", "--cores", "--inflight",
                                        "--expect", "--log"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcmp(word, words[i]))
            return true;
    return false;
}

/* "gcd --items 32": a command without the program, the columns of the plan
 * and the harness' own options. */
static void settings_of(const struct arm *arm, char *text, size_t bytes)
{
    char *copy = strdup(arm->command), *rest = copy, *word;
    snprintf(text, bytes, "%s", arm->kernel);
    if (!copy)
        fail("memory", "no more of it");
    strsep(&rest, " "); /* the program */
    strsep(&rest, " "); /* the kernel */
    while ((word = strsep(&rest, " "))) {
        size_t used = strlen(text);
        if (told_elsewhere(word))
            strsep(&rest, " ");
        else if (*word)
            snprintf(text + used, bytes - used, " %s", word);
    }
    free(copy);
}

typedef void cell_text(const struct arm *arm, char *text, size_t bytes);

static void strategy_cell(const struct arm *arm, char *text, size_t bytes)
{
    snprintf(text, bytes, "%s", arm->strategy);
}

static void kernel_cell(const struct arm *arm, char *text, size_t bytes)
{
    snprintf(text, bytes, "%s", arm->kernel);
}

static void workers_cell(const struct arm *arm, char *text, size_t bytes)
{
    snprintf(text, bytes, "%ld", arm->workers);
}

static void cores_cell(const struct arm *arm, char *text, size_t bytes)
{
    snprintf(text, bytes, "%ld", arm->cores);
}

static void items_cell(const struct arm *arm, char *text, size_t bytes)
{
    snprintf(text, bytes, "%s", arm->items);
}

static void inflight_cell(const struct arm *arm, char *text, size_t bytes)
{
    if (arm->estimate.inflight > 0)
        snprintf(text, bytes, "%.0f", arm->estimate.inflight);
}

void factor_rows(const struct results *results)
{
    static const struct {
        const char *name;
        cell_text *of;
        const char *separator;
    } factors[] = {
        {"kernel", kernel_cell, ", "},
        {"strategy", strategy_cell, ", "},
        {"workers", workers_cell, ", "},
        {"cores", cores_cell, ", "},
        {"items", items_cell, ", "},
        {"items in flight, as measured", inflight_cell, ", "},
        {"settings of a kernel", settings_of, "; "},
    };
    struct levels levels = {0};
    char text[256];
    printf("factor\tlevels\twhich\n");
    for (size_t f = 0; f < sizeof factors / sizeof *factors; f++) {
        for (size_t i = 0; i < results->arms_n; i++) {
            *text = '\0';
            if (!arm_is(&results->arms[i], "blank"))
                factors[f].of(&results->arms[i], text, sizeof text);
            if (*text)
                levels_add(&levels, text);
        }
        levels_row(&levels, factors[f].name, factors[f].separator);
    }
    printf("block\t%zu\tevery arm once in each, in an order of its own\n",
           results->blocks_n);
}

/* -------------------------------------------------------------- left out */

/* "a, b" of an array of texts; "" when there are none. */
static void list_text(const json_t *list, char *text, size_t bytes)
{
    size_t i;
    const json_t *value;
    *text = '\0';
    json_array_foreach(list, i, value)
    {
        size_t used = strlen(text);
        if (json_is_string(value))
            snprintf(text + used, bytes - used, "%s%s", i ? ", " : "",
                     json_string_value(value));
    }
}

static void asked_row(const json_t *asked, const char *key, const char *name)
{
    char text[512];
    list_text(json_object_get(asked, key), text, sizeof text);
    if (*text)
        printf("%s but: %s\tonly these were asked for (%s=)\n", key, text,
               name);
}

/* What the sweep had no time for: "what: why", by its own words. */
static void hurry_rows(const json_t *session)
{
    size_t i;
    const json_t *value;
    json_array_foreach(json_object_get(session, "left_out"), i, value)
    {
        const char *text = json_string_value(value);
        const char *why = text ? strstr(text, ": ") : NULL;
        if (why)
            printf("%.*s\t%s\n", (int)(why - text), text, why + 2);
        else if (text)
            printf("%s\tnot told\n", text);
    }
}

/* Processors of the machine that no arm used. */
static void processors_row(const struct results *results)
{
    const char *text = machine_text(results, "hardware_threads");
    long there = text ? strtol(text, NULL, 10) : 0, used = 0;
    for (size_t i = 0; i < results->arms_n; i++)
        if (results->arms[i].cores > used)
            used = results->arms[i].cores;
    text = machine_text(results, "usable_cores");
    long usable = text ? strtol(text, NULL, 10) : there;
    if (used < there)
        printf("%ld of %ld processors\t%s\n", there - used, there,
               used < usable ? "no more cores were asked for (CORES=)"
                             : "affinity or a quota keeps them from this run");
}

/* Charts that could not be drawn although some of their arms were measured:
 * those whose ratios have no base. */
static void charts_rows(const struct results *results)
{
    struct charts charts = charts_build(results);
    for (size_t c = 0; c < charts.n; c++)
        if (!charts.list[c].measured_n)
            printf("chart %s\tnothing in it was measured, or nothing to "
                   "compare with (sequential)\n",
                   charts.list[c].name);
    charts_free(&charts);
}

void left_out_rows(const struct results *results)
{
    size_t bytes = strlen(results->directory) + sizeof "/session.json";
    char *path = allocate(bytes, 1);
    snprintf(path, bytes, "%s/session.json", results->directory);
    json_t *session = json_load_file(path, 0, NULL);
    const json_t *asked = json_object_get(session, "asked");
    const char *plan = json_string_value(json_object_get(asked, "plan"));
    free(path);
    printf("what\twhy\n");
    asked_row(asked, "kernels", "KERNELS");
    asked_row(asked, "strategies", "STRATEGIES");
    hurry_rows(session);
    processors_row(results);
    charts_rows(results);
    if (plan && !strcmp(plan, "quick"))
        printf("larger inputs, and strategies on kernels for which they are "
               "not meant\tthe quick plan fits into minutes (PLAN=full has "
               "them)\n");
    printf("block 0\tit warms up caches, disks and the processor's clock\n");
    json_decref(session);
}

/* ----------------------------------------------------------- certificate */

/* A row, when machine.json knows the key. */
static void machine_row(const struct results *results, const char *key,
                        const char *what, const char *means)
{
    const char *text = machine_text(results, key);
    if (text)
        printf("%s\t%s\t%s\n", what, text, means);
}

/* What a second of trying got, held against the rules. A twentieth less is
 * what starting and ending the trial may take. */
static void probe_row(const struct results *results)
{
    const json_t *probe = json_object_get(results->machine, "probe_cores");
    const json_t *rules = json_object_get(results->machine, "effective_cores");
    double got = json_number_value(probe);
    bool enough = got >= 0.95 * json_number_value(rules);
    if (json_is_number(probe))
        printf("processors, by trying\t%.2f\t%s\n", got,
               enough ? "as many: nobody else used them"
                      : "fewer: others used them just then");
}

/* What the harness took around a run, beside hyperfine and the program: the
 * median over all samples that say so. */
static void harness_row(const struct results *results)
{
    double *values = allocate(results->samples_n, sizeof *values);
    size_t n = 0;
    for (size_t i = 0; i < results->samples_n; i++) {
        const json_t *took =
            json_object_get(results->samples[i].outside, "harness_ns");
        if (results->samples[i].of && json_is_number(took))
            values[n++] = json_number_value(took) / 1e9;
    }
    if (n) {
        struct interval seconds = interval_of(values, n);
        printf("the harness, around a run\t%s\tnot within any time that "
               "counts\n",
               seconds_interval_text(&seconds));
    }
    free(values);
}

void certificate_rows(const struct results *results)
{
    size_t i, alarms = 0;
    const json_t *warning;
    const char *noise = noise_text(results);
    for (size_t a = 0; a < results->arms_n; a++)
        alarms += results->arms[a].estimate.alarms != 0;
    printf("what\there\tit means\n");
    printf("one arm measured as if it were two\t%s\tsmaller differences mean "
           "nothing here\n",
           strncmp(noise, "noise: ", 7) ? noise : noise + 7);
    machine_row(results, "effective_cores", "processors, by the rules",
                "affinity and quotas leave so many");
    probe_row(results);
    machine_row(results, "background_cpu", "share of the machine that was busy",
                "before anything was measured");
    harness_row(results);
    printf("impossible figures\t%zu\tarms whose figures cannot be true\n",
           alarms);
    json_array_foreach(json_object_get(results->machine, "warnings"), i,
                       warning) if (json_is_string(warning))
        printf("warning\t%s\tthe machine, before the run\n",
               json_string_value(warning));
}
