/*
 * switch_ucontext.h - leaving one stack and going on with another, by POSIX.
 * SPDX-License-Identifier: MIT
 *
 * Included by context.h, which says what each of these promises.
 */
#ifndef SWITCH_UCONTEXT_H
#define SWITCH_UCONTEXT_H

#include <stddef.h>
#include <ucontext.h>

/* The ucontext_t of a suspended piece of code lies on its own stack; this
 * only points to it. */
struct context {
    void *at;
};

/* One at the top of the stack, one where it was last left. */
enum { CONTEXT_EXTRA_BYTES = 2 * sizeof(ucontext_t) };

void context_make(struct context *context, void *stack, size_t bytes,
                  void (*entry)(void));
void context_switch(struct context *from, const struct context *to);

static inline const void *context_frames(const struct context *context)
{
    return context->at;
}

#endif
