/*
 * coroutine.h - functions that can stop in the middle and go on later.
 * SPDX-License-Identifier: MIT
 *
 * Stackful and asymmetric: resume runs a coroutine until it yields or ends,
 * yield goes back to whoever resumed it. Because each has a stack of its
 * own, it may yield from any depth of ordinary calls, and straight-line
 * kernels need no rewriting. Terms: de Moura, Ierusalimschy, "Revisiting
 * coroutines", ACM TOPLAS 31 (2), 2009.
 * Teaches: a switch is a function call that returns somewhere else. It does
 * not compute anything sooner; it lets one thread wait for many things.
 * Left out: moving a suspended coroutine to another thread.
 */
#ifndef COROUTINE_H
#define COROUTINE_H

#include <stdbool.h>
#include <stddef.h>

struct coroutine;
typedef void (*coroutine_function)(void *argument);

/*
 * Makes a coroutine that will call function(argument). It lives entirely in
 * the given stack, which the caller owns and may use again once the
 * coroutine has ended or will never be resumed again.
 */
struct coroutine *coroutine_make(void *stack, size_t bytes,
                                 coroutine_function function, void *argument);

/* Runs it until it yields or ends. The caller may be a coroutine itself.
 * Must not be called for one that has ended or is running. */
void coroutine_resume(struct coroutine *coroutine);

/* Stops the running coroutine and goes back to its resumer; returns when it
 * is resumed. Only inside a coroutine. */
void coroutine_yield(void);

/* Starts to fetch the memory that resuming it will touch. A hint. */
void coroutine_prefetch(const struct coroutine *coroutine);

/* The coroutine that runs in this thread, or NULL. */
struct coroutine *coroutine_current(void);

bool coroutine_ended(const struct coroutine *coroutine);

/* Only needed for one that is given up before it has ended, and only so that
 * ThreadSanitizer forgets it too. The stack stays the caller's. */
void coroutine_discard(struct coroutine *coroutine);

#endif
