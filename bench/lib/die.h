/*
 * die.h - ending the program with one clear line.
 * SPDX-License-Identifier: MIT
 *
 * A benchmark cannot go on when the machine refuses a thread or a page, so
 * strategies and what they share call die() instead of passing errors up.
 * Left out: clean-up. What must not stay behind is made so that it cannot:
 * files are unlinked when opened, children die with their parent.
 */
#ifndef DIE_H
#define DIE_H

enum exit_status {
    EXIT_RIGHT = 0,
    EXIT_WRONG = 1,       /* wrong answer, or the run failed */
    EXIT_USAGE = 2,       /* the command line makes no sense */
    EXIT_CANNOT_RUN = 77, /* kernel, strategy and machine do not fit */
};

/* Prints `<program>: <what>: <why>` on stderr, where why is the text of
 * `error` (an errno value; 0 leaves it out), and ends the process at once
 * with EXIT_WRONG. From any thread. */
_Noreturn void die(int error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The same with any exit status. */
_Noreturn void die_with(enum exit_status status, int error, const char *format,
                        ...) __attribute__((format(printf, 3, 4)));

#endif
