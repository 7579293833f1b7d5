/*
 * digest.c - the tally of a worker: what it ran, and what came out.
 * SPDX-License-Identifier: MIT
 */
#include "digest.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static uint64_t place_mix(uint64_t round, uint64_t i)
{
    return mix64(mix64(round) ^ i);
}

/* The count has one writer; an atomic store without a locked instruction is
 * enough for the progress bar to read it. */
static void count(struct tally *tally, uint64_t n)
{
    uint64_t ran = atomic_load_explicit(&tally->ran, memory_order_relaxed);
    atomic_store_explicit(&tally->ran, ran + n, memory_order_relaxed);
}

void tally_add(struct tally *tally, uint64_t round, uint64_t i, uint64_t answer)
{
    uint64_t place = place_mix(round, i);
    tally->places += i;
    tally->ledger += place;
    tally->digest += mix64(place ^ answer);
    count(tally, 1);
}

void tally_fail(struct tally *tally, uint64_t round, uint64_t i, int error)
{
    if (tally->failed++ == 0) {
        tally->failed_item = i;
        tally->failed_error = error;
    }
    tally_add(tally, round, i, 0);
}

void tally_merge(struct tally *into, const struct tally *from)
{
    count(into, atomic_load_explicit(&from->ran, memory_order_relaxed));
    into->places += from->places;
    into->ledger += from->ledger;
    into->digest += from->digest;
    into->busy_ns += from->busy_ns;
    if (into->failed == 0) {
        into->failed_item = from->failed_item;
        into->failed_error = from->failed_error;
    }
    into->failed += from->failed;
}

struct tally tally_expected(uint64_t items, uint64_t rounds)
{
    struct tally sum = {.ran = items * rounds};
    for (uint64_t round = 0; round < rounds; round++) {
        for (uint64_t i = 0; i < items; i++) {
            sum.places += i;
            sum.ledger += place_mix(round, i);
        }
    }
    return sum;
}

void digest_format(uint64_t digest, char text[DIGEST_TEXT])
{
    snprintf(text, DIGEST_TEXT, "%016" PRIx64, digest);
}

bool digest_parse(const char *text, uint64_t *digest)
{
    if (strlen(text) != DIGEST_TEXT - 1 ||
        strspn(text, "0123456789abcdefABCDEF") != DIGEST_TEXT - 1)
        return false;
    return sscanf(text, "%16" SCNx64, digest) == 1;
}
