/*
 * generator.c - functions that hand out one value after the other, and are
 * handed one back each time.
 * SPDX-License-Identifier: MIT
 */
#include "generator.h"
#include "coroutine.h"
#include "die.h"
#include "stacks.h"

enum state { NOT_STARTED, SUSPENDED, RUNNING, FINISHED };

struct generator {
    struct coroutine *coroutine;
    struct generator *outer; /* the generator that resumed it, or NULL */
    generator_body body;
    void *argument;
    int64_t passing; /* the value on its way in or out */
    enum state state;
};

enum {
    CACHE_LINE = 64,
    RECORDS = 512 /* this one and the coroutine's, both on the stack */
};

_Static_assert(sizeof(struct generator) <= CACHE_LINE,
               "a switch touches one more cache line");

/* The innermost one that runs in this thread. */
static _Thread_local struct generator *current;

/* The coroutine's whole life. */
static void live(void *argument)
{
    struct generator *g = argument;
    g->passing = g->body(g->argument);
    g->state = FINISHED;
}

/* The record stands at the top of the stack, the coroutine's below it. */
struct generator *generator_make(void *stack, size_t bytes, generator_body body,
                                 void *argument)
{
    uintptr_t top = (uintptr_t)stack + bytes;
    uintptr_t record =
        (top - sizeof(struct generator)) & ~(uintptr_t)(CACHE_LINE - 1);
    struct generator *g = (struct generator *)record;

    *g = (struct generator){.body = body, .argument = argument};
    g->coroutine =
        coroutine_make(stack, (size_t)(record - (uintptr_t)stack), live, g);
    return g;
}

size_t generator_stack_bytes(size_t wanted)
{
    return stacks_bytes_for(wanted + RECORDS);
}

static struct generator_step resume(struct generator *g, int64_t value)
{
    g->passing = value;
    g->state = RUNNING;
    g->outer = current;
    current = g;
    coroutine_resume(g->coroutine);
    current = g->outer;
    if (g->state == RUNNING)
        die(0, "a generator stopped without a yield: its body must not wait");
    return (struct generator_step){.value = g->passing,
                                   .finished = g->state == FINISHED};
}

struct generator_step generator_next(struct generator *g)
{
    if (g->state == FINISHED)
        return (struct generator_step){.finished = true};
    if (g->state == RUNNING)
        die(0, "a generator that is running was resumed");
    return resume(g, 0);
}

struct generator_step generator_send(struct generator *g, int64_t value)
{
    if (g->state == SUSPENDED)
        return resume(g, value);
    if (g->state == NOT_STARTED)
        die(0, "a generator was sent a value before its first yield");
    return generator_next(g);
}

int64_t generator_yield(int64_t value)
{
    struct generator *g = current;
    if (g == NULL || g->coroutine != coroutine_current())
        die(0, "a yield outside of any generator");
    g->passing = value;
    g->state = SUSPENDED;
    coroutine_yield();
    return g->passing;
}

void generator_discard(struct generator *g)
{
    coroutine_discard(g->coroutine);
    g->state = FINISHED;
}
