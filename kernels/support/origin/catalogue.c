/*
 * catalogue.c - every answer the origin server gives, made before the first
 * request.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: what is the same for all requests is done once. A request for a
 * flag then costs a look into a table and one system call that sends header
 * and body, wherever they are.
 * Left out: the Date header, which would have to be written anew each second,
 * and conditional requests.
 */
#include "catalogue.h"
#include "../body_hash.h"
#include "../../../bench/lib/die.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD_TEXT = 256, PAGE_TEXT = 8192 };

static const struct {
    unsigned status;
    const char *reason;
} reasons[] = {
    {200, "OK"},
    {201, "Created"},
    {400, "Bad Request"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {431, "Request Header Fields Too Large"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
};

static const unsigned refused[REFUSALS] = {400, 405, 413, 414, 431, 501};

static const char *reason_of(unsigned status)
{
    for (size_t r = 0; r < sizeof reasons / sizeof *reasons; r++)
        if (reasons[r].status == status)
            return reasons[r].reason;
    return "Unknown";
}

size_t answer_head(char *text, size_t room, unsigned status, const char *type,
                   size_t body_bytes, bool closes)
{
    return (size_t)snprintf(
        text, room,
        "HTTP/1.1 %u %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
        "Cache-Control: no-store\r\n%s%s\r\n",
        status, reason_of(status), type, body_bytes,
        status == 405 ? "Allow: GET, HEAD, PUT, POST\r\n" : "",
        closes ? "Connection: close\r\n" : "");
}

/* Makes an answer around a body, which from now on belongs to it. */
static void answer_make(struct answer *answer, unsigned status,
                        const char *type, void *body, size_t bytes)
{
    if (body == NULL)
        die(ENOMEM, "answers");
    *answer =
        (struct answer){.status = status, .body = body, .body_bytes = bytes};
    for (int closes = 0; closes < 2; closes++) {
        char text[HEAD_TEXT];
        answer->head_bytes[closes] =
            answer_head(text, sizeof text, status, type, bytes, closes);
        answer->head[closes] = strdup(text);
        if (answer->head[closes] == NULL)
            die(ENOMEM, "answers");
    }
}

static void answer_free(struct answer *answer)
{
    free(answer->head[0]);
    free(answer->head[1]);
    free((void *)(uintptr_t)answer->body);
}

/* An answer whose body is its own reason. */
static void answer_plain(struct answer *answer, unsigned status)
{
    char text[64];
    const int bytes =
        snprintf(text, sizeof text, "%u %s\n", status, reason_of(status));

    answer_make(answer, status, "text/plain", strdup(text), (size_t)bytes);
}

static void make_exhibit(struct exhibit *exhibit, const char *type,
                         struct picture picture)
{
    exhibit->hash = body_hash_of(picture.bytes, picture.count);
    answer_make(&exhibit->answer, 200, type, picture.bytes, picture.count);
}

static int index_of_code(const char *code)
{
    const int first = code[0] - 'a', second = code[1] - 'a';

    if (first < 0 || first >= LETTERS || second < 0 || second >= LETTERS)
        return -1;
    return first * LETTERS + second;
}

static void make_flags(struct catalogue *catalogue,
                       const struct options *options)
{
    memset(catalogue->flag_of_code, -1, sizeof catalogue->flag_of_code);
    for (unsigned f = 0; f < FLAGS; f++) {
        struct exhibit *flag = &catalogue->flags[f];
        snprintf(flag->name, sizeof flag->name, "%s.png", flag_code(f));
        make_exhibit(flag, "image/png",
                     flag_draw(f, options->size, options->seed));
        catalogue->flag_of_code[index_of_code(flag->name)] = (signed char)f;
    }
}

static void make_photos(struct catalogue *catalogue,
                        const struct options *options)
{
    catalogue->photo_count = options->photos;
    for (unsigned p = 0; p < catalogue->photo_count; p++) {
        struct exhibit *photo = &catalogue->photos[p];
        snprintf(photo->name, sizeof photo->name, "%u.jpg", p % 10);
        make_exhibit(photo, "image/jpeg", photo_draw(p, options->seed));
    }
}

/* The page that a browser shows: all flags, and links to the rest. */
static void make_index(struct catalogue *catalogue)
{
    char *page = malloc(PAGE_TEXT);
    size_t n = 0;

    if (page == NULL)
        die(ENOMEM, "answers");
    n += (size_t)snprintf(
        page, PAGE_TEXT,
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
        "<title>origin</title>\n<style>body{font-family:sans-serif;margin:2em}"
        "img{width:120px;margin:4px;border:1px solid #ccc}</style></head>\n"
        "<body><h1>origin</h1>\n<p>Twenty flags, each slow to come. "
        "<a href=\"/stats\">Statistics</a></p>\n<p>");
    for (unsigned f = 0; f < FLAGS; f++)
        n += (size_t)snprintf(page + n, PAGE_TEXT - n,
                              "<img src=\"/flags/%s\" alt=\"%s\">\n",
                              catalogue->flags[f].name, flag_code(f));
    n += (size_t)snprintf(page + n, PAGE_TEXT - n, "</p>\n<p>Photos:");
    for (size_t p = 0; p < catalogue->photo_count; p++)
        n += (size_t)snprintf(page + n, PAGE_TEXT - n,
                              " <a href=\"/photos/%s\">%zu</a>",
                              catalogue->photos[p].name, p);
    n += (size_t)snprintf(page + n, PAGE_TEXT - n, "</p></body></html>\n");
    answer_make(&catalogue->index, 200, "text/html; charset=utf-8", page, n);
}

void catalogue_make(struct catalogue *catalogue, const struct options *options)
{
    make_flags(catalogue, options);
    make_photos(catalogue, options);
    make_index(catalogue);
    answer_plain(&catalogue->missing, 404);
    answer_plain(&catalogue->unavailable, 503);
    for (int r = 0; r < REFUSALS; r++)
        answer_plain(&catalogue->refusals[r], refused[r]);
}

void catalogue_free(struct catalogue *catalogue)
{
    for (unsigned f = 0; f < FLAGS; f++)
        answer_free(&catalogue->flags[f].answer);
    for (size_t p = 0; p < catalogue->photo_count; p++)
        answer_free(&catalogue->photos[p].answer);
    for (int r = 0; r < REFUSALS; r++)
        answer_free(&catalogue->refusals[r]);
    answer_free(&catalogue->index);
    answer_free(&catalogue->missing);
    answer_free(&catalogue->unavailable);
}

/* The name behind a folder, where it has so many characters; or NULL. */
static const char *name_in(const char *folder, size_t name_bytes,
                           const char *path, size_t bytes)
{
    const size_t before = strlen(folder);

    return bytes == before + name_bytes && memcmp(path, folder, before) == 0
               ? path + before
               : NULL;
}

const struct answer *catalogue_find(const struct catalogue *catalogue,
                                    const char *path, size_t bytes)
{
    const char *name = name_in("/flags/", strlen("cn.png"), path, bytes);

    if (name != NULL && memcmp(name + 2, ".png", 4) == 0) {
        const int code = index_of_code(name),
                  f = code < 0 ? -1 : catalogue->flag_of_code[code];
        return f < 0 ? NULL : &catalogue->flags[f].answer;
    }
    name = name_in("/photos/", strlen("0.jpg"), path, bytes);
    if (name != NULL && memcmp(name + 1, ".jpg", 4) == 0) {
        const unsigned p = (unsigned)(name[0] - '0');
        return p < catalogue->photo_count ? &catalogue->photos[p].answer : NULL;
    }
    return NULL;
}

const struct answer *catalogue_refusal(const struct catalogue *catalogue,
                                       unsigned status)
{
    for (int r = 0; r < REFUSALS; r++)
        if (catalogue->refusals[r].status == status)
            return &catalogue->refusals[r];
    return &catalogue->refusals[0];
}
