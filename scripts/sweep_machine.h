/*
 * sweep_machine.h - what the sweep learns about the machine, in parts.
 * SPDX-License-Identifier: MIT
 *
 * Files of /proc and /sys are read below MANYWAYS_ROOT, a directory that
 * stands for the root of a file system, so that a test can hand in a machine
 * of its own; empty or unset, they are this machine's. With it set the spin
 * probe is left out, since it can only try this machine: MANYWAYS_ROOT=/
 * reads everything here and tries nothing.
 * Not thread-safe: the sweep has one thread when it calls these.
 */
#ifndef SWEEP_MACHINE_H
#define SWEEP_MACHINE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What stands before every path; "" for this machine. Never NULL. */
const char *machine_root(void);
/* The first line of a file below it without its end, or NULL. The caller
 * frees. */
char *machine_file(const char *path);

/* ------------------------------------------- settings (sweep_settings.c) */

/* Adds governor, turbo, smt, virtualisation, battery, memory_short and
 * physical_cores (those that the affinity mask reaches); null for what
 * cannot be told. */
void settings_describe(json_t *about);

/* ------------------------------------------------ trying (sweep_probe.c) */

enum { BUSY_MOST = 3, BUSY_NAME_BYTES = 64 };

/* What others did with the processors during a while. */
struct background {
    double share; /* of the machine's processors busy; NaN: not known */
    double steal; /* of them given to other guests by the hypervisor */
    size_t count; /* of the busiest processes, most busy first */
    struct {
        char name[BUSY_NAME_BYTES]; /* "make (1234)" */
        double cores;
    } busiest[BUSY_MOST];
};

/* Watches for a second, while this program does nothing. Shorter below a
 * root of its own, and not at all when that has no /proc/stat. */
struct background background_watch(void);

/* How many cores' worth of time one busy thread for each CPU of the mask got
 * during about a second, and who had the rest. */
struct probe {
    double cores;       /* NaN: not tried, or interrupted */
    double foreign;     /* cores that other programs used meanwhile */
    double steal;       /* cores that the hypervisor took */
    uint64_t throttled; /* how often a quota that files show was used up */
};

/* Takes 1.2 s: a quota lets one burst at first, so the first 0.2 s do not
 * count. Ends early when the sweep is told to stop. */
struct probe probe_spin(void);

/* ----------------------------------------------- warnings (sweep_warn.c) */

/* One line for each thing that spoils figures: what, why it matters, what to
 * do. `about` is machine.json so far, `workers` the most that was asked for.
 * The caller owns the array. */
json_t *warnings_of(const json_t *about, const struct background *background,
                    const struct probe *probe, unsigned workers);

/* ----------------------------------------------- doctor (sweep_doctor.c) */

struct asked;

/* Says line by line what this machine can show. The exit status: 1 when
 * something is missing that a sweep needs. */
int command_doctor(const struct asked *asked);
/* Prints what machine.json would hold, and warns. */
int command_machine(const struct asked *asked);

#endif
