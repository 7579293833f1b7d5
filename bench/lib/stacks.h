/*
 * stacks.h - stacks for coroutines, many of them, each behind a guard.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: what a stack costs. Address space is free, memory is spent page
 * by page as a stack is first used; a guard page turns an overflow into a
 * clean SIGSEGV instead of silent damage to a neighbour. But a guard made
 * with mprotect splits the mapping in two, and Linux allows 65,530 mappings:
 * that ends at about 32,000 guarded stacks. Newer kernels (6.13) can mark a
 * guard inside a mapping (MADV_GUARD_INSTALL), which has no such end.
 *
 * Neighbouring stacks start at different offsets within their page, so that
 * the hot ends of many stacks do not fall into the same sets of the cache.
 *
 * A stack smaller than a page cannot have a guard page. Such stacks are
 * packed one behind the other, in huge pages where the system has them, and
 * end in a known word, to be looked at whenever their coroutine stops: an
 * overflow is noticed after the fact, and ends the program. A hundred
 * thousand waiting items then need a hundredth of the address translations.
 */
#ifndef STACKS_H
#define STACKS_H

#include <stddef.h>

enum guards {
    GUARDS_MARKED,  /* one below every stack, inside one mapping */
    GUARDS_MAPPED,  /* one below every stack, by mprotect */
    GUARDS_GROUPED, /* one below every group of stacks: an overflow into a
                       stack of the same group goes unseen */
    GUARDS_WORD,    /* small stacks: a known word below each */
};

struct stacks {
    char *base;
    size_t count, stride, bytes;
    enum guards guards;
    size_t group; /* GUARDS_GROUPED: stacks in a group */
};

/* Reserves `count` stacks of at least `bytes` bytes each. Dies when the address
 * space or the mappings do not suffice. */
struct stacks stacks_create(size_t count, size_t bytes);
/* Stack i, without its guard page: its lowest address and its size. A small
 * stack's lowest word is the one that guards it. */
void *stacks_at(const struct stacks *stacks, size_t i, size_t *bytes);
/* Dies when the stack that begins at `stack` (see stacks_at) has overflowed
 * its word; only for GUARDS_WORD. */
void stacks_check_word(const void *stack);
void stacks_destroy(struct stacks *stacks);

/* How much stack to give to an item that says it needs `wanted` bytes (0: it
 * does not say). More under a sanitizer, whose frames are larger. */
size_t stacks_bytes_for(size_t wanted);

#endif
