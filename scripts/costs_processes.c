/*
 * costs_processes.c - what processes cost, and talking to one.
 *
 * Teaches: a forked child shares memory page by page until one of the two
 * writes, and still its tables have to be copied; another program has to be
 * loaded and linked as well. A pipe costs two hand-overs there and back.
 * Look at: fork beside starting a thread; spawn beside fork.
 * Left out: vfork and clone by hand, and how the price grows with memory.
 *
 * SPDX-License-Identifier: MIT
 */
#include "costs.h"

#include "../bench/lib/die.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void *start_none(const struct cost *cost)
{
    (void)cost;
    uint64_t *counted = calloc(1, sizeof *counted);
    if (counted == NULL)
        die(ENOMEM, "a counter");
    return counted;
}

static uint64_t stop(void *state)
{
    uint64_t counted = *(uint64_t *)state;
    free(state);
    return counted;
}

/* Whether the child ended as it should. */
static bool ended_well(pid_t child, int wanted)
{
    int status;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            die(errno, "waitpid");
    return WIFEXITED(status) && WEXITSTATUS(status) == wanted;
}

/* -------------------------------------------------------- fork and spawn */

enum { CHILD_STATUS = 7 }; /* tells our child from one that failed */

static uint64_t fork_and_wait(void *state, uint64_t operations)
{
    uint64_t *counted = state;
    for (uint64_t i = 0; i < operations; i++) {
        pid_t child = fork();
        if (child < 0)
            die(errno, "fork");
        if (child == 0)
            _exit(CHILD_STATUS);
        *counted += ended_well(child, CHILD_STATUS);
    }
    return operations;
}

static char *const nothing[] = {"true", NULL};

static uint64_t spawn_and_wait(void *state, uint64_t operations)
{
    uint64_t *counted = state;
    for (uint64_t i = 0; i < operations; i++) {
        pid_t child;
        int error =
            posix_spawnp(&child, nothing[0], NULL, NULL, nothing, environ);
        if (error != 0)
            die(error, "posix_spawn of %s", nothing[0]);
        *counted += ended_well(child, 0);
    }
    return operations;
}

static const char *lacks_program(void)
{
    pid_t child;
    if (posix_spawnp(&child, nothing[0], NULL, NULL, nothing, environ) == 0 &&
        ended_well(child, 0))
        return NULL;
    return "there is no program `true`";
}

/* ------------------------------------------------------------------- pipe */

struct echo {
    uint64_t counted;
    pid_t child;
    int to, from; /* the child, seen from the parent */
};

/* Answers each byte with the next one, until nobody can write any more. */
_Noreturn static void answer(int in, int out)
{
    unsigned char byte;
    while (read(in, &byte, 1) == 1) {
        byte++;
        if (write(out, &byte, 1) != 1)
            break;
    }
    _exit(CHILD_STATUS);
}

static void *start_echo(const struct cost *cost)
{
    (void)cost;
    struct echo *echo = calloc(1, sizeof *echo);
    int there[2], back[2];
    if (echo == NULL || pipe2(there, O_CLOEXEC) != 0 ||
        pipe2(back, O_CLOEXEC) != 0 || (echo->child = fork()) < 0)
        die(errno, "a child with two pipes");
    if (echo->child == 0) {
        close(there[1]);
        close(back[0]);
        answer(there[0], back[1]);
    }
    close(there[0]);
    close(back[1]);
    echo->to = there[1];
    echo->from = back[0];
    return echo;
}

static uint64_t stop_echo(void *state)
{
    struct echo *echo = state;
    close(echo->to);
    close(echo->from);
    if (!ended_well(echo->child, CHILD_STATUS))
        die(0, "the child at the other end of a pipe failed");
    return stop(&echo->counted);
}

static uint64_t talk(void *state, uint64_t operations)
{
    struct echo *echo = state;
    for (uint64_t i = 0; i < operations; i++) {
        unsigned char byte = (unsigned char)i, wanted = byte + 1;
        if (write(echo->to, &byte, 1) != 1 || read(echo->from, &byte, 1) != 1)
            die(errno, "a pipe");
        echo->counted += byte == wanted;
    }
    return operations;
}

/* --------------------------------------------------------------- the list */

COSTS(processes) = {
    {PRIMITIVE, .name = "pipe_round_trip", .by = "pipe, there and back",
     .what = "a byte through a pipe to another process, and one back",
     .start = start_echo, .stop = stop_echo, .run = talk},
    {PRIMITIVE, .name = "process_fork", .by = "process, forked",
     .what = "forked, ended and waited for", .start = start_none, .stop = stop,
     .run = fork_and_wait},
    {PRIMITIVE, .name = "process_spawn", .by = "process, forked and exec'd",
     .what = "the program `true`, by posix_spawn, waited for",
     .lacks = lacks_program, .start = start_none, .stop = stop,
     .run = spawn_and_wait},
};
static const size_t processes_count =
    sizeof processes_costs / sizeof processes_costs[0];
