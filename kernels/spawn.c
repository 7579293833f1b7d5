/*
 * spawn.c - bytes through two chained child processes (Effective Python,
 * item 36).
 * SPDX-License-Identifier: MIT
 *
 * Teaches: child processes are parallel by themselves. An item feeds one
 * `openssl` that encrypts; a pipe leads from it straight into another one that
 * digests, and no byte of what flows there passes through this program. It
 * only waits: to write, to read, for an end. `--mode sleep` is the book's
 * first example, children that sleep 0.1 s. With `--hang` some children never
 * read their input: they are given up at a deadline, asked to end (SIGTERM),
 * and those deaf to that are made to (SIGKILL).
 * `--between file` stages the chain: the second child starts when the first has
 * ended, and this program carries the bytes from one to the other.
 * `--wrong` has the classic mistakes: keeping an end of a pipe open, reading
 * what is for a child, waiting for a child that waits to be read.
 * `--wait` has four ways to await a sleeping child: block, ask again and again
 * (poll), ask every 10 ms (nap), or work and ask in between.
 * Look for: ten sleeping children in the time of one, also on one thread; the
 * figures `zombies` and `leaked_descriptors`, always 0. `--between pipe` ahead
 * of `file`, since both children work at the same time. The processor time of
 * `--wait poll`.
 * Left out: a filter as the last child, one that prints more than a pipe
 * holds before it has read all: it has to be read while it is fed, by poll(2)
 * or from two threads, or else from 65,537 bytes on neither side goes on
 * (`--wrong waits-first` shows it, with `--fill over` as with no byte less;
 * `--between file` is a way out: a file takes all that is written).
 */
#include "kernel.h"
#include "support/census.h"
#include "support/chain.h"
#include "support/plaintext.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

enum mode { MODE_PIPE, MODE_SLEEP };
enum fill { FILL_NOT, FILL_JUST, FILL_OVER };
enum wait_how { WAIT_BLOCK, WAIT_POLL, WAIT_NAP, WAIT_WORK };

enum {
    PIPE_SIZE = 256 << 10,
    SLEEP_ITEMS = 10,
    SLEEP_MS = 100,
    /* Nothing but its time ends a sleeping child when this program is
     * killed, so that is kept short. */
    MOST_SLEEP_MS = 10000,
    NS_PER_MS = 1000000,
    NAP_MS = 10,
    STRETCH = 16384, /* steps of work between two looks: below 100 us */
};

static const struct option_spec spawn_options[] = {
    {.name = "mode",
     .argument = "MODE",
     .kind = OPTION_CHOICE,
     .fallback = "pipe",
     .choices = "pipe sleep",
     .help = "feed two chained openssl children; wait for a sleeping child"},
    {.name = "between",
     .argument = "WHAT",
     .kind = OPTION_CHOICE,
     .fallback = "pipe",
     .choices = "pipe file",
     .help = "the first child prints into a pipe that the second one reads; "
             "or into a file, which this program reads when it has ended"},
    {.name = "wait",
     .argument = "HOW",
     .kind = OPTION_CHOICE,
     .fallback = "block",
     .choices = "block poll nap work",
     .help = "how a sleeping child is awaited: poll asks again and again, nap "
             "every 10 ms, work between stretches of computing"},
    {.name = "hang",
     .argument = "K",
     .kind = OPTION_NUMBER,
     .fallback = "0",
     .help = "one child in K hangs, every other one of them deaf to SIGTERM "
             "(0: none)"},
    {.name = "deadline",
     .argument = "TIME",
     .kind = OPTION_DURATION,
     .fallback = "1s",
     .least = NS_PER_MS,
     .help = "end the children of an item that takes longer, with SIGTERM"},
    {.name = "grace",
     .argument = "TIME",
     .kind = OPTION_DURATION,
     .fallback = "100ms",
     .help = "and with SIGKILL so long after that"},
    {.name = "wrong",
     .argument = "HOW",
     .kind = OPTION_CHOICE,
     .fallback = "none",
     .choices = "none keeps-open reads-too waits-first",
     .help = "make a mistake: keep a pipe open, read what is for a child, "
             "wait for one before reading it"},
    {.name = "fill",
     .argument = "HOW",
     .kind = OPTION_CHOICE,
     .fallback = "no",
     .choices = "no just over",
     .help = "for --size what a pipe holds here, just that or one byte over"},
    {.name = NULL},
};

struct shared {
    char program[PATH_MAX];
    cpu_set_t cores; /* where children may run: not their worker's one alone */
    struct census census;
    _Atomic uint64_t by_sigterm, by_sigkill;
    _Atomic uint64_t latest_ns; /* after it was due to end, a child did */
    _Atomic uint64_t timed_out; /* by a mistake */
    _Atomic uint64_t polls, worked, work; /* while children slept */
    uint64_t said[];                      /* by a mistake: what came, by item */
};

static size_t spawn_bytes(const struct run *run)
{
    return sizeof(struct shared) + run->items * sizeof(uint64_t);
}

static bool is_pipe(const struct run *run)
{
    return option_number(run, "mode") == MODE_PIPE;
}

static bool is_staged(const struct run *run)
{
    return option_number(run, "between") == 1;
}

static enum wait_how wait_how_of(const struct run *run)
{
    return (enum wait_how)option_number(run, "wait");
}

/* The choices of --wrong stand in the order of the enumeration. */
static enum chain_mistake mistake_of(const struct run *run)
{
    return (enum chain_mistake)option_number(run, "wrong");
}

/* Why a chain cannot be made that way; or NULL. */
static const char *chain_refusal(const struct run *run)
{
    const enum chain_mistake mistake = mistake_of(run);

    if (wait_how_of(run) != WAIT_BLOCK)
        return "--wait is for --mode sleep";
    if (mistake != CHAIN_RIGHT && option_number(run, "hang") > 0)
        return "--wrong and --hang exclude each other";
    if (is_staged(run) &&
        (mistake == CHAIN_KEEPS_OPEN || mistake == CHAIN_READS_TOO))
        return "--between file has no pipe to keep open or to read from";
    return NULL;
}

/* How many bytes a pipe holds of which nobody reads any: 64 KiB, unless the
 * system's limits are tighter. */
static int pipe_bytes(void)
{
    int ends[2];

    if (pipe(ends) != 0)
        return -errno;

    const int bytes = fcntl(ends[0], F_GETPIPE_SZ);

    close(ends[0]);
    close(ends[1]);
    return bytes;
}

static const char *fill_size(struct run *run)
{
    const uint64_t fill = option_number(run, "fill");
    const int bytes = pipe_bytes();

    if (fill == FILL_NOT)
        return NULL;
    if (option_given(run, "size"))
        return "--fill and --size exclude each other";
    if (bytes <= 0)
        return "--fill: no pipe can be made";
    run->size = (uint64_t)bytes + (fill == FILL_OVER);
    return NULL;
}

static const char *spawn_configure(struct run *run)
{
    if (is_pipe(run)) {
        const char *refusal = fill_size(run);

        return refusal != NULL ? refusal : chain_refusal(run);
    }
    if (option_number(run, "fill") != FILL_NOT)
        return "--fill is for --mode pipe";
    if (option_number(run, "hang") > 0 || mistake_of(run) != CHAIN_RIGHT ||
        is_staged(run))
        return "--hang, --wrong and --between are for --mode pipe";
    if (!option_given(run, "items"))
        run->items = SLEEP_ITEMS;
    if (!option_given(run, "size"))
        run->size = SLEEP_MS;
    return run->size > MOST_SLEEP_MS
               ? "--size: a child sleeps at most 10000 milliseconds"
               : NULL;
}

static int spawn_setup(const struct run *run)
{
    struct shared *shared = run->shared;
    const char *name = is_pipe(run) ? "openssl" : "sleep";

    if (child_find(name, shared->program, sizeof shared->program) != 0)
        cannot_run("no program %s along PATH", name);
    if (sched_getaffinity(0, sizeof shared->cores, &shared->cores) != 0)
        return -errno;
    return 0;
}

/* ------------------------------------------------- what an item is about */

/* One item in `--hang`, so that equal shares hang equally often. */
static bool hangs(const struct run *run, uint64_t i)
{
    const uint64_t every = option_number(run, "hang");

    return every > 0 && i % every == every - 1;
}

static bool is_deaf(const struct run *run, uint64_t i)
{
    return hangs(run, i) && i / option_number(run, "hang") % 2 == 1;
}

static uint64_t hung_answer(const struct run *run, uint64_t i, int ended_by)
{
    return mix64(random_at(run->seed, i) + (uint64_t)ended_by);
}

/* ---------------------------------------------------------------- an item */

static struct chain chain_of(const struct run *run, uint64_t i,
                             const unsigned char *secret)
{
    const struct shared *shared = run->shared;

    return (struct chain){
        .program = shared->program,
        .cores = &shared->cores,
        .secret = secret,
        .deadline_ns = now_ns() + option_number(run, "deadline"),
        .mistake = mistake_of(run),
        .staged = is_staged(run),
        .hangs = hangs(run, i),
        .deaf = is_deaf(run, i),
    };
}

static int feed(const struct run *run, uint64_t i, struct chain *chain)
{
    unsigned char chunk[PLAINTEXT_CHUNK];
    int error = 0;

    for (uint64_t at = 0; at < run->size && error == 0; at += PLAINTEXT_CHUNK) {
        const size_t bytes = plaintext_chunk(run, i, at, chunk);

        checkpoint();
        error = child_feed(chain->feed[1], chunk, bytes, chain->deadline_ns);
    }
    child_close(&chain->feed[1]);
    return error;
}

/*
 * All is written before anything is read, and that is safe: the digest child
 * reads whatever comes and prints 32 bytes at its end, so nobody ever waits
 * for this program to read. A filter in its place would need to be read while
 * it is fed, and cannot end before there is room for all that it prints: who
 * waits for it first may wait for ever.
 */
static int result_of(struct chain *chain, uint64_t *fold)
{
    const bool alone = chain->mistake == CHAIN_WAITS_FIRST;
    int error = 0;
    int64_t bytes = 0;

    if (alone)
        error = chain_finish(chain);
    else if (chain->staged)
        error = chain_pass_on(chain);
    if (chain->mistake == CHAIN_READS_TOO)
        bytes = chain_read(chain, chain->between[0], fold);
    if (error == 0 && bytes >= 0)
        bytes = alone && chain->staged
                    ? chain_read_file(chain, fold)
                    : chain_read(chain, chain->result[0], fold);
    if (error != 0 || bytes < 0)
        return error != 0 ? error : (int)bytes;
    error = chain_finish(chain);
    if (error == 0 && chain->mistake == CHAIN_RIGHT && bytes != CHAIN_DIGEST)
        error = -EIO;
    return error;
}

static void raise_to(_Atomic uint64_t *most, uint64_t value)
{
    uint64_t before = atomic_load(most);

    while (before < value &&
           !atomic_compare_exchange_weak(most, &before, value))
        continue;
}

/* Books a child that hung, by what ended it, and how late that was. */
static int note_hung(const struct run *run, uint64_t i, uint64_t deadline_ns,
                     int ended_by, uint64_t *answer)
{
    struct shared *shared = run->shared;
    uint64_t time_ns = deadline_ns;

    if (ended_by == SIGTERM) {
        atomic_fetch_add(&shared->by_sigterm, 1);
    } else if (ended_by == SIGKILL) {
        atomic_fetch_add(&shared->by_sigkill, 1);
        time_ns += option_number(run, "grace");
    } else {
        return -ETIMEDOUT;
    }
    raise_to(&shared->latest_ns, now_ns() - time_ns);
    *answer = hung_answer(run, i, ended_by);
    return 0;
}

static int pipe_item(const struct run *run, uint64_t i, uint64_t *answer)
{
    struct shared *shared = run->shared;
    unsigned char secret[PLAINTEXT_SECRET];
    struct chain chain = chain_of(run, i, secret);
    uint64_t fold = 0;

    plaintext_secret(run, i, secret);

    int error = chain_start(&chain);

    if (error == 0)
        error = feed(run, i, &chain);
    if (error == 0)
        error = result_of(&chain, &fold);

    const int ended_by = chain_end(&chain, option_number(run, "grace"));

    if (error == -ETIMEDOUT && hangs(run, i))
        return note_hung(run, i, chain.deadline_ns, ended_by, answer);
    *answer = fold;
    if (chain.mistake == CHAIN_RIGHT || (error != 0 && error != -ETIMEDOUT))
        return error;
    /* A mistake shows in what was said; the answer is that it was made. */
    shared->said[i] = fold;
    if (error == -ETIMEDOUT)
        atomic_fetch_add(&shared->timed_out, 1);
    *answer = random_at(run->seed, i);
    return 0;
}

/* Something to do: steps that depend on each other, so that none is left out.
 */
static uint64_t work(uint64_t fold)
{
    for (int step = 0; step < STRETCH; step++)
        fold = mix64(fold);
    return fold;
}

/* Waits for a child in one of four ways; counts the looks, and the steps. */
static int wait_for(const struct run *run, pid_t *child, int *status)
{
    struct shared *shared = run->shared;
    const enum wait_how how = wait_how_of(run);
    uint64_t polls = 0, fold = run->seed;
    int error;

    if (how == WAIT_BLOCK)
        return child_wait(child, status, 0);
    while ((error = child_look(child, status)) == -EAGAIN) {
        polls++;
        if (how == WAIT_NAP)
            (void)await(op_sleep((uint64_t)NAP_MS * NS_PER_MS));
        if (how == WAIT_WORK)
            fold = work(fold);
        checkpoint();
    }
    atomic_fetch_add(&shared->polls, polls);
    if (how == WAIT_WORK)
        atomic_fetch_add(&shared->worked, polls * STRETCH);
    atomic_fetch_xor(&shared->work, fold);
    return error;
}

/* The time that a child sleeps, as sleep(1) wants it: in seconds. */
static int sleep_item(const struct run *run, uint64_t i, uint64_t *answer)
{
    const struct shared *shared = run->shared;
    char seconds[32];
    const char *const arguments[] = {"sleep", seconds, NULL};
    const struct child_plan plan = {
        .path = shared->program,
        .arguments = arguments,
        .input = -1,
        .output = -1,
        .held = -1,
        .cores = &shared->cores,
    };
    pid_t child;
    int status = 0;

    snprintf(seconds, sizeof seconds, "%u.%03u", (unsigned)run->size / 1000,
             (unsigned)run->size % 1000);

    int error = child_start(&plan, &child);

    if (error == 0)
        error = wait_for(run, &child, &status);
    *answer = random_at(run->seed, i);
    return error == 0 && status != 0 ? -EIO : error;
}

static int spawn_item(const struct run *run, uint64_t i, uint64_t *answer)
{
    struct shared *shared = run->shared;

    census_enter();

    const int error =
        is_pipe(run) ? pipe_item(run, i, answer) : sleep_item(run, i, answer);

    census_leave(&shared->census);
    return error;
}

/* ------------------------------------------------------------ the check */

static bool is_right(const struct run *run, uint64_t i)
{
    uint64_t text, digest;

    if (hangs(run, i))
        return run->answers[i] ==
               hung_answer(run, i, is_deaf(run, i) ? SIGKILL : SIGTERM);
    return plaintext_expected(run, i, &text, &digest) &&
           run->answers[i] == digest;
}

/* How many items hang in all rounds, and how many of them are deaf. */
static void count_hung(const struct run *run, uint64_t *hung, uint64_t *deaf)
{
    *hung = *deaf = 0;
    for (uint64_t i = 0; i < run->items; i++) {
        *hung += hangs(run, i) ? run->rounds : 0;
        *deaf += is_deaf(run, i) ? run->rounds : 0;
    }
}

static void say_hung(const struct run *run, uint64_t hung,
                     struct verdict *verdict)
{
    struct shared *shared = run->shared;

    if (hung == 0)
        verdict_say(verdict, "digests checked against libcrypto in process");
    else
        verdict_say(verdict,
                    "%" PRIu64 " of %" PRIu64 " children hung: %" PRIu64
                    " ended at status -%d, %" PRIu64
                    " at -%d, the latest %.1f ms after its time; other digests "
                    "checked against libcrypto",
                    hung, run->items * run->rounds, shared->by_sigterm, SIGTERM,
                    shared->by_sigkill, SIGKILL,
                    (double)shared->latest_ns / NS_PER_MS);
}

static bool check_pipe(const struct run *run, struct verdict *verdict)
{
    struct shared *shared = run->shared;
    const uint64_t terminated = shared->by_sigterm, killed = shared->by_sigkill;
    uint64_t hung, deaf;

    for (uint64_t i = 0; i < run->items; i++)
        if (!is_right(run, i)) {
            verdict_say(verdict, "item %" PRIu64 ": %s", i,
                        hangs(run, i) ? "ended by the wrong signal"
                                      : "not libcrypto's digest");
            return false;
        }
    count_hung(run, &hung, &deaf);
    if (terminated + killed != hung || killed != deaf) {
        verdict_say(verdict,
                    "%" PRIu64 " children were ended by SIGTERM and %" PRIu64
                    " by SIGKILL, of %" PRIu64 " that hung",
                    terminated, killed, hung);
        return false;
    }
    verdict_figure(verdict, "lost", 0); /* of those that did not hang */
    verdict_figure(verdict, "hung", hung);
    verdict_figure(verdict, "ended_by_sigterm", terminated);
    verdict_figure(verdict, "ended_by_sigkill", killed);
    verdict_figure(verdict, "latest_end_ns", shared->latest_ns);
    say_hung(run, hung, verdict);
    return true;
}

static void say_mistake(const struct run *run, uint64_t lost, uint64_t empty,
                        struct verdict *verdict)
{
    static const char *const why[] = {
        [CHAIN_RIGHT] = "",
        [CHAIN_KEEPS_OPEN] = "this program kept the pipe between the children "
                             "open, so it never ended for the second",
        [CHAIN_READS_TOO] = "this program read what was for the second child",
        [CHAIN_WAITS_FIRST] = "this program waited for the child, and the "
                              "child for its output to be read",
    };
    if (lost == 0) {
        verdict_say(verdict, "none lost this time, which proves nothing");
        return;
    }
    verdict_say(verdict,
                "%" PRIu64 " of %" PRIu64 " lost, %" PRIu64
                " digests of no bytes: %s",
                lost, run->items, empty, why[mistake_of(run)]);
}

/* A mistake gets a time all the same: what it lost is the result. */
static bool check_mistake(const struct run *run, struct verdict *verdict)
{
    struct shared *shared = run->shared;
    const uint64_t nothing = plaintext_nothing();
    uint64_t lost = 0, empty = 0, text, digest;

    for (uint64_t i = 0; i < run->items; i++) {
        if (run->answers[i] != random_at(run->seed, i) ||
            !plaintext_expected(run, i, &text, &digest)) {
            verdict_say(verdict, "item %" PRIu64 " has a wrong answer", i);
            return false;
        }
        empty += shared->said[i] == nothing;
        lost += shared->said[i] !=
                (mistake_of(run) == CHAIN_WAITS_FIRST ? text : digest);
    }
    verdict_figure(verdict, "lost", lost);
    verdict_figure(verdict, "empty", empty);
    verdict_figure(verdict, "timed_out", shared->timed_out);
    say_mistake(run, lost, empty, verdict);
    return true;
}

/* Children may all sleep at the same time, but none for less. */
static bool check_sleep(const struct run *run, struct verdict *verdict)
{
    const struct shared *shared = run->shared;

    verdict_figure(verdict, "polls", shared->polls);
    verdict_figure(verdict, "worked_steps", shared->worked);
    if (run->wall_ns >= run->size * run->rounds * NS_PER_MS)
        return true;
    verdict_say(verdict, "took less time than one child sleeps");
    return false;
}

static bool check_answers(const struct run *run, struct verdict *verdict)
{
    if (!is_pipe(run))
        return check_sleep(run, verdict);
    return mistake_of(run) == CHAIN_RIGHT ? check_pipe(run, verdict)
                                          : check_mistake(run, verdict);
}

/* Right answers are not enough: nothing may be left behind. */
static bool spawn_check(const struct run *run, struct verdict *verdict)
{
    struct shared *shared = run->shared;
    const uint64_t zombies = shared->census.children;
    const uint64_t descriptors = shared->census.descriptors;

    if (!check_answers(run, verdict))
        return false;
    verdict_figure(verdict, "zombies", zombies);
    verdict_figure(verdict, "leaked_descriptors", descriptors);
    if (zombies == 0 && descriptors == 0)
        return true;
    verdict_say(verdict,
                "%" PRIu64 " children and %" PRIu64 " descriptors left behind",
                zombies, descriptors);
    return false;
}

/* A child that sleeps; how long the others take is not known in advance. */
static uint64_t spawn_least_ns(const struct run *run)
{
    return is_pipe(run) ? 0 : run->size * NS_PER_MS;
}

KERNEL(spawn) = {
    .summary = "bytes through two chained openssl children",
    .item_is = "two children, fed and read; with --mode sleep, one that sleeps",
    .size_is = "bytes; with --mode sleep, milliseconds",
    .bound = BOUND_IO,
    .items = 40,
    .size = PIPE_SIZE,
    .most_items = 1 << 20,
    .most_size = 1 << 30,
    .most_inflight = 16,
    .quick = "--items 10",
    .small = "--items 6 --size 70000 --deadline 20s",
    .options = spawn_options,
    .configure = spawn_configure,
    .shared_bytes = spawn_bytes,
    .setup = spawn_setup,
    .item = spawn_item,
    .check = spawn_check,
    .least_ns = spawn_least_ns,
};
