/*
 * switch_aarch64.S - leaving one stack and going on with another, 64-bit Arm.
 * SPDX-License-Identifier: MIT
 *
 * A call must preserve x19-x29, the stack pointer and the low halves of
 * v8-v15: Procedure Call Standard for the Arm 64-bit Architecture, 6.1.
 * x30 holds the address to return to.
 */
        .text

/* void context_switch(struct context *from, const struct context *to) */
        .globl  context_switch
        .type   context_switch, %function
        .p2align 4
context_switch:
        sub     sp, sp, #160
        stp     x19, x20, [sp, #0]
        stp     x21, x22, [sp, #16]
        stp     x23, x24, [sp, #32]
        stp     x25, x26, [sp, #48]
        stp     x27, x28, [sp, #64]
        stp     x29, x30, [sp, #80]
        stp     d8, d9, [sp, #96]
        stp     d10, d11, [sp, #112]
        stp     d12, d13, [sp, #128]
        stp     d14, d15, [sp, #144]
        mov     x9, sp
        str     x9, [x0]                /* from->at */
        ldr     x9, [x1]                /* to->at */
        mov     sp, x9
        ldp     x19, x20, [sp, #0]
        ldp     x21, x22, [sp, #16]
        ldp     x23, x24, [sp, #32]
        ldp     x25, x26, [sp, #48]
        ldp     x27, x28, [sp, #64]
        ldp     x29, x30, [sp, #80]
        ldp     d8, d9, [sp, #96]
        ldp     d10, d11, [sp, #112]
        ldp     d12, d13, [sp, #128]
        ldp     d14, d15, [sp, #144]
        add     sp, sp, #160
        ret
        .size   context_switch, .-context_switch

/*
 * void context_make(struct context *context, void *stack, size_t bytes,
 *                   void (*entry)(void))
 * Lays out what context_switch loads: entry as the address to return to, a
 * frame pointer of zero, which ends backtraces; the rest may be anything.
 */
        .globl  context_make
        .type   context_make, %function
        .p2align 4
context_make:
        add     x9, x1, x2
        and     x9, x9, #-16
        sub     x9, x9, #160
        stp     xzr, x3, [x9, #80]
        str     x9, [x0]
        ret
        .size   context_make, .-context_make

/* const size_t context_extra_bytes = 0; */
        .section .rodata
        .globl  context_extra_bytes
        .type   context_extra_bytes, %object
        .p2align 3
context_extra_bytes:
        .quad   0
        .size   context_extra_bytes, 8

        .section .note.GNU-stack, "", %progbits
