/*
 * parse_request_llhttp.c - parse_request.h by means of llhttp.
 * SPDX-License-Identifier: MIT
 *
 * llhttp has no limit for headers, so this file counts.
 */
#include "parse_request.h"

#include <llhttp.h>

struct state {
    llhttp_t parser; /* the first: a report gets its address */
    size_t left;     /* bytes that may come before the next progress */
    bool progress;   /* a complete header, or some body */
};

_Static_assert(sizeof(struct state) <= sizeof(struct parse_request),
               "struct parse_request is too small for llhttp_t");

static struct state *state_of(struct parse_request *parse)
{
    return (struct state *)(void *)parse->state;
}

static int on_begin(llhttp_t *parser)
{
    request_on_begin(parser->data);
    return 0;
}

static int on_url(llhttp_t *parser, const char *at, size_t bytes)
{
    return request_on_url(parser->data, at, bytes);
}

static int on_field(llhttp_t *parser, const char *at, size_t bytes)
{
    request_on_field(parser->data, at, bytes);
    return 0;
}

static int on_head(llhttp_t *parser)
{
    ((struct state *)parser)->progress = true;
    return request_on_head(parser->data, parser->content_length);
}

static int on_body(llhttp_t *parser, const char *at, size_t bytes)
{
    ((struct state *)parser)->progress = true;
    return request_on_body(parser->data, at, bytes);
}

/* The next request must wait until this one is answered. */
static int on_complete(llhttp_t *parser)
{
    request_on_end(parser->data, llhttp_should_keep_alive(parser) &&
                                     parser->http_minor > 0 &&
                                     !parser->upgrade);
    return HPE_PAUSED;
}

void parse_request_open(struct parse_request *parse,
                        struct connection *connection)
{
    static const llhttp_settings_t reports = {
        .on_message_begin = on_begin,
        .on_url = on_url,
        .on_header_field = on_field,
        .on_headers_complete = on_head,
        .on_body = on_body,
        .on_message_complete = on_complete,
    };
    struct state *state = state_of(parse);

    llhttp_init(&state->parser, HTTP_REQUEST, &reports);
    state->parser.data = connection;
    state->left = PARSE_REQUEST_MOST_HEAD;
}

/* What llhttp's error means to the client; 0 for none. */
static unsigned fault_of(llhttp_errno_t error)
{
    switch (error) {
    case HPE_OK:
    case HPE_PAUSED:
        return 0;
    case HPE_INVALID_METHOD:
    case HPE_PAUSED_H2_UPGRADE:
        return 501;
    default:
        return 400;
    }
}

size_t parse_request_feed(struct parse_request *parse, const char *at,
                          size_t bytes, unsigned *fault)
{
    struct state *state = state_of(parse);

    for (size_t taken = 0; taken < bytes;) {
        const size_t rest = bytes - taken,
                     n = rest < state->left ? rest : state->left;
        state->progress = false;
        const llhttp_errno_t error =
            llhttp_execute(&state->parser, at + taken, n);
        if (error != HPE_OK) {
            *fault = fault_of(error);
            return (size_t)(llhttp_get_error_pos(&state->parser) - at);
        }
        taken += n;
        state->left =
            state->progress ? PARSE_REQUEST_MOST_HEAD : state->left - n;
        if (state->left == 0) {
            *fault = 431;
            return taken;
        }
    }
    return bytes;
}

void parse_request_next(struct parse_request *parse)
{
    struct state *state = state_of(parse);

    llhttp_resume(&state->parser);
    state->left = PARSE_REQUEST_MOST_HEAD;
}

enum method parse_request_method(const struct parse_request *parse)
{
    switch (((const llhttp_t *)(const void *)parse->state)->method) {
    case HTTP_GET:
        return METHOD_GET;
    case HTTP_HEAD:
        return METHOD_HEAD;
    case HTTP_PUT:
        return METHOD_PUT;
    case HTTP_POST:
        return METHOD_POST;
    default:
        return METHOD_OTHER;
    }
}
