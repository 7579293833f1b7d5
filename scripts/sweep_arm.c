/*
 * sweep_arm.c - one run of one arm through hyperfine, and what to think of it.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: a time counts only when everything about the run is known to be
 * right. hyperfine times the whole process; its export is read only after it
 * was seen to be whole. The program's own row, which it appended to a file,
 * must be there, must be about this arm and must carry the right digest.
 * Anything else is a verdict with a reason and no time: a program that fails
 * at once would look fast otherwise.
 * Look at: arm_judge.
 * Left out: more than one run per hyperfine. Runs of one arm are spread over
 * blocks so that a slow minute of the machine hits all arms alike.
 */
#include "sweep.h"

#include "../bench/lib/clock.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REASON_MOST = 300 };

struct attempt {
    struct child child;
    json_t *export; /* hyperfine's, or NULL */
    json_t *inside; /* the program's own row, or NULL */
    int exit;       /* of the program; -1 when unknown */
    double wall_s, user_s, sys_s;
    const char *verdict; /* freed by arm_free_attempt when `own` */
    char *own, *reason;
};

/* ------------------------------------------------------------ hyperfine */

static struct child hyperfine(const char *command, const char *export_path,
                              double limit_s)
{
    unlink(export_path);
    char *argv[] = {"hyperfine",
                    "-N",
                    "-i",
                    "--style",
                    "none",
                    "-r",
                    "1",
                    "--export-json",
                    (char *)(uintptr_t)export_path,
                    (char *)(uintptr_t)command,
                    NULL};
    return child_run(argv, limit_s);
}

static double real_in(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

/* A program that a signal ended has no exit code in some versions. */
static int exit_in(const json_t *code)
{
    return json_is_integer(code) ? (int)json_integer_value(code) : -1;
}

/* hyperfine 1: lists beside each other, one entry a run. */
static bool result_read_1(struct attempt *attempt, const json_t *result)
{
    const json_t *times = json_object_get(result, "times");
    const json_t *codes = json_object_get(result, "exit_codes");
    attempt->wall_s = json_number_value(json_array_get(times, 0));
    attempt->user_s = real_in(result, "user");
    attempt->sys_s = real_in(result, "system");
    attempt->exit = exit_in(json_array_get(codes, 0));
    return json_array_size(times) == 1;
}

/* A quantity of hyperfine 2, {"value": 0.5, "unit": "second"}. */
static double seconds_in(const json_t *run, const char *key)
{
    const json_t *quantity = json_object_get(run, key);
    const char *unit = json_string_value(json_object_get(quantity, "unit"));
    return unit != NULL && strcmp(unit, "second") == 0
               ? real_in(quantity, "value")
               : NAN;
}

/* hyperfine 2: a list of runs, each with its quantities. */
static bool result_read_2(struct attempt *attempt, const json_t *result)
{
    const json_t *runs = json_object_get(result, "measurements");
    const json_t *run = json_array_get(runs, 0);
    attempt->wall_s = seconds_in(run, "time_wall_clock");
    attempt->user_s = seconds_in(run, "time_user");
    attempt->sys_s = seconds_in(run, "time_system");
    attempt->exit = exit_in(json_object_get(run, "exit_code"));
    return json_array_size(runs) == 1;
}

/* Reads an export: exactly one result with one finite time above zero. The
 * schema has a number since hyperfine 2. */
static bool export_read(struct attempt *attempt, const char *path)
{
    attempt->export = json_load_file(path, 0, NULL);
    const json_t *schema = json_object_get(attempt->export, "schema_version");
    const json_t *results = json_object_get(attempt->export, "results");
    const json_t *result = json_array_get(results, 0);
    bool one = schema == NULL ? result_read_1(attempt, result)
                              : json_integer_value(schema) == 2 &&
                                    result_read_2(attempt, result);
    return one && json_array_size(results) == 1 && isfinite(attempt->wall_s) &&
           attempt->wall_s > 0 && isfinite(attempt->user_s) &&
           isfinite(attempt->sys_s);
}

double arm_overhead(const char *command)
{
    const char *directory = getenv("TMPDIR");
    char *path = text_format("%s/sweep-XXXXXX",
                             directory == NULL ? P_tmpdir : directory);
    int file = mkstemp(path);
    if (file < 0)
        die(errno, "%s", path);
    close(file);
    uint64_t start = clock_now();
    struct child child = hyperfine(command, path, 30);
    uint64_t end = clock_now();
    struct attempt attempt = {0};
    bool good = export_read(&attempt, path);
    json_decref(attempt.export);
    unlink(path);
    free(path);
    if (child.interrupted != 0)
        exit(128 + child.interrupted);
    if (WIFEXITED(child.status) && WEXITSTATUS(child.status) == 127)
        die(0, "hyperfine: not found; scripts/setup installs it");
    if (!good)
        die(0, "hyperfine: no usable export: %s",
            child.error == NULL ? "no reason given" : child.error);
    child_free(&child);
    return (double)(end - start) / NS_PER_S - attempt.wall_s;
}

/* -------------------------------------------------------------- reasons */

/* The line that says what is wrong: the last one on stderr that begins with
 * the program's name, else the last one. The caller frees. */
static char *complaint(const char *text, const char *name)
{
    char *copy = text_copy(text == NULL ? "" : text), *rest = copy, *line;
    const char *best = "";
    bool named = false;
    while ((line = strsep(&rest, "\n")) != NULL) {
        bool by_name =
            strncmp(line, name, strlen(name)) == 0 && line[strlen(name)] == ':';
        if (*line == '\0' || (named && !by_name))
            continue;
        best = line;
        named = by_name;
    }
    /* What is no UTF-8 cannot stand in JSON. */
    char *words = text_format("%.*s", REASON_MOST, best);
    for (char *c = words; *c != '\0'; c++)
        if ((unsigned char)*c < ' ' || (unsigned char)*c > '~')
            *c = '?';
    free(copy);
    return words;
}

/* Why the arm fails. hyperfine swallows a program's words, so the program is
 * run once more without it; that run has no time. */
static char *arm_words(struct arm *arm, double limit_s)
{
    if (arm->words != NULL)
        return text_copy(arm->words);
    char *argv[] = {"/bin/sh", "-c", NULL, NULL};
    argv[2] = text_format("exec %s", arm->command);
    struct child child = child_run(argv, limit_s);
    arm->words = complaint(child.error, arm->strategy);
    arm->signaled = WIFSIGNALED(child.status) ? WTERMSIG(child.status) : 0;
    child_free(&child);
    free(argv[2]);
    return text_copy(arm->words);
}

/* Why this very run failed, if its row says so, else why the arm does. A fault
 * that comes and goes may be gone when the program is asked. */
static char *arm_why(const struct attempt *attempt, struct arm *arm,
                     double limit_s)
{
    const char *error =
        json_string_value(json_object_get(attempt->inside, "error"));
    if (error != NULL && *error != '\0')
        return complaint(error, arm->strategy);
    char *words = arm_words(arm, limit_s);
    if (*words == '\0' && arm->signaled == 0) {
        free(words);
        words = text_copy("gave no reason");
    }
    return words;
}

/* -------------------------------------------------------------- verdict */

static void arm_verdict(struct attempt *attempt, const char *verdict,
                        char *reason)
{
    attempt->verdict = verdict;
    attempt->reason = reason;
}

/* The last 16 digits after --expect, or "". */
static const char *arm_digest(const struct arm *arm, char digest[17])
{
    const char *option = strstr(arm->command, " --expect ");
    digest[0] = '\0';
    if (option != NULL)
        sscanf(option, " --expect %16[0-9a-f]", digest);
    return digest;
}

static bool inside_says(const struct attempt *attempt, const char *key,
                        const char *text)
{
    const char *said = json_string_value(json_object_get(attempt->inside, key));
    return said != NULL && strcmp(said, text) == 0;
}

/* What the program's exit status means. */
static void judge_exit(struct attempt *attempt, struct arm *arm, double limit_s)
{
    char digest[17];
    int code = attempt->exit;
    if (code == EXIT_CANNOT_RUN) {
        arm_verdict(attempt, "unsupported", arm_words(arm, limit_s));
        arm->closed = text_copy(attempt->reason);
        arm->closed_verdict = "unsupported";
    } else if (code == EXIT_WRONG && attempt->inside != NULL &&
               !inside_says(attempt, "digest", arm_digest(arm, digest))) {
        arm_verdict(attempt, "wrong-digest", arm_why(attempt, arm, limit_s));
    } else {
        /* hyperfine says 139, or nothing, of a program that signal 11 ended,
         * and 139 of one that exits so; running it once more told them
         * apart. */
        char *words = arm_why(attempt, arm, limit_s);
        int number = code > 128 && code < 128 + NSIG ? code - 128 : 0;
        if (code < 0)
            number = arm->signaled;
        bool by_signal = arm->signaled != 0 && number != 0;
        attempt->own = by_signal  ? text_format("signal-%d", number)
                       : code < 0 ? text_copy("signal")
                                  : text_format("exit-%d", code);
        arm_verdict(attempt, attempt->own,
                    by_signal && *words == '\0' ? text_copy(strsignal(number))
                                                : text_copy(words));
        free(words);
    }
}

static double inside_number(const struct attempt *attempt, const char *key)
{
    return json_number_value(json_object_get(attempt->inside, key));
}

/* Whether the row can be about this run: of this strategy on this kernel, with
 * these items, no fewer workers (a pipeline takes one for each stage at
 * least), and no longer than the outer clock saw. */
static bool inside_fits(const struct attempt *attempt, const struct arm *arm)
{
    return inside_says(attempt, "strategy", arm->strategy) &&
           inside_says(attempt, "kernel", arm->kernel) &&
           inside_number(attempt, "items") == (double)arm->items &&
           inside_number(attempt, "workers") >= arm->workers &&
           inside_number(attempt, "wall_ns") <= attempt->wall_s * NS_PER_S;
}

/* Exit status 0: is the row that the program left behind the right one? */
static void judge_inside(struct attempt *attempt, const struct arm *arm)
{
    char digest[17];
    if (attempt->inside == NULL)
        arm_verdict(attempt, "harness-error",
                    text_copy("the program left no row, or not one row"));
    else if (!inside_fits(attempt, arm))
        arm_verdict(attempt, "harness-error",
                    text_copy("the row is about another run"));
    else if (!inside_says(attempt, "digest", arm_digest(arm, digest)))
        arm_verdict(attempt, "wrong-digest",
                    text_format("expected %s", digest));
    else
        arm_verdict(attempt, "ok", text_copy(""));
}

/* Decides what the attempt is worth, the worst thing first. */
static void arm_judge(struct attempt *attempt, struct arm *arm,
                      const char *export_path, double limit_s)
{
    const struct child *child = &attempt->child;
    if (child->timed_out) {
        arm_verdict(attempt, "timeout",
                    text_format("still running after %.0f s", limit_s));
        arm->closed = text_copy(attempt->reason);
        arm->closed_verdict = "timeout";
    } else if (child->strays > 0) {
        arm_verdict(
            attempt, "leaked-children",
            text_format("%zu left behind, ended by the sweep", child->strays));
    } else if (child->status != 0 || !export_read(attempt, export_path)) {
        char *words = complaint(child->error, "Error");
        arm_verdict(attempt, "harness-error",
                    text_format("hyperfine: no usable export: %s", words));
        free(words);
    } else if (attempt->exit != 0) {
        judge_exit(attempt, arm, limit_s);
    } else {
        judge_inside(attempt, arm);
    }
}

/* The program's own row, provided that there is exactly one. */
static json_t *inside_read(const char *path)
{
    return json_load_file(path, 0, NULL); /* refuses anything after it */
}

static json_t *nanoseconds(const struct attempt *attempt, double seconds)
{
    if (strcmp(attempt->verdict, "ok") != 0)
        return json_null();
    return json_integer((json_int_t)llround(seconds * NS_PER_S));
}

static json_t *arm_sample(const struct arm *arm, const struct attempt *attempt)
{
    const json_t *digest = json_object_get(attempt->inside, "digest");
    return json_pack(
        "{s:i, s:s, s:s, s:s, s:s, s:s?, s:o, s:o, s:o, s:o, s:O?}", "schema",
        1, "arm", arm->id, "role", arm->role, "verdict", attempt->verdict,
        "reason", attempt->reason, "digest", json_string_value(digest),
        "wall_ns", nanoseconds(attempt, attempt->wall_s), "user_ns",
        nanoseconds(attempt, attempt->user_s), "sys_ns",
        nanoseconds(attempt, attempt->sys_s), "exit",
        attempt->exit < 0 ? json_null() : json_integer(attempt->exit), "inside",
        attempt->inside);
}

static void arm_free_attempt(struct attempt *attempt)
{
    json_decref(attempt->export);
    json_decref(attempt->inside);
    child_free(&attempt->child);
    free(attempt->own);
    free(attempt->reason);
}

/* One try; NULL when the sweep was told to stop. */
static json_t *arm_try(struct arm *arm, const char *directory, double limit_s,
                       double cores)
{
    char *export_path = text_format("%s/hyperfine.json", directory);
    char *row_path = text_format("%s/inside.jsonl", directory);
    char *started_at = text_now();
    json_t *sample = NULL;
    unlink(row_path);

    struct outside before = outside_read(false);
    struct attempt attempt = {
        .child = hyperfine(arm->command, export_path, limit_s), .exit = -1};
    struct outside after = outside_read(true);
    if (attempt.child.interrupted == 0) {
        attempt.inside = inside_read(row_path);
        arm_judge(&attempt, arm, export_path, limit_s);
        sample = arm_sample(arm, &attempt);
        json_object_set_new(sample, "started_at", json_string(started_at));
        json_t *outside = outside_between(&before, &after);
        json_object_set_new(sample, "flags", outside_flags(outside, cores));
        json_object_set_new(sample, "outside", outside);
    }
    arm_free_attempt(&attempt);
    unlink(export_path);
    unlink(row_path);
    free(started_at);
    free(export_path);
    free(row_path);
    return child_stop_signal() == 0 ? sample : (json_decref(sample), NULL);
}

json_t *arm_run(struct arm *arm, const char *directory, double limit_s,
                double cores)
{
    json_t *sample = arm_try(arm, directory, limit_s, cores);
    const char *verdict = json_string_value(json_object_get(sample, "verdict"));
    /* The harness's own fault says nothing about the arm: once more. */
    if (verdict != NULL && strcmp(verdict, "harness-error") == 0) {
        json_decref(sample);
        sample = arm_try(arm, directory, limit_s, cores);
    }
    return sample;
}

json_t *arm_refused(const struct arm *arm)
{
    char *now = text_now();
    json_t *sample = json_pack(
        "{s:i, s:s, s:s, s:s, s:s, s:n, s:n, s:n, s:n, s:n, s:n, s:s, s:n, "
        "s:[]}",
        "schema", 1, "arm", arm->id, "role", arm->role, "verdict",
        arm->closed_verdict, "reason", arm->closed, "digest", "wall_ns",
        "user_ns", "sys_ns", "exit", "inside", "started_at", now, "outside",
        "flags");
    free(now);
    return sample;
}
