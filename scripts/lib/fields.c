/*
 * fields.c - text files of `key: value` lines, and lists inside a value.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: a small language is read in two steps, each of which can say what
 * is wrong and where: lines into keys and values, a value into words.
 * Look at: word_read, which takes one word name=a,"b c" apart.
 * Left out: escapes, nesting, lines that go on in the next one.
 */
#include "fields.h"

#include "../../bench/lib/die.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *room(void *list, size_t n, size_t bytes)
{
    list = realloc(list, (n + 1) * bytes);
    if (list == NULL)
        die(ENOMEM, "memory");
    return list;
}

/* A copy of the bytes from `from` up to `to`. */
static char *piece(const char *from, const char *to)
{
    char *copy = strndup(from, (size_t)(to - from));
    if (copy == NULL)
        die(ENOMEM, "memory");
    return copy;
}

_Noreturn void fields_die(const struct fields *fields, unsigned line,
                          const char *format, ...)
{
    char *why;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&why, format, arguments) < 0)
        die(ENOMEM, "memory");
    va_end(arguments);
    if (line == 0)
        die_with(EXIT_USAGE, 0, "%s: %s", fields->path, why);
    die_with(EXIT_USAGE, 0, "%s:%u: %s", fields->path, line, why);
}

/* ---------------------------------------------------------------- lines */

static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
static const char key_bytes[] = "abcdefghijklmnopqrstuvwxyz0123456789_ ";

/* Takes blanks away on both sides. */
static void trim(const char **from, const char **to)
{
    while (*from < *to && **from == ' ')
        (*from)++;
    while (*from < *to && (*to)[-1] == ' ')
        (*to)--;
}

/* A tab looks like blanks but is none, and would end a column of a plan. */
static void line_check(const struct fields *fields, unsigned line,
                       const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == 127)
            fields_die(fields, line, "%s in column %zu; write blanks",
                       text[i] == '\t' ? "a tab" : "a control character",
                       i + 1);
}

static void line_add(struct fields *fields, unsigned line, const char *text)
{
    const char *end = text + strlen(text), *colon = strchr(text, ':');
    if (colon == NULL)
        fields_die(fields, line, "no colon; a line is `key: value`");
    const char *key = text, *key_end = colon, *value = colon + 1;
    trim(&key, &key_end);
    trim(&value, &end);
    size_t n = (size_t)(key_end - key);
    if (n == 0 || strchr(letters, *key) == NULL || strspn(key, key_bytes) < n)
        fields_die(fields, line, "'%.*s' is no key", (int)n, key);
    if (value == end)
        fields_die(fields, line, "%.*s: no value", (int)n, key);
    fields->list = room(fields->list, fields->count, sizeof *fields->list);
    fields->list[fields->count++] = (struct field){
        .line = line, .key = piece(key, key_end), .value = piece(value, end)};
}

struct fields fields_read(const char *path)
{
    struct fields fields = {.path = piece(path, path + strlen(path))};
    FILE *file = fopen(path, "re");
    if (file == NULL)
        die_with(EXIT_USAGE, errno, "%s", path);
    char *text = NULL;
    size_t size = 0;
    ssize_t n;
    errno = 0;
    for (unsigned line = 1; (n = getline(&text, &size, file)) >= 0; line++) {
        while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == '\r'))
            text[--n] = '\0';
        line_check(&fields, line, text, (size_t)n);
        const char *first = text + strspn(text, " ");
        if (*first != '\0' && *first != '#')
            line_add(&fields, line, text);
    }
    if (ferror(file))
        die_with(EXIT_USAGE, errno, "%s", path);
    free(text);
    fclose(file);
    return fields;
}

void fields_free(struct fields *fields)
{
    for (size_t i = 0; i < fields->count; i++) {
        free(fields->list[i].key);
        free(fields->list[i].value);
    }
    free(fields->list);
    free(fields->path);
}

static bool among(const char *name, const char *const names[], size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

void fields_check(const struct fields *fields, const char *const keys[],
                  size_t n)
{
    for (size_t i = 0; i < fields->count; i++)
        if (!among(fields->list[i].key, keys, n))
            fields_die(fields, fields->list[i].line, "unknown key '%s'",
                       fields->list[i].key);
}

const struct field *fields_find(const struct fields *fields, const char *key)
{
    const struct field *found = NULL;
    for (size_t i = 0; i < fields->count; i++) {
        const struct field *field = &fields->list[i];
        if (strcmp(field->key, key) != 0)
            continue;
        if (found != NULL)
            fields_die(fields, field->line, "%s: given in line %u already", key,
                       found->line);
        found = field;
    }
    return found;
}

const char *fields_value(const struct fields *fields, const char *key,
                         const char *otherwise)
{
    const struct field *field = fields_find(fields, key);
    return field == NULL ? otherwise : field->value;
}

const char *fields_needed(const struct fields *fields, const char *key)
{
    const struct field *field = fields_find(fields, key);
    if (field == NULL)
        fields_die(fields, 0, "no `%s:` line", key);
    return field->value;
}

bool fields_yes(const struct fields *fields, const char *key, bool otherwise)
{
    const struct field *field = fields_find(fields, key);
    if (field == NULL)
        return otherwise;
    if (strcmp(field->value, "yes") != 0 && strcmp(field->value, "no") != 0)
        fields_die(fields, field->line, "%s: '%s' is neither yes nor no", key,
                   field->value);
    return strcmp(field->value, "yes") == 0;
}

/* ------------------------------------------------------------- settings */

/* Where a value ends: at a blank or comma that is outside of quotes. */
static const char *value_end(const struct settings *settings, const char *at)
{
    bool quoted = false;
    for (; *at != '\0' && (quoted || (*at != ' ' && *at != ',')); at++)
        quoted ^= *at == '"';
    if (quoted)
        fields_die(settings->fields, settings->line,
                   "a double quote without its end");
    return at;
}

/* The value without its quotes. */
static char *unquoted(const char *from, const char *to)
{
    char *value = piece(from, to), *end = value;
    for (const char *at = value; *at != '\0'; at++)
        if (*at != '"')
            *end++ = *at;
    *end = '\0';
    return value;
}

/* Reads the values of a word; returns where they end. */
static const char *values_read(const struct settings *settings,
                               struct setting *setting, const char *at)
{
    const char *begin = at, *end;
    for (;; at = end + 1) {
        end = value_end(settings, at);
        if (end == at)
            fields_die(settings->fields, settings->line,
                       "%s=: an empty value; write \"\" if that is meant",
                       setting->name);
        setting->values =
            room(setting->values, setting->count, sizeof *setting->values);
        setting->values[setting->count++] = unquoted(at, end);
        if (*end != ',')
            break;
    }
    setting->spelled = piece(begin, end);
    return end;
}

/* Reads one word name=value,...; returns where it ends. */
static const char *word_read(struct settings *settings, const char *at)
{
    size_t n = strspn(at, key_bytes);
    const char *blank = memchr(at, ' ', n);
    n = blank == NULL ? n : (size_t)(blank - at);
    if (n == 0 || at[n] != '=')
        fields_die(settings->fields, settings->line,
                   "'%.*s' is not name=value; values with blanks stand in "
                   "double quotes",
                   (int)strcspn(at, " "), at);
    struct setting setting = {.name = piece(at, at + n)};
    if (settings_find(settings, setting.name) != NULL)
        fields_die(settings->fields, settings->line, "%s= comes twice",
                   setting.name);
    at = values_read(settings, &setting, at + n + 1);
    settings->list =
        room(settings->list, settings->count, sizeof *settings->list);
    settings->list[settings->count++] = setting;
    return at;
}

struct settings settings_read(const struct fields *fields,
                              const struct field *field)
{
    struct settings settings = {.fields = fields, .line = field->line};
    const char *at = field->value;
    while (*at != '\0') {
        at = word_read(&settings, at);
        at += strspn(at, " ");
    }
    return settings;
}

void settings_free(struct settings *settings)
{
    for (size_t i = 0; i < settings->count; i++) {
        struct setting *setting = &settings->list[i];
        for (size_t v = 0; v < setting->count; v++)
            free(setting->values[v]);
        free(setting->values);
        free(setting->spelled);
        free(setting->name);
    }
    free(settings->list);
}

void settings_check(const struct settings *settings, const char *const names[],
                    size_t n)
{
    for (size_t i = 0; i < settings->count; i++)
        if (!among(settings->list[i].name, names, n))
            fields_die(settings->fields, settings->line, "unknown name '%s='",
                       settings->list[i].name);
}

const struct setting *settings_find(const struct settings *settings,
                                    const char *name)
{
    for (size_t i = 0; i < settings->count; i++)
        if (strcmp(settings->list[i].name, name) == 0)
            return &settings->list[i];
    return NULL;
}

const char *settings_value(const struct settings *settings, const char *name,
                           const char *otherwise)
{
    const struct setting *setting = settings_find(settings, name);
    if (setting == NULL)
        return otherwise;
    if (setting->count > 1)
        fields_die(settings->fields, settings->line, "%s= takes one value",
                   name);
    return setting->values[0];
}
