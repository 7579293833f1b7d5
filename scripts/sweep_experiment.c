/*
 * sweep_experiment.c - reads the files in scripts/experiments/.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: what is measured is data. An experiment is added, or changed, with
 * an editor; a file that makes no sense is refused before anything is timed.
 * Look at: sweep_experiment.h, which says what may stand in such a file.
 * Left out: what the chart looks like. This program only measures.
 */
#include "sweep_experiment.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char ending[] = ".experiment", lesson_ending[] = ".lesson";

static const char *const keys[] = {
    "title",       "question",      "chart", "x",          "y",
    "xlog",        "ylog",          "plan",  "rank",       "arm",
    "quick arm",   "full arm",      "once",  "quick once", "full once",
    "kernels arm", "strategies arm"};

/* The value of a key, which must be one of these. */
static const char *one_of(const struct fields *fields, const char *key,
                          const char *otherwise, const char *const words[])
{
    const struct field *field = fields_find(fields, key);
    if (field == NULL)
        return otherwise;
    char *all = text_copy("");
    for (size_t i = 0; words[i] != NULL; i++) {
        if (strcmp(words[i], field->value) == 0) {
            free(all);
            return field->value;
        }
        char *longer = text_format("%s%s%s", all, i > 0 ? ", " : "", words[i]);
        free(all);
        all = longer;
    }
    fields_die(fields, field->line, "%s: '%s' is none of: %s", key,
               field->value, all);
}

/* A file name and a command; the name must stay within the directory. */
static void once_check(const struct fields *fields)
{
    for (size_t i = 0; i < fields->count; i++) {
        const struct field *field = &fields->list[i];
        if (strstr(field->key, "once") == NULL)
            continue;
        size_t name = strcspn(field->value, " =");
        const char *equals = field->value + name;
        equals += strspn(equals, " ");
        if (*field->value == '.' || name == 0 || *equals != '=' ||
            equals[1 + strspn(equals + 1, " ")] == '\0')
            fields_die(fields, field->line, "%s: not FILE = COMMAND",
                       field->key);
        if (memchr(field->value, '/', name) != NULL)
            fields_die(fields, field->line, "%s: '%.*s' has a directory in it",
                       field->key, (int)name, field->value);
    }
}

static struct experiment experiment_read(const char *directory,
                                         const char *file)
{
    char *path = text_format("%s/%s", directory, file);
    struct experiment e = {
        .name = text_format("%.*s", (int)(strlen(file) - strlen(ending)), file),
        .fields = fields_read(path)};
    free(path);
    fields_check(&e.fields, keys, sizeof keys / sizeof *keys);
    fields_needed(&e.fields, "title");
    fields_needed(&e.fields, "question");
    fields_needed(&e.fields, "chart");
    e.chart =
        one_of(&e.fields, "chart", NULL,
               (const char *const[]){"speedup", "inflight", "counters",
                                     "granularity", "lines", "none", NULL});
    e.full_only = strcmp(one_of(&e.fields, "plan", "both",
                                (const char *const[]){"both", "full", NULL}),
                         "full") == 0;
    const char *rank = one_of(&e.fields, "rank", "1",
                              (const char *const[]){"1", "2", "3", "4", "5",
                                                    "6", "7", "8", "9", NULL});
    e.rank = (unsigned)(*rank - '0');
    fields_yes(&e.fields, "xlog", false);
    fields_yes(&e.fields, "ylog", false);
    once_check(&e.fields);
    return e;
}

/* ------------------------------------------------------------- lessons */

/* A lesson may have arms of its own; build/stats reads the rest of it. One
 * that lacks something cannot be run yet. */
static bool lesson_read(const char *directory, const char *file,
                        struct experiment *e)
{
    char *path = text_format("%s/%s", directory, file);
    size_t name = strlen(file) - strlen(lesson_ending), arms = 0;
    *e = (struct experiment){.name = text_format("%.*s", (int)name, file),
                             .fields = fields_read(path),
                             .chart = "none",
                             .rank = 1,
                             .full_only = true,
                             .lesson = true};
    free(path);
    for (size_t i = 0; i < e->fields.count; i++)
        arms += strstr(e->fields.list[i].key, "arm") != NULL;
    if (arms > 0 && fields_value(&e->fields, "lacks", NULL) == NULL)
        return true;
    fields_free(&e->fields);
    free(e->name);
    return false;
}

/* ---------------------------------------------------------- directories */

static bool ends_in(const char *name, const char *end)
{
    size_t n = strlen(name), m = strlen(end);
    return *name != '.' && n > m && strcmp(name + n - m, end) == 0;
}

static int is_experiment(const struct dirent *entry)
{
    return ends_in(entry->d_name, ending);
}

static int is_lesson(const struct dirent *entry)
{
    return ends_in(entry->d_name, lesson_ending);
}

/* Adds the files of a directory; returns how many there are, or -1. */
static int add_files(struct experiments *experiments, const char *directory,
                     bool lessons)
{
    struct dirent **entries;
    int n = scandir(directory, &entries, lessons ? is_lesson : is_experiment,
                    alphasort);
    for (int i = 0; i < n; i++) {
        const char *file = entries[i]->d_name;
        experiments->list =
            realloc(experiments->list,
                    (experiments->count + 1) * sizeof *experiments->list);
        if (experiments->list == NULL)
            die(ENOMEM, "memory");
        struct experiment *e = &experiments->list[experiments->count];
        if (!lessons)
            *e = experiment_read(directory, file);
        if (!lessons || lesson_read(directory, file, e))
            experiments->count++;
        free(entries[i]);
    }
    if (n >= 0)
        free(entries);
    return n;
}

struct experiments experiments_read(const char *directory)
{
    struct experiments experiments = {.directory = text_copy(directory)};
    int n = add_files(&experiments, directory, false);
    if (n < 0)
        die_with(EXIT_USAGE, errno, "%s", directory);
    if (n == 0)
        die_with(EXIT_USAGE, 0, "%s: no file in it ends in %s", directory,
                 ending);
    char *lessons = text_format("%s/../lessons", directory);
    add_files(&experiments, lessons, true);
    free(lessons);
    return experiments;
}

void experiments_free(struct experiments *experiments)
{
    for (size_t i = 0; i < experiments->count; i++) {
        fields_free(&experiments->list[i].fields);
        free(experiments->list[i].name);
    }
    free(experiments->list);
    free(experiments->directory);
}

const struct experiment *experiments_find(const struct experiments *experiments,
                                          const char *name)
{
    for (size_t i = 0; i < experiments->count; i++)
        if (strcmp(experiments->list[i].name, name) == 0 ||
            (experiments->list[i].lesson && strcmp(name, "lessons") == 0))
            return &experiments->list[i];
    return NULL;
}

/* ------------------------------------------------------------- choosing */

bool experiment_applies(const struct asked *asked, const struct field *field,
                        const char *kind)
{
    const struct {
        const char *word;
        bool holds;
    } conditions[] = {{"", true},
                      {"quick ", !asked->full},
                      {"full ", asked->full},
                      {"kernels ", asked->kernels.count > 0},
                      {"strategies ", asked->strategies.count > 0}};
    size_t key = strlen(field->key), end = strlen(kind);
    if (key < end || strcmp(field->key + key - end, kind) != 0)
        return false;
    for (size_t i = 0; i < sizeof conditions / sizeof *conditions; i++)
        if (strlen(conditions[i].word) == key - end &&
            strncmp(conditions[i].word, field->key, key - end) == 0)
            return conditions[i].holds;
    return false;
}

bool experiment_chosen(const struct asked *asked,
                       const struct experiment *experiment)
{
    if (asked->granularity && strcmp(experiment->name, "granularity") == 0)
        return true;
    if (asked->experiments.count == 0)
        return asked->full || !experiment->full_only;
    for (size_t i = 0; i < asked->experiments.count; i++)
        if (strcmp(asked->experiments.list[i], experiment->name) == 0 ||
            (experiment->lesson &&
             strcmp(asked->experiments.list[i], "lessons") == 0))
            return true;
    return false;
}

/* ------------------------------------------------------- for session.json */

static json_t *text_or_null(const struct fields *fields, const char *key)
{
    const char *value = fields_value(fields, key, NULL);
    return value == NULL ? json_null() : json_string(value);
}

/* [{"file": ..., "command": ...}, ...] */
static json_t *once_json(const struct fields *fields, const struct asked *asked)
{
    json_t *list = json_array();
    for (size_t i = 0; i < fields->count; i++) {
        const struct field *field = &fields->list[i];
        if (!experiment_applies(asked, field, "once"))
            continue;
        size_t name = strcspn(field->value, " =");
        const char *command = strchr(field->value, '=') + 1;
        json_array_append_new(list, json_pack("{s:s%, s:s}", "file",
                                              field->value, name, "command",
                                              command + strspn(command, " ")));
    }
    return list;
}

json_t *experiments_json(const struct experiments *experiments,
                         const struct asked *asked)
{
    json_t *list = json_array();
    for (size_t i = 0; i < experiments->count; i++) {
        const struct experiment *e = &experiments->list[i];
        if (e->lesson || !experiment_chosen(asked, e))
            continue;
        json_t *about = json_object();
        json_object_set_new(about, "name", json_string(e->name));
        const char *const texts[] = {"title", "question", "chart", "x", "y"};
        for (size_t t = 0; t < sizeof texts / sizeof *texts; t++)
            json_object_set_new(about, texts[t],
                                text_or_null(&e->fields, texts[t]));
        json_object_set_new(
            about, "xlog", json_boolean(fields_yes(&e->fields, "xlog", false)));
        json_object_set_new(
            about, "ylog", json_boolean(fields_yes(&e->fields, "ylog", false)));
        json_object_set_new(about, "once", once_json(&e->fields, asked));
        json_array_append_new(list, about);
    }
    return list;
}
