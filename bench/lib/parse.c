/*
 * parse.c - values of options: numbers, times, choices.
 * SPDX-License-Identifier: MIT
 */
#include "parse.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool number_parse(const char *text, uint64_t least, uint64_t most,
                  uint64_t *number)
{
    if (*text == '\0' || text[strspn(text, "0123456789")] != '\0')
        return false;
    errno = 0;
    uintmax_t value = strtoumax(text, NULL, 10);
    *number = value;
    return errno == 0 && value >= least && value <= most;
}

bool duration_parse(const char *text, uint64_t *ns)
{
    static const double longest_ns = 9.2e18; /* what llround can hold */
    static const struct {
        const char *name;
        double ns;
    } units[] = {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}};
    size_t digits = strspn(text, "0123456789.");
    char *end;
    if (digits == 0)
        return false;
    double value = strtod(text, &end);
    for (size_t u = 0; u < sizeof units / sizeof units[0]; u++) {
        if (end != text + digits || strcmp(end, units[u].name) != 0)
            continue;
        value *= units[u].ns;
        *ns = value < longest_ns ? (uint64_t)llround(value) : 0;
        return value < longest_ns;
    }
    return false;
}

int choice_parse(const char *choices, const char *word)
{
    int position = 0;
    size_t length = strlen(word);
    for (const char *at = choices; *at != '\0'; position++) {
        size_t n = strcspn(at, " ");
        if (n == length && strncmp(at, word, n) == 0)
            return position;
        at += n + (at[n] == ' ');
    }
    return -1;
}
