/*
 * http.h - a small HTTP/1.1 client: a request out, an answer back.
 * SPDX-License-Identifier: MIT
 *
 * Straight-line code over await(), so it waits in the way of whatever strategy
 * runs the item. Only to be called from inside an item. What can go wrong
 * with a peer has one error each:
 *   -ETIMEDOUT   the deadline has passed, and no answer has begun
 *   -EBADMSG     the answer is not HTTP, or more than was asked for
 *   -EMSGSIZE    it is longer than the caller wants it, or has not ended by
 *                the deadline: it may be endless
 *   -ECONNRESET  the connection has ended before the answer had
 * Any other -errno is the system's own (-ECONNREFUSED, -EMFILE).
 */
#ifndef HTTP_H
#define HTTP_H

#include "parse.h"

enum {
    HTTP_PIECE = 16384,        /* bytes read at a time */
    HTTP_MOST_HEADERS = 16384, /* headers are given up above */
};

/*
 * A connection and what is needed to read from it, on the heap: the stacks of
 * items are small. In the hands of one item at a time.
 */
struct connection {
    int fd;
    uint16_t port;
    struct connection *next; /* in the pool, see connections.h */
    struct parse parse;
    char piece[HTTP_PIECE];
};

/* Connects to 127.0.0.1:port. 0 and a connection for http_close(), or
 * -errno. */
int http_open(uint16_t port, uint64_t deadline_ns,
              struct connection **connection);
void http_close(struct connection *connection);

/* The whole request: its line and headers with the empty line behind them,
 * and a body, or none. */
struct http_request {
    const char *head;
    size_t head_bytes;
    const void *body;
    size_t body_bytes;
};

/* What the caller wants of the answer, and what it was. */
struct http_reply {
    parse_body body;     /* gets the body piece by piece; NULL: nobody does */
    void *context;       /* its first argument */
    uint64_t most_bytes; /* of the body; more are an error */

    uint64_t bytes;  /* of the body */
    unsigned status; /* 200 */
    bool keep;       /* the connection is good for another exchange */
};

/*
 * Sends the request and reads the answer to its end, until `deadline_ns` by
 * now_ns() (0: for ever). 0 or -errno, as above; after an error the connection
 * is good for http_close() only.
 */
int http_exchange(struct connection *connection,
                  const struct http_request *request, uint64_t deadline_ns,
                  struct http_reply *reply);

/* A body for whom it is to lie in memory: http_to_memory is the `body` of a
 * reply, and this its context. -EMSGSIZE when there is no room left. */
struct http_memory {
    char *bytes;
    size_t room, used;
};
int http_to_memory(void *memory, const void *bytes, size_t count);

#endif
