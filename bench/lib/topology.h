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
#include <stdint.h>

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
 * How much of the machine this process may use. `root` is put in front of
 * every path read: "" for this machine, else a directory that stands for the
 * root of a file system, so that a test can hand in a machine of its own. All
 * of them may be called from any thread, and never fail: what cannot be read
 * sets no limit.
 */

/* How many cores it can really keep busy: the least of its affinity mask,
 * its cpuset and the tightest CPU quota on the cgroup path up, v1 or v2. Not
 * rounded: a quota may be 1.5. */
double effective_cores(const char *root);

/* The part without the quota: CPUs of the affinity mask (below a root, of
 * Cpus_allowed_list in /proc/self/status) that are in the cpuset, too. */
double affinity_cores(const char *root);
/* The same as a list, "0-3,8"; NULL without memory. The caller frees. */
char *affinity_list(const char *root);

/* The quota part alone: cores' worth of time that cgroups allow, or 0 for no
 * limit. */
double cgroup_quota(const char *root);

/* How often, and for how long in all, a quota was used up since the groups
 * were made: sums over all groups on the path up. False when no group on it
 * counts that; then both are 0. */
bool cgroup_throttled(const char *root, uint64_t *times, uint64_t *ns);

/* effective_cores of this machine. */
double usable_cores(void);

/* Binds the calling thread to one CPU, by OS number; false when the system
 * refuses. */
bool topology_pin(int os_number);

#endif
