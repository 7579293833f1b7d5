/*
 * catalogue.h - every answer the origin server gives, made before the first
 * request.
 * SPDX-License-Identifier: MIT
 */
#ifndef ORIGIN_CATALOGUE_H
#define ORIGIN_CATALOGUE_H

#include "options.h"
#include "pictures.h"

/* A status line with header, and a body. Two headers, because a connection
 * that will be closed says so: [0] goes on, [1] closes. */
struct answer {
    unsigned status;
    char *head[2];
    size_t head_bytes[2];
    const void *body;
    size_t body_bytes;
};

/* An image under its name in the path: "cn.png", "0.jpg". */
struct exhibit {
    char name[12];
    struct answer answer;
    uint64_t hash; /* body_hash.h's, of the body */
};

enum { REFUSALS = 6, LETTERS = 26 };

struct catalogue {
    struct exhibit flags[FLAGS], photos[PHOTOS];
    size_t photo_count;
    struct answer index, missing, unavailable;
    struct answer refusals[REFUSALS];
    signed char flag_of_code[LETTERS * LETTERS]; /* -1: none */
};

/* Draws what the options ask for. Takes about 2 ms a flag, 25 ms a photo. */
void catalogue_make(struct catalogue *catalogue, const struct options *options);
void catalogue_free(struct catalogue *catalogue);

/* The image at a path of `bytes` characters, or NULL. */
const struct answer *catalogue_find(const struct catalogue *catalogue,
                                    const char *path, size_t bytes);
/* What is said to a request that is refused with 400, 405, ... */
const struct answer *catalogue_refusal(const struct catalogue *catalogue,
                                       unsigned status);

/* Writes an answer's header; returns its length. `closes`: so does the
 * connection, afterwards. */
size_t answer_head(char *text, size_t room, unsigned status, const char *type,
                   size_t body_bytes, bool closes);

#endif
