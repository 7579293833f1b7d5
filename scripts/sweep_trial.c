/*
 * sweep_trial.c - what the right answer is, before anything is timed.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: each strategy is compared with `sequential`, the one that is easy
 * to believe. It runs every kernel once, with the very arguments that are
 * measured later; its digest becomes the others' --expect. Its time says how
 * long the sweep may take.
 * Left out: checking `sequential`. The kernels' own checks do that.
 */
#include "sweep.h"

#include "../bench/lib/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { TRIAL_LIMIT_S = 120 };

static const char baseline[] = "sequential";

/* Fills the trial from what `sequential` printed. */
static void trial_read(struct trial *trial, const struct child *child)
{
    json_t *row = json_loads(child->out == NULL ? "" : child->out, 0, NULL);
    const char *digest = json_string_value(json_object_get(row, "digest"));
    if (child->status == 0 && digest != NULL &&
        strlen(digest) == sizeof trial->digest - 1) {
        strcpy(trial->digest, digest);
        trial->items =
            (uint64_t)json_integer_value(json_object_get(row, "items"));
        trial->wall_s =
            json_number_value(json_object_get(row, "wall_ns")) / 1e9;
    } else {
        bool cannot = child->status == EXIT_CANNOT_RUN << 8;
        char *words = text_copy(child->error == NULL ? "" : child->error);
        words[strcspn(words, "\n")] = '\0';
        trial->refusal =
            text_format("%s gives no digest to compare with: %s", baseline,
                        child->timed_out ? "no end in sight" : words);
        trial->refusal_verdict = cannot ? "unsupported" : "harness-error";
        fprintf(stderr, "sweep: %s: %s\n", trial->kernel->name, trial->refusal);
        free(words);
    }
    json_decref(row);
}

/* Runs `sequential` with these arguments through a shell, which splits them
 * as it would for a user. */
static struct child trial_run(const char *build, const struct trial *trial)
{
    char *program = text_format("%s/%s", build, baseline);
    char *quoted = text_quote(program);
    char *line = text_format("exec %s %s %s --json", quoted,
                             trial->kernel->name, trial->arguments);
    struct child child =
        child_run((char *[]){"/bin/sh", "-c", line, NULL}, TRIAL_LIMIT_S);
    if (child.interrupted != 0)
        exit(128 + child.interrupted);
    free(line);
    free(quoted);
    free(program);
    return child;
}

const struct trial *trials_find(struct trials *trials, const char *build,
                                const struct kernel_entry *kernel,
                                const char *arguments)
{
    for (size_t i = 0; i < trials->count; i++)
        if (trials->list[i].kernel == kernel &&
            strcmp(trials->list[i].arguments, arguments) == 0)
            return &trials->list[i];
    trials->list =
        realloc(trials->list, (trials->count + 1) * sizeof *trials->list);
    if (trials->list == NULL)
        die(ENOMEM, "memory");
    struct trial *trial = &trials->list[trials->count++];
    *trial =
        (struct trial){.kernel = kernel, .arguments = text_copy(arguments)};
    uint64_t start = clock_now();
    struct child child = trial_run(build, trial);
    double whole_s = (double)(clock_now() - start) / NS_PER_S;
    trial_read(trial, &child);
    trial->around_s = trial->refusal == NULL ? whole_s - trial->wall_s : 0;
    child_free(&child);
    trials->failed += trial->refusal != NULL &&
                      strcmp(trial->refusal_verdict, "unsupported") != 0;
    return trial;
}

void trials_free(struct trials *trials)
{
    for (size_t i = 0; i < trials->count; i++) {
        free(trials->list[i].arguments);
        free(trials->list[i].refusal);
    }
    free(trials->list);
}
