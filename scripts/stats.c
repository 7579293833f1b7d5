/*
 * stats.c - turns the raw samples of a sweep into numbers one can trust.
 *
 * Teaches: a measured time means little alone; a median with an interval,
 * against a baseline measured in the same minutes, means something.
 * Look at: the intervals first, the numbers second. Where two intervals
 * overlap widely, this run does not tell which strategy is faster.
 * Left out: verdicts on claims. Means and standard deviations: timings are
 * skewed and have outliers, and neither describes them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stats_compare.h"
#include "stats_fits.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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
        "       stats compare A B       two runs side by side: what became "
        "slower?\n"
        "       stats fit FILE.csv      fit a scaling law to columns n,x: "
        "--weights=equal|\n"
        "                               relative, --method=usl|amdahl|"
        "transform, --gamma=X\n"
        "RUN, A and B are directories of sweeps. WHAT is the NAME of a "
        "chart; for words\nalso alarms, blocks, noise; for rows also "
        "certificate, charts, factors,\nfits, flags, left_out, lines, machine, "
        "missing.\n\n"
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

static int stats_command(const struct results *results, int argc, char **argv)
{
    const char *command = argv[1];
    if (argc == 3 && !strcmp(command, "summary"))
        return summary_write(results) | fits_write(results);
    if (argc == 3 && !strcmp(command, "table"))
        return table_print(results);
    if (argc == 3 && !strcmp(command, "chart"))
        return plot_write(results);
    if (argc == 4 && !strcmp(command, "words"))
        return words_print(results, argv[3]);
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
    } commands[] = {
        {"summary", 3}, {"table", 3}, {"chart", 3}, {"words", 4}, {"rows", 4}};

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
    if (!usage_is_right(argc, argv)) {
        usage(stderr);
        return 2;
    }
    /* Scripts call this program many times; one of them tells. */
    struct results *results =
        results_load(argv[2], !strcmp(argv[1], "summary"));
    estimate_all(results);
    families_compare(results);
    int status = stats_command(results, argc, argv);
    results_free(results);
    output_end();
    return status;
}
