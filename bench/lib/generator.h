/*
 * generator.h - functions that hand out one value after the other, and are
 * handed one back each time.
 * SPDX-License-Identifier: MIT
 *
 * What Python makes of `yield`: a body that runs until it yields a value,
 * and goes on, when asked to, with a value that it is sent. Effective Python,
 * item 40, calls them coroutines:
 *
 *     static _Noreturn int64_t least_so_far(void *argument)
 *     {
 *         int64_t least = generator_yield(0);
 *         for (;;) {
 *             int64_t sent = generator_yield(least);
 *             least = sent < least ? sent : least;
 *         }
 *     }
 *     ...
 *     struct generator *g = generator_make(stack, bytes, least_so_far, NULL);
 *     generator_next(g);                  (to the first yield)
 *     generator_send(g, 10).value         (10)
 *     generator_send(g, 4).value          (4)
 *     generator_send(g, 22).value         (4)
 *
 * Teaches: yield is a coroutine switch that carries a value. The two sides
 * take turns: one knows what comes next, the other what to do with it.
 * A body may delegate to other functions simply by calling them, because it
 * has a stack of its own: any function below it may yield, and needs no
 * `yield from`. In the terms of de Moura, Ierusalimschy, "Revisiting
 * coroutines", ACM TOPLAS 31 (2), 2009: asymmetric and stackful; Python's
 * generators are asymmetric and stackless.
 *
 * The rules are Python's. What Python raises as an error in the program's
 * text (a value sent before the first yield, a generator that resumes itself)
 * ends the program here with one line.
 * Left out: throwing an exception into a body; running the rest of a body
 * that is given up (GeneratorExit); moving a started generator to another
 * thread.
 */
#ifndef GENERATOR_H
#define GENERATOR_H

#include "coroutine.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A generator belongs to one thread at a time. Its fields are its own. */
struct generator;

/*
 * What a generator runs. What it returns is the result of the last step, as
 * the value in Python's StopIteration. It must not wait by await(): whoever
 * resumes it takes any stop for a yield. Ask for the wait instead, by
 * yielding, and let the resumer do it.
 */
typedef int64_t (*generator_body)(void *argument);

/* What one step brought: a value that was yielded, or the body's result. */
struct generator_step {
    int64_t value;
    bool finished;
};

/*
 * Makes a generator that will run body(argument); nothing runs yet. It lives
 * entirely in the given stack, of generator_stack_bytes() or more. The stack
 * stays the caller's, who may use it again, for another generator too, once
 * this one has finished or was discarded.
 */
struct generator *generator_make(void *stack, size_t bytes, generator_body body,
                                 void *argument);

/* How large a stack has to be so that `wanted` bytes of it are left to the
 * body and whatever it calls. More under a sanitizer. */
size_t generator_stack_bytes(size_t wanted);

/*
 * Runs it to its next yield, or to its end. The yield where it stands
 * answers 0. A generator that has finished stays so: each further step is
 * finished, with the value 0. The caller may itself run in a generator.
 */
static inline struct generator_step generator_next(struct generator *generator);

/* The same; the yield where it stands answers `value`. Not for the first
 * step: no yield stands ready yet to receive the value. */
static inline struct generator_step generator_send(struct generator *generator,
                                                   int64_t value);

/* Hands `value` to the resumer; returns, when the generator is resumed, what
 * it is sent. Only inside a generator's body and what that calls. */
static inline int64_t generator_yield(int64_t value);

/* Gives up one that has not finished. Its body does not run on: what it has
 * allocated, nobody frees. */
void generator_discard(struct generator *generator);

/*
 * What is larger than a number travels by its address. An object on the
 * body's own stack may be yielded so: it stands until the generator is
 * resumed.
 */
static inline int64_t generator_value(const void *address)
{
    return (int64_t)(intptr_t)address;
}

static inline const void *generator_address(int64_t value)
{
    return (const void *)(intptr_t)value;
}

/* -------------------------------------------------------------- inside */

/*
 * Why a step is inline: a processor guesses where a return goes from the
 * calls before it. After a switch of stacks every return goes elsewhere, and
 * a wrong guess takes as long as the switch itself.
 */
enum generator_state {
    GENERATOR_NOT_STARTED,
    GENERATOR_SUSPENDED,
    GENERATOR_RUNNING,
    GENERATOR_FINISHED,
};

struct generator {
    struct coroutine *coroutine;
    struct generator *outer; /* the generator that resumed it, or NULL */
    generator_body body;
    void *argument;
    int64_t passing; /* the value on its way in or out */
    enum generator_state state;
};

/* The innermost one that runs in this thread. */
extern _Thread_local struct generator *generator_current;

/* Ends the program with one line that says what was done to a generator. */
_Noreturn void generator_misused(const char *what);

static inline struct generator_step generator_resume(struct generator *g,
                                                     int64_t value)
{
    g->passing = value;
    g->state = GENERATOR_RUNNING;
    g->outer = generator_current;
    generator_current = g;
    coroutine_resume(g->coroutine);
    generator_current = g->outer;
    if (g->state == GENERATOR_RUNNING)
        generator_misused("stopped without a yield: its body must not wait");
    return (struct generator_step){.value = g->passing,
                                   .finished = g->state == GENERATOR_FINISHED};
}

static inline struct generator_step generator_next(struct generator *g)
{
    if (g->state == GENERATOR_FINISHED)
        return (struct generator_step){.finished = true};
    if (g->state == GENERATOR_RUNNING)
        generator_misused("was resumed while it was running");
    return generator_resume(g, 0);
}

static inline struct generator_step generator_send(struct generator *g,
                                                   int64_t value)
{
    if (g->state == GENERATOR_FINISHED)
        return (struct generator_step){.finished = true};
    if (g->state != GENERATOR_SUSPENDED)
        generator_misused("was sent a value, but does not stand at a yield");
    return generator_resume(g, value);
}

static inline int64_t generator_yield(int64_t value)
{
    struct generator *g = generator_current;
    if (g == NULL || g->coroutine != coroutine_current())
        generator_misused("was to yield, but none is running here");
    g->passing = value;
    g->state = GENERATOR_SUSPENDED;
    coroutine_yield();
    return generator_current->passing; /* its resumer has made it current */
}

#endif
