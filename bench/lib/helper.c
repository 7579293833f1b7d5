/*
 * helper.c - programs that a kernel starts to have someone to talk to.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: who ends a server that a program has started, when the program
 * may be killed at any moment? The kernel does, twice: it closes the dead
 * program's end of the control socket, which the helper reads as the end of
 * the file, and it signals the helper as its parent dies.
 * Left out: starting one again that has crashed. The item that talks to it
 * then gets an error, and the run is refused.
 */
#include "helper.h"
#include "clock.h"
#include "die.h"
#include "../../kernels/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CONTROL_FD = 3, HELPERS = 4, PATIENCE_MS = 1000 };

/* Those started and not yet stopped. Kept in this process alone: a forked
 * worker must not end what its parent has started. */
static struct {
    pid_t pid;
    int control;
} helpers[HELPERS];

static cpu_set_t allowed;
static bool allowed_known;

void helper_cores(const cpu_set_t *cores)
{
    allowed = *cores;
    allowed_known = true;
}

/* The program of that name beside this one; false when it is not there. */
static bool find(const char *name, char path[PATH_MAX])
{
    ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - 1);
    if (n < 0)
        return false;
    path[n] = '\0';
    char *slash = strrchr(path, '/');
    if (slash == NULL ||
        (size_t)(slash - path) + strlen(name) + 2 > (size_t)PATH_MAX)
        return false;
    memcpy(slash + 1, name, strlen(name) + 1);
    return access(path, X_OK) == 0;
}

/* The child's side, up to the exec. */
static _Noreturn void become(const char *path, char **arguments, int control,
                             pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(EXIT_WRONG);
    if (allowed_known)
        (void)sched_setaffinity(0, sizeof allowed, &allowed);
    signal(SIGPIPE, SIG_DFL);
    /* Onto itself, dup2 would leave the descriptor close-on-exec. */
    if (control == CONTROL_FD)
        (void)fcntl(control, F_SETFD, 0);
    else
        (void)dup2(control, CONTROL_FD);
    execv(path, arguments);
    _exit(EXIT_CANNOT_RUN);
}

static char **arguments_of(const char *name, const char *const *given,
                           char *number, size_t room)
{
    size_t count = 0;
    while (given[count] != NULL)
        count++;
    char **arguments = calloc(count + 4, sizeof *arguments);
    if (arguments == NULL)
        die(ENOMEM, "%s", name);
    arguments[0] = (char *)(uintptr_t)name;
    for (size_t a = 0; a < count; a++)
        arguments[a + 1] = (char *)(uintptr_t)given[a];
    snprintf(number, room, "%d", CONTROL_FD);
    arguments[count + 1] = (char *)(uintptr_t) "--control";
    arguments[count + 2] = number;
    return arguments;
}

static size_t free_place(void)
{
    for (size_t h = 0; h < HELPERS; h++)
        if (helpers[h].pid == 0)
            return h;
    die(0, "more than %d helpers", HELPERS);
}

int helper_start(const char *name, const char *const *arguments)
{
    char path[PATH_MAX], number[16];
    int ends[2];
    if (!find(name, path))
        return -ENOENT;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return -errno;
    size_t place = free_place();
    char **all = arguments_of(name, arguments, number, sizeof number);
    pid_t parent = getpid(), pid = fork();
    if (pid == 0)
        become(path, all, ends[1], parent);
    int error = errno;
    free(all);
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return -error;
    }
    helpers[place].pid = pid;
    helpers[place].control = ends[0];
    return ends[0];
}

static bool has_ended(pid_t pid)
{
    pid_t ended;
    while ((ended = waitpid(pid, NULL, WNOHANG)) < 0 && errno == EINTR)
        continue;
    return ended != 0;
}

void helper_stop(int control)
{
    for (size_t h = 0; h < HELPERS; h++) {
        pid_t pid = helpers[h].pid;
        if (pid == 0 || helpers[h].control != control)
            continue;
        helpers[h].pid = 0;
        close(control);
        uint64_t patience = clock_now() + (uint64_t)PATIENCE_MS * NS_PER_MS;
        bool ended = has_ended(pid);
        while (!ended && clock_now() < patience) {
            nanosleep(&(struct timespec){.tv_nsec = NS_PER_MS}, NULL);
            ended = has_ended(pid);
        }
        if (!ended) {
            kill(pid, SIGKILL);
            (void)waitpid(pid, NULL, 0);
        }
    }
}

_Noreturn void cannot_run(const char *format, ...)
{
    char why[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(why, sizeof why, format, arguments);
    va_end(arguments);
    die_with(EXIT_CANNOT_RUN, 0, "cannot run here: %s", why);
}
