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
 * Look for: what a switch costs beside other libraries' (build/costs).
 * Left out: moving a suspended coroutine to another thread.
 */
#ifndef COROUTINE_H
#define COROUTINE_H

#include "context.h"
#include "sanitizer.h"

#include <stdbool.h>
#include <stddef.h>

typedef void (*coroutine_function)(void *argument);

/* One cache line at the top of the coroutine's stack. Its fields are for the
 * functions below; they stand here so that these can be in line. */
struct coroutine {
    struct context own;      /* where it stands while suspended */
    struct context resumer;  /* where its resumer stands while it runs */
    struct coroutine *outer; /* the coroutine that resumed it, or NULL */
    bool ended;
};

/* The one that runs in this thread, or NULL: see coroutine_current. */
extern _Thread_local struct coroutine *coroutine_running;

/*
 * Makes a coroutine that will call function(argument). It lives entirely in
 * the given stack, which the caller owns and may use again once the
 * coroutine has ended or will never be resumed again. The stack should end
 * at a multiple of 64 bytes: what is above the last one stays unused.
 */
struct coroutine *coroutine_make(void *stack, size_t bytes,
                                 coroutine_function function, void *argument);

/* Bytes of a stack that coroutine_make takes for itself. */
enum { COROUTINE_BYTES = 64 + 32 + (SANITIZED ? 64 : 0) };

/* Only needed for one that is given up before it has ended, and only so that
 * ThreadSanitizer forgets it too. The stack stays the caller's. */
void coroutine_discard(struct coroutine *coroutine);

static inline struct sanitizer_record *
coroutine_sanitizer(struct coroutine *coroutine)
{
    return (struct sanitizer_record *)(coroutine + 1);
}

/* Runs it until it yields or ends. The caller may be a coroutine itself.
 * Must not be called for one that has ended or is running. */
static inline void coroutine_resume(struct coroutine *coroutine)
{
    coroutine->outer = coroutine_running;
    coroutine_running = coroutine;
    if (SANITIZED)
        sanitizer_resume(coroutine_sanitizer(coroutine));
    context_switch(&coroutine->resumer, &coroutine->own);
    if (SANITIZED) {
        sanitizer_resumed(coroutine_sanitizer(coroutine));
        if (coroutine->ended)
            coroutine_discard(coroutine);
    }
}

/* Stops the running coroutine and goes back to its resumer; returns when it
 * is resumed. Only inside a coroutine. */
static inline void coroutine_yield(void)
{
    struct coroutine *me = coroutine_running;
    coroutine_running = me->outer;
    if (SANITIZED)
        sanitizer_yield(coroutine_sanitizer(me), me->ended);
    context_switch(&me->own, &me->resumer);
    if (SANITIZED)
        sanitizer_yielded(coroutine_sanitizer(me));
}

/* The coroutine that runs in this thread, or NULL. */
static inline struct coroutine *coroutine_current(void)
{
    return coroutine_running;
}

static inline bool coroutine_ended(const struct coroutine *coroutine)
{
    return coroutine->ended;
}

/*
 * Hints that it will soon be resumed: among a hundred thousand none is in
 * the cache. The first fetches where it stands; the second, some resumes
 * later, reads that and fetches the frames that it has in use, from the
 * innermost outwards, at most so many cache lines of them. Compilers take a
 * function that only gives hints for one without effect and leave its calls
 * out, unless told otherwise.
 */
__attribute__((always_inline)) static inline void
coroutine_prefetch(const struct coroutine *coroutine)
{
    __builtin_prefetch(coroutine, 1);
}

__attribute__((always_inline)) static inline void
coroutine_prefetch_frames(const struct coroutine *coroutine, size_t most_lines)
{
    enum { CACHE_LINE = 64 };
    const char *line = context_frames(&coroutine->own);
    const char *end = line + most_lines * CACHE_LINE;
    if (end > (const char *)coroutine)
        end = (const char *)coroutine;
    for (; line < end; line += CACHE_LINE)
        __builtin_prefetch(line, 1);
}

#endif
