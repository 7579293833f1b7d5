/*
 * sweep_experiment_keys.c - what may stand in an experiment's file.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: a form is checked before anything is timed, and as a whole: a key
 * that is spelled wrong, a bound that nobody draws and an experiment that
 * borrows from one that is not there all end the program in one clear line.
 * Look at: the tables; what is not in them is refused. What a chart is drawn
 * by goes on to session.json as it stands, for programs that draw.
 * Left out: arm lines (sweep_experiment_arms.c).
 */
#include "sweep_experiment.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Keys that come once at the most, all of which are kept in session.json. */
static const char *const single[] = {
    "title",      "question", "part",  "order",      "uses", "chart", "x",
    "y",          "y name",   "right", "right name", "xlog", "ylog",  "bound",
    "bound name", "kernels",  "each",  "plan",       "rank"};

static const char *const several[] = {
    "arm",  "quick arm",  "full arm", "kernels arm", "strategies arm",
    "once", "quick once", "full once"};

static const char *const charts[] = {
    "speedup", "inflight", "counters", "granularity", "lines",
    "none",    "costs",    "timeline", "occupancy",   NULL};
/* Drawn from what `once` lines leave behind. */
static const char *const once_charts[] = {"costs", "timeline", "occupancy",
                                          NULL};
static const char *const plans[] = {"both", "full", NULL};
static const char *const ranks[] = {"1", "2", "3", "4", "5",
                                    "6", "7", "8", "9", NULL};
static const char *const eaches[] = {"kernel", NULL};
static const char *const bounds[] = {"ideal",  "one",  "half",
                                     "little", "most", NULL};

enum {
    SINGLE = sizeof single / sizeof *single,
    SEVERAL = sizeof several / sizeof *several,
    ORDER_LAST = 999, /* of an experiment that does not say */
};

/* ------------------------------------------------------------- one file */

static bool is_one_of(const char *word, const char *const words[])
{
    for (size_t i = 0; words[i] != NULL; i++)
        if (strcmp(words[i], word) == 0)
            return true;
    return false;
}

/* The value of a key, which must be one of these. */
static const char *one_of(const struct fields *fields, const char *key,
                          const char *otherwise, const char *const words[])
{
    const struct field *field = fields_find(fields, key);
    if (field == NULL)
        return otherwise;
    if (is_one_of(field->value, words))
        return field->value;
    char *all = text_copy("");
    for (size_t i = 0; words[i] != NULL; i++) {
        char *longer = text_format("%s%s%s", all, i > 0 ? ", " : "", words[i]);
        free(all);
        all = longer;
    }
    fields_die(fields, field->line, "%s: '%s' is none of: %s", key,
               field->value, all);
}

/* A key whose value is a name as a file has one: no blanks, no commas. */
static const char *name_of(const struct fields *fields, const char *key,
                           const char *otherwise)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";
    const struct field *field = fields_find(fields, key);
    if (field == NULL)
        return otherwise;
    if (field->value[strspn(field->value, letters)] != '\0')
        fields_die(fields, field->line, "%s: '%s' is no name", key,
                   field->value);
    return field->value;
}

static unsigned order_of(const struct fields *fields)
{
    const struct field *field = fields_find(fields, "order");
    if (field == NULL)
        return ORDER_LAST;
    size_t digits = strspn(field->value, "0123456789");
    if (digits > 3 || field->value[digits] != '\0')
        fields_die(fields, field->line,
                   "order: '%s' is not a whole number from 0 to %d",
                   field->value, ORDER_LAST);
    return (unsigned)strtoul(field->value, NULL, 10);
}

/* A key that says nothing without another one. */
static void needs_key(const struct fields *fields, const char *key,
                      const char *other)
{
    const struct field *field = fields_find(fields, key);
    if (field != NULL && fields_find(fields, other) == NULL)
        fields_die(fields, field->line, "%s: there is no `%s:`", key, other);
}

/* The first line whose key ends so, or NULL. */
static const struct field *line_of(const struct fields *fields, const char *end)
{
    for (size_t i = 0; i < fields->count; i++) {
        const char *key = fields->list[i].key;
        size_t n = strlen(key), m = strlen(end);
        if (n >= m && strcmp(key + n - m, end) == 0)
            return &fields->list[i];
    }
    return NULL;
}

/* The file of a `once` line: its name, in the run's directory or in its
 * traces/, and none that the shell hides. */
static void once_file(const struct fields *fields, const struct field *field,
                      size_t length)
{
    static const char traces[] = "traces/";
    size_t skip = strncmp(field->value, traces, sizeof traces - 1) == 0
                      ? sizeof traces - 1
                      : 0;
    if (memchr(field->value + skip, '/', length - skip) != NULL)
        fields_die(fields, field->line,
                   "%s: '%.*s' has a directory in it that is not traces/",
                   field->key, (int)length, field->value);
    if (length == skip || field->value[skip] == '.')
        fields_die(fields, field->line, "%s: not FILE = COMMAND", field->key);
}

static void once_check(const struct fields *fields)
{
    for (size_t i = 0; i < fields->count; i++) {
        const struct field *field = &fields->list[i];
        if (strstr(field->key, "once") == NULL)
            continue;
        size_t name = strcspn(field->value, " =");
        const char *equals = field->value + name;
        equals += strspn(equals, " ");
        if (*equals != '=' || equals[1 + strspn(equals + 1, " ")] == '\0')
            fields_die(fields, field->line, "%s: not FILE = COMMAND",
                       field->key);
        once_file(fields, field, name);
    }
}

/* Charts of `once` files have one to be drawn from, and whoever borrows arms
 * has none. */
static void lines_check(const struct experiment *e)
{
    const struct field *chart = fields_find(&e->fields, "chart");
    const struct field *arm = line_of(&e->fields, "arm");
    if (is_one_of(e->chart, once_charts) && line_of(&e->fields, "once") == NULL)
        fields_die(&e->fields, chart->line,
                   "chart: %s is drawn from a file, and there is no `once:`",
                   e->chart);
    if (e->uses != NULL && arm != NULL)
        fields_die(&e->fields, arm->line,
                   "%s: it has `uses: %s`, and so no arms of its own", arm->key,
                   e->uses);
}

void experiment_check(struct experiment *e)
{
    struct fields *fields = &e->fields;
    const char *keys[SINGLE + SEVERAL];
    memcpy(keys, single, sizeof single);
    memcpy(keys + SINGLE, several, sizeof several);
    fields_check(fields, keys, SINGLE + SEVERAL);
    for (size_t i = 0; i < SINGLE; i++)
        fields_find(fields, single[i]); /* none of them twice */
    fields_needed(fields, "title");
    fields_needed(fields, "question");
    fields_needed(fields, "chart");
    e->chart = one_of(fields, "chart", NULL, charts);
    e->part = name_of(fields, "part", e->name);
    e->uses = name_of(fields, "uses", NULL);
    e->order = order_of(fields);
    e->full_only = strcmp(one_of(fields, "plan", "both", plans), "full") == 0;
    e->rank = (unsigned)(*one_of(fields, "rank", "1", ranks) - '0');
    one_of(fields, "each", NULL, eaches);
    one_of(fields, "bound", NULL, bounds);
    needs_key(fields, "bound name", "bound");
    fields_yes(fields, "xlog", false);
    fields_yes(fields, "ylog", false);
    once_check(fields);
    lines_check(e);
}

/* ------------------------------------------------------- all of them */

void experiments_check(const struct experiments *experiments)
{
    for (size_t i = 0; i < experiments->count; i++) {
        const struct experiment *e = &experiments->list[i];
        if (e->uses == NULL)
            continue;
        const struct field *line = fields_find(&e->fields, "uses");
        const struct experiment *of = experiment_used(experiments, e);
        if (of == NULL)
            fields_die(&e->fields, line->line, "uses: no such experiment: '%s'",
                       e->uses);
        if (of->uses != NULL)
            fields_die(&e->fields, line->line,
                       "uses: '%s' has no arms itself, but uses '%s'", e->uses,
                       of->uses);
    }
}

const struct experiment *experiment_used(const struct experiments *experiments,
                                         const struct experiment *experiment)
{
    for (size_t i = 0; i < experiments->count; i++)
        if (!experiments->list[i].lesson &&
            strcmp(experiments->list[i].name, experiment->uses) == 0)
            return &experiments->list[i];
    return NULL;
}

bool experiment_planned(const struct experiments *experiments,
                        const struct asked *asked,
                        const struct experiment *experiment)
{
    if (experiment_chosen(asked, experiment))
        return true;
    for (size_t i = 0; i < experiments->count; i++) {
        const struct experiment *e = &experiments->list[i];
        if (e->uses != NULL && experiment_chosen(asked, e) &&
            experiment_used(experiments, e) == experiment)
            return true;
    }
    return false;
}

/* ------------------------------------------------------- for session.json */

/* [{"file": ..., "command": ...}, ...] */
static json_t *once_json(const struct experiment *e, const struct asked *asked)
{
    const struct fields *fields = &e->fields;
    json_t *list = json_array();
    for (size_t i = 0; i < fields->count; i++) {
        const struct field *field = &fields->list[i];
        if (!experiment_applies(asked, e, field, "once"))
            continue;
        size_t name = strcspn(field->value, " =");
        const char *command = strchr(field->value, '=') + 1;
        json_array_append_new(list, json_pack("{s:s%, s:s}", "file",
                                              field->value, name, "command",
                                              command + strspn(command, " ")));
    }
    return list;
}

/* Every key that may come once, null where the file does not have it; "y name"
 * is y_name. */
static json_t *about(const struct experiment *e)
{
    json_t *object = json_object();
    json_object_set_new(object, "name", json_string(e->name));
    for (size_t i = 0; i < SINGLE; i++) {
        char *key = text_copy(single[i]);
        const char *value = fields_value(&e->fields, single[i], NULL);
        for (char *c = key; *c != '\0'; c++)
            *c = *c == ' ' ? '_' : *c;
        json_object_set_new(object, key,
                            value == NULL ? json_null() : json_string(value));
        free(key);
    }
    json_object_set_new(object, "part", json_string(e->part));
    json_object_set_new(object, "order", json_integer(e->order));
    static const char *const truths[] = {"xlog", "ylog"};
    for (size_t i = 0; i < sizeof truths / sizeof *truths; i++)
        json_object_set_new(
            object, truths[i],
            json_boolean(fields_yes(&e->fields, truths[i], false)));
    return object;
}

static int by_order(const void *a, const void *b)
{
    const struct experiment *one = *(const struct experiment *const *)a;
    const struct experiment *two = *(const struct experiment *const *)b;
    return one->order != two->order ? (one->order > two->order) * 2 - 1
                                    : strcmp(one->name, two->name);
}

json_t *experiments_json(const struct experiments *experiments,
                         const struct asked *asked)
{
    size_t n = 0;
    const struct experiment **sorted =
        calloc(experiments->count + 1, sizeof(struct experiment *));
    if (sorted == NULL)
        die(ENOMEM, "memory");
    for (size_t i = 0; i < experiments->count; i++) {
        const struct experiment *e = &experiments->list[i];
        if (!e->lesson && experiment_chosen(asked, e))
            sorted[n++] = e;
    }
    qsort(sorted, n, sizeof *sorted, by_order);
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) {
        json_t *object = about(sorted[i]);
        json_object_set_new(object, "once", once_json(sorted[i], asked));
        json_array_append_new(list, object);
    }
    free(sorted);
    return list;
}
