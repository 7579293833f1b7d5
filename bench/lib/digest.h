/*
 * digest.h - the tally of a worker: what it ran, and what came out.
 * SPDX-License-Identifier: MIT
 *
 * Every worker adds its items to a tally of its own; afterwards the tallies
 * are added up. All four sums are independent of order and of who ran what,
 * so every strategy must arrive at the same ones:
 *   ran     how many items
 *   places  sum of the item numbers, to name one missing or doubled item
 *   ledger  sum of a strong mix of (round, item): equals the expected sum
 *           only if every item ran exactly once in every round
 *   digest  sum of a strong mix of (round, item, answer)
 * Teaches: verification that costs a few nanoseconds an item and needs no
 * lock, because nothing is shared until the end.
 */
#ifndef DIGEST_H
#define DIGEST_H

#include "../../kernels/kernel.h"

struct tally {
    alignas(128) _Atomic uint64_t ran; /* read by the progress bar */
    uint64_t places, ledger, digest;
    uint64_t busy_ns; /* processor time between worker_enter and _leave */
    uint64_t failed;  /* how many items returned an error */
    uint64_t failed_item;
    int64_t failed_error; /* errno of the first one */
};

/* Adds one item. One thread at a time for one tally. */
void tally_add(struct tally *tally, uint64_t round, uint64_t i,
               uint64_t answer);
/* Notes that an item failed with errno `error`. It counts as run. */
void tally_fail(struct tally *tally, uint64_t round, uint64_t i, int error);
/* Adds `from` to `into`. */
void tally_merge(struct tally *into, const struct tally *from);
/* The sums that a right run of this many items and rounds has; digest and
 * the failure fields stay 0. Takes about 2 ns an item. */
struct tally tally_expected(uint64_t items, uint64_t rounds);

/* A digest is written as 16 lower-case hex digits. parse wants exactly
 * that, in either case; returns false otherwise. */
enum { DIGEST_TEXT = 17 };
void digest_format(uint64_t digest, char text[DIGEST_TEXT]);
bool digest_parse(const char *text, uint64_t *digest);

#endif
