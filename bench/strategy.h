/*
 * strategy.h - what a strategy is: one way to run every item of a kernel.
 * SPDX-License-Identifier: MIT
 *
 * A strategy is HOW a kernel is run. It is one file in this folder, becomes
 * one executable build/<strategy>, and defines one symbol, `strategy`:
 *
 *     #include "strategy.h"
 *
 *     static void in_order(const struct run *run)
 *     {
 *         worker_enter(run, 0);
 *         for (uint64_t i = 0; i < run->items; i++)
 *             run_item(run, i);
 *         worker_leave();
 *     }
 *
 *     const struct strategy strategy = {
 *         .summary = "one item after the other",
 *         .one_worker = true,
 *         .run = in_order,
 *     };
 *
 * A library it needs goes into an optional file of the same name ending in
 * .mk (see uring.mk). Nothing else has to be edited: the Makefile finds the
 * file, --list names it, the test matrix and the sweep run it.
 *
 * The one duty of `run`: every item of the round exactly once, all of them
 * done when it returns. bench/lib/main.c does the rest: command line, shared
 * memory, timing, checks, reports. It counts the items and refuses to print
 * a time when one was left out or done twice.
 */
#ifndef STRATEGY_H
#define STRATEGY_H

#include "../kernels/kernel.h"
#include "lib/die.h"

struct strategy {
    const char *summary; /* one line for --list */

    /* The strategy always has one worker; --workers changes nothing. */
    bool one_worker;
    /* What it is for: sweeps of CPU-bound kernels in a hurry leave out
     * strategies that only help with waiting. */
    bool for_waiting;

    const struct option_spec *options; /* of its own, or NULL */

    /* Optional. Called once, before anything is allocated: may change
     * run->workers. Answers NULL, or one line that says why this run is
     * refused (exit status 2). */
    const char *(*configure)(struct run *run);

    /*
     * Optional: makes what outlives a round (a pool, a ring). Reported as
     * set-up time, not inside the measured span. Returns NULL, or one line
     * that says why the strategy cannot run here (exit status 77).
     */
    const char *(*start)(const struct run *run);

    /* Runs the items 0..run->items-1 of run->round, each exactly once.
     * When the machine refuses what it needs, it calls die(). */
    void (*run)(const struct run *run);

    /* Optional: undoes start. */
    void (*stop)(const struct run *run);

    /* Optional: how it waits. Default: block the calling thread. Called by
     * await() inside an item; the op stays valid until it returns. */
    int64_t (*await)(struct op *op);

    /* Optional: several ops in order, as await_in_order() promises. */
    size_t (*await_in_order)(struct op *ops, int64_t *results, size_t count);

    /* Optional: called by checkpoint() while checkpoint_wanted is set. */
    void (*checkpoint)(void);

    /* Optional, both or none: branches of a task tree. Default: spawn calls
     * the function in place, sync returns its answer. */
    void (*spawn)(struct branch *branch);
    uint64_t (*sync)(struct branch *branch);

    /* Optional: how many items are under way at once at the most. Default:
     * the smaller of workers and items. */
    uint64_t (*inflight)(const struct run *run);

    /* Optional: what else it has counted: adds figures and a remark. Called
     * after stop, and only for a right answer. */
    void (*figures)(const struct run *run, struct verdict *verdict);

    /* Optional: what an exec'd copy of the program does instead of a run
     * (see subprocess.c). Its result is the copy's exit status. */
    int (*exec_worker)(const struct run *run);
};

extern const struct strategy strategy;

/*
 * A thread or process calls worker_enter before its first item of a round
 * (or of its life) and worker_leave after the last. In between it is worker
 * `index`, 0..run->workers-1: it is pinned to its core, its processor time
 * is counted, and run_item may be called. Every index may be in use by one
 * thread at a time. A strategy whose workers live on across rounds calls
 * the pair once.
 */
void worker_enter(const struct run *run, size_t index);
void worker_leave(void);

/*
 * Runs item i of the current round: calls the kernel, adds the answer to the
 * worker's tally, writes the trace. Returns 0, or the item's -errno, which
 * is also noted: the run will be refused, the caller may go on.
 */
int run_item(const struct run *run, uint64_t i);

/*
 * The two halves of run_item, for strategies in which one worker computes an
 * answer and another one books it (process_pool: the answer comes back
 * through a pipe). compute_item runs the kernel and writes the trace;
 * book_item adds the answer, or the error, to the tally. book_item calls
 * must not overlap for the same worker index.
 */
int compute_item(const struct run *run, uint64_t i, uint64_t *answer);
void book_item(const struct run *run, size_t worker, uint64_t i, int error,
               uint64_t answer);

/*
 * For strategies that send parcels to other processes: from now on items of
 * this thread find their parcel at `bytes`. NULL: where it belongs.
 */
void parcel_at(void *bytes);

/* For strategies with `spawn`: calls a branch's function in this thread and
 * stores the answer, writes the trace. */
void run_branch(struct branch *branch);

/*
 * For strategies that run the stages of an item apart: runs stage s of item
 * i with the item's carry, writes the trace. 0 or the stage's -errno. How many
 * stages the kernel has: at least 1, for its whole item counts as one if it
 * names none. carry_make gives the zeroed carry of one item, or NULL when
 * memory runs out; carry_drop ends it.
 */
size_t stages_of(const struct run *run);
const char *stage_name(const struct run *run, size_t s);
int compute_stage(const struct run *run, uint64_t i, size_t s, void *carry,
                  uint64_t *answer);
void *carry_make(const struct run *run);
void carry_drop(const struct run *run, void *carry);

/*
 * The part of 0..items-1 that belongs to worker w of n when the items are
 * dealt out in advance, in equal runs: first..last-1. Lengths differ by at
 * most one; with more workers than items some are empty.
 */
struct share {
    uint64_t first, last;
};
struct share share_of(uint64_t items, size_t workers, size_t w);

#endif
