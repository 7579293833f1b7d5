/*
 * reply.c - what becomes of a request: when it is answered, with what, and
 * how fast.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: a slow network is an alarm in a heap and costs no processor, so
 * one thread can be slow to ten thousand clients at once.
 * Look for: the moment of arrival is read anew for each request; the delay
 * is never shorter than asked, at most later by the work of one batch.
 * Left out: pacing of uploads.
 */
#include "connection.h"
#include "../../../bench/lib/clock.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

enum {
    SLICES_A_SECOND = 100, /* of a paced answer */
    DRIP_NS = NS_PER_MS,   /* between two pieces of an endless one */
    SENDING_S = 60,        /* without any progress */
};

/* ------------------------------------------------------------ sending */

static void start(struct connection *c, const char *head, size_t head_bytes,
                  const void *body, size_t body_bytes)
{
    c->head = head, c->head_left = head_bytes;
    c->body = body,
    c->body_left =
        parse_request_method(&c->parse) == METHOD_HEAD ? 0 : body_bytes;
    c->phase = PHASE_SENDING;
}

/* Sends up to `most` bytes; how many went, 0 when the socket takes none, -1
 * when the client is gone. */
static ssize_t push(struct connection *c, size_t most)
{
    struct iovec parts[] = {{(void *)(uintptr_t)c->head, c->head_left},
                            {(void *)(uintptr_t)c->body, c->body_left}};
    if (parts[0].iov_len > most)
        parts[0].iov_len = most;
    if (parts[1].iov_len > most - parts[0].iov_len)
        parts[1].iov_len = most - parts[0].iov_len;
    const struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    const ssize_t sent = sendmsg(c->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);

    if (sent < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -1;
    const size_t n = (size_t)sent,
                 of_head = n < c->head_left ? n : c->head_left;
    c->head += of_head, c->head_left -= of_head;
    c->body += n - of_head, c->body_left -= n - of_head;
    c->server->stats.bytes_sent += n;
    return sent;
}

/* How many bytes go at once, and how long that takes: no limit, no time. */
static size_t slice_of(uint64_t bandwidth)
{
    if (bandwidth == 0)
        return SIZE_MAX;
    return bandwidth < SLICES_A_SECOND ? 1 : bandwidth / SLICES_A_SECOND;
}

/* The next slice may go when this one's time is over. */
static void wait_a_slice(struct connection *c)
{
    const uint64_t bandwidth = c->server->options.bandwidth;

    if (bandwidth != 0)
        connection_wake(c, clock_now() + (uint64_t)NS_PER_S *
                                             slice_of(bandwidth) / bandwidth);
}

/* Sends as much as goes, or one slice when the bandwidth is limited. */
static void send_on(struct connection *c)
{
    const ssize_t sent = push(c, slice_of(c->server->options.bandwidth));

    if (sent < 0) {
        c->last = true;
        c->gone = true;
        connection_answered(c);
    } else if (c->head_left + c->body_left == 0) {
        connection_answered(c);
    } else {
        if (sent > 0 || c->deadline_ns == UINT64_MAX)
            c->deadline_ns = clock_now() + (uint64_t)SENDING_S * NS_PER_S;
        wait_a_slice(c);
    }
}

/* A paced answer begins with the time its first slice takes. */
static void send_first(struct connection *c)
{
    c->deadline_ns = UINT64_MAX;
    if (c->server->options.bandwidth != 0)
        wait_a_slice(c);
    else
        send_on(c);
}

static void send_answer(struct connection *c, const struct answer *answer)
{
    c->last = c->last || !c->keeps;
    if (c->counted)
        stats_status(&c->server->stats, answer->status);
    start(c, answer->head[c->last], answer->head_bytes[c->last], answer->body,
          answer->body_bytes);
    send_first(c);
}

/* Sends a text that is made for this request alone. */
static void send_text(struct connection *c, unsigned status, const char *type,
                      const char *text, size_t bytes)
{
    c->last = c->last || !c->keeps;
    if (c->counted)
        stats_status(&c->server->stats, status);
    const size_t head =
        answer_head(c->text, TEXT, status, type, bytes, c->last);
    memcpy(c->text + head, text, bytes);
    start(c, c->text, head, c->text + head, bytes);
    send_first(c);
}

/* ------------------------------------------------- answers of each fate */

static void send_stats(struct connection *c)
{
    char text[STATS_TEXT];
    const size_t bytes = stats_json(&c->server->stats, text);

    send_text(c, 200, "application/json", text, bytes);
}

static void send_receipt(struct connection *c)
{
    char text[64];
    const int bytes =
        snprintf(text, sizeof text, "%" PRIu64 " %016" PRIx64 "\n",
                 c->body_bytes, body_hash_end(&c->hash));

    c->server->stats.uploads++;
    c->server->stats.upload_bytes += c->body_bytes;
    send_text(c, 201, "text/plain", text, (size_t)bytes);
}

static void send_found(struct connection *c)
{
    if (c->found != NULL)
        send_answer(c, c->found);
    else
        send_receipt(c);
}

static void send_garbage(struct connection *c)
{
    static const char garbage[] = "\001\002 220 this is not HTTP \377\r\n\r\n";

    c->server->stats.malformed++;
    c->last = true;
    start(c, garbage, sizeof garbage - 1, "", 0);
    send_first(c);
}

/* Announces the whole and sends half of it. */
static void send_half(struct connection *c)
{
    static const char half[] = "HTTP/1.1 201 Created\r\n"
                               "Content-Length: 28\r\n\r\n";

    c->server->stats.cut++;
    c->last = true;
    if (c->found == NULL)
        start(c, half, sizeof half - 1, "1048576 ", 8);
    else
        start(c, c->found->head[0], c->found->head_bytes[0], c->found->body,
              c->found->body_bytes / 2);
    send_first(c);
}

/* Headers without end for even items, a body in chunks without a last one for
 * odd ones: a piece each time the alarm goes off. */
static void drip(struct connection *c)
{
    static const char head[] = "HTTP/1.1 200 OK\r\nX-More: 1\r\n",
                      line[] = "X-More: and another line of header\r\n",
                      chunked[] = "HTTP/1.1 200 OK\r\n"
                                  "Transfer-Encoding: chunked\r\n\r\n",
                      chunk[] = "10\r\n0123456789abcdef\r\n";
    const bool headers = c->item % 2 == 0;

    if (c->head_left + c->body_left == 0) {
        const bool first = c->phase != PHASE_ENDLESS;
        c->head = headers ? head : chunked;
        c->head_left = !first    ? 0
                       : headers ? sizeof head - 1
                                 : sizeof chunked - 1;
        c->body = headers ? line : chunk;
        c->body_left = headers ? sizeof line - 1 : sizeof chunk - 1;
    }
    c->phase = PHASE_ENDLESS;
    if (push(c, SIZE_MAX) < 0) {
        c->last = c->gone = true;
        connection_answered(c);
    } else {
        connection_wake(c, clock_now() + DRIP_NS);
    }
}

static void send_by_fate(struct connection *c)
{
    switch (c->fate) {
    case FATE_MISSING:
        send_answer(c, &c->server->catalogue.missing);
        break;
    case FATE_UNAVAILABLE:
        send_answer(c, &c->server->catalogue.unavailable);
        break;
    case FATE_MALFORMED:
        send_garbage(c);
        break;
    case FATE_CUT:
        send_half(c);
        break;
    case FATE_ENDLESS:
        c->server->stats.endless++;
        drip(c);
        break;
    case FATE_STALL:
        c->server->stats.stalled++;
        c->phase = PHASE_STALLED;
        if (c->peer_closed)
            connection_answered(c);
        break;
    default:
        send_found(c);
    }
}

/* --------------------------------------------------------- what is asked */

/* The number behind `name` in a query such as item=17&attempt=0. */
static bool query_number(const char *query, size_t bytes, const char *name,
                         uint64_t *number)
{
    const size_t name_bytes = strlen(name);
    const char *end = query + bytes;

    for (const char *at = query; at < end;) {
        const char *next = memchr(at, '&', (size_t)(end - at));
        next = next == NULL ? end : next;
        if ((size_t)(next - at) > name_bytes &&
            memcmp(at, name, name_bytes) == 0) {
            *number = 0;
            for (at += name_bytes; at < next && *at >= '0' && *at <= '9'; at++)
                *number = *number * 10 + (uint64_t)(*at - '0');
            return true;
        }
        at = next + 1;
    }
    return false;
}

/* Fixes fate and delay of a request, by the item that its query names. */
static void tell_fortune(struct connection *c, const char *query, size_t bytes)
{
    struct server *server = c->server;
    const struct options *options = &server->options;
    uint64_t attempt = 0;

    if (!query_number(query, bytes, "item=", &c->item))
        c->item = server->next_item++;
    else
        (void)query_number(query, bytes, "attempt=", &attempt);
    c->fate = fate_of(&options->fates, options->seed, c->item, attempt);
    const uint64_t delay = fate_latency_ns(options->latency_ns, options->p99_ns,
                                           options->seed, c->item, attempt);
    if (delay == 0) {
        send_by_fate(c);
    } else {
        c->phase = PHASE_DELAYED;
        c->deadline_ns = UINT64_MAX;
        connection_wake(c, clock_now() + delay);
    }
}

static bool path_is(const char *path, size_t bytes, const char *wanted)
{
    return bytes == strlen(wanted) && memcmp(path, wanted, bytes) == 0;
}

/* Whether the path is one that may be uploaded to: /upload/NAME. */
static bool path_takes(const char *path, size_t bytes)
{
    static const char folder[] = "/upload/";

    return bytes > sizeof folder - 1 &&
           memcmp(path, folder, sizeof folder - 1) == 0;
}

static void count(struct connection *c)
{
    c->counted = true;
    stats_arrived(&c->server->stats);
}

static void ask(struct connection *c, const struct target *target)
{
    const enum method method = parse_request_method(&c->parse);
    const bool reads = method == METHOD_GET || method == METHOD_HEAD;
    const char *path = target->path;
    const size_t bytes = target->path_bytes;

    if (reads && path_is(path, bytes, "/")) {
        send_answer(c, &c->server->catalogue.index);
        return;
    }
    if (reads && path_is(path, bytes, "/stats")) {
        send_stats(c);
        return;
    }
    count(c);
    c->found =
        reads ? catalogue_find(&c->server->catalogue, path, bytes) : NULL;
    if (c->found != NULL || (c->uploads && path_takes(path, bytes)))
        tell_fortune(c, target->query, target->query_bytes);
    else if (!reads && (!c->uploads ||
                        catalogue_find(&c->server->catalogue, path, bytes)))
        send_answer(c, catalogue_refusal(&c->server->catalogue, 405));
    else
        send_answer(c, &c->server->catalogue.missing);
}

/* --------------------------------------------------------------- public */

void reply_begin(struct connection *c)
{
    struct target target;

    c->counted = c->last = false;
    c->found = NULL;
    if (request_target(c, &target)) {
        ask(c, &target);
    } else {
        c->refusal = 400;
        reply_refuse(c);
    }
}

void reply_refuse(struct connection *c)
{
    c->found = NULL;
    c->keeps = false;
    c->counted = false;
    c->server->stats.refused++;
    send_answer(c, catalogue_refusal(&c->server->catalogue, c->refusal));
}

void reply_continue(struct connection *c)
{
    switch (c->phase) {
    case PHASE_DELAYED:
        send_by_fate(c);
        break;
    case PHASE_SENDING:
        send_on(c);
        break;
    case PHASE_ENDLESS:
        drip(c);
        break;
    default:
        break;
    }
}
