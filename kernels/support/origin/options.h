/*
 * options.h - the command line of the origin server.
 * SPDX-License-Identifier: MIT
 */
#ifndef ORIGIN_OPTIONS_H
#define ORIGIN_OPTIONS_H

#include "../fate.h"

/* Values in force; times in nanoseconds, sizes in bytes. */
struct options {
    uint64_t port; /* 0: the system chooses */
    uint64_t seed, size, photos;
    uint64_t latency_ns, p99_ns;
    uint64_t bandwidth; /* bytes per second and connection; 0: no limit */
    struct fates fates;
    int control;     /* descriptor of the starting program, or -1 */
    uint64_t listed; /* --fates: print so many items' fates, and end */
};

/* Reads the command line. --help is printed and ends the program; what makes
 * no sense ends it with one line and status 2. */
struct options options_read(int argc, char **argv);

#endif
