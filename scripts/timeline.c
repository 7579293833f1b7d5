/*
 * timeline.c - reads what --trace has written: checks it, or lays it out as a
 * chart of workers against time.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: concurrency and parallelism are told apart at a glance once time
 * is drawn: several rows that wait at once, or several rows that run at once.
 * Look for: how many rows run at the same moment. One under `gil`, whatever
 * the cores; the others could run, and do not.
 * Left out: drawing itself, which scripts/timeline has gnuplot do.
 */
#include "timeline_try.h"

#include "../bench/lib/parse.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void usage(FILE *out)
{
    fputs("usage: timeline [--from MS] [--to MS] TRACE...\n"
          "       timeline --check TRACE...\n"
          "       timeline --tries N PROGRAM [ARGUMENT...]\n"
          "The first form writes what gnuplot draws with scripts/timeline.gp "
          "(scripts/timeline\ndoes both); several traces become panels on one "
          "axis of time. --from and --to\nare milliseconds since the first "
          "round began. --check says whether slices nest\nand every item is "
          "there once. --tries runs a program that stands beside "
          "this one with --trace, up to N times,\nuntil something else took "
          "hardly any of its time, and prints the trace of the\nrun that lost "
          "least.\n",
          out);
}

static double milliseconds(const char *option, const char *text)
{
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end != '\0' || !isfinite(value))
        die_with(EXIT_USAGE, 0, "--%s %s: not a number", option, text);
    return value;
}

static struct trace *read_all(char *const *files, size_t n)
{
    struct trace *traces = calloc(n, sizeof *traces);
    if (traces == NULL)
        die(ENOMEM, "%zu traces", n);
    for (size_t t = 0; t < n; t++)
        traces[t] = trace_read(files[t]);
    return traces;
}

static int check_all(const struct trace *traces, size_t n)
{
    int status = EXIT_RIGHT;
    for (size_t t = 0; t < n; t++)
        if (!trace_check(&traces[t]))
            status = EXIT_WRONG;
    return status;
}

static void draw_all(const struct trace *traces, size_t n, double from,
                     double to)
{
    for (size_t t = 0; t < n; t++) {
        if (traces[t].slices_n == 0)
            die_with(EXIT_USAGE, 0, "%s: holds no slices", traces[t].file);
        if (traces[t].broken_at != 0)
            fprintf(stderr,
                    "timeline: %s: breaks off at line %zu: drawn up "
                    "to there\n",
                    traces[t].file, traces[t].broken_at);
    }
    timeline_draw(
        stdout,
        &(struct drawing){.traces = traces, .n = n, .from = from, .to = to});
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"from", required_argument, 0, 'f'},
        {"to", required_argument, 0, 't'},
        {"check", no_argument, 0, 'c'},
        {"tries", required_argument, 0, 'n'},
        {"help", no_argument, 0, 'h'},
        {0}};
    double from = 0, to = NAN;
    bool checks = false;
    uint64_t tries = 0;
    int option, status = EXIT_RIGHT;
    while ((option = getopt_long(argc, argv, "+", options, NULL)) != -1)
        switch (option) {
        case 'f':
            from = milliseconds("from", optarg);
            break;
        case 't':
            to = milliseconds("to", optarg);
            break;
        case 'c':
            checks = true;
            break;
        case 'n':
            if (!number_parse(optarg, 1, MOST_TRIES, &tries))
                die_with(EXIT_USAGE, 0, "--tries %s: not a number from 1 to %d",
                         optarg, MOST_TRIES);
            break;
        case 'h':
            usage(stdout);
            return EXIT_RIGHT;
        default:
            return EXIT_USAGE;
        }
    if (optind == argc) {
        usage(stderr);
        return EXIT_USAGE;
    }
    if (tries > 0)
        return trace_try(tries, argv + optind);
    if (to <= from)
        die_with(EXIT_USAGE, 0, "--to %g: not after --from %g", to, from);
    size_t n = (size_t)(argc - optind);
    struct trace *traces = read_all(argv + optind, n);
    if (checks)
        status = check_all(traces, n);
    else
        draw_all(traces, n, from, to);
    for (size_t t = 0; t < n; t++)
        trace_free(&traces[t]);
    free(traces);
    /* A full disk shows only when the last bytes are written. */
    if (fflush(stdout) != 0 || ferror(stdout))
        die(errno, "standard output");
    return status;
}
