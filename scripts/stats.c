/*
 * stats.c - turns the raw samples of a sweep into numbers one can trust.
 *
 * Teaches: a measured time means little alone; a median with an interval,
 * against a baseline measured in the same minutes, means something.
 * Look at: the intervals first, the numbers second. Where two intervals
 * overlap widely, this run does not tell which strategy is faster.
 * Left out: comparison of two runs, verdicts on claims. Means and standard
 * deviations: timings are skewed and have outliers, and neither describes
 * them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stats.h"
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
    fputs("usage: stats summary RUN       write RUN/summary.csv and "
          "RUN/fits.csv\n"
          "       stats table RUN         print a summary for the terminal\n"
          "       stats chart RUN         write RUN/charts/NAME.dat for "
          "gnuplot, print each NAME\n"
          "       stats words RUN WHAT    what a chart shows, in sentences\n"
          "       stats rows RUN WHAT     its numbers, tab-separated\n"
          "       stats fit FILE.csv      fit a scaling law to columns n,x: "
          "--weights=equal|\n"
          "                               relative, --method=usl|amdahl|"
          "transform, --gamma=X\n"
          "RUN is the directory of one sweep. WHAT is the NAME of a chart; "
          "for words also\nalarms, noise; for rows also charts, fits, "
          "flags, machine, missing.\n",
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

int main(int argc, char **argv)
{
    if (argc == 2 && !strcmp(argv[1], "--help")) {
        usage(stdout);
        return 0;
    }
    if (argc > 1 && !strcmp(argv[1], "fit"))
        return fit_command(argc - 1, argv + 1);
    if (!usage_is_right(argc, argv)) {
        usage(stderr);
        return 2;
    }
    /* Scripts call this program many times; one of them tells. */
    struct results *results =
        results_load(argv[2], !strcmp(argv[1], "summary"));
    estimate_all(results);
    int status = stats_command(results, argc, argv);
    results_free(results);
    /* A full disk shows only when the last bytes are written. */
    if (fflush(stdout) || ferror(stdout))
        fail("standard output", strerror(errno));
    return status;
}
