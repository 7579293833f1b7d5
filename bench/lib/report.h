/*
 * report.h - what a run says at its end: text, JSON, a line in a log.
 * SPDX-License-Identifier: MIT
 */
#ifndef REPORT_H
#define REPORT_H

#include "memory.h"

struct report {
    const struct settings *settings;
    const struct run *run;
    struct tally sum;         /* of all workers */
    struct verdict verdict;   /* the kernel's */
    struct verdict counted;   /* the strategy's */
    char wrong[VERDICT_TEXT]; /* why there is no time; empty when right */
    uint64_t inflight;
    uint64_t wall_ns, setup_ns, check_ns, user_ns, sys_ns;
    /* For each item in flight: memory, and addresses for memory that may never
     * be touched. */
    uint64_t max_rss_bytes, item_bytes, item_address_bytes;
    uint64_t voluntary_switches, involuntary_switches;
    char started_at[32];
};

enum { REPORT_SCHEMA = 1 };

/* Prints the report on stdout as --json or as text, and appends it to the
 * descriptor `log` (-1 for none) with one write. A wrong run is reported
 * without any time, and its reason goes to stderr. Returns the exit status. */
int report_print(const struct report *report, int log);

#endif
