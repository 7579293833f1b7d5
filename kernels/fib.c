/*
 * fib.c - Fibonacci numbers by their definition, as a tree of tasks.
 *
 * Teaches: work that makes more work while it runs. There is one item, so a
 * strategy that deals out items keeps one worker busy; one that lets idle
 * workers take branches of the tree keeps all of them.
 * Look for: `stealing` and `openmp` on the ideal line, all others flat. Then
 * `--cutoff 2`: tasks of a few nanoseconds, and their handling is all one
 * measures.
 * Left out: computing Fibonacci numbers sensibly; the check does, in a
 * hundred steps.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernel.h"

#include <inttypes.h>

enum { MOST_N = 60 }; /* years of work; 93 is the largest that fits */

/* In run->shared, since looking an option up takes longer than a small task. */
struct fib {
    uint64_t cutoff;
};

static const struct option_spec fib_options[] = {
    {.name = "cutoff",
     .argument = "N",
     .kind = OPTION_NUMBER,
     .fallback = "20",
     .least = 2,
     .most = 24,
     .help = "below fib(N) no more branches are made"},
    {.name = NULL},
};

static size_t fib_bytes(const struct run *run)
{
    (void)run;
    return sizeof(struct fib);
}

static int fib_setup(const struct run *run)
{
    struct fib *fib = run->shared;

    fib->cutoff = option_number(run, "cutoff");
    return 0;
}

static uint64_t fib_serial(uint64_t n)
{
    return n < 2 ? n : fib_serial(n - 1) + fib_serial(n - 2);
}

/* The tree: the left branch is up for grabs, the right one is done here. */
static uint64_t fib_tree(const struct run *run, uint64_t n)
{
    const struct fib *fib = run->shared;

    checkpoint();
    if (n < fib->cutoff)
        return fib_serial(n);

    struct branch left = branch_of(run, fib_tree, n - 1);

    branch_spawn(&left);
    const uint64_t right = fib_tree(run, n - 2);

    return branch_sync(&left) + right;
}

static int fib_item(const struct run *run, uint64_t i, uint64_t *answer)
{
    (void)i; /* every item grows the same tree */
    *answer = fib_tree(run, run->size);
    return 0;
}

/* By doubling: fib(2k) and fib(2k+1) follow from fib(k) and fib(k+1), and n
 * is built up from its binary digits, the highest first. */
static uint64_t fib_by_doubling(uint64_t n)
{
    uint64_t this = 0, next = 1; /* fib(0), fib(1) */

    for (int bit = 63; bit >= 0; bit--) {
        const uint64_t twice = this * (2 * next - this);
        const uint64_t twice_next = this * this + next * next;
        const bool odd = n >> bit & 1;

        this = odd ? twice_next : twice;
        next = odd ? twice + twice_next : twice_next;
    }
    return this;
}

static bool fib_check(const struct run *run, struct verdict *verdict)
{
    const uint64_t right = fib_by_doubling(run->size);

    for (uint64_t i = 0; i < run->items; i++) {
        if (run->answers[i] != right) {
            verdict_say(verdict,
                        "fib(%" PRIu64 ") is %" PRIu64 ", not %" PRIu64,
                        run->size, right, run->answers[i]);
            return false;
        }
    }
    return true;
}

KERNEL(fib) = {
    .summary = "Fibonacci by its definition: a tree of tasks",
    .item_is = "one tree of tasks",
    .size_is = "which Fibonacci number",
    .bound = BOUND_CPU,
    .items = 1,
    .size = 42,
    .most_items = 1 << 24,
    .most_size = MOST_N,
    .quick = "--size 38",
    .small = "--items 8 --size 14 --cutoff 4",
    .options = fib_options,
    .shared_bytes = fib_bytes,
    .setup = fib_setup,
    .item = fib_item,
    .check = fib_check,
};
