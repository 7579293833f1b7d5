/*
 * loop.c - an event loop: coroutines parked on epoll and a timer heap.
 * SPDX-License-Identifier: MIT
 *
 * Readiness is all that epoll knows: it says when to try again. So an op
 * that needs a file or fsync(2), which are always "ready", blocks the whole
 * loop; uring.c does not have that limit.
 */
#include "loop.h"
#include "clock.h"
#include "deadline.h"
#include "op.h"
#include "trace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { BATCH = 256 };

static _Thread_local struct loop *self;

void loop_create(struct loop *loop, const struct run *run, uint64_t inflight)
{
    *loop = (struct loop){.epoll = epoll_create1(EPOLL_CLOEXEC)};
    if (loop->epoll < 0)
        die(errno, "epoll");
    crew_create(&loop->crew, run, inflight);
}

void loop_destroy(struct loop *loop)
{
    crew_destroy(&loop->crew);
    timer_heap_free(&loop->timers);
    timer_heap_free(&loop->alarms);
    free(loop->watched);
    close(loop->epoll);
}

/* ------------------------------------------------------------- waiting */

/* A descriptor stays in epoll's set after it was waited for, switched off, so
 * that the next wait costs one system call and not two. Closing it takes it
 * out; then this table is wrong, epoll says so, and it is put in anew. */
enum watched { UNKNOWN, SWITCHED_OFF, WAITED_FOR };

static uint8_t *watched_at(struct loop *loop, int fd)
{
    if ((size_t)fd >= loop->watched_room) {
        size_t room = 2 * (size_t)fd + 64;
        loop->watched = realloc(loop->watched, room);
        if (loop->watched == NULL)
            die(ENOMEM, "descriptor %d", fd);
        memset(loop->watched + loop->watched_room, UNKNOWN,
               room - loop->watched_room);
        loop->watched_room = room;
    }
    return &loop->watched[fd];
}

static bool try_control(struct loop *loop, int operation, int fd,
                        struct epoll_event *event)
{
    if (epoll_ctl(loop->epoll, operation, fd, event) == 0)
        return true;
    if (errno != ENOENT && errno != EEXIST)
        die(errno, "epoll cannot watch descriptor %d", fd);
    return false;
}

static void watch(struct loop *loop, int fd, struct epoll_event *event)
{
    bool known = *watched_at(loop, fd) == SWITCHED_OFF;
    if (!try_control(loop, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, event) &&
        !try_control(loop, known ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, event))
        die(errno, "epoll cannot watch descriptor %d", fd);
    *watched_at(loop, fd) = WAITED_FOR;
}

/* Parks until the descriptor is ready: true; false when the deadline comes
 * first. epoll holds a descriptor only once; a second coroutine that waits
 * for the same one watches a duplicate. Not in line: it would take its part
 * of the stack from those who only sleep. */
__attribute__((noinline)) static bool
park_on(struct loop *loop, struct readiness ready, uint64_t deadline_ns)
{
    struct epoll_event event = {.events = (uint32_t)ready.events | EPOLLONESHOT,
                                .data.ptr = crew_self()};
    if (ready.fd < 0)
        die(errno, "no descriptor to wait for");
    int fd = ready.fd;
    if (*watched_at(loop, fd) == WAITED_FOR) {
        fd = fcntl(ready.fd, F_DUPFD_CLOEXEC, 0);
        if (fd < 0)
            die(errno, "a second wait for descriptor %d", ready.fd);
    }
    watch(loop, fd, &event);
    bool in_time = deadline_park(&loop->alarms, deadline_ns);
    bool closing = fd != ready.fd || ready.owned;
    if (!in_time || closing)
        epoll_ctl(loop->epoll, EPOLL_CTL_DEL, fd, NULL);
    *watched_at(loop, fd) = in_time && !closing ? SWITCHED_OFF : UNKNOWN;
    if (fd != ready.fd)
        close(fd);
    if (ready.owned)
        close(ready.fd);
    return in_time;
}

int64_t loop_await(struct op *op)
{
    struct loop *loop = self;
    int64_t result = 0;
    if (op->kind == OP_SLEEP)
        crew_sleep(&loop->timers, op->ns);
    else
        while (!op_try(op, &result))
            if (!park_on(loop, op_readiness(op), op->deadline_ns))
                return -ETIMEDOUT;
    return result;
}

size_t loop_await_in_order(struct op *ops, int64_t *results, size_t count)
{
    struct loop *loop = self;
    for (size_t o = 0; o < count; o++) {
        bool in_time = true;
        if (o > 0 && op_answers(&ops[o], &ops[o - 1]))
            in_time = park_on(loop, op_readiness(&ops[o]), ops[o].deadline_ns);
        results[o] = in_time ? loop_await(&ops[o]) : -ETIMEDOUT;
        if (!op_complete(&ops[o], results[o]))
            return o + 1;
    }
    return count;
}

/* ------------------------------------------------------------- the loop */

/* When the first sleeper or op wants to be looked after; false: never. */
static bool soonest(const struct loop *loop, uint64_t *deadline)
{
    uint64_t alarm;
    bool sleeper = timer_heap_soonest(&loop->timers, deadline);
    if (!timer_heap_soonest(&loop->alarms, &alarm))
        return sleeper;
    if (!sleeper || alarm < *deadline)
        *deadline = alarm;
    return true;
}

static void resume_overdue(struct loop *loop)
{
    uint64_t now = clock_now();
    struct member *member;
    while ((member = deadline_due(&loop->alarms, now)) != NULL)
        crew_resume(member);
}

/* Waits for a descriptor or the next deadline; returns how many events. */
static int wait_for_events(struct loop *loop, struct epoll_event *events)
{
    uint64_t deadline = 0, now = clock_now();
    struct timespec timeout, *limit = NULL;
    if (soonest(loop, &deadline)) {
        timeout = clock_timespec(deadline > now ? deadline - now : 0);
        limit = &timeout;
    }
    int n = epoll_pwait2(loop->epoll, events, BATCH, limit, NULL);
    if (n >= 0 || errno == EINTR)
        return n;
    if (errno != ENOSYS)
        die(errno, "epoll");
    /* Before Linux 5.11: whole milliseconds, rounded up. */
    int ms = limit == NULL
                 ? -1
                 : (int)((deadline > now ? deadline - now : 0) / NS_PER_MS + 1);
    return epoll_wait(loop->epoll, events, BATCH, ms);
}

void loop_run(struct loop *loop, uint64_t first, uint64_t last)
{
    struct epoll_event events[BATCH];
    struct member *ready[BATCH];
    self = loop;
    crew_start(&loop->crew, first, last);
    while (loop->crew.busy > 0) {
        int n = wait_for_events(loop, events);
        trace_ready();
        for (int e = 0; e < n; e++)
            ready[e] = events[e].data.ptr;
        crew_resume_all(ready, n > 0 ? (size_t)n : 0);
        crew_resume_due(&loop->timers);
        resume_overdue(loop);
    }
}
