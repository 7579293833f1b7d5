/*
 * stats_lessons.c - the table of lessons: what was claimed, what was found.
 *
 * Teaches: a textbook's sentence is a hypothesis about the reader's machine.
 * Look at: the four verdicts, none of which is written anywhere but follows
 * from the interval and the bound (stats_finding.c).
 * Left out: sentences on what a verdict means for one's own programs.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stats_lessons.h"

#include <math.h>
#include <string.h>

static void put_quoted(FILE *out, const char *text)
{
    putc('"', out);
    for (; *text; text++) {
        if (*text == '"')
            putc('"', out);
        putc(*text, out);
    }
    putc('"', out);
}

/* An unknown or infinite number is an empty cell. */
static void put_number(FILE *out, double number)
{
    putc(',', out);
    if (isfinite(number))
        fprintf(out, "%.12g", number);
}

int lessons_write(const struct results *results, const char *directory)
{
    struct lessons lessons = lessons_read(directory);
    FILE *out = file_begin(results, "lessons.csv");
    fputs("id,claim,source,then,ratio,low,high,bound,verdict,why\n", out);
    for (size_t i = 0; i < lessons.n; i++) {
        const struct lesson *lesson = &lessons.list[i];
        struct finding finding = finding_of(results, lesson, true);
        const char *texts[] = {lesson->claim, lesson->source, lesson->then};
        fprintf(out, "%s", lesson->id);
        for (int t = 0; t < 3; t++) {
            putc(',', out);
            put_quoted(out, texts[t]);
        }
        put_number(out, finding.found.middle);
        put_number(out, finding.found.low);
        put_number(out, finding.found.high);
        putc(',', out);
        put_quoted(out, finding.bound);
        fprintf(out, ",%s,", lesson_verdict_text(finding.verdict));
        put_quoted(out, finding.why);
        putc('\n', out);
    }
    file_end(results, "lessons.csv", out);
    lessons_free(&lessons);
    return 0;
}

/* Three digits that count, and no powers of ten: 0.0525, 1420, 1890000. */
static void put_three_digits(char *text, size_t bytes, double number)
{
    double size = fabs(number), unit = 1;
    while (isfinite(size) && size / unit >= 1000)
        unit *= 10;
    if (unit > 1)
        snprintf(text, bytes, "%.0f", round(number / unit) * unit);
    else
        snprintf(text, bytes, "%.3g", number);
}

const char *found_text(const struct interval *found)
{
    static char text[96];
    char middle[24], low[24], high[24];
    put_three_digits(middle, sizeof middle, found->middle);
    put_three_digits(low, sizeof low, found->low);
    put_three_digits(high, sizeof high, found->high);
    if (isnan(found->middle))
        return "-";
    if (isnan(found->low))
        snprintf(text, sizeof text, "%s", middle);
    else
        snprintf(text, sizeof text, "%s [%s, %s]", middle, low, high);
    return text;
}

int lessons_rows(const struct results *results, const char *directory)
{
    struct lessons lessons = lessons_read(directory);
    printf("lesson\tclaim\tsource\tthen\there\tbound\tverdict\twhy\tasked\n");
    for (size_t i = 0; i < lessons.n; i++) {
        const struct lesson *lesson = &lessons.list[i];
        struct finding finding = finding_of(results, lesson, false);
        printf("%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", lesson->id,
               lesson->claim, lesson->source, lesson->then,
               found_text(&finding.found), finding.bound,
               lesson_verdict_text(finding.verdict), finding.why,
               finding.absent ? "no" : "yes");
    }
    lessons_free(&lessons);
    return 0;
}
