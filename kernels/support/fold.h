/*
 * fold.h - many bytes folded into one 64-bit answer.
 * SPDX-License-Identifier: MIT
 *
 * The order of the bytes counts, and machines of either byte order agree.
 * Good against accidents, not against an adversary: it is no cryptographic
 * hash (kernels/hash.c shows one).
 */
#ifndef FOLD_H
#define FOLD_H

#include "../kernel.h"

#include <endian.h>
#include <string.h>

/* Goes on folding from `fold`, which is 0 to begin with. */
static inline uint64_t fold_bytes(uint64_t fold, const void *bytes, size_t n)
{
    const unsigned char *at = bytes;
    uint64_t word;

    for (; n >= sizeof word; at += sizeof word, n -= sizeof word) {
        memcpy(&word, at, sizeof word);
        fold = mix64(fold ^ le64toh(word));
    }
    if (n > 0) {
        word = 0;
        memcpy(&word, at, n);
        fold = mix64(fold ^ le64toh(word));
    }
    return fold;
}

#endif
