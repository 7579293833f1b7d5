/*
 * topology.h - which cores may be used, in which order they are taken.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: "CPU 0 to n-1" is not "n cores". On one machine the first CPUs
 * alternate between two packages, on another they are pairs of hyperthreads
 * of the same core, on a third the slow cores come first: a speedup chart
 * that takes them in OS order shows the numbering, not the program. And a
 * container may own fewer cores than it sees.
 */
#ifndef TOPOLOGY_H
#define TOPOLOGY_H

#include <stdbool.h>
#include <stddef.h>

enum topology_order {
    /* One package after the other; in each kind of core (fastest first) one
     * hardware thread per core; SMT siblings only after every core. */
    TOPOLOGY_COMPACT,
    /* As far apart as possible: packages, then caches, in turn; SMT
     * siblings last again. */
    TOPOLOGY_SCATTER,
};

struct topology {
    size_t count;
    int *os_numbers; /* in the order in which they are taken */
};

/*
 * Reads the machine through hwloc, or the one that HWLOC_XMLFILE names. Of
 * this machine only the CPUs in the process's affinity mask are listed.
 * Dies when hwloc cannot. The caller frees with topology_free.
 */
struct topology topology_read(enum topology_order order);
void topology_free(struct topology *topology);

/*
 * How many cores this process can really keep busy: the least of its
 * affinity mask (which a cpuset narrows) and the tightest CPU quota on the
 * cgroup path up, v1 or v2. Not rounded: a quota may be 1.5.
 */
double usable_cores(void);

/* The quota part alone: cores' worth of time that cgroups allow, or 0 for no
 * limit. `root` is put in front of every path read ("" for this machine), so
 * that a test can hand in a tree of its own. */
double cgroup_quota(const char *root);

/* Binds the calling thread to one CPU, by OS number; false when the system
 * refuses. */
bool topology_pin(int os_number);

#endif
