/*
 * deadline.h - members of a crew that wait for an op no longer than until.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: a deadline is set for every op and hardly ever passes. So setting
 * one must cost nothing, and taking it back neither: a member has one timer,
 * an alarm, which is left alone when the op is done. When it goes off it
 * looks at the deadline that is in force by then, and is put off to that one
 * if it has not passed. A download with ten ops under one deadline costs one
 * timer. Varghese, Lauck, "Hashed and hierarchical timing wheels", SOSP 1987,
 * tell timers that are usually stopped from those that usually expire.
 * Left out: deadlines of sleeps, which know their end.
 */
#ifndef DEADLINE_H
#define DEADLINE_H

#include "crew.h"

/* Parks the running member until it is resumed. False when deadline_due has
 * named it meanwhile. deadline_ns 0: there is none. */
bool deadline_park(struct timer_heap *alarms, uint64_t deadline_ns);

/* A member that waits, and whose deadline has passed: each time it passes,
 * once. NULL when there is no other now. The caller resumes the member, or
 * ends its op and lets that resume it. */
struct member *deadline_due(struct timer_heap *alarms, uint64_t now_ns);

/* Another deadline for a member that has been named and still waits. */
void deadline_renew(struct timer_heap *alarms, struct member *member,
                    uint64_t deadline_ns);

#endif
