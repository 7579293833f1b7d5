/*
 * stats_table.c - the summary that `make bench` leaves on the terminal.
 *
 * Teaches: an answer first, in a sentence, and the interval beside each number,
 * so that it can be doubted.
 * Look at: the lines at the end: what is missing and why, how much two
 * measurements of the same thing differ, how many samples were disturbed.
 * Left out: the numbers of each chart, but for `stats table RUN --all`; the
 * report has them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stats_lessons.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* "1.96 [1.93, 1.98]", with dashes for what is not known. */
static const char *ratio_text(const struct interval *ratio)
{
    static char text[48];
    if (!isfinite(ratio->middle))
        return "-";
    if (!isfinite(ratio->low) || !isfinite(ratio->high))
        snprintf(text, sizeof text, "%.2f", ratio->middle);
    else
        snprintf(text, sizeof text, "%.2f [%.2f, %.2f]", ratio->middle,
                 ratio->low, ratio->high);
    return text;
}

static void print_counter(const struct series *series)
{
    const struct arm *arm = series_arm(series);
    const struct estimate *e = &arm->estimate;
    printf("  %-27.27s %7ld %11s ", series->label, arm->workers,
           seconds_text(e->cost_ns.middle / 1e9));
    if (!e->lost_known)
        printf("     not told\n");
    else if (!e->lost_runs)
        printf("            0\n");
    else
        printf("%11.2f %%  in %zu of %zu runs\n", 100 * e->lost_share,
               e->lost_runs, e->lost_known);
}

static void print_series(const struct chart *chart, const struct series *series)
{
    const struct arm *arm = series_arm(series);
    const struct estimate *e = &arm->estimate;
    if (chart->kind == CHART_COUNTERS) {
        print_counter(series);
        return;
    }
    printf("  %-14.14s %7ld %9.0f %10s  %-22s", arm->strategy, arm->workers,
           e->inflight, seconds_text(e->elapsed.middle),
           ratio_text(&e->speedup));
    if (isfinite(e->self.middle))
        printf(" %5.2f", e->self.middle);
    putchar('\n');
}

/* What the speedups of a chart are over, in seconds; "" where nothing is. */
static const char *base_text(const struct chart *chart)
{
    static char text[64];
    const struct arm *base = series_arm(chart_best(chart))->sequential;
    if (!base || !base->estimate.elapsed.n)
        return "";
    snprintf(text, sizeof text, " (sequential: %s)",
             seconds_text(base->estimate.elapsed.middle));
    return text;
}

/* Fastest first: in a chart of speedups that is the highest line, in the
 * others the lowest. */
static void print_chart(const struct chart *chart)
{
    if (!chart->measured_n)
        return;
    if (chart->kind == CHART_COUNTERS)
        printf("counters\n  %-27s %7s %11s %13s\n", "", "workers", "increment",
               "updates lost");
    else
        printf("%s%s\n  %-14s %7s %9s %10s  %-22s %5s\n", chart->kernel,
               base_text(chart), "", "workers", "in flight", "elapsed",
               "speedup [95 %]", "self");
    for (size_t i = 0; i < chart->measured_n; i++) {
        size_t up = chart->measured_n - 1 - i;
        print_series(chart,
                     &chart->series[chart->kind == CHART_SPEEDUP ? i : up]);
    }
}

/* Missing arms, those of one strategy with one reason as one line. */
static bool said_before(const struct results *results, size_t at)
{
    char reason[512];
    const struct arm *arm = &results->arms[at];
    snprintf(reason, sizeof reason, "%s", arm_reason(arm));
    for (size_t i = 0; i < at; i++)
        if (!strcmp(results->arms[i].strategy, arm->strategy) &&
            strcmp(arm_verdict(&results->arms[i]), "ok") != 0 &&
            !strcmp(arm_reason(&results->arms[i]), reason))
            return true;
    return false;
}

static void print_missing(const struct results *results)
{
    size_t missing = 0;
    for (size_t i = 0; i < results->arms_n; i++)
        missing += strcmp(arm_verdict(&results->arms[i]), "ok") != 0;
    if (!missing)
        return;
    printf("missing: %zu of %zu arms\n", missing, results->arms_n);
    for (size_t i = 0; i < results->arms_n; i++) {
        const struct arm *arm = &results->arms[i];
        if (!strcmp(arm_verdict(arm), "ok") || said_before(results, i))
            continue;
        char line[1024];
        snprintf(line, sizeof line, "  %s %s (%s): %s", arm->strategy,
                 arm->kernel, arm_verdict(arm), arm_reason(arm));
        printf("%.79s\n", line);
    }
}

/* A line for each alarm of an arm: there may be several. */
static void print_alarms(const struct results *results)
{
    for (size_t i = 0; i < results->arms_n; i++) {
        const struct arm *arm = &results->arms[i];
        if (!arm->estimate.alarms)
            continue;
        char line[256];
        snprintf(line, sizeof line,
                 "alarm: %s %s, %ld worker%s on %ld core%s:", arm->strategy,
                 arm->kernel, arm->workers, arm->workers == 1 ? "" : "s",
                 arm->cores, arm->cores == 1 ? "" : "s");
        printf("%.79s\n", line);
        for (unsigned bit = 0; bit < ALARMS; bit++)
            if (arm->estimate.alarms >> bit & 1)
                printf("  %.77s\n", alarm_figures(arm, 1U << bit));
    }
}

static void print_flags(const struct results *results)
{
    printf("disturbed from outside: %zu of %zu samples", results->flagged_n,
           results->measured_n);
    for (size_t i = 0; i < results->flags_n; i++)
        printf("%s%s %zu", i ? ", " : " (", results->flags[i].name,
               results->flags[i].samples);
    puts(results->flags_n ? ")" : "");
}

/* The numbers of every chart: the ends of its lines, fastest first. */
static void print_charts(const struct results *results)
{
    struct charts charts = charts_build(results);
    for (size_t c = 0; c < charts.n; c++)
        print_chart(&charts.list[c]);
    printf("elapsed: without start-up; speedup: over sequential; self: "
           "over itself\nwith one worker\n\n");
    charts_free(&charts);
}

void print_wrapped(const char *text)
{
    enum { WIDTH = 79 };
    size_t column = 0;
    while (*text) {
        size_t word = strcspn(text, " \n");
        if (column && column + 1 + word > WIDTH) {
            putchar('\n');
            column = 0;
        }
        printf("%s%.*s", column ? " " : "", (int)word, text);
        column += word + (column > 0);
        text += word;
        if (*text == '\n') {
            putchar('\n');
            column = 0;
        }
        text += *text != '\0';
    }
}

bool terminal_is_coloured(void)
{
    const char *terminal = getenv("TERM");
    const char *refused = getenv("NO_COLOR");
    return isatty(STDOUT_FILENO) && terminal && strcmp(terminal, "dumb") != 0 &&
           !(refused && *refused);
}

int table_print(const struct results *results, const char *lessons, bool all)
{
    char *headline = headline_text(results);
    if (*headline) {
        print_wrapped(headline);
        putchar('\n');
    }
    free(headline);
    if (lessons)
        lessons_print(results, lessons);
    bests_print(results);
    if (all)
        print_charts(results);
    print_missing(results);
    print_alarms(results);
    print_flags(results);
    printf("%s\n%s\n", noise_text(results), blocks_text(results));
    return 0;
}
