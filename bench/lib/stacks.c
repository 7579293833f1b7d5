/*
 * stacks.c - stacks for coroutines, many of them, each behind a guard.
 * SPDX-License-Identifier: MIT
 */
#include "stacks.h"
#include "context.h"
#include "die.h"
#include "sanitizer.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102 /* Linux 6.13; unknown to older headers */
#endif

enum {
    STACK_BYTES = 64 * 1024,
    SANITIZED_STACK_BYTES = 512 * 1024,
    CACHE_LINE = 64,
    OFFSETS = 24,          /* different starts within a page */
    SPARE_MAPPINGS = 2000, /* left for everything else in the process */
};

static const uint64_t guard_word = 0x5ca1ab1e0ddba11u;

/* Frames of code that was not optimized are up to twice as large. */
#ifdef __OPTIMIZE__
enum { FRAMES_FACTOR = 1 };
#else
enum { FRAMES_FACTOR = 2 };
#endif

size_t stacks_bytes_for(size_t wanted)
{
    if (SANITIZED)
        return SANITIZED_STACK_BYTES;
    return (wanted == 0 ? STACK_BYTES : FRAMES_FACTOR * wanted) +
           CONTEXT_EXTRA_BYTES;
}

/* How many mappings the process has: a line of its maps for each. */
static size_t mappings_now(void)
{
    size_t count = 0;
    FILE *file = fopen("/proc/self/maps", "re");
    if (file == NULL)
        return 0;
    for (int c; (c = getc(file)) != EOF;)
        count += c == '\n';
    fclose(file);
    return count;
}

/* How many more it may have. Another field of stacks, in another thread's
 * loop, may have taken its part already. */
static size_t mappings_left(void)
{
    size_t most = 65530;
    FILE *file = fopen("/proc/sys/vm/max_map_count", "re");
    if (file != NULL) {
        if (fscanf(file, "%zu", &most) != 1)
            most = 65530;
        fclose(file);
    }
    size_t taken = mappings_now() + SPARE_MAPPINGS;
    return most > taken ? most - taken : 0;
}

static char *guard_of(const struct stacks *stacks, size_t i)
{
    return stacks->base + i * stacks->stride;
}

/* False when the kernel cannot mark guards inside a mapping. */
static bool mark_guard(const struct stacks *stacks, size_t i)
{
    return madvise(guard_of(stacks, i), stacks->page, MADV_GUARD_INSTALL) == 0;
}

/* Each guard costs two mappings: itself, and the stack it cuts off. */
static void map_guards(struct stacks *stacks)
{
    size_t guards = mappings_left() / 2;
    stacks->guards = GUARDS_MAPPED;
    stacks->group = 1;
    if (guards < stacks->count) {
        stacks->guards = GUARDS_GROUPED;
        stacks->group =
            guards == 0 ? stacks->count : stacks->count / guards + 1;
    }
    for (size_t i = 0; i < stacks->count; i += stacks->group)
        if (mprotect(guard_of(stacks, i), stacks->page, PROT_NONE) != 0)
            die(errno, "guard page of stack %zu (vm.max_map_count?)", i);
}

/* Address space for all stacks. */
static void reserve(struct stacks *stacks)
{
    if (__builtin_mul_overflow(stacks->count, stacks->stride, &stacks->bytes) ||
        __builtin_add_overflow(stacks->bytes, CACHE_LINE, &stacks->bytes))
        die(ENOMEM, "%zu stacks", stacks->count);
    stacks->base = mmap(NULL, stacks->bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (stacks->base == MAP_FAILED)
        die(errno, "%zu stacks of %zu bytes", stacks->count, stacks->stride);
    /* Packed stacks fill huge pages; of large ones a huge page would make
     * every byte resident. */
    (void)madvise(stacks->base, stacks->bytes,
                  stacks->guards == GUARDS_WORD ? MADV_HUGEPAGE
                                                : MADV_NOHUGEPAGE);
}

/* An odd number of cache lines each: neighbours differ in their sets. The
 * word at the low end of one stands in the highest line of its neighbour
 * below, which has been resumed just before if they are resumed in turn. */
static struct stacks create_small(size_t count, size_t bytes)
{
    size_t lines = (bytes + sizeof guard_word + CACHE_LINE - 1) / CACHE_LINE;
    struct stacks stacks = {.count = count,
                            .stride = (lines | 1) * CACHE_LINE,
                            .shift = CACHE_LINE - sizeof guard_word,
                            .offsets = 1,
                            .guards = GUARDS_WORD};
    reserve(&stacks);
    return stacks;
}

struct stacks stacks_create(size_t count, size_t bytes)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    if (bytes < page)
        return create_small(count, bytes);
    /* The guard is the lowest page of the stride; the highest one leaves
     * room for different starts. */
    struct stacks stacks = {.count = count,
                            .group = 1,
                            .page = page,
                            .stride = (bytes + 3 * page - 1) / page * page,
                            .offsets = OFFSETS,
                            .guards = GUARDS_MARKED};
    reserve(&stacks);
    if (count > 0 && !mark_guard(&stacks, 0))
        map_guards(&stacks);
    return stacks;
}

void *stacks_at(const struct stacks *stacks, size_t i, size_t *bytes)
{
    char *low = guard_of(stacks, i) + stacks->page + stacks->shift;
    *bytes = (size_t)((char *)stacks_top(stacks, i) - low);
    if (stacks->guards == GUARDS_WORD)
        memcpy(low, &guard_word, sizeof guard_word);
    else if (stacks->guards == GUARDS_MARKED && !mark_guard(stacks, i))
        die(errno, "guard page of stack %zu", i);
    return low;
}

void stacks_check_word(const struct stacks *stacks, size_t i)
{
    if (memcmp(guard_of(stacks, i) + stacks->shift, &guard_word,
               sizeof guard_word) != 0)
        die(0, "a coroutine has overflowed its small stack");
}

void stacks_destroy(struct stacks *stacks)
{
    if (stacks->base != NULL)
        munmap(stacks->base, stacks->bytes);
    *stacks = (struct stacks){0};
}
