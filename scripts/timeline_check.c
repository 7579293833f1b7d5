/*
 * timeline_check.c - whether a trace is what it promises to be.
 * SPDX-License-Identifier: MIT
 *
 * Slices on a line lie inside each other or apart, never across; no two have
 * the same beginning and end, for a viewer could not tell which contains
 * which; what runs or waits does so inside an item or a branch; every line
 * has a name; and every item is there exactly once in each round, or, where
 * items are run in stages, each of its stages is.
 */
#include "lib/timeline.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>

enum { MOST_COMPLAINTS = 5 };

struct findings {
    const struct trace *trace;
    size_t complaints;
};

static void complain(struct findings *findings, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void complain(struct findings *findings, const char *format, ...)
{
    va_list arguments;
    if (findings->complaints++ >= MOST_COMPLAINTS)
        return;
    va_start(arguments, format);
    fprintf(stderr, "timeline: %s: ", findings->trace->file);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
}

static bool is_owner(const struct slice *slice)
{
    return slice->kind == KIND_ITEM || slice->kind == KIND_BRANCH;
}

static void check_slice(struct findings *findings, size_t s)
{
    const struct slice *slices = findings->trace->slices, *slice = &slices[s];
    const struct slice *outer =
        slice->parent == NONE ? NULL : &slices[slice->parent];
    double at = (double)slice->began / 1e3;
    if (slice->crosses)
        complain(findings, "line %" PRIu64 ", %.3f us: a slice crosses another",
                 slice->line, at);
    if (outer != NULL && outer->began == slice->began)
        complain(findings,
                 "line %" PRIu64 ", %.3f us: two slices begin at once",
                 slice->line, at);
    if (!is_owner(slice) && slice->kind != KIND_RUNNABLE && outer == NULL)
        complain(findings, "line %" PRIu64 ", %.3f us: %s outside of any item",
                 slice->line, at, slice->kind == KIND_RUN ? "runs" : "waits");
    if (!is_owner(slice) && outer != NULL && !is_owner(outer))
        complain(findings,
                 "line %" PRIu64 ", %.3f us: runs or waits inside of a run or "
                 "a wait",
                 slice->line, at);
    if (slice->kind == KIND_ITEM && outer != NULL && outer->kind != KIND_RUN)
        complain(findings,
                 "line %" PRIu64 ", %.3f us: an item begins inside of "
                 "one that does not run",
                 slice->line, at);
}

/* ------------------------------------------------------------------ items */

static int item_order(const void *a, const void *b)
{
    const struct slice *const *x = a, *const *y = b;
    if ((*x)->stage != (*y)->stage)
        return (*x)->stage < (*y)->stage ? -1 : 1;
    return (*x)->item < (*y)->item ? -1 : (*x)->item > (*y)->item;
}

/* The slices of items, sorted, must read 0 0 1 1 2 2 ... for two rounds. */
static void check_stage(struct findings *findings,
                        const struct slice *const *items, size_t n)
{
    const struct trace *trace = findings->trace;
    size_t s = items[0]->stage;
    const char *stage = s == NONE ? "item" : trace->stages[s];
    for (size_t i = 0; i < n; i++)
        if (items[i]->item != i / trace->rounds) {
            complain(findings, "%s %zu is missing, or another is too many",
                     stage, (size_t)(i / trace->rounds));
            return;
        }
    if (n != trace->items * trace->rounds)
        complain(findings, "%s: %zu slices instead of %" PRIu64, stage, n,
                 trace->items * trace->rounds);
}

static size_t check_items(struct findings *findings)
{
    const struct trace *trace = findings->trace;
    const struct slice **items = calloc(trace->slices_n + 1, sizeof(void *));
    size_t n = 0;
    if (items == NULL)
        die(ENOMEM, "memory");
    for (size_t s = 0; s < trace->slices_n; s++)
        if (trace->slices[s].kind == KIND_ITEM)
            items[n++] = &trace->slices[s];
    qsort(items, n, sizeof *items, item_order);
    if (n == 0 || trace->rounds == 0)
        complain(findings, "there is no item");
    for (size_t first = 0, last; first < n && trace->rounds > 0; first = last) {
        last = first;
        while (last < n && items[last]->stage == items[first]->stage)
            last++;
        check_stage(findings, items + first, last - first);
    }
    free(items);
    return n;
}

/* ------------------------------------------------------------------- all */

static void check_document(struct findings *findings)
{
    const struct trace *trace = findings->trace;
    json_error_t error;
    json_t *document = json_load_file(trace->file, 0, &error);
    if (document == NULL)
        complain(findings, "is not JSON: line %d: %s", error.line, error.text);
    json_decref(document);
    if (trace->broken_at != 0)
        complain(findings, "breaks off at line %zu", trace->broken_at);
    if (trace->titles != 1)
        complain(findings, "names the process %zu times", trace->titles);
    if (trace->rounds_n != trace->rounds)
        complain(findings, "%zu rounds begin instead of %" PRIu64,
                 trace->rounds_n, trace->rounds);
}

bool trace_check(const struct trace *trace)
{
    struct findings findings = {.trace = trace};
    check_document(&findings);
    for (size_t l = 0; l < trace->lines_n; l++)
        if (!trace->lines[l].named)
            complain(&findings, "%s has no name", trace->lines[l].name);
    for (size_t s = 0; s < trace->slices_n; s++)
        check_slice(&findings, s);
    size_t items = check_items(&findings);
    if (findings.complaints > MOST_COMPLAINTS)
        fprintf(stderr, "timeline: %s: %zu complaints in all\n", trace->file,
                findings.complaints);
    if (findings.complaints == 0)
        printf("%s: %zu items, %zu slices, %zu lines\n", trace->file, items,
               trace->slices_n, trace->lines_n);
    return findings.complaints == 0;
}
