/*
 * http.c - a small HTTP/1.1 client: a request out, an answer back.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: with an await() for each thing that takes time, a protocol reads
 * as it is told: connect, send, receive until the answer is complete. The
 * request and the first read are handed over together (await_in_order): a
 * strategy may then begin the read without a detour.
 * Look for: what a request costs the client, in `fetch`: a few microseconds,
 * most of them the system's.
 * Left out: TLS, redirects, names of hosts, several requests under way on one
 * connection.
 */
#include "http.h"
#include "../kernel.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---------------------------------------------------------- connections */

int http_open(uint16_t port, uint64_t deadline_ns,
              struct connection **connection)
{
    const struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    struct connection *new = malloc(sizeof *new);

    if (new == NULL)
        return -ENOMEM;
    new->port = port;
    new->next = NULL;
    new->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (new->fd < 0) {
        const int error = -errno;

        free(new);
        return error;
    }
    /* Small requests go out at once instead of waiting for company. */
    (void)setsockopt(new->fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));

    const int64_t error = await(op_until(
        op_connect(new->fd, (const struct sockaddr *)&address, sizeof address),
        deadline_ns));
    if (error < 0) {
        http_close(new);
        return (int)error;
    }
    *connection = new;
    return 0;
}

void http_close(struct connection *connection)
{
    close(connection->fd);
    free(connection);
}

/* ------------------------------------------------------------- exchanges */

/* What stands between an answer's parser and the caller: counts the bytes and
 * holds on to the limit. */
static int http_take_body(void *context, const void *bytes, size_t count)
{
    struct http_reply *reply = context;

    reply->bytes += count;
    if (reply->bytes > reply->most_bytes)
        return -EMSGSIZE;
    return reply->body == NULL ? 0 : reply->body(reply->context, bytes, count);
}

int http_to_memory(void *memory, const void *bytes, size_t count)
{
    struct http_memory *to = memory;

    if (count > to->room - to->used)
        return -EMSGSIZE;
    memcpy(to->bytes + to->used, bytes, count);
    to->used += count;
    return 0;
}

static struct op http_read(struct connection *connection, uint64_t deadline_ns)
{
    return op_until(op_read(connection->fd, connection->piece,
                            sizeof connection->piece, -1),
                    deadline_ns);
}

static struct op http_write(const struct connection *connection,
                            const void *bytes, size_t count,
                            uint64_t deadline_ns)
{
    return op_until(op_write(connection->fd, bytes, count, -1), deadline_ns);
}

/* Sends all of the request and reads the beginning of the answer: how many
 * bytes came, or -errno. A write that was short is gone on with. */
static int64_t http_send(struct connection *connection,
                         const struct http_request *request,
                         uint64_t deadline_ns)
{
    struct op ops[3];
    int64_t results[3];
    size_t count = 0, at = 0;

    ops[count++] =
        http_write(connection, request->head, request->head_bytes, deadline_ns);
    if (request->body_bytes > 0)
        ops[count++] = http_write(connection, request->body,
                                  request->body_bytes, deadline_ns);
    ops[count++] = http_read(connection, deadline_ns);
    for (;;) {
        at += await_in_order(ops + at, results + at, count - at) - 1;

        const int64_t moved = results[at];

        if (moved < 0 || at == count - 1)
            return moved;
        ops[at].buffer = (char *)ops[at].buffer + moved;
        ops[at].bytes -= (size_t)moved;
        if (ops[at].bytes == 0)
            at++;
    }
}

/* Reads on, from the first `came` bytes, until the answer is complete. One
 * that has begun, and goes on past the deadline, counts as endless. */
static int http_receive(struct connection *connection, int64_t came,
                        uint64_t deadline_ns)
{
    struct parse *parse = &connection->parse;
    size_t headers = 0;

    for (;;) {
        if (came < 0)
            return (int)came;
        if (came == 0)
            return parse_end(parse);

        const int error = parse_feed(parse, connection->piece, (size_t)came);

        if (error != 0 || parse->done)
            return error;
        headers += parse->headers_done ? 0 : (size_t)came;
        if (headers > HTTP_MOST_HEADERS)
            return -EMSGSIZE;
        came = await(http_read(connection, deadline_ns));
        if (came == -ETIMEDOUT)
            return -EMSGSIZE;
    }
}

int http_exchange(struct connection *connection,
                  const struct http_request *request, uint64_t deadline_ns,
                  struct http_reply *reply)
{
    struct parse *parse = &connection->parse;

    reply->bytes = 0;
    parse_begin(parse, http_take_body, reply);

    const int64_t came = http_send(connection, request, deadline_ns);
    const int error = http_receive(connection, came, deadline_ns);

    reply->status = parse->status;
    reply->keep = error == 0 && parse->keep;
    return error == -EPIPE ? -ECONNRESET : error;
}
