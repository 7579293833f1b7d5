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
        "       stats table RUN         print a summary for the terminal\n"
        "       stats chart RUN         write RUN/charts/NAME.dat for "
        "gnuplot, print each NAME\n"
        "       stats words RUN WHAT    what a chart shows, in sentences\n"
        "       stats rows RUN WHAT     its numbers, tab-separated\n"
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
        "chart; for words\nalso alarms, blocks, noise; for rows also "
        "certificate, charts, experiments,\nfactors, fits, flags, left_out, lessons, "
        "lines, machine, missing.\n"
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

/* Takes --lessons=DIR or --lessons DIR out of the words; NULL where there is
 * none. */
static const char *lessons_asked(int *argc, char **argv)
{
    static const char option[] = "--lessons";
    const size_t length = sizeof option - 1;
    for (int i = 1; i < *argc; i++) {
        bool joined = !strncmp(argv[i], "--lessons=", length + 1);
        bool apart = !strcmp(argv[i], option) && i + 1 < *argc;
        if (!joined && !apart)
            continue;
        const char *directory = joined ? argv[i] + length + 1 : argv[i + 1];
        int words = joined ? 1 : 2;
        for (int j = i; j + words <= *argc; j++)
            argv[j] = argv[j + words];
        *argc -= words;
        return directory;
    }
    return NULL;
}

static int stats_command(const struct results *results, int argc, char **argv,
                         const char *lessons)
{
    const char *command = argv[1];
    if (argc == 3 && !strcmp(command, "summary"))
        return summary_write(results) | fits_write(results);
    if (argc == 3 && !strcmp(command, "lessons"))
        return lessons_write(results, lessons_directory(lessons));
    if (argc == 3 && !strcmp(command, "table")) {
        if (lessons || !access(default_lessons, R_OK))
            lessons_print(results, lessons_directory(lessons));
        return table_print(results);
    }
    if (argc == 3 && !strcmp(command, "chart"))
        return plot_write(results);
    if (argc == 4 && !strcmp(command, "words"))
        return words_print(results, argv[3]);
    if (!strcmp(argv[3], "lessons"))
        return lessons_rows(results, lessons_directory(lessons));
    if (!strcmp(argv[3], "fits"))
        return fits_rows(results);
    return rows_print(results, argv[3]);
}

/* Whether the command exists and has as many words as it needs. */
static bool usage_is_right(int argc, char **argv)
{
    static const struct {
        const char *name;
        int argc;
    } commands[] = {{"summary", 3}, {"lessons", 3}, {"table", 3},
                    {"chart", 3},   {"words", 4},   {"rows", 4}};

    for (size_t i = 0; argc > 1 && i < sizeof commands / sizeof *commands; i++)
        if (!strcmp(argv[1], commands[i].name))
            return argc == commands[i].argc;
    return false;
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
    const char *lessons = lessons_asked(&argc, argv);
    if (!usage_is_right(argc, argv)) {
        usage(stderr);
        return 2;
    }
    /* Scripts call this program many times; one of them tells. */
    struct results *results =
        results_load(argv[2], !strcmp(argv[1], "summary"));
    estimate_all(results);
    families_compare(results);
    int status = stats_command(results, argc, argv, lessons);
    results_free(results);
    output_end();
    return status;
}
