/*
 * parse.h - reads an HTTP answer piece by piece, through a library.
 * SPDX-License-Identifier: MIT
 *
 * Where an answer ends is a hard question: lengths, chunks, headers that
 * contradict each other. A library answers it that many others rely on too:
 * llhttp or the older http-parser, of which systems ship the one or the other.
 * The Makefile takes parse_llhttp.c or parse_http_parser.c.
 */
#ifndef PARSE_H
#define PARSE_H

#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Gets the next piece of a body. 0 to go on, or -errno, which parse_feed()
 * returns. */
typedef int (*parse_body)(void *context, const void *bytes, size_t count);

struct parse {
    alignas(8) unsigned char state[128]; /* the library's own */
    parse_body body;                     /* where the body goes, or NULL */
    void *context;
    int error;       /* what `body` said */
    unsigned status; /* 200; known from headers_done on */
    bool headers_done;
    bool done; /* the answer is complete */
    bool keep; /* when done: another one may follow on this connection */
};

/* Begins an answer. */
void parse_begin(struct parse *parse, parse_body body, void *context);

/* Takes the next bytes. 0; -EBADMSG when this is not HTTP, or more than one
 * answer; -EMSGSIZE when the library calls the headers too long; or what
 * `body` said. */
int parse_feed(struct parse *parse, const char *bytes, size_t count);

/* The connection has ended: 0 if the answer may end so, else -ECONNRESET. */
int parse_end(struct parse *parse);

#endif
