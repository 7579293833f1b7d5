/*
 * child.c - child processes of an item: started, fed, read, ended, reaped.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: what a child inherits. Descriptors, unless they are close-on-exec;
 * signals that are ignored or blocked; the cores it may run on. Each of them
 * is set here on purpose: this program ignores SIGPIPE, and a filter that
 * ignored it too would not end with its reader; a worker is pinned to a
 * core, and its children would share that one.
 * Look for: posix_spawn, and not fork: a fork in a program with threads
 * leaves a child that may hold anyone's lock; this one runs nothing but an
 * exec.
 * Left out: process groups. A child that starts children of its own would
 * have to be ended with them.
 */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { HELD_FD = 3, FIRST_FREE_FD = 4 };

extern char **environ;

/* ------------------------------------------------------------- programs */

static bool is_program(const char *path)
{
    struct stat about;

    return stat(path, &about) == 0 && S_ISREG(about.st_mode) &&
           access(path, X_OK) == 0;
}

int child_find(const char *name, char *path, size_t room)
{
    const char *at = getenv("PATH");

    if (at == NULL)
        at = "/usr/bin:/bin";
    for (;;) {
        const size_t length = strcspn(at, ":");
        const int n = snprintf(path, room, "%.*s%s%s", (int)length, at,
                               length > 0 ? "/" : "", name);

        if (n < 0 || (size_t)n >= room)
            return -ENAMETOOLONG;
        if (is_program(path))
            return 0;
        if (at[length] == '\0')
            return -ENOENT;
        at += length + 1;
    }
}

/* ---------------------------------------------------------------- pipes */

/* The same descriptor, moved above those that a child is given. */
static int lift(int fd)
{
    if (fd >= FIRST_FREE_FD)
        return fd;

    const int higher = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FREE_FD);
    const int error = errno;

    close(fd);
    errno = error;
    return higher;
}

int child_pipe(int ends[2])
{
    if (pipe2(ends, O_CLOEXEC) != 0) {
        ends[0] = ends[1] = -1;
        return -errno;
    }
    ends[0] = lift(ends[0]);
    ends[1] = lift(ends[1]);
    if (ends[0] >= 0 && ends[1] >= 0)
        return 0;

    const int error = errno;

    child_close(&ends[0]);
    child_close(&ends[1]);
    return -error;
}

int child_file(int *fd)
{
    *fd = memfd_create("child", MFD_CLOEXEC);
    if (*fd >= 0)
        *fd = lift(*fd);
    return *fd < 0 ? -errno : 0;
}

void child_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* ------------------------------------------------------------- starting */

/* The child's descriptors: nothing else is left to it but standard error. */
static int describe(const struct child_plan *plan,
                    posix_spawn_file_actions_t *actions)
{
    int error = 0;

    if (plan->input >= 0)
        error = posix_spawn_file_actions_adddup2(actions, plan->input,
                                                 STDIN_FILENO);
    if (error == 0 && plan->output >= 0)
        error = posix_spawn_file_actions_adddup2(actions, plan->output,
                                                 STDOUT_FILENO);
    if (error == 0 && plan->held >= 0)
        error = posix_spawn_file_actions_adddup2(actions, plan->held, HELD_FD);
    return error;
}

/* The child's signals. A deaf one has SIGTERM blocked: posix_spawn cannot
 * have it ignored, but either survives the exec. */
static int set_signals(const struct child_plan *plan,
                       posix_spawnattr_t *attributes)
{
    sigset_t usual, blocked;

    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE);
    sigaddset(&usual, SIGTERM);
    sigemptyset(&blocked);
    if (plan->deaf)
        sigaddset(&blocked, SIGTERM);

    int error = posix_spawnattr_setsigdefault(attributes, &usual);

    if (error == 0)
        error = posix_spawnattr_setsigmask(attributes, &blocked);
    if (error == 0)
        error = posix_spawnattr_setflags(
            attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    return error;
}

int child_start(const struct child_plan *plan, pid_t *child)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;

    *child = 0;
    if (posix_spawn_file_actions_init(&actions) != 0)
        return -ENOMEM;
    if (posix_spawnattr_init(&attributes) != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return -ENOMEM;
    }

    int error = describe(plan, &actions);

    if (error == 0)
        error = set_signals(plan, &attributes);
    if (error == 0)
        error = posix_spawn(child, plan->path, &actions, &attributes,
                            (char *const *)(uintptr_t)plan->arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0)
        *child = 0;
    else if (plan->cores != NULL)
        (void)sched_setaffinity(*child, sizeof *plan->cores, plan->cores);
    return -error;
}

/* -------------------------------------------------------------- talking */

int child_feed(int fd, const void *buffer, size_t bytes, uint64_t deadline_ns)
{
    const char *at = buffer;

    while (bytes > 0) {
        const int64_t n =
            await(op_until(op_write(fd, at, bytes, -1), deadline_ns));

        if (n < 0)
            return (int)n;
        at += n;
        bytes -= (size_t)n;
    }
    return 0;
}

int64_t child_read(int fd, void *buffer, size_t bytes, uint64_t deadline_ns)
{
    size_t done = 0;

    while (done < bytes) {
        const int64_t n = await(op_until(
            op_read(fd, (char *)buffer + done, bytes - done, -1), deadline_ns));

        if (n < 0)
            return n;
        if (n == 0)
            break;
        done += (size_t)n;
    }
    return (int64_t)done;
}

/* --------------------------------------------------------------- ending */

int child_wait(pid_t *child, int *status, uint64_t deadline_ns)
{
    const int64_t result = await(op_until(op_wait_child(*child), deadline_ns));

    if (result < 0)
        return (int)result;
    *status = (int)result;
    *child = 0;
    return 0;
}

int child_look(pid_t *child, int *status)
{
    const pid_t ended = waitpid(*child, status, WNOHANG);

    if (ended < 0)
        return errno == EINTR ? -EAGAIN : -errno;
    if (ended == 0)
        return -EAGAIN;
    *child = 0;
    return 0;
}

/* Its number cannot have gone to another process: it has not been reaped. */
void child_ask_to_end(pid_t child)
{
    if (child > 0)
        (void)kill(child, SIGTERM);
}

void child_end(pid_t *child, int *status, uint64_t patience_ns)
{
    if (*child <= 0 || child_wait(child, status, patience_ns) == 0)
        return;
    (void)kill(*child, SIGKILL);
    /* It ends at once: where await() has no means left, it may block. */
    if (child_wait(child, status, 0) != 0)
        (void)waitpid(*child, status, 0);
    *child = 0;
}
