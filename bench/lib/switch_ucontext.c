/*
 * switch_ucontext.c - leaving one stack and going on with another, by POSIX.
 * SPDX-License-Identifier: MIT
 *
 * For processors that have no switch in assembly here. swapcontext also
 * saves the signal mask, which is a system call: about a hundred times the
 * price of the three registers that are needed.
 */
#include "switch_ucontext.h"
#include "die.h"

#include <errno.h>
#include <stdint.h>

/* The ucontext of a suspended piece of code lives on its own stack: for a
 * new one at the top, for a switched-out one in context_switch's frame. */
void context_make(struct context *context, void *stack, size_t bytes,
                  void (*entry)(void))
{
    uintptr_t top = ((uintptr_t)stack + bytes - sizeof(ucontext_t)) & ~63ul;
    ucontext_t *fresh = (ucontext_t *)top;
    if (getcontext(fresh) != 0)
        die(errno, "getcontext");
    fresh->uc_stack.ss_sp = stack;
    fresh->uc_stack.ss_size = top - (uintptr_t)stack;
    fresh->uc_link = NULL;
    makecontext(fresh, entry, 0);
    context->at = fresh;
}

void context_switch(struct context *from, const struct context *to)
{
    ucontext_t here;
    from->at = &here;
    if (swapcontext(&here, to->at) != 0)
        die(errno, "swapcontext");
}
