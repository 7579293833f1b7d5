/*
 * switch_aarch64.h - leaving one stack and going on with another, 64-bit Arm.
 * SPDX-License-Identifier: MIT
 *
 * Included by context.h, which says what each of these promises. The
 * statement in assembly names every register as destroyed: so the compiler
 * has put what it still needs into the stack frame, and only stack pointer,
 * frame pointer and the place to go on at are left to exchange. Registers:
 * Procedure Call Standard for the Arm 64-bit Architecture, 6.1. `hint 36`
 * marks a place that may be jumped to (bti j), and does nothing on
 * processors that do not ask for it.
 */
#ifndef SWITCH_AARCH64_H
#define SWITCH_AARCH64_H

#include <stddef.h>
#include <stdint.h>

struct context {
    void *stack_pointer;
    void *frame_pointer;
    void *go_on_at;
};

enum { CONTEXT_EXTRA_BYTES = 0 };

/* A frame pointer of zero ends backtraces. */
static inline void context_make(struct context *context, void *stack,
                                size_t bytes, void (*entry)(void))
{
    uintptr_t top = ((uintptr_t)stack + bytes) & ~(uintptr_t)15;
    *context = (struct context){.stack_pointer = (void *)top,
                                .go_on_at = (void *)(uintptr_t)entry};
}

__attribute__((always_inline)) static inline void
context_switch(struct context *from, const struct context *to)
{
    register struct context *from_x0 __asm__("x0") = from;
    register const struct context *to_x1 __asm__("x1") = to;
    __asm__ volatile("mov x9, sp\n\t"
                     "adr x10, 1f\n\t"
                     "stp x9, x29, [%0]\n\t"
                     "str x10, [%0, #16]\n\t"
                     "ldp x9, x29, [%1]\n\t"
                     "ldr x16, [%1, #16]\n\t"
                     "mov sp, x9\n\t"
                     "br x16\n"
                     "1:\n\t"
                     "hint 36"
                     : "+r"(from_x0), "+r"(to_x1)
                     :
                     : "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10",
                       "x11", "x12", "x13", "x14", "x15", "x16", "x17", "x18",
                       "x19", "x20", "x21", "x22", "x23", "x24", "x25", "x26",
                       "x27", "x28", "x30", "v0", "v1", "v2", "v3", "v4", "v5",
                       "v6", "v7", "v8", "v9", "v10", "v11", "v12", "v13",
                       "v14", "v15", "v16", "v17", "v18", "v19", "v20", "v21",
                       "v22", "v23", "v24", "v25", "v26", "v27", "v28", "v29",
                       "v30", "v31", "cc", "memory");
}

static inline const void *context_frames(const struct context *context)
{
    return context->stack_pointer;
}

#endif
