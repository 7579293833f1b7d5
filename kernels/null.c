/*
 * null.c - an item that does nothing: measures the harness itself.
 *
 * Teaches: what it costs to start workers and to hand out work, before any
 * work is done. Work that is cheaper than this is not worth handing out.
 * Look for: the time per item of each strategy; a direct call takes
 * nanoseconds, a queue between threads some hundred, a pipe between
 * processes microseconds.
 * Left out: everything else. A speedup of this kernel means nothing.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernel.h"

#include <inttypes.h>

static int null_item(const struct run *run, uint64_t i, uint64_t *answer)
{
    (void)run;
    *answer = mix64(i); /* so that a lost or doubled item shows */
    return 0;
}

static bool null_check(const struct run *run, struct verdict *verdict)
{
    for (uint64_t i = 0; i < run->items; i++) {
        if (run->answers[i] != mix64(i)) {
            verdict_say(verdict, "item %" PRIu64 " has a wrong answer", i);
            return false;
        }
    }
    return true;
}

KERNEL(null) = {
    .summary = "nothing: measures the harness itself",
    .item_is = "no work at all",
    .bound = BOUND_NONE,
    .items = 100000,
    .most_items = 1 << 27,
    .quick = "--items 10000",
    .small = "--items 50",
    .item = null_item,
    .check = null_check,
};
