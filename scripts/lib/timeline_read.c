/*
 * timeline_read.c - a trace file, read line by line.
 * SPDX-License-Identifier: MIT
 *
 * Each line is one event, which is JSON by itself but for a comma at its end.
 * So a trace of millions of events needs no tree of all of them in memory,
 * and one whose program was killed can be read up to where it breaks off.
 */
#include "timeline.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void *room_for(void *array, size_t n, size_t *room, size_t bytes)
{
    if (n < *room)
        return array;
    *room = 2 * *room + 16;
    void *larger = reallocarray(array, *room, bytes);
    if (larger == NULL)
        die(ENOMEM, "memory");
    return larger;
}

/* --------------------------------------------------------- one JSON value */

static void copy_text(char *to, size_t room, const json_t *object,
                      const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    snprintf(to, room, "%s", text == NULL ? "" : text);
}

static uint64_t whole(const json_t *object, const char *key)
{
    json_int_t value = json_integer_value(json_object_get(object, key));
    return value < 0 ? 0 : (uint64_t)value;
}

/* Microseconds with a fraction, as nanoseconds. False: no such time. */
static bool nanoseconds(const json_t *object, const char *key, uint64_t *ns)
{
    const json_t *value = json_object_get(object, key);
    double us = json_number_value(value);
    *ns = (uint64_t)llround(us * 1000);
    return json_is_number(value) && us >= 0 && us < 1e15;
}

/* ----------------------------------------------------------------- events */

static struct line *line_of(struct trace *trace, uint64_t number)
{
    trace->lines = room_for(trace->lines, trace->lines_n, &trace->lines_room,
                            sizeof *trace->lines);
    struct line *line = &trace->lines[trace->lines_n++];
    *line = (struct line){.number = number};
    return line;
}

static bool take_metadata(struct trace *trace, const json_t *event)
{
    const char *name = json_string_value(json_object_get(event, "name"));
    if (name == NULL)
        return false;
    if (strcmp(name, "process_name") == 0)
        trace->titles++;
    if (strcmp(name, "thread_name") != 0)
        return true;
    struct line *line = line_of(trace, whole(event, "tid"));
    line->named = true;
    copy_text(line->name, sizeof line->name, json_object_get(event, "args"),
              "name");
    return true;
}

static bool take_round(struct trace *trace, const json_t *event)
{
    trace->rounds_at = room_for(trace->rounds_at, trace->rounds_n,
                                &trace->rounds_room, sizeof(uint64_t));
    return nanoseconds(event, "ts", &trace->rounds_at[trace->rounds_n++]);
}

static bool take_counter(struct trace *trace, const json_t *event)
{
    struct counter counter = {.place = trace->counters_n};
    const json_t *arguments = json_object_get(event, "args");
    copy_text(counter.name, sizeof counter.name, event, "name");
    counter.value = whole(arguments, "value");
    trace->counters = room_for(trace->counters, trace->counters_n,
                               &trace->counters_room, sizeof counter);
    if (!nanoseconds(event, "ts", &counter.at))
        return false;
    trace->counters[trace->counters_n++] = counter;
    return true;
}

/* The place of a stage's name; NONE: the item is not one of stages. */
static size_t stage_of(struct trace *trace, const json_t *arguments)
{
    char name[NAME_BYTES];
    copy_text(name, sizeof name, arguments, "stage");
    if (*name == '\0')
        return NONE;
    for (size_t s = 0; s < trace->stages_n; s++)
        if (strcmp(trace->stages[s], name) == 0)
            return s;
    trace->stages =
        reallocarray(trace->stages, trace->stages_n + 1, sizeof *trace->stages);
    if (trace->stages == NULL)
        die(ENOMEM, "memory");
    memcpy(trace->stages[trace->stages_n], name, sizeof name);
    return trace->stages_n++;
}

static bool kind_of(const json_t *event, enum kind *kind)
{
    static const char *const names[] = {
        [KIND_RUN] = "run",           [KIND_WAIT] = "wait",
        [KIND_RUNNABLE] = "runnable", [KIND_ITEM] = "item",
        [KIND_BRANCH] = "branch",
    };
    const char *name = json_string_value(json_object_get(event, "cat"));
    for (size_t k = 0; name != NULL && k < sizeof names / sizeof *names; k++)
        if (strcmp(name, names[k]) == 0) {
            *kind = (enum kind)k;
            return true;
        }
    return false;
}

static bool take_slice(struct trace *trace, const json_t *event)
{
    const json_t *arguments = json_object_get(event, "args");
    const json_t *core = json_object_get(arguments, "core");
    struct slice slice = {.line = whole(event, "tid"),
                          .stage = NONE,
                          .parent = NONE,
                          .place = trace->slices_n};
    uint64_t length;
    if (!kind_of(event, &slice.kind) || !json_is_integer(core) ||
        !nanoseconds(event, "ts", &slice.began) ||
        !nanoseconds(event, "dur", &length))
        return false;
    slice.ended = slice.began + length;
    slice.core = (int)json_integer_value(core);
    if (slice.kind == KIND_RUN &&
        !nanoseconds(arguments, "cpu_us", &slice.cpu_ns))
        return false;
    if (slice.kind == KIND_ITEM) {
        slice.item = whole(arguments, "item");
        slice.stage = stage_of(trace, arguments);
    }
    trace->slices = room_for(trace->slices, trace->slices_n,
                             &trace->slices_room, sizeof slice);
    trace->slices[trace->slices_n++] = slice;
    return true;
}

/* False when it is no event of ours. */
static bool take_event(struct trace *trace, const char *text, size_t bytes)
{
    json_t *event = json_loadb(text, bytes, 0, NULL);
    const char *phase = json_string_value(json_object_get(event, "ph"));
    bool good = false;
    switch (phase == NULL ? '\0' : *phase) {
    case 'M':
        good = take_metadata(trace, event);
        break;
    case 'i':
        good = take_round(trace, event);
        break;
    case 'C':
        good = take_counter(trace, event);
        break;
    case 'X':
        good = take_slice(trace, event);
        break;
    }
    json_decref(event);
    return good;
}

/* ------------------------------------------------------------------ lines */

/* The first line, which becomes JSON by closing what it opens. */
static bool take_head(struct trace *trace, const char *text)
{
    static const char end[] = "\"traceEvents\":[\n";
    size_t n = strlen(text), e = strlen(end);
    if (n < e || strcmp(text + n - e, end) != 0)
        return false;
    char *closed = malloc(n + 3);
    if (closed == NULL)
        die(ENOMEM, "memory");
    snprintf(closed, n + 3, "%s]}", text);
    json_t *head = json_loads(closed, 0, NULL);
    const json_t *about = json_object_get(head, "otherData");
    copy_text(trace->strategy, sizeof trace->strategy, about, "strategy");
    copy_text(trace->kernel, sizeof trace->kernel, about, "kernel");
    copy_text(trace->command, sizeof trace->command, about, "command");
    copy_text(trace->machine, sizeof trace->machine, about, "machine");
    trace->items = whole(about, "items");
    trace->rounds = whole(about, "rounds");
    trace->workers = whole(about, "workers");
    json_decref(head);
    free(closed);
    return *trace->strategy != '\0' && *trace->kernel != '\0';
}

/* Reads events up to the end of the list; answers the number of the line
 * that is broken, or 0. */
static size_t take_events(struct trace *trace, FILE *in)
{
    char *text = NULL;
    size_t room = 0, number = 1;
    bool ended = false;
    ssize_t n;
    while ((n = getline(&text, &room, in)) > 0) {
        number++;
        ended = strcmp(text, "]}\n") == 0;
        if (ended)
            break;
        if (text[n - 1] != '\n')
            break;
        n -= n > 1 && text[n - 2] == ',' ? 2 : 1;
        if (!take_event(trace, text, (size_t)n))
            break;
    }
    free(text);
    if (ended && getc(in) == EOF)
        return 0;
    return n > 0 ? number : number + 1;
}

/* --------------------------------------------------------------- ordering */

/* As Perfetto has it: by beginning, the longer one first. */
static int slice_order(const void *a, const void *b)
{
    const struct slice *x = a, *y = b;
    if (x->line != y->line)
        return x->line < y->line ? -1 : 1;
    if (x->began != y->began)
        return x->began < y->began ? -1 : 1;
    if (x->ended != y->ended)
        return x->ended > y->ended ? -1 : 1;
    return x->place < y->place ? -1 : x->place > y->place;
}

static int line_order(const void *a, const void *b)
{
    const struct line *x = a, *y = b;
    return x->number < y->number ? -1 : x->number > y->number;
}

static int counter_order(const void *a, const void *b)
{
    const struct counter *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return x->place < y->place ? -1 : x->place > y->place;
}

/* One entry for each line: a thread says its name in every round. */
static void order_lines(struct trace *trace)
{
    size_t kept = 0;
    for (size_t s = 0; s < trace->slices_n; s++)
        if (s == 0 || trace->slices[s].line != trace->slices[s - 1].line)
            snprintf(line_of(trace, trace->slices[s].line)->name, NAME_BYTES,
                     "line %llu", (unsigned long long)trace->slices[s].line);
    if (trace->lines_n == 0)
        return;
    qsort(trace->lines, trace->lines_n, sizeof *trace->lines, line_order);
    for (size_t l = 1; l < trace->lines_n; l++) {
        if (trace->lines[l].number != trace->lines[kept].number)
            trace->lines[++kept] = trace->lines[l];
        else if (trace->lines[l].named)
            trace->lines[kept] = trace->lines[l];
    }
    trace->lines_n = kept + 1;
    for (size_t s = 0; s < trace->slices_n; s++) {
        struct line *line = trace_line(trace, trace->slices[s].line);
        if (line->last == 0)
            line->first = s;
        line->last = s + 1;
    }
}

/* Finds each slice's parent: the innermost one still open as it begins. */
static void nest(struct trace *trace)
{
    size_t open = NONE;
    for (size_t s = 0; s < trace->slices_n; s++) {
        struct slice *slice = &trace->slices[s];
        if (s > 0 && trace->slices[s - 1].line != slice->line)
            open = NONE;
        while (open != NONE && trace->slices[open].ended <= slice->began)
            open = trace->slices[open].parent;
        slice->parent = open;
        slice->crosses =
            open != NONE && trace->slices[open].ended < slice->ended;
        open = s;
    }
}

struct line *trace_line(const struct trace *trace, uint64_t number)
{
    struct line wanted = {.number = number};
    return trace->lines_n == 0 ? NULL
                               : bsearch(&wanted, trace->lines, trace->lines_n,
                                         sizeof wanted, line_order);
}

/* Reads the whole file; why it is no trace, or NULL. */
static const char *take_file(struct trace *trace, FILE *in)
{
    char *first = NULL;
    size_t room = 0;
    const char *why = NULL;
    errno = 0;
    if (getline(&first, &room, in) <= 0)
        why = errno == 0 ? "is empty" : strerror(errno);
    else if (!take_head(trace, first))
        why = "is no trace that --trace has written";
    else
        trace->broken_at = take_events(trace, in);
    free(first);
    return why;
}

const char *trace_load(struct trace *trace, const char *file)
{
    *trace = (struct trace){.file = file};
    FILE *in = fopen(file, "re");
    if (in == NULL)
        return strerror(errno);
    const char *why = take_file(trace, in);
    fclose(in);
    if (why != NULL)
        return why;
    if (trace->slices_n > 0)
        qsort(trace->slices, trace->slices_n, sizeof *trace->slices,
              slice_order);
    if (trace->counters_n > 0)
        qsort(trace->counters, trace->counters_n, sizeof *trace->counters,
              counter_order);
    order_lines(trace);
    nest(trace);
    return NULL;
}

struct trace trace_read(const char *file)
{
    struct trace trace;
    const char *why = trace_load(&trace, file);
    if (why != NULL)
        die_with(EXIT_USAGE, 0, "%s: %s", file, why);
    return trace;
}

void trace_free(struct trace *trace)
{
    free(trace->slices);
    free(trace->lines);
    free(trace->stages);
    free(trace->counters);
    free(trace->rounds_at);
}
