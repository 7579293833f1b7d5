/*
 * server.h - one thread that waits for sockets and for moments in time.
 * SPDX-License-Identifier: MIT
 */
#ifndef ORIGIN_SERVER_H
#define ORIGIN_SERVER_H

#include "catalogue.h"
#include "options.h"
#include "stats.h"
#include "../../../bench/lib/timer_heap.h"

#include <signal.h>

struct connection;

struct server {
    struct options options;
    struct catalogue catalogue;
    struct stats stats;
    struct timer_heap timers; /* owners are connections */
    struct connection *table; /* by descriptor */
    int room, highest;        /* of the table; highest ever used */
    int epoll, listener;
    uint16_t port;
    uint64_t next_item;    /* of requests that name none */
    uint64_t next_look_ns; /* for connections that are idle too long */
    bool refused;          /* a connection could not be taken in */
};

/* Binds 127.0.0.1 and listens; dies with one line where that cannot be. The
 * options, and a catalogue made from them, must be in place. */
void server_open(struct server *server);

/* Serves until a signal's handler has set `*ended`. Only while it waits are
 * all signals let through; the caller has blocked those that set it. */
void server_run(struct server *server, const volatile sig_atomic_t *ended);

/* Closes all that server_open and server_run have opened. */
void server_close(struct server *server);

#endif
