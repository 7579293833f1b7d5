/*
 * stats.c - turns the raw samples of a sweep into numbers one can trust.
 *
 * Teaches: a measured time means little alone; a median with an interval,
 * against a baseline measured in the same minutes, means something.
 * Look at: the intervals first, the numbers second. Where two intervals
 * overlap widely, this run does not tell which strategy is faster.
 * Left out: means and standard deviations: timings are skewed and have
 * outliers, and neither describes them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stats_compare.h"
#include "stats_fits.h"
#include "stats_lessons.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void fail(const char *what, const char *why)
{
    fprintf(stderr, "stats: %s: %s\n", what, why);
    exit(1);
}

/* Zeroed memory, never NULL. */
void *allocate(size_t n, size_t bytes)
{
    void *memory = calloc(n ? n : 1, bytes);
    if (!memory)
        fail("memory", strerror(errno));
    return memory;
}

static void usage(FILE *out)
{
    fputs(
        "usage: stats summary RUN       write RUN/summary.csv and "
        "RUN/fits.csv\n"
        "       stats table RUN [--all] print a summary for the terminal; all: "
        "also the\n"
        "                               numbers of each chart\n"
        "       stats chart RUN         write RUN/charts/NAME.dat for "
        "gnuplot, print each NAME\n"
        "       stats words RUN WHAT    what a chart shows, in sentences\n"
        "       stats rows RUN WHAT     its numbers, tab-separated\n"
        "       stats answers RUN (words|rows) WHAT ...\n"
        "                               several of these, each after a form "
        "feed "
        "and what\n                               was asked\n"
        "       stats lessons RUN       write RUN/lessons.csv: what was "
        "claimed, and "
        "what\n                               is so here\n"
        "       stats compare A B       two runs side by side: what became "
        "slower?\n"
        "       stats fit FILE.csv      fit a scaling law to columns n,x: "
        "--weights=equal|\n"
        "                               relative, --method=usl|amdahl|"
        "transform, --gamma=X\n"
        "RUN, A and B are directories of sweeps. WHAT is the NAME of a "
        "chart; for words\nalso alarms, blocks, headline, lessons, noise; for "
        "rows also "
        "best,\ncertificate, charts, experiments, factors, fits, flags, "
        "left_out, lessons,\nlines, machine, missing.\n"
        "  --lessons=DIR        where lessons are, for lessons, table and rows "
        "(default:\n                       scripts/lessons)\n\n"
        "stats compare takes out how much slower B's machine was in general, "
        "and says for\neach arm: same, slower, faster or not decided.\n"
        "  --tolerance=PERCENT  a difference counts beyond this (default: 3)\n"
        "  --json               the same as one JSON object\n"
        "Its exit status: 0 nothing is slower; 1 something is, or a run cannot "
        "be read;\n2 usage; 3 nothing is slower as far as can be told, but "
        "some "
        "arms are not\ndecided: they have too few blocks for so much noise.\n",
        out);
}

static const char default_lessons[] = "scripts/lessons";

static const char *lessons_directory(const char *asked)
{
    return asked ? asked : default_lessons;
}

struct options {
    const char *lessons; /* their directory, or NULL */
    bool all;
};

/* Takes the next few words out. */
static void words_drop(int *argc, char **argv, int at, int words)
{
    for (int i = at; i + words <= *argc; i++)
        argv[i] = argv[i + words];
    *argc -= words;
}

/* Takes --lessons=DIR, --lessons DIR and --all out of the words. */
static struct options options_take(int *argc, char **argv)
{
    static const char option[] = "--lessons";
    const size_t length = sizeof option - 1;
    struct options options = {NULL, false};
    for (int i = 1; i < *argc;) {
        if (!strcmp(argv[i], "--all")) {
            options.all = true;
            words_drop(argc, argv, i, 1);
        } else if (!strncmp(argv[i], "--lessons=", length + 1)) {
            options.lessons = argv[i] + length + 1;
            words_drop(argc, argv, i, 1);
        } else if (!strcmp(argv[i], option) && i + 1 < *argc) {
            options.lessons = argv[i + 1];
            words_drop(argc, argv, i, 2);
        } else
            i++;
    }
    return options;
}

/* What the report and its readers ask for: sentences or rows. */
static int answer(const struct results *results, const char *form,
                  const char *what, const char *lessons)
{
    if (!strcmp(form, "words")) {
        if (!strcmp(what, "lessons"))
            return lessons_count(results, lessons_directory(lessons));
        if (strcmp(what, "headline") != 0)
            return words_print(results, what);
        char *text = headline_text(results);
        fputs(text, stdout);
        free(text);
        return 0;
    }
    if (!strcmp(what, "lessons"))
        return lessons_rows(results, lessons_directory(lessons));
    if (!strcmp(what, "fits"))
        return fits_rows(results);
    if (!strcmp(what, "best"))
        return best_rows(results);
    return rows_print(results, what);
}

/* Many answers in one go, since reading a long run takes longer than answering.
 * A form feed, which no answer has, and the question stand before each. */
static int answers(const struct results *results, int argc, char **argv,
                   const char *lessons)
{
    int status = 0;
    for (int i = 0; i + 1 < argc && status == 0; i += 2) {
        printf("\f%s %s\n", argv[i], argv[i + 1]);
        status = answer(results, argv[i], argv[i + 1], lessons);
    }
    return status;
}

static int stats_command(const struct results *results, int argc, char **argv,
                         const struct options *options)
{
    const char *command = argv[1], *lessons = options->lessons;
    if (!strcmp(command, "summary"))
        return summary_write(results) | fits_write(results);
    if (!strcmp(command, "lessons"))
        return lessons_write(results, lessons_directory(lessons));
    if (!strcmp(command, "table")) {
        bool has = lessons || !access(default_lessons, R_OK);
        return table_print(results, has ? lessons_directory(lessons) : NULL,
                           options->all);
    }
    if (!strcmp(command, "chart"))
        return plot_write(results);
    if (!strcmp(command, "answers"))
        return answers(results, argc - 3, argv + 3, lessons);
    return answer(results, command, argv[3], lessons);
}

/* Whether the questions of `answers` are pairs of a form and what is asked. */
static bool questions_are_right(int argc, char **argv)
{
    for (int i = 0; i < argc; i += 2)
        if (strcmp(argv[i], "words") != 0 && strcmp(argv[i], "rows") != 0)
            return false;
    return argc % 2 == 0;
}

/* Whether the command exists and has as many words as it needs. */
static bool usage_is_right(int argc, char **argv, const struct options *options)
{
    static const struct {
        const char *name;
        int argc;
    } commands[] = {{"summary", 3}, {"lessons", 3}, {"table", 3},
                    {"chart", 3},   {"words", 4},   {"rows", 4}};

    if (argc < 3 || (options->all && strcmp(argv[1], "table") != 0))
        return false;
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (!strcmp(argv[1], commands[i].name))
            return argc == commands[i].argc;
    return !strcmp(argv[1], "answers") &&
           questions_are_right(argc - 3, argv + 3);
}

/* A full disk shows only when the last bytes are written. */
static void output_end(void)
{
    if (fflush(stdout) || ferror(stdout))
        fail("standard output", strerror(errno));
}

int main(int argc, char **argv)
{
    if (argc == 2 && !strcmp(argv[1], "--help")) {
        usage(stdout);
        return 0;
    }
    if (argc > 1 && !strcmp(argv[1], "fit"))
        return fit_command(argc - 1, argv + 1);
    if (argc > 1 && !strcmp(argv[1], "compare")) {
        int compared = compare_runs(argc - 2, argv + 2);
        output_end();
        return compared;
    }
    struct options options = options_take(&argc, argv);
    if (!usage_is_right(argc, argv, &options)) {
        usage(stderr);
        return 2;
    }
    /* Scripts call this program many times; one of them tells. */
    struct results *results =
        results_load(argv[2], !strcmp(argv[1], "summary"));
    estimate_all(results);
    families_compare(results);
    int status = stats_command(results, argc, argv, &options);
    results_free(results);
    output_end();
    return status;
}
