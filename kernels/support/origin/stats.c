/*
 * stats.c - what the origin server has counted.
 * SPDX-License-Identifier: MIT
 *
 * Look for: peak_requests against peak_connections. Clients that wait on
 * their connections for other things than the server keep them apart.
 * Left out: histograms of times. The client's side of the wire has them.
 */
#include "stats.h"
#include "../../../bench/lib/clock.h"

#include <inttypes.h>
#include <stdio.h>

void stats_connected(struct stats *stats)
{
    stats->connections++;
    if (++stats->open_connections > stats->peak_connections)
        stats->peak_connections = stats->open_connections;
}

void stats_disconnected(struct stats *stats)
{
    stats->open_connections--;
}

void stats_arrived(struct stats *stats)
{
    stats->requests++;
    if (++stats->open_requests > stats->peak_requests)
        stats->peak_requests = stats->open_requests;
}

void stats_answered(struct stats *stats)
{
    stats->open_requests--;
}

void stats_status(struct stats *stats, unsigned status)
{
    switch (status) {
    case 200:
    case 201:
        stats->ok++;
        break;
    case 404:
        stats->missing++;
        break;
    case 503:
        stats->unavailable++;
        break;
    case 0:
        break;
    default:
        stats->refused++;
    }
}

void stats_reset(struct stats *stats)
{
    *stats = (struct stats){
        .open_connections = stats->open_connections,
        .peak_connections = stats->open_connections,
        .open_requests = stats->open_requests,
        .peak_requests = stats->open_requests,
        .cpu_from_ns = clock_read(CLOCK_PROCESS_CPUTIME_ID),
    };
}

size_t stats_json(const struct stats *s, char text[STATS_TEXT])
{
    const struct {
        const char *name;
        uint64_t value;
    } fields[] = {
        {"requests", s->requests},
        {"ok", s->ok},
        {"missing", s->missing},
        {"unavailable", s->unavailable},
        {"refused", s->refused},
        {"stalled", s->stalled},
        {"malformed", s->malformed},
        {"endless", s->endless},
        {"cut", s->cut},
        {"uploads", s->uploads},
        {"upload_bytes", s->upload_bytes},
        {"connections", s->connections},
        {"open_connections", s->open_connections},
        {"peak_connections", s->peak_connections},
        {"peak_requests", s->peak_requests},
        {"bytes_sent", s->bytes_sent},
        {"cpu_ns", clock_read(CLOCK_PROCESS_CPUTIME_ID) - s->cpu_from_ns},
    };
    size_t n = 0;

    for (size_t f = 0; f < sizeof fields / sizeof *fields; f++)
        n += (size_t)snprintf(text + n, STATS_TEXT - n, "%c\"%s\":%" PRIu64,
                              f == 0 ? '{' : ',', fields[f].name,
                              fields[f].value);
    return n + (size_t)snprintf(text + n, STATS_TEXT - n, "}\n");
}
