/*
 * child.h - child processes of an item: started, fed, read, ended, reaped.
 * SPDX-License-Identifier: MIT
 *
 * A child belongs to the item that starts it, and so do the pipes to it: the
 * same item closes and reaps them, on every path. All waiting goes through
 * await(), so it is the strategy's. Everything here may be called by any
 * worker; errors are -errno.
 *
 * Descriptors: both ends of a pipe are close-on-exec, and a child is given
 * its own ones by name. So no child holds an end that belongs to another one:
 * a pipe has ended for its reader when every copy of its other end is closed,
 * and one copy forgotten in a neighbour keeps it open.
 *
 * What ends the children when this program is killed and can end no one?
 * The end of their input, and a broken pipe at their output. Give every child
 * one of the two.
 */
#ifndef CHILD_H
#define CHILD_H

#include "../kernel.h"

#include <sched.h>

/* How a child is to be started. */
struct child_plan {
    const char *path;
    const char *const *arguments; /* the name first, NULL last */
    int input, output;            /* its standard ones; -1: as this program's */
    int held;  /* one that it only keeps open, as descriptor 3; -1: none */
    bool deaf; /* SIGTERM does not reach it */
    const cpu_set_t *cores; /* where it may run; NULL: as the caller */
};

/* Looks for a program along PATH. 0, and its path is in `path`; or -ENOENT,
 * -ENAMETOOLONG. */
int child_find(const char *name, char *path, size_t room);

/* Makes a pipe, ends[0] to read from. Neither end is one of the standard
 * descriptors, even where those are closed. */
int child_pipe(int ends[2]);

/* Makes a file that lives in memory and is gone when nobody has it open any
 * more; *fd is none of the standard descriptors. 0 or -errno. */
int child_file(int *fd);

/* Closes *fd unless it is -1, and sets it to -1. */
void child_close(int *fd);

/* Starts a child; *child is its number, 0 after an error. */
int child_start(const struct child_plan *plan, pid_t *child);

/* Writes all bytes before the deadline (by now_ns(); 0: none). 0 or -errno:
 * -EPIPE when nobody reads them, -ETIMEDOUT. */
int child_feed(int fd, const void *buffer, size_t bytes, uint64_t deadline_ns);

/* Reads until the buffer is full or the input has ended. The count, or
 * -errno. */
int64_t child_read(int fd, void *buffer, size_t bytes, uint64_t deadline_ns);

/* Waits for a child before the deadline: *child becomes 0, *status is as
 * waitpid(2) gives it. 0 or -errno. */
int child_wait(pid_t *child, int *status, uint64_t deadline_ns);

/* The same without waiting: -EAGAIN when it has not ended yet. */
int child_look(pid_t *child, int *status);

/* Asks a child to end, with SIGTERM. Nothing for child 0. */
void child_ask_to_end(pid_t child);

/* Waits until `patience_ns` by now_ns(), then makes it end, with SIGKILL, and
 * reaps it: as child_wait, but it comes back with the child gone. Nothing
 * for child 0. */
void child_end(pid_t *child, int *status, uint64_t patience_ns);

#endif
