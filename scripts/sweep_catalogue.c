/*
 * sweep_catalogue.c - asks the executables which strategies and kernels exist.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: a list kept by hand is wrong the day after. The Makefile writes
 * build/strategies from the files it found; what each strategy is for, and
 * which kernels there are, its executable says itself in `--list --json`. So
 * a new kernel or strategy is measured without an edit anywhere else.
 * Left out: kernels that only some executables hold. `sequential` gives the
 * digests that all others are checked against, so its list counts.
 */
#include "sweep.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { LIST_LIMIT_S = 20 };

/* The answer of one executable as an array of objects, or NULL. */
static json_t *ask(const char *build, const char *name)
{
    char *program = text_format("%s/%s", build, name);
    struct child child =
        child_run((char *[]){program, "--list", "--json", NULL}, LIST_LIMIT_S);
    json_t *lines = json_array();
    char *rest = child.status == 0 ? child.out : NULL, *line;
    while ((line = strsep(&rest, "\n")) != NULL)
        if (*line != '\0')
            json_array_append_new(lines, json_loads(line, 0, NULL));
    child_free(&child);
    free(program);
    if (child.interrupted != 0)
        exit(128 + child.interrupted);

    const char *own = json_string_value(
        json_object_get(json_array_get(lines, 0), "strategy"));
    if (own != NULL && strcmp(own, name) == 0)
        return lines;
    json_decref(lines);
    return NULL;
}

/* A text of an object; "" where there is none. */
static const char *text_in(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text == NULL ? "" : text;
}

static void add_strategy(struct catalogue *catalogue, const json_t *about)
{
    catalogue->strategies =
        realloc(catalogue->strategies,
                (catalogue->strategies_n + 1) * sizeof *catalogue->strategies);
    if (catalogue->strategies == NULL)
        die(ENOMEM, "memory");
    catalogue->strategies[catalogue->strategies_n++] = (struct strategy_entry){
        .name = text_in(about, "strategy"),
        .one_worker = json_is_true(json_object_get(about, "one_worker")),
        .for_waiting = json_is_true(json_object_get(about, "for_waiting")),
        .inflight_option =
            json_is_true(json_object_get(about, "inflight_option")),
    };
}

static void add_kernels(struct catalogue *catalogue, const json_t *lines)
{
    catalogue->kernels =
        calloc(json_array_size(lines), sizeof *catalogue->kernels);
    if (catalogue->kernels == NULL)
        die(ENOMEM, "memory");
    for (size_t i = 1; i < json_array_size(lines); i++) {
        const json_t *about = json_array_get(lines, i);
        if (*text_in(about, "kernel") != '\0')
            catalogue->kernels[catalogue->kernels_n++] = (struct kernel_entry){
                .name = text_in(about, "kernel"),
                .bound = text_in(about, "bound"),
                .quick = text_in(about, "quick"),
            };
    }
}

static void add_executable(struct catalogue *catalogue, const char *build,
                           const char *name)
{
    json_t *lines = ask(build, name);
    if (lines == NULL) {
        fprintf(stderr, "sweep: %s/%s: left out: no answer to --list --json\n",
                build, name);
        catalogue->broken++;
        return;
    }
    json_array_append_new(catalogue->answers, lines);
    add_strategy(catalogue, json_array_get(lines, 0));
    if (strcmp(name, "sequential") == 0)
        add_kernels(catalogue, lines);
}

struct catalogue catalogue_read(const char *build)
{
    struct catalogue catalogue = {.answers = json_array()};
    char *path = text_format("%s/strategies", build);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        die(errno, "%s", path);
    char *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, file) > 0) {
        line[strcspn(line, "\n")] = '\0';
        if (*line != '\0')
            add_executable(&catalogue, build, line);
    }
    free(line);
    fclose(file);
    if (catalogue.kernels_n == 0)
        die(0, "%s: names no `sequential` that lists kernels", path);
    free(path);
    return catalogue;
}

void catalogue_free(struct catalogue *catalogue)
{
    free(catalogue->strategies);
    free(catalogue->kernels);
    json_decref(catalogue->answers);
}

const struct strategy_entry *
catalogue_strategy(const struct catalogue *catalogue, const char *name)
{
    for (size_t i = 0; i < catalogue->strategies_n; i++)
        if (strcmp(catalogue->strategies[i].name, name) == 0)
            return &catalogue->strategies[i];
    return NULL;
}

const struct kernel_entry *catalogue_kernel(const struct catalogue *catalogue,
                                            const char *name)
{
    for (size_t i = 0; i < catalogue->kernels_n; i++)
        if (strcmp(catalogue->kernels[i].name, name) == 0)
            return &catalogue->kernels[i];
    return NULL;
}
