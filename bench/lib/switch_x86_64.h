/*
 * switch_x86_64.h - leaving one stack and going on with another, x86-64.
 * SPDX-License-Identifier: MIT
 *
 * Included by context.h, which says what each of these promises. The
 * statement in assembly names every register as destroyed: so the compiler
 * has put what it still needs into the stack frame, and only stack pointer,
 * frame pointer and the place to go on at are left to exchange. Registers:
 * System V AMD64 ABI, figure 3.4. With the jump predicted, about 2 ns.
 */
#ifndef SWITCH_X86_64_H
#define SWITCH_X86_64_H

#include <stddef.h>
#include <stdint.h>

struct context {
    void *stack_pointer;
    void *frame_pointer;
    void *go_on_at;
};

enum { CONTEXT_EXTRA_BYTES = 0 };

/* Registers that compilers know of only when told that the processor has
 * them (-march=native). */
#ifdef __AVX512F__
#define SWITCH_AVX512                                                          \
    "xmm16", "xmm17", "xmm18", "xmm19", "xmm20", "xmm21", "xmm22", "xmm23",    \
        "xmm24", "xmm25", "xmm26", "xmm27", "xmm28", "xmm29", "xmm30",         \
        "xmm31", "k1", "k2", "k3", "k4", "k5", "k6", "k7",
#else
#define SWITCH_AVX512
#endif

/* At entry the stack is 8 off 16, as after a call; the zeroes where the
 * return address and the frame pointer would be end backtraces. */
static inline void context_make(struct context *context, void *stack,
                                size_t bytes, void (*entry)(void))
{
    uintptr_t top = ((uintptr_t)stack + bytes) & ~(uintptr_t)15;
    void **return_address = (void **)top - 1;
    *return_address = NULL;
    *context = (struct context){.stack_pointer = (void *)return_address,
                                .go_on_at = (void *)(uintptr_t)entry};
}

__attribute__((always_inline)) static inline void
context_switch(struct context *from, const struct context *to)
{
    __asm__ volatile("movq %%rsp, 0(%0)\n\t"
                     "movq %%rbp, 8(%0)\n\t"
                     "leaq 1f(%%rip), %%rax\n\t"
                     "movq %%rax, 16(%0)\n\t"
                     "movq 0(%1), %%rsp\n\t"
                     "movq 8(%1), %%rbp\n\t"
                     "jmpq *16(%1)\n"
                     "1:"
                     : "+D"(from), "+S"(to)
                     :
                     : "rax", "rbx", "rcx", "rdx", "r8", "r9", "r10", "r11",
                       "r12", "r13", "r14", "r15", "xmm0", "xmm1", "xmm2",
                       "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9",
                       "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15",
                       SWITCH_AVX512 "st", "st(1)", "st(2)", "st(3)", "st(4)",
                       "st(5)", "st(6)", "st(7)", "cc", "memory");
}

static inline const void *context_frames(const struct context *context)
{
    return context->stack_pointer;
}

#endif
