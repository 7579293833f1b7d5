/*
 * op.c - carrying out an op: by blocking, or by trying.
 * SPDX-License-Identifier: MIT
 *
 * Interrupted calls and short transfers are dealt with here, once.
 */
#include "op.h"
#include "clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int64_t answer(int64_t result)
{
    return result < 0 ? -errno : result;
}

/* False when it has not become ready by the deadline (0: there is none). */
static bool wait_ready(struct readiness ready, uint64_t deadline_ns)
{
    struct pollfd watched = {.fd = ready.fd, .events = ready.events};
    uint64_t now = clock_now();
    struct timespec left =
        clock_timespec(deadline_ns > now ? deadline_ns - now : 0);
    return ppoll(&watched, 1, deadline_ns == 0 ? NULL : &left, NULL) != 0;
}

/* ------------------------------------------------------------- one call */

static int64_t sleep_once(const struct op *op)
{
    struct timespec until = clock_timespec(clock_now() + op->ns);
    int error;
    do
        error = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
    while (error == EINTR);
    return -error;
}

static int64_t read_once(const struct op *op)
{
    return answer(op->offset >= 0
                      ? pread(op->fd, op->buffer, op->bytes, op->offset)
                      : read(op->fd, op->buffer, op->bytes));
}

static int64_t write_once(const struct op *op)
{
    return answer(op->offset >= 0
                      ? pwrite(op->fd, op->buffer, op->bytes, op->offset)
                      : write(op->fd, op->buffer, op->bytes));
}

/* A connect that was interrupted or begun without blocking goes on by
 * itself; what became of it stands in SO_ERROR. */
static int64_t connect_once(struct op *op)
{
    if (!op->started) {
        op->started = true;
        return answer(connect(op->fd, op->address, op->address_bytes));
    }
    int error = 0;
    socklen_t bytes = sizeof error;
    struct pollfd watched = {.fd = op->fd, .events = POLLOUT};
    if (poll(&watched, 1, 0) == 0)
        return -EINPROGRESS;
    if (getsockopt(op->fd, SOL_SOCKET, SO_ERROR, &error, &bytes) != 0)
        return -errno;
    return -error;
}

static int64_t wait_child_once(const struct op *op, int flags)
{
    int status;
    pid_t pid = waitpid(op->child, &status, flags);
    if (pid == 0)
        return -EAGAIN;
    return pid < 0 ? -errno : status;
}

static int64_t once(struct op *op)
{
    switch (op->kind) {
    case OP_SLEEP:
        return sleep_once(op);
    case OP_READ:
        return read_once(op);
    case OP_WRITE:
        return write_once(op);
    case OP_FSYNC:
        return answer(fsync(op->fd));
    case OP_CONNECT:
        return connect_once(op);
    case OP_ACCEPT:
        return answer(accept4(op->fd, NULL, NULL, SOCK_CLOEXEC));
    case OP_WAIT_CHILD:
        return wait_child_once(op, 0);
    case OP_LOCK:
        lock_wait(op->lock);
        return 0;
    }
    return -EINVAL;
}

/* Tries until the deadline, and waits for readiness in between. */
static int64_t block_until(struct op *op)
{
    int64_t result;
    bool in_time = true;
    while (!op_try(op, &result)) {
        if (!in_time)
            return -ETIMEDOUT;
        struct readiness ready = op_readiness(op);
        if (ready.fd < 0)
            return -errno;
        in_time = wait_ready(ready, op->deadline_ns);
        if (ready.owned)
            close(ready.fd);
    }
    return result;
}

int64_t op_block(struct op *op)
{
    if (op->deadline_ns != 0 && op->kind != OP_SLEEP)
        return block_until(op);
    for (;;) {
        int64_t result = once(op);
        if (result == -EINTR)
            continue;
        if (result != -EAGAIN && result != -EINPROGRESS)
            return result;
        /* The descriptor is non-blocking: wait here instead. */
        (void)wait_ready(op_readiness(op), 0);
    }
}

bool op_complete(const struct op *op, int64_t result)
{
    bool moves = op->kind == OP_READ || op->kind == OP_WRITE;
    return result >= 0 && (!moves || result == (int64_t)op->bytes);
}

bool op_answers(const struct op *op, const struct op *before)
{
    return op->kind == OP_READ && before->kind == OP_WRITE &&
           op->fd == before->fd && op->offset < 0;
}

/* -------------------------------------------------------------- trying */

static void make_nonblocking(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    if (flags >= 0 && (flags & O_NONBLOCK) == 0)
        (void)fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

/* Sockets can be asked call by call; pipes only as a whole. */
static int64_t transfer_now(const struct op *op)
{
    bool reads = op->kind == OP_READ;
    if (op->offset >= 0)
        return reads ? read_once(op) : write_once(op);
    int64_t result =
        answer(reads ? recv(op->fd, op->buffer, op->bytes, MSG_DONTWAIT)
                     : send(op->fd, op->buffer, op->bytes,
                            MSG_DONTWAIT | MSG_NOSIGNAL));
    if (result != -ENOTSOCK)
        return result;
    make_nonblocking(op->fd);
    return reads ? read_once(op) : write_once(op);
}

bool op_try(struct op *op, int64_t *result)
{
    do {
        switch (op->kind) {
        case OP_SLEEP:
            return false;
        case OP_READ:
        case OP_WRITE:
            *result = transfer_now(op);
            break;
        case OP_CONNECT:
        case OP_ACCEPT:
            make_nonblocking(op->fd);
            *result = once(op);
            break;
        case OP_WAIT_CHILD:
            *result = wait_child_once(op, WNOHANG);
            break;
        case OP_FSYNC:
        case OP_LOCK:
            *result = once(op);
            break;
        }
    } while (*result == -EINTR);
    return *result != -EAGAIN && *result != -EINPROGRESS;
}

struct readiness op_readiness(const struct op *op)
{
    switch (op->kind) {
    case OP_WRITE:
    case OP_CONNECT:
        return (struct readiness){.fd = op->fd, .events = POLLOUT};
    case OP_WAIT_CHILD:
        return (struct readiness){
            .fd = (int)syscall(SYS_pidfd_open, op->child, 0),
            .events = POLLIN,
            .owned = true};
    default:
        return (struct readiness){.fd = op->fd, .events = POLLIN};
    }
}

/* ---------------------------------------------------- until all is moved */

int64_t await_read_all(int fd, void *buffer, size_t bytes, int64_t offset)
{
    size_t done = 0;
    while (done < bytes) {
        int64_t n =
            await(op_read(fd, (char *)buffer + done, bytes - done,
                          offset < 0 ? offset : offset + (int64_t)done));
        if (n < 0)
            return n;
        if (n == 0)
            break;
        done += (size_t)n;
    }
    return (int64_t)done;
}

int64_t await_write_all(int fd, const void *buffer, size_t bytes,
                        int64_t offset)
{
    size_t done = 0;
    while (done < bytes) {
        int64_t n =
            await(op_write(fd, (const char *)buffer + done, bytes - done,
                           offset < 0 ? offset : offset + (int64_t)done));
        if (n < 0)
            return n;
        done += (size_t)n;
    }
    return (int64_t)done;
}
