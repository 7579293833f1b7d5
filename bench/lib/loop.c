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
#include "op.h"

#include <errno.h>
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
    close(loop->epoll);
}

/* ------------------------------------------------------------- waiting */

/* Parks until the descriptor is ready. epoll holds a descriptor only once;
 * a second coroutine that waits for the same one watches a duplicate. */
static void park_on(struct loop *loop, struct readiness ready)
{
    struct epoll_event event = {.events = (uint32_t)ready.events | EPOLLONESHOT,
                                .data.ptr = crew_self()};
    if (ready.fd < 0)
        die(errno, "no descriptor to wait for");
    int fd = ready.fd;
    if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
        if (errno != EEXIST)
            die(errno, "epoll cannot watch descriptor %d", fd);
        fd = dup(ready.fd);
        if (fd < 0 || epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event) != 0)
            die(errno, "epoll cannot watch descriptor %d twice", ready.fd);
    }
    crew_park();
    epoll_ctl(loop->epoll, EPOLL_CTL_DEL, fd, NULL);
    if (fd != ready.fd)
        close(fd);
    if (ready.owned)
        close(ready.fd);
}

int64_t loop_await(struct op *op)
{
    struct loop *loop = self;
    int64_t result = 0;
    if (op->kind == OP_SLEEP)
        crew_sleep(&loop->timers, op->ns);
    else
        while (!op_try(op, &result))
            park_on(loop, op_readiness(op));
    return result;
}

/* ------------------------------------------------------------- the loop */

/* Waits for a descriptor or the next deadline; returns how many events. */
static int wait_for_events(struct loop *loop, struct epoll_event *events)
{
    uint64_t deadline, now = clock_now();
    struct timespec timeout, *limit = NULL;
    if (timer_heap_soonest(&loop->timers, &deadline)) {
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
        for (int e = 0; e < n; e++)
            ready[e] = events[e].data.ptr;
        crew_resume_all(ready, n > 0 ? (size_t)n : 0);
        crew_resume_due(&loop->timers);
    }
}
