/*
 * crew.c - coroutines that take the items of a round from one common counter.
 * SPDX-License-Identifier: MIT
 */
#include "crew.h"
#include "clock.h"
#include "trace.h"

#include <errno.h>
#include <stdlib.h>

/* While one member runs, the memory of the one so many places behind it is
 * fetched: among a hundred thousand, none is in the cache. */
enum { AHEAD = 4, BATCH = 256 };

static _Thread_local struct member *self;

uint64_t crew_inflight(const struct run *run)
{
    uint64_t most = option_number(run, "inflight");
    uint64_t dear = run->kernel->most_inflight;
    if (dear != 0 && dear < most && !option_given(run, "inflight"))
        most = dear;
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
    *crew =
        (struct crew){.run = run,
                      .stacks = stacks_create(count, stacks_bytes_for(wanted)),
                      .members = calloc(count, sizeof(struct member)),
                      .count = count};
    if (crew->members == NULL)
        die(ENOMEM, "%zu coroutines", count);
    for (size_t m = 0; m < count; m++) {
        size_t bytes;
        void *stack = stacks_at(&crew->stacks, m, &bytes);
        crew->members[m] = (struct member){
            .crew = crew,
            .number = m,
            .word = crew->stacks.guards == GUARDS_WORD ? stack : NULL,
            .coroutine = coroutine_make(stack, bytes, live, &crew->members[m])};
    }
}

void crew_destroy(struct crew *crew)
{
    for (size_t m = 0; m < crew->count; m++)
        coroutine_discard(crew->members[m].coroutine);
    stacks_destroy(&crew->stacks);
    free(crew->members);
    *crew = (struct crew){0};
}

void crew_start(struct crew *crew, uint64_t first, uint64_t last)
{
    crew->next = first;
    crew->last = last;
    for (size_t m = 0; m < crew->count && crew->next < crew->last; m++) {
        if (m + AHEAD < crew->count)
            coroutine_prefetch(crew->members[m + AHEAD].coroutine);
        crew->members[m].busy = true;
        crew->busy++;
        crew_resume(&crew->members[m]);
    }
}

struct member *crew_self(void)
{
    return self;
}

void crew_park(void)
{
    coroutine_yield();
}

void crew_resume(struct member *member)
{
    self = member;
    coroutine_resume(member->coroutine);
    if (member->word != NULL)
        stacks_check_word(member->word);
}

void crew_resume_all(struct member *const *members, size_t count)
{
    for (size_t m = 0; m < count; m++) {
        if (m + AHEAD < count)
            coroutine_prefetch(members[m + AHEAD]->coroutine);
        crew_resume(members[m]);
    }
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
