/*
 * timeline.h - what --trace has written: read, laid out, written for gnuplot.
 * SPDX-License-Identifier: MIT
 *
 * A trace is read (timeline_read.c), laid out as rows of bars
 * (timeline_rows.c) and written for gnuplot (timeline_draw.c). The program
 * `timeline` checks it, too (../timeline_check.c), and `stats` counts in it.
 * Moments are nanoseconds since the trace was opened. None of it may be called
 * by two threads at once.
 */
#ifndef TIMELINE_H
#define TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "../../bench/lib/die.h"

enum {
    NAME_BYTES = 64,
    TEXT_BYTES = 1024,
    COROUTINE_LINES = 1000000, /* bench/lib/trace.c numbers them from here */
};

#define NONE SIZE_MAX

enum kind { KIND_RUN, KIND_WAIT, KIND_RUNNABLE, KIND_ITEM, KIND_BRANCH };

struct slice {
    uint64_t line; /* the `tid` */
    uint64_t began, ended;
    uint64_t cpu_ns; /* KIND_RUN */
    uint64_t item;   /* KIND_ITEM: its number */
    size_t stage;    /* KIND_ITEM: its place in trace.stages, or NONE */
    size_t parent;   /* the slice around it, or NONE */
    size_t place;    /* in the file */
    enum kind kind;
    int core;
    bool crosses; /* begins inside of another one and ends outside */
};

/* A number that changes with time: how full a queue is. */
struct counter {
    char name[NAME_BYTES];
    uint64_t at, value;
    size_t place; /* in the file */
};

struct line {
    uint64_t number; /* the `tid` */
    char name[NAME_BYTES];
    bool named;
    size_t first, last; /* its slices: first..last-1 */
};

struct trace {
    const char *file;
    char strategy[NAME_BYTES], kernel[NAME_BYTES];
    char command[TEXT_BYTES], machine[TEXT_BYTES];
    uint64_t items, rounds, workers;
    struct slice *slices; /* by line, then by beginning, outer before inner */
    size_t slices_n, slices_room;
    struct line *lines; /* by number */
    size_t lines_n, lines_room;
    char (*stages)[NAME_BYTES];
    size_t stages_n;
    struct counter *counters; /* by moment */
    size_t counters_n, counters_room;
    uint64_t *rounds_at; /* when each round began */
    size_t rounds_n, rounds_room;
    size_t titles;    /* how often the process is named */
    size_t broken_at; /* the line of the file at which it breaks off, or 0 */
};

/* Makes room for one more in an array of *n elements; dies when there is no
 * memory. */
void *room_for(void *array, size_t n, size_t *room, size_t bytes);

/* Dies with status 2 when the file is no trace; one that breaks off is read
 * up to there. */
struct trace trace_read(const char *file);
/* The same, but answers why it is no trace, or NULL. To be freed in any case;
 * `file` must live as long. The text is valid until the next call. */
const char *trace_load(struct trace *trace, const char *file);
void trace_free(struct trace *trace);
/* The line with that number, or NULL. */
struct line *trace_line(const struct trace *trace, uint64_t number);

/* Prints what is wrong with a trace on stderr, or one line on stdout. */
bool trace_check(const struct trace *trace);

/* What is drawn of the time, in ms since the first round began. */
struct window {
    double from, to;
    double ms_per_pixel;
};

/* A rectangle; an edge or a move has only `from`. */
struct bar {
    double from, to; /* ms */
    double y, half;  /* the middle of its row and half its height, in pixels */
    enum kind kind;
};

struct text {
    double x, y;
    char words[NAME_BYTES];
    bool light; /* on a dark bar */
};

struct list {
    void *entries;
    size_t n, room;
};

/* All panels together, ready to be written. */
struct picture {
    struct list bars;   /* struct bar */
    struct list ticks;  /* struct bar: narrower than a pixel, drawn last */
    struct list edges;  /* struct bar: where an item begins */
    struct list moves;  /* struct bar: where a row goes on on another core */
    struct list texts;  /* struct text: inside bars */
    struct list labels; /* struct text: names of rows */
};

/* One row of one panel. */
struct row {
    const struct line *line;
    /* Its slices are those of the coroutines of this worker. */
    bool of_coroutines;
    double y, half;
};

/* When the first round began: 0 in the picture. */
uint64_t trace_zero(const struct trace *trace);
/* How long it took, in ms, from there to the end of the last slice. */
double trace_length(const struct trace *trace);
/* How long a worker's runs had no core, over how long the whole took: of all
 * workers the mean. */
double trace_lost(const struct trace *trace);
/* The rows worth a place in the window, at most `most`; `left_out` becomes
 * the number of others. To be freed. */
struct row *rows_choose(const struct trace *trace, const struct window *window,
                        size_t most, size_t *n, size_t *left_out);
/* Adds the bars, texts and marks of one row. */
void row_draw(struct picture *picture, const struct trace *trace,
              const struct row *row, const struct window *window);

/* Writes what scripts/timeline.gp loads. `to` may be NaN: to the end. Without a
 * title (NULL) the picture has that of the traces, and their machine; with one
 * the caller writes the machine. */
struct drawing {
    const struct trace *traces;
    size_t n;
    double from, to;
    const char *title;
};
void timeline_draw(FILE *out, const struct drawing *drawing);

#endif
