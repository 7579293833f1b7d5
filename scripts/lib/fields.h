/*
 * fields.h - text files of `key: value` lines, and lists inside a value.
 * SPDX-License-Identifier: MIT
 *
 * Experiments and lessons are data that a reader may write and change, so
 * they have a form that needs no explanation:
 *
 *   # a comment, which is a line of its own
 *   title: Elapsed time against cores
 *   arm: kernel=hash workers=1,2 options="--queue polling","--queue blocking"
 *
 * A line is a key, a colon and a value that goes on to the end of the line.
 * Some values are *settings*: words name=value with blanks between them, where
 * value is a list separated by commas, and blanks and commas between double
 * quotes are part of the value. There is no escape for a double quote.
 *
 * Whatever is wrong with a file ends the program with EXIT_USAGE and one line
 * `<tool>: <file>:<line>: <why>` on stderr. No function returns an error; all
 * die when there is no memory. Different files may be read by different
 * threads at once.
 */
#ifndef FIELDS_H
#define FIELDS_H

#include <stdbool.h>
#include <stddef.h>

struct field {
    unsigned line; /* counted from 1 */
    char *key;     /* lower case, words separated by single blanks */
    char *value;   /* never empty, no blanks around it */
};

struct fields {
    char *path;
    size_t count;
    struct field *list; /* in the order of the file */
};

/* Reads a whole file. A key may come more than once. The caller frees. */
struct fields fields_read(const char *path);
void fields_free(struct fields *fields);

/* Ends the program over what is wrong in a line; line 0: in the whole file. */
_Noreturn void fields_die(const struct fields *fields, unsigned line,
                          const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Ends the program at the first key that is none of these. */
void fields_check(const struct fields *fields, const char *const keys[],
                  size_t n);
/* The one line with a key, or NULL; ends the program when there are two. */
const struct field *fields_find(const struct fields *fields, const char *key);
/* Its value, or `otherwise` where the key is missing. The fields own it. */
const char *fields_value(const struct fields *fields, const char *key,
                         const char *otherwise);
/* Its value; ends the program when the key is missing. */
const char *fields_needed(const struct fields *fields, const char *key);
/* Whether its value is `yes`; ends the program if it is neither that nor
 * `no`. */
bool fields_yes(const struct fields *fields, const char *key, bool otherwise);

struct setting {
    char *name;
    size_t count; /* at least 1 */
    char **values;
    char *spelled; /* the list as it stands in the file */
};

struct settings {
    const struct fields *fields; /* where they come from, for messages */
    unsigned line;
    size_t count;
    struct setting *list;
};

/* Splits the value of a line; no name may come twice. The caller frees, and
 * keeps `fields` as long. */
struct settings settings_read(const struct fields *fields,
                              const struct field *field);
void settings_free(struct settings *settings);

/* Ends the program at the first name that is none of these. */
void settings_check(const struct settings *settings, const char *const names[],
                    size_t n);
/* The setting of this name, or NULL. */
const struct setting *settings_find(const struct settings *settings,
                                    const char *name);
/* Its only value, or `otherwise` where it is missing; ends the program when
 * it has several. */
const char *settings_value(const struct settings *settings, const char *name,
                           const char *otherwise);

#endif
