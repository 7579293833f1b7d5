/*
 * truth.c - holds the statistics of this repository against known truth.
 *
 * Teaches: statistics are code, and code has bugs. Worlds are made up in
 * which the true serial share, the true speedup and the true difference are
 * known; thousands of sessions are measured in them by the functions that
 * measure for real, and it is counted how often they are right.
 *
 * Usage: truth [OPTION]... [QUESTION]...     all but `physical` by default
 *   coverage   of 100 intervals, how many hold the truth? do equal arms look
 *              different? is a true difference found?
 *   delay      what noise that adds does, instead of one that multiplies
 *   harsh      drift beyond what was seen
 *   drift      how much smaller the error is by blocks
 *   physical   the same with real runs of a real program
 * Look at: the tables; a line "holds:" or "MISSES:" for each promise.
 * Exit status: 0 when all promises hold, 1, or 2 for bad usage.
 * Left out: any promise about this machine.
 *
 * SPDX-License-Identifier: MIT
 */
#include "truth.h"

#include "../lib/die.h"
#include "../lib/topology.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct question {
    const char *name;
    void (*answer)(const struct asked *asked);
    bool by_default;
} questions[] = {{"coverage", truth_coverage, true},
                 {"delay", truth_delay, true},
                 {"harsh", truth_harsh, true},
                 {"drift", truth_drift, true},
                 {"physical", truth_physical, false}};

enum { QUESTIONS = sizeof questions / sizeof *questions };

static unsigned long number(const char *text, unsigned long least,
                            unsigned long most)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || *end != '\0' || value < least ||
        value > most)
        die_with(EXIT_USAGE, 0, "'%s': not a whole number from %lu to %lu",
                 text, least, most);
    return value;
}

static struct asked asked_read(int argc, char **argv)
{
    static const struct option options[] = {
        {"sessions", required_argument, NULL, 's'},
        {"jobs", required_argument, NULL, 'j'},
        {"seed", required_argument, NULL, 'r'},
        {"strict", no_argument, NULL, 't'},
        {0}};
    struct asked asked = {.sessions = 400,
                          .jobs = (unsigned)fmax(1, floor(usable_cores())),
                          .seed = 1};
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c == 's')
            asked.sessions = number(optarg, 1, 10000000);
        else if (c == 'j')
            asked.jobs = (unsigned)number(optarg, 1, 1024);
        else if (c == 'r')
            asked.seed = number(optarg, 0, UINT32_MAX);
        else if (c == 't')
            asked.strict = true;
        else
            exit(EXIT_USAGE);
    }
    return asked;
}

static const struct question *question_named(const char *name)
{
    for (size_t q = 0; q < QUESTIONS; q++)
        if (strcmp(questions[q].name, name) == 0)
            return &questions[q];
    die_with(EXIT_USAGE, 0,
             "'%s': not coverage, delay, harsh, drift or physical", name);
}

int main(int argc, char **argv)
{
    struct asked asked = asked_read(argc, argv);
    for (int i = optind; i < argc; i++)
        question_named(argv[i]);
    for (int i = optind; i < argc; i++)
        question_named(argv[i])->answer(&asked);
    for (size_t q = 0; q < QUESTIONS && optind == argc; q++)
        if (questions[q].by_default)
            questions[q].answer(&asked);
    if (holds_failed() > 0)
        die(0, "%zu promises do not hold", holds_failed());
    return EXIT_SUCCESS;
}
