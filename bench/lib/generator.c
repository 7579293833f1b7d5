/*
 * generator.c - functions that hand out one value after the other, and are
 * handed one back each time.
 * SPDX-License-Identifier: MIT
 */
#include "generator.h"
#include "die.h"
#include "stacks.h"

enum {
    CACHE_LINE = 64,
    RECORDS = 512 /* this one and the coroutine's, both on the stack */
};

_Static_assert(sizeof(struct generator) <= CACHE_LINE,
               "a switch touches one more cache line");

_Thread_local struct generator *generator_current;

/* The coroutine's whole life. */
static void live(void *argument)
{
    struct generator *g = argument;
    g->passing = g->body(g->argument);
    g->state = GENERATOR_FINISHED;
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

void generator_discard(struct generator *g)
{
    coroutine_discard(g->coroutine);
    g->state = GENERATOR_FINISHED;
}

void generator_misused(const char *what)
{
    die(0, "a generator %s", what);
}
