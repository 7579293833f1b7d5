/*
 * payload.c - an item is given some bytes, reads them, and gives them back
 * changed.
 *
 * Teaches: between threads an argument is a pointer. Between processes that
 * share nothing it is bytes: written, copied into the system, copied out of
 * it, and the result goes the same way back. With `--memory shared` all know
 * where the bytes lie, and only an item's number travels; the price is that
 * nobody but the program's own care keeps two of them off the same bytes.
 * Look for: `process_pool` against `pool` from --size 10 to 100000000. At
 * ten bytes it is the round trip that costs, from 100 kB on the copies. Then
 * `process_pool` with either memory.
 * Left out: data with pointers in it, which would have to be flattened first
 * (pickled, as Python says), and costs more than these copies.
 * All strategies but `process_pool` share memory whatever the option says.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernel.h"
#include "support/body_hash.h"

#include <inttypes.h>

enum {
    APART = 64,           /* parcels share no cache line */
    STRETCH = 16 << 10,   /* bytes between two checkpoints: a few us */
    BATCH = 64 << 20,     /* bytes in a round, unless --items says */
    VOLUME = 1 << 30,     /* bytes in all rounds, unless --rounds says */
    MOST_BYTES = 1 << 30, /* for all parcels */
    LEAST_ITEMS = 4,
    MOST_ITEMS = 4096, /* unless --items says */
    MOST_ROUNDS = 32,  /* unless --rounds says */
    MOST_SIZE = 1 << 27,
};

static const struct option_spec payload_options[] = {
    {.name = "memory",
     .argument = "WHOSE",
     .kind = OPTION_CHOICE,
     .fallback = "private",
     .choices = "private shared",
     .help = "whether a pool of processes has to send the bytes there and "
             "back, or all change them in place"},
    {.name = NULL},
};

static bool payload_shared(const struct run *run)
{
    return option_number(run, "memory") == 1;
}

static size_t payload_stride(const struct run *run)
{
    return (run->size + APART - 1) / APART * APART;
}

static uint64_t between(uint64_t least, uint64_t wanted, uint64_t most)
{
    return wanted < least ? least : wanted > most ? most : wanted;
}

/* Small ones many times, large ones a few times. */
static const char *payload_configure(struct run *run)
{
    if (!option_given(run, "items"))
        run->items = between(LEAST_ITEMS, BATCH / run->size, MOST_ITEMS);
    if (!option_given(run, "rounds"))
        run->rounds =
            between(1, VOLUME / (run->items * run->size), MOST_ROUNDS);
    return run->items > MOST_BYTES / payload_stride(run)
               ? "--items times --size: more than a gibibyte"
               : NULL;
}

static size_t payload_bytes(const struct run *run)
{
    return run->items * payload_stride(run);
}

static unsigned char *payload_home(const struct run *run, uint64_t i)
{
    return (unsigned char *)run->shared + i * payload_stride(run);
}

static struct parcel payload_parcel(const struct run *run, uint64_t i)
{
    return payload_shared(run)
               ? (struct parcel){0}
               : (struct parcel){payload_home(run, i), run->size};
}

/* -------------------------------------------------------- what is in them */

static size_t stretch_at(const struct run *run, uint64_t at)
{
    return run->size - at < STRETCH ? run->size - at : STRETCH;
}

/* Turns every bit. */
static void invert(unsigned char *bytes, size_t count)
{
    uint64_t word;
    size_t at = 0;

    for (; at + sizeof word <= count; at += sizeof word) {
        memcpy(&word, bytes + at, sizeof word);
        word = ~word;
        memcpy(bytes + at, &word, sizeof word);
    }
    for (; at < count; at++)
        bytes[at] = (unsigned char)~bytes[at];
}

/* What stands in a stretch of item i before the first round. */
static void original(const struct run *run, uint64_t i, uint64_t at,
                     unsigned char *bytes, size_t count)
{
    for (size_t b = 0; b < count; b += sizeof(uint64_t)) {
        const uint64_t word = htole64(random_at(run->seed + i, at + b));
        const size_t left = count - b;

        memcpy(bytes + b, &word, left < sizeof word ? left : sizeof word);
    }
}

static int payload_setup(const struct run *run)
{
    for (uint64_t i = 0; i < run->items; i++)
        original(run, i, 0, payload_home(run, i), run->size);
    return 0;
}

/* ---------------------------------------------------------------- an item */

static int payload_item(const struct run *run, uint64_t i, uint64_t *answer)
{
    const struct parcel parcel = item_parcel(run, i);
    unsigned char *bytes =
        parcel.bytes != NULL ? parcel.bytes : payload_home(run, i);
    struct body_hash hash;

    body_hash_begin(&hash);
    for (uint64_t at = 0; at < run->size; at += STRETCH) {
        const size_t count = stretch_at(run, at);

        body_hash_add(&hash, bytes + at, count);
        invert(bytes + at, count);
        checkpoint();
    }
    *answer = body_hash_end(&hash);
    return 0;
}

/* ------------------------------------------------------------- the check */

/* Whether a stretch was changed in every round; adds to `hash` what it was
 * in the last one. */
static bool stretch_right(const struct run *run, uint64_t i, uint64_t at,
                          struct body_hash *hash)
{
    unsigned char bytes[STRETCH];
    const size_t count = stretch_at(run, at);

    original(run, i, at, bytes, count);
    if (run->rounds % 2 == 0)
        invert(bytes, count);
    body_hash_add(hash, bytes, count);
    invert(bytes, count);
    return memcmp(bytes, payload_home(run, i) + at, count) == 0;
}

static bool payload_right(const struct run *run, uint64_t i,
                          struct verdict *verdict)
{
    struct body_hash hash;

    body_hash_begin(&hash);
    for (uint64_t at = 0; at < run->size; at += STRETCH)
        if (!stretch_right(run, i, at, &hash)) {
            verdict_say(verdict,
                        "item %" PRIu64 ": its bytes did not come back", i);
            return false;
        }
    if (run->answers[i] == body_hash_end(&hash))
        return true;
    verdict_say(verdict, "item %" PRIu64 " was given other bytes", i);
    return false;
}

static bool payload_check(const struct run *run, struct verdict *verdict)
{
    for (uint64_t i = 0; i < run->items; i++)
        if (!payload_right(run, i, verdict))
            return false;
    verdict_figure(verdict, "payload_bytes",
                   run->items * run->size * run->rounds);
    return true;
}

KERNEL(payload) = {
    .summary = "bytes that every item is given and gives back changed",
    .item_is = "some bytes, read and changed",
    .size_is = "bytes that an item is given, and gives back",
    .rounds_is = "all the bytes once more",
    .bound = BOUND_MEMORY,
    .items = 64,
    .size = 1 << 20,
    .rounds = 16,
    .most_items = 1 << 24,
    .most_size = MOST_SIZE,
    .small = "--items 8 --size 3001 --rounds 3",
    .options = payload_options,
    .configure = payload_configure,
    .shared_bytes = payload_bytes,
    .setup = payload_setup,
    .item = payload_item,
    .parcel = payload_parcel,
    .check = payload_check,
};
