/*
 * stats_timeline.c - the same items under several strategies, drawn and
 * counted: from the traces that were made once.
 *
 * Teaches: how many items are under way at once is concurrency, how many run
 * at once is parallelism. Both are counted here, from the very slices that are
 * drawn; a strategy can have much of the one and none of the other.
 * Look at: most_at_once. Every slice is a step up and a step down.
 * Left out: intervals. A traced run is for looking at, not for timing.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stats_once.h"

#include "lib/timeline.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct timeline {
    struct trace *traces;
    char **paths; /* the traces' files */
    size_t n;
};

/* ---------------------------------------------------------------- reading */

static void timeline_free(void *data)
{
    struct timeline *timeline = data;
    for (size_t t = 0; t < timeline->n; t++) {
        trace_free(&timeline->traces[t]);
        free(timeline->paths[t]);
    }
    free(timeline->traces);
    free(timeline->paths);
    free(timeline);
}

/* Why a trace cannot be shown beside others, or NULL. */
static const char *unfit(const struct trace *trace)
{
    return trace->slices_n == 0         ? "holds no slices"
           : trace->broken_at > 0       ? "breaks off before its end"
           : !(trace_length(trace) > 0) ? "takes no time"
                                        : NULL;
}

static void *timeline_read(const struct results *results,
                           const struct once *once, bool tell)
{
    struct timeline *timeline = allocate(1, sizeof *timeline);
    size_t files = json_array_size(once->files);
    timeline->traces = allocate(files, sizeof *timeline->traces);
    timeline->paths = allocate(files, sizeof *timeline->paths);
    for (size_t i = 0; i < files; i++) {
        char *path = once_path(results, once_file(once, i));
        struct trace *trace = &timeline->traces[timeline->n];
        const char *why = trace_load(trace, path);
        if (!why)
            why = unfit(trace);
        if (!why) {
            timeline->paths[timeline->n++] = path;
            continue;
        }
        if (tell)
            once_tell(once, once_file(once, i), why);
        trace_free(trace);
        free(path);
    }
    if (timeline->n)
        return timeline;
    timeline_free(timeline);
    return NULL;
}

/* --------------------------------------------------------------- counting */

struct step {
    uint64_t at;
    int up; /* 1 or -1 */
};

/* What ends at a moment makes room before what begins then. */
static int by_moment(const void *a, const void *b)
{
    const struct step *s = a, *t = b;
    if (s->at != t->at)
        return s->at < t->at ? -1 : 1;
    return s->up - t->up;
}

static bool is_whole_item(const struct trace *trace, const struct slice *slice)
{
    return slice->kind == KIND_ITEM &&
           (slice->parent == NONE ||
            trace->slices[slice->parent].kind != KIND_ITEM);
}

/* The end of a slice as it is drawn: a run as long as it had a core. */
static uint64_t end_of(const struct slice *slice)
{
    uint64_t cpu_end = slice->began + slice->cpu_ns;
    return slice->kind == KIND_RUN && cpu_end < slice->ended ? cpu_end
                                                             : slice->ended;
}

/* How many items are under way, or runs, at the most at one moment. */
static size_t most_at_once(const struct trace *trace, enum kind kind)
{
    struct step *steps = allocate(2 * trace->slices_n, sizeof *steps);
    size_t n = 0, most = 0, now = 0;
    for (size_t s = 0; s < trace->slices_n; s++) {
        const struct slice *slice = &trace->slices[s];
        if (slice->kind != kind ||
            (kind == KIND_ITEM && !is_whole_item(trace, slice)) ||
            end_of(slice) <= slice->began)
            continue;
        steps[n++] = (struct step){slice->began, 1};
        steps[n++] = (struct step){end_of(slice), -1};
    }
    if (n)
        qsort(steps, n, sizeof *steps, by_moment);
    for (size_t i = 0; i < n; i++) {
        now = steps[i].up > 0 ? now + 1 : now - 1;
        most = now > most ? now : most;
    }
    free(steps);
    return most;
}

/* What there is to say of one trace. */
struct summary {
    size_t under_way, running; /* at once, at the most */
    double busy;               /* how many run on average */
    double without;            /* share of running in which there was no core */
    double seconds;
};

static struct summary summary_of(const struct trace *trace)
{
    double cpu_ns = 0;
    for (size_t s = 0; s < trace->slices_n; s++)
        if (trace->slices[s].kind == KIND_RUN)
            cpu_ns += (double)trace->slices[s].cpu_ns;
    double seconds = trace_length(trace) / 1e3;
    return (struct summary){.under_way = most_at_once(trace, KIND_ITEM),
                            .running = most_at_once(trace, KIND_RUN),
                            .busy = cpu_ns / 1e9 / seconds,
                            .without = trace_lost(trace),
                            .seconds = seconds};
}

/* The trace that others are compared with, or NULL. */
static const struct trace *base_of(const struct timeline *timeline)
{
    for (size_t t = 0; t < timeline->n; t++)
        if (!strcmp(timeline->traces[t].strategy, "sequential"))
            return &timeline->traces[t];
    return NULL;
}

/* How many times as fast as sequential; NaN without it. */
static double times_as_fast(const struct trace *base, const struct trace *trace)
{
    return base ? trace_length(base) / trace_length(trace) : (double)NAN;
}

/* A run on a busy machine shows the machine. */
static bool was_alone(const struct trace *trace)
{
    static const double most_lost = 0.1;
    return trace_lost(trace) <= most_lost;
}

/* ---------------------------------------------------------------- writing */

/* What the eye could take for granted. */
static const char *warning_of(const struct timeline *timeline,
                              const struct once *once)
{
    size_t alone = 0;
    for (size_t t = 0; t < timeline->n; t++)
        alone += was_alone(&timeline->traces[t]);
    return timeline->n < json_array_size(once->files)
               ? "some traces are missing: see what stats has told"
           : alone < timeline->n
               ? "do not compare times: some had no core for over a tenth of "
                 "theirs"
               : "";
}

static void timeline_write(FILE *out, const struct results *results,
                           const struct once *once)
{
    const struct timeline *timeline = once->data;
    timeline_draw(out, &(struct drawing){.traces = timeline->traces,
                                         .n = timeline->n,
                                         .to = NAN,
                                         .title = *once->title ? once->title
                                                               : once->name});
    put_constant(out, "base_text", "");
    once_footers(out, results,
                 "White: no item under way. A triangle marks a change of core.",
                 warning_of(timeline, once));
}

/* Between the n-th of several and the one before. */
static const char *comma(size_t n)
{
    return n ? ", " : "";
}

/* Whether the commands have tried until nothing disturbed them. */
static bool was_chosen(const struct once *once)
{
    const json_t *command =
        json_object_get(json_array_get(once->files, 0), "command");
    return json_is_string(command) &&
           strstr(json_string_value(command), " --tries ");
}

/* Only what had its cores is compared. */
static void say_speeds(const struct once *once)
{
    const struct timeline *timeline = once->data;
    const struct trace *base = base_of(timeline);
    size_t said = 0;
    if (!base || !was_alone(base))
        return;
    for (size_t t = 0; t < timeline->n; t++) {
        const struct trace *trace = &timeline->traces[t];
        if (trace == base || !was_alone(trace))
            continue;
        if (!said)
            printf(" Beside sequential, which took %s: ",
                   seconds_text(trace_length(base) / 1e3));
        printf("%s%s %.2f%s", comma(said), trace->strategy,
               times_as_fast(base, trace), said ? "" : " times as fast");
        said++;
    }
    if (said)
        printf(" (one run each%s).",
               was_chosen(once) ? ", the least disturbed of several tries"
                                : "");
}

static void say_disturbed(const struct timeline *timeline)
{
    size_t said = 0;
    for (size_t t = 0; t < timeline->n; t++) {
        const struct trace *trace = &timeline->traces[t];
        if (was_alone(trace))
            continue;
        printf("%s%s %.0f %%",
               said ? ", "
                    : " Not compared, being without a core for too much of "
                      "their time: ",
               trace->strategy, 100 * trace_lost(trace));
        said++;
    }
    if (said)
        putchar('.');
}

static void timeline_words(const struct once *once)
{
    const struct timeline *timeline = once->data;
    printf("Items under way at once, and of them running, at the most: ");
    for (size_t t = 0; t < timeline->n; t++) {
        struct summary summary = summary_of(&timeline->traces[t]);
        printf("%s%s %zu and %zu", comma(t), timeline->traces[t].strategy,
               summary.under_way, summary.running);
    }
    putchar('.');
    say_speeds(once);
    say_disturbed(timeline);
    putchar('\n');
}

static void timeline_rows(const struct once *once)
{
    const struct timeline *timeline = once->data;
    const struct trace *base = base_of(timeline);
    puts("strategy\tmost under way\tmost running\telapsed\ttimes as fast\t"
         "cores busy\twithout a core\titems\tworkers\tkernel");
    for (size_t t = 0; t < timeline->n; t++) {
        const struct trace *trace = &timeline->traces[t];
        struct summary summary = summary_of(trace);
        once_cell(stdout, trace->strategy);
        printf("\t%zu\t%zu\t%s\t", summary.under_way, summary.running,
               seconds_text(summary.seconds));
        if (base && was_alone(base) && was_alone(trace))
            printf("%.2f", times_as_fast(base, trace));
        printf("\t%.2f\t%.0f %%\t%llu\t%llu\t", summary.busy,
               100 * summary.without, (unsigned long long)trace->items,
               (unsigned long long)trace->workers);
        once_cell(stdout, trace->kernel);
        putchar('\n');
    }
}

const struct once_kind once_timeline = {.chart = "timeline",
                                        .read = timeline_read,
                                        .free = timeline_free,
                                        .write = timeline_write,
                                        .words = timeline_words,
                                        .rows = timeline_rows};
