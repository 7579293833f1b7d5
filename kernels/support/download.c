/*
 * download.c - one flag of the kernel fetch: what is asked for, what can
 * become of it, and what must.
 * SPDX-License-Identifier: MIT
 */
#include "download.h"

#include <errno.h>

/* Bytes of the page that comes with a 404. */
enum { LONGEST_REFUSAL = 4096 };

const char *outcome_words(enum outcome outcome)
{
    static const char *const words[OUTCOMES] = {
        "came",         "were not found", "were given up",  "never came",
        "were no HTTP", "had no end",     "ended too early"};

    return words[outcome];
}

static uint32_t share(const struct run *run, const char *name)
{
    return (uint32_t)option_number(run, name) * (FATE_WHOLE / 100);
}

struct fates download_fates(const struct run *run)
{
    return (struct fates){
        .missing = share(run, "missing"),
        .unavailable = share(run, "unavailable"),
        .stall = share(run, "stall"),
        .malformed = share(run, "malformed"),
        .endless = share(run, "endless"),
        .cut = share(run, "cut"),
    };
}

void download_prepare(const struct run *run)
{
    struct downloads *downloads = run->shared;

    downloads->timeout_ns = option_number(run, "timeout");
    downloads->backoff_ns = option_number(run, "backoff");
    downloads->retries = option_number(run, "retries");
    downloads->kept = option_number(run, "connections") == 1;
}

/* ------------------------------------------------------------- a request */

const struct origin_file *download_file(const struct run *run, uint64_t i)
{
    const struct downloads *downloads = run->shared;

    return &downloads->origin.flag[i % downloads->origin.flags];
}

uint64_t download_most_bytes(const struct run *run, uint64_t i)
{
    const uint64_t bytes = download_file(run, i)->bytes;

    return bytes > LONGEST_REFUSAL ? bytes : LONGEST_REFUSAL;
}

struct origin_request download_request(const struct run *run, uint64_t i,
                                       unsigned attempt)
{
    const struct downloads *downloads = run->shared;

    return (struct origin_request){
        .method = "GET",
        .path = download_file(run, i)->path,
        .item = i,
        .attempt = attempt,
        .kept = downloads->kept,
        .deadline_ns = now_ns() + downloads->timeout_ns,
    };
}

int download_outcome(int error, unsigned status, enum outcome *outcome)
{
    switch (error) {
    case 0:
        *outcome = status == 200   ? CAME
                   : status == 404 ? NOT_FOUND
                                   : UNAVAILABLE;
        return status == 200 || status == 404 || status == 503 ? 0 : -EPROTO;
    case -ETIMEDOUT:
        *outcome = STALLED;
        return 0;
    case -EBADMSG:
        *outcome = MALFORMED;
        return 0;
    case -EMSGSIZE:
        *outcome = ENDLESS;
        return 0;
    case -ECONNRESET:
        *outcome = CUT;
        return 0;
    default:
        return error;
    }
}

bool download_again(const struct run *run, enum outcome outcome,
                    unsigned attempt, uint64_t *pause_ns)
{
    const struct downloads *downloads = run->shared;

    *pause_ns = downloads->backoff_ns << attempt;
    return outcome == UNAVAILABLE && attempt < downloads->retries;
}

/* ------------------------------------------------------------ the answer */

uint64_t download_answer(const struct run *run, uint64_t i,
                         struct result result, uint64_t hash)
{
    const struct downloads *downloads = run->shared;
    const uint64_t words = i % downloads->origin.flags << 16 |
                           (uint64_t)result.attempts << 8 | result.outcome;

    return mix64(mix64(words) ^ (result.outcome == CAME ? hash : 0));
}

uint64_t download_book(const struct run *run, uint64_t i, struct result result,
                       uint64_t hash)
{
    struct downloads *downloads = run->shared;

    downloads->results[i] = result;
    return download_answer(run, i, result, hash);
}

/* What one attempt must come to. An answer that the server holds back for
 * longer than the client waits is one that never comes. */
static enum outcome expected_once(const struct run *run,
                                  const struct fates *fates, uint64_t i,
                                  unsigned attempt)
{
    static const enum outcome of_fate[FATE_COUNT] = {
        [FATE_OK] = CAME,
        [FATE_MISSING] = NOT_FOUND,
        [FATE_UNAVAILABLE] = UNAVAILABLE,
        [FATE_STALL] = STALLED,
        [FATE_MALFORMED] = MALFORMED,
        [FATE_ENDLESS] = ENDLESS,
        [FATE_CUT] = CUT,
    };
    const struct downloads *downloads = run->shared;
    const uint64_t latency =
        fate_latency_ns(option_number(run, "latency"),
                        option_number(run, "p99"), run->seed, i, attempt);

    if (latency >= downloads->timeout_ns)
        return STALLED;
    return of_fate[fate_of(fates, run->seed, i, attempt)];
}

struct result download_expected(const struct run *run,
                                const struct fates *fates, uint64_t i)
{
    enum outcome outcome;
    unsigned attempt = 0;
    uint64_t pause_ns;

    while (outcome = expected_once(run, fates, i, attempt),
           download_again(run, outcome, attempt, &pause_ns))
        attempt++;
    return (struct result){.outcome = (uint8_t)outcome,
                           .attempts = (uint8_t)(attempt + 1)};
}
