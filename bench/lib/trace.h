/*
 * trace.h - what ran when, as a Chrome trace that Perfetto opens.
 * SPDX-License-Identifier: MIT
 *
 * Every worker is a line (a `tid`). An item is a slice on it (category
 * `item`), and inside it slices of three categories follow each other:
 *   run       the item computes;
 *   wait      it waits for something that takes no processor: "await sleep";
 *   runnable  it could go on, and does not: it has no lock, or its thread is
 *             busy with another item, or asleep still.
 * A coroutine strategy has many items under way in one worker, so there each
 * coroutine has a line of its own: slices on one line must nest. A thread's
 * moments are all different, so a slice that contains another one begins
 * before it and ends after it: no viewer can take one for the other.
 * Format: "Trace Event Format", Google: complete events ("ph":"X"), times in
 * microseconds since the trace was opened. One event a line: what a run that
 * was killed has written can be read up to the break.
 *
 * Numbers that change with time are counter events ("ph":"C"), of no line.
 *
 * Arguments of a slice: `core`, on which it ended; of an item: its number,
 * and the stage if it is one; of `run`: `cpu_us`, the processor time it got.
 * Where that is less than the slice's length, the thread had lost its core,
 * or stood in a system call, for so long; at which moments is not known.
 *
 * What it costs: nothing when off but a test of one variable; when on, one to
 * two microseconds an item. A traced run is for looking at, not for timing.
 *
 * Left out: since when a descriptor is ready. An event loop learns of it when
 * it next looks, and only from then on the item counts as runnable; a blocked
 * thread and a polling coroutine learn of it only as they go on.
 */
#ifndef TRACE_H
#define TRACE_H

#include "../../kernels/kernel.h"

extern bool trace_on;

/* Where an item stands; lives on the stack of the one who runs it. For
 * trace.c alone. */
struct trace_item {
    struct trace_item *outer;
    const char *what;
    uint64_t item, began;
    uint64_t run_began, cpu_began;  /* of the running part under way */
    uint64_t wait_began, cpu_ended; /* when it stopped running */
    uint64_t due;                   /* when the wait ought to end, or 0 */
    size_t line;
    bool traced;
};

/* Opens FILE and writes the beginning, which tells of the run and of the
 * machine; dies when that fails. Forked children go on writing to it; exec'd
 * ones adopt the descriptor's number and the moment it was opened. */
void trace_open(const char *file, const struct run *run);
int trace_descriptor(void); /* or -1 */
uint64_t trace_opened(void);
void trace_adopt(int descriptor, uint64_t opened);
/* Writes the end; the file is then a complete JSON document. `title` names
 * the process in the picture. */
void trace_close(const char *title);
/* A number that changes with time has this value from now on: "how full a
 * queue is". The name is copied. Counts of one name should be made one after
 * the other, as under the lock of what is counted. Nothing when tracing is
 * off. */
void trace_counter(const char *name, uint64_t value);
/* A round begins: a mark across all lines. Only for a thread that is no worker
 * at the time. */
void trace_round(uint64_t round);

/* The calling thread is worker `index` from here on; its line is named so. */
void trace_enter(size_t index);
/* Writes out what the thread has collected. */
void trace_leave(void);
/* The next item of this thread stands on the line of coroutine `number`. */
void trace_coroutine(size_t number);

/*
 * Around an item; around one stage of it, when stages of an item run on
 * different lines, and each appears there by its own name; around a branch
 * of a task tree, which leaves a slice only where the thread has no item
 * under way (a branch that was stolen). The name must outlive the slice.
 */
void trace_item_begin(struct trace_item *item, uint64_t i);
void trace_stage_begin(struct trace_item *item, const char *stage, uint64_t i);
void trace_branch_begin(struct trace_item *item);
void trace_item_end(struct trace_item *item);

/*
 * Around a time in which the item does not run; `what` names the slice. Begin
 * answers the item that waits, to be handed to end: in between, other
 * coroutines of this thread may have run. `ns` is how long the wait will take
 * where that is known, else 0: what it takes longer is runnable time.
 */
struct trace_item *trace_await_begin(uint64_t ns);
void trace_await_end(struct trace_item *item, const char *what);
/* Instead of trace_await_end: it could have gone on all the while. Such a time
 * may also lie between two items of a worker. */
void trace_runnable_end(struct trace_item *item, const char *what);
/* Whoever goes on in this thread next could have done so from now on: called
 * when an event loop has learned who is ready. Nothing when tracing is off. */
void trace_ready(void);

/* For trace.c: the first line, with a description of the run; on the heap. */
char *trace_head(const struct run *run);

#endif
