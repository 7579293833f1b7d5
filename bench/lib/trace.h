/*
 * trace.h - what ran when, as a Chrome trace that Perfetto opens.
 * SPDX-License-Identifier: MIT
 *
 * Every worker is a line (a `tid`); an item is a slice on it, in which `run`
 * and `await` slices alternate. A coroutine strategy has many items under
 * way in one worker, so there each coroutine has a line of its own: slices
 * on one line must nest. The core it ran on is an argument of each slice.
 * Format: "Trace Event Format", Google, complete events ("ph":"X").
 *
 * What it costs: nothing when off but a test of one variable; when on, about
 * a microsecond an item. A traced run is for looking at, not for timing.
 */
#ifndef TRACE_H
#define TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

extern bool trace_on;

/* Where an item stands; lives on the stack of the one who runs it. */
struct trace_item {
    struct trace_item *outer;
    uint64_t item, began, segment_began;
    size_t line;
};

/* Opens FILE and writes the beginning; dies when that fails. Forked children
 * go on writing to it; exec'd ones get the descriptor's number. */
void trace_open(const char *file);
int trace_descriptor(void); /* or -1 */
void trace_adopt(int descriptor);
/* Writes the end; the file is then a complete JSON document. `title` names
 * the process in the picture. */
void trace_close(const char *title);

/* The calling thread is worker `index` from here on; its line is named so. */
void trace_enter(size_t index);
/* Writes out what the thread has collected. */
void trace_leave(void);
/* The next item of this thread stands on the line of coroutine `number`. */
void trace_coroutine(size_t number);

void trace_item_begin(struct trace_item *item, uint64_t i);
void trace_item_end(struct trace_item *item);

/* Around a time in which the item does not run; `what` names the slice.
 * Begin answers the item that waits, to be handed to end: in between, other
 * coroutines of this thread may have run. */
struct trace_item *trace_await_begin(void);
void trace_await_end(struct trace_item *item, const char *what);

#endif
