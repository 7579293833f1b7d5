/*
 * costs_fcontext.c - switches by Boost.Context's own assembly.
 *
 * Its two functions have C linkage; C++ is only the layer above. A switch is
 * a call of a function that saves six registers and the floating-point
 * control words, and leaves by a jump to where the other one called it.
 *   O. Kowalke, "Boost.Context", 2014.
 * Look at: the call that is left without a return. The processor predicts
 * returns from calls, and ours, in line, has neither.
 * Left out: boost's allocators; the stacks are the same as ours.
 *
 * SPDX-License-Identifier: MIT
 */
#include "costs.h"

#include "../bench/lib/die.h"
#include "../bench/lib/stacks.h"

#include <errno.h>
#include <stdlib.h>

typedef void *fcontext;
struct transfer {
    fcontext from;
    void *data;
};

struct transfer jump_fcontext(fcontext to, void *data);
fcontext make_fcontext(void *top, size_t bytes, void (*entry)(struct transfer));

enum { SMALL_BYTES = 888, AHEAD = 8 };

struct ring {
    size_t count;
    struct stacks stacks;
    fcontext *contexts;
    bool stopping;
    uint64_t turns;
};

static void take_turns(struct transfer resumer)
{
    struct ring *ring = resumer.data;
    uint64_t turns = 0;
    for (; !ring->stopping; turns++)
        resumer = jump_fcontext(resumer.from, NULL);
    ring->turns += turns;
    jump_fcontext(resumer.from, NULL);
}

static fcontext make(const struct ring *ring, size_t i,
                     void (*entry)(struct transfer))
{
    size_t bytes;
    char *stack = stacks_at(&ring->stacks, i, &bytes);
    return make_fcontext(stack + bytes, bytes, entry);
}

static void *start_with(size_t count, size_t stack_bytes)
{
    struct ring *ring = calloc(1, sizeof *ring);
    if (ring == NULL ||
        (ring->contexts = calloc(count, sizeof(fcontext))) == NULL)
        die(ENOMEM, "%zu contexts", count);
    ring->count = count;
    ring->stacks = stacks_create(count, stack_bytes);
    for (size_t i = 0; i < count; i++)
        ring->contexts[i] = jump_fcontext(make(ring, i, take_turns), ring).from;
    return ring;
}

static void *start(const struct cost *cost)
{
    return start_with(cost->count, SMALL_BYTES);
}

static uint64_t stop(void *state)
{
    struct ring *ring = state;
    ring->stopping = true;
    for (size_t i = 0; i < ring->count; i++)
        jump_fcontext(ring->contexts[i], NULL);
    uint64_t switches = 2 * (ring->turns - ring->count);
    stacks_destroy(&ring->stacks);
    free(ring->contexts);
    free(ring);
    return switches;
}

static uint64_t switch_between_two(void *state, uint64_t operations)
{
    struct ring *ring = state;
    fcontext other = ring->contexts[0];
    uint64_t turns = (operations + 1) / 2;
    for (uint64_t t = 0; t < turns; t++)
        other = jump_fcontext(other, NULL).from;
    ring->contexts[0] = other;
    return 2 * turns;
}

/* A context points to the frame that it was left in. */
static uint64_t switch_in_turn(void *state, uint64_t operations)
{
    const struct ring *ring = state;
    fcontext *contexts = ring->contexts;
    size_t count = ring->count;
    uint64_t rounds = operations / 2 / count + 1;
    for (uint64_t r = 0; r < rounds; r++)
        for (size_t i = 0; i < count; i++) {
            if (i + AHEAD < count) {
                __builtin_prefetch(contexts[i + AHEAD], 1);
                __builtin_prefetch((char *)contexts[i + AHEAD] + 64, 1);
            }
            contexts[i] = jump_fcontext(contexts[i], NULL).from;
        }
    return 2 * rounds * count;
}

#define BOOST .by = "boost fcontext", .start = start, .stop = stop
#define AMONG(count_)                                                          \
    .group = "switch-" #count_, .is = "one switch among " #count_,             \
    .count = (count_), .run = switch_in_turn

COSTS(turns) = {{.group = "switch-2",
                 .is = "one switch between two",
                 .count = 1,
                 .run = switch_between_two,
                 BOOST},
                {AMONG(10), BOOST},
                {AMONG(100), BOOST},
                {AMONG(1000), BOOST},
                {AMONG(10000), BOOST},
                {AMONG(100000), BOOST}};
static const size_t turns_count = sizeof turns_costs / sizeof turns_costs[0];

/* ------------------------------------------------------------- creation */

static void count_up(struct transfer resumer)
{
    ++*(uint64_t *)resumer.data;
    jump_fcontext(resumer.from, NULL);
}

static void *start_one(const struct cost *cost)
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
    char *stack = stacks_at(&ring->stacks, 0, &bytes);
    for (uint64_t n = 0; n < operations; n++)
        jump_fcontext(make_fcontext(stack + bytes, bytes, count_up),
                      &ring->turns);
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
    .by = "boost fcontext",
    .start = start_one,
    .run = create,
    .stop = stop_creating,
};
