/*
 * topology.c - which cores may be used, in which order they are taken.
 * SPDX-License-Identifier: MIT
 *
 * Left out: NUMA placement of memory; memory lands where it is first
 * touched, which setup does in one thread.
 */
#include "topology.h"
#include "cgroup.h"
#include "die.h"

#include <errno.h>
#include <hwloc.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What the order is made from, one per hardware thread. */
struct place {
    int os_number;
    unsigned sibling; /* rank within its core: 0 is the first thread */
    int speed;        /* rank of its kind of core: higher is faster */
    unsigned turn;    /* position in the walk through the machine */
};

static hwloc_topology_t load(void)
{
    hwloc_topology_t machine;
    /* What takes time and does not matter here: plugins, which look for
     * graphics cards; I/O devices; the first-level caches; and the x86 part,
     * which visits every CPU in turn and knows nothing that Linux does not say.
     * The others are kept: scatter spreads over them. */
    setenv("HWLOC_PLUGINS_PATH", "/var/empty", 0);
    if (hwloc_topology_init(&machine) != 0)
        die(errno, "hwloc");
    hwloc_topology_set_components(
        machine, HWLOC_TOPOLOGY_COMPONENTS_FLAG_BLACKLIST, "x86");
    hwloc_topology_set_io_types_filter(machine, HWLOC_TYPE_FILTER_KEEP_NONE);
    hwloc_topology_set_cache_types_filter(machine, HWLOC_TYPE_FILTER_KEEP_NONE);
    hwloc_topology_set_type_filter(machine, HWLOC_OBJ_L2CACHE,
                                   HWLOC_TYPE_FILTER_KEEP_ALL);
    hwloc_topology_set_type_filter(machine, HWLOC_OBJ_L3CACHE,
                                   HWLOC_TYPE_FILTER_KEEP_ALL);
    if (hwloc_topology_load(machine) != 0)
        die(errno, "hwloc cannot read the machine");
    /* hwloc passes over a file that it cannot read. */
    const char *file = getenv("HWLOC_XMLFILE");
    if (file != NULL && getenv("HWLOC_THISSYSTEM") == NULL &&
        hwloc_topology_is_thissystem(machine))
        die(0, "HWLOC_XMLFILE %s: not a topology that hwloc can read", file);
    return machine;
}

/* hwloc numbers kinds of cores from the slowest, but only when it knows how
 * they rank; otherwise every core counts as the same kind. */
static int speed_of(hwloc_topology_t machine, hwloc_obj_t pu)
{
    int kind = hwloc_cpukinds_get_by_cpuset(machine, pu->cpuset, 0);
    int efficiency = -1;
    if (kind >= 0)
        hwloc_cpukinds_get_info(machine, (unsigned)kind, NULL, &efficiency,
                                NULL, NULL, 0);
    return efficiency;
}

/* A thread's rank inside its core. Walking back over prev_sibling would be
 * wrong: a cache may stand between core and thread. */
static unsigned sibling_of(hwloc_topology_t machine, hwloc_obj_t pu)
{
    hwloc_obj_t core =
        hwloc_get_ancestor_obj_by_type(machine, HWLOC_OBJ_CORE, pu);
    unsigned rank = 0;
    hwloc_obj_t other = NULL;
    if (core == NULL)
        return 0;
    while ((other = hwloc_get_next_obj_inside_cpuset_by_type(
                machine, core->cpuset, HWLOC_OBJ_PU, other)) != NULL &&
           other != pu)
        rank++;
    return rank;
}

/*
 * Lists those of the `wanted` threads that lie below `object`, so that
 * neighbours in the list are far apart: the children's lists are dealt out in
 * turn. Returns how many.
 */
static size_t spread(hwloc_obj_t object, hwloc_const_bitmap_t wanted, int *list)
{
    if (!hwloc_bitmap_intersects(object->cpuset, wanted))
        return 0;
    if (object->type == HWLOC_OBJ_PU) {
        list[0] = (int)object->os_index;
        return 1;
    }
    size_t total = 0, children = object->arity;
    int **parts = calloc(children, sizeof *parts);
    size_t *counts = calloc(children, sizeof *counts);
    if (parts == NULL || counts == NULL)
        die(ENOMEM, "topology");
    for (size_t c = 0; c < children; c++) {
        hwloc_obj_t child = object->children[c];
        parts[c] = calloc((size_t)hwloc_bitmap_weight(child->cpuset),
                          sizeof *parts[c]);
        if (parts[c] == NULL)
            die(ENOMEM, "topology");
        counts[c] = spread(child, wanted, parts[c]);
        total += counts[c];
    }
    size_t n = 0;
    for (size_t turn = 0; n < total; turn++)
        for (size_t c = 0; c < children; c++)
            if (turn < counts[c])
                list[n++] = parts[c][turn];
    for (size_t c = 0; c < children; c++)
        free(parts[c]);
    free(parts);
    free(counts);
    return total;
}

/* Compact: first threads of fast cores, of slower ones, then siblings. */
static int by_compactness(const void *left, const void *right)
{
    const struct place *a = left, *b = right;
    if (a->sibling != b->sibling)
        return a->sibling < b->sibling ? -1 : 1;
    if (a->speed != b->speed)
        return a->speed > b->speed ? -1 : 1;
    return a->turn < b->turn ? -1 : 1;
}

/* The threads that are equally welcome, of which places[from] is the first,
 * as a bitmap; returns where the next sort begins. */
static size_t equals_of(const struct place *places, size_t from, size_t count,
                        hwloc_bitmap_t equals)
{
    size_t i = from;
    hwloc_bitmap_zero(equals);
    for (; i < count && places[i].sibling == places[from].sibling &&
           places[i].speed == places[from].speed;
         i++)
        hwloc_bitmap_set(equals, (unsigned)places[i].os_number);
    return i;
}

/* All hardware threads in compact order. */
static struct place *places_of(hwloc_topology_t machine, size_t count)
{
    struct place *places = calloc(count, sizeof *places);
    if (places == NULL)
        die(ENOMEM, "topology");
    for (unsigned i = 0; i < count; i++) {
        hwloc_obj_t pu = hwloc_get_obj_by_type(machine, HWLOC_OBJ_PU, i);
        places[i] = (struct place){.os_number = (int)pu->os_index,
                                   .sibling = sibling_of(machine, pu),
                                   .speed = speed_of(machine, pu),
                                   .turn = i};
    }
    qsort(places, count, sizeof *places, by_compactness);
    return places;
}

/* Leaves only the CPUs that this process may use. */
static void narrow(struct topology *topology)
{
    cpu_set_t mask;
    size_t kept = 0;
    if (sched_getaffinity(0, sizeof mask, &mask) != 0)
        return;
    for (size_t i = 0; i < topology->count; i++)
        if (CPU_ISSET((size_t)topology->os_numbers[i], &mask))
            topology->os_numbers[kept++] = topology->os_numbers[i];
    topology->count = kept;
}

struct topology topology_read(enum topology_order order)
{
    hwloc_topology_t machine = load();
    size_t count = (size_t)hwloc_get_nbobjs_by_type(machine, HWLOC_OBJ_PU);
    struct topology topology = {.count = count,
                                .os_numbers = calloc(count, sizeof(int))};
    hwloc_bitmap_t equals = hwloc_bitmap_alloc();
    if (topology.os_numbers == NULL || equals == NULL)
        die(ENOMEM, "topology");
    struct place *places = places_of(machine, count);

    if (order == TOPOLOGY_COMPACT)
        for (size_t i = 0; i < count; i++)
            topology.os_numbers[i] = places[i].os_number;
    else
        for (size_t from = 0, next; from < count; from = next) {
            next = equals_of(places, from, count, equals);
            spread(hwloc_get_root_obj(machine), equals,
                   topology.os_numbers + from);
        }
    if (hwloc_topology_is_thissystem(machine))
        narrow(&topology);

    free(places);
    hwloc_bitmap_free(equals);
    hwloc_topology_destroy(machine);
    return topology;
}

void topology_free(struct topology *topology)
{
    free(topology->os_numbers);
    *topology = (struct topology){0};
}

/* ------------------------------------------------------------------ counts */

/* Takes out of `cpus` what is not in a list such as "0-3,8"; a list that
 * makes no sense, or is NULL, takes nothing out. Frees the list. */
static void keep_only(hwloc_bitmap_t cpus, char *list)
{
    hwloc_bitmap_t listed = hwloc_bitmap_alloc();
    if (list != NULL && hwloc_bitmap_list_sscanf(listed, list) == 0 &&
        hwloc_bitmap_weight(listed) > 0)
        hwloc_bitmap_and(cpus, cpus, listed);
    hwloc_bitmap_free(listed);
    free(list);
}

/* What stands behind `key` at the beginning of a line of a file below `root`,
 * without blanks before it; NULL when nothing does. The caller frees. */
static char *value_of(const char *root, const char *name, const char *key)
{
    char *path, *line = NULL, *value = NULL;
    size_t room = 0;
    if (asprintf(&path, "%s%s", root, name) < 0)
        return NULL;
    FILE *file = fopen(path, "re");
    free(path);
    while (file != NULL && value == NULL && getline(&line, &room, file) >= 0)
        if (strncmp(line, key, strlen(key)) == 0) {
            const char *at = line + strlen(key);
            value = strdup(at + strspn(at, " \t"));
            if (value != NULL)
                value[strcspn(value, "\n")] = '\0';
        }
    if (file != NULL)
        fclose(file);
    free(line);
    return value;
}

/* The affinity mask as the system has it; no bit when it does not say. */
static void real_affinity(hwloc_bitmap_t cpus)
{
    cpu_set_t mask;
    hwloc_bitmap_zero(cpus);
    if (sched_getaffinity(0, sizeof mask, &mask) == 0)
        for (unsigned i = 0; i < CPU_SETSIZE; i++)
            if (CPU_ISSET(i, &mask))
                hwloc_bitmap_set(cpus, i);
}

/* The CPUs that this process may be put on; at least one. */
static hwloc_bitmap_t allowed(const char *root)
{
    hwloc_bitmap_t cpus = hwloc_bitmap_alloc_full();
    if (*root == '\0') {
        real_affinity(cpus);
    } else {
        /* The mask may name CPUs that a machine could have but has not. */
        keep_only(cpus,
                  value_of(root, "/proc/self/status", "Cpus_allowed_list:"));
        keep_only(cpus, value_of(root, "/sys/devices/system/cpu/online", ""));
    }
    keep_only(cpus, cgroup_cpuset(root));
    if (hwloc_bitmap_weight(cpus) <= 0) { /* nothing said which, or none */
        long online = sysconf(_SC_NPROCESSORS_ONLN);
        hwloc_bitmap_zero(cpus);
        hwloc_bitmap_set_range(cpus, 0, online > 0 ? (int)online - 1 : 0);
    }
    return cpus;
}

char *affinity_list(const char *root)
{
    char *list = NULL;
    hwloc_bitmap_t cpus = allowed(root);
    if (hwloc_bitmap_list_asprintf(&list, cpus) < 0)
        list = NULL;
    hwloc_bitmap_free(cpus);
    return list;
}

double affinity_cores(const char *root)
{
    hwloc_bitmap_t cpus = allowed(root);
    int count = hwloc_bitmap_weight(cpus);
    hwloc_bitmap_free(cpus);
    return count;
}

double effective_cores(const char *root)
{
    double cores = affinity_cores(root), quota = cgroup_quota(root);
    return quota > 0 && quota < cores ? quota : cores;
}

double usable_cores(void)
{
    return effective_cores("");
}

bool topology_pin(int os_number)
{
    cpu_set_t mask;
    CPU_ZERO(&mask);
    CPU_SET((size_t)os_number, &mask);
    return sched_setaffinity(0, sizeof mask, &mask) == 0;
}
