/*
 * parse_llhttp.c - parse.h by means of llhttp.
 * SPDX-License-Identifier: MIT
 */
#include "parse.h"

#include <errno.h>
#include <llhttp.h>

_Static_assert(sizeof(llhttp_t) <= sizeof(((struct parse *)0)->state),
               "struct parse is too small for llhttp_t");

static struct parse *parse_of(const llhttp_t *parser)
{
    return parser->data;
}

/* A second answer on top of the first one is none that was asked for. */
static int parse_on_begin(llhttp_t *parser)
{
    return parse_of(parser)->done ? -1 : 0;
}

static int parse_on_headers(llhttp_t *parser)
{
    struct parse *parse = parse_of(parser);

    parse->status = (unsigned)llhttp_get_status_code(parser);
    parse->headers_done = true;
    return 0;
}

static int parse_on_body(llhttp_t *parser, const char *bytes, size_t count)
{
    struct parse *parse = parse_of(parser);

    if (parse->body != NULL)
        parse->error = parse->body(parse->context, bytes, count);
    return parse->error == 0 ? 0 : -1;
}

static int parse_on_complete(llhttp_t *parser)
{
    struct parse *parse = parse_of(parser);

    parse->done = true;
    parse->keep = llhttp_should_keep_alive(parser) != 0;
    return 0;
}

static const llhttp_settings_t settings = {
    .on_message_begin = parse_on_begin,
    .on_headers_complete = parse_on_headers,
    .on_body = parse_on_body,
    .on_message_complete = parse_on_complete,
};

void parse_begin(struct parse *parse, parse_body body, void *context)
{
    llhttp_t *parser = (llhttp_t *)(void *)parse->state;

    *parse = (struct parse){.body = body, .context = context};
    llhttp_init(parser, HTTP_RESPONSE, &settings);
    parser->data = parse;
}

int parse_feed(struct parse *parse, const char *bytes, size_t count)
{
    llhttp_t *parser = (llhttp_t *)(void *)parse->state;
    const llhttp_errno_t error = llhttp_execute(parser, bytes, count);

    if (parse->error != 0)
        return parse->error;
    return error == HPE_OK ? 0 : -EBADMSG;
}

int parse_end(struct parse *parse)
{
    llhttp_t *parser = (llhttp_t *)(void *)parse->state;
    const llhttp_errno_t error = llhttp_finish(parser);

    return parse->done && error == HPE_OK ? 0 : -ECONNRESET;
}
