/*
 * stacks.c - stacks for coroutines, many of them, each behind a guard.
 * SPDX-License-Identifier: MIT
 */
#include "stacks.h"
#include "context.h"
#include "die.h"

#include <errno.h>
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

/* Defined only when a sanitizer's run-time library is linked in. */
void __asan_init(void) __attribute__((weak));
void __tsan_init(void) __attribute__((weak));

size_t stacks_bytes_for(size_t wanted)
{
    if (__asan_init != NULL || __tsan_init != NULL)
        return SANITIZED_STACK_BYTES;
    return (wanted == 0 ? STACK_BYTES : wanted) + context_extra_bytes;
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

/* True when the kernel can mark guards inside a mapping. */
static int mark_guards(const struct stacks *stacks, size_t page)
{
    for (size_t i = 0; i < stacks->count; i++)
        if (madvise(guard_of(stacks, i), page, MADV_GUARD_INSTALL) != 0)
            return 0;
    return 1;
}

/* Each guard costs two mappings: itself, and the stack it cuts off. */
static void map_guards(struct stacks *stacks, size_t page)
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
        if (mprotect(guard_of(stacks, i), page, PROT_NONE) != 0)
            die(errno, "guard page of stack %zu (vm.max_map_count?)", i);
}

/* Address space for all stacks. */
static void reserve(struct stacks *stacks)
{
    size_t total;
    if (__builtin_mul_overflow(stacks->count, stacks->stride, &total))
        die(ENOMEM, "%zu stacks", stacks->count);
    stacks->base = mmap(NULL, total, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (stacks->base == MAP_FAILED)
        die(errno, "%zu stacks of %zu bytes", stacks->count, stacks->stride);
    /* Packed stacks fill huge pages; of large ones a huge page would make
     * every byte resident. */
    (void)madvise(stacks->base, total,
                  stacks->guards == GUARDS_WORD ? MADV_HUGEPAGE
                                                : MADV_NOHUGEPAGE);
}

static struct stacks create_small(size_t count, size_t bytes)
{
    struct stacks stacks = {.count = count,
                            .stride = (bytes + CACHE_LINE - 1) / CACHE_LINE *
                                      CACHE_LINE,
                            .guards = GUARDS_WORD};
    /* An odd number of cache lines: neighbours differ in their sets. */
    stacks.stride |= CACHE_LINE;
    stacks.bytes = stacks.stride;
    reserve(&stacks);
    for (size_t i = 0; i < count; i++)
        memcpy(stacks.base + i * stacks.stride, &guard_word, sizeof guard_word);
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
                            .stride = (bytes + 3 * page - 1) / page * page,
                            .guards = GUARDS_MARKED};
    stacks.bytes = stacks.stride - page - (size_t)OFFSETS * CACHE_LINE;
    reserve(&stacks);
    if (!mark_guards(&stacks, page))
        map_guards(&stacks, page);
    return stacks;
}

void *stacks_at(const struct stacks *stacks, size_t i, size_t *bytes)
{
    char *at = stacks->base + i * stacks->stride;
    if (stacks->guards == GUARDS_WORD) {
        *bytes = stacks->stride;
        return at;
    }
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    *bytes = stacks->stride - page - i % OFFSETS * CACHE_LINE;
    return at + page;
}

void stacks_check_word(const void *stack)
{
    if (memcmp(stack, &guard_word, sizeof guard_word) != 0)
        die(0, "a coroutine has overflowed its small stack");
}

void stacks_destroy(struct stacks *stacks)
{
    if (stacks->base != NULL)
        munmap(stacks->base, stacks->count * stacks->stride);
    *stacks = (struct stacks){0};
}
