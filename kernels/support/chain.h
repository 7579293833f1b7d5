/*
 * chain.h - two openssl children, the first one's output the second's input.
 * SPDX-License-Identifier: MIT
 *
 * `openssl enc` encrypts what it is fed, `openssl dgst` prints the SHA-256 of
 * that. Fill in the first part of a struct chain, start it, feed
 * chain->feed[1] and close that, read chain->result[0], finish. Whatever
 * comes of it, call chain_end: afterwards nothing of a chain is left. All
 * waiting ends at the deadline, with -ETIMEDOUT.
 */
#ifndef CHAIN_H
#define CHAIN_H

#include "child.h"

enum {
    CHAIN_BLOCK = 16,    /* bytes of a key of AES-128, and of its counter */
    CHAIN_DIGEST = 32,   /* bytes that come out of SHA-256 */
    CHAIN_CHUNK = 16384, /* bytes in hand at a time; a stack may be small */
};

/* What can be done wrong with pipes, and is, when asked for. */
enum chain_mistake {
    CHAIN_RIGHT,
    CHAIN_KEEPS_OPEN,  /* this program keeps between[1]: it never ends */
    CHAIN_READS_TOO,   /* it keeps between[0], and may read what is not its */
    CHAIN_WAITS_FIRST, /* one child alone, whose output is result[0] */
};

struct chain {
    const char *program; /* where openssl is */
    const cpu_set_t *cores;
    const unsigned char *secret; /* a key, behind it a counter's first value */
    uint64_t deadline_ns;
    enum chain_mistake mistake;
    bool staged; /* the second starts when the first is done */
    bool hangs;  /* the first child never reads what it is fed */
    bool deaf;   /* and SIGTERM does not reach it */

    pid_t cipher, digest; /* 0: not there */
    int feed[2], between[2], result[2], lifeline[2];
    int file; /* staged: what the first has printed; else -1 */
};

/* Makes the pipes and starts the children. 0 or -errno. */
int chain_start(struct chain *chain);

/* Staged: waits for the first child, then starts the second and feeds it what
 * the first has left in the file. 0 or -errno. */
int chain_pass_on(struct chain *chain);

/* Reads until the end and folds what has come. How many bytes, or -errno. */
int64_t chain_read(const struct chain *chain, int fd, uint64_t *fold);

/* Folds what is in the file. How many bytes, or -errno. */
int64_t chain_read_file(const struct chain *chain, uint64_t *fold);

/* Waits for both. -EIO unless both exited with status 0: to start a program
 * that does not work is quick, too. */
int chain_finish(struct chain *chain);

/* Closes and reaps what there still is of it: SIGTERM, `grace_ns` later
 * SIGKILL. Returns the signal that ended the first child; 0 when that ended
 * by itself. */
int chain_end(struct chain *chain, uint64_t grace_ns);

#endif
