/*
 * stats_occupancy.c - how full the queues of a pipeline are while it runs:
 * from traces of `pipeline`, each made once.
 *
 * Teaches: the queue before the slowest stage fills and those behind it stay
 * empty. A bound passes the jam on to the queue before, until whoever feeds
 * the first one has to wait (back-pressure); without one, all of it stands in
 * memory.
 * Look at: shares_of. A queue is as full as it is for how long, so lengths
 * are weighted by time, not by how often they were seen.
 * Left out: intervals. Each was run once, and traced.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stats_once.h"

#include "lib/timeline.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    QUEUES = 3,    /* so many are drawn: colours of scripts/occupancy.gp */
    PLOT = 64,     /* pixels of a panel */
    HEADING = 30,  /* above it */
    GAP = 10,      /* between panels */
    AROUND = 198,  /* what style.gp keeps above and below */
    MOST_TICS = 6, /* of the axis of time */
};

static const char prefix[] = "queue before ";

/* One queue of one trace. */
struct queue {
    const char *name; /* of the counter */
    uint64_t most;
    double mean, empty, full; /* the last two as shares of the time */
};

/* One trace: one panel. */
struct panel {
    struct trace trace;
    char *path;
    char label[64];
    uint64_t zero, end; /* ns: from the first round to the last change */
    uint64_t capacity;  /* 0: none */
    double polls, idle_polls, cpu_s; /* NaN where the trace does not tell */
    struct queue queues[QUEUES];
    size_t queues_n;
    size_t fullest;     /* the queue with the greatest mean */
    double bottom, top; /* pixels */
};

struct occupancy {
    struct panel *panels;
    size_t n;
};

/* ---------------------------------------------------------------- reading */

static bool counts(const struct counter *counter, const char *name)
{
    return !strcmp(counter->name, name);
}

/* The last value of a counter; NaN without it. */
static double total_of(const struct trace *trace, const char *name)
{
    double value = NAN;
    for (size_t c = 0; c < trace->counters_n; c++)
        if (counts(&trace->counters[c], name))
            value = (double)trace->counters[c].value;
    return value;
}

static void find_queues(struct panel *panel)
{
    const struct trace *trace = &panel->trace;
    for (size_t c = 0; c < trace->counters_n; c++) {
        const struct counter *counter = &trace->counters[c];
        bool known = strncmp(counter->name, prefix, strlen(prefix)) != 0;
        for (size_t q = 0; q < panel->queues_n && !known; q++)
            known = counts(counter, panel->queues[q].name);
        if (!known && panel->queues_n < QUEUES)
            panel->queues[panel->queues_n++].name = counter->name;
        if (!strncmp(counter->name, prefix, strlen(prefix)))
            panel->end = counter->at;
    }
}

/* How long it had which length; before the first round it does not count. */
static void shares_of(const struct panel *panel, struct queue *queue)
{
    const struct trace *trace = &panel->trace;
    double whole = (double)(panel->end - panel->zero);
    uint64_t at = panel->zero, length = 0;
    double area = 0, empty = 0, full = 0;
    for (size_t c = 0; c <= trace->counters_n; c++) {
        const struct counter *next =
            c < trace->counters_n ? &trace->counters[c] : NULL;
        if (next && (!counts(next, queue->name) || next->at < panel->zero))
            continue;
        double lasted = (double)((next ? next->at : panel->end) - at);
        area += lasted * (double)length;
        empty += length == 0 ? lasted : 0;
        full += panel->capacity && length >= panel->capacity ? lasted : 0;
        if (!next)
            break;
        at = next->at;
        length = next->value;
        queue->most = length > queue->most ? length : queue->most;
    }
    queue->mean = area / whole;
    queue->empty = empty / whole;
    queue->full = full / whole;
}

/* Why the trace shows no queues, or NULL. */
static const char *panel_fill(struct panel *panel)
{
    const struct trace *trace = &panel->trace;
    if (trace->broken_at > 0)
        return "breaks off before its end";
    find_queues(panel);
    if (panel->queues_n == 0)
        return "tells of no queue: is it of the strategy pipeline?";
    panel->zero = trace->rounds_n ? trace_zero(trace) : trace->counters[0].at;
    if (panel->end <= panel->zero)
        return "takes no time";
    double capacity = total_of(trace, "capacity");
    panel->capacity = capacity > 0 ? (uint64_t)capacity : 0;
    panel->polls = total_of(trace, "polls");
    panel->idle_polls = total_of(trace, "idle polls");
    panel->cpu_s = total_of(trace, "processor time, ns") / 1e9;
    for (size_t q = 0; q < panel->queues_n; q++) {
        shares_of(panel, &panel->queues[q]);
        if (panel->queues[q].mean > panel->queues[panel->fullest].mean)
            panel->fullest = q;
    }
    return NULL;
}

static void panel_free(struct panel *panel)
{
    trace_free(&panel->trace);
    free(panel->path);
    *panel = (struct panel){.path = NULL};
}

static void occupancy_free(void *data)
{
    struct occupancy *occupancy = data;
    for (size_t p = 0; p < occupancy->n; p++)
        panel_free(&occupancy->panels[p]);
    free(occupancy->panels);
    free(occupancy);
}

static void *occupancy_read(const struct results *results,
                            const struct once *once, bool tell)
{
    struct occupancy *occupancy = allocate(1, sizeof *occupancy);
    size_t files = json_array_size(once->files);
    occupancy->panels = allocate(files, sizeof *occupancy->panels);
    for (size_t i = 0; i < files; i++) {
        const char *file = once_file(once, i);
        struct panel *panel = &occupancy->panels[occupancy->n];
        panel->path = once_path(results, file);
        snprintf(panel->label, sizeof panel->label, "%s",
                 once_label(once, file));
        const char *why = trace_load(&panel->trace, panel->path);
        if (!why)
            why = panel_fill(panel);
        if (!why) {
            occupancy->n++;
            continue;
        }
        if (tell)
            once_tell(once, file, why);
        panel_free(panel);
    }
    if (occupancy->n)
        return occupancy;
    occupancy_free(occupancy);
    return NULL;
}

/* ---------------------------------------------------------------- drawing */

static double panel_ms(const struct panel *panel)
{
    return (double)(panel->end - panel->zero) / 1e6;
}

/* The greatest length that a panel has room for. */
static double panel_high(const struct panel *panel)
{
    uint64_t most = panel->capacity;
    for (size_t q = 0; q < panel->queues_n; q++)
        if (panel->queues[q].most > most)
            most = panel->queues[q].most;
    return most ? (double)most : 1;
}

/* Answers the height of all of them. */
static double place(const struct occupancy *occupancy)
{
    double y = 0;
    for (size_t p = occupancy->n; p-- > 0;) {
        struct panel *panel = &occupancy->panels[p];
        panel->bottom = y;
        panel->top = y + PLOT;
        y += PLOT + HEADING + (p > 0 ? GAP : 0);
    }
    return y;
}

static double y_of(const struct panel *panel, double length)
{
    return panel->bottom +
           (panel->top - panel->bottom) * length / panel_high(panel);
}

/* $queue_N: ms and height of every change of the N-th queue; an empty line
 * between panels. A row outside of the picture comes first: gnuplot warns of a
 * block in which there is nothing to draw. */
static void put_queue(FILE *out, const struct occupancy *occupancy, size_t q)
{
    fprintf(out, "$queue_%zu << END\n-1e9\t-1e9\n\n", q + 1);
    for (size_t p = 0; p < occupancy->n; p++) {
        const struct panel *panel = &occupancy->panels[p];
        const struct trace *trace = &panel->trace;
        double y = y_of(panel, 0);
        if (q >= panel->queues_n)
            continue;
        fprintf(out, "0\t%.6g\n", y);
        for (size_t c = 0; c < trace->counters_n; c++) {
            const struct counter *counter = &trace->counters[c];
            if (!counts(counter, panel->queues[q].name) ||
                counter->at < panel->zero)
                continue;
            y = y_of(panel, (double)counter->value);
            fprintf(out, "%.7g\t%.6g\n",
                    (double)(counter->at - panel->zero) / 1e6, y);
        }
        fprintf(out, "%.7g\t%.6g\n\n", panel_ms(panel), y);
    }
    fputs("END\n", out);
}

/* $tics: height and label of 0 and of the most, of each panel. $floors and
 * $bounds: height of a panel's 0, and of its capacity. */
static void put_marks(FILE *out, const struct occupancy *occupancy)
{
    fputs("$tics << END\n", out);
    for (size_t p = 0; p < occupancy->n; p++) {
        const struct panel *panel = &occupancy->panels[p];
        fprintf(out, "%.6g\t0\n%.6g\t%.0f\n", panel->bottom, panel->top,
                panel_high(panel));
    }
    fputs("END\n$floors << END\n", out);
    for (size_t p = 0; p < occupancy->n; p++)
        fprintf(out, "%.6g\n", occupancy->panels[p].bottom);
    fputs("END\n$bounds << END\n-1e9\n", out);
    for (size_t p = 0; p < occupancy->n; p++)
        if (occupancy->panels[p].capacity)
            fprintf(out, "%.6g\n",
                    y_of(&occupancy->panels[p],
                         (double)occupancy->panels[p].capacity));
    fputs("END\n", out);
}

static void put_headings(FILE *out, const struct occupancy *occupancy)
{
    size_t n = occupancy->n;
    char name[32], words[192];
    fprintf(out,
            "panels_n = %zu\narray HEADING[%zu]\narray HEADING_Y[%zu]\n"
            "array REMARK[%zu]\n",
            n, n, n, n);
    for (size_t p = 0; p < n; p++) {
        const struct panel *panel = &occupancy->panels[p];
        snprintf(name, sizeof name, "HEADING[%zu]", p + 1);
        snprintf(words, sizeof words, "%s: %s", panel->label,
                 seconds_text(panel_ms(panel) / 1e3));
        put_constant(out, name, words);
        snprintf(name, sizeof name, "REMARK[%zu]", p + 1);
        if (panel->capacity)
            snprintf(words, sizeof words, "room for %llu, dashed",
                     (unsigned long long)panel->capacity);
        else
            snprintf(words, sizeof words, "no bound");
        put_constant(out, name, words);
        fprintf(out, "HEADING_Y[%zu] = %.6g\n", p + 1,
                panel->top + HEADING - 12.0);
    }
}

/* The panel with the most queues names them all. */
static const struct panel *richest(const struct occupancy *occupancy)
{
    const struct panel *best = &occupancy->panels[0];
    for (size_t p = 1; p < occupancy->n; p++)
        if (occupancy->panels[p].queues_n > best->queues_n)
            best = &occupancy->panels[p];
    return best;
}

static void put_key(FILE *out, const struct occupancy *occupancy)
{
    const struct panel *panel = richest(occupancy);
    fprintf(out, "queues_n = %zu\narray KEY[%zu]\n", panel->queues_n,
            panel->queues_n);
    for (size_t q = 0; q < panel->queues_n; q++) {
        char name[32];
        snprintf(name, sizeof name, "KEY[%zu]", q + 1);
        put_constant(out, name, panel->queues[q].name + strlen("queue "));
    }
}

/* Steps of 1, 2 or 5. */
static double step_of(double span)
{
    double step = pow(10, floor(log10(span / MOST_TICS)));
    double left = span / MOST_TICS / step;
    return step * (left <= 1 ? 1 : left <= 2 ? 2 : left <= 5 ? 5 : 10);
}

static void occupancy_write(FILE *out, const struct results *results,
                            const struct once *once)
{
    const struct occupancy *occupancy = once->data;
    double height = place(occupancy), longest = 0;
    for (size_t p = 0; p < occupancy->n; p++)
        longest = fmax(longest, panel_ms(&occupancy->panels[p]));
    put_constant(out, "title_text",
                 *once->title ? once->title : "How full are the queues?");
    put_constant(out, "base_text", "");
    once_footers(out, results, "Each panel has its own scale; traced.",
                 occupancy->n < json_array_size(once->files)
                     ? "some traces are missing: see what stats has told"
                     : "");
    fprintf(out,
            "height = %.0f\nplot_height = %.0f\nx_high = %.6g\nx_step = %.6g\n",
            height + AROUND, height, longest, step_of(longest));
    put_key(out, occupancy);
    put_headings(out, occupancy);
    for (size_t q = 0; q < QUEUES; q++)
        put_queue(out, occupancy, q);
    put_marks(out, occupancy);
}

/* ------------------------------------------------------------------ words */

/* "upload" of "queue before upload". */
static const char *stage_of(const struct queue *queue)
{
    return queue->name + strlen(prefix);
}

static const char *comma(size_t n)
{
    return n ? ", " : "";
}

static void say_most(const struct occupancy *occupancy)
{
    printf("The fullest queue held, of %llu items: ",
           (unsigned long long)occupancy->panels[0].trace.items);
    for (size_t p = 0; p < occupancy->n; p++) {
        const struct panel *panel = &occupancy->panels[p];
        const struct queue *queue = &panel->queues[panel->fullest];
        printf("%s%llu before %s (%s)", comma(p),
               (unsigned long long)queue->most, stage_of(queue), panel->label);
    }
    putchar('.');
}

static void say_full(const struct occupancy *occupancy)
{
    size_t said = 0;
    for (size_t p = 0; p < occupancy->n; p++) {
        const struct panel *panel = &occupancy->panels[p];
        const struct queue *queue = &panel->queues[panel->fullest];
        if (!panel->capacity)
            continue;
        printf("%s%.0f %% (%s)",
               said ? ", "
                    : " Where it has a bound it was "
                      "full for ",
               100 * queue->full, panel->label);
        said++;
    }
    if (said)
        printf(" of the time.");
}

static void say_polls(const struct occupancy *occupancy)
{
    for (size_t p = 0; p < occupancy->n; p++) {
        const struct panel *panel = &occupancy->panels[p];
        double items = (double)(panel->trace.items * panel->trace.rounds);
        if (!(panel->polls > 0) || !(items > 0))
            continue;
        printf(" The queues were asked %.1f times an item, %.1f of them in "
               "vain (%s).",
               panel->polls / items, panel->idle_polls / items, panel->label);
    }
}

static void occupancy_words(const struct once *once)
{
    const struct occupancy *occupancy = once->data;
    say_most(occupancy);
    say_full(occupancy);
    say_polls(occupancy);
    putchar('\n');
}

/* ------------------------------------------------------------------- rows */

static void tab_each(double sum, double items)
{
    if (isfinite(sum) && items > 0)
        printf("\t%.2f", sum / items);
    else
        printf("\t");
}

static void queue_row(const struct panel *panel, const struct queue *queue)
{
    double items = (double)(panel->trace.items * panel->trace.rounds);
    once_cell(stdout, panel->label);
    putchar('\t');
    once_cell(stdout, stage_of(queue));
    if (panel->capacity)
        printf("\t%llu", (unsigned long long)panel->capacity);
    else
        printf("\tnone");
    printf("\t%llu\t%.1f\t%.0f %%\t", (unsigned long long)queue->most,
           queue->mean, 100 * queue->empty);
    if (panel->capacity)
        printf("%.0f %%", 100 * queue->full);
    tab_each(panel->polls, items);
    tab_each(panel->idle_polls, items);
    printf("\t%s\t%s\n", seconds_text(panel->cpu_s),
           seconds_text(panel_ms(panel) / 1e3));
}

static void occupancy_rows(const struct once *once)
{
    const struct occupancy *occupancy = once->data;
    printf("queues\tqueue before\troom\tmost\tmean\tempty\tfull\tasked, an "
           "item\tin vain, an item\tprocessor time, traced\telapsed\n");
    for (size_t p = 0; p < occupancy->n; p++)
        for (size_t q = 0; q < occupancy->panels[p].queues_n; q++)
            queue_row(&occupancy->panels[p], &occupancy->panels[p].queues[q]);
}

const struct once_kind once_occupancy = {.chart = "occupancy",
                                         .read = occupancy_read,
                                         .free = occupancy_free,
                                         .write = occupancy_write,
                                         .words = occupancy_words,
                                         .rows = occupancy_rows};
