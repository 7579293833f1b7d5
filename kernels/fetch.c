/*
 * fetch.c - download one flag over HTTP (Fluent Python, chapter 17).
 *
 * Teaches: a download is waiting, nearly all of it. Twenty flags one after the
 * other take twenty times as long as one; all at once, by threads, under a
 * global lock or in a single thread, they take as long as one. And what a real
 * client must expect: an answer that says no (404), one that says later (503:
 * asked again after a pause that doubles), one that never comes (given up at
 * a deadline), and one that is broken. Such an item does not fail the run: what
 * became of it is its answer.
 * Look for: elapsed time against items in flight, and the server's own count
 * of requests under way at once beside it. With --connections kept, requests
 * a second beside what the server itself can do.
 * Left out: TLS and names, which make a first connection slower still.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernel.h"
#include "support/body_hash.h"
#include "support/download.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { NS_PER_MS = 1000000, NS_PER_S = 1000000000 };

enum {
    LEAST_SIZE = 2048, /* what the largest drawing takes */
    MOST_SIZE = 16 << 20,
    MOST_RETRIES = 16,
    MOST_BANDWIDTH = 1 << 30,
};

/* How many requests meet a fate of that name: see support/fate.h. */
#define PERCENT(name_, help_)                                                  \
    {                                                                          \
        .name = name_, .argument = "PERCENT", .kind = OPTION_NUMBER,           \
        .fallback = "0", .most = 100, .help = help_                            \
    }

static const struct option_spec fetch_options[] = {
    ORIGIN_DELAY_OPTIONS("25ms"),
    {.name = "bandwidth",
     .argument = "BYTES",
     .kind = OPTION_NUMBER,
     .fallback = "0",
     .most = MOST_BANDWIDTH,
     .help = "so much a second on each connection; 0: no limit"},
    PERCENT("missing", "so many flags are not there (404)"),
    PERCENT("unavailable", "so many attempts meet an overloaded server (503)"),
    PERCENT("stall", "so many flags are never answered"),
    PERCENT("malformed", "so many answers are not HTTP"),
    PERCENT("endless", "so many answers do not end"),
    PERCENT("cut", "so many answers end too early"),
    {.name = "timeout",
     .argument = "TIME",
     .kind = OPTION_DURATION,
     .fallback = "5s",
     .least = NS_PER_MS,
     .help = "an attempt is given up after so long"},
    {.name = "retries",
     .argument = "N",
     .kind = OPTION_NUMBER,
     .fallback = "3",
     .most = MOST_RETRIES,
     .help = "after a 503, try again so many times"},
    {.name = "backoff",
     .argument = "TIME",
     .kind = OPTION_DURATION,
     .fallback = "10ms",
     .help = "wait so long before the second attempt, then twice as long"},
    {.name = "connections",
     .argument = "HOW",
     .kind = OPTION_CHOICE,
     .fallback = "fresh",
     .choices = "fresh kept",
     .help = "one for each request, or kept for the next one"},
    {.name = NULL},
};

/* ----------------------------------------------------------------- set-up */

static const char *fetch_configure(struct run *run)
{
    const struct fates f = download_fates(run);
    const uint64_t bandwidth = option_number(run, "bandwidth");

    if (run->size < LEAST_SIZE)
        return "--size: a flag takes at least 2048 bytes";
    if (f.missing + f.stall + f.malformed + f.endless + f.cut > FATE_WHOLE)
        return "--missing, --stall, --malformed, --endless, --cut: more than "
               "100 percent together";
    if (bandwidth != 0 &&
        run->size * NS_PER_S / bandwidth >= option_number(run, "timeout"))
        return "--bandwidth: a flag would take longer than --timeout";
    return origin_delay_refusal(run);
}

static size_t fetch_shared_bytes(const struct run *run)
{
    return sizeof(struct downloads) + run->items * sizeof(struct result);
}

/* The server is told what is to become of the requests. */
static int fetch_setup(const struct run *run)
{
    struct downloads *downloads = run->shared;
    const struct origin_argument more[] = {
        {"photos", 0},
        {"size", run->size},
        {"bandwidth", option_number(run, "bandwidth")},
        {"missing", option_number(run, "missing")},
        {"unavailable", option_number(run, "unavailable")},
        {"stall", option_number(run, "stall")},
        {"malformed", option_number(run, "malformed")},
        {"endless", option_number(run, "endless")},
        {"cut", option_number(run, "cut")},
        {NULL, 0}};

    download_prepare(run);
    return origin_start(&downloads->origin, run, more);
}

static void fetch_teardown(const struct run *run)
{
    struct downloads *downloads = run->shared;

    origin_stop(&downloads->origin);
}

/* ------------------------------------------------------------------- item */

/* One request: its outcome and the hash of the body, or -errno. */
static int fetch_attempt(const struct run *run, uint64_t i, unsigned attempt,
                         enum outcome *outcome, uint64_t *hash)
{
    const struct downloads *downloads = run->shared;
    const struct origin_request request = download_request(run, i, attempt);
    struct body_hash body;
    struct http_reply reply = {.body = origin_to_hash,
                               .context = &body,
                               .most_bytes = download_most_bytes(run, i)};

    body_hash_begin(&body);

    const int error = origin_exchange(&downloads->origin, &request, &reply);

    *hash = body_hash_end(&body);
    return download_outcome(error, reply.status, outcome);
}

static int fetch_item(const struct run *run, uint64_t i, uint64_t *answer)
{
    enum outcome outcome;
    uint64_t hash, began, pause_ns;
    unsigned attempt = 0;

    for (;; attempt++) {
        began = now_ns();

        const int error = fetch_attempt(run, i, attempt, &outcome, &hash);

        if (error != 0)
            return error;
        if (!download_again(run, outcome, attempt, &pause_ns))
            break;
        await(op_sleep(pause_ns));
    }
    *answer = download_book(run, i,
                            (struct result){.ns = now_ns() - began,
                                            .outcome = (uint8_t)outcome,
                                            .attempts = (uint8_t)(attempt + 1)},
                            hash);
    return 0;
}

/* ------------------------------------------------------------------ check */

/* Compares all items with what must have become of them, and adds up. */
static bool fetch_compare(const struct run *run, uint64_t counts[OUTCOMES],
                          uint64_t *attempts, struct verdict *verdict)
{
    const struct downloads *downloads = run->shared;
    const struct fates fates = download_fates(run);

    for (uint64_t i = 0; i < run->items; i++) {
        const struct result right = download_expected(run, &fates, i);
        const struct result *was = &downloads->results[i];

        counts[right.outcome]++;
        *attempts += right.attempts;
        if (was->outcome != right.outcome || was->attempts != right.attempts) {
            verdict_say(verdict,
                        "flag %" PRIu64 ": '%s' after %d attempts instead of "
                        "'%s' after %d",
                        i, outcome_words(was->outcome), was->attempts,
                        outcome_words(right.outcome), right.attempts);
            return false;
        }
        if (run->answers[i] !=
            download_answer(run, i, right, download_file(run, i)->hash)) {
            verdict_say(verdict, "flag %" PRIu64 " is not what was sent", i);
            return false;
        }
    }
    return true;
}

static int compare_ns(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

/* Adds the median and the 99th percentile of how long the answers took;
 * returns the latter. */
static uint64_t fetch_latencies(const struct run *run, struct verdict *verdict)
{
    const struct downloads *downloads = run->shared;
    uint64_t *ns = calloc(run->items, sizeof *ns), p99 = 0;

    if (ns == NULL)
        return 0;
    for (uint64_t i = 0; i < run->items; i++)
        ns[i] = downloads->results[i].ns;
    qsort(ns, run->items, sizeof *ns, compare_ns);
    p99 = ns[(run->items * 99 - 1) / 100];
    verdict_figure(verdict, "latency_p50_ns", ns[(run->items - 1) / 2]);
    verdict_figure(verdict, "latency_p99_ns", p99);
    free(ns);
    return p99;
}

static uint64_t rate(uint64_t count, uint64_t ns)
{
    return ns == 0 ? 0 : (uint64_t)((double)count * NS_PER_S / (double)ns);
}

/* What came and what did not, in words. */
static size_t say_outcomes(char *text, size_t room,
                           const uint64_t counts[OUTCOMES])
{
    size_t used = 0;

    for (size_t o = 0; o < OUTCOMES && used < room; o++)
        if (o == CAME || counts[o] > 0)
            used += (size_t)snprintf(text + used, room - used,
                                     "%s%" PRIu64 " %s", o == CAME ? "" : ", ",
                                     counts[o], outcome_words((enum outcome)o));
    return used;
}

static void fetch_report(const struct run *run, const uint64_t *counts,
                         const struct origin_stats *stats,
                         struct verdict *verdict)
{
    char outcomes[VERDICT_TEXT];
    const uint64_t per_second = rate(stats->requests, run->wall_ns),
                   limit = rate(stats->requests, stats->cpu_ns);

    verdict_figure(verdict, "came", counts[CAME]);
    verdict_figure(verdict, "not_found", counts[NOT_FOUND]);
    verdict_figure(verdict, "gave_up", counts[UNAVAILABLE]);
    verdict_figure(verdict, "stalled", counts[STALLED]);
    verdict_figure(verdict, "broken",
                   counts[MALFORMED] + counts[ENDLESS] + counts[CUT]);
    verdict_figure(verdict, "requests", stats->requests);
    verdict_figure(verdict, "requests_per_s", per_second);
    verdict_figure(verdict, "peak_requests", stats->peak_requests);
    verdict_figure(verdict, "opened_connections", stats->connections);
    verdict_figure(verdict, "origin_requests_per_cpu_s", limit);

    const uint64_t p99 = fetch_latencies(run, verdict);

    say_outcomes(outcomes, sizeof outcomes, counts);
    verdict_say(verdict,
                "%s; %" PRIu64 " requests, at most %" PRIu64
                " at once; %" PRIu64 "/s, p99 %.1f ms; the server's core could "
                "answer %" PRIu64 "/s",
                outcomes, stats->requests, stats->peak_requests, per_second,
                (double)p99 / NS_PER_MS, limit);
}

static bool fetch_check(const struct run *run, struct verdict *verdict)
{
    const struct downloads *downloads = run->shared;
    struct origin_stats stats;
    uint64_t counts[OUTCOMES] = {0}, attempts = 0;

    if (!fetch_compare(run, counts, &attempts, verdict))
        return false;
    if (origin_ask(&downloads->origin, &stats) != 0) {
        verdict_say(verdict, "the origin server does not answer");
        return false;
    }
    if (stats.requests != attempts * run->rounds) {
        verdict_say(verdict,
                    "the origin server has seen %" PRIu64
                    " requests instead of %" PRIu64,
                    stats.requests, attempts * run->rounds);
        return false;
    }
    fetch_report(run, counts, &stats, verdict);
    return true;
}

/* Every answer takes the latency at least, unless it varies; an attempt that
 * is given up takes its time limit. */
static uint64_t fetch_least_ns(const struct run *run)
{
    const uint64_t latency = origin_least_ns(run);
    const uint64_t timeout = option_number(run, "timeout");

    return latency < timeout ? latency : timeout;
}

KERNEL(fetch) = {
    .summary = "download one flag from a server on this machine",
    .item_is = "one flag",
    .size_is = "bytes of a flag",
    .bound = BOUND_IO,
    .items = 20,
    .size = 8192,
    .most_items = 1 << 24,
    .most_size = MOST_SIZE,
    .most_inflight = 4096,
    .quick = "--items 20 --latency 5ms",
    .small = "--items 14 --latency 1ms --missing 10 --unavailable 20 "
             "--backoff 1ms",
    .options = fetch_options,
    .configure = fetch_configure,
    .shared_bytes = fetch_shared_bytes,
    .setup = fetch_setup,
    .item = fetch_item,
    .check = fetch_check,
    .least_ns = fetch_least_ns,
    .teardown = fetch_teardown,
};
