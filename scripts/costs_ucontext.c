/*
 * costs_ucontext.c - switches by POSIX: swapcontext(3).
 *
 * Look at: a hundred times the price of a switch. swapcontext also saves and
 * sets the signal mask, which is a system call each time.
 *
 * SPDX-License-Identifier: MIT
 */
#include "costs.h"

#include "../bench/lib/die.h"
#include "../bench/lib/stacks.h"

#include <errno.h>
#include <stdlib.h>
#include <ucontext.h>

enum { SMALL_BYTES = 2048 };

struct ring {
    size_t count;
    struct stacks stacks;
    ucontext_t resumer;
    ucontext_t *contexts;
    bool stopping;
    uint64_t turns;
};

/* makecontext(3) hands over whole numbers only. */
static struct ring *being_made;
static ucontext_t *made;

static void take_turns(void)
{
    struct ring *ring = being_made;
    ucontext_t *me = made;
    uint64_t turns = 0;
    for (; !ring->stopping; turns++)
        swapcontext(me, &ring->resumer);
    ring->turns += turns;
}

static void count_up(void)
{
    being_made->turns++;
}

/* One that goes back to the resumer when its function returns. */
static void make(struct ring *ring, size_t i, void (*entry)(void))
{
    size_t bytes;
    ucontext_t *context = &ring->contexts[i];
    if (getcontext(context) != 0)
        die(errno, "getcontext");
    context->uc_stack.ss_sp = stacks_at(&ring->stacks, i, &bytes);
    context->uc_stack.ss_size = bytes;
    context->uc_link = &ring->resumer;
    makecontext(context, entry, 0);
    being_made = ring;
    made = context;
}

static struct ring *ring_of(size_t count)
{
    struct ring *ring = calloc(1, sizeof *ring);
    if (ring == NULL ||
        (ring->contexts = calloc(count, sizeof *ring->contexts)) == NULL)
        die(ENOMEM, "%zu contexts", count);
    ring->count = count;
    ring->stacks = stacks_create(count, SMALL_BYTES);
    return ring;
}

static void *start(const struct cost *cost)
{
    struct ring *ring = ring_of(cost->count);
    for (size_t i = 0; i < ring->count; i++) {
        make(ring, i, take_turns);
        swapcontext(&ring->resumer, &ring->contexts[i]);
    }
    return ring;
}

static void release(struct ring *ring)
{
    stacks_destroy(&ring->stacks);
    free(ring->contexts);
    free(ring);
}

static uint64_t stop(void *state)
{
    struct ring *ring = state;
    ring->stopping = true;
    for (size_t i = 0; i < ring->count; i++)
        swapcontext(&ring->resumer, &ring->contexts[i]);
    uint64_t switches = 2 * (ring->turns - ring->count);
    release(ring);
    return switches;
}

static uint64_t switch_in_turn(void *state, uint64_t operations)
{
    struct ring *ring = state;
    uint64_t rounds = operations / 2 / ring->count + 1;
    for (uint64_t r = 0; r < rounds; r++)
        for (size_t i = 0; i < ring->count; i++)
            swapcontext(&ring->resumer, &ring->contexts[i]);
    return 2 * rounds * ring->count;
}

#define POSIX                                                                  \
    .by = "POSIX ucontext", .start = start, .run = switch_in_turn, .stop = stop
#define AMONG(count_)                                                          \
    .group = "switch-" #count_, .is = "one switch among " #count_,             \
    .count = (count_)

COSTS(turns) = {
    {.group = "switch-2", .is = "one switch between two", .count = 1, POSIX},
    {AMONG(10), POSIX},
    {AMONG(100), POSIX},
    {AMONG(1000), POSIX},
    {AMONG(10000), POSIX},
    {AMONG(100000), POSIX}};
static const size_t turns_count = sizeof turns_costs / sizeof turns_costs[0];

/* ------------------------------------------------------------- creation */

static void *start_one(const struct cost *cost)
{
    (void)cost;
    return ring_of(1);
}

static uint64_t create(void *state, uint64_t operations)
{
    struct ring *ring = state;
    for (uint64_t n = 0; n < operations; n++) {
        make(ring, 0, count_up);
        swapcontext(&ring->resumer, &ring->contexts[0]);
    }
    return operations;
}

static uint64_t stop_creating(void *state)
{
    struct ring *ring = state;
    uint64_t counted = ring->turns;
    release(ring);
    return counted;
}

COST(creation) = {
    .group = "create",
    .is = "one made, run and ended, on a stack that is there",
    .by = "POSIX ucontext",
    .start = start_one,
    .run = create,
    .stop = stop_creating,
};
