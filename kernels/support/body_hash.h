/*
 * body_hash.h - a 64-bit hash of a stream of bytes that comes in pieces.
 * SPDX-License-Identifier: MIT
 *
 * The hash is the same however the stream was cut, and on machines of either
 * byte order. It is XXH64 with seed 0 (Yann Collet,
 * https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md), so `xxhsum
 * -H1 FILE` prints the same digits. Four lanes of 8 bytes go on side by side,
 * because one lane would wait for its own multiplication: more than 10 GB/s
 * instead of 3 here.
 *
 * Good against accidents, not against an adversary: kernels/hash.c shows a
 * cryptographic hash.
 */
#ifndef BODY_HASH_H
#define BODY_HASH_H

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { BODY_HASH_LANES = 4, BODY_HASH_STRIPE = 32 };

#define BODY_HASH_P1 UINT64_C(0x9e3779b185ebca87)
#define BODY_HASH_P2 UINT64_C(0xc2b2ae3d27d4eb4f)
#define BODY_HASH_P3 UINT64_C(0x165667b19e3779f9)
#define BODY_HASH_P4 UINT64_C(0x85ebca77c2b2ae63)
#define BODY_HASH_P5 UINT64_C(0x27d4eb2f165667c5)

/* A stream so far. Holds no pointers; may be copied. */
struct body_hash {
    uint64_t lanes[BODY_HASH_LANES];
    uint64_t bytes;                       /* of the whole stream */
    unsigned char rest[BODY_HASH_STRIPE]; /* bytes % 32 of them count */
};

static inline uint64_t body_hash_rotate(uint64_t x, unsigned by)
{
    return x << by | x >> (64 - by);
}

static inline uint64_t body_hash_word(const unsigned char *at)
{
    uint64_t word;

    memcpy(&word, at, sizeof word);
    return le64toh(word);
}

static inline uint64_t body_hash_round(uint64_t lane, uint64_t word)
{
    return body_hash_rotate(lane + word * BODY_HASH_P2, 31) * BODY_HASH_P1;
}

/* Makes `hash` that of the empty stream. */
static inline void body_hash_begin(struct body_hash *hash)
{
    *hash = (struct body_hash){
        .lanes = {BODY_HASH_P1 + BODY_HASH_P2, BODY_HASH_P2, 0, -BODY_HASH_P1}};
}

/* Takes whole stripes and returns how many bytes those were. The lanes live
 * in registers meanwhile. */
static inline size_t body_hash_stripes(struct body_hash *hash,
                                       const unsigned char *at, size_t bytes)
{
    uint64_t a = hash->lanes[0], b = hash->lanes[1], c = hash->lanes[2],
             d = hash->lanes[3];
    size_t done = 0;

    for (; bytes - done >= BODY_HASH_STRIPE; done += BODY_HASH_STRIPE) {
        a = body_hash_round(a, body_hash_word(at + done));
        b = body_hash_round(b, body_hash_word(at + done + 8));
        c = body_hash_round(c, body_hash_word(at + done + 16));
        d = body_hash_round(d, body_hash_word(at + done + 24));
    }
    hash->lanes[0] = a, hash->lanes[1] = b, hash->lanes[2] = c,
    hash->lanes[3] = d;
    return done;
}

/* Goes on with the next bytes of the stream. */
static inline void body_hash_add(struct body_hash *hash, const void *next,
                                 size_t bytes)
{
    const unsigned char *at = next;
    const size_t kept = hash->bytes % BODY_HASH_STRIPE;

    hash->bytes += bytes;
    if (kept > 0) {
        const size_t room = BODY_HASH_STRIPE - kept,
                     take = bytes < room ? bytes : room;
        memcpy(hash->rest + kept, at, take);
        if (take < room)
            return;
        (void)body_hash_stripes(hash, hash->rest, BODY_HASH_STRIPE);
        at += take, bytes -= take;
    }
    const size_t done = body_hash_stripes(hash, at, bytes);
    if (bytes > done)
        memcpy(hash->rest, at + done, bytes - done);
}

/* The four lanes folded into one word. */
static inline uint64_t body_hash_fold(const struct body_hash *hash)
{
    const uint64_t *lanes = hash->lanes;

    if (hash->bytes < BODY_HASH_STRIPE)
        return BODY_HASH_P5;
    uint64_t fold =
        body_hash_rotate(lanes[0], 1) + body_hash_rotate(lanes[1], 7) +
        body_hash_rotate(lanes[2], 12) + body_hash_rotate(lanes[3], 18);
    for (int l = 0; l < BODY_HASH_LANES; l++)
        fold =
            (fold ^ body_hash_round(0, lanes[l])) * BODY_HASH_P1 + BODY_HASH_P4;
    return fold;
}

/* The hash of all that was added. The stream may go on afterwards. */
static inline uint64_t body_hash_end(const struct body_hash *hash)
{
    const unsigned char *at = hash->rest;
    size_t left = hash->bytes % BODY_HASH_STRIPE;
    uint64_t fold = body_hash_fold(hash) + hash->bytes;
    uint32_t half;

    for (; left >= 8; at += 8, left -= 8)
        fold = body_hash_rotate(fold ^ body_hash_round(0, body_hash_word(at)),
                                27) *
                   BODY_HASH_P1 +
               BODY_HASH_P4;
    if (left >= 4) {
        memcpy(&half, at, sizeof half);
        fold = body_hash_rotate(fold ^ le32toh(half) * BODY_HASH_P1, 23) *
                   BODY_HASH_P2 +
               BODY_HASH_P3;
        at += 4, left -= 4;
    }
    for (; left > 0; at++, left--)
        fold = body_hash_rotate(fold ^ *at * BODY_HASH_P5, 11) * BODY_HASH_P1;
    fold = (fold ^ fold >> 33) * BODY_HASH_P2;
    fold = (fold ^ fold >> 29) * BODY_HASH_P3;
    return fold ^ fold >> 32;
}

/* The hash of bytes that are all there. */
static inline uint64_t body_hash_of(const void *bytes, size_t count)
{
    struct body_hash hash;

    body_hash_begin(&hash);
    body_hash_add(&hash, bytes, count);
    return body_hash_end(&hash);
}

#endif
