/*
 * stats_verdicts.c - the lessons on the terminal: a line each, and their sum.
 *
 * Teaches: how much of what books say can be seen on one machine, and that
 * "not decided" is an answer, too.
 * Look at: lessons_count, where every lesson is counted exactly once.
 * Left out: claims and sources; the report's table has them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stats_lessons.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { VERDICTS = LESSON_UNABLE + 1 };

/* Adds ", 2 do not", with the verb that agrees with the number. */
static void count_say(char text[256], size_t n, const char *one,
                      const char *several)
{
    size_t at = strlen(text);
    if (n)
        snprintf(text + at, 256 - at, ", %zu %s", n, n == 1 ? one : several);
}

/* "58 of 61 lessons hold here, 2 do not, 1 is not decided". */
static void counts_text(char text[256], const size_t counts[VERDICTS],
                        size_t asked, size_t n)
{
    snprintf(text, 256, "%zu of %zu lessons %s here", counts[LESSON_HOLDS], n,
             counts[LESSON_HOLDS] == 1 ? "holds" : "hold");
    count_say(text, counts[LESSON_FAILS], "does not", "do not");
    count_say(text, counts[LESSON_OPEN], "is not decided", "are not decided");
    count_say(text, counts[LESSON_UNABLE], "cannot run here",
              "cannot run here");
    count_say(text, n - asked, "was not in this run", "were not in this run");
}

/* All findings, in the order of the lessons; the caller frees. */
static struct finding *findings_of(const struct results *results,
                                   const struct lessons *lessons)
{
    struct finding *findings = allocate(lessons->n, sizeof *findings);
    for (size_t i = 0; i < lessons->n; i++)
        findings[i] = finding_of(results, &lessons->list[i], false);
    return findings;
}

/* Counts verdicts; answers how many lessons the run has anything of. */
static size_t findings_count(const struct finding *findings, size_t n,
                             size_t counts[VERDICTS])
{
    size_t asked = 0;
    for (size_t i = 0; i < n; i++)
        if (!findings[i].absent) {
            counts[findings[i].verdict]++;
            asked++;
        }
    return asked;
}

int lessons_count(const struct results *results, const char *directory)
{
    struct lessons lessons = lessons_read(directory);
    struct finding *findings = findings_of(results, &lessons);
    size_t counts[VERDICTS] = {0};
    size_t asked = findings_count(findings, lessons.n, counts);
    char text[256];
    counts_text(text, counts, asked, lessons.n);
    printf("%s.\n", text);
    free(findings);
    lessons_free(&lessons);
    return 0;
}

/* ------------------------------------------------------------------ lines */

/* What stands before a lesson: green, red, and nothing loud for what is open;
 * colours only for a person at a terminal, never instead of the word. */
static void mark_print(enum lesson_verdict verdict)
{
    static const char *const marks[] = {[LESSON_HOLDS] = "yes",
                                        [LESSON_FAILS] = "no",
                                        [LESSON_OPEN] = "open",
                                        [LESSON_UNABLE] = "none"};
    static const char *const colours[] = {[LESSON_HOLDS] = "\033[32m",
                                          [LESSON_FAILS] = "\033[1;31m",
                                          [LESSON_OPEN] = "\033[33m",
                                          [LESSON_UNABLE] = ""};
    const char *colour = terminal_is_coloured() ? colours[verdict] : "";
    printf("  %s%-4s%s ", colour, marks[verdict], *colour ? "\033[0m" : "");
}

/* "<= 0.55" of "<= 1.1 / cores, here <= 0.55". */
static const char *bound_here(const struct finding *finding)
{
    static const char before[] = ", here ";
    const char *at = strstr(finding->bound, before);
    return at ? at + strlen(before) : finding->bound;
}

/* One line: the figure and its bound, or why there is none. */
static void lesson_print(const struct lesson *lesson,
                         const struct finding *finding)
{
    enum { ROOM = 79 - 7 }; /* beside the mark */
    char line[1024];
    int n = snprintf(line, sizeof line, "%-27.27s ", lesson->id);
    if (!isnan(finding->found.middle) && isnan(finding->found.low))
        snprintf(line + n, sizeof line - (size_t)n, "%s, %s",
                 found_text(&finding->found), finding->why);
    else if (!isnan(finding->found.middle))
        snprintf(line + n, sizeof line - (size_t)n, "%-24s  %s",
                 found_text(&finding->found), bound_here(finding));
    else if (lesson->check && finding->verdict != LESSON_OPEN)
        snprintf(line + n, sizeof line - (size_t)n, "tried: %s",
                 bound_here(finding));
    else
        snprintf(line + n, sizeof line - (size_t)n, "%s", finding->why);
    mark_print(finding->verdict);
    if (strlen(line) > ROOM)
        printf("%.*s..\n", ROOM - 2, line);
    else
        puts(line);
}

void lessons_print(const struct results *results, const char *directory)
{
    struct lessons lessons = lessons_read(directory);
    struct finding *findings = findings_of(results, &lessons);
    size_t counts[VERDICTS] = {0};
    size_t asked = findings_count(findings, lessons.n, counts);
    if (asked) {
        char text[256];
        counts_text(text, counts, asked, lessons.n);
        strcat(text, ":");
        print_wrapped(text);
        putchar('\n');
    }
    for (size_t i = 0; i < lessons.n; i++)
        if (!findings[i].absent)
            lesson_print(&lessons.list[i], &findings[i]);
    if (asked)
        putchar('\n');
    free(findings);
    lessons_free(&lessons);
}
