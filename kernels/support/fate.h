/*
 * fate.h - what becomes of a request to the origin server, agreed beforehand.
 * SPDX-License-Identifier: MIT
 *
 * Server and client compute the same answer from the same seed, so a client
 * knows which of its requests must fail, and how, without asking; and the
 * same ones fail under every strategy, in whatever order they are sent. The
 * number of the item and of the attempt travel in the request's query:
 * GET /flags/cn.png?item=17&attempt=0.
 *
 * All functions are pure: any thread may call them.
 */
#ifndef FATE_H
#define FATE_H

#include "../kernel.h"

#include <math.h>

enum fate {
    FATE_OK,
    FATE_MISSING,     /* 404: this item never comes */
    FATE_UNAVAILABLE, /* 503: another attempt may help */
    FATE_STALL,       /* no answer at all, the connection stays open */
    FATE_MALFORMED,   /* an answer that is not HTTP */
    FATE_ENDLESS,     /* an answer that does not end */
    FATE_CUT,         /* the connection ends in the middle of the body */
    FATE_COUNT,
};

/* How many requests of a thousand meet which fate; at most 1000 for all
 * together. */
struct fates {
    uint32_t missing, unavailable, stall, malformed, endless, cut;
};

enum { FATE_WHOLE = 1000 };

/*
 * The fate of one attempt at one item. All but FATE_UNAVAILABLE depend on
 * seed and item alone, and come first: an item that is missing is so at every
 * attempt. The others are unavailable or not, anew at each attempt.
 */
static inline enum fate fate_of(const struct fates *shares, uint64_t seed,
                                uint64_t item, uint64_t attempt)
{
    const struct {
        uint32_t share;
        enum fate fate;
    } lasting[] = {{shares->missing, FATE_MISSING},
                   {shares->stall, FATE_STALL},
                   {shares->malformed, FATE_MALFORMED},
                   {shares->endless, FATE_ENDLESS},
                   {shares->cut, FATE_CUT}};
    const uint64_t series = random_at(seed ^ 0x66617465u, item);
    uint64_t dice = series % FATE_WHOLE;

    for (size_t l = 0; l < sizeof lasting / sizeof *lasting; l++) {
        if (dice < lasting[l].share)
            return lasting[l].fate;
        dice -= lasting[l].share;
    }
    return random_at(series, attempt) % FATE_WHOLE < shares->unavailable
               ? FATE_UNAVAILABLE
               : FATE_OK;
}

/* One word for messages and tests; lives as long as the program. */
static inline const char *fate_name(enum fate fate)
{
    static const char *const names[FATE_COUNT] = {
        "ok", "missing", "unavailable", "stall", "malformed", "endless", "cut"};

    return names[fate];
}

/* A number strictly between 0 and 1. */
static inline double fate_fraction(uint64_t random)
{
    return ((double)(random >> 11) + 0.5) * 0x1p-53;
}

/*
 * How long the answer to this attempt is held back, in nanoseconds. With
 * p99_ns at or below median_ns it is the median for all; otherwise it is
 * drawn from the log-normal distribution of which half lies below the median
 * and 99 % below p99_ns: the shape that response times in networks have. The
 * normal deviate is made as in Box, Muller, "A note on the generation of
 * random normal deviates", Annals of Mathematical Statistics 29 (2), 1958.
 */
static inline uint64_t fate_latency_ns(uint64_t median_ns, uint64_t p99_ns,
                                       uint64_t seed, uint64_t item,
                                       uint64_t attempt)
{
    static const double deviate_p99 = 2.3263478740408408, two_pi = 6.2831853072;

    if (median_ns == 0 || p99_ns <= median_ns)
        return median_ns;
    const uint64_t series = random_at(seed ^ 0x6c6f67u, item);
    const double u = fate_fraction(random_at(series, 2 * attempt)),
                 v = fate_fraction(random_at(series, 2 * attempt + 1)),
                 deviate = sqrt(-2 * log(u)) * cos(two_pi * v),
                 spread = log((double)p99_ns / (double)median_ns) / deviate_p99;
    return (uint64_t)((double)median_ns * exp(spread * deviate));
}

#endif
