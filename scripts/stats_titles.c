/*
 * stats_titles.c - the words of a chart: its question, its base, its axes and
 * the lines at its foot.
 *
 * Teaches: a chart is shown without the page around it, so it says itself on
 * which machine, how often, how noisily and against what was measured.
 * Look at: put_warning, which tells what the eye could take for granted: a
 * point that cannot be true, one without an interval, a line with a gap.
 * Left out: where the words stand; scripts/style.gp.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stats_plot.h"
#include "stats_curves.h"
#include "stats_once.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

/* As a gnuplot constant. Between single quotes gnuplot replaces nothing; a
 * quote inside becomes a typographic one, which ends nothing. */
void put_constant(FILE *out, const char *name, const char *text)
{
    fprintf(out, "%s = '", name);
    for (; *text; text++) {
        if (*text == '\'')
            fputs("\u2019", out);
        else
            putc(iscntrl((unsigned char)*text) ? ' ' : *text, out);
    }
    fputs("'\n", out);
}

/* What the axes show, in which unit. Tics of times carry theirs themselves. */
static void put_axes(FILE *out, const struct chart *chart)
{
    static const struct {
        const char *lines, *x, *dots, *right;
    } words[] = {
        [CHART_SPEEDUP] = {"speedup: times as fast, by cores in use", "cores",
                           "each at its most cores",
                           "times as fast (bar: 95 %)"},
        [CHART_INFLIGHT] = {"elapsed time, by items in flight",
                            "items in flight",
                            "each at its most items in flight",
                            "items a second (bar: 95 %)"},
        [CHART_COUNTERS] = {"time for one increment, by workers", "workers",
                            "lost updates, at the most workers",
                            "% lost (bar: to the most)"},
    };
    put_constant(out, "lines_head", words[chart->kind].lines);
    put_constant(out, "lines_axis", words[chart->kind].x);
    put_constant(out, "dots_head", words[chart->kind].dots);
    put_constant(out, "dots_axis", words[chart->kind].right);
}

static void put_titles(FILE *out, const struct results *results,
                       const struct chart *chart)
{
    char title[192];
    const char *kernel = chart->kernel ? chart->kernel : "";
    if (chart->kind == CHART_SPEEDUP)
        snprintf(title, sizeof title,
                 "%s: how many times as fast as sequential?", kernel);
    else if (chart->kind == CHART_INFLIGHT)
        snprintf(title, sizeof title,
                 "%s: how long, with how many items under way at once?",
                 kernel);
    else
        snprintf(title, sizeof title,
                 "counters: what does an increment cost, and does it count?");
    put_constant(out, "title_text", title);
    put_constant(out, "base_text", bound_base_text(results, chart));
    put_axes(out, chart);
}

/* "AMD EPYC, usable cores: 2, Linux 6.1": as much of it as is known. */
const char *machine_line(const struct results *results)
{
    static const char *const keys[] = {"cpu_model", "cpu", "usable_cores",
                                       "cores_usable", "kernel"};
    static char line[256];
    *line = '\0';
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const char *text = machine_text(results, keys[i]);
        size_t n = strlen(line);
        if (text)
            snprintf(line + n, sizeof line - n, "%s%s%.60s", n ? ", " : "",
                     strstr(keys[i], "cores") ? "usable cores: " : "", text);
    }
    return *line ? line : "unknown machine";
}

static size_t count_points(const struct chart *chart,
                           bool (*counts)(const struct series *, size_t))
{
    size_t n = 0;
    for (size_t s = 0; s < chart->measured_n; s++)
        for (size_t p = 0; p < chart->series[s].points_n; p++)
            n += counts(&chart->series[s], p);
    return n;
}

static bool has_alarm(const struct series *series, size_t p)
{
    return series->points[p].alarm != 0;
}

static bool has_no_interval(const struct series *series, size_t p)
{
    return !isfinite(series->points[p].low) ||
           !isfinite(series->points[p].high);
}

static bool begins_after_gap(const struct series *series, size_t p)
{
    return series->points[p].gap == GAP_MISSING;
}

static bool is_other_work(const struct series *series, size_t p)
{
    return series->points[p].gap == GAP_OTHER_WORK;
}

/* "; " between what is said. */
static void say(char *line, size_t bytes, size_t n, const char *what)
{
    size_t used = strlen(line);
    if (n)
        snprintf(line + used, bytes - used, "%s%s", used ? "; " : "", what);
}

/* What is unusual in this chart; "" if nothing is. */
static void put_warning(FILE *out, const struct results *results,
                        const struct chart *chart)
{
    char line[256] = "";
    say(line, sizeof line, count_points(chart, has_alarm),
        "ringed: cannot be true, see the report");
    if (results->blocks_n >= BLOCKS_LEAST)
        say(line, sizeof line, count_points(chart, has_no_interval),
            "points without a bar: fewer than 6 good runs");
    say(line, sizeof line, count_points(chart, begins_after_gap),
        "gap in a line: a point is missing");
    say(line, sizeof line, count_points(chart, is_other_work),
        "not joined: other work, or other workers at the same x");
    put_constant(out, "footer_warning", line);
}

static void put_footers(FILE *out, const struct results *results,
                        const struct chart *chart)
{
    char line[192];
    put_constant(out, "footer_machine", machine_line(results));
    snprintf(line, sizeof line, "%s%.40s%s%s%s", *results->plan ? "plan " : "",
             results->plan, *results->plan ? ", " : "", blocks_text(results),
             results->blocks_n < BLOCKS_LEAST ? ": too few for intervals" : "");
    put_constant(out, "footer_plan", line);
    put_constant(out, "footer_noise", noise_text(results));
    put_warning(out, results, chart);
}

void titles_write(FILE *out, const struct results *results,
                  const struct chart *chart)
{
    if (chart->kind == CHART_CURVES)
        curve_titles(out, results, chart);
    else
        put_titles(out, results, chart);
    put_footers(out, results, chart);
}
