/*
 * request.c - a request as the parser reports it, piece by piece.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: bytes from a socket are cut anywhere; a parser that takes any cut
 * and calls back for what it has found spares the server all searching.
 * Node.js reads HTTP with the same ones.
 * Left out: every header but Expect. The parser itself knows Content-Length,
 * Transfer-Encoding and Connection.
 */
#include "connection.h"
#include "../../../bench/lib/clock.h"

#include <string.h>
#include <strings.h>
#include <sys/socket.h>

enum { MOST_BODY = 16 << 20, PATIENCE_S = 10 };

void request_on_begin(struct connection *c)
{
    c->phase = PHASE_HEAD;
    c->deadline_ns = clock_now() + (uint64_t)PATIENCE_S * NS_PER_S;
    c->url_bytes = 0;
    c->body_bytes = 0;
    c->refusal = 0;
    c->expects = c->complete = c->uploads = false;
}

int request_on_url(struct connection *c, const char *at, size_t bytes)
{
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
void request_on_field(struct connection *c, const char *at, size_t bytes)
{
    if (bytes == strlen("Expect") && strncasecmp(at, "Expect", bytes) == 0)
        c->expects = true;
}

/* A client that asks before it sends a large body is told to go on. */
static void invite(const struct connection *c)
{
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";

    (void)send(c->fd, go_on, sizeof go_on - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
}

int request_on_head(struct connection *c, uint64_t length)
{
    const enum method method = parse_request_method(&c->parse);

    c->phase = PHASE_BODY;
    c->uploads = method == METHOD_PUT || method == METHOD_POST;
    if (length > MOST_BODY) {
        c->refusal = 413;
        return -1;
    }
    if (c->uploads)
        body_hash_begin(&c->hash);
    if (c->expects)
        invite(c);
    return 0;
}

int request_on_body(struct connection *c, const char *at, size_t bytes)
{
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

void request_on_end(struct connection *c, bool keeps)
{
    c->complete = true;
    c->keeps = keeps;
}

size_t request_feed(struct connection *c, const char *at, size_t bytes)
{
    unsigned fault = 0;
    const size_t taken = parse_request_feed(&c->parse, at, bytes, &fault);

    if (!c->complete && c->refusal == 0)
        c->refusal = fault;
    return taken;
}

/* Besides /path?query there are http://host/path?query, which proxies send,
 * and *, which is the server as a whole. */
bool request_target(const struct connection *c, struct target *target)
{
    static const char scheme[] = "http://";
    const size_t scheme_bytes = sizeof scheme - 1;
    const char *at = c->text, *const end = c->text + c->url_bytes;

    if (c->url_bytes > scheme_bytes &&
        strncasecmp(at, scheme, scheme_bytes) == 0) {
        at += scheme_bytes;
        while (at < end && *at != '/' && *at != '?')
            at++;
    }
    if (at == end || (*at != '/' && *at != '*'))
        return false;
    const char *mark = memchr(at, '?', (size_t)(end - at));
    const char *path_end = mark == NULL ? end : mark;
    target->path = at;
    target->path_bytes = (size_t)(path_end - at);
    target->query = mark == NULL ? end : mark + 1;
    target->query_bytes = (size_t)(end - target->query);
    return true;
}
