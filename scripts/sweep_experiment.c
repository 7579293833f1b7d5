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

enum { LESSON_RANK = 2 }; /* goes before the experiments that stay */

static struct experiment experiment_read(const char *directory,
                                         const char *file)
{
    char *path = text_format("%s/%s", directory, file);
    struct experiment e = {
        .name = text_format("%.*s", (int)(strlen(file) - strlen(ending)), file),
        .fields = fields_read(path)};
    free(path);
    experiment_check(&e);
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
                             .part = "lessons",
                             .rank = LESSON_RANK,
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
    experiments_check(&experiments);
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

/* By its own name or by that of the part it belongs to. */
static bool is_called(const struct experiment *experiment, const char *name)
{
    return strcmp(experiment->name, name) == 0 ||
           strcmp(experiment->part, name) == 0;
}

const struct experiment *experiments_find(const struct experiments *experiments,
                                          const char *name)
{
    for (size_t i = 0; i < experiments->count; i++)
        if (is_called(&experiments->list[i], name))
            return &experiments->list[i];
    return NULL;
}

/* ------------------------------------------------------------- choosing */

/* Whether it was asked for by --granularity, which means all of its sizes. */
static bool in_depth(const struct asked *asked,
                     const struct experiment *experiment)
{
    return asked->granularity && strcmp(experiment->name, "granularity") == 0;
}

bool experiment_applies(const struct asked *asked,
                        const struct experiment *experiment,
                        const struct field *field, const char *kind)
{
    bool all = asked->full || in_depth(asked, experiment);
    const struct {
        const char *word;
        bool holds;
    } conditions[] = {{"", true},
                      {"quick ", !all},
                      {"full ", all},
                      {"kernels ", !all && asked->kernels.count > 0},
                      {"strategies ", !all && asked->strategies.count > 0}};
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
    if (in_depth(asked, experiment))
        return true;
    for (size_t i = 0; i < asked->experiments.count; i++)
        if (is_called(experiment, asked->experiments.list[i]))
            return true;
    if (asked->experiments.count > 0)
        return false;
    /* Half of a lesson's sides decide nothing. */
    if (experiment->lesson)
        return asked->kernels.count + asked->strategies.count == 0;
    return asked->full || !experiment->full_only;
}
