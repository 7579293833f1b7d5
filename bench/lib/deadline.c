/*
 * deadline.c - members of a crew that wait for an op no longer than until.
 * SPDX-License-Identifier: MIT
 *
 * member.alarm_ns is when the member's timer goes off, 0 when it has none. A
 * timer that was followed by an earlier one is not taken out: it goes off
 * at a time that is no longer its member's alarm, and is forgotten then.
 */
#include "deadline.h"

void deadline_renew(struct timer_heap *alarms, struct member *member,
                    uint64_t deadline_ns)
{
    member->deadline_ns = deadline_ns;
    if (member->alarm_ns != 0 && member->alarm_ns <= deadline_ns)
        return;
    member->alarm_ns = deadline_ns;
    timer_heap_push(alarms, deadline_ns, member);
}

bool deadline_park(struct timer_heap *alarms, uint64_t deadline_ns)
{
    struct member *me = crew_self();
    me->timed_out = false;
    if (deadline_ns != 0)
        deadline_renew(alarms, me, deadline_ns);
    crew_park();
    me->deadline_ns = 0;
    return !me->timed_out;
}

struct member *deadline_due(struct timer_heap *alarms, uint64_t now_ns)
{
    uint64_t at;
    while (timer_heap_soonest(alarms, &at) && at <= now_ns) {
        struct member *member = timer_heap_pop_due(alarms, now_ns);
        if (member->alarm_ns != at)
            continue;
        member->alarm_ns = 0;
        if (member->deadline_ns == 0)
            continue;
        if (member->deadline_ns > now_ns) {
            deadline_renew(alarms, member, member->deadline_ns);
            continue;
        }
        member->deadline_ns = 0;
        member->timed_out = true;
        return member;
    }
    return NULL;
}
