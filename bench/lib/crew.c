/*
 * crew.c - coroutines that take the items of a round from one common counter.
 * SPDX-License-Identifier: MIT
 */
#include "crew.h"
#include "clock.h"
#include "trace.h"

enum {
    /* While one member runs, the frames of the one so many places behind it
     * are fetched, and the record of the one further ahead. */
    AHEAD = 8,
    FURTHER_AHEAD = 16,
    MOST_LINES = 12,  /* of the frames of one member */
    FIRST_LINES = 11, /* of the stack of one that runs for the first time */
    BATCH = 256,
    /* Items in flight when nobody says how many: of large stacks fewer. */
    MOST_LARGE = 131072,
    /* What a crew puts on a member's stack below the item's own frames. */
    CREW_BYTES = COROUTINE_BYTES + 64,
};

static _Thread_local struct member *self;

uint64_t crew_inflight(const struct run *run)
{
    uint64_t most = option_number(run, "inflight");
    if (!option_given(run, "inflight")) {
        uint64_t dear = run->kernel->most_inflight;
        if (run->kernel->stack_bytes == 0 && most > MOST_LARGE)
            most = MOST_LARGE;
        if (dear != 0 && dear < most)
            most = dear;
    }
    return run->items < most ? run->items : most;
}

/* A member's whole life. */
static void live(void *argument)
{
    struct member *me = argument;
    struct crew *crew = me->crew;
    for (;;) {
        trace_coroutine(me->number);
        while (crew->next < crew->last)
            run_item(crew->run, crew->next++);
        me->busy = false;
        crew->busy--;
        crew_park();
    }
}

void crew_create(struct crew *crew, const struct run *run, size_t count)
{
    /* Writing a trace takes more stack than most items. */
    size_t wanted = trace_on ? 0 : run->kernel->stack_bytes;
    size_t bytes = stacks_bytes_for(wanted) + CREW_BYTES;
    *crew = (struct crew){
        .run = run, .stacks = stacks_create(count, bytes), .count = count};
}

static struct member *make_member(struct crew *crew)
{
    size_t bytes, m = crew->made++;
    char *stack = stacks_at(&crew->stacks, m, &bytes);
    struct member *member = crew_member(crew, m);
    *member = (struct member){
        .crew = crew,
        .number = m,
        .coroutine = coroutine_make(stack, (size_t)((char *)member - stack),
                                    live, member)};
    return member;
}

void crew_destroy(struct crew *crew)
{
    for (size_t m = 0; m < crew->made && SANITIZED; m++)
        coroutine_discard(crew_member(crew, m)->coroutine);
    stacks_destroy(&crew->stacks);
    *crew = (struct crew){0};
}

/* ------------------------------------------------------------ resuming */

static inline void resume(struct member *member)
{
    self = member;
    coroutine_resume(member->coroutine);
    if (member->crew->stacks.guards == GUARDS_WORD)
        stacks_check_word(&member->crew->stacks, member->number);
}

/* The lines where a member and its coroutine stand; with more lines, also
 * what one that has not run yet will write to first. */
__attribute__((always_inline)) static inline void
fetch(const struct member *member, int lines)
{
    const char *line = (const char *)member;
    for (int l = 0; l < lines; l++)
        __builtin_prefetch(line - (ptrdiff_t)l * 64, 1);
}

void crew_resume(struct member *member)
{
    resume(member);
}

void crew_resume_all(struct member *const *members, size_t count)
{
    for (size_t m = 0; m < count; m++) {
        if (m + FURTHER_AHEAD < count)
            fetch(members[m + FURTHER_AHEAD], 2);
        if (m + AHEAD < count)
            coroutine_prefetch_frames(members[m + AHEAD]->coroutine,
                                      MOST_LINES);
        resume(members[m]);
    }
}

void crew_start(struct crew *crew, uint64_t first, uint64_t last)
{
    crew->next = first;
    crew->last = last;
    for (size_t m = 0; m < crew->count && crew->next < crew->last; m++) {
        if (m + AHEAD < crew->count)
            fetch(crew_member(crew, m + AHEAD), FIRST_LINES);
        struct member *member =
            m < crew->made ? crew_member(crew, m) : make_member(crew);
        member->busy = true;
        crew->busy++;
        resume(member);
    }
}

struct member *crew_self(void)
{
    return self;
}

/* A call of its own at the end of crew_sleep: then what that one has saved
 * is off the stack before this one saves all. */
__attribute__((noinline)) void crew_park(void)
{
    coroutine_yield();
}

void crew_sleep(struct timer_heap *timers, uint64_t ns)
{
    timer_heap_push(timers, clock_now() + ns, self);
    crew_park();
}

void crew_resume_due(struct timer_heap *timers)
{
    struct member *due[BATCH];
    uint64_t now = clock_now();
    size_t n;
    do {
        n = 0;
        while (n < BATCH && (due[n] = timer_heap_pop_due(timers, now)) != NULL)
            n++;
        crew_resume_all(due, n);
    } while (n == BATCH);
}
