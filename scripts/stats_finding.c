/*
 * stats_finding.c - what a run says of a lesson.
 *
 * Teaches: a claim holds when the whole interval of what was measured lies
 * within what the claim allows, and fails when the whole interval lies
 * outside. In between the honest answer is that this run does not decide.
 * Look at: part_finding. Two sides are divided within a block, where both
 * met the same machine; over blocks the median of the logs and its sign
 * interval (lib/interval.h) stand for all.
 * Left out: a correction for testing many lessons. Each one is read alone: of
 * those that lie on their bound, one in forty is decided wrongly by chance.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stats_lessons.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* -------------------------------------------------------------- the arms */

/* How many cores there are to compute with, for bounds and conditions. */
static double cores_here(const struct results *results)
{
    const json_t *usable = json_object_get(results->machine, "usable_cores");
    if (results->effective_cores > 0)
        return results->effective_cores;
    if (json_number_value(usable) > 0)
        return json_number_value(usable);
    long most = 1;
    for (size_t i = 0; i < results->arms_n; i++)
        if (results->arms[i].cores > most)
            most = results->arms[i].cores;
    return (double)most;
}

/* The sets of numbers of a plan count whole cores. */
static double number_meant(const struct results *results, const char *text)
{
    const json_t *usable = json_object_get(results->machine, "usable_cores");
    double most = json_number_value(usable) > 0 ? json_number_value(usable)
                                                : floor(cores_here(results));
    if (!strcmp(text, "@most"))
        return most;
    if (!strcmp(text, "@twice"))
        return 2 * most;
    char *end;
    double number = strtod(text, &end);
    return *text && !*end ? number : NAN;
}

/* What follows an option in a command, as a number; NaN where it is not
 * given. */
static double option_in(const char *command, const char *option)
{
    size_t length = strlen(option);
    const char *at = strstr(command, option);
    while (at && at[length] != ' ' && at[length] != '=')
        at = strstr(at + 1, option);
    return at ? strtod(at + length + 1, NULL) : NAN;
}

static double or_option(const char *cell, const struct arm *arm,
                        const char *option)
{
    return *cell ? strtod(cell, NULL) : option_in(arm->command, option);
}

/* The number that an arm has for a name of a selection. */
static double arm_number(const struct arm *arm, const char *name)
{
    if (!strcmp(name, "workers"))
        return (double)arm->workers;
    if (!strcmp(name, "cores"))
        return (double)arm->cores;
    if (!strcmp(name, "inflight"))
        return option_in(arm->command, "--inflight");
    if (!strcmp(name, "items"))
        return strtod(arm->items, NULL);
    if (!strcmp(name, "size"))
        return or_option(arm->size, arm, "--size");
    return *arm->x ? strtod(arm->x, NULL) : NAN;
}

static bool setting_matches(const struct results *results,
                            const struct arm *arm,
                            const struct setting *setting)
{
    const char *wanted = setting->values[0];
    if (!strcmp(setting->name, "kernel"))
        return !strcmp(arm->kernel, wanted);
    if (!strcmp(setting->name, "strategy"))
        return !strcmp(arm->strategy, wanted);
    if (!strcmp(setting->name, "series"))
        return !strcmp(arm->series, wanted);
    double here = arm_number(arm, setting->name);
    return fabs(here - number_meant(results, wanted)) <= 1e-9 * fabs(here);
}

static bool arm_matches(const struct results *results, const struct arm *arm,
                        const struct lesson *lesson,
                        const struct settings *side)
{
    if (!arm_is(arm, "plan") ||
        strcmp(arm->experiment, lesson->experiment) != 0)
        return false;
    for (size_t i = 0; i < side->count; i++)
        if (!setting_matches(results, arm, &side->list[i]))
            return false;
    return true;
}

/* The one arm that a side means, or NULL where the plan has none. One command
 * that stands in the plan twice is one arm. */
static const struct arm *arm_meant(const struct results *results,
                                   const struct lesson *lesson,
                                   const struct lesson_part *of,
                                   const struct settings *side)
{
    const struct arm *found = NULL;
    for (size_t i = 0; i < results->arms_n; i++) {
        const struct arm *arm = &results->arms[i];
        if (!arm_matches(results, arm, lesson, side))
            continue;
        if (found && strcmp(found->command, arm->command) != 0) {
            fprintf(stderr,
                    "stats: %s:%u: %c: is not one arm: %s and %s both match\n",
                    lesson->fields.path, of->line, side == &of->a ? 'a' : 'b',
                    found->name, arm->name);
            exit(1);
        }
        if (!found)
            found = arm;
    }
    return found;
}

/* ------------------------------------------------------------- comparing */

__attribute__((format(printf, 2, 3))) static void
because(struct finding *finding, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(finding->why, sizeof finding->why, format, arguments);
    va_end(arguments);
}

/* What is summarised: logs where there is a ratio, so that twice and half as
 * much are equally far from 1. */
static bool in_logs(const struct lesson_part *of)
{
    static const char *const ratios[] = {"speedup", "self_speedup",
                                         "efficiency"};
    for (size_t i = 0; i < sizeof ratios / sizeof *ratios; i++)
        if (of->form == FORM_ALONE && !strcmp(of->quantity, ratios[i]))
            return true;
    return of->form == FORM_RATIO;
}

/* The form's value in one block, or its log. A ratio of two zeros is none. */
static double value_of(const struct lesson_part *of, const struct arm *a,
                       const struct arm *b, size_t block)
{
    double value = quantity_of(of->quantity, a, block);
    if (of->form == FORM_DIFFERENCE)
        return value - quantity_of(of->quantity, b, block);
    if (of->form == FORM_RATIO)
        value /= quantity_of(of->quantity, b, block);
    return in_logs(of) ? log(value) : value;
}

static struct interval summarised(const struct results *results,
                                  const struct lesson_part *of,
                                  const struct arm *a, const struct arm *b)
{
    double *values = allocate(results->blocks_n, sizeof *values);
    for (size_t block = 0; block < results->blocks_n; block++)
        values[block] = value_of(of, a, b, block);
    struct interval found = interval_of(values, results->blocks_n);
    free(values);
    return in_logs(of) ? interval_exp(found) : found;
}

/* "<= 1.1 / cores, here <= 0.55": the text, and what it comes to. */
static void bound_say(char *to, size_t bytes, const char *text,
                      const struct bound *bound)
{
    int n = snprintf(to, bytes, "%s", text);
    if (!strstr(text, "cores") || n < 0 || (size_t)n >= bytes)
        return;
    if (isfinite(bound->low))
        n += snprintf(to + n, bytes - (size_t)n, ", here >%s %.4g",
                      bound->low_open ? "" : "=", bound->low);
    if (isfinite(bound->high) && (size_t)n < bytes)
        snprintf(to + n, bytes - (size_t)n, "%s <%s %.4g",
                 isfinite(bound->low) ? " and" : ", here",
                 bound->high_open ? "" : "=", bound->high);
}

/* "threads wait"; in a lesson that names its lines, "polling", and "gil coarse"
 * where strategies share them. */
static const char *side_text(const struct settings *side, const struct arm *arm,
                             char text[96])
{
    if (settings_find(side, "series") && settings_find(side, "strategy"))
        snprintf(text, 96, "%s %s", arm->strategy, arm->series);
    else if (settings_find(side, "series"))
        snprintf(text, 96, "%s", arm->series);
    else
        snprintf(text, 96, "%s %s", arm->strategy, arm->kernel);
    return text;
}

/* The sentence of the file with what was found in place of %r, as far as there
 * is room. */
static void say(struct finding *finding, const char *text)
{
    size_t n = strlen(finding->why), bytes = sizeof finding->why;
    if (n + 32 >= bytes)
        return;
    n += (size_t)snprintf(finding->why + n, bytes - n, "; ");
    for (; *text && n + 32 < bytes; text++)
        if (text[0] == '%' && text[1] == 'r') {
            n += (size_t)snprintf(finding->why + n, bytes - n, "%.3g",
                                  finding->found.middle);
            text++;
        } else
            finding->why[n++] = *text;
    finding->why[n] = '\0';
}

/* A verdict from blocks that others disturbed says so. */
static void disturbance_say(struct finding *finding,
                            const struct results *results)
{
    size_t n = strlen(finding->why), bytes = sizeof finding->why;
    size_t counted = results->disturbed_n - results->left_out_n;
    if (counted)
        snprintf(finding->why + n, bytes - n,
                 "; %zu of %zu blocks were disturbed from outside", counted,
                 results->blocks_n);
}

static void found_say(struct finding *finding, const struct lesson_part *of,
                      const struct arm *a, const struct arm *b)
{
    char first[96], second[96];
    side_text(&of->a, a, first);
    if (of->form == FORM_ALONE || !b)
        because(finding, "%s of %s, %zu blocks", of->quantity, first,
                finding->found.n);
    else
        because(finding, "%s of %s %c %s, %zu blocks", of->quantity, first,
                of->form == FORM_RATIO ? '/' : '-',
                side_text(&of->b, b, second), finding->found.n);
    if (finding->found.n < BLOCKS_LEAST)
        because(finding, "%zu block%s with both sides, %d are needed",
                finding->found.n, finding->found.n == 1 ? "" : "s",
                BLOCKS_LEAST);
    else if (of->say)
        say(finding, of->say);
}

/* Why an arm has nothing to compare; false when it has. */
static bool arm_lacks(struct finding *finding, const struct arm *arm,
                      const struct lesson_part *of, const struct settings *side)
{
    char which = side == &of->a ? 'a' : 'b';
    if (!arm)
        because(finding, "this run has no arm for %c of line %u", which,
                of->line);
    else if (strcmp(arm_verdict(arm), "ok") != 0)
        because(finding, "%s (%s): %s", arm->name, arm_verdict(arm),
                arm_reason(arm));
    else
        return false;
    finding->absent = !arm;
    bool unable = arm && !strcmp(arm_verdict(arm), "unsupported");
    finding->verdict = unable ? LESSON_UNABLE : LESSON_OPEN;
    return true;
}

static struct finding part_finding(const struct results *results,
                                   const struct lesson *lesson,
                                   const struct lesson_part *of)
{
    struct finding finding = {.found = {0, NAN, NAN, NAN}};
    struct bound bound;
    bound_read(of->holds, cores_here(results), &bound);
    bound_say(finding.bound, sizeof finding.bound, of->holds, &bound);
    const struct arm *a = arm_meant(results, lesson, of, &of->a), *b = NULL;
    if (of->has_b)
        b = arm_meant(results, lesson, of, &of->b);
    if (arm_lacks(&finding, a, of, &of->a) ||
        (of->has_b && arm_lacks(&finding, b, of, &of->b)))
        return finding;
    finding.found = summarised(results, of, a, b);
    static const enum lesson_verdict verdicts[] = {
        [BOUND_INSIDE] = LESSON_HOLDS,
        [BOUND_OUTSIDE] = LESSON_FAILS,
        [BOUND_ASTRIDE] = LESSON_OPEN};
    finding.verdict =
        verdicts[bound_place(&bound, finding.found.low, finding.found.high)];
    found_say(&finding, of, a, b);
    disturbance_say(&finding, results);
    return finding;
}

/* --------------------------------------------------------------- lessons */

static struct finding check_finding(const struct results *results,
                                    const struct lesson *lesson, bool run)
{
    struct finding finding = {.found = {0, NAN, NAN, NAN}};
    snprintf(finding.bound, sizeof finding.bound, "exit status %ld",
             lesson->exit);
    int status = check_status(results, lesson, run);
    if (status < 0) {
        finding.verdict = LESSON_OPEN;
        finding.absent = true;
        because(&finding, "not tried yet: stats lessons RUN does");
    } else if (status == 124) {
        finding.verdict = LESSON_OPEN;
        because(&finding, "did not end within a minute: %s", lesson->check);
    } else if (status == 77 || status == 126 || status == 127) {
        finding.verdict = LESSON_UNABLE;
        because(&finding, "exit status %d of %s", status, lesson->check);
    } else {
        finding.verdict = status == lesson->exit ? LESSON_HOLDS : LESSON_FAILS;
        because(&finding, "exit status %d of %s", status, lesson->check);
    }
    return finding;
}

/* Whether the machine and the programs have what the lesson needs; fills in
 * why not. */
static bool can_run(const struct results *results, const struct lesson *lesson,
                    struct finding *finding)
{
    bool enough = true;
    if (lesson->needs)
        condition_read(lesson->needs, cores_here(results), &enough);
    finding->verdict = LESSON_UNABLE;
    if (lesson->lacks)
        because(finding, "%s", lesson->lacks);
    else if (!enough)
        because(finding, "needs %s, and cores are %.3g", lesson->needs,
                cores_here(results));
    return !lesson->lacks && enough;
}

/* All comparisons have to hold, so one that fails decides; else the first that
 * could not be made, or is open, is what stands in the way. */
struct finding finding_of(const struct results *results,
                          const struct lesson *lesson, bool run)
{
    static const int weight[] = {[LESSON_HOLDS] = 0,
                                 [LESSON_OPEN] = 1,
                                 [LESSON_UNABLE] = 2,
                                 [LESSON_FAILS] = 3};
    struct finding finding = {.found = {0, NAN, NAN, NAN}};
    if (!can_run(results, lesson, &finding))
        return finding;
    if (lesson->check)
        return check_finding(results, lesson, run);
    for (size_t i = 0; i < lesson->parts_n; i++) {
        struct finding next = part_finding(results, lesson, &lesson->parts[i]);
        if (i == 0 || weight[next.verdict] > weight[finding.verdict])
            finding = next;
    }
    return finding;
}

const char *lesson_verdict_text(enum lesson_verdict verdict)
{
    static const char *const texts[] = {
        [LESSON_HOLDS] = "holds here",
        [LESSON_FAILS] = "does not hold here",
        [LESSON_OPEN] = "not decided",
        [LESSON_UNABLE] = "cannot run here",
    };
    return texts[verdict];
}
