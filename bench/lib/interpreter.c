/*
 * interpreter.c - what workers do that compute under a global lock.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: it is the wait that lets go of the lock, and nobody else has to
 * know: kernels and strategies are the same with and without it.
 * Look at: interpreter_await. The trace shows who waits for the lock.
 * Left out: what else an interpreter does there (signals, reference counts).
 */
#include "interpreter.h"
#include "die.h"
#include "gil.h"
#include "op.h"
#include "trace.h"

static struct gil gil;
static bool there_is_one;

void interpreter_start(const struct run *run)
{
    int error = gil_init(&gil, option_number(run, "switch-interval"),
                         &checkpoint_wanted);
    if (error != 0)
        die(error, "the lock");
    there_is_one = true;
}

void interpreter_stop(void)
{
    if (there_is_one)
        gil_destroy(&gil);
    there_is_one = false;
}

void interpreter_enter(void)
{
    if (!there_is_one)
        return;
    struct trace_item *item = trace_on ? trace_await_begin(0) : NULL;
    gil_take(&gil, worker_index());
    trace_runnable_end(item, "wait for the lock");
}

void interpreter_leave(void)
{
    if (there_is_one)
        gil_drop(&gil, worker_index());
}

int64_t interpreter_await(struct op *op)
{
    if (!there_is_one)
        return op_block(op);
    size_t self = worker_index();
    gil_drop(&gil, self);
    int64_t result = op_block(op);
    trace_ready();
    gil_take(&gil, self);
    return result;
}

void interpreter_checkpoint(void)
{
    struct trace_item *item = trace_on ? trace_await_begin(0) : NULL;
    gil_check(&gil, worker_index());
    trace_runnable_end(item, "wait for the lock");
}
