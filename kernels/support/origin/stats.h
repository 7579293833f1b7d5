/*
 * stats.h - what the origin server has counted.
 * SPDX-License-Identifier: MIT
 *
 * Requests for / and /stats are in none of the counts: looking changes
 * nothing.
 */
#ifndef ORIGIN_STATS_H
#define ORIGIN_STATS_H

#include "../fate.h"

struct stats {
    uint64_t requests; /* that arrived whole */
    uint64_t ok, missing, unavailable;
    uint64_t refused; /* 400, 405, 413, 414, 431, 501 */
    uint64_t stalled, malformed, endless, cut;
    uint64_t uploads, upload_bytes;
    uint64_t connections, open_connections, peak_connections;
    uint64_t open_requests, peak_requests; /* arrived, not yet answered */
    uint64_t bytes_sent;
    uint64_t cpu_from_ns; /* processor time at the last reset */
};

enum { STATS_TEXT = 768 };

void stats_connected(struct stats *stats);
void stats_disconnected(struct stats *stats);
/* A request that counts has arrived; its answer is over, or given up. */
void stats_arrived(struct stats *stats);
void stats_answered(struct stats *stats);
/* Counts an answer by its status, 0 for one that has none. */
void stats_status(struct stats *stats, unsigned status);
/* Zero, but for connections and requests that are open right now. */
void stats_reset(struct stats *stats);
/* One line of JSON with its newline; returns its length. */
size_t stats_json(const struct stats *stats, char text[STATS_TEXT]);

#endif
