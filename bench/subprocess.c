/*
 * subprocess.c - copies of this program, each exec'd with a part of the items,
 * report on a pipe.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: child processes as any program can use them: start them all,
 * then read what they print, then wait. All pipes are read at once, so a
 * child that prints more than a pipe holds never blocks for good; one that
 * outlives its deadline is asked to end (SIGTERM), then made to (SIGKILL).
 * Look for: `processes`'s line, later by the half millisecond that an exec
 * costs; on `life` an exec for every generation.
 * Left out: feeding a child's input (kernels/ has that: spawn).
 */
#include "strategy.h"
#include "lib/clock.h"
#include "lib/memory.h"
#include "lib/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    MEMORY_FD = 3, /* where a child finds the shared memory */
    TRACE_FD = 4,  /* and the trace, when there is one */
    TAIL_BYTES = 512,
    GRACE_MS = 200, /* between SIGTERM and SIGKILL */
};

/* A child as its parent sees it. */
struct child {
    pid_t pid;
    int pipe;              /* its standard output; -1 once at its end */
    char tail[TAIL_BYTES]; /* the last that it printed */
    size_t tail_used;
};

extern char **environ;

/* ------------------------------------------------------------- the child */

/* The report is the last line that a child prints. */
static int report(const struct tally *t)
{
    int n = printf("\nreport %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64
                   " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRId64 "\n",
                   atomic_load(&t->ran), t->places, t->ledger, t->digest,
                   t->busy_ns, t->failed, t->failed_item, t->failed_error);
    return n > 0 && fflush(stdout) == 0 ? EXIT_RIGHT : EXIT_WRONG;
}

static int subprocess_work(const struct run *run)
{
    size_t w = option_number(run, "part");
    struct share mine = share_of(run->items, run->workers, w);

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != (pid_t)option_number(run, "parent"))
        return EXIT_WRONG;
    if (option_number(run, "traced"))
        trace_adopt(TRACE_FD, option_number(run, "traced"));
    for (uint64_t b = option_number(run, "chatter"); b > 0; b--)
        putchar('.');
    worker_enter(run, w);
    for (uint64_t i = mine.first; i < mine.last; i++)
        run_item(run, i);
    worker_leave();
    return report(&memory.tallies[w]);
}

/* ---------------------------------------------------------- starting them */

/* The child's command line: this program's own, with the part put in front.
 * A later copy of an option would win, so the user's cannot give these. */
static char **arguments_of(const struct run *run, size_t w, char text[5][64])
{
    char **own = run->settings->arguments;
    size_t count = 0, n = 0;
    while (own[count] != NULL)
        count++;
    char **arguments = calloc(count + 6, sizeof *arguments);
    if (arguments == NULL)
        die(ENOMEM, "worker %zu", w + 1);
    snprintf(text[0], sizeof text[0], "--attach=%d", MEMORY_FD);
    snprintf(text[1], sizeof text[1], "--part=%zu", w);
    snprintf(text[2], sizeof text[2], "--parent=%d", (int)getpid());
    snprintf(text[3], sizeof text[3], "--traced=%" PRIu64,
             trace_on ? trace_opened() : 0);
    arguments[n++] = own[0];
    for (size_t i = 1; i < count; i++)
        if (strcmp(own[i], "--") != 0)
            arguments[n++] = own[i];
    for (size_t t = 0; t < 4; t++)
        arguments[n++] = text[t];
    return arguments;
}

static void start(struct child *child, const struct run *run, size_t w)
{
    posix_spawn_file_actions_t actions;
    char text[5][64];
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        die(errno, "pipe for worker %zu of %zu", w + 1, run->workers);
    char **arguments = arguments_of(run, w, text);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, memory.descriptor, MEMORY_FD);
    if (trace_on)
        posix_spawn_file_actions_adddup2(&actions, trace_descriptor(),
                                         TRACE_FD);
    int error = posix_spawn(&child->pid, "/proc/self/exe", &actions, NULL,
                            arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    free(arguments);
    close(ends[1]);
    if (error != 0)
        die(error, "worker %zu of %zu", w + 1, run->workers);
    child->pipe = ends[0];
    child->tail_used = 0;
}

/* ---------------------------------------------------------- reading them */

/* Keeps the last TAIL_BYTES - 1 bytes of what has come. */
static void keep(struct child *child, const char *data, size_t bytes)
{
    size_t room = TAIL_BYTES - 1;
    if (bytes > room) {
        data += bytes - room;
        bytes = room;
    }
    size_t keeps =
        child->tail_used + bytes > room ? room - bytes : child->tail_used;
    memmove(child->tail, child->tail + child->tail_used - keeps, keeps);
    memcpy(child->tail + keeps, data, bytes);
    child->tail_used = keeps + bytes;
}

/* Reads what is there; at its end the pipe is closed. */
static void drain(struct child *child)
{
    char data[16384];
    ssize_t n = read(child->pipe, data, sizeof data);
    if (n > 0) {
        keep(child, data, (size_t)n);
    } else if (n == 0 || errno != EINTR) {
        close(child->pipe);
        child->pipe = -1;
    }
}

/* One wait for any of the pipes; false when the deadline has passed. */
static bool drain_some(struct child *children, struct pollfd *watched,
                       size_t count, uint64_t deadline)
{
    uint64_t now = clock_now();
    int ms = -1;
    if (deadline != 0)
        ms = now >= deadline ? 0 : (int)((deadline - now) / NS_PER_MS + 1);
    for (size_t c = 0; c < count; c++)
        watched[c] = (struct pollfd){.fd = children[c].pipe, .events = POLLIN};
    if (poll(watched, count, ms) == 0)
        return deadline == 0 || clock_now() < deadline;
    for (size_t c = 0; c < count; c++)
        if (watched[c].revents != 0 && children[c].pipe >= 0)
            drain(&children[c]);
    return true;
}

static bool any_open(const struct child *children, size_t count)
{
    for (size_t c = 0; c < count; c++)
        if (children[c].pipe >= 0)
            return true;
    return false;
}

/* ------------------------------------------------------------ ending them */

/* Reaps one, waiting at most GRACE_MS; false when it is still there. */
static bool reap(pid_t pid, int *status)
{
    for (int ms = 0; ms < GRACE_MS; ms++) {
        if (waitpid(pid, status, WNOHANG) == pid)
            return true;
        nanosleep(&(struct timespec){.tv_nsec = NS_PER_MS}, NULL);
    }
    return false;
}

/* Ends those that are late and names the first of them. */
static _Noreturn void end_late(struct child *children, size_t count,
                               const char *deadline)
{
    size_t late = count;
    int status;
    for (size_t c = count; c-- > 0;)
        if (children[c].pipe >= 0) {
            late = c;
            kill(children[c].pid, SIGTERM);
        }
    for (size_t c = 0; c < count; c++)
        if (children[c].pipe >= 0 && !reap(children[c].pid, &status)) {
            kill(children[c].pid, SIGKILL);
            waitpid(children[c].pid, &status, 0);
        }
    die(0, "worker %zu of %zu: outlived its deadline of %s and was ended",
        late + 1, count, deadline);
}

/* Waits for a child whose pipe has ended, and adds its report. */
static void collect(struct child *child, const struct run *run, size_t w)
{
    struct tally t = {0};
    uint64_t ran;
    int status;
    while (waitpid(child->pid, &status, 0) < 0)
        if (errno != EINTR)
            die(errno, "worker %zu", w + 1);
    if (WIFSIGNALED(status))
        die(0, "worker %zu of %zu: ended by signal %d", w + 1, run->workers,
            WTERMSIG(status));
    if (WEXITSTATUS(status) != EXIT_RIGHT)
        die(0, "worker %zu of %zu: exited with status %d", w + 1, run->workers,
            WEXITSTATUS(status));
    child->tail[child->tail_used] = '\0';
    const char *line = strstr(child->tail, "\nreport ");
    if (line == NULL ||
        sscanf(line,
               "\nreport %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
               " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNd64,
               &ran, &t.places, &t.ledger, &t.digest, &t.busy_ns, &t.failed,
               &t.failed_item, &t.failed_error) != 8)
        die(0, "worker %zu of %zu: sent no report", w + 1, run->workers);
    atomic_init(&t.ran, ran);
    tally_merge(&memory.tallies[w], &t);
}

static void subprocess_run(const struct run *run)
{
    struct child *children = calloc(run->workers, sizeof *children);
    struct pollfd *watched = calloc(run->workers, sizeof *watched);
    uint64_t limit = option_number(run, "end-after");
    if (children == NULL || watched == NULL)
        die(ENOMEM, "%zu workers", run->workers);
    uint64_t deadline = limit == 0 ? 0 : clock_now() + limit;
    for (size_t w = 0; w < run->workers; w++)
        start(&children[w], run, w);
    while (any_open(children, run->workers))
        if (!drain_some(children, watched, run->workers, deadline))
            end_late(children, run->workers, option_text(run, "end-after"));
    for (size_t w = 0; w < run->workers; w++)
        collect(&children[w], run, w);
    free(watched);
    free(children);
}

static const struct option_spec subprocess_options[] = {
    {.name = "end-after",
     .argument = "TIME",
     .kind = OPTION_DURATION,
     .fallback = "0s",
     .help = "end children that take longer for a round (0s: never)"},
    {.name = "chatter",
     .argument = "BYTES",
     .kind = OPTION_NUMBER,
     .fallback = "0",
     .most = (uint64_t)1 << 32,
     .help = "every child prints so many bytes besides its report"},
    {.name = "part", .kind = OPTION_NUMBER, .fallback = "0", .hidden = true},
    {.name = "parent", .kind = OPTION_NUMBER, .fallback = "0", .hidden = true},
    {.name = "traced", .kind = OPTION_NUMBER, .fallback = "0", .hidden = true},
    {0},
};

const struct strategy strategy = {
    .summary = "exec'd copies of the program, which report on pipes",
    .options = subprocess_options,
    .run = subprocess_run,
    .exec_worker = subprocess_work,
};
