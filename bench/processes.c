/*
 * processes.c - one forked process per worker, the items dealt out in advance.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: processes share nothing but what was arranged for: here one
 * memory mapping, made before the fork. They compute at the same time under
 * any interpreter lock; starting one costs ten times a thread.
 * Look for: `threads`'s line where a round is long; far below it on `life`,
 * where every generation forks anew.
 * Left out: copying answers back, since they are in shared memory
 * (process_pool.c).
 */
#include "strategy.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* The child's whole life. It is killed with its parent. */
static _Noreturn void work(const struct run *run, size_t w, pid_t parent)
{
    struct share mine = share_of(run->items, run->workers, w);

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(EXIT_WRONG);
    worker_enter(run, w);
    for (uint64_t i = mine.first; i < mine.last; i++)
        run_item(run, i);
    worker_leave();
    _exit(EXIT_RIGHT);
}

static void reap(pid_t child, size_t w)
{
    int status;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            die(errno, "worker %zu", w + 1);
    if (WIFSIGNALED(status))
        die(0, "worker %zu was ended by signal %d", w + 1, WTERMSIG(status));
    if (WEXITSTATUS(status) != EXIT_RIGHT)
        die(0, "worker %zu exited with status %d", w + 1, WEXITSTATUS(status));
}

static void processes_run(const struct run *run)
{
    pid_t *children = calloc(run->workers, sizeof *children);
    pid_t self = getpid();
    if (children == NULL)
        die(ENOMEM, "%zu workers", run->workers);
    for (size_t w = 0; w < run->workers; w++) {
        children[w] = fork();
        if (children[w] < 0)
            die(errno, "worker %zu of %zu", w + 1, run->workers);
        if (children[w] == 0)
            work(run, w, self);
    }
    for (size_t w = 0; w < run->workers; w++)
        reap(children[w], w);
    free(children);
}

const struct strategy strategy = {
    .summary = "one forked process per worker, items dealt out in advance",
    .run = processes_run,
};
