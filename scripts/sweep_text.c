/*
 * sweep_text.c - strings, small files and hashes for the sweep.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: how a file is replaced so that a crash at any moment leaves the
 * old one or the new one, never half of one: text_save.
 */
#include "sweep.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

char *text_format(const char *format, ...)
{
    char *text;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        die(ENOMEM, "memory");
    va_end(arguments);
    return text;
}

char *text_copy(const char *text)
{
    return text_format("%s", text);
}

char *text_quote(const char *word)
{
    const char *plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                        "0123456789_-+=./:,@%";
    if (*word != '\0' && word[strspn(word, plain)] == '\0')
        return text_copy(word);
    /* Inside single quotes only the quote itself is special: end them, put
     * an escaped one, begin again. */
    char *quoted = malloc(4 * strlen(word) + 3), *to = quoted;
    if (quoted == NULL)
        die(ENOMEM, "memory");
    *to++ = '\'';
    for (; *word != '\0'; word++)
        if (*word == '\'')
            to = stpcpy(to, "'\\''");
        else
            *to++ = *word;
    strcpy(to, "'");
    return quoted;
}

char *text_now(void)
{
    time_t now = time(NULL);
    struct tm utc;
    char text[32];
    gmtime_r(&now, &utc);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    return text_copy(text);
}

char *text_of_file(const char *path)
{
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return NULL;
    char *line = NULL;
    size_t room = 0;
    if (getline(&line, &room, file) < 0) {
        free(line);
        line = NULL;
    } else
        line[strcspn(line, "\n")] = '\0';
    fclose(file);
    return line;
}

/* FNV-1a, 64 bits: tells apart what changed by accident, which is all that
 * is needed here; it does not stop anyone who means to deceive. */
uint64_t text_hash(uint64_t hash, const void *bytes, size_t n)
{
    const unsigned char *at = bytes;
    if (hash == 0)
        hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ at[i]) * 0x100000001b3u;
    return hash;
}

void text_save(const char *path, const char *text)
{
    char *fresh = text_format("%s.new", path);
    FILE *file = fopen(fresh, "we");
    if (file == NULL)
        die(errno, "%s", fresh);
    /* The data must be on the disk before the name points at them. */
    if (fputs(text, file) < 0 || fflush(file) != 0 ||
        fsync(fileno(file)) != 0) {
        int error = errno;
        unlink(fresh);
        die(error, "%s", path);
    }
    fclose(file);
    if (rename(fresh, path) != 0)
        die(errno, "%s", path);
    free(fresh);
}
