/*
 * cgroup.h - what control groups say, beyond topology.h.
 * SPDX-License-Identifier: MIT
 */
#ifndef CGROUP_H
#define CGROUP_H

/* The CPUs that the own group's cpuset allows, as the kernel lists them
 * ("0-3,8"), v1 or v2; NULL when no group says. `root` as in topology.h. The
 * caller frees. */
char *cgroup_cpuset(const char *root);

/* How many threads and processes the groups on the path up let exist at a
 * time, v1 or v2; infinite without a limit. */
double cgroup_tasks(const char *root);

#endif
