/*
 * coroutine.c - functions that can stop in the middle and go on later.
 * SPDX-License-Identifier: MIT
 *
 * AddressSanitizer and ThreadSanitizer follow a program by its stacks and
 * must be told when one is left for another. Their functions are declared
 * weak: without a sanitizer they are not there and the calls are skipped.
 */
#include "coroutine.h"
#include "context.h"
#include "die.h"

#include <stdint.h>

struct coroutine {
    struct context own;      /* where it stands while suspended */
    struct context resumer;  /* where its resumer stands while it runs */
    struct coroutine *outer; /* the coroutine that resumed it, or NULL */
    coroutine_function function;
    void *argument;
    bool ended;

    /* For the sanitizers. */
    void *stack;
    size_t stack_bytes;
    void *fake_stack, *resumer_fake_stack;
    const void *resumer_stack;
    size_t resumer_stack_bytes;
    void *fiber, *resumer_fiber;
};

static _Thread_local struct coroutine *current;

/* ---------------------------------------------------------- sanitizers */

void __sanitizer_start_switch_fiber(void **fake_stack, const void *bottom,
                                    size_t bytes) __attribute__((weak));
void __sanitizer_finish_switch_fiber(void *fake_stack, const void **bottom,
                                     size_t *bytes) __attribute__((weak));
void __asan_unpoison_memory_region(const volatile void *start, size_t bytes)
    __attribute__((weak));
void *__tsan_create_fiber(unsigned flags) __attribute__((weak));
void __tsan_destroy_fiber(void *fiber) __attribute__((weak));
void *__tsan_get_current_fiber(void) __attribute__((weak));
void __tsan_switch_to_fiber(void *fiber, unsigned flags) __attribute__((weak));

static void announce_resume(struct coroutine *c)
{
    if (__sanitizer_start_switch_fiber != NULL)
        __sanitizer_start_switch_fiber(&c->resumer_fake_stack, c->stack,
                                       c->stack_bytes);
    if (__tsan_switch_to_fiber != NULL) {
        c->resumer_fiber = __tsan_get_current_fiber();
        __tsan_switch_to_fiber(c->fiber, 0);
    }
}

static void resumer_is_back(struct coroutine *c)
{
    if (__sanitizer_finish_switch_fiber != NULL)
        __sanitizer_finish_switch_fiber(c->resumer_fake_stack, NULL, NULL);
}

/* A coroutine that leaves for good gives its fake stack back. */
static void announce_yield(struct coroutine *c)
{
    if (__sanitizer_start_switch_fiber != NULL)
        __sanitizer_start_switch_fiber(c->ended ? NULL : &c->fake_stack,
                                       c->resumer_stack,
                                       c->resumer_stack_bytes);
    if (__tsan_switch_to_fiber != NULL)
        __tsan_switch_to_fiber(c->resumer_fiber, 0);
}

static void coroutine_is_back(struct coroutine *c)
{
    if (__sanitizer_finish_switch_fiber != NULL)
        __sanitizer_finish_switch_fiber(c->fake_stack, &c->resumer_stack,
                                        &c->resumer_stack_bytes);
}

/* ----------------------------------------------------------- coroutines */

static void leave(struct coroutine *c)
{
    current = c->outer;
    announce_yield(c);
    context_switch(&c->own, &c->resumer);
}

/* The first function on every coroutine's stack. */
static void entry(void)
{
    struct coroutine *c = current;
    coroutine_is_back(c);
    c->function(c->argument);
    c->ended = true;
    leave(c);
    die(0, "a coroutine that had ended was resumed");
}

/* The bookkeeping stands at the top of the stack, in the page that the
 * coroutine touches anyway. */
struct coroutine *coroutine_make(void *stack, size_t bytes,
                                 coroutine_function function, void *argument)
{
    uintptr_t top = (uintptr_t)stack + bytes;
    struct coroutine *c =
        (struct coroutine *)((top - sizeof(struct coroutine)) & ~(uintptr_t)63);
    size_t below = (size_t)((uintptr_t)c - (uintptr_t)stack);

    if (__asan_unpoison_memory_region != NULL)
        __asan_unpoison_memory_region(stack, bytes);
    *c = (struct coroutine){
        .function = function,
        .argument = argument,
        .stack = stack,
        .stack_bytes = below,
    };
    if (__tsan_create_fiber != NULL)
        c->fiber = __tsan_create_fiber(0);
    context_make(&c->own, stack, below, entry);
    return c;
}

void coroutine_resume(struct coroutine *c)
{
    c->outer = current;
    current = c;
    announce_resume(c);
    context_switch(&c->resumer, &c->own);
    resumer_is_back(c);
    if (c->ended)
        coroutine_discard(c);
}

void coroutine_yield(void)
{
    struct coroutine *c = current;
    leave(c);
    coroutine_is_back(c);
}

/* Its record, and below it the frames of whatever it was doing. */
void coroutine_prefetch(const struct coroutine *c)
{
    enum { CACHE_LINE = 64, LINES_BELOW = 10, LINES_ABOVE = 2 };
    for (int i = -LINES_BELOW; i < LINES_ABOVE; i++)
        __builtin_prefetch((const char *)c + (ptrdiff_t)i * CACHE_LINE, 1);
}

struct coroutine *coroutine_current(void)
{
    return current;
}

bool coroutine_ended(const struct coroutine *c)
{
    return c->ended;
}

void coroutine_discard(struct coroutine *c)
{
    if (__tsan_destroy_fiber != NULL && c->fiber != NULL)
        __tsan_destroy_fiber(c->fiber);
    c->fiber = NULL;
}
