/*
 * timeline_try.h - a program traced until nothing disturbs it.
 * SPDX-License-Identifier: MIT
 */
#ifndef TIMELINE_TRY_H
#define TIMELINE_TRY_H

#include "lib/timeline.h"

enum { MOST_TRIES = 100 };

/*
 * Runs argv[0], a program in the directory of this one, with its arguments and
 * --trace, at most `tries` times, until its runs had a core for nearly all of
 * their time; then prints the trace of the run that had lost least. What the
 * program prints is thrown away, but for its errors. Which run is shown
 * depends on what it lost to others, never on how long it took. Returns the
 * exit status: that of the program if it fails.
 */
int trace_try(uint64_t tries, char **argv);

#endif
