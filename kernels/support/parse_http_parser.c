/*
 * parse_http_parser.c - parse.h by means of http-parser.
 * SPDX-License-Identifier: MIT
 */
#include "parse.h"

#include <errno.h>
#include <http_parser.h>

_Static_assert(sizeof(http_parser) <= sizeof(((struct parse *)0)->state),
               "struct parse is too small for http_parser");

static struct parse *parse_of(const http_parser *parser)
{
    return parser->data;
}

/* A second answer on top of the first one is none that was asked for. */
static int parse_on_begin(http_parser *parser)
{
    return parse_of(parser)->done ? -1 : 0;
}

static int parse_on_headers(http_parser *parser)
{
    struct parse *parse = parse_of(parser);

    parse->status = parser->status_code;
    parse->headers_done = true;
    return 0;
}

static int parse_on_body(http_parser *parser, const char *bytes, size_t count)
{
    struct parse *parse = parse_of(parser);

    if (parse->body != NULL)
        parse->error = parse->body(parse->context, bytes, count);
    return parse->error;
}

static int parse_on_complete(http_parser *parser)
{
    struct parse *parse = parse_of(parser);

    parse->done = true;
    parse->keep = http_should_keep_alive(parser) != 0;
    return 0;
}

static const http_parser_settings settings = {
    .on_message_begin = parse_on_begin,
    .on_headers_complete = parse_on_headers,
    .on_body = parse_on_body,
    .on_message_complete = parse_on_complete,
};

void parse_begin(struct parse *parse, parse_body body, void *context)
{
    http_parser *parser = (http_parser *)(void *)parse->state;

    *parse = (struct parse){.body = body, .context = context};
    http_parser_init(parser, HTTP_RESPONSE);
    parser->data = parse;
}

int parse_feed(struct parse *parse, const char *bytes, size_t count)
{
    http_parser *parser = (http_parser *)(void *)parse->state;
    const size_t taken = http_parser_execute(parser, &settings, bytes, count);

    if (parse->error != 0)
        return parse->error;
    if (HTTP_PARSER_ERRNO(parser) == HPE_HEADER_OVERFLOW)
        return -EMSGSIZE;
    return taken == count && !parser->upgrade ? 0 : -EBADMSG;
}

int parse_end(struct parse *parse)
{
    http_parser *parser = (http_parser *)(void *)parse->state;

    (void)http_parser_execute(parser, &settings, NULL, 0);
    return parse->done && HTTP_PARSER_ERRNO(parser) == HPE_OK ? 0 : -ECONNRESET;
}
