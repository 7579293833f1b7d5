/*
 * switch_x86_64.S - leaving one stack and going on with another, x86-64.
 * SPDX-License-Identifier: MIT
 *
 * A switch is an ordinary call, so the compiler has already saved whatever
 * it needs of the other registers: System V AMD64 ABI, figure 3.4. Six
 * pushes, one exchange of the stack pointer, six pops: about 2 ns.
 */
        .text

/* void context_switch(struct context *from, const struct context *to) */
        .globl  context_switch
        .type   context_switch, @function
        .p2align 4
context_switch:
        pushq   %rbp
        pushq   %rbx
        pushq   %r12
        pushq   %r13
        pushq   %r14
        pushq   %r15
        movq    %rsp, (%rdi)            /* from->at */
        movq    (%rsi), %rsp            /* to->at */
        popq    %r15
        popq    %r14
        popq    %r13
        popq    %r12
        popq    %rbx
        popq    %rbp
        ret
        .size   context_switch, .-context_switch

/*
 * void context_make(struct context *context, void *stack, size_t bytes,
 *                   void (*entry)(void))
 * Lays out what context_switch pops: six registers, the address to return
 * to (entry), and a zero where entry's own return address would be, which
 * ends backtraces. At entry the stack is 8 off 16, as after a call.
 */
        .globl  context_make
        .type   context_make, @function
        .p2align 4
context_make:
        leaq    (%rsi,%rdx), %rax
        andq    $-16, %rax
        movq    $0, -8(%rax)
        movq    %rcx, -16(%rax)
        leaq    -64(%rax), %rax
        movq    $0, 0(%rax)
        movq    $0, 8(%rax)
        movq    $0, 16(%rax)
        movq    $0, 24(%rax)
        movq    $0, 32(%rax)
        movq    $0, 40(%rax)
        movq    %rax, (%rdi)
        ret
        .size   context_make, .-context_make

/* const size_t context_extra_bytes = 0; */
        .section .rodata
        .globl  context_extra_bytes
        .type   context_extra_bytes, @object
        .p2align 3
context_extra_bytes:
        .quad   0
        .size   context_extra_bytes, 8

        .section .note.GNU-stack, "", @progbits
