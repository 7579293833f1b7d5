/*
 * hash.c - SHA-256 of one block of memory (Fluent Python, chapter 17).
 *
 * Teaches: computation inside a library. Every item reads the same block, so
 * it comes out of the cache and the processor alone is the limit.
 * Look for: a straight line for threads and processes alike. CPython's
 * hashlib lets go of the interpreter lock for blocks above 2 KiB; the `gil`
 * strategy here does not, and stays flat.
 * Left out: reading the data from somewhere; kernel `files` is about that.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernel.h"

#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

enum {
    CHUNK = 16384, /* bytes between two checkpoints: about 10 us */
    SAMPLES = 16   /* items that the check computes again, at most */
};

static size_t hash_bytes(const struct run *run)
{
    return run->size;
}

/* Fills the block from the seed, eight bytes at a time. */
static int hash_setup(const struct run *run)
{
    unsigned char *block = run->shared;

    for (size_t at = 0; at < run->size; at += sizeof(uint64_t)) {
        const uint64_t word = htole64(random_at(run->seed, at));
        const size_t left = run->size - at;

        memcpy(block + at, &word, left < sizeof word ? left : sizeof word);
    }
    return 0;
}

/* The item's number stands in front of the block: no two items are equal. */
static bool hash_feed(EVP_MD_CTX *context, const struct run *run, uint64_t i)
{
    const unsigned char *block = run->shared;
    const uint64_t number = htole64(i);

    if (!EVP_DigestInit_ex(context, EVP_sha256(), NULL) ||
        !EVP_DigestUpdate(context, &number, sizeof number))
        return false;
    for (size_t at = 0; at < run->size; at += CHUNK) {
        const size_t left = run->size - at;

        if (!EVP_DigestUpdate(context, block + at, left < CHUNK ? left : CHUNK))
            return false;
        checkpoint();
    }
    return true;
}

/* The answer is the first eight bytes of a digest. */
static uint64_t hash_answer(const unsigned char *digest)
{
    uint64_t word;

    memcpy(&word, digest, sizeof word);
    return le64toh(word);
}

static int hash_item(const struct run *run, uint64_t i, uint64_t *answer)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    EVP_MD_CTX *context = EVP_MD_CTX_new();

    if (context == NULL)
        return -ENOMEM;
    const bool fine =
        hash_feed(context, run, i) && EVP_DigestFinal_ex(context, digest, NULL);
    EVP_MD_CTX_free(context);
    if (!fine)
        return -EIO;
    *answer = hash_answer(digest);
    return 0;
}

/* Whether SHA256() gives the value that FIPS 180-4 prints for "abc". */
static bool hash_known_answer(void)
{
    static const unsigned char right[SHA256_DIGEST_LENGTH] = {
        0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40,
        0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17,
        0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad};
    unsigned char digest[SHA256_DIGEST_LENGTH];

    SHA256((const unsigned char *)"abc", 3, digest);
    return memcmp(digest, right, sizeof right) == 0;
}

/* Trusts SHA256() once it has passed the known answer; then computes some
 * items again with it, in one call over a copy that lies in one piece. */
static bool hash_check(const struct run *run, struct verdict *verdict)
{
    const uint64_t stride = (run->items + SAMPLES - 1) / SAMPLES;
    unsigned char digest[SHA256_DIGEST_LENGTH];
    bool right = false;
    unsigned char *copy = malloc(sizeof(uint64_t) + run->size);

    if (copy == NULL) {
        verdict_say(verdict, "no memory for the check");
        return false;
    }
    if (!hash_known_answer()) {
        verdict_say(verdict, "this SHA-256 fails its known answer");
        goto out;
    }
    memcpy(copy + sizeof(uint64_t), run->shared, run->size);
    for (uint64_t i = 0; i < run->items; i += stride) {
        const uint64_t number = htole64(i);

        memcpy(copy, &number, sizeof number);
        SHA256(copy, sizeof number + run->size, digest);
        if (run->answers[i] != hash_answer(digest)) {
            verdict_say(verdict, "item %" PRIu64 ": wrong digest", i);
            goto out;
        }
    }
    right = true;
out:
    free(copy);
    return right;
}

KERNEL(hash) = {
    .summary = "SHA-256 of a block of memory",
    .item_is = "the SHA-256 digest of one block",
    .size_is = "bytes in a block",
    .bound = BOUND_CPU,
    .items = 640,
    .size = 1 << 20,
    .most_items = 1 << 24,
    .most_size = 1 << 30,
    .quick = "--items 96",
    .small = "--items 16 --size 20000",
    .shared_bytes = hash_bytes,
    .setup = hash_setup,
    .item = hash_item,
    .check = hash_check,
};
