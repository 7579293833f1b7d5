/*
 * parse_request.h - reads HTTP requests piece by piece, through a library.
 * SPDX-License-Identifier: MIT
 *
 * What ../parse.h is for answers. The Makefile takes parse_request_llhttp.c or
 * parse_request_http_parser.c, whichever library is there.
 */
#ifndef ORIGIN_PARSE_REQUEST_H
#define ORIGIN_PARSE_REQUEST_H

#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct connection;

enum method { METHOD_GET, METHOD_HEAD, METHOD_PUT, METHOD_POST, METHOD_OTHER };

/* A request's line and headers together; so much, too, may come between two
 * pieces of a body. */
enum { PARSE_REQUEST_MOST_HEAD = 8192 };

struct parse_request {
    alignas(8) unsigned char state[160]; /* the library's own */
};

/* Begins the first request of a connection, to which all is reported. */
void parse_request_open(struct parse_request *parse,
                        struct connection *connection);

/* Takes bytes as far as the end of one request; returns how many. `*fault` is
 * left alone, or set to the status to refuse the request with. After that, and
 * after a report that ended it, it takes no more. */
size_t parse_request_feed(struct parse_request *parse, const char *at,
                          size_t bytes, unsigned *fault);

/* A complete request has been answered: the next one may begin. */
void parse_request_next(struct parse_request *parse);

/* The method of the request that came last. */
enum method parse_request_method(const struct parse_request *parse);

/* ------------------------------------- the reports, which request.c takes */

/* A name or a text may come in pieces. An int: 0 to go on, -1 to end. */
void request_on_begin(struct connection *connection);
int request_on_url(struct connection *connection, const char *at, size_t bytes);
void request_on_field(struct connection *connection, const char *at,
                      size_t bytes);
/* The header is complete; `length` is that of the body, 0 where not known. */
int request_on_head(struct connection *connection, uint64_t length);
int request_on_body(struct connection *connection, const char *at,
                    size_t bytes);
/* So is the request; `keeps`: another one may follow it. */
void request_on_end(struct connection *connection, bool keeps);

#endif
