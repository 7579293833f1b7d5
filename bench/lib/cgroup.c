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
 * Look at: struct walk, which goes that way for all three questions asked.
 * Left out: groups above the mount point. Inside a container no file shows
 * them; only trying does, as scripts/sweep_probe.c does it.
 */
#include "cgroup.h"
#include "topology.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- the walk */

/* The groups of one hierarchy from the own one to the one at the mount
 * point; `path` is the directory of the present one, `top` how long the mount
 * point's is. */
struct walk {
    char *path;
    size_t top;
    size_t shown; /* how much of the way up; 0: not begun */
};

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

/* Opens a file of /proc below `root`. */
static FILE *open_proc(const char *root, const char *name)
{
    char *path;
    if (asprintf(&path, "%s/proc/self/%s", root, name) < 0)
        return NULL;
    FILE *file = fopen(path, "re");
    free(path);
    return file;
}

/* The own group's path in v1's hierarchy of this controller, or in v2's when
 * that is NULL: a line of /proc/self/cgroup is `id:CONTROLLERS:PATH`, with
 * nothing between the colons in v2. The caller frees. */
static char *own_group(const char *root, const char *controller)
{
    char *line = NULL, *found = NULL;
    size_t room = 0;
    FILE *file = open_proc(root, "cgroup");
    while (file != NULL && found == NULL && getline(&line, &room, file) >= 0) {
        line[strcspn(line, "\n")] = '\0';
        char *list = strchr(line, ':');
        char *group = list == NULL ? NULL : strchr(list + 1, ':');
        if (group == NULL)
            continue;
        *group++ = '\0';
        list++;
        if (controller == NULL ? *list == '\0' : list_has(list, controller))
            found = strdup(group);
    }
    if (file != NULL)
        fclose(file);
    free(line);
    return found;
}

/* mountinfo writes blanks, tabs, line ends and backslashes as \040, ... */
static void unescape(char *text)
{
    char *to = text;
    for (const char *at = text; *at != '\0'; to++) {
        unsigned code;
        if (*at == '\\' && sscanf(at + 1, "%3o", &code) == 1) {
            *to = (char)code;
            at += 4;
        } else {
            *to = *at++;
        }
    }
    *to = '\0';
}

/* A place where a hierarchy is mounted, and which part of it. */
struct mount {
    char *part, *point;
};

static void mount_free(struct mount *mount)
{
    free(mount->part);
    free(mount->point);
    *mount = (struct mount){0};
}

/*
 * Reads a line of mountinfo; false when it does not mount this hierarchy.
 *   id parent dev PART POINT options [tags] - TYPE source SUPER
 */
static bool mount_read(const char *line, const char *controller,
                       struct mount *mount)
{
    char *type = NULL, *super = NULL;
    const char *dash = strstr(line, " - ");
    bool found =
        dash != NULL && strncmp(dash, " - cgroup", 9) == 0 &&
        sscanf(dash, " - %ms %*s %ms", &type, &super) == 2 &&
        (controller == NULL
             ? strcmp(type, "cgroup2") == 0
             : strcmp(type, "cgroup") == 0 && list_has(super, controller)) &&
        sscanf(line, "%*s %*s %*s %ms %ms", &mount->part, &mount->point) == 2;
    free(type);
    free(super);
    if (found) {
        unescape(mount->part);
        unescape(mount->point);
    } else {
        mount_free(mount);
    }
    return found;
}

/* What of `group` lies below `part`: "" when they are the same, NULL when it
 * is elsewhere, as in a container that sees another path than its own. */
static const char *below(const char *group, const char *part)
{
    size_t length = strcmp(part, "/") == 0 ? 0 : strlen(part);
    if (strncmp(group, part, length) != 0 ||
        (group[length] != '/' && group[length] != '\0') ||
        strncmp(group + length, "/..", 3) == 0)
        return NULL;
    return strcmp(group + length, "/") == 0 ? "" : group + length;
}

/* Begins the walk at `group` of this mount, unless it has begun at one that
 * shows as many groups above. */
static void walk_take(struct walk *walk, const char *root, const char *group,
                      const struct mount *mount)
{
    const char *way = below(group, mount->part);
    size_t shown = way == NULL ? 1 : strlen(way) + 2;
    if (shown <= walk->shown)
        return;
    free(walk->path);
    if (asprintf(&walk->path, "%s%s%s", root, mount->point,
                 way == NULL ? "" : way) < 0)
        walk->path = NULL;
    walk->top = strlen(root) + strlen(mount->point);
    walk->shown = shown;
}

/*
 * Begins at the own group of v1's hierarchy with this controller, or of v2's
 * when that is NULL; false when there is none. A hierarchy may be mounted
 * more than once, as a whole or in part.
 */
static bool walk_begin(struct walk *walk, const char *root,
                       const char *controller)
{
    char *line = NULL;
    size_t room = 0;
    struct mount mount = {0};
    *walk = (struct walk){0};
    char *group = own_group(root, controller);
    FILE *file = group == NULL ? NULL : open_proc(root, "mountinfo");
    while (file != NULL && getline(&line, &room, file) >= 0)
        if (mount_read(line, controller, &mount)) {
            walk_take(walk, root, group, &mount);
            mount_free(&mount);
        }
    if (file != NULL)
        fclose(file);
    free(line);
    free(group);
    return walk->path != NULL;
}

/* On to the group above; false, and the walk is over, when there is none. */
static bool walk_up(struct walk *walk)
{
    char *slash = strrchr(walk->path, '/');
    if (strlen(walk->path) > walk->top && slash != NULL) {
        *slash = '\0';
        return true;
    }
    free(walk->path);
    return false;
}

/* Opens a file of the present group. */
static FILE *walk_open(const struct walk *walk, const char *name)
{
    char *path;
    if (asprintf(&path, "%s/%s", walk->path, name) < 0)
        return NULL;
    FILE *file = fopen(path, "re");
    free(path);
    return file;
}

/* ------------------------------------------------------------------- quota */

/* Reads up to two numbers from a file of the group; returns how many were
 * there, 0 also when there is no such file. */
static int read_numbers(const struct walk *walk, const char *name,
                        double numbers[2])
{
    FILE *file = walk_open(walk, name);
    if (file == NULL)
        return 0;
    int n = fscanf(file, "%lf %lf", &numbers[0], &numbers[1]);
    fclose(file);
    return n < 0 ? 0 : n;
}

/* 0 unless both are proper numbers. */
static double ratio(double quota, double period)
{
    return quota > 0 && isfinite(quota) && period > 0 ? quota / period : 0;
}

/* Cores' worth of time that the group grants, 0 if it sets no limit. "max"
 * in cpu.max is no number, -1 in v1 no limit. */
static double group_quota(const struct walk *walk)
{
    double pair[2], quota[2], period[2];
    if (read_numbers(walk, "cpu.max", pair) == 2)
        return ratio(pair[0], pair[1]);
    if (read_numbers(walk, "cpu.cfs_quota_us", quota) < 1 ||
        read_numbers(walk, "cpu.cfs_period_us", period) < 1)
        return 0;
    return ratio(quota[0], period[0]);
}

/* The tightest limit of one hierarchy, 0 for none. */
static double hierarchy_quota(const char *root, const char *controller)
{
    struct walk walk;
    double least = 0;
    if (!walk_begin(&walk, root, controller))
        return 0;
    do {
        double quota = group_quota(&walk);
        if (quota > 0 && (least == 0 || quota < least))
            least = quota;
    } while (walk_up(&walk));
    return least;
}

double cgroup_quota(const char *root)
{
    double v1 = hierarchy_quota(root, "cpu"), v2 = hierarchy_quota(root, NULL);
    return v1 > 0 && (v2 == 0 || v1 < v2) ? v1 : v2;
}

/* -------------------------------------------------------------- throttling */

/* Adds what cpu.stat of the group says; false when it says nothing. v1 counts
 * the time in ns, v2 in us. */
static bool add_throttled(const struct walk *walk, uint64_t *times,
                          uint64_t *ns)
{
    char key[64];
    unsigned long long value;
    bool found = false;
    FILE *file = walk_open(walk, "cpu.stat");
    while (file != NULL && fscanf(file, "%63s %llu", key, &value) == 2) {
        if (strcmp(key, "nr_throttled") == 0) {
            *times += value;
            found = true;
        } else if (strcmp(key, "throttled_time") == 0) {
            *ns += value;
        } else if (strcmp(key, "throttled_usec") == 0) {
            *ns += value * 1000;
        }
    }
    if (file != NULL)
        fclose(file);
    return found;
}

bool cgroup_throttled(const char *root, uint64_t *times, uint64_t *ns)
{
    static const char *const controllers[] = {"cpu", NULL};
    bool found = false;
    struct walk walk;
    *times = *ns = 0;
    for (int i = 0; i < 2; i++) {
        if (!walk_begin(&walk, root, controllers[i]))
            continue;
        do
            found |= add_throttled(&walk, times, ns);
        while (walk_up(&walk));
    }
    return found;
}

/* ------------------------------------------------------------------ cpuset */

/* The list in the nearest group that has one; NULL when none does. */
static char *nearest_list(const char *root, const char *controller,
                          const char *name)
{
    struct walk walk;
    char *list = NULL;
    size_t room = 0;
    if (!walk_begin(&walk, root, controller))
        return NULL;
    do {
        FILE *file = list == NULL ? walk_open(&walk, name) : NULL;
        if (file == NULL)
            continue;
        if (getline(&list, &room, file) < 0 || *list == '\n') {
            free(list);
            list = NULL;
        }
        fclose(file);
    } while (walk_up(&walk));
    if (list != NULL)
        list[strcspn(list, "\n")] = '\0';
    return list;
}

char *cgroup_cpuset(const char *root)
{
    char *list = nearest_list(root, "cpuset", "cpuset.cpus");
    return list != NULL ? list
                        : nearest_list(root, NULL, "cpuset.cpus.effective");
}

/* ------------------------------------------------------------------- tasks */

double cgroup_tasks(const char *root)
{
    static const char *const controllers[] = {"pids", NULL};
    double least = INFINITY, number[2];
    struct walk walk;
    for (int i = 0; i < 2; i++) {
        if (!walk_begin(&walk, root, controllers[i]))
            continue;
        do
            if (read_numbers(&walk, "pids.max", number) >= 1 && number[0] > 0)
                least = fmin(least, number[0]);
        while (walk_up(&walk));
    }
    return least;
}
