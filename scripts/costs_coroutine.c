/*
 * costs_coroutine.c - switches between our coroutines, and making them.
 *
 * Teaches: what a switch costs is what the processor has to fetch. Between
 * two it is a jump and three registers. Among a hundred thousand each stands
 * where it was left, outside the nearest caches, so that prefetching and how
 * closely the stacks are packed decide.
 * Look at: small stacks beside stacks of 64 KiB, whose every switch needs
 * an address translation of its own.
 * Left out: more than one thread.
 *
 * SPDX-License-Identifier: MIT
 */
#include "costs.h"

#include "../bench/lib/coroutine.h"
#include "../bench/lib/die.h"
#include "../bench/lib/stacks.h"

#include <errno.h>
#include <stdlib.h>

enum {
    SMALL_BYTES = 888, /* what a crew gives to an item of `wait` */
    AHEAD = 8,         /* as in bench/lib/crew.c */
    FURTHER_AHEAD = 16,
};

struct ring {
    size_t count;
    struct stacks stacks;
    struct coroutine **coroutines;
    bool stopping;
    uint64_t turns; /* as the coroutines themselves have counted */
};

/* ------------------------------------------------------------- switches */

static void take_turns(void *argument)
{
    struct ring *ring = argument;
    uint64_t turns = 0;
    for (; !ring->stopping; turns++)
        coroutine_yield();
    ring->turns += turns;
}

/* Each has been begun and has yielded once: turn 0, which run has not asked
 * for. */
static struct ring *ring_of(size_t count, size_t stack_bytes)
{
    struct ring *ring = calloc(1, sizeof *ring);
    if (ring == NULL ||
        (ring->coroutines = calloc(count, sizeof(void *))) == NULL)
        die(ENOMEM, "%zu coroutines", count);
    ring->count = count;
    ring->stacks = stacks_create(count, stack_bytes);
    for (size_t i = 0; i < count; i++) {
        size_t bytes;
        void *stack = stacks_at(&ring->stacks, i, &bytes);
        ring->coroutines[i] = coroutine_make(stack, bytes, take_turns, ring);
        coroutine_resume(ring->coroutines[i]);
    }
    return ring;
}

static void *start_small(const struct cost *cost)
{
    return ring_of(cost->count, SANITIZED ? stacks_bytes_for(0)
                                          : SMALL_BYTES + CONTEXT_EXTRA_BYTES);
}

static void *start_large(const struct cost *cost)
{
    return ring_of(cost->count, stacks_bytes_for(0));
}

/* A turn is two switches, there and back. The last turn of each, begun when
 * it was made, ends here. */
static uint64_t stop(void *state)
{
    struct ring *ring = state;
    ring->stopping = true;
    for (size_t i = 0; i < ring->count; i++)
        coroutine_resume(ring->coroutines[i]);
    uint64_t switches = 2 * (ring->turns - ring->count);
    stacks_destroy(&ring->stacks);
    free(ring->coroutines);
    free(ring);
    return switches;
}

static uint64_t switch_between_two(void *state, uint64_t operations)
{
    struct coroutine *other = ((struct ring *)state)->coroutines[0];
    uint64_t turns = (operations + 1) / 2;
    for (uint64_t t = 0; t < turns; t++)
        coroutine_resume(other);
    return 2 * turns;
}

/* These coroutines touch nothing but their innermost frame. */
static uint64_t switch_in_turn(void *state, uint64_t operations)
{
    const struct ring *ring = state;
    struct coroutine *const *coroutines = ring->coroutines;
    size_t count = ring->count;
    uint64_t rounds = operations / 2 / count + 1;
    for (uint64_t r = 0; r < rounds; r++)
        for (size_t i = 0; i < count; i++) {
            if (i + FURTHER_AHEAD < count)
                coroutine_prefetch(coroutines[i + FURTHER_AHEAD]);
            if (i + AHEAD < count)
                coroutine_prefetch_frames(coroutines[i + AHEAD], 1);
            coroutine_resume(coroutines[i]);
        }
    return 2 * rounds * count;
}

#define TWO                                                                    \
    .group = "switch-2", .is = "one switch between two", .count = 1,           \
    .run = switch_between_two, .stop = stop
#define AMONG(count_)                                                          \
    .group = "switch-" #count_, .is = "one switch among " #count_,             \
    .count = (count_), .run = switch_in_turn, .stop = stop
#define OURS .by = "ours, small stacks", .own = true, .start = start_small
#define LARGE .by = "ours, stacks of 64 KiB", .start = start_large

COSTS(turns) = {
    {TWO, OURS},           {AMONG(10), OURS},     {AMONG(10), LARGE},
    {AMONG(100), OURS},    {AMONG(100), LARGE},   {AMONG(1000), OURS},
    {AMONG(1000), LARGE},  {AMONG(10000), OURS},  {AMONG(10000), LARGE},
    {AMONG(100000), OURS}, {AMONG(100000), LARGE}};
static const size_t turns_count = sizeof turns_costs / sizeof turns_costs[0];

COST(alone) = {PRIMITIVE,
               .name = "coroutine_switch",
               .by = "coroutine switch",
               .own = true,
               .what = "from one coroutine to another on the same thread",
               .count = 1,
               .start = start_small,
               .stop = stop,
               .run = switch_between_two};

/* ------------------------------------------------------------- creation */

static void count_up(void *argument)
{
    ++*(uint64_t *)argument;
}

static void *start_none(const struct cost *cost)
{
    (void)cost;
    struct ring *ring = calloc(1, sizeof *ring);
    if (ring == NULL)
        die(ENOMEM, "a stack");
    ring->stacks = stacks_create(1, stacks_bytes_for(0));
    return ring;
}

static uint64_t create(void *state, uint64_t operations)
{
    struct ring *ring = state;
    size_t bytes;
    void *stack = stacks_at(&ring->stacks, 0, &bytes);
    for (uint64_t n = 0; n < operations; n++)
        coroutine_resume(coroutine_make(stack, bytes, count_up, &ring->turns));
    return operations;
}

static uint64_t stop_creating(void *state)
{
    struct ring *ring = state;
    uint64_t made = ring->turns;
    stacks_destroy(&ring->stacks);
    free(ring);
    return made;
}

COST(creation) = {
    .group = "create",
    .is = "one made, run and ended, on a stack that is there",
    .by = "ours",
    .own = true,
    .start = start_none,
    .run = create,
    .stop = stop_creating,
};
