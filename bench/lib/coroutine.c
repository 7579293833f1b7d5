/*
 * coroutine.c - the beginning and the end of a coroutine.
 * SPDX-License-Identifier: MIT
 *
 * Everything in between is in coroutine.h.
 */
#include "coroutine.h"
#include "die.h"

#include <stdint.h>

_Thread_local struct coroutine *coroutine_running;

/* What a coroutine is to do: at the top of its stack, below its record. */
struct order {
    coroutine_function function;
    void *argument;
};

_Static_assert(sizeof(struct coroutine) <= 64, "more than a cache line");
_Static_assert(!SANITIZED || sizeof(struct sanitizer_record) <= 64,
               "more than COROUTINE_BYTES has room for");

/* A function of its own: what it saves before the switch would otherwise lie
 * on the stack during all of the coroutine's life. */
__attribute__((noinline)) static void leave_for_good(struct coroutine *me)
{
    me->ended = true;
    coroutine_yield();
    die(0, "a coroutine that had ended was resumed");
}

/* The first function on every coroutine's stack. */
static void entry(void)
{
    struct coroutine *me = coroutine_running;
    const struct order *order = (const struct order *)me - 1;
    if (SANITIZED)
        sanitizer_yielded(coroutine_sanitizer(me));
    order->function(order->argument);
    leave_for_good(me);
}

/* The record stands at the top of the stack, among what the coroutine
 * touches anyway. */
struct coroutine *coroutine_make(void *stack, size_t bytes,
                                 coroutine_function function, void *argument)
{
    enum { RECORD = 64, RECORDS = SANITIZED ? 2 * RECORD : RECORD };
    uintptr_t top = ((uintptr_t)stack + bytes - RECORDS) & ~(uintptr_t)63;
    struct coroutine *coroutine = (struct coroutine *)top;
    struct order *order = (struct order *)coroutine - 1;
    size_t below = (size_t)((uintptr_t)order - (uintptr_t)stack);

    if (SANITIZED_ADDRESS)
        __asan_unpoison_memory_region(stack, bytes);
    coroutine->outer = NULL;
    coroutine->ended = false;
    *order = (struct order){.function = function, .argument = argument};
    if (SANITIZED)
        sanitizer_make(coroutine_sanitizer(coroutine), stack, below);
    context_make(&coroutine->own, stack, below, entry);
    return coroutine;
}

void coroutine_discard(struct coroutine *coroutine)
{
    if (SANITIZED)
        sanitizer_discard(coroutine_sanitizer(coroutine));
}
