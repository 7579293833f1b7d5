/*
 * wait.c - one blocking call that takes 0.1 s (Effective Python, item 37).
 *
 * Teaches: waiting needs no core. Five waits after each other take five times
 * as long as one; all at once they take as long as one, on any machine and
 * under any lock that is let go meanwhile.
 * Look for: elapsed time against items in flight. Threads start one each,
 * `event_loop` and `uring` keep them all in one; the memory per waiting item
 * is what tells them apart.
 * With `--first-slow 10` under a pool: who takes the results in order waits for
 * the slow first item while all others lie ready.
 * Left out: anything to wait for. `files` has it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernel.h"

#include <inttypes.h>

enum { NS_PER_MS = 1000000, MS_PER_HOUR = 3600000 };

static const struct option_spec wait_options[] = {
    {.name = "first-slow",
     .argument = "FACTOR",
     .kind = OPTION_NUMBER,
     .fallback = "1",
     .least = 1,
     .most = 1000,
     .help = "item 0 waits so many times as long as the others"},
    {.name = NULL},
};

/* Looked up once: to look an option up takes more stack than a wait. */
struct shared {
    uint64_t first_slow;
};

static size_t wait_bytes(const struct run *run)
{
    (void)run;
    return sizeof(struct shared);
}

static int wait_setup(const struct run *run)
{
    struct shared *shared = run->shared;

    shared->first_slow = option_number(run, "first-slow");
    return 0;
}

static uint64_t wait_ns(const struct run *run, uint64_t i)
{
    const struct shared *shared = run->shared;

    return run->size * NS_PER_MS * (i == 0 ? shared->first_slow : 1);
}

static int wait_item(const struct run *run, uint64_t i, uint64_t *answer)
{
    const int64_t status = await(op_sleep(wait_ns(run, i)));

    *answer = mix64(run->seed ^ i);
    return (int)status;
}

/* All waits may overlap, but none may be shorter than it was asked to be. */
static bool wait_check(const struct run *run, struct verdict *verdict)
{
    const uint64_t least_ms = wait_ns(run, 0) / NS_PER_MS * run->rounds;

    if (run->wall_ns < least_ms * NS_PER_MS) {
        verdict_say(verdict,
                    "waited less than one wait: %" PRIu64
                    " us instead of %" PRIu64 " ms",
                    run->wall_ns / 1000, least_ms);
        return false;
    }
    for (uint64_t i = 0; i < run->items; i++) {
        if (run->answers[i] != mix64(run->seed ^ i)) {
            verdict_say(verdict, "item %" PRIu64 " has a wrong answer", i);
            return false;
        }
    }
    return true;
}

static uint64_t wait_least_ns(const struct run *run)
{
    return run->size * NS_PER_MS;
}

KERNEL(wait) = {
    .summary = "a blocking call of a tenth of a second",
    .item_is = "one wait",
    .size_is = "milliseconds",
    .bound = BOUND_IO,
    .items = 5,
    .size = 100,
    .most_items = 1 << 24,
    .most_size = MS_PER_HOUR,
    .stack_bytes = 720,
    .quick = "--items 20 --size 5",
    .small = "--items 14 --size 1",
    .options = wait_options,
    .shared_bytes = wait_bytes,
    .setup = wait_setup,
    .item = wait_item,
    .check = wait_check,
    .least_ns = wait_least_ns,
};
