/*
 * sweep_machine.c - machine.json: on what the figures were taken.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: a time without its machine says nothing. What counts is not only
 * the processor: a quota halves it, a governor holds its clock down, another
 * compiler makes other programs.
 * Look at: the fingerprint, which names what must not change within one
 * chart. The load and the time of day change all the while and are not in.
 * Left out: firmware, memory timing, temperature.
 */
#include "sweep.h"

#include "../bench/lib/topology.h"

#include <errno.h>
#include <gsl/gsl_version.h>
#include <hwloc.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#ifndef BUILD_COMPILER
#define BUILD_COMPILER "unknown"
#endif
#ifndef BUILD_FLAGS
#define BUILD_FLAGS "unknown"
#endif

unsigned machine_cores(void)
{
    double cores = effective_cores(machine_root());
    return cores < 1 ? 1 : (unsigned)cores;
}

/* A text, or null; the text is freed. */
static json_t *owned(char *text)
{
    json_t *value = text == NULL ? json_null() : json_string(text);
    free(text);
    return value == NULL ? json_null() : value;
}

/* The value of the first line `key : value` of /proc/cpuinfo. */
static char *cpuinfo(const char *key)
{
    char *path = text_format("%s/proc/cpuinfo", machine_root());
    FILE *file = fopen(path, "re");
    char *line = NULL, *value = NULL;
    size_t room = 0;
    while (file != NULL && value == NULL && getline(&line, &room, file) > 0) {
        char *colon = strchr(line, ':');
        if (strncmp(line, key, strlen(key)) != 0 || colon == NULL)
            continue;
        colon[strcspn(colon, "\n")] = '\0';
        value = text_copy(colon + 1 + strspn(colon + 1, " \t"));
    }
    free(line);
    free(path);
    if (file != NULL)
        fclose(file);
    return value;
}

static char *cpu_model(void)
{
    char *model = cpuinfo("model name");
    if (model == NULL)
        model = machine_file("/proc/device-tree/model");
    if (model == NULL)
        model = cpuinfo("CPU part");
    return model;
}

/* ------------------------------------------------------------- topology */

static json_t *caches(hwloc_topology_t machine)
{
    static const hwloc_obj_type_t types[] = {
        HWLOC_OBJ_L1CACHE, HWLOC_OBJ_L2CACHE, HWLOC_OBJ_L3CACHE,
        HWLOC_OBJ_L4CACHE};
    json_t *list = json_array();
    for (int i = 0; i < 4; i++) {
        hwloc_obj_t cache = hwloc_get_obj_by_type(machine, types[i], 0);
        if (cache != NULL)
            json_array_append_new(
                list, json_pack("{s:i, s:I, s:i}", "level", i + 1, "bytes",
                                (json_int_t)cache->attr->cache.size, "count",
                                hwloc_get_nbobjs_by_type(machine, types[i])));
    }
    return list;
}

static void add_topology(json_t *about)
{
    hwloc_topology_t machine;
    if (hwloc_topology_init(&machine) != 0)
        die(errno, "hwloc");
    if (hwloc_topology_load(machine) != 0)
        die(errno, "hwloc cannot read the machine");
    static const struct {
        const char *key;
        hwloc_obj_type_t type;
    } counts[] = {{"packages", HWLOC_OBJ_PACKAGE},
                  {"numa_nodes", HWLOC_OBJ_NUMANODE},
                  {"cores", HWLOC_OBJ_CORE},
                  {"hardware_threads", HWLOC_OBJ_PU}};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        json_object_set_new(
            about, counts[i].key,
            json_integer(hwloc_get_nbobjs_by_type(machine, counts[i].type)));
    json_object_set_new(about, "caches", caches(machine));
    hwloc_topology_destroy(machine);
}

/* ------------------------------------------------------------- software */

static json_t *pkg_version(const char *package)
{
    return owned(child_line((char *[]){"pkg-config", "--modversion",
                                       (char *)(uintptr_t)package, NULL}));
}

static json_t *libraries(void)
{
    return json_pack(
        "{s:o, s:s, s:s, s:o, s:o, s:o}", "hwloc", pkg_version("hwloc"),
        "jansson", JANSSON_VERSION, "gsl", gsl_version, "libcrypto",
        pkg_version("libcrypto"), "liburing", pkg_version("liburing"), "libc",
        owned(child_line((char *[]){"getconf", "GNU_LIBC_VERSION", NULL})));
}

static void add_software(json_t *about)
{
    json_object_set_new(about, "compiler", json_string(BUILD_COMPILER));
    json_object_set_new(about, "flags", json_string(BUILD_FLAGS));
    json_object_set_new(about, "libraries", libraries());
    json_object_set_new(
        about, "hyperfine",
        owned(child_line((char *[]){"hyperfine", "--version", NULL})));
    json_object_set_new(
        about, "gnuplot",
        owned(child_line((char *[]){"gnuplot", "--version", NULL})));
    json_object_set_new(
        about, "revision",
        owned(child_line((char *[]){"git", "describe", "--always", "--dirty",
                                    "--abbrev=12", NULL})));
}

/* ----------------------------------------------------------------- whole */

static json_t *fingerprint(const json_t *about)
{
    static const char *const keys[] = {
        "host",  "cpu", "hardware_threads", "effective_cores", "governor",
        "turbo", "smt", "kernel",           "compiler",        "flags"};
    uint64_t hash = 0;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        char *value =
            json_dumps(json_object_get(about, keys[i]), JSON_ENCODE_ANY);
        if (value != NULL)
            hash = text_hash(hash, value, strlen(value) + 1);
        free(value);
    }
    return owned(text_format("%016llx", (unsigned long long)hash));
}

/* A number, or null for NaN. */
static json_t *real_or_null(double number)
{
    return isnan(number) ? json_null() : json_real(number);
}

/* What may be used, and what trying gives. */
static void add_cores(json_t *about, unsigned workers)
{
    const char *root = machine_root();
    json_object_set_new(about, "usable_cores", json_integer(machine_cores()));
    json_object_set_new(about, "affinity_cores",
                        json_real(affinity_cores(root)));
    json_object_set_new(about, "cpu_quota", json_real(cgroup_quota(root)));
    json_object_set_new(about, "effective_cores",
                        json_real(effective_cores(root)));
    struct background background = background_watch();
    struct probe probe = probe_spin();
    json_object_set_new(about, "background_cpu",
                        real_or_null(background.share));
    json_object_set_new(about, "probe_cores", real_or_null(probe.cores));
    json_object_set_new(about, "warnings",
                        warnings_of(about, &background, &probe, workers));
    /* Nothing is measured yet that a signal could cost. */
    if (child_stop_signal() != 0)
        exit(128 + child_stop_signal());
}

/* The first number of /proc/loadavg, or null. */
static json_t *load1(void)
{
    char *text = machine_file("/proc/loadavg");
    double load;
    json_t *value = text != NULL && sscanf(text, "%lf", &load) == 1
                        ? json_real(load)
                        : json_null();
    free(text);
    return value;
}

json_t *machine_describe(unsigned workers)
{
    struct utsname system;
    uname(&system);
    json_t *about =
        json_pack("{s:i, s:s, s:s, s:o}", "schema", 1, "host", system.nodename,
                  "architecture", system.machine, "cpu", owned(cpu_model()));
    add_topology(about);
    json_object_set_new(about, "memory_bytes",
                        json_integer((json_int_t)sysconf(_SC_PHYS_PAGES) *
                                     sysconf(_SC_PAGE_SIZE)));
    settings_describe(about);
    json_object_set_new(about, "load1", load1());
    add_cores(about, workers);
    json_object_set_new(
        about, "kernel",
        owned(text_format("%s %s", system.sysname, system.release)));
    add_software(about);
    json_object_set_new(about, "started_at", owned(text_now()));
    json_object_set_new(about, "fingerprint", fingerprint(about));
    return about;
}

void machine_warn(const json_t *machine)
{
    size_t i;
    const json_t *line;
    json_array_foreach(json_object_get(machine, "warnings"), i, line)
        fprintf(stderr, "sweep: %s\n", json_string_value(line));
}
