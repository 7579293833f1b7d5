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

struct interval summarised(const struct results *results,
                           const struct lesson_part *of, const struct arm *a,
                           const struct arm *b)
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

/* Appends as much as there is room for. */
static void append(struct finding *finding, const char *text, size_t length)
{
    size_t n = strlen(finding->why), room = sizeof finding->why - 1 - n;
    if (length > room)
        length = room;
    memcpy(finding->why + n, text, length);
    finding->why[n + length] = '\0';
}

/* What stands in place of %r, %t or %e; NULL where `letter` is none of these.
 */
static const char *word_for(char letter, double found, const char *even,
                            char text[32])
{
    if (letter == 'e')
        return even;
    if (letter == 't')
        return time_text(found, text);
    if (letter != 'r')
        return NULL;
    snprintf(text, 32, fabs(found) < 1000 ? "%.3g" : "%.0f", found);
    return text;
}

/* The sentence of the file, with what was found. */
static void say(struct finding *finding, const struct results *results,
                const struct lesson *lesson, const struct lesson_part *of,
                double found)
{
    char even[128] = "", number[32];
    if (of->even != EVEN_NONE)
        even_say(even, sizeof even, results, lesson, of);
    append(finding, "; ", 2);
    for (const char *text = of->say; *text; text++) {
        const char *word =
            *text == '%' ? word_for(text[1], found, even, number) : NULL;
        if (word) {
            append(finding, word, strlen(word));
            text++;
        } else
            append(finding, text, 1);
    }
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

/* What is only presumed refutes nothing. */
static void judge(struct finding *finding, const struct lesson_part *of,
                  const struct bound *bound)
{
    static const enum lesson_verdict verdicts[] = {
        [BOUND_INSIDE] = LESSON_HOLDS,
        [BOUND_OUTSIDE] = LESSON_FAILS,
        [BOUND_ASTRIDE] = LESSON_OPEN};
    finding->verdict =
        verdicts[bound_place(bound, finding->found.low, finding->found.high)];
    if (of->given && finding->verdict == LESSON_FAILS)
        finding->verdict = LESSON_OPEN;
}

/* A comparison of arms. */
static void arms_finding(struct finding *finding, const struct results *results,
                         const struct lesson *lesson,
                         const struct lesson_part *of,
                         const struct bound *bound)
{
    const struct arm *b = NULL;
    const struct arm *a = arm_meant(results, lesson, of, &of->a, NAN);
    if (of->has_b)
        b = arm_meant(results, lesson, of, &of->b, NAN);
    if (arm_lacks(finding, a, of, &of->a) ||
        (of->has_b && arm_lacks(finding, b, of, &of->b)))
        return;
    finding->found = summarised(results, of, a, b);
    judge(finding, of, bound);
    found_say(finding, of, a, b);
}

static struct finding part_finding(const struct results *results,
                                   const struct lesson *lesson,
                                   const struct lesson_part *of)
{
    struct finding finding = {.found = {0, NAN, NAN, NAN},
                              .verdict = LESSON_OPEN};
    struct bound bound;
    bound_read(of->holds, cores_here(results), &bound);
    bound_say(finding.bound, sizeof finding.bound, of->holds, &bound);
    if (!of->cost_a)
        arms_finding(&finding, results, lesson, of, &bound);
    else if (costs_compare(results, of, &finding))
        judge(&finding, of, &bound);
    return finding;
}

/* --------------------------------------------------------------- lessons */

static struct finding check_finding(const struct results *results,
                                    const struct lesson *lesson, bool run)
{
    struct finding finding = {.found = {0, NAN, NAN, NAN}};
    char said[CHECK_SAID];
    snprintf(finding.bound, sizeof finding.bound, "exit status %ld",
             lesson->exit);
    int status = check_status(results, lesson, run, said);
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
        because(&finding, "%s%sexit status %d of %s", said, *said ? "; " : "",
                status, lesson->check);
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

/* All have to hold, so one that fails decides; else the first that could not
 * be made, or is open, is what stands in the way. What is only presumed comes
 * before that: without it nothing is decided. */
static size_t deciding(const struct finding *parts, const struct lesson *lesson)
{
    static const int weight[] = {[LESSON_HOLDS] = 0,
                                 [LESSON_OPEN] = 1,
                                 [LESSON_UNABLE] = 2,
                                 [LESSON_FAILS] = 3};
    size_t worst = lesson->parts_n;
    for (size_t i = 0; i < lesson->parts_n; i++)
        if (lesson->parts[i].given && parts[i].verdict != LESSON_HOLDS)
            return i;
    for (size_t i = 0; i < lesson->parts_n; i++)
        if (!lesson->parts[i].given &&
            (worst == lesson->parts_n ||
             weight[parts[i].verdict] > weight[parts[worst].verdict]))
            worst = i;
    return worst;
}

static struct finding parts_finding(const struct results *results,
                                    const struct lesson *lesson)
{
    struct finding *parts = allocate(lesson->parts_n, sizeof *parts);
    for (size_t i = 0; i < lesson->parts_n; i++)
        parts[i] = part_finding(results, lesson, &lesson->parts[i]);
    size_t decides = deciding(parts, lesson);
    struct finding finding = parts[decides];
    for (size_t i = 0; i < lesson->parts_n; i++)
        if ((i == decides || finding.verdict == LESSON_HOLDS) &&
            lesson->parts[i].say && isfinite(parts[i].found.low))
            say(&finding, results, lesson, &lesson->parts[i],
                parts[i].found.middle);
    if (finding.found.n && !lesson->parts[decides].cost_a)
        disturbance_say(&finding, results);
    free(parts);
    return finding;
}

/* The one that is further from holding; both speak when both hold. */
static struct finding joined(const struct finding *compared,
                             const struct finding *checked)
{
    if (compared->verdict == LESSON_HOLDS && checked->verdict != LESSON_HOLDS)
        return *checked;
    struct finding finding = *compared;
    if (checked->verdict == LESSON_FAILS && compared->verdict != LESSON_FAILS)
        return *checked;
    const char *also =
        checked->verdict == LESSON_HOLDS ? "; and its check holds" : "";
    append(&finding, also, strlen(also));
    return finding;
}

struct finding finding_of(const struct results *results,
                          const struct lesson *lesson, bool run)
{
    struct finding finding = {.found = {0, NAN, NAN, NAN}};
    if (!can_run(results, lesson, &finding))
        return finding;
    if (!lesson->check)
        return parts_finding(results, lesson);
    struct finding checked = check_finding(results, lesson, run);
    if (!lesson->parts_n)
        return checked;
    finding = parts_finding(results, lesson);
    return joined(&finding, &checked);
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
