/*
 * origin_client.h - a run's own origin server, and requests to it.
 * SPDX-License-Identifier: MIT
 *
 * The server (kernels/support/origin/) is a program of its own, started in
 * a kernel's setup. What is known of it lies in a struct origin without
 * pointers, which belongs into run->shared.
 */
#ifndef ORIGIN_CLIENT_H
#define ORIGIN_CLIENT_H

#include "http.h"
#include "../kernel.h"

enum { ORIGIN_FLAGS = 20, ORIGIN_PHOTOS = 8, ORIGIN_PATH = 32 };

/* A picture that the server has. */
struct origin_file {
    char path[ORIGIN_PATH]; /* "/flags/cn.png" */
    uint64_t bytes, hash;   /* as body_hash.h has it */
};

struct origin {
    int control; /* of use only to the process that started it */
    uint16_t port;
    size_t flags, photos; /* how many there are */
    struct origin_file flag[ORIGIN_FLAGS], photo[ORIGIN_PHOTOS];
};

/* ------------------------------------------- for setup, check, teardown */

/* Two options of a kernel that has such a server, for its table: how long the
 * server takes to answer, and how much that varies. */
#define ORIGIN_DELAY_OPTIONS(latency_)                                         \
    {.name = "latency",                                                        \
     .argument = "TIME",                                                       \
     .kind = OPTION_DURATION,                                                  \
     .fallback = latency_,                                                     \
     .help = "the server takes so long to answer"},                            \
    {                                                                          \
        .name = "p99", .argument = "TIME", .kind = OPTION_DURATION,            \
        .fallback = "0ns",                                                     \
        .help = "that time varies, with this 99th percentile"                  \
    }

/* Why these two do not go together, for `configure`; or NULL. */
const char *origin_delay_refusal(const struct run *run);
/* The nanoseconds that every answer takes at least; 0 when it varies. */
uint64_t origin_least_ns(const struct run *run);

/* What else the server is told: --NAME=VALUE, see `build/origin --help`. */
struct origin_argument {
    const char *name; /* "size"; NULL ends a table of them */
    uint64_t value;
};

/*
 * Starts the server with the run's seed, its delay options and `more`, and
 * waits until it listens. 0 or -errno; where this build has no server, the
 * program ends with exit status 77.
 */
int origin_start(struct origin *origin, const struct run *run,
                 const struct origin_argument *more);
/* Ends it, if origin_start has been called for it, and closes the idle
 * connections to it. */
void origin_stop(struct origin *origin);

/* What the server has counted since it was started. */
struct origin_stats {
    uint64_t requests, connections;
    uint64_t peak_requests; /* under way at the same time */
    uint64_t cpu_ns;        /* processor time */
};
int origin_ask(const struct origin *origin, struct origin_stats *stats);

/* ----------------------------------------------------------- for an item */

struct origin_request {
    const char *method;     /* "GET", "PUT" */
    const char *path;       /* "/flags/cn.png", "/upload/7"; below 100 bytes */
    uint64_t item, attempt; /* decide what becomes of it: fate.h */
    const void *body;
    size_t body_bytes;
    uint64_t deadline_ns; /* by now_ns() */
    bool kept; /* over a connection that is kept; else over one of its own */
};

/* Sends the request and reads the answer, as http_exchange() does; connects
 * before if need be, and closes the connection after an error. */
int origin_exchange(const struct origin *origin,
                    const struct origin_request *request,
                    struct http_reply *reply);

enum { ORIGIN_HEAD = 256 };

/* The line and headers of that request, which a peer of ours may send too.
 * Returns their length; 0 when they do not fit. */
size_t origin_head(const struct origin_request *request,
                   char head[ORIGIN_HEAD]);

/* A body of which only the hash is wanted: the `body` of a reply, whose
 * context is a struct body_hash. */
int origin_to_hash(void *hash, const void *bytes, size_t count);

#endif
