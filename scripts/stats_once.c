/*
 * stats_once.c - charts of what was run once: which there are, and from what.
 *
 * Teaches: not everything worth a picture is a time with an interval. What ran
 * when, how full a queue was and what a call costs come from one run each, so
 * these charts say what they show and claim nothing about the next run.
 * Look at: once_open. A file that is not there is told, and no reason to stop.
 * Left out: what the charts show: stats_costs.c, stats_timeline.c,
 * stats_occupancy.c.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stats_once.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* -------------------------------------------------------------- the list */

static const char *text_in(const json_t *about, const char *key)
{
    const char *text = json_string_value(json_object_get(about, key));
    return text ? text : "";
}

/* A name becomes the name of a file. */
static bool name_is_safe(const char *name)
{
    for (const char *c = name; *c; c++)
        if (!isalnum((unsigned char)*c) && *c != '_' && *c != '-')
            return false;
    return *name != '\0' && *name != '-';
}

/* The kind of a chart, or NULL: it is drawn from something else. */
static const struct once_kind *kind_called(const char *chart)
{
    return !strcmp(chart, once_costs.chart)       ? &once_costs
           : !strcmp(chart, once_timeline.chart)  ? &once_timeline
           : !strcmp(chart, once_occupancy.chart) ? &once_occupancy
                                                  : NULL;
}

static struct once once_from(const json_t *experiment)
{
    struct once once = {.name = text_in(experiment, "name"),
                        .title = text_in(experiment, "title"),
                        .question = text_in(experiment, "question"),
                        .files = json_object_get(experiment, "once")};
    if (name_is_safe(once.name))
        once.kind = kind_called(text_in(experiment, "chart"));
    return once;
}

const char *once_file(const struct once *once, size_t i)
{
    if (i >= json_array_size(once->files))
        return NULL;
    return text_in(json_array_get(once->files, i), "file");
}

char *once_path(const struct results *results, const char *file)
{
    size_t bytes = strlen(results->directory) + strlen(file) + 2;
    char *path = allocate(bytes, 1);
    snprintf(path, bytes, "%s/%s", results->directory, file);
    return path;
}

void once_tell(const struct once *once, const char *file, const char *why)
{
    fprintf(stderr, "stats: %s: %s: left out: %s\n", once->name, file, why);
}

const char *once_label(const struct once *once, const char *file)
{
    static char label[64];
    const char *base = strrchr(file, '/') ? strrchr(file, '/') + 1 : file;
    size_t prefix = strlen(once->name);
    if (!strncmp(base, once->name, prefix) && base[prefix] == '-')
        base += prefix + 1;
    snprintf(label, sizeof label, "%.*s", (int)strcspn(base, "."), base);
    for (char *c = label; *c; c++)
        if (*c == '_')
            *c = ' ';
    return label;
}

const char *times_text(double ratio)
{
    static char texts[4][48];
    static unsigned turn;
    char *text = texts[turn++ % 4];
    if (!(ratio < 1e15))
        return "-";
    if (ratio < 999.5) {
        int digits = ratio < 9.995 ? 2 : ratio < 99.95 ? 1 : 0;
        snprintf(text, sizeof texts[0], "%.*f", digits, ratio);
        return text;
    }
    double step = pow(10, floor(log10(ratio)) - 2);
    char plain[32];
    int n = snprintf(plain, sizeof plain, "%.0f", round(ratio / step) * step);
    char *at = text;
    for (int i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            *at++ = ',';
        *at++ = plain[i];
    }
    *at = '\0';
    return text;
}

void once_cell(FILE *out, const char *text)
{
    for (; *text; text++)
        putc(iscntrl((unsigned char)*text) ? ' '
             : *text == '"'                ? '\''
                                           : *text,
             out);
}

/* Reads what a chart is drawn from; false when there is nothing. */
static bool once_open(const struct results *results, struct once *once,
                      bool tell)
{
    once->data = once->kind->read(results, once, tell);
    if (!once->data && tell)
        fprintf(stderr, "stats: %s: left out: none of its files is there\n",
                once->name);
    return once->data != NULL;
}

/* -------------------------------------------------------------- the chart */

void once_footers(FILE *out, const struct results *results, const char *note,
                  const char *warning)
{
    char line[128];
    put_constant(out, "footer_machine", machine_line(results));
    snprintf(line, sizeof line, "%s%.40s%srun once, after the last block",
             *results->plan ? "plan " : "", results->plan,
             *results->plan ? ", " : "");
    put_constant(out, "footer_plan", line);
    put_constant(out, "footer_noise", note);
    put_constant(out, "footer_warning", warning);
}

static void chart_write(const struct results *results, const struct once *once)
{
    char name[192];
    snprintf(name, sizeof name, "charts/%.128s.dat", once->name);
    FILE *out = file_begin(results, name);
    put_constant(out, "kind", once->kind->chart);
    once->kind->write(out, results, once);
    file_end(results, name, out);
    puts(once->name);
}

void once_charts_write(const struct results *results)
{
    size_t i;
    const json_t *experiment;
    json_array_foreach(results->experiments, i, experiment)
    {
        struct once once = once_from(experiment);
        if (once.kind && once_open(results, &once, true)) {
            chart_write(results, &once);
            once.kind->free(once.data);
        }
    }
}

void once_charts_list(const struct results *results)
{
    size_t i;
    const json_t *experiment;
    json_array_foreach(results->experiments, i, experiment)
    {
        struct once once = once_from(experiment);
        if (once.kind && once_open(results, &once, false)) {
            printf("%s\t%s\t\n", once.name, once.kind->chart);
            once.kind->free(once.data);
        }
    }
}

/* -------------------------------------------------------- words and rows */

/* Has `say` say something of the chart with that name; false: no such. */
static bool once_say(
    const struct results *results, const char *name,
    void (*(*say_of)(const struct once_kind *kind))(const struct once *once))
{
    size_t i;
    const json_t *experiment;
    json_array_foreach(results->experiments, i, experiment)
    {
        struct once once = once_from(experiment);
        if (!once.kind || strcmp(once.name, name) != 0)
            continue;
        if (!once_open(results, &once, false))
            fail(name, "none of the files that it is drawn from is there");
        say_of(once.kind)(&once);
        once.kind->free(once.data);
        return true;
    }
    return false;
}

/* A function that answers a function: C needs a name for that. */
typedef void say_function(const struct once *once);

static say_function *words_of(const struct once_kind *kind)
{
    return kind->words;
}

static say_function *rows_of(const struct once_kind *kind)
{
    return kind->rows;
}

bool once_chart_words(const struct results *results, const char *name)
{
    return once_say(results, name, words_of);
}

bool once_chart_rows(const struct results *results, const char *name)
{
    return once_say(results, name, rows_of);
}
