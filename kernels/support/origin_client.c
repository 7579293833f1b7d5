/*
 * origin_client.c - a run's own origin server, and requests to it.
 * SPDX-License-Identifier: MIT
 *
 * The control socket carries lines of text. The server begins with what it is
 * and has (`port 41234`, `flag cn 8192 HASH`), up to the line `ready`; and it
 * answers the line `stats` with one line of JSON.
 * Left out: starting the server again when it has died. Requests then fail,
 * and the run with them.
 */
#include "origin_client.h"
#include "body_hash.h"
#include "connections.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINE = 1024, ARGUMENTS = 16 };

/* ------------------------------------------------------ the control lines */

/* Reads one line, byte by byte: what follows it stays in the socket. False at
 * the end of the file. */
static bool read_line(int control, char line[LINE])
{
    for (size_t n = 0; n < LINE; n++) {
        if (read(control, line + n, 1) != 1)
            return false;
        if (line[n] == '\n') {
            line[n] = '\0';
            return true;
        }
    }
    return false;
}

/* Notes a file of which a line tells: its name, its length and its hash. */
static bool note_file(struct origin_file *files, size_t *count, size_t most,
                      const char *folder, const char *suffix, const char *line)
{
    char name[16];
    struct origin_file *file = &files[*count];

    if (*count == most || sscanf(line, "%15s %" SCNu64 " %" SCNx64, name,
                                 &file->bytes, &file->hash) != 3)
        return false;
    snprintf(file->path, sizeof file->path, "/%s/%s%s", folder, name, suffix);
    (*count)++;
    return true;
}

/* Sends a line, reads the line that answers it. */
static bool ask(int control, const char *question, char answer[LINE])
{
    const ssize_t length = (ssize_t)strlen(question);

    return write(control, question, (size_t)length) == length &&
           read_line(control, answer);
}

static bool note_line(struct origin *origin, const char *line)
{
    if (strncmp(line, "port ", 5) == 0)
        return sscanf(line + 5, "%" SCNu16, &origin->port) == 1;
    if (strncmp(line, "flag ", 5) == 0)
        return note_file(origin->flag, &origin->flags, ORIGIN_FLAGS, "flags",
                         ".png", line + 5);
    if (strncmp(line, "photo ", 6) == 0)
        return note_file(origin->photo, &origin->photos, ORIGIN_PHOTOS,
                         "photos", ".jpg", line + 6);
    return true;
}

/* Once the server has said everything. Drawing pictures took it some
 * processor time, which is not to count. */
static int origin_begin(const struct origin *origin)
{
    char line[LINE];

    return origin->port != 0 && origin->flags > 0 &&
                   ask(origin->control, "reset\n", line)
               ? 0
               : -EPROTO;
}

const char *origin_delay_refusal(const struct run *run)
{
    const uint64_t latency = option_number(run, "latency");

    if (option_given(run, "p99") &&
        (latency == 0 || option_number(run, "p99") < latency))
        return "--p99: not below --latency, which must not be 0";
    return NULL;
}

uint64_t origin_least_ns(const struct run *run)
{
    return option_given(run, "p99") ? 0 : option_number(run, "latency");
}

/* Starts the program; its control socket, or -errno. */
static int start(const struct run *run, const struct origin_argument *more)
{
    char texts[ARGUMENTS][48];
    const char *arguments[ARGUMENTS + 1] = {NULL};
    size_t n = 0;

    snprintf(texts[n++], sizeof *texts, "--seed=%" PRIu64, run->seed);
    snprintf(texts[n++], sizeof *texts, "--latency=%" PRIu64 "ns",
             option_number(run, "latency"));
    snprintf(texts[n++], sizeof *texts, "--p99=%" PRIu64 "ns",
             option_number(run, "p99"));
    for (; more->name != NULL && n < ARGUMENTS; more++)
        snprintf(texts[n++], sizeof *texts, "--%s=%" PRIu64, more->name,
                 more->value);
    if (more->name != NULL)
        return -E2BIG;
    for (size_t a = 0; a < n; a++)
        arguments[a] = texts[a];
    return helper_start("origin", arguments);
}

int origin_start(struct origin *origin, const struct run *run,
                 const struct origin_argument *more)
{
    char line[LINE];
    const int control = start(run, more);

    if (control == -ENOENT)
        cannot_run("there is no origin server beside this program");
    if (control < 0)
        return control;
    *origin = (struct origin){.control = control};
    while (read_line(control, line))
        if (strcmp(line, "ready") == 0)
            return origin_begin(origin);
        else if (!note_line(origin, line))
            return -EPROTO;
    cannot_run("the origin server has not started");
}

void origin_stop(struct origin *origin)
{
    connections_close();
    if (origin->control > 0)
        helper_stop(origin->control);
    origin->control = 0;
}

int origin_ask(const struct origin *origin, struct origin_stats *stats)
{
    char line[LINE];
    json_int_t requests, connections, peak, cpu;

    if (!ask(origin->control, "stats\n", line))
        return -EPIPE;

    json_t *object = json_loads(line, 0, NULL);
    const int bad = json_unpack(object, "{s:I, s:I, s:I, s:I}", "requests",
                                &requests, "connections", &connections,
                                "peak_requests", &peak, "cpu_ns", &cpu);

    json_decref(object);
    if (bad != 0)
        return -EPROTO;
    *stats = (struct origin_stats){.requests = (uint64_t)requests,
                                   .connections = (uint64_t)connections,
                                   .peak_requests = (uint64_t)peak,
                                   .cpu_ns = (uint64_t)cpu};
    return 0;
}

/* ------------------------------------------------------------- requests */

/* Text that grows at its end; `used` counts also what found no room. printf
 * would take longer than sending the text does. */
struct text {
    char *bytes;
    size_t room, used;
};

static void add(struct text *text, const char *more)
{
    const size_t count = strlen(more);

    if (text->used + count <= text->room)
        memcpy(text->bytes + text->used, more, count);
    text->used += count;
}

static void add_number(struct text *text, uint64_t number)
{
    char digits[21];
    size_t at = sizeof digits - 1;

    digits[at] = '\0';
    do
        digits[--at] = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    add(text, digits + at);
}

size_t origin_head(const struct origin_request *request, char head[ORIGIN_HEAD])
{
    struct text text = {.bytes = head, .room = ORIGIN_HEAD};

    add(&text, request->method);
    add(&text, " ");
    add(&text, request->path);
    add(&text, "?item=");
    add_number(&text, request->item);
    add(&text, "&attempt=");
    add_number(&text, request->attempt);
    add(&text, " HTTP/1.1\r\nHost: 127.0.0.1\r\n");
    if (!request->kept)
        add(&text, "Connection: close\r\n");
    if (request->body != NULL) {
        add(&text, "Content-Length: ");
        add_number(&text, request->body_bytes);
        add(&text, "\r\n");
    }
    add(&text, "\r\n");
    return text.used <= ORIGIN_HEAD ? text.used : 0;
}

int origin_exchange(const struct origin *origin,
                    const struct origin_request *request,
                    struct http_reply *reply)
{
    char head[ORIGIN_HEAD];
    const struct http_request sent = {.head = head,
                                      .head_bytes = origin_head(request, head),
                                      .body = request->body,
                                      .body_bytes = request->body_bytes};
    struct connection *connection = NULL;
    int error = sent.head_bytes == 0 ? -ENAMETOOLONG : 0;

    if (error == 0 && request->kept)
        connection = connections_take(origin->port);
    if (error == 0 && connection == NULL)
        error = http_open(origin->port, request->deadline_ns, &connection);
    if (error != 0)
        return error;
    error = http_exchange(connection, &sent, request->deadline_ns, reply);
    if (request->kept && reply->keep)
        connections_give(connection);
    else
        http_close(connection);
    return error;
}

int origin_to_hash(void *hash, const void *bytes, size_t count)
{
    body_hash_add(hash, bytes, count);
    return 0;
}
