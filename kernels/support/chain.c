/*
 * chain.c - two openssl children, the first one's output the second's input.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: who holds which end of a pipe decides whether it ever ends. Each
 * child has the ends that it needs and no other; this program gives up its
 * copies as soon as the children have theirs.
 * Look for: what each of the mistakes leaves open.
 * Left out: chains of more than two.
 */
#include "chain.h"
#include "fold.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

/* ------------------------------------------------------------- starting */

static void to_hex(const unsigned char *bytes, size_t count, char *text)
{
    for (size_t b = 0; b < count; b++) {
        *text++ = "0123456789abcdef"[bytes[b] >> 4];
        *text++ = "0123456789abcdef"[bytes[b] & 15];
    }
    *text = '\0';
}

/* A child that hangs reads from the lifeline, which nobody writes, and only
 * holds the pipe that it is fed through. This program holds the lifeline's
 * other end: should it be killed, the child reads its end, and is gone. */
static int start_cipher(struct chain *chain, int output)
{
    char key[2 * CHAIN_BLOCK + 1], counter[2 * CHAIN_BLOCK + 1];
    const char *const arguments[] = {"openssl", "enc", "-aes-128-ctr", "-K",
                                     key,       "-iv", counter,        NULL};
    const struct child_plan plan = {
        .path = chain->program,
        .arguments = arguments,
        .input = chain->hangs ? chain->lifeline[0] : chain->feed[0],
        .output = output,
        .held = chain->hangs ? chain->feed[0] : -1,
        .deaf = chain->deaf,
        .cores = chain->cores,
    };

    to_hex(chain->secret, CHAIN_BLOCK, key);
    to_hex(chain->secret + CHAIN_BLOCK, CHAIN_BLOCK, counter);
    return child_start(&plan, &chain->cipher);
}

static int start_digest(struct chain *chain)
{
    static const char *const arguments[] = {"openssl", "dgst", "-sha256",
                                            "-binary", NULL};
    const struct child_plan plan = {
        .path = chain->program,
        .arguments = arguments,
        .input = chain->between[0],
        .output = chain->result[1],
        .held = -1,
        .cores = chain->cores,
    };

    return child_start(&plan, &chain->digest);
}

static int start_children(struct chain *chain)
{
    if (chain->staged)
        return start_cipher(chain, chain->file);
    if (chain->mistake == CHAIN_WAITS_FIRST)
        return start_cipher(chain, chain->result[1]);

    const int error = start_cipher(chain, chain->between[1]);

    return error != 0 ? error : start_digest(chain);
}

static int make_pipes(struct chain *chain)
{
    int error = child_pipe(chain->feed);

    if (error == 0)
        error = child_pipe(chain->result);
    if (error == 0 && chain->staged)
        error = child_file(&chain->file);
    else if (error == 0 && chain->mistake != CHAIN_WAITS_FIRST)
        error = child_pipe(chain->between);
    if (error == 0 && chain->hangs)
        error = child_pipe(chain->lifeline);
    return error;
}

/* The same end of a pipe, opened once more. A mere copy would share its
 * O_NONBLOCK flag with the child, which reckons with no -EAGAIN. */
static int reopen(int fd)
{
    char path[40];

    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return open(path, O_RDONLY | O_CLOEXEC);
}

int chain_start(struct chain *chain)
{
    int again = -1;

    chain->cipher = chain->digest = 0;
    chain->file = -1;
    for (int end = 0; end < 2; end++)
        chain->feed[end] = chain->between[end] = chain->result[end] =
            chain->lifeline[end] = -1;

    int error = make_pipes(chain);

    if (error == 0)
        error = start_children(chain);
    if (error == 0 && chain->mistake == CHAIN_READS_TOO)
        again = reopen(chain->between[0]);
    /* The children's own. */
    child_close(&chain->feed[0]);
    child_close(&chain->lifeline[0]);
    if (!chain->staged)
        child_close(&chain->result[1]);
    child_close(&chain->between[0]);
    if (chain->mistake != CHAIN_KEEPS_OPEN)
        child_close(&chain->between[1]);
    chain->between[0] = again;
    return error;
}

/* -------------------------------------------------------------- reading */

int64_t chain_read(const struct chain *chain, int fd, uint64_t *fold)
{
    unsigned char chunk[CHAIN_CHUNK];
    int64_t all = 0, n;

    *fold = 0;
    do {
        n = child_read(fd, chunk, sizeof chunk, chain->deadline_ns);
        if (n < 0)
            return n;
        *fold = fold_bytes(*fold, chunk, (size_t)n);
        all += n;
    } while (n == CHAIN_CHUNK);
    return all;
}

/* --------------------------------------------------------------- ending */

static int finish_one(const struct chain *chain, pid_t *child)
{
    int status = 0;
    const int error =
        *child > 0 ? child_wait(child, &status, chain->deadline_ns) : 0;

    return error == 0 && status != 0 ? -EIO : error;
}

int chain_finish(struct chain *chain)
{
    const int error = finish_one(chain, &chain->cipher);

    return error != 0 ? error : finish_one(chain, &chain->digest);
}

/* -------------------------------------------------------- through a file */

/* The next bytes of the file, from `at`; 0 at its end. Reading it by offset
 * leaves the place alone at which the child's copy stands. */
static int64_t next_of_file(const struct chain *chain, int64_t at,
                            unsigned char chunk[CHAIN_CHUNK])
{
    return await_read_all(chain->file, chunk, CHAIN_CHUNK, at);
}

int64_t chain_read_file(const struct chain *chain, uint64_t *fold)
{
    unsigned char chunk[CHAIN_CHUNK];
    int64_t at = 0, n;

    *fold = 0;
    while ((n = next_of_file(chain, at, chunk)) > 0) {
        *fold = fold_bytes(*fold, chunk, (size_t)n);
        at += n;
    }
    return n < 0 ? n : at;
}

static int feed_file(struct chain *chain)
{
    unsigned char chunk[CHAIN_CHUNK];
    int64_t at = 0, n;
    int error = 0;

    while (error == 0 && (n = next_of_file(chain, at, chunk)) != 0) {
        error = n < 0 ? (int)n
                      : child_feed(chain->between[1], chunk, (size_t)n,
                                   chain->deadline_ns);
        at += n;
    }
    child_close(&chain->between[1]);
    return error;
}

int chain_pass_on(struct chain *chain)
{
    int error = finish_one(chain, &chain->cipher);

    if (error == 0)
        error = child_pipe(chain->between);
    if (error == 0)
        error = start_digest(chain);
    child_close(&chain->between[0]);
    child_close(&chain->result[1]);
    return error != 0 ? error : feed_file(chain);
}

/* Signals before it closes: a pipe that ends would end a child, too, and
 * the signal would have come too late to be seen in its status. */
int chain_end(struct chain *chain, uint64_t grace_ns)
{
    int first = 0, second = 0;

    child_ask_to_end(chain->cipher);
    child_ask_to_end(chain->digest);

    const uint64_t patience_ns = now_ns() + grace_ns;

    child_end(&chain->cipher, &first, patience_ns);
    child_end(&chain->digest, &second, patience_ns);
    for (int end = 0; end < 2; end++) {
        child_close(&chain->feed[end]);
        child_close(&chain->between[end]);
        child_close(&chain->result[end]);
        child_close(&chain->lifeline[end]);
    }
    child_close(&chain->file);
    return WIFSIGNALED(first) ? WTERMSIG(first) : 0;
}
