/*
 * context.h - leaving one stack and going on with another.
 * SPDX-License-Identifier: MIT
 *
 * The whole machine-dependent part of coroutines, one file for each kind of
 * processor. switch_x86_64.h and switch_aarch64.h exchange three registers
 * in line, in the middle of the function that wants to leave; any other
 * processor gets switch_ucontext.c, through POSIX, at the price of a system
 * call. `make SWITCH=bench/lib/switch_ucontext.c` takes that one anywhere.
 *
 * Each offers:
 *
 * struct context
 *     Where a suspended piece of code stands.
 * void context_make(struct context *context, void *stack, size_t bytes,
 *                   void (*entry)(void))
 *     Prepares a context that calls entry() on the given stack when it is
 *     first switched to. entry must never return.
 * void context_switch(struct context *from, const struct context *to)
 *     Suspends the caller into `from` and goes on with `to`. Returns when
 *     somebody switches to `from`.
 * const void *context_frames(const struct context *context)
 *     The lowest address that a suspended one has in use, or a little above.
 * CONTEXT_EXTRA_BYTES
 *     What a suspended one takes of its stack beyond a few registers.
 *
 * Why in line: a switch that is a function of its own enters it with a call
 * from one stack and leaves it with a return to the other. The processor
 * predicts returns from the calls that it has seen, so every switch is
 * mispredicted, and a return to the wrong place costs more than all the rest
 * of the switch. A jump at the end does not help, because then all later
 * returns are off by one call. In line there is neither call nor return, and
 * the compiler saves only the registers that are in use.
 * Left out: the floating-point control words; a kernel must not change the
 * rounding mode. Shadow stacks.
 */
#ifndef CONTEXT_H
#define CONTEXT_H

#if defined(SWITCH_PORTABLE)
#include "switch_ucontext.h"
#elif defined(__x86_64__)
#include "switch_x86_64.h"
#elif defined(__aarch64__)
#include "switch_aarch64.h"
#else
#include "switch_ucontext.h"
#endif

#endif
