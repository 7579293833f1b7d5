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
    double cores = usable_cores();
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
    FILE *file = fopen("/proc/cpuinfo", "re");
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
    if (file != NULL)
        fclose(file);
    return value;
}

static char *cpu_model(void)
{
    char *model = cpuinfo("model name");
    if (model == NULL)
        model = text_of_file("/proc/device-tree/model");
    if (model == NULL)
        model = cpuinfo("CPU part");
    return model;
}

/* Whether a hypervisor runs this machine, and whose. */
static char *virtualisation(void)
{
    char *flags = cpuinfo("flags");
    char *vendor = text_of_file("/sys/class/dmi/id/sys_vendor");
    char *type = text_of_file("/sys/hypervisor/type");
    bool guest =
        type != NULL || (flags != NULL && strstr(flags, " hypervisor") != NULL);
    const char *whose = type != NULL ? type : vendor;
    char *text = !guest ? text_copy("none")
                        : text_format("guest%s%s", whose == NULL ? "" : " of ",
                                      whose == NULL ? "" : whose);
    if (access("/.dockerenv", F_OK) == 0 ||
        access("/run/.containerenv", F_OK) == 0) {
        char *longer = text_format("%s, in a container", text);
        free(text);
        text = longer;
    }
    free(flags);
    free(vendor);
    free(type);
    return text;
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
    json_object_set_new(about, "usable_cores", json_integer(machine_cores()));
    json_object_set_new(about, "effective_cores", json_real(usable_cores()));
    json_object_set_new(about, "cpu_quota", json_real(cgroup_quota("")));
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
        "host",     "cpu", "hardware_threads", "effective_cores",
        "governor", "smt", "kernel",           "compiler",
        "flags"};
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

json_t *machine_describe(void)
{
    struct utsname system;
    double load = 0;
    uname(&system);
    getloadavg(&load, 1);
    json_t *about =
        json_pack("{s:i, s:s, s:s, s:o}", "schema", 1, "host", system.nodename,
                  "architecture", system.machine, "cpu", owned(cpu_model()));
    add_topology(about);
    json_object_set_new(about, "memory_bytes",
                        json_integer((json_int_t)sysconf(_SC_PHYS_PAGES) *
                                     sysconf(_SC_PAGE_SIZE)));
    json_object_set_new(
        about, "governor",
        owned(text_of_file(
            "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")));
    char *smt = text_of_file("/sys/devices/system/cpu/smt/active");
    json_object_set_new(about, "smt",
                        smt == NULL ? json_null()
                                    : json_boolean(strcmp(smt, "1") == 0));
    free(smt);
    json_object_set_new(about, "virtualisation", owned(virtualisation()));
    json_object_set_new(
        about, "kernel",
        owned(text_format("%s %s", system.sysname, system.release)));
    add_software(about);
    json_object_set_new(about, "load1", json_real(load));
    json_object_set_new(about, "started_at", owned(text_now()));
    json_object_set_new(about, "fingerprint", fingerprint(about));
    return about;
}

void machine_warn(const json_t *machine)
{
    double load = json_real_value(json_object_get(machine, "load1"));
    unsigned cores = machine_cores();
    const char *governor =
        json_string_value(json_object_get(machine, "governor"));
    if (load > 0.7 * cores)
        fprintf(stderr,
                "sweep: load is %.1f on %u cores: other programs take part of "
                "the processor; end them for figures one can trust\n",
                load, cores);
    if (governor != NULL && strcmp(governor, "powersave") == 0)
        fprintf(stderr,
                "sweep: governor is powersave: the clock may be held down; "
                "`sudo cpupower frequency-set -g performance` lets it go\n");
}
