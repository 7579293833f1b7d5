/*
 * stats_compare_print.c - shows two runs side by side.
 *
 * Teaches: a verdict stands beside the interval it rests on, so that it can be
 * doubted; and what could not be decided is a line like any other.
 * Look at: the last lines, which sum up; above them two lines for each arm.
 * Left out: colours, and charts of differences.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stats_compare.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ----------------------------------------------------------------- texts */

/* "50.1 ms [49.8, 50.3]", all three in the unit of the first. Valid for the
 * next two calls. */
static const char *span_text(const struct interval *seconds)
{
    static char texts[2][64];
    static unsigned turn;
    char *text = texts[turn++ % 2];
    const char *middle = seconds_text(seconds->middle);
    size_t n = (size_t)snprintf(text, sizeof texts[0], "%s", middle);
    if (!(seconds->middle > 0))
        return text;
    /* What is printed over what it stands for: the unit, but for rounding. */
    double unit = strtod(middle, NULL) / seconds->middle;
    unit = pow(10, round(log10(unit)));
    if (isfinite(seconds->low) && isfinite(seconds->high))
        snprintf(text + n, sizeof texts[0] - n, " [%.4g, %.4g]",
                 seconds->low * unit, seconds->high * unit);
    return text;
}

/* "1.102 [1.096, 1.108]". Valid for the next two calls. */
static const char *ratio_text(const struct interval *ratio)
{
    static char texts[2][64];
    static unsigned turn;
    char *text = texts[turn++ % 2];
    if (!isfinite(ratio->middle))
        return "-";
    if (!isfinite(ratio->low) || !isfinite(ratio->high))
        snprintf(text, sizeof texts[0], "%.3f", ratio->middle);
    else
        snprintf(text, sizeof texts[0], "%.3f [%.3f, %.3f]", ratio->middle,
                 ratio->low, ratio->high);
    return text;
}

/* One line of at most 80 columns, without control characters. */
static void put_line(char *line)
{
    for (char *c = line; *c; c++)
        if (iscntrl((unsigned char)*c))
            *c = ' ';
    printf("%.80s\n", line);
}

/* ------------------------------------------------------------------ arms */

static void arm_text(char *text, size_t bytes, const struct arm *arm)
{
    int n = snprintf(text, bytes, "%.16s, %ld worker%s, %ld core%s",
                     arm->strategy, arm->workers, arm->workers == 1 ? "" : "s",
                     arm->cores, arm->cores == 1 ? "" : "s");
    if (!strcmp(arm->chart, "inflight") && isfinite(arm->estimate.inflight))
        snprintf(text + n, bytes - (size_t)n, ", %.0f in flight",
                 arm->estimate.inflight);
}

static void print_pair(const struct pair *pair)
{
    char line[512], arm[128];
    arm_text(arm, sizeof arm, pair->a);
    snprintf(line, sizeof line, "  %-43s %-22s %s", arm,
             ratio_text(&pair->beside), verdict_text(pair->verdict));
    put_line(line);
    snprintf(line, sizeof line, "    A %s, B %s: %s",
             span_text(&pair->a->estimate.elapsed),
             span_text(&pair->b->estimate.elapsed), ratio_text(&pair->time));
    put_line(line);
    if (*pair->why) {
        snprintf(line, sizeof line, "    %s", pair->why);
        put_line(line);
    }
}

static void print_pairs(const struct comparison *c)
{
    const struct arm *last = NULL;
    for (size_t i = 0; i < c->pairs_n; i++) {
        const struct arm *arm = c->pairs[i].a;
        if (!last || strcmp(last->chart, arm->chart) != 0 ||
            strcmp(last->kernel, arm->kernel) != 0)
            printf("%s (%s)\n", arm->kernel, arm->chart);
        last = arm;
        print_pair(&c->pairs[i]);
    }
}

static void print_only(const char *which, const struct arm *const *arms,
                       size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char line[512], arm[128];
        arm_text(arm, sizeof arm, arms[i]);
        snprintf(line, sizeof line, "only in %s: %.24s: %s", which,
                 arms[i]->kernel, arm);
        put_line(line);
    }
}

/* ------------------------------------------------------------------ heads */

/* A value as JSON, texts without their quotes. */
static void value_text(char *text, size_t bytes, json_t *value)
{
    char *dump = NULL;
    if (!json_is_string(value))
        dump = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    snprintf(text, bytes, "%s",
             dump                       ? dump
             : json_string_value(value) ? json_string_value(value)
                                        : "?");
    free(dump);
}

/* Short values on one line; long ones below each other. */
static void print_difference(const char *key, json_t *sides)
{
    char a[256], b[256], line[640];
    value_text(a, sizeof a, json_object_get(sides, "a"));
    value_text(b, sizeof b, json_object_get(sides, "b"));
    snprintf(line, sizeof line, "  %s: %s -> %s", key, a, b);
    if (strlen(line) <= 80) {
        put_line(line);
        return;
    }
    printf("  %.70s:\n", key);
    snprintf(line, sizeof line, "    A %s", a);
    put_line(line);
    snprintf(line, sizeof line, "    B %s", b);
    put_line(line);
}

static void print_run(const char *which, const struct results *run)
{
    char line[512];
    printf("%s %s\n  %s\n", which, run->directory, blocks_text(run));
    snprintf(line, sizeof line, "  %s", noise_text(run));
    put_line(line);
}

static void print_head(const struct comparison *c)
{
    const char *key;
    json_t *sides, *all = differences_between(c->a, c->b);
    print_run("A", c->a);
    print_run("B", c->b);
    puts(json_object_size(all) ? "what differs, A -> B:"
                               : "machine and plan do not differ");
    json_object_foreach(all, key, sides)
    {
        print_difference(key, sides);
    }
    json_decref(all);
    print_only("A", c->only_a, c->only_a_n);
    print_only("B", c->only_b, c->only_b_n);
}

static void print_factor(const struct comparison *c)
{
    if (!isfinite(c->factor)) {
        puts("no arm has a time in both runs: nothing is compared");
        return;
    }
    printf("B's machine was %.2f times as slow in general\n", c->factor);
    for (size_t i = 0; c->factors_n > 1 && i < c->factors_n; i++)
        printf("  %.40s: %.2f\n", c->factors[i].bound, c->factors[i].ratio);
    puts("Below: by how much more an arm's time grew than that. Above 1: B is "
         "slower.");
    puts("By speedups over sequential where there are any; intervals 95 %.\n");
}

static void print_sum(const struct comparison *c)
{
    printf("\nslower: %zu, faster: %zu, same: %zu, not decided: %zu\n",
           c->count[VERDICT_SLOWER], c->count[VERDICT_FASTER],
           c->count[VERDICT_SAME], c->count[VERDICT_OPEN]);
    if (c->count[VERDICT_OPEN])
        printf(
            "not decided: neither within %.3g %% nor beyond; more blocks, or a "
            "calmer\nmachine, would tell\n",
            100 * c->tolerance);
    printf("slower and faster: by more than %.3g %%, corrected for %zu "
           "comparisons\n",
           100 * c->tolerance, c->family_n);
    for (size_t i = 0; i < c->pairs_n; i++) {
        const struct pair *pair = &c->pairs[i];
        if (pair->verdict != VERDICT_SLOWER && pair->verdict != VERDICT_FASTER)
            continue;
        char line[512], arm[128];
        arm_text(arm, sizeof arm, pair->a);
        snprintf(line, sizeof line, "%s: %.20s: %s: %s",
                 verdict_text(pair->verdict), pair->a->kernel, arm,
                 ratio_text(&pair->corrected));
        put_line(line);
    }
}

void comparison_print(const struct comparison *c)
{
    print_head(c);
    print_factor(c);
    print_pairs(c);
    print_sum(c);
}

/* ------------------------------------------------------------------- JSON */

static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *span(const struct interval *interval)
{
    return json_pack("{s:o, s:o, s:o}", "middle", number(interval->middle),
                     "low", number(interval->low), "high",
                     number(interval->high));
}

static json_t *arm_json(const struct arm *arm)
{
    return json_pack("{s:s, s:s, s:s, s:I, s:I, s:o, s:s}", "chart", arm->chart,
                     "kernel", arm->kernel, "strategy", arm->strategy,
                     "workers", (json_int_t)arm->workers, "cores",
                     (json_int_t)arm->cores, "inflight",
                     number(arm->estimate.inflight), "items", arm->items);
}

static json_t *pair_json(const struct pair *pair)
{
    const struct estimate *a = &pair->a->estimate, *b = &pair->b->estimate;
    json_t *object = arm_json(pair->a->estimate.blocks ? pair->a : pair->b);
    json_object_set_new(object, "verdict",
                        json_string(verdict_text(pair->verdict)));
    json_object_set_new(object, "why", json_string(pair->why));
    json_object_set_new(object, "by",
                        json_string(pair->by_speedup ? "speedup" : "time"));
    json_object_set_new(object, "blocks_a",
                        json_integer((json_int_t)a->blocks));
    json_object_set_new(object, "blocks_b",
                        json_integer((json_int_t)b->blocks));
    json_object_set_new(object, "seconds_a", span(&a->elapsed));
    json_object_set_new(object, "seconds_b", span(&b->elapsed));
    json_object_set_new(object, "seconds_ratio", span(&pair->time));
    json_object_set_new(object, "speedup_a", span(&a->speedup));
    json_object_set_new(object, "speedup_b", span(&b->speedup));
    json_object_set_new(object, "beside_ratio", span(&pair->beside));
    json_object_set_new(object, "corrected_ratio", span(&pair->corrected));
    json_object_set_new(object, "p", number(pair->p));
    json_object_set_new(object, "p_holm", number(pair->p_holm));
    return object;
}

static json_t *run_json(const struct results *run)
{
    return json_pack("{s:s, s:I, s:I, s:I, s:s}", "directory", run->directory,
                     "blocks", (json_int_t)run->blocks_n, "disturbed",
                     (json_int_t)run->disturbed_n, "left_out",
                     (json_int_t)run->left_out_n, "noise", noise_text(run));
}

static json_t *list_json(const struct arm *const *arms, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, arm_json(arms[i]));
    return list;
}

static json_t *factors_json(const struct comparison *c)
{
    json_t *object = json_pack("{s:o}", "all", number(c->factor));
    for (size_t i = 0; i < c->factors_n; i++)
        json_object_set_new(object, c->factors[i].bound,
                            number(c->factors[i].ratio));
    return object;
}

static json_t *counts_json(const struct comparison *c)
{
    json_t *object = json_object();
    for (int v = VERDICT_SAME; v <= VERDICT_OPEN; v++)
        json_object_set_new(object, verdict_text((enum verdict)v),
                            json_integer((json_int_t)c->count[v]));
    return object;
}

void comparison_print_json(const struct comparison *c)
{
    json_t *arms = json_array();
    for (size_t i = 0; i < c->pairs_n; i++)
        json_array_append_new(arms, pair_json(&c->pairs[i]));
    json_t *object = json_pack(
        "{s:i, s:i, s:o, s:o, s:o, s:f, s:o, s:o, s:I, s:o, s:o, s:o}",
        "schema", 1, "status", comparison_status(c), "a", run_json(c->a), "b",
        run_json(c->b), "differences", differences_between(c->a, c->b),
        "tolerance_percent", 100 * c->tolerance, "factors", factors_json(c),
        "counts", counts_json(c), "comparisons", (json_int_t)c->family_n,
        "arms", arms, "only_a", list_json(c->only_a, c->only_a_n), "only_b",
        list_json(c->only_b, c->only_b_n));
    if (!object || json_dumpf(object, stdout, JSON_INDENT(1)))
        fail("JSON", "cannot be made: a text is not UTF-8?");
    putchar('\n');
    json_decref(object);
}
