/*
 * uring.c - many items in one thread, which hands their waiting to the
 * kernel's ring.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: completion instead of readiness. An op is written into a ring
 * that the kernel shares, the coroutine parks, and it is resumed with the
 * result. Many ops go in with one system call, and files wait like anything
 * else: fsync(2) too.
 *   J. Axboe, "Efficient IO with io_uring", 2019.
 * Look for: `files` faster than `event_loop`, because its fsyncs overlap.
 * Sleeps stay in a heap of timers on this side, and the ring is asked for one
 * time limit: an entry for every sleep (--sleep ring) costs the kernel more
 * than a microsecond each, which a hundred thousand of them show.
 * Left out: registered buffers and files, a polling kernel thread.
 */
#include "strategy.h"
#include "lib/clock.h"
#include "lib/crew.h"
#include "lib/op.h"

#include <errno.h>
#include <liburing.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    SUBMISSIONS = 4096,  /* ops that go in with one system call at most */
    COMPLETIONS = 65536, /* results that fit; more wait in the kernel */
    BATCH = 256,
};

static struct io_uring ring;
static struct crew crew;
static struct timer_heap timers;
static bool sleeps_in_ring;

static const char *uring_start(const struct run *run)
{
    static char why[80];
    struct io_uring_params parameters = {.flags = IORING_SETUP_CQSIZE |
                                                  IORING_SETUP_CLAMP,
                                         .cq_entries = COMPLETIONS};
    int error = io_uring_queue_init_params(SUBMISSIONS, &ring, &parameters);
    if (error < 0) {
        snprintf(why, sizeof why, "io_uring: %s", strerror(-error));
        return why;
    }
    sleeps_in_ring = option_number(run, "sleep") == 1;
    crew_create(&crew, run, crew_inflight(run));
    return NULL;
}

static void uring_stop(const struct run *run)
{
    (void)run;
    crew_destroy(&crew);
    timer_heap_free(&timers);
    io_uring_queue_exit(&ring);
}

/* --------------------------------------------------------- ops as entries */

/* A free entry; when the ring is full, what is in it goes in now. */
static struct io_uring_sqe *entry(void)
{
    struct io_uring_sqe *sqe;
    while ((sqe = io_uring_get_sqe(&ring)) == NULL) {
        int n = io_uring_submit(&ring);
        if (n < 0 && n != -EINTR && n != -EAGAIN && n != -EBUSY)
            die(-n, "io_uring");
    }
    return sqe;
}

/* Hands one entry to the ring and waits for what becomes of it. */
static int64_t park(struct io_uring_sqe *sqe)
{
    struct member *me = crew_self();
    io_uring_sqe_set_data(sqe, me);
    crew_park();
    return me->result;
}

static struct __kernel_timespec timespec_of(uint64_t ns)
{
    return (struct __kernel_timespec){.tv_sec = (long long)(ns / NS_PER_S),
                                      .tv_nsec = (long long)(ns % NS_PER_S)};
}

static int64_t sleep_parked(uint64_t ns)
{
    if (!sleeps_in_ring) {
        crew_sleep(&timers, ns);
        return 0;
    }
    struct __kernel_timespec t = timespec_of(ns);
    struct io_uring_sqe *sqe = entry();
    io_uring_prep_timeout(sqe, &t, 0, 0);
    int64_t result = park(sqe);
    return result == -ETIME ? 0 : result;
}

/* A child's end shows as readiness of a pidfd. */
static int64_t wait_child_parked(struct op *op)
{
    int64_t result;
    while (!op_try(op, &result)) {
        struct readiness ready = op_readiness(op);
        if (ready.fd < 0)
            return -errno;
        struct io_uring_sqe *sqe = entry();
        io_uring_prep_poll_add(sqe, ready.fd, (unsigned)ready.events);
        (void)park(sqe);
        close(ready.fd);
    }
    return result;
}

/* A descriptor that is non-blocking makes the ring say -EAGAIN at once. */
static int64_t poll_parked(const struct op *op)
{
    struct readiness ready = op_readiness(op);
    struct io_uring_sqe *sqe = entry();
    io_uring_prep_poll_add(sqe, ready.fd, (unsigned)ready.events);
    return park(sqe);
}

static int64_t once(struct op *op)
{
    struct io_uring_sqe *sqe;
    switch (op->kind) {
    case OP_SLEEP:
        return sleep_parked(op->ns);
    case OP_WAIT_CHILD:
        return wait_child_parked(op);
    case OP_LOCK:
        lock_wait(op->lock);
        return 0;
    case OP_READ:
        sqe = entry();
        io_uring_prep_read(sqe, op->fd, op->buffer, (unsigned)op->bytes,
                           (uint64_t)op->offset);
        return park(sqe);
    case OP_WRITE:
        sqe = entry();
        io_uring_prep_write(sqe, op->fd, op->buffer, (unsigned)op->bytes,
                            (uint64_t)op->offset);
        return park(sqe);
    case OP_FSYNC:
        sqe = entry();
        io_uring_prep_fsync(sqe, op->fd, 0);
        return park(sqe);
    case OP_CONNECT:
        sqe = entry();
        io_uring_prep_connect(sqe, op->fd, op->address, op->address_bytes);
        return park(sqe);
    case OP_ACCEPT:
        sqe = entry();
        io_uring_prep_accept(sqe, op->fd, NULL, NULL, SOCK_CLOEXEC);
        return park(sqe);
    }
    return -EINVAL;
}

static int64_t uring_await(struct op *op)
{
    for (;;) {
        int64_t result = once(op);
        if (result == -EINTR)
            continue;
        if (result != -EAGAIN)
            return result;
        result = poll_parked(op);
        if (result < 0)
            return result;
    }
}

/* ------------------------------------------------------------------ items */

/* Hands in what has been collected and waits for a result or for the next
 * sleeper's time. */
static void submit_and_wait(void)
{
    struct io_uring_cqe *cqe;
    struct __kernel_timespec t, *limit = NULL;
    uint64_t deadline, now = clock_now();
    if (timer_heap_soonest(&timers, &deadline)) {
        t = timespec_of(deadline > now ? deadline - now : 0);
        limit = &t;
    }
    int error = io_uring_submit_and_wait_timeout(&ring, &cqe, 1, limit, NULL);
    if (error < 0 && error != -EINTR && error != -EAGAIN && error != -EBUSY &&
        error != -ETIME)
        die(-error, "io_uring");
}

/* Resumes everyone whose op has come to an end. */
static void serve_completions(void)
{
    struct io_uring_cqe *cqes[BATCH];
    struct member *ready[BATCH];
    unsigned n;
    while ((n = io_uring_peek_batch_cqe(&ring, cqes, BATCH)) > 0) {
        for (unsigned c = 0; c < n; c++) {
            ready[c] = io_uring_cqe_get_data(cqes[c]);
            ready[c]->result = cqes[c]->res;
        }
        io_uring_cq_advance(&ring, n);
        crew_resume_all(ready, n);
    }
}

static void uring_run(const struct run *run)
{
    worker_enter(run, 0);
    crew_start(&crew, 0, run->items);
    while (crew.busy > 0) {
        submit_and_wait();
        serve_completions();
        crew_resume_due(&timers);
    }
    worker_leave();
}

static const struct option_spec uring_options[] = {
    CREW_OPTION,
    {.name = "sleep",
     .argument = "WHERE",
     .kind = OPTION_CHOICE,
     .choices = "heap ring",
     .fallback = "heap",
     .help = "where sleeps wait: in a heap of timers, or each in the ring"},
    {0},
};

const struct strategy strategy = {
    .summary = "coroutines in one thread, parked on io_uring",
    .one_worker = true,
    .for_waiting = true,
    .options = uring_options,
    .start = uring_start,
    .run = uring_run,
    .stop = uring_stop,
    .await = uring_await,
    .inflight = crew_inflight,
};
