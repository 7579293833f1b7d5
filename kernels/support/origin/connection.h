/*
 * connection.h - one client's connection, from accept to close.
 * SPDX-License-Identifier: MIT
 *
 * One request at a time: what a client sends ahead of its answers waits, in
 * order, in the socket or in `rest`. A connection whose alarm is set is never
 * closed before the alarm goes off, so that no alarm finds a stranger in the
 * place of its owner.
 */
#ifndef ORIGIN_CONNECTION_H
#define ORIGIN_CONNECTION_H

#include "parse_request.h"
#include "server.h"
#include "../body_hash.h"

enum phase {
    PHASE_CLOSED,  /* the place is free */
    PHASE_IDLE,    /* between two requests */
    PHASE_HEAD,    /* a request's header has begun */
    PHASE_BODY,    /* its body is coming */
    PHASE_DELAYED, /* the answer is held back */
    PHASE_SENDING, /* the answer is on its way */
    PHASE_ENDLESS, /* so is one that does not end */
    PHASE_STALLED, /* there will be no answer */
    PHASE_LEAVING, /* all is said; waits for the client to close */
};

enum { TEXT = 1024, URL_TEXT = 512 };

struct connection {
    struct server *server;
    int fd;
    enum phase phase;
    uint64_t deadline_ns; /* closed if nothing changes until then */
    bool readable;        /* there may be more in the socket */
    bool peer_closed;     /* and after it, the end */
    bool alarm_set;
    bool gone; /* to be closed when the alarm goes off */

    /* The request. */
    struct parse_request parse;
    size_t url_bytes;
    bool complete, keeps, expects, counted;
    bool uploads;     /* a PUT or POST */
    unsigned refusal; /* status to refuse it with, or 0 */
    uint64_t body_bytes;
    struct body_hash hash;
    char *rest; /* what came after it; NULL: nothing */
    size_t rest_at, rest_bytes;

    /* The answer. */
    uint64_t item;
    enum fate fate;
    const struct answer *found; /* for the path, or NULL */
    const char *head, *body;    /* what is still to be sent */
    size_t head_left, body_left;
    bool last; /* closes afterwards */

    char text[TEXT]; /* the URL, then an answer made for this request */
};

/* Makes the place of `fd` a new connection. */
void connection_open(struct server *server, int fd);
/* The descriptor has news: EPOLLIN and so on. */
void connection_event(struct connection *connection, uint32_t events);
/* The connection's alarm has gone off. */
void connection_alarm(struct connection *connection);
/* Closes it, now or when its alarm goes off. */
void connection_close(struct connection *connection);

/* ------------------------------------------------- for request.c, reply.c */

/* Gives the parser `bytes` bytes; returns how many it took. Afterwards the
 * request may be complete, or `refusal` be set. */
size_t request_feed(struct connection *connection, const char *at,
                    size_t bytes);

/* Where a request's target splits: the query stands behind the mark. */
struct target {
    const char *path, *query;
    size_t path_bytes, query_bytes;
};

/* Splits the target of the complete request; false when it has no path. */
bool request_target(const struct connection *connection, struct target *target);

/* The request is complete: decides what becomes of it, and when. */
void reply_begin(struct connection *connection);
/* Refuses what has come so far, and closes. */
void reply_refuse(struct connection *connection);
/* Goes on after a delay, or when the socket takes more. */
void reply_continue(struct connection *connection);

/* Sets the alarm. */
void connection_wake(struct connection *connection, uint64_t moment_ns);
/* The answer is over. Without `last` the next request may come. */
void connection_answered(struct connection *connection);

#endif
