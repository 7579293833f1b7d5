/*
 * executor_processes.c - an executor whose workers are processes.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: what a process pool is made of. Each worker process waits at its
 * end of a socket pair; a thread on this side hands it one task at a time
 * and waits for the answer, so that submit, cancel and timeouts are the same
 * as over threads. What crosses the socket is copied: that is the price of
 * sharing nothing. When a worker is killed its end closes, which shows here
 * as the end of the stream: its task fails with -EOWNERDEAD, nobody hangs.
 */
#include "executor_private.h"
#include "die.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* What travels. The addresses mean the same on both sides of a fork. */
struct request {
    task_function function;
    void *context;
    uint64_t argument;
    size_t bytes; /* of cargo, which follow */
};

struct reply {
    int64_t error;
    uint64_t answer;
};

/* Whole messages or nothing: false when the other side has gone. */
static bool send_all(int socket, const void *message, size_t bytes)
{
    size_t done = 0;
    while (done < bytes) {
        ssize_t n = send(socket, (const char *)message + done, bytes - done,
                         MSG_NOSIGNAL);
        if (n < 0 && errno != EINTR)
            return false;
        done += n > 0 ? (size_t)n : 0;
    }
    return true;
}

static bool receive_all(int socket, void *message, size_t bytes)
{
    size_t done = 0;
    while (done < bytes) {
        ssize_t n = recv(socket, (char *)message + done, bytes - done, 0);
        if (n == 0 || (n < 0 && errno != EINTR))
            return false;
        done += n > 0 ? (size_t)n : 0;
    }
    return true;
}

/* ----------------------------------------------------- the worker process */

/* Where a worker keeps its copy of a task's cargo; grows as needed. */
struct hold {
    void *bytes;
    size_t room;
};

/* Takes the cargo on board; false when it cannot, or the other side has
 * gone. */
static bool load(struct hold *hold, size_t bytes, int socket)
{
    if (bytes > hold->room) {
        free(hold->bytes);
        hold->bytes = malloc(bytes);
        hold->room = hold->bytes == NULL ? 0 : bytes;
    }
    return bytes <= hold->room && receive_all(socket, hold->bytes, bytes);
}

static _Noreturn void serve(const struct executor_hooks *hooks, size_t index,
                            int socket)
{
    struct request request;
    struct hold hold = {0};
    bool sent = true;
    if (hooks->enter != NULL)
        hooks->enter(hooks->context, index);
    while (sent && receive_all(socket, &request, sizeof request) &&
           load(&hold, request.bytes, socket)) {
        struct reply reply = {0};
        if (hooks->unload != NULL)
            hooks->unload(request.bytes > 0 ? hold.bytes : NULL);
        reply.error =
            request.function(request.context, request.argument, &reply.answer);
        sent = send_all(socket, &reply, sizeof reply) &&
               send_all(socket, hold.bytes, request.bytes);
    }
    if (hooks->leave != NULL)
        hooks->leave(hooks->context, index);
    _exit(0);
}

/*
 * Forks worker w. It is killed with its parent, also when that is killed. It
 * inherits our ends of the sockets of the workers before it, and does not
 * close them one by one: at the end we shut the connections down, which needs
 * no one's copy to be closed.
 */
static void fork_worker(struct executor *executor, size_t w)
{
    struct executor_worker *worker = &executor->workers[w];
    int ends[2];
    pid_t parent = getpid();
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        die(errno, "socket pair for worker %zu of %zu", w + 1, executor->count);
    worker->pid = fork();
    if (worker->pid < 0)
        die(errno, "worker %zu of %zu", w + 1, executor->count);
    if (worker->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(1);
        close(ends[0]);
        serve(&executor->hooks, w, ends[1]);
    }
    close(ends[1]);
    worker->socket = ends[0];
}

/* --------------------------------------------------- its thread over here */

static size_t cargo_of(const struct executor_worker *worker,
                       const struct future *future, void **bytes)
{
    const struct executor_hooks *hooks = &worker->executor->hooks;
    return hooks->cargo == NULL
               ? 0
               : hooks->cargo(future->context, future->argument, bytes);
}

static int process_perform(struct executor_worker *worker,
                           struct future *future)
{
    void *bytes = NULL;
    struct request request = {.function = future->function,
                              .context = future->context,
                              .argument = future->argument,
                              .bytes = cargo_of(worker, future, &bytes)};
    struct reply reply;
    if (!send_all(worker->socket, &request, sizeof request) ||
        !send_all(worker->socket, bytes, request.bytes) ||
        !receive_all(worker->socket, &reply, sizeof reply) ||
        !receive_all(worker->socket, bytes, request.bytes))
        return -EOWNERDEAD;
    future->answer = reply.answer;
    return reply.error == -EOWNERDEAD ? -EIO : (int)reply.error;
}

/* The end of the stream is the sign to stop. */
static void process_end(struct executor_worker *worker)
{
    shutdown(worker->socket, SHUT_RDWR);
    close(worker->socket);
    while (waitpid(worker->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
}

struct executor *executor_processes(size_t workers,
                                    const struct executor_hooks *hooks)
{
    struct executor *executor = executor_new(workers, hooks);
    executor->perform = process_perform;
    executor->end = process_end;
    for (size_t w = 0; w < workers; w++)
        fork_worker(executor, w);
    executor_start_threads(executor);
    return executor;
}
