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
 *
 * Only address space is taken at first. A stack gets its guard, and memory,
 * when it is first asked for: a million of which ten are used cost ten.
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
    size_t count;
    size_t stride;  /* from one to the next */
    size_t page;    /* of the guard, the lowest of the stride; or 0 */
    size_t shift;   /* how far above that the stack begins */
    size_t offsets; /* how many different places it ends at */
    size_t bytes;   /* of all */
    enum guards guards;
    size_t group; /* GUARDS_GROUPED: stacks in a group */
};

/* Reserves `count` stacks of at least `bytes` bytes each. Dies when the address
 * space or the mappings do not suffice. */
struct stacks stacks_create(size_t count, size_t bytes);
/* Stack i, ready to be used: its lowest address, above its guard page if it
 * has one, and its size. A small stack's lowest word is what guards it, and
 * is written anew. */
void *stacks_at(const struct stacks *stacks, size_t i, size_t *bytes);
/* Where stack i ends: its lowest address and its size, added up. */
static inline void *stacks_top(const struct stacks *stacks, size_t i)
{
    return stacks->base + (i + 1) * stacks->stride + stacks->shift -
           i % stacks->offsets * 64;
}
/* Dies when stack i has overflowed its word; only for GUARDS_WORD. */
void stacks_check_word(const struct stacks *stacks, size_t i);
void stacks_destroy(struct stacks *stacks);

/* How much stack to give to an item that says it needs `wanted` bytes (0: it
 * does not say). More where frames are larger: under a sanitizer, and when
 * the compiler does not optimize. */
size_t stacks_bytes_for(size_t wanted);

#endif
