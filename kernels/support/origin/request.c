/*
 * request.c - a request as the parser reports it, piece by piece.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: bytes from a socket are cut anywhere; a parser that takes any cut
 * and calls back for what it has found spares the server all searching.
 * http-parser is the one that Node.js was built on.
 * Left out: every header but Expect. The parser itself knows Content-Length,
 * Transfer-Encoding and Connection.
 */
#include "connection.h"
#include "../../../bench/lib/clock.h"

#include <string.h>
#include <strings.h>
#include <sys/socket.h>

enum { MOST_BODY = 16 << 20, MOST_HEAD = 8192, PATIENCE_S = 10 };

static struct connection *of(http_parser *parser)
{
    return parser->data;
}

static int on_begin(http_parser *parser)
{
    struct connection *c = of(parser);

    c->phase = PHASE_HEAD;
    c->deadline_ns = clock_now() + (uint64_t)PATIENCE_S * NS_PER_S;
    c->url_bytes = 0;
    c->body_bytes = 0;
    c->refusal = 0;
    c->expects = c->complete = c->uploads = false;
    return 0;
}

static int on_url(http_parser *parser, const char *at, size_t bytes)
{
    struct connection *c = of(parser);

    if (c->url_bytes + bytes > URL_TEXT) {
        c->refusal = 414;
        return -1;
    }
    memcpy(c->text + c->url_bytes, at, bytes);
    c->url_bytes += bytes;
    return 0;
}

/* A name cut in two is missed: the client then waits a second and sends its
 * body all the same. */
static int on_field(http_parser *parser, const char *at, size_t bytes)
{
    if (bytes == strlen("Expect") && strncasecmp(at, "Expect", bytes) == 0)
        of(parser)->expects = true;
    return 0;
}

/* A client that asks before it sends a large body is told to go on. */
static void invite(const struct connection *c)
{
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";

    (void)send(c->fd, go_on, sizeof go_on - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static int on_head(http_parser *parser)
{
    struct connection *c = of(parser);
    const bool sized = parser->content_length != UINT64_MAX;

    c->phase = PHASE_BODY;
    c->uploads = parser->method == HTTP_PUT || parser->method == HTTP_POST;
    if (sized && parser->content_length > MOST_BODY) {
        c->refusal = 413;
        return -1;
    }
    if (c->uploads)
        body_hash_begin(&c->hash);
    if (c->expects)
        invite(c);
    return 0;
}

static int on_body(http_parser *parser, const char *at, size_t bytes)
{
    struct connection *c = of(parser);

    c->body_bytes += bytes;
    if (c->body_bytes > MOST_BODY) {
        c->refusal = 413;
        return -1;
    }
    c->deadline_ns = clock_now() + (uint64_t)PATIENCE_S * NS_PER_S;
    if (c->uploads)
        body_hash_add(&c->hash, at, bytes);
    return 0;
}

/* The next request must wait until this one is answered. */
static int on_complete(http_parser *parser)
{
    struct connection *c = of(parser);

    c->complete = true;
    c->keeps = http_should_keep_alive(parser) && parser->http_minor > 0 &&
               !parser->upgrade;
    http_parser_pause(parser, 1);
    return 0;
}

/* What the parser's error means to the client. */
static unsigned status_of(const http_parser *parser)
{
    switch (HTTP_PARSER_ERRNO(parser)) {
    case HPE_HEADER_OVERFLOW:
        return 431;
    case HPE_INVALID_METHOD:
        return 501;
    default:
        return 400;
    }
}

size_t request_feed(struct connection *c, const char *at, size_t bytes)
{
    static const http_parser_settings reports = {
        .on_message_begin = on_begin,
        .on_url = on_url,
        .on_header_field = on_field,
        .on_headers_complete = on_head,
        .on_body = on_body,
        .on_message_complete = on_complete,
    };
    http_parser_set_max_header_size(MOST_HEAD);
    const size_t taken = http_parser_execute(&c->parser, &reports, at, bytes);
    if (!c->complete && c->refusal == 0 &&
        HTTP_PARSER_ERRNO(&c->parser) != HPE_OK)
        c->refusal = status_of(&c->parser);
    return taken;
}
