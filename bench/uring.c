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
 * Ops that follow each other go in linked (IOSQE_IO_LINK): the kernel begins
 * the next when the one before has moved all its bytes, and the coroutine is
 * resumed once, at the end. An op past its deadline is called off.
 * Left out: registered buffers and files, a polling kernel thread, and
 * multishot entries: accept and receive over and over are what a server
 * wants, and no kernel here is one.
 */
#include "strategy.h"
#include "lib/clock.h"
#include "lib/crew.h"
#include "lib/deadline.h"
#include "lib/op.h"
#include "lib/trace.h"

#include <errno.h>
#include <inttypes.h>
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
static struct timer_heap timers; /* of sleepers */
static struct timer_heap alarms; /* of ops that have a deadline */
static bool sleeps_in_ring;
static uint64_t entries, calls; /* into the ring, and of the kernel for it */

/* Linux 6.1 and later: one thread alone uses the ring, so results may be
 * handed over when it asks for them, instead of interrupting it. Older
 * headers do not name these. */
#ifndef IORING_SETUP_SINGLE_ISSUER
#define IORING_SETUP_SINGLE_ISSUER (1U << 12)
#endif
#ifndef IORING_SETUP_DEFER_TASKRUN
#define IORING_SETUP_DEFER_TASKRUN (1U << 13)
#endif
#ifndef IORING_RECVSEND_POLL_FIRST
#define IORING_RECVSEND_POLL_FIRST (1U << 0)
#endif

static int make_ring(unsigned flags)
{
    struct io_uring_params parameters = {.flags = IORING_SETUP_CQSIZE |
                                                  IORING_SETUP_CLAMP | flags,
                                         .cq_entries = COMPLETIONS};
    return io_uring_queue_init_params(SUBMISSIONS, &ring, &parameters);
}

static const char *uring_start(const struct run *run)
{
    static char why[80];
    int error =
        make_ring(IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN);
    if (error == -EINVAL)
        error = make_ring(0);
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
    timer_heap_free(&alarms);
    io_uring_queue_exit(&ring);
}

/* --------------------------------------------------------- ops as entries */

/* What a parked member waits for: the results of one op, or of several that
 * are linked. It lies on the member's stack. */
struct waiting {
    struct member *member;
    unsigned left;
};

/* One entry of the ring, and what becomes of it. */
struct step {
    struct waiting *waiting;
    int64_t result;
    bool done;
};

enum { MOST_LINKED = 4, RETRY_NS = 10 * NS_PER_MS };

/* Hands in what has been collected. */
static void submit(void)
{
    int n = io_uring_submit(&ring);
    calls++;
    if (n < 0 && n != -EINTR && n != -EAGAIN && n != -EBUSY)
        die(-n, "io_uring");
}

/* A free entry; when the ring is full, what is in it goes in now. */
static struct io_uring_sqe *entry(void)
{
    struct io_uring_sqe *sqe;
    while ((sqe = io_uring_get_sqe(&ring)) == NULL)
        submit();
    entries++;
    return sqe;
}

static struct __kernel_timespec timespec_of(uint64_t ns)
{
    return (struct __kernel_timespec){.tv_sec = (long long)(ns / NS_PER_S),
                                      .tv_nsec = (long long)(ns % NS_PER_S)};
}

/* Writes an op into an entry, for all kinds that the ring takes as they
 * are. */
static bool prepare(struct io_uring_sqe *sqe, const struct op *op)
{
    switch (op->kind) {
    case OP_READ:
        io_uring_prep_read(sqe, op->fd, op->buffer, (unsigned)op->bytes,
                           (uint64_t)op->offset);
        return true;
    case OP_WRITE:
        io_uring_prep_write(sqe, op->fd, op->buffer, (unsigned)op->bytes,
                            (uint64_t)op->offset);
        return true;
    case OP_FSYNC:
        io_uring_prep_fsync(sqe, op->fd, 0);
        return true;
    case OP_CONNECT:
        io_uring_prep_connect(sqe, op->fd, op->address, op->address_bytes);
        return true;
    case OP_ACCEPT:
        io_uring_prep_accept(sqe, op->fd, NULL, NULL, SOCK_CLOEXEC);
        return true;
    default:
        return false;
    }
}

static bool goes_in(enum op_kind kind)
{
    return kind != OP_SLEEP && kind != OP_WAIT_CHILD && kind != OP_LOCK;
}

/*
 * Waits until all steps are done. When the deadline passes, those that are
 * not are called off, and come back as -ECANCELED or with their result if
 * they were quicker. Calling off may miss a step that is just being started:
 * then it is done again.
 */
static void park(struct waiting *waiting, struct step *steps, size_t count,
                 uint64_t deadline_ns)
{
    while (!deadline_park(&alarms, deadline_ns) && waiting->left > 0) {
        for (size_t s = 0; s < count; s++)
            if (!steps[s].done) {
                struct io_uring_sqe *sqe = entry();
                io_uring_prep_cancel(sqe, &steps[s], 0);
                io_uring_sqe_set_data(sqe, NULL);
            }
        deadline_ns = clock_now() + RETRY_NS;
    }
}

/* Hands one entry to the ring and waits for what becomes of it. */
static int64_t park_one(struct io_uring_sqe *sqe, uint64_t deadline_ns)
{
    struct waiting waiting = {.member = crew_self(), .left = 1};
    struct step step = {.waiting = &waiting};
    io_uring_sqe_set_data(sqe, &step);
    park(&waiting, &step, 1, deadline_ns);
    return step.result == -ECANCELED ? -ETIMEDOUT : step.result;
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
    int64_t result = park_one(sqe, 0);
    return result == -ETIME ? 0 : result;
}

/* Until the descriptor that stands for the op is ready: a child's end shows
 * as readiness of a pidfd, and a descriptor that is non-blocking makes the
 * ring say -EAGAIN at once. Not in line: it would take its part of the stack
 * from those who only sleep. */
__attribute__((noinline)) static int64_t poll_parked(const struct op *op)
{
    struct readiness ready = op_readiness(op);
    if (ready.fd < 0)
        return -errno;
    struct io_uring_sqe *sqe = entry();
    io_uring_prep_poll_add(sqe, ready.fd, (unsigned)ready.events);
    int64_t result = park_one(sqe, op->deadline_ns);
    if (ready.owned)
        close(ready.fd);
    return result;
}

static int64_t once(struct op *op)
{
    int64_t result;
    if (op->kind == OP_SLEEP)
        return sleep_parked(op->ns);
    if (!goes_in(op->kind))
        return op_try(op, &result) ? result : -EAGAIN;
    struct io_uring_sqe *sqe = entry();
    prepare(sqe, op);
    return park_one(sqe, op->deadline_ns);
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

/* An answer cannot be there yet, so the kernel is told to wait before it looks
 * (Linux 5.19; -EINVAL before). What is written and then read is a socket; if
 * it is none, -ENOTSOCK. */
static void prepare_answer(struct io_uring_sqe *sqe, const struct op *op)
{
    io_uring_prep_recv(sqe, op->fd, op->buffer, op->bytes, 0);
    sqe->ioprio |= IORING_RECVSEND_POLL_FIRST;
}

/* Hands in linked entries: each is begun by the kernel when the one before
 * has moved all its bytes. False when these ops cannot be linked. */
static bool hand_in_linked(const struct op *ops, struct step *steps,
                           struct waiting *waiting)
{
    for (size_t s = 0; s < waiting->left; s++)
        if (!goes_in(ops[s].kind))
            return false;
    /* All links of a chain have to go in together. */
    if (io_uring_sq_space_left(&ring) < waiting->left)
        submit();
    for (size_t s = 0; s < waiting->left; s++) {
        struct io_uring_sqe *sqe = entry();
        prepare(sqe, &ops[s]);
        if (s > 0 && op_answers(&ops[s], &ops[s - 1]))
            prepare_answer(sqe, &ops[s]);
        steps[s] = (struct step){.waiting = waiting};
        io_uring_sqe_set_data(sqe, &steps[s]);
        if (s + 1 < waiting->left)
            io_uring_sqe_set_flags(sqe, IOSQE_IO_LINK);
    }
    return true;
}

static uint64_t earliest(const struct op *ops, size_t count)
{
    uint64_t deadline_ns = 0;
    for (size_t o = 0; o < count; o++)
        if (ops[o].deadline_ns != 0 &&
            (deadline_ns == 0 || ops[o].deadline_ns < deadline_ns))
            deadline_ns = ops[o].deadline_ns;
    return deadline_ns;
}

/* One after the other, from `first` on. */
static size_t one_by_one(struct op *ops, int64_t *results, size_t first,
                         size_t count)
{
    for (size_t o = first; o < count; o++) {
        results[o] = uring_await(&ops[o]);
        if (!op_complete(&ops[o], results[o]))
            return o + 1;
    }
    return count;
}

/* Whether an op may fare better by itself. */
static bool in_vain(int64_t result)
{
    return result == -EAGAIN || result == -EINTR || result == -ENOTSOCK ||
           result == -EINVAL;
}

static size_t uring_await_in_order(struct op *ops, int64_t *results,
                                   size_t count)
{
    struct waiting waiting = {.member = crew_self(), .left = (unsigned)count};
    struct step steps[MOST_LINKED] = {0};
    if (count > MOST_LINKED || !hand_in_linked(ops, steps, &waiting))
        return one_by_one(ops, results, 0, count);
    uint64_t deadline_ns = earliest(ops, count);
    park(&waiting, steps, count, deadline_ns);
    for (size_t o = 0; o < count; o++) {
        results[o] = steps[o].result;
        if (in_vain(results[o]))
            return one_by_one(ops, results, o, count);
        if (results[o] == -ECANCELED)
            results[o] = -ETIMEDOUT;
        if (!op_complete(&ops[o], results[o]))
            return o + 1;
    }
    return count;
}

/* ------------------------------------------------------------------ items */

/* Hands in what has been collected and waits for a result or for the next
 * sleeper's time. */
static void submit_and_wait(void)
{
    struct io_uring_cqe *cqe;
    struct __kernel_timespec t, *limit = NULL;
    uint64_t deadline = 0, alarm, now = clock_now();
    bool sleeper = timer_heap_soonest(&timers, &deadline);
    bool alarmed = timer_heap_soonest(&alarms, &alarm);
    if (alarmed && (!sleeper || alarm < deadline))
        deadline = alarm;
    if (sleeper || alarmed) {
        t = timespec_of(deadline > now ? deadline - now : 0);
        limit = &t;
    }
    int error = io_uring_submit_and_wait_timeout(&ring, &cqe, 1, limit, NULL);
    calls++;
    if (error < 0 && error != -EINTR && error != -EAGAIN && error != -EBUSY &&
        error != -ETIME)
        die(-error, "io_uring");
}

/* Notes a result; true when it was the last that its member waited for. The
 * results of calling off belong to nobody. */
static bool note(const struct io_uring_cqe *cqe)
{
    struct step *step = io_uring_cqe_get_data(cqe);
    if (step == NULL)
        return false;
    step->result = cqe->res;
    step->done = true;
    return --step->waiting->left == 0;
}

/* Resumes everyone whose ops have come to an end. */
static void serve_completions(void)
{
    struct io_uring_cqe *cqes[BATCH];
    struct member *ready[BATCH];
    unsigned n;
    while ((n = io_uring_peek_batch_cqe(&ring, cqes, BATCH)) > 0) {
        size_t members = 0;
        for (unsigned c = 0; c < n; c++)
            if (note(cqes[c])) {
                const struct step *step = io_uring_cqe_get_data(cqes[c]);
                ready[members++] = step->waiting->member;
            }
        io_uring_cq_advance(&ring, n);
        crew_resume_all(ready, members);
    }
}

/* Lets those call off their ops whose deadline has passed. */
static void serve_overdue(void)
{
    uint64_t now = clock_now();
    struct member *member;
    while ((member = deadline_due(&alarms, now)) != NULL)
        crew_resume(member);
}

static void uring_run(const struct run *run)
{
    worker_enter(run, 0);
    crew_start(&crew, 0, run->items);
    while (crew.busy > 0) {
        submit_and_wait();
        trace_ready();
        serve_completions();
        crew_resume_due(&timers);
        serve_overdue();
    }
    worker_leave();
}

/* How well the entries were collected. */
static void uring_figures(const struct run *run, struct verdict *verdict)
{
    (void)run;
    verdict_figure(verdict, "ring_entries", entries);
    verdict_figure(verdict, "ring_calls", calls);
    if (entries > 0)
        verdict_say(verdict,
                    "%" PRIu64 " entries went into the ring and their results "
                    "came out of it with %" PRIu64 " system calls",
                    entries, calls);
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
    .await_in_order = uring_await_in_order,
    .inflight = crew_inflight,
    .figures = uring_figures,
};
