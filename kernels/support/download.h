/*
 * download.h - one flag of the kernel fetch: what is asked for, what can
 * become of it, and what must.
 * SPDX-License-Identifier: MIT
 *
 * Apart from the kernel, so that other HTTP clients (bench/peers) can do the
 * same work and give the same answers. All functions may be called by any
 * worker, each for items of its own.
 */
#ifndef DOWNLOAD_H
#define DOWNLOAD_H

#include "fate.h"
#include "origin_client.h"

enum outcome {
    CAME,
    NOT_FOUND,   /* 404 */
    UNAVAILABLE, /* 503; at the end: at every attempt */
    STALLED,     /* nothing until the deadline */
    MALFORMED,   /* not HTTP */
    ENDLESS,     /* longer than it may be */
    CUT,         /* ended too early */
    OUTCOMES,
};

/* What has become of an item. */
struct result {
    uint64_t ns; /* how long the last attempt took */
    uint8_t outcome, attempts;
};

/* What lies in run->shared. */
struct downloads {
    struct origin origin;
    /* What the options say, which takes a while to look up. */
    uint64_t timeout_ns, backoff_ns, retries;
    bool kept;
    struct result results[]; /* one an item */
};

/* "came", "were not found": words behind a number. */
const char *outcome_words(enum outcome outcome);

/* Notes in run->shared what the options say. */
void download_prepare(const struct run *run);

/* What the options say about the fates of requests. */
struct fates download_fates(const struct run *run);

/* The flag that item i asks for, and the longest body it takes for it. */
const struct origin_file *download_file(const struct run *run, uint64_t i);
uint64_t download_most_bytes(const struct run *run, uint64_t i);

/* The request of one attempt, which begins now. */
struct origin_request download_request(const struct run *run, uint64_t i,
                                       unsigned attempt);

/* What an attempt has come to: `error` as of http_exchange(), and the status
 * when it is 0. 0; or -errno for what is no peer's fault and fails the run. */
int download_outcome(int error, unsigned status, enum outcome *outcome);

/* Whether to try again after this attempt, and after which pause. */
bool download_again(const struct run *run, enum outcome outcome,
                    unsigned attempt, uint64_t *pause_ns);

/* Keeps the result and returns the item's answer, which tells which flag it
 * was, what became of it, after how many attempts, and the body's hash. */
uint64_t download_book(const struct run *run, uint64_t i, struct result result,
                       uint64_t hash);

/* What must become of item i, and the answer that it must have. */
struct result download_expected(const struct run *run,
                                const struct fates *fates, uint64_t i);
uint64_t download_answer(const struct run *run, uint64_t i,
                         struct result result, uint64_t hash);

#endif
