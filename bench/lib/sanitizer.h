/*
 * sanitizer.h - telling the sanitizers that the stack changes.
 * SPDX-License-Identifier: MIT
 *
 * AddressSanitizer and ThreadSanitizer follow a program by its stacks and
 * must be told when one is left for another. Without them every call here
 * is a branch on a constant, which the compiler takes away.
 *
 * All are in line, for ThreadSanitizer also counts calls and returns: what
 * is entered before it hears of the change must not be left after it.
 */
#ifndef SANITIZER_H
#define SANITIZER_H

#include <stddef.h>

#ifndef __has_feature
#define __has_feature(feature) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
enum { SANITIZED_ADDRESS = 1 };
#else
enum { SANITIZED_ADDRESS = 0 };
#endif
#if defined(__SANITIZE_THREAD__) || __has_feature(thread_sanitizer)
enum { SANITIZED_THREAD = 1 };
#else
enum { SANITIZED_THREAD = 0 };
#endif
enum { SANITIZED = SANITIZED_ADDRESS || SANITIZED_THREAD };

void __sanitizer_start_switch_fiber(void **fake_stack, const void *bottom,
                                    size_t bytes);
void __sanitizer_finish_switch_fiber(void *fake_stack, const void **bottom,
                                     size_t *bytes);
void __asan_unpoison_memory_region(const volatile void *start, size_t bytes);
void *__tsan_create_fiber(unsigned flags);
void __tsan_destroy_fiber(void *fiber);
void *__tsan_get_current_fiber(void);
void __tsan_switch_to_fiber(void *fiber, unsigned flags);

/* What the sanitizers know of a coroutine and of its resumer. */
struct sanitizer_record {
    void *stack;
    size_t stack_bytes;
    void *fake_stack, *resumer_fake_stack;
    const void *resumer_stack;
    size_t resumer_stack_bytes;
    void *fiber, *resumer_fiber;
};

#define SANITIZER_INLINE __attribute__((always_inline)) static inline

/* A coroutine has been made on this stack. */
SANITIZER_INLINE void sanitizer_make(struct sanitizer_record *record,
                                     void *stack, size_t bytes)
{
    *record = (struct sanitizer_record){.stack = stack, .stack_bytes = bytes};
    if (SANITIZED_THREAD)
        record->fiber = __tsan_create_fiber(0);
}

SANITIZER_INLINE void sanitizer_discard(struct sanitizer_record *record)
{
    if (SANITIZED_THREAD && record->fiber != NULL)
        __tsan_destroy_fiber(record->fiber);
    record->fiber = NULL;
}

/* The resumer is about to leave for the coroutine; it is back. */
SANITIZER_INLINE void sanitizer_resume(struct sanitizer_record *record)
{
    if (SANITIZED_ADDRESS)
        __sanitizer_start_switch_fiber(&record->resumer_fake_stack,
                                       record->stack, record->stack_bytes);
    if (SANITIZED_THREAD) {
        record->resumer_fiber = __tsan_get_current_fiber();
        __tsan_switch_to_fiber(record->fiber, 0);
    }
}

SANITIZER_INLINE void sanitizer_resumed(struct sanitizer_record *record)
{
    if (SANITIZED_ADDRESS)
        __sanitizer_finish_switch_fiber(record->resumer_fake_stack, NULL, NULL);
}

/* The coroutine is about to leave for its resumer; it is back. One that
 * leaves for good gives its fake stack back. */
SANITIZER_INLINE void sanitizer_yield(struct sanitizer_record *record,
                                      int for_good)
{
    if (SANITIZED_ADDRESS)
        __sanitizer_start_switch_fiber(for_good ? NULL : &record->fake_stack,
                                       record->resumer_stack,
                                       record->resumer_stack_bytes);
    if (SANITIZED_THREAD)
        __tsan_switch_to_fiber(record->resumer_fiber, 0);
}

SANITIZER_INLINE void sanitizer_yielded(struct sanitizer_record *record)
{
    if (SANITIZED_ADDRESS)
        __sanitizer_finish_switch_fiber(record->fake_stack,
                                        &record->resumer_stack,
                                        &record->resumer_stack_bytes);
}

#endif
