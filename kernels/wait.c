/*
 * wait.c - one blocking call that takes 0.1 s (Effective Python, item 37).
 *
 * Teaches: waiting needs no core. Five waits after each other take five times
 * as long as one; all at once they take as long as one, on any machine and
 * under any lock that is let go meanwhile.
 * Look for: elapsed time against items in flight. Threads start one each,
 * `event_loop` and `uring` keep them all in one; the memory per waiting item
 * is what tells them apart.
 * Left out: anything to wait for. `files` has it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernel.h"

#include <inttypes.h>

enum { NS_PER_MS = 1000000, MS_PER_HOUR = 3600000 };

static int wait_item(const struct run *run, uint64_t i, uint64_t *answer)
{
    const int64_t status = await(op_sleep(run->size * NS_PER_MS));

    *answer = mix64(run->seed ^ i);
    return (int)status;
}

/* All waits may overlap, but none may be shorter than it was asked to be. */
static bool wait_check(const struct run *run, struct verdict *verdict)
{
    const uint64_t least_ms = run->size * run->rounds;

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
    .quick = "--items 20 --size 10",
    .small = "--items 14 --size 1",
    .item = wait_item,
    .check = wait_check,
    .least_ns = wait_least_ns,
};
