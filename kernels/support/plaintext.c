/*
 * plaintext.c - the bytes that an item has encrypted, and what must come out.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: bytes that follow from a number need not be kept. Who feeds them
 * makes them a chunk at a time, and who checks makes them again.
 * Left out: padding. In counter mode the cipher text is as long as the text.
 */
#include "plaintext.h"
#include "fold.h"

#include <endian.h>
#include <openssl/evp.h>
#include <string.h>

enum { DIGEST_BYTES = 32, KEY_BYTES = 16 };

size_t plaintext_chunk(const struct run *run, uint64_t i, uint64_t offset,
                       unsigned char chunk[PLAINTEXT_CHUNK])
{
    const uint64_t series = random_at(run->seed, i);
    const uint64_t rest = run->size - offset;
    const size_t bytes = rest < PLAINTEXT_CHUNK ? rest : PLAINTEXT_CHUNK;

    for (size_t at = 0; at < bytes; at += sizeof(uint64_t)) {
        const uint64_t word = htole64(mix64(series + offset + at));
        const size_t left = bytes - at;

        memcpy(chunk + at, &word, left < sizeof word ? left : sizeof word);
    }
    return bytes;
}

void plaintext_secret(const struct run *run, uint64_t i,
                      unsigned char secret[PLAINTEXT_SECRET])
{
    const uint64_t series = ~random_at(run->seed, i);

    for (size_t at = 0; at < PLAINTEXT_SECRET; at += sizeof(uint64_t)) {
        const uint64_t word = htole64(mix64(series + at));

        memcpy(secret + at, &word, sizeof word);
    }
}

/* ------------------------------------------------------- in this process */

static bool begin(EVP_CIPHER_CTX *cipher, EVP_MD_CTX *digest,
                  const unsigned char *secret)
{
    return EVP_EncryptInit_ex(cipher, EVP_aes_128_ctr(), NULL, secret,
                              secret + KEY_BYTES) == 1 &&
           EVP_DigestInit_ex(digest, EVP_sha256(), NULL) == 1;
}

static bool encrypt(const struct run *run, uint64_t i, EVP_CIPHER_CTX *cipher,
                    EVP_MD_CTX *digest, uint64_t *text)
{
    unsigned char chunk[PLAINTEXT_CHUNK], code[PLAINTEXT_CHUNK];
    int n;

    *text = 0;
    for (uint64_t at = 0; at < run->size; at += PLAINTEXT_CHUNK) {
        const size_t bytes = plaintext_chunk(run, i, at, chunk);

        if (EVP_EncryptUpdate(cipher, code, &n, chunk, (int)bytes) != 1 ||
            EVP_DigestUpdate(digest, code, (size_t)n) != 1)
            return false;
        *text = fold_bytes(*text, code, (size_t)n);
    }
    return true;
}

static bool end(EVP_MD_CTX *digest, uint64_t *fold)
{
    unsigned char result[DIGEST_BYTES];

    if (EVP_DigestFinal_ex(digest, result, NULL) != 1)
        return false;
    *fold = fold_bytes(0, result, sizeof result);
    return true;
}

bool plaintext_expected(const struct run *run, uint64_t i, uint64_t *text,
                        uint64_t *digest)
{
    unsigned char secret[PLAINTEXT_SECRET];
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    EVP_MD_CTX *sum = EVP_MD_CTX_new();

    plaintext_secret(run, i, secret);

    const bool fine = cipher != NULL && sum != NULL &&
                      begin(cipher, sum, secret) &&
                      encrypt(run, i, cipher, sum, text) && end(sum, digest);

    EVP_CIPHER_CTX_free(cipher);
    EVP_MD_CTX_free(sum);
    return fine;
}

uint64_t plaintext_nothing(void)
{
    uint64_t fold = 0;
    EVP_MD_CTX *sum = EVP_MD_CTX_new();

    if (sum != NULL && EVP_DigestInit_ex(sum, EVP_sha256(), NULL) == 1)
        (void)end(sum, &fold);
    EVP_MD_CTX_free(sum);
    return fold;
}
