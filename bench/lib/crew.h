/*
 * crew.h - coroutines that take the items of a round from one common counter.
 * SPDX-License-Identifier: MIT
 *
 * What `coroutines`, `event_loop`, `uring` and `hybrid` share: each member
 * runs an item, takes the next, and when none is left it rests until the
 * next round. How a member waits, and who resumes it, is the strategy's
 * affair and its lesson.
 */
#ifndef CREW_H
#define CREW_H

#include "../strategy.h"
#include "coroutine.h"
#include "stacks.h"
#include "timer_heap.h"

/* It lies at the top of its own stack, above its coroutine: what resuming
 * touches lies together, and what never ran takes no memory. */
struct member {
    struct coroutine *coroutine;
    struct crew *crew;
    size_t number;
    bool busy; /* it has not yet run out of items this round */
    /* What deadline.c keeps: 0 where there is none. */
    bool timed_out;
    uint64_t deadline_ns, alarm_ns;
};

struct crew {
    const struct run *run;
    struct stacks stacks;
    size_t count;        /* how many members there may be */
    size_t made;         /* how many there are: those who had something to do */
    size_t busy;         /* how many are */
    uint64_t next, last; /* items not yet taken */
};

/* The option with which strategies built on crews limit items in flight. */
#define CREW_OPTION                                                            \
    {                                                                          \
        .name = "inflight", .argument = "N", .kind = OPTION_NUMBER,            \
        .fallback = "1048576", .least = 1, .most = 16777216,                   \
        .help = "at most so many items under way at once; unless this is "     \
                "given, an eighth of it for kernels with large stacks"         \
    }

/* Items in flight that the option and the number of items allow. */
uint64_t crew_inflight(const struct run *run);

/* Reserves stacks for `count` members. Dies when there is not enough address
 * space. */
void crew_create(struct crew *crew, const struct run *run, size_t count);
void crew_destroy(struct crew *crew);

/* Wakes the crew for the items first..last-1: each member runs until it
 * waits for the first time or finds nothing left. Members are made when it
 * is their turn, while there are items left. */
void crew_start(struct crew *crew, uint64_t first, uint64_t last);

/* Member m of those that have been made, 0..crew->made-1; of others, where it
 * would be. */
static inline struct member *crew_member(const struct crew *crew, size_t m)
{
    uintptr_t top = (uintptr_t)stacks_top(&crew->stacks, m);
    return (struct member *)((top - sizeof(struct member)) & ~(uintptr_t)63);
}

/* The member whose coroutine runs in this thread. */
struct member *crew_self(void);
/* Leaves the running member, until someone calls crew_resume for it. */
void crew_park(void);
void crew_resume(struct member *member);
/* The same for several, which is faster than one by one. */
void crew_resume_all(struct member *const *members, size_t count);

/* Parks the running member in a heap of timers for so long. */
void crew_sleep(struct timer_heap *timers, uint64_t ns);
/* Resumes those in the heap whose time has come. */
void crew_resume_due(struct timer_heap *timers);

#endif
