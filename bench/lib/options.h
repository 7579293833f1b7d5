/*
 * options.h - the command line that all strategies share.
 * SPDX-License-Identifier: MIT
 *
 * Common options, those that the strategy declares and those that the kernel
 * declares are read in one pass; GNU style, in any order, long names that
 * may be shortened as far as they stay unique. Anything wrong ends the
 * program with one line and status 2.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "../strategy.h"
#include "parse.h"
#include "topology.h"

enum { MOST_DECLARED = 64 };

enum action {
    ACTION_RUN,
    ACTION_HELP, /* of the program, or of `kernel` when one is named */
    ACTION_LIST,
    ACTION_VERSION,
    ACTION_TOPOLOGY,
};

struct settings {
    enum action action;
    const struct kernel *kernel;
    uint64_t items, size, rounds, seed, workers, cores;
    bool given_items, given_size, given_rounds; /* not left to defaults */
    bool expects;
    uint64_t expected; /* digest, when expects */
    bool json, progress;
    const char *log, *trace; /* file names, or NULL */
    enum topology_order order;

    int attach; /* descriptor of a parent's shared memory, or -1 */

    /* Values of the options that strategy and kernel declare, in that
     * order. */
    struct setting {
        const struct option_spec *spec;
        uint64_t number;
        const char *text; /* as it was written */
        bool given;
    } declared[MOST_DECLARED];
    size_t declared_count;
    char **arguments; /* the command line, for exec'd copies */
};

/* Reads the command line. Dies with status 2 when it makes no sense. */
struct settings options_read(int argc, char **argv);

/* Prints help on stdout: of the program, or of one kernel. */
void options_help(const struct settings *settings);

#endif
