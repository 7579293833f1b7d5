/*
 * timeline_rows.c - the slices of a line as bars of a row.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: most slices are narrower than a pixel. Drawn as they are they
 * vanish; each widened to a pixel, they would hide everything else. So the
 * narrow ones of each pixel are added up by kind, and the kind that took most
 * of that time gets the pixel.
 * Look for: a run whose thread had lost its core. How long it had none is
 * known, and not when: that part is drawn at the end of the run.
 */
#include "timeline.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { KINDS = KIND_RUNNABLE + 1, DIGIT_PIXELS = 7, PADDING_PIXELS = 4 };

static const double narrowest = 3; /* pixels, to show where it begins */
static const double seam = 0.25;   /* pixels, between bars drawn as one */

uint64_t trace_zero(const struct trace *trace)
{
    uint64_t zero = UINT64_MAX;
    for (size_t r = 0; r < trace->rounds_n; r++)
        if (trace->rounds_at[r] < zero)
            zero = trace->rounds_at[r];
    for (size_t s = 0; s < trace->slices_n && trace->rounds_n == 0; s++)
        if (trace->slices[s].began < zero)
            zero = trace->slices[s].began;
    return zero;
}

static bool is_leaf(const struct slice *slice)
{
    return slice->kind <= KIND_RUNNABLE;
}

static double ms_since(uint64_t zero, uint64_t moment)
{
    return ((double)moment - (double)zero) / 1e6;
}

double trace_length(const struct trace *trace)
{
    uint64_t latest = 0;
    for (size_t s = 0; s < trace->slices_n; s++)
        if (trace->slices[s].ended > latest)
            latest = trace->slices[s].ended;
    return ms_since(trace_zero(trace), latest);
}

double trace_lost(const struct trace *trace)
{
    double lost_ns = 0, length = trace_length(trace);
    for (size_t s = 0; s < trace->slices_n; s++) {
        const struct slice *slice = &trace->slices[s];
        double ns = (double)(slice->ended - slice->began);
        if (slice->kind == KIND_RUN && ns > (double)slice->cpu_ns)
            lost_ns += ns - (double)slice->cpu_ns;
    }
    double workers = trace->workers > 1 ? (double)trace->workers : 1;
    return length > 0 ? lost_ns / 1e6 / length / workers : 0;
}

/* ------------------------------------------------------------ which rows */

/* The slices of worker w's coroutines: first..last-1. */
static void slices_of_coroutines(const struct trace *trace, uint64_t w,
                                 size_t *first, size_t *last)
{
    uint64_t low = (w + 1) * COROUTINE_LINES;
    *first = *last = 0;
    for (size_t l = 0; l < trace->lines_n; l++) {
        const struct line *line = &trace->lines[l];
        if (line->number < low || line->number >= low + COROUTINE_LINES ||
            line->last == 0)
            continue;
        if (*last == 0)
            *first = line->first;
        *last = line->last;
    }
}

static void slices_of(const struct trace *trace, const struct row *row,
                      size_t *first, size_t *last)
{
    *first = row->line->first;
    *last = row->line->last;
    if (row->of_coroutines)
        slices_of_coroutines(trace, row->line->number, first, last);
}

static bool is_seen(const struct trace *trace, const struct row *row,
                    const struct window *window)
{
    size_t first, last;
    uint64_t zero = trace_zero(trace);
    slices_of(trace, row, &first, &last);
    for (size_t s = first; s < last; s++)
        if (ms_since(zero, trace->slices[s].ended) > window->from &&
            ms_since(zero, trace->slices[s].began) < window->to)
            return true;
    return false;
}

struct row *rows_choose(const struct trace *trace, const struct window *window,
                        size_t most, size_t *n, size_t *left_out)
{
    struct row *rows = calloc(trace->lines_n + 1, sizeof *rows);
    if (rows == NULL)
        die(ENOMEM, "%zu rows", trace->lines_n);
    bool many = trace->lines_n > most;
    *n = *left_out = 0;
    for (size_t l = 0; l < trace->lines_n; l++) {
        const struct line *line = &trace->lines[l];
        struct row row = {.line = line};
        size_t first, last = 0;
        if (line->number < COROUTINE_LINES && line->last == 0)
            slices_of_coroutines(trace, line->number, &first, &last);
        row.of_coroutines = last != 0;
        /* Of a crowd, those that do nothing in the window stay away. */
        if (many && !is_seen(trace, &row, window))
            continue;
        if (*n < most)
            rows[(*n)++] = row;
        else
            ++*left_out;
    }
    return rows;
}

/* ------------------------------------------------------------------- bars */

/* What is needed to draw one row. */
struct pen {
    struct picture *picture;
    const struct trace *trace;
    const struct row *row;
    const struct window *window;
    uint64_t zero;
    size_t pixels;
    double (*narrow)[KINDS]; /* ms of narrow slices, for each pixel */
};

static struct bar *add_bar(struct list *list, const struct row *row)
{
    list->entries =
        room_for(list->entries, list->n, &list->room, sizeof(struct bar));
    struct bar *bar = (struct bar *)list->entries + list->n++;
    *bar = (struct bar){.y = row->y, .half = row->half};
    return bar;
}

static void add_text(struct list *list, double x, double y, bool light,
                     const char *words)
{
    list->entries =
        room_for(list->entries, list->n, &list->room, sizeof(struct text));
    struct text *text = (struct text *)list->entries + list->n++;
    *text = (struct text){.x = x, .y = y, .light = light};
    snprintf(text->words, sizeof text->words, "%s", words);
}

/* One bar, or its share in a pixel. */
static void put_bar(const struct pen *pen, double from, double to,
                    enum kind kind)
{
    const struct window *window = pen->window;
    from = fmax(from, window->from);
    to = fmin(to, window->to);
    if (to <= from)
        return;
    struct list *list = &pen->picture->bars;
    struct bar *before =
        list->n == 0 ? NULL : (struct bar *)list->entries + list->n - 1;
    if (before != NULL && before->y == pen->row->y && before->kind == kind &&
        fabs(from - before->to) < seam * window->ms_per_pixel) {
        before->to = to;
    } else if (to - from >= window->ms_per_pixel) {
        struct bar *bar = add_bar(list, pen->row);
        bar->from = from;
        bar->to = to;
        bar->kind = kind;
    } else {
        size_t pixel = (size_t)((from - window->from) / window->ms_per_pixel);
        if (pixel >= pen->pixels)
            pixel = pen->pixels - 1;
        pen->narrow[pixel][kind] += to - from;
    }
}

/* The kind with the most time in a pixel, or KINDS if there is none. */
static size_t winner(const double shares[KINDS])
{
    size_t most = KINDS;
    for (size_t k = 0; k < KINDS; k++)
        if (shares[k] > 0 && (most == KINDS || shares[k] > shares[most]))
            most = k;
    return most;
}

/* Neighbouring pixels of one kind become one bar. */
static void put_ticks(const struct pen *pen)
{
    const struct window *window = pen->window;
    for (size_t p = 0, next; p < pen->pixels; p = next) {
        size_t kind = winner(pen->narrow[p]);
        for (next = p + 1; next < pen->pixels; next++)
            if (winner(pen->narrow[next]) != kind)
                break;
        if (kind == KINDS)
            continue;
        struct bar *bar = add_bar(&pen->picture->ticks, pen->row);
        bar->from = window->from + (double)p * window->ms_per_pixel;
        bar->to = window->from + (double)next * window->ms_per_pixel;
        bar->kind = (enum kind)kind;
    }
}

/* A run is drawn as the processor time it got, and the rest as runnable. */
static void put_slice(const struct pen *pen, const struct slice *slice)
{
    double from = ms_since(pen->zero, slice->began);
    double to = ms_since(pen->zero, slice->ended);
    double lost = to - from - (double)slice->cpu_ns / 1e6;
    if (slice->kind == KIND_RUN && lost >= pen->window->ms_per_pixel) {
        put_bar(pen, from, to - lost, KIND_RUN);
        put_bar(pen, to - lost, to, KIND_RUNNABLE);
    } else {
        put_bar(pen, from, to, slice->kind);
    }
}

/* ------------------------------------------------------ numbers and cores */

/* The cores that a row's slices ran on: their number, and one of them. */
static size_t cores_of(const struct trace *trace, size_t first, size_t last,
                       int *core)
{
    int seen[64];
    size_t n = 0;
    for (size_t s = first; s < last; s++) {
        size_t c = 0;
        if (trace->slices[s].kind != KIND_RUN)
            continue;
        while (c < n && seen[c] != trace->slices[s].core)
            c++;
        if (c == n && n < sizeof seen / sizeof *seen)
            seen[n++] = trace->slices[s].core;
    }
    if (n > 0)
        *core = seen[0];
    return n;
}

/* "7", or "7 c1" on a row that changes cores, where there is room. */
static void put_number(const struct pen *pen, const struct slice *leaf,
                       uint64_t item, bool moves)
{
    char words[NAME_BYTES];
    const struct window *window = pen->window;
    double from = fmax(ms_since(pen->zero, leaf->began), window->from);
    double to = fmin(ms_since(pen->zero, leaf->ended), window->to);
    bool is_run = leaf->kind == KIND_RUN;
    if (is_run) /* what is drawn as running */
        to = fmin(to, fmax(from, ms_since(pen->zero, leaf->began) +
                                     (double)leaf->cpu_ns / 1e6));
    double room = (to - from) / window->ms_per_pixel - PADDING_PIXELS;
    snprintf(words, sizeof words, "%" PRIu64 " c%d", item, leaf->core);
    if (!moves || !is_run || (double)strlen(words) * DIGIT_PIXELS > room)
        snprintf(words, sizeof words, "%" PRIu64, item);
    if ((double)strlen(words) * DIGIT_PIXELS <= room && pen->row->half >= 5)
        add_text(&pen->picture->texts, (from + to) / 2, pen->row->y, is_run,
                 words);
}

/* How much of a slice the window shows, in ms. */
static double seen_of(const struct pen *pen, const struct slice *slice)
{
    return fmin(ms_since(pen->zero, slice->ended), pen->window->to) -
           fmax(ms_since(pen->zero, slice->began), pen->window->from);
}

/* Marks where an item begins, unless it is too narrow for that. */
static void put_edge(const struct pen *pen, const struct slice *slice)
{
    double from = ms_since(pen->zero, slice->began);
    if (seen_of(pen, slice) >= narrowest * pen->window->ms_per_pixel &&
        from > pen->window->from)
        add_bar(&pen->picture->edges, pen->row)->from = from;
}

/* An item's number stands once, in the widest of its bars. */
static void put_item(const struct pen *pen, size_t s, size_t last, bool moves)
{
    const struct slice *slices = pen->trace->slices, *item = &slices[s];
    const struct slice *widest = NULL;
    for (size_t c = s + 1; c < last && slices[c].began < item->ended &&
                           slices[c].line == item->line;
         c++)
        if (slices[c].parent == s && is_leaf(&slices[c]) &&
            (widest == NULL || seen_of(pen, &slices[c]) > seen_of(pen, widest)))
            widest = &slices[c];
    put_edge(pen, item);
    if (widest != NULL)
        put_number(pen, widest, item->item, moves);
}

/* "worker 1, resize, core 0"; a single worker's coroutines need no worker. */
static void put_label(const struct pen *pen, size_t first, size_t last,
                      size_t cores, int core)
{
    char words[NAME_BYTES];
    const struct trace *trace = pen->trace;
    const char *name = pen->row->line->name, *stage = "";
    bool is_coroutine = pen->row->line->number >= COROUTINE_LINES;
    if (is_coroutine && trace->workers == 1 && strchr(name, 'c') != NULL)
        name = strchr(name, 'c');
    for (size_t s = first; s < last; s++)
        if (trace->slices[s].kind == KIND_ITEM &&
            trace->slices[s].stage != NONE)
            stage = trace->stages[trace->slices[s].stage];
    size_t n = (size_t)snprintf(words, sizeof words, "%.30s%s%.12s", name,
                                *stage != '\0' ? ", " : "", stage);
    if (!is_coroutine && cores == 1)
        snprintf(words + n, sizeof words - n, ", core %d", core);
    else if (!is_coroutine && cores > 1)
        snprintf(words + n, sizeof words - n, ", %zu cores", cores);
    add_text(&pen->picture->labels, 0, pen->row->y, false, words);
}

/* A mark wherever the row goes on on another core than before. */
static void put_move(const struct pen *pen, const struct slice *slice,
                     int *core)
{
    double at = ms_since(pen->zero, slice->began);
    if (slice->kind != KIND_RUN)
        return;
    if (*core >= 0 && slice->core != *core && at > pen->window->from &&
        at < pen->window->to)
        add_bar(&pen->picture->moves, pen->row)->from = at;
    *core = slice->core;
}

/* --------------------------------------------------------------- one row */

static void put_slices(const struct pen *pen, size_t first, size_t last,
                       bool moves)
{
    const struct slice *slices = pen->trace->slices;
    int core = -1;
    for (size_t s = first; s < last; s++) {
        const struct slice *slice = &slices[s];
        if (pen->row->of_coroutines) {
            /* What a worker does is what its coroutines run. */
            if (slice->kind != KIND_RUN)
                continue;
            put_slice(pen, slice);
            put_edge(pen, slice);
            if (slice->parent != NONE &&
                slices[slice->parent].kind == KIND_ITEM)
                put_number(pen, slice, slices[slice->parent].item, moves);
            continue;
        }
        if (slice->kind == KIND_ITEM)
            put_item(pen, s, last, moves);
        if (is_leaf(slice)) {
            put_slice(pen, slice);
            put_move(pen, slice, &core);
        }
    }
}

void row_draw(struct picture *picture, const struct trace *trace,
              const struct row *row, const struct window *window)
{
    struct pen pen = {.picture = picture,
                      .trace = trace,
                      .row = row,
                      .window = window,
                      .zero = trace_zero(trace)};
    size_t first, last;
    int core = 0;
    pen.pixels =
        (size_t)ceil((window->to - window->from) / window->ms_per_pixel);
    pen.narrow = calloc(pen.pixels, sizeof *pen.narrow);
    if (pen.narrow == NULL)
        die(ENOMEM, "a row");
    slices_of(trace, row, &first, &last);
    size_t cores = cores_of(trace, first, last, &core);
    put_slices(&pen, first, last, cores > 1);
    put_ticks(&pen);
    put_label(&pen, first, last, cores, core);
    free(pen.narrow);
}
