/*
 * cgroup.c - how much processor time control groups allow this process.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: `nproc` sees neither a container's quota nor that of a group
 * further up. The path of the own group stands in /proc/self/cgroup, where
 * its hierarchy is mounted in /proc/self/mountinfo; every group from there
 * up to the mount point may set a limit, and the tightest one counts.
 *   v2: cpu.max            "150000 100000" or "max 100000", in us
 *   v1: cpu.cfs_quota_us   150000 or -1;  cpu.cfs_period_us  100000
 */
#include "topology.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_BYTES = 4096 };

/* Reads up to two numbers from the file `name` in directory `path`; returns
 * how many were there, 0 also when there is no such file. */
static int read_numbers(const char *path, const char *name, double numbers[2])
{
    char *file_name;
    if (asprintf(&file_name, "%s/%s", path, name) < 0)
        return 0;
    FILE *file = fopen(file_name, "re");
    free(file_name);
    if (file == NULL)
        return 0;
    int n = fscanf(file, "%lf %lf", &numbers[0], &numbers[1]);
    fclose(file);
    return n < 0 ? 0 : n;
}

/* Cores' worth of time that the group in directory `path` grants, 0 if it
 * sets no limit. "max" in cpu.max is no number, -1 in v1 no limit. */
static double group_quota(const char *path)
{
    double pair[2], quota[2], period[2];
    if (read_numbers(path, "cpu.max", pair) == 2)
        return pair[0] > 0 && pair[1] > 0 ? pair[0] / pair[1] : 0;
    if (read_numbers(path, "cpu.cfs_quota_us", quota) < 1 ||
        read_numbers(path, "cpu.cfs_period_us", period) < 1)
        return 0;
    return quota[0] > 0 && period[0] > 0 ? quota[0] / period[0] : 0;
}

/* The tightest limit from `path` up to and including `top`. */
static double tightest(char *path, const char *top)
{
    double least = 0;
    for (;;) {
        double quota = group_quota(path);
        if (quota > 0 && (least == 0 || quota < least))
            least = quota;
        char *slash = strrchr(path, '/');
        if (strlen(path) <= strlen(top) || slash == NULL)
            return least;
        *slash = '\0';
    }
}

/* Whether the comma-separated `list` holds `word`. */
static bool list_has(const char *list, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = list; at != NULL; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, word, length) == 0 &&
            (at[length] == ',' || at[length] == '\0'))
            return true;
    }
    return false;
}

/* The own group's path in the v2 hierarchy (version 2) or in v1's cpu
 * hierarchy (version 1), as /proc/self/cgroup has it. */
static bool own_group(const char *root, int version, char path[PATH_BYTES])
{
    char line[2 * PATH_BYTES];
    bool found = false;
    snprintf(line, sizeof line, "%s/proc/self/cgroup", root);
    FILE *file = fopen(line, "re");
    if (file == NULL)
        return false;
    while (!found && fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        char *controllers = strchr(line, ':');
        char *group = controllers == NULL ? NULL : strchr(controllers + 1, ':');
        if (group == NULL)
            continue;
        *group++ = '\0';
        controllers++;
        found =
            version == 2 ? *controllers == '\0' : list_has(controllers, "cpu");
        if (found)
            snprintf(path, PATH_BYTES, "%s", group);
    }
    fclose(file);
    return found;
}

/*
 * Where that hierarchy is mounted, and which part of it: a mountinfo line is
 * `id parent dev ROOT POINT options [tags] - TYPE source SUPER`.
 */
static bool mount_of(const char *root, int version, char part[PATH_BYTES],
                     char point[PATH_BYTES])
{
    char line[3 * PATH_BYTES];
    bool found = false;
    snprintf(line, sizeof line, "%s/proc/self/mountinfo", root);
    FILE *file = fopen(line, "re");
    if (file == NULL)
        return false;
    while (!found && fgets(line, sizeof line, file) != NULL) {
        char type[64], super[PATH_BYTES];
        const char *dash = strstr(line, " - ");
        if (dash == NULL ||
            sscanf(line, "%*s %*s %*s %4095s %4095s", part, point) != 2 ||
            sscanf(dash, " - %63s %*s %4095s", type, super) != 2)
            continue;
        found = version == 2
                    ? strcmp(type, "cgroup2") == 0
                    : strcmp(type, "cgroup") == 0 && list_has(super, "cpu");
    }
    fclose(file);
    return found;
}

static double hierarchy_quota(const char *root, int version)
{
    static char group[PATH_BYTES], part[PATH_BYTES], point[PATH_BYTES];
    static char top[2 * PATH_BYTES], path[3 * PATH_BYTES];
    if (!own_group(root, version, group) ||
        !mount_of(root, version, part, point))
        return 0;
    /* Inside a container only the part below `part` is mounted. */
    const char *below = group;
    size_t length = strlen(part);
    if (strcmp(part, "/") != 0 && strncmp(group, part, length) == 0)
        below = group + length;
    snprintf(top, sizeof top, "%s%s", root, point);
    snprintf(path, sizeof path, "%s%s", top,
             strcmp(below, "/") == 0 ? "" : below);
    return tightest(path, top);
}

double cgroup_quota(const char *root)
{
    double v1 = hierarchy_quota(root, 1), v2 = hierarchy_quota(root, 2);
    return v1 > 0 && (v2 == 0 || v1 < v2) ? v1 : v2;
}
