/*
 * parse_request_http_parser.c - parse_request.h by means of http-parser.
 * SPDX-License-Identifier: MIT
 */
#include "parse_request.h"

#include <http_parser.h>

_Static_assert(sizeof(http_parser) <= sizeof(struct parse_request),
               "struct parse_request is too small for http_parser");

static int on_begin(http_parser *parser)
{
    request_on_begin(parser->data);
    return 0;
}

static int on_url(http_parser *parser, const char *at, size_t bytes)
{
    return request_on_url(parser->data, at, bytes);
}

static int on_field(http_parser *parser, const char *at, size_t bytes)
{
    request_on_field(parser->data, at, bytes);
    return 0;
}

static int on_head(http_parser *parser)
{
    const bool sized = parser->content_length != UINT64_MAX;

    return request_on_head(parser->data, sized ? parser->content_length : 0);
}

static int on_body(http_parser *parser, const char *at, size_t bytes)
{
    return request_on_body(parser->data, at, bytes);
}

/* The next request must wait until this one is answered. */
static int on_complete(http_parser *parser)
{
    request_on_end(parser->data, http_should_keep_alive(parser) &&
                                     parser->http_minor > 0 &&
                                     !parser->upgrade);
    http_parser_pause(parser, 1);
    return 0;
}

void parse_request_open(struct parse_request *parse,
                        struct connection *connection)
{
    http_parser *parser = (http_parser *)(void *)parse->state;

    http_parser_set_max_header_size(PARSE_REQUEST_MOST_HEAD);
    http_parser_init(parser, HTTP_REQUEST);
    parser->data = connection;
}

size_t parse_request_feed(struct parse_request *parse, const char *at,
                          size_t bytes, unsigned *fault)
{
    static const http_parser_settings reports = {
        .on_message_begin = on_begin,
        .on_url = on_url,
        .on_header_field = on_field,
        .on_headers_complete = on_head,
        .on_body = on_body,
        .on_message_complete = on_complete,
    };
    http_parser *parser = (http_parser *)(void *)parse->state;
    const size_t taken = http_parser_execute(parser, &reports, at, bytes);

    switch (HTTP_PARSER_ERRNO(parser)) {
    case HPE_OK:
    case HPE_PAUSED:
        break;
    case HPE_HEADER_OVERFLOW:
        *fault = 431;
        break;
    case HPE_INVALID_METHOD:
        *fault = 501;
        break;
    default:
        *fault = 400;
    }
    return taken;
}

void parse_request_next(struct parse_request *parse)
{
    http_parser_pause((http_parser *)(void *)parse->state, 0);
}

enum method parse_request_method(const struct parse_request *parse)
{
    switch (((const http_parser *)(const void *)parse->state)->method) {
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
