/*
 * plaintext.h - the bytes that an item has encrypted, and what must come out.
 * SPDX-License-Identifier: MIT
 *
 * All of it follows from run->seed and the item's number: run->size bytes, a
 * key for AES-128 in counter mode, the counter's first value. Any worker may
 * call these.
 */
#ifndef PLAINTEXT_H
#define PLAINTEXT_H

#include "../kernel.h"

enum {
    PLAINTEXT_CHUNK = 16384, /* bytes in hand at a time */
    PLAINTEXT_SECRET = 32,   /* a key, and behind it the counter */
};

/* The bytes of item i from `offset`, a multiple of the chunk, on. How many:
 * a chunk, or what is left. */
size_t plaintext_chunk(const struct run *run, uint64_t i, uint64_t offset,
                       unsigned char chunk[PLAINTEXT_CHUNK]);

void plaintext_secret(const struct run *run, uint64_t i,
                      unsigned char secret[PLAINTEXT_SECRET]);

/* Encrypts in this process, by libcrypto. The fold of the cipher text, and
 * that of its SHA-256. False when libcrypto refuses. */
bool plaintext_expected(const struct run *run, uint64_t i, uint64_t *text,
                        uint64_t *digest);

/* The fold of the SHA-256 of no bytes at all. */
uint64_t plaintext_nothing(void);

#endif
