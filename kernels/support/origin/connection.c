/*
 * connection.c - one client's connection, from accept to close.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: edge-triggered readiness. The kernel says once that bytes have
 * come; whoever does not read them all must remember that there are more.
 * A read that fills less than its buffer has emptied the socket, which spares
 * the second read that would only say so.
 * Look for: `readable` and `peer_closed`, the two things to remember.
 * Left out: more than one request under way on a connection.
 */
#include "connection.h"
#include "../../../bench/lib/clock.h"
#include "../../../bench/lib/die.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    PIECE = 64 << 10, /* of one read */
    FAIR_SHARE = 32,  /* reads before it is others' turn */
    KEPT_S = 60,      /* between two requests */
    FIRST_S = 10,     /* before the first one */
    LEAVING_S = 2,
};

static void set_deadline(struct connection *c, unsigned seconds)
{
    c->deadline_ns = clock_now() + (uint64_t)seconds * NS_PER_S;
}

void connection_open(struct server *server, int fd)
{
    struct connection *c = &server->table[fd];

    /* The rest of the place is set when it is first used. */
    memset(c, 0, offsetof(struct connection, hash));
    c->rest = NULL;
    c->server = server;
    c->fd = fd;
    c->phase = PHASE_IDLE;
    set_deadline(c, FIRST_S);
    parse_request_open(&c->parse, c);
    if (fd > server->highest)
        server->highest = fd;
    stats_connected(&server->stats);
}

static bool is_open_request(const struct connection *c)
{
    return c->counted && c->phase >= PHASE_DELAYED && c->phase <= PHASE_STALLED;
}

void connection_close(struct connection *c)
{
    if (c->phase == PHASE_CLOSED)
        return;
    if (c->alarm_set) {
        c->gone = true;
        return;
    }
    if (is_open_request(c))
        stats_answered(&c->server->stats);
    free(c->rest);
    c->rest = NULL;
    c->phase = PHASE_CLOSED;
    stats_disconnected(&c->server->stats);
    close(c->fd);
}

void connection_wake(struct connection *c, uint64_t moment_ns)
{
    c->alarm_set = true;
    timer_heap_push(&c->server->timers, moment_ns, c);
}

/* Says that nothing more will come, and waits for the client to see it: to
 * close at once would throw away what is under way, where the client has
 * sent more than was read. */
static void leave(struct connection *c)
{
    c->phase = PHASE_LEAVING;
    set_deadline(c, LEAVING_S);
    if (c->gone || shutdown(c->fd, SHUT_WR) != 0)
        connection_close(c);
}

void connection_answered(struct connection *c)
{
    if (is_open_request(c))
        stats_answered(&c->server->stats);
    c->counted = false;
    if (c->last || c->gone) {
        leave(c);
        return;
    }
    c->phase = PHASE_IDLE;
    c->complete = false;
    parse_request_next(&c->parse);
    set_deadline(c, KEPT_S);
}

/* ------------------------------------------------------------- reading */

/* Keeps what the parser has not taken because a request ended before it. */
static void keep_rest(struct connection *c, const char *at, size_t bytes)
{
    c->rest = malloc(bytes);
    if (c->rest == NULL)
        die(ENOMEM, "a request");
    memcpy(c->rest, at, bytes);
    c->rest_at = 0;
    c->rest_bytes = bytes;
}

static void respond(struct connection *c)
{
    if (c->complete)
        reply_begin(c);
    else if (c->refusal != 0)
        reply_refuse(c);
}

static void take_rest(struct connection *c)
{
    c->rest_at +=
        request_feed(c, c->rest + c->rest_at, c->rest_bytes - c->rest_at);
    if (c->rest_at == c->rest_bytes || c->refusal != 0) {
        free(c->rest);
        c->rest = NULL;
    }
    respond(c);
}

/* Reads once from the socket; notes what is known about the next time. */
static ssize_t read_piece(struct connection *c, char *buffer)
{
    const ssize_t n = recv(c->fd, buffer, PIECE, MSG_DONTWAIT);

    c->readable = n == PIECE || (n > 0 && c->peer_closed);
    if (n < 0 && errno == EAGAIN)
        return -1;
    return n < 0 ? 0 : n;
}

static void take_piece(struct connection *c)
{
    static char buffer[PIECE];
    const ssize_t n = read_piece(c, buffer);

    if (n == 0)
        connection_close(c);
    if (n <= 0)
        return;
    const size_t taken = request_feed(c, buffer, (size_t)n);
    if (taken < (size_t)n && c->refusal == 0)
        keep_rest(c, buffer + taken, (size_t)n - taken);
    respond(c);
}

/* Throws away what still comes, until the client closes. */
static void drain(struct connection *c)
{
    static char buffer[PIECE];

    for (int turn = 0; turn < FAIR_SHARE && c->readable; turn++) {
        if (read_piece(c, buffer) == 0) {
            connection_close(c);
            return;
        }
    }
    if (c->readable)
        connection_wake(c, clock_now());
}

static bool listens(const struct connection *c)
{
    return c->phase >= PHASE_IDLE && c->phase <= PHASE_BODY && !c->alarm_set;
}

/* Takes requests as long as there are any and none is under way. */
static void proceed(struct connection *c)
{
    for (int turn = 0; listens(c) && (c->rest != NULL || c->readable); turn++) {
        if (turn == FAIR_SHARE)
            connection_wake(c, clock_now());
        else if (c->rest != NULL)
            take_rest(c);
        else
            take_piece(c);
    }
    if (c->phase == PHASE_LEAVING && !c->alarm_set)
        drain(c);
}

/* ---------------------------------------------------------------- events */

void connection_event(struct connection *c, uint32_t events)
{
    if (c->phase == PHASE_CLOSED)
        return;
    if (events & (EPOLLHUP | EPOLLERR)) {
        connection_close(c);
        return;
    }
    if (events & EPOLLRDHUP)
        c->peer_closed = true;
    if (events & (EPOLLIN | EPOLLRDHUP))
        c->readable = true;
    if (c->peer_closed && c->phase == PHASE_STALLED)
        connection_close(c);
    else if (c->peer_closed && c->phase == PHASE_ENDLESS)
        c->gone = true;
    if (events & EPOLLOUT && c->phase == PHASE_SENDING && !c->alarm_set)
        reply_continue(c);
    proceed(c);
}

void connection_alarm(struct connection *c)
{
    c->alarm_set = false;
    if (c->gone) {
        connection_close(c);
        return;
    }
    reply_continue(c);
    proceed(c);
}
