/*
 * progress.h - a bar on stderr, fed by finished items.
 * SPDX-License-Identifier: MIT
 */
#ifndef PROGRESS_H
#define PROGRESS_H

#include "../strategy.h"

/* Starts a thread that redraws the bar ten times a second from the workers'
 * tallies; does nothing when stderr is no terminal. */
void progress_start(const struct run *run);
/* Ends the thread and clears the line. */
void progress_stop(void);
/* Whether there is a bar: then an item should be booked as soon as it is
 * done. */
bool progress_shown(void);

#endif
