/*
 * interpreter.h - what workers do that compute under a global lock.
 * SPDX-License-Identifier: MIT
 *
 * The lock itself is gil.h. These are the hooks of a strategy whose workers
 * are threads of an interpreter such as CPython: they hold the lock while they
 * compute and let go of it while they wait. There is one lock in each process;
 * a forked process has its own, a copy.
 *
 * Workers call these between worker_enter and worker_leave.
 */
#ifndef INTERPRETER_H
#define INTERPRETER_H

#include "../../kernels/kernel.h"
#include "clock.h"

/* The option that interpreter_start asks for, for the strategy's table. */
#define INTERPRETER_OPTION                                                     \
    {                                                                          \
        .name = "switch-interval", .argument = "TIME",                         \
        .kind = OPTION_DURATION, .fallback = "5ms", .least = NS_PER_US,        \
        .most = (uint64_t)60 * NS_PER_S,                                       \
        .help = "how long a waiter waits before it asks for the lock",         \
    }

/* Makes the lock, free, before the workers; dies where that is refused. Until
 * then, and after interpreter_stop, the functions below do without a lock. */
void interpreter_start(const struct run *run);
void interpreter_stop(void);

/* Takes the lock for the calling worker, and lets it go. */
void interpreter_enter(void);
void interpreter_leave(void);

/* As struct strategy has them: waits without the lock; looks whether somebody
 * has asked for it. */
int64_t interpreter_await(struct op *op);
void interpreter_checkpoint(void);

#endif
