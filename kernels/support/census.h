/*
 * census.h - what a process still holds when no item is under way in it.
 * SPDX-License-Identifier: MIT
 *
 * A count of what is opened and closed would only be as good as its keeper.
 * This one looks: into /proc, for pipes, for files of children, for descriptors
 * of processes, and for children, each time the last item under way in a
 * process has come to its end. What there is more of than before the first
 * item was left behind.
 * Put a struct census into run->shared: many processes may run the items.
 */
#ifndef CENSUS_H
#define CENSUS_H

#include <stdatomic.h>
#include <stdint.h>

struct census {
    _Atomic uint64_t descriptors; /* left open, over all processes */
    _Atomic uint64_t children;    /* not reaped */
};

/* An item begins, an item has come to its end: in pairs, from any worker. */
void census_enter(void);
void census_leave(struct census *census);

#endif
