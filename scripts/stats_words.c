/*
 * stats_words.c - what the report says: sentences and rows, from the data.
 *
 * Teaches: a sentence under a chart is a result too; it is computed, with its
 * interval, and says "cannot be told apart" where that is what was found.
 * Look at: say_ties. Two intervals that overlap may still belong to
 * strategies that differ in every single block; comparing within blocks sees
 * that.
 * Left out: why. The chart's reader and the kernel's own file say that.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stats_curves.h"
#include "stats_once.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------- sentences */

static bool ends_named;

void say_ends(const char *ends, ...)
{
    va_list values;
    va_start(values, ends);
    fputs(ends_named ? " (" : " (95 % interval ", stdout);
    vprintf(ends, values);
    printf(")");
    va_end(values);
    ends_named = true;
}

static void say_interval(const struct interval *interval)
{
    if (isfinite(interval->low) && isfinite(interval->high))
        say_ends("%.2f to %.2f", interval->low, interval->high);
    else
        printf(" (no interval: %zu block%s, 6 are needed)", interval->n,
               interval->n == 1 ? "" : "s");
}

static const struct estimate *estimate_of(const struct chart *chart, size_t s)
{
    return &series_arm(&chart->series[s])->estimate;
}

/* A sentence that lists the series marked in `chosen`: before, "a, b and c",
 * a full stop. Nothing when none is marked. */
static void say_names(const struct chart *chart, const bool *chosen,
                      const char *before)
{
    size_t n = 0, said = 0;
    for (size_t s = 0; s < chart->measured_n; s++)
        n += chosen[s];
    for (size_t s = 0; s < chart->measured_n; s++)
        if (chosen[s]) {
            said++;
            printf("%s%s%s",
                   said == 1   ? before
                   : said == n ? " and "
                               : ", ",
                   chart->series[s].label, said == n ? "." : "");
        }
}

/* Which others are neither faster nor slower than the best, comparing the
 * two block by block and correcting for the many comparisons; or how many
 * blocks it would take to find out. */
static void say_ties(const struct chart *chart)
{
    bool *ties = allocate(chart->measured_n, sizeof *ties);
    const char *best = chart_best(chart)->label;
    char before[160];
    size_t comparisons, needed;
    bool can = family_can_decide(chart, &comparisons, &needed);
    for (size_t s = 0; s < chart->measured_n; s++)
        ties[s] = cannot_be_told_apart(series_arm(&chart->series[s]));
    snprintf(before, sizeof before,
             " Block by block this run cannot tell %s apart from ", best);
    if (comparisons && !can)
        printf(" Whether %s is really better cannot be told: for %zu "
               "comparison%s it takes %zu blocks.",
               best, comparisons, comparisons == 1 ? "" : "s", needed);
    else
        say_names(chart, ties, before);
    free(ties);
}

/* Which ones gain less than 5 %, with all of their interval. */
static void say_gainless(const struct chart *chart)
{
    bool *gainless = allocate(chart->measured_n, sizeof *gainless);
    for (size_t s = 0; s < chart->measured_n; s++) {
        const struct arm *arm = series_arm(&chart->series[s]);
        gainless[s] =
            arm != arm->sequential && arm->estimate.speedup.high < 1.05;
    }
    say_names(chart, gainless, " Less than 5 % or nothing gained: ");
    free(gainless);
}

static void speedup_words(const struct results *results,
                          const struct chart *chart)
{
    const struct series *best = chart_best(chart);
    const struct arm *arm = series_arm(best);
    const struct estimate *e = &arm->estimate;
    if (arm == arm->sequential) {
        printf("Nothing here is faster than sequential, which takes %s.",
               seconds_text(e->elapsed.middle));
    } else {
        printf("On %ld core%s %s is %.2f times as fast as sequential",
               arm->cores, arm->cores == 1 ? "" : "s", best->label,
               e->speedup.middle);
        say_interval(&e->speedup);
        printf(": %s instead of %s.", seconds_text(e->elapsed.middle),
               seconds_text(arm->sequential->estimate.elapsed.middle));
    }
    say_ties(chart);
    say_gainless(chart);
    beyond_words(results, chart);
}

/* Who makes some items wait much longer than most, if anybody does: with all
 * of the interval by half as much again. */
static void say_tail(const struct chart *chart)
{
    const struct series *worst = NULL;
    double most = 1.5;
    for (size_t s = 0; s < chart->measured_n; s++) {
        double low = estimate_of(chart, s)->item_tail.low;
        if (low > most) {
            most = low;
            worst = &chart->series[s];
        }
    }
    if (!worst)
        return;
    const struct arm *arm = series_arm(worst);
    const struct estimate *e = &arm->estimate;
    /* Of fewer than a hundred items the 99th percentile is the greatest. */
    bool many = strtol(arm->items, NULL, 10) >= 100;
    printf(" With %s half of the items take at most %s, but %s %s, %.3g times "
           "as long",
           worst->label, seconds_text(e->item_p50.middle),
           many ? "one in a hundred at least" : "the longest one",
           seconds_text(e->item_p99.middle), e->item_tail.middle);
    say_ends("%.3g to %.3g", e->item_tail.low, e->item_tail.high);
    printf(".");
}

static void inflight_words(const struct chart *chart)
{
    const struct series *best = chart_best(chart);
    const struct arm *arm = series_arm(best);
    const struct estimate *e = &arm->estimate;
    printf("With %.0f item%s under way at once %s takes %s, %.*f items a "
           "second.",
           e->inflight, e->inflight > 1 ? "s" : "", best->label,
           seconds_text(e->elapsed.middle), e->rate.middle < 10 ? 1 : 0,
           e->rate.middle);
    if (arm->sequential && isfinite(e->speedup.middle)) {
        double base = arm->sequential->estimate.elapsed.middle;
        printf(" Sequential takes %s; divided by %.0f that is %s, the ideal.",
               seconds_text(base), e->inflight,
               seconds_text(base / e->inflight));
    }
    say_ties(chart);
    say_tail(chart);
}

/* What was lost, and by whom; a kernel that does not count losses is left
 * out of "the others". */
static void loss_words(const struct chart *chart)
{
    size_t losing = 0, counting = 0;
    for (size_t s = 0; s < chart->measured_n; s++) {
        const struct estimate *e = estimate_of(chart, s);
        counting += e->lost_known > 0;
        losing += e->lost_runs > 0;
        if (e->lost_runs)
            printf(" %s lost updates in %zu of %zu runs, %.3g %% of them in "
                   "the median and %.3g %% at the most.",
                   chart->series[s].label, e->lost_runs, e->lost_known,
                   100 * e->lost_share, 100 * e->lost_most);
    }
    if (losing && counting > losing)
        printf(" None of the others lost any.");
    else if (!losing && counting)
        printf(" No updates got lost, which proves nothing: a race can hide.");
}

/* What an increment costs, in seconds. */
static struct interval cost_s(const struct estimate *e)
{
    const struct interval *ns = &e->cost_ns;
    return (struct interval){ns->n, ns->middle / 1e9, ns->low / 1e9,
                             ns->high / 1e9};
}

static void say_cost(const struct series *series)
{
    struct interval cost = cost_s(&series_arm(series)->estimate);
    printf("%s in %s", seconds_interval_text(&cost), series->label);
}

static void counters_words(const struct chart *chart)
{
    const struct series *cheap = &chart->series[chart->measured_n - 1];
    printf("With %ld workers an increment costs ", series_arm(cheap)->workers);
    say_cost(cheap);
    printf(" and ");
    say_cost(&chart->series[0]);
    putchar('.');
    say_ties(chart);
    loss_words(chart);
}

static void alarm_words(const struct results *results)
{
    for (size_t i = 0; i < results->arms_n; i++) {
        const struct arm *arm = &results->arms[i];
        const char *separator = ":";
        if (!arm->estimate.alarms)
            continue;
        printf("%s %s with %ld worker%s on %ld core%s", arm->strategy,
               arm->kernel, arm->workers, arm->workers == 1 ? "" : "s",
               arm->cores, arm->cores == 1 ? "" : "s");
        for (unsigned bit = 0; bit < ALARMS; bit++)
            if (arm->estimate.alarms >> bit & 1) {
                printf("%s %s", separator, alarm_figures(arm, 1U << bit));
                separator = ";";
            }
        puts(".");
    }
}

static const struct chart *chart_named(const struct charts *charts,
                                       const char *name)
{
    for (size_t c = 0; c < charts->n; c++)
        if (!strcmp(charts->list[c].name, name))
            return &charts->list[c];
    return NULL;
}

/* The charts among which there is one of this name. */
static struct charts charts_with(const struct results *results,
                                 const char *name)
{
    struct charts charts = charts_build(results);
    if (chart_named(&charts, name))
        return charts;
    charts_free(&charts);
    charts = curves_build(results);
    if (!chart_named(&charts, name))
        fail(name, "no such chart in this run");
    return charts;
}

int words_print(const struct results *results, const char *what)
{
    ends_named = false;
    if (!strcmp(what, "noise")) {
        puts(noise_text(results));
        return 0;
    }
    if (!strcmp(what, "blocks")) {
        blocks_words(results);
        return 0;
    }
    if (!strcmp(what, "alarms")) {
        alarm_words(results);
        return 0;
    }
    if (once_chart_words(results, what))
        return 0;
    struct charts charts = charts_with(results, what);
    const struct chart *chart = chart_named(&charts, what);
    if (!chart->measured_n)
        printf("Nothing of this chart was measured.");
    else if (chart->kind == CHART_SPEEDUP)
        speedup_words(results, chart);
    else if (chart->kind == CHART_INFLIGHT)
        inflight_words(chart);
    else if (chart->kind == CHART_CURVES)
        curve_words(results, chart);
    else
        counters_words(chart);
    putchar('\n');
    charts_free(&charts);
    return 0;
}

/* ------------------------------------------------------------------ rows */

static void tab_text(const char *text)
{
    for (; *text; text++)
        putchar(iscntrl((unsigned char)*text) ? ' ' : *text);
}

static void tab_ratio(const struct interval *ratio)
{
    if (!isfinite(ratio->middle))
        printf("\t");
    else if (!isfinite(ratio->low) || !isfinite(ratio->high))
        printf("\t%.3f", ratio->middle);
    else
        printf("\t%.3f [%.3f, %.3f]", ratio->middle, ratio->low, ratio->high);
}

/* Whether any point of the chart knows how long single items took. */
static bool chart_has_items(const struct chart *chart)
{
    for (size_t s = 0; s < chart->measured_n; s++)
        for (size_t p = 0; p < chart->series[s].points_n; p++)
            if (chart->series[s].points[p].arm->estimate.item_p50.n)
                return true;
    return false;
}

static void tab_seconds(const struct interval *seconds)
{
    printf("\t%s", seconds_text(seconds->middle));
    if (isfinite(seconds->low) && isfinite(seconds->high))
        printf(" [%s, %s]", seconds_text(seconds->low),
               seconds_text(seconds->high));
}

/* One row: an arm of the chart. */
static void arm_row(const struct chart *chart, const struct series *series,
                    const struct arm *arm)
{
    const struct estimate *e = &arm->estimate;
    tab_text(series->label);
    printf("\t%ld\t%ld\t%.0f\t%zu", arm->workers, arm->cores, e->inflight,
           e->blocks);
    tab_seconds(&e->elapsed);
    printf("\t%s\t%s", seconds_text(e->whole.middle),
           seconds_text(e->start.middle));
    tab_ratio(&e->speedup);
    tab_ratio(&e->self);
    printf("\t%s", seconds_text(e->cpu_s));
    if (chart->kind == CHART_COUNTERS) {
        struct interval cost = cost_s(e);
        tab_seconds(&cost);
        putchar('\t');
    }
    if (chart->kind == CHART_COUNTERS && e->lost_known)
        printf("%.3g %%", 100 * e->lost_share);
    if (chart_has_items(chart)) {
        tab_seconds(&e->item_p50);
        tab_seconds(&e->item_p99);
        printf("\t%s", seconds_text(e->item_most));
    }
    putchar('\n');
}

static void chart_rows(const struct chart *chart)
{
    bool counters = chart->kind == CHART_COUNTERS;
    printf("%s\tworkers\tcores\tin flight\tblocks\telapsed\twhole process\t"
           "start and end\tspeedup\tover itself at one worker\tprocessor "
           "time%s%s\n",
           counters ? "counter" : "strategy",
           counters ? "\tan increment\tlost" : "",
           chart_has_items(chart)
               ? "\tan item, median\tan item, 99 of 100\tan item, longest"
               : "");
    for (size_t s = 0; s < chart->measured_n; s++)
        for (size_t p = 0; p < chart->series[s].points_n; p++)
            arm_row(chart, &chart->series[s], chart->series[s].points[p].arm);
}

static void missing_rows(const struct results *results)
{
    printf("strategy\tkernel\tworkers\tverdict\treason\n");
    for (size_t i = 0; i < results->arms_n; i++) {
        const struct arm *arm = &results->arms[i];
        if (!strcmp(arm_verdict(arm), "ok") && !*arm_reason(arm))
            continue;
        tab_text(arm->strategy);
        putchar('\t');
        tab_text(arm->kernel);
        printf("\t%ld\t", arm->workers);
        tab_text(arm_verdict(arm));
        putchar('\t');
        tab_text(arm_reason(arm));
        putchar('\n');
    }
}

/* Nested values are shown as JSON. */
static void machine_rows(const struct results *results)
{
    const char *key;
    json_t *value;
    printf("what\tvalue\n");
    json_object_foreach(results->machine, key, value)
    {
        const char *plain = machine_text(results, key);
        tab_text(key);
        putchar('\t');
        if (plain)
            tab_text(plain);
        else
            json_dumpf(value, stdout, JSON_ENCODE_ANY | JSON_COMPACT);
        putchar('\n');
    }
}

static size_t flag_samples(const struct results *results, const char *name)
{
    for (size_t i = 0; i < results->flags_n; i++)
        if (!strcmp(results->flags[i].name, name))
            return results->flags[i].samples;
    return 0;
}

static bool flag_is_known(const char *name)
{
    for (unsigned bit = 0; bit < DISTURBANCES; bit++)
        if (!strcmp(disturbance_name(1U << bit), name))
            return true;
    return false;
}

/* Samples and blocks: all of them, those that count, those that something
 * from outside disturbed, and by what. A sample carries a flag of its own; a
 * block is judged by the sum over its samples. */
static void flag_rows(const struct results *results)
{
    size_t blocks = results->blocks_n + results->left_out_n;
    printf("what\tsamples\tblocks\n");
    printf("measured\t%zu\t%zu\n", results->measured_n, blocks);
    printf("counted\t%zu\t%zu\n", results->counted_n, results->blocks_n);
    printf("flagged\t%zu\t%zu\n", results->flagged_n, results->disturbed_n);
    for (unsigned bit = 0; bit < DISTURBANCES; bit++) {
        const char *name = disturbance_name(1U << bit);
        size_t samples = flag_samples(results, name);
        if (samples || results->disturbed_by[bit])
            printf("%s\t%zu\t%zu\n", name, samples, results->disturbed_by[bit]);
    }
    for (size_t i = 0; i < results->flags_n; i++)
        if (!flag_is_known(results->flags[i].name)) {
            tab_text(results->flags[i].name);
            printf("\t%zu\t\n", results->flags[i].samples);
        }
}

/* The name of each chart that shows something, and what its axes are. */
static void chart_list(struct charts charts)
{
    static const char *const kinds[] = {"speedup", "inflight", "counters",
                                        "curves"};
    for (size_t c = 0; c < charts.n; c++)
        if (charts.list[c].measured_n) {
            printf("%s\t%s\t", charts.list[c].name, kinds[charts.list[c].kind]);
            tab_text(charts.list[c].kernel  ? charts.list[c].kernel
                     : charts.list[c].curve ? charts.list[c].name
                                            : "counters");
            putchar('\n');
        }
    charts_free(&charts);
}

static void chart_lists(const struct results *results)
{
    printf("name\tkind\tkernel\n");
    chart_list(charts_build(results));
    chart_list(curves_build(results));
}

/* The numbers of one chart. */
static void named_rows(const struct results *results, const char *name)
{
    struct charts charts = charts_with(results, name);
    const struct chart *chart = chart_named(&charts, name);
    if (chart->kind == CHART_CURVES)
        curve_rows(results, chart);
    else
        chart_rows(chart);
    charts_free(&charts);
}

int rows_print(const struct results *results, const char *what)
{
    if (!strcmp(what, "machine"))
        machine_rows(results);
    else if (!strcmp(what, "missing"))
        missing_rows(results);
    else if (!strcmp(what, "factors"))
        factor_rows(results);
    else if (!strcmp(what, "left_out"))
        left_out_rows(results);
    else if (!strcmp(what, "certificate"))
        certificate_rows(results);
    else if (!strcmp(what, "flags"))
        flag_rows(results);
    else if (!strcmp(what, "lines"))
        line_rows(results);
    else if (!strcmp(what, "experiments"))
        experiment_rows(results);
    else if (!strcmp(what, "charts")) {
        chart_lists(results);
        once_charts_list(results);
    } else if (!once_chart_rows(results, what))
        named_rows(results, what);
    return 0;
}
