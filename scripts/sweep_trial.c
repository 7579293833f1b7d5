/*
 * sweep_trial.c - what the right answer is, before anything is timed.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: each strategy is compared with `sequential`, the one that is easy
 * to believe, or with another one where waiting for one item after the other
 * would take hours. It runs every kernel once, with the very arguments that
 * are measured later; its digest becomes the others' --expect. Its time says
 * how long the sweep may take.
 * Left out: checking this one. The kernels' own checks do that.
 */
#include "sweep.h"

#include "../bench/lib/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { TRIAL_LIMIT_S = 120 };

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
        trial->size =
            (uint64_t)json_integer_value(json_object_get(row, "size"));
        trial->wall_s =
            json_number_value(json_object_get(row, "wall_ns")) / 1e9;
    } else {
        bool cannot = child->status == EXIT_CANNOT_RUN << 8;
        char *words = text_copy(child->error == NULL ? "" : child->error);
        words[strcspn(words, "\n")] = '\0';
        trial->refusal = text_format(
            "%s gives no digest to compare with: %s", trial->judge->name,
            child->timed_out ? "no end in sight" : words);
        trial->refusal_verdict = cannot ? "unsupported" : "harness-error";
        progress_clear();
        fprintf(stderr, "sweep: %s: %s\n", trial->kernel->name, trial->refusal);
        free(words);
    }
    json_decref(row);
}

/* Runs the judge with these arguments through a shell, which splits them
 * as it would for a user. */
static struct child trial_run(const char *build, const struct trial *trial)
{
    char *program = text_format("%s/%s", build, trial->judge->name);
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

/* Asks the judge whether it has an option: it refuses one that it does not
 * know, also when it is only asked for help. */
static bool judge_asked(const char *build, const struct strategy_entry *judge,
                        const struct kernel_entry *kernel, const char *option)
{
    char *program = text_format("%s/%s", build, judge->name);
    char *quoted = text_quote(program);
    char *line =
        text_format("exec %s %s %s --help", quoted, kernel->name, option);
    struct child child =
        child_run((char *[]){"/bin/sh", "-c", line, NULL}, TRIAL_LIMIT_S);
    if (child.interrupted != 0)
        exit(128 + child.interrupted);
    bool has = child.status == 0;
    child_free(&child);
    free(line);
    free(quoted);
    free(program);
    return has;
}

/* Whether the judge has an option. It is asked once. */
static bool judge_has(struct trials *trials, const char *build,
                      const struct strategy_entry *judge,
                      const struct kernel_entry *kernel, const char *option)
{
    char *question = text_format("%s %s %s", judge->name, kernel->name, option);
    const json_t *known = json_object_get(trials->known, question);
    if (known == NULL) {
        if (trials->known == NULL)
            trials->known = json_object();
        json_object_set_new(
            trials->known, question,
            json_boolean(judge_asked(build, judge, kernel, option)));
        known = json_object_get(trials->known, question);
    }
    free(question);
    return json_is_true(known);
}

/* The arguments, and of the options, each of which begins with --, those that
 * the judge has. The caller frees. */
static char *judge_arguments(struct trials *trials, const char *build,
                             const struct strategy_entry *judge,
                             const struct kernel_entry *kernel,
                             const char *arguments, const char *options)
{
    char *whole = text_copy(arguments);
    for (const char *at = options, *next; *at != '\0'; at = next) {
        next = strstr(at + 1, " --");
        size_t n = next == NULL ? strlen(at) : (size_t)(next - at);
        char *option = text_format("%.*s", (int)n, at);
        if (judge_has(trials, build, judge, kernel, option)) {
            char *longer =
                text_format("%s%s%s", whole, *whole == '\0' ? "" : " ", option);
            free(whole);
            whole = longer;
        }
        free(option);
        next = at + n + (next != NULL);
    }
    return whole;
}

/* The trial with exactly these arguments. */
static const struct trial *trial_find(struct trials *trials, const char *build,
                                      const struct strategy_entry *judge,
                                      const struct kernel_entry *kernel,
                                      const char *arguments)
{
    for (size_t i = 0; i < trials->count; i++)
        if (trials->list[i].kernel == kernel &&
            trials->list[i].judge == judge &&
            strcmp(trials->list[i].arguments, arguments) == 0)
            return &trials->list[i];
    trials->list =
        realloc(trials->list, (trials->count + 1) * sizeof *trials->list);
    if (trials->list == NULL)
        die(ENOMEM, "memory");
    struct trial *trial = &trials->list[trials->count++];
    *trial = (struct trial){
        .kernel = kernel, .judge = judge, .arguments = text_copy(arguments)};
    char *what = text_format("right answer of %s", kernel->name);
    progress_step(what, arguments);
    free(what);
    uint64_t start = clock_now();
    struct child child = trial_run(build, trial);
    double whole_s = (double)(clock_now() - start) / NS_PER_S;
    trial_read(trial, &child);
    trial->around_s = trial->refusal == NULL ? whole_s - trial->wall_s : 0;
    if (trial->around_s < 0) /* of another clock than this one */
        trial->around_s = 0;
    child_free(&child);
    trials->failed += trial->refusal != NULL &&
                      strcmp(trial->refusal_verdict, "unsupported") != 0;
    return trial;
}

const struct trial *trials_find(struct trials *trials, const char *build,
                                const struct strategy_entry *judge,
                                const struct kernel_entry *kernel,
                                const char *arguments, const char *options)
{
    char *whole =
        judge_arguments(trials, build, judge, kernel, arguments, options);
    const struct trial *trial = trial_find(trials, build, judge, kernel, whole);
    free(whole);
    return trial;
}

void trials_free(struct trials *trials)
{
    for (size_t i = 0; i < trials->count; i++) {
        free(trials->list[i].arguments);
        free(trials->list[i].refusal);
    }
    json_decref(trials->known);
    free(trials->list);
}
