/*
 * context.h - leaving one stack and going on with another.
 * SPDX-License-Identifier: MIT
 *
 * The whole machine-dependent part of coroutines. switch_x86_64.S and
 * switch_aarch64.S push the registers that a function call must preserve,
 * exchange the stack pointer, and pop them again; switch_ucontext.c does it
 * through POSIX on any other processor, at the price of a system call. The
 * Makefile picks one.
 * Left out: the floating-point control word; a kernel must not change the
 * rounding mode.
 */
#ifndef CONTEXT_H
#define CONTEXT_H

#include <stddef.h>

/* Where a suspended piece of code stands. It is kept on its own stack; this
 * only points to it. */
struct context {
    void *at;
};

/* What a suspended context takes of its stack beyond a few registers. */
extern const size_t context_extra_bytes;

/* Prepares a context that calls entry() on the given stack when it is first
 * switched to. entry must never return. */
void context_make(struct context *context, void *stack, size_t bytes,
                  void (*entry)(void));

/* Suspends the caller into `from` and goes on with `to`. Returns when
 * somebody switches to `from`. */
void context_switch(struct context *from, const struct context *to);

#endif
