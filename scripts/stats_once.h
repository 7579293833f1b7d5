/*
 * stats_once.h - charts of what was run once, after the last block.
 * SPDX-License-Identifier: MIT
 *
 * An experiment whose chart is `costs`, `timeline` or `occupancy` is one chart
 * of its own name, drawn from the files that its `once` commands have left in
 * the run's directory (sweep_experiment.h) and from nothing else. A file that
 * is missing or broken is told in one line and left out; a chart without any
 * file is left out. Nothing here may be called by two threads at once.
 */
#ifndef STATS_ONCE_H
#define STATS_ONCE_H

#include "stats.h"

struct once_kind;

/* One chart. Texts belong to the results. */
struct once {
    const struct once_kind *kind;
    const char *name, *title, *question;
    const json_t *files; /* an array of objects with the key `file` */
    void *data;          /* of its kind; NULL: nothing could be read */
};

/* What a kind of chart does, each in a file stats_<kind>.c. */
struct once_kind {
    const char *chart; /* "costs" */
    /* What the files hold, or NULL when none of them is any good. With `tell`
     * each file that is not is told on stderr. */
    void *(*read)(const struct results *results, const struct once *once,
                  bool tell);
    void (*free)(void *data);
    /* What its .gp file loads; sentences; rows, tab-separated, the first their
     * head: on standard output. */
    void (*write)(FILE *out, const struct results *results,
                  const struct once *once);
    void (*words)(const struct once *once);
    void (*rows)(const struct once *once);
};

extern const struct once_kind once_costs, once_timeline, once_occupancy;

/* stats_once.c */
/* Writes charts/NAME.dat of all of them that can be drawn, prints each NAME,
 * and tells on stderr what was left out. */
void once_charts_write(const struct results *results);
/* False when the run has no such chart; one that it has and cannot draw ends
 * the program with one line. */
bool once_chart_words(const struct results *results, const char *name);
bool once_chart_rows(const struct results *results, const char *name);
/* For `stats rows RUN charts`: name, kind, nothing. */
void once_charts_list(const struct results *results);

/* For the kinds. The i-th file's name, or NULL behind the last one; where it
 * is, to be freed; and a line on stderr that says why it is left out. */
const char *once_file(const struct once *once, size_t i);
char *once_path(const struct results *results, const char *file);
void once_tell(const struct once *once, const char *file, const char *why);
/* The lines at the foot of a chart: machine, plan, and what is said of it. */
void once_footers(FILE *out, const struct results *results, const char *note,
                  const char *warning);
/* "blocking unbounded" of once "occupancy-last" and its file
 * occupancy-last-blocking_unbounded.json. Valid until the next call. */
const char *once_label(const struct once *once, const char *file);

/* A ratio with three digits: "1.92", "129", "458,000". Valid for the next four
 * calls. */
const char *times_text(double ratio);
/* A cell of a block of data for gnuplot, or of a row: what would end it early
 * becomes something else. */
void once_cell(FILE *out, const char *text);

/* stats_titles.c */
/* name = 'text', as gnuplot reads it. */
void put_constant(FILE *out, const char *name, const char *text);
/* The machine in one line. Valid until the next call. */
const char *machine_line(const struct results *results);

#endif
