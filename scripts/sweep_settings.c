/*
 * sweep_settings.c - how the machine is set: clocks, hardware threads, guest.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: the same processor is another machine under another governor, on
 * battery, or below a hypervisor. All of it stands in small files of /proc
 * and /sys; what has no file is null, never a guess.
 * Left out: firmware, memory timing, temperature.
 */
#include "sweep.h"

#include "../bench/lib/topology.h"

#include <errno.h>
#include <glob.h>
#include <hwloc.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CPUS "/sys/devices/system/cpu"

const char *machine_root(void)
{
    const char *root = getenv("MANYWAYS_ROOT");
    return root == NULL ? "" : root;
}

char *machine_file(const char *path)
{
    char *whole = text_format("%s%s", machine_root(), path);
    char *line = text_of_file(whole);
    free(whole);
    return line;
}

/* Whether there is such a file. */
static bool machine_has(const char *path)
{
    char *whole = text_format("%s%s", machine_root(), path);
    bool there = access(whole, F_OK) == 0;
    free(whole);
    return there;
}

/* The paths below the root that a pattern fits, without the root. */
static glob_t machine_glob(const char *pattern)
{
    glob_t found = {0};
    char *whole = text_format("%s%s", machine_root(), pattern);
    if (glob(whole, 0, NULL, &found) != 0)
        found.gl_pathc = 0;
    free(whole);
    return found;
}

/* A file that holds `yes` or something else: true or false; null without. */
static json_t *flag_of(const char *path, const char *yes)
{
    char *text = machine_file(path);
    json_t *value =
        text == NULL ? json_null() : json_boolean(strcmp(text, yes) == 0);
    free(text);
    return value;
}

/* ----------------------------------------------------------------- clocks */

/* What all CPUs have, "mixed" when they differ, null without any. */
static json_t *governor(void)
{
    glob_t found = machine_glob(CPUS "/cpu[0-9]*/cpufreq/scaling_governor");
    char *first = NULL;
    bool mixed = false;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        char *one = text_of_file(found.gl_pathv[i]);
        if (first != NULL && one != NULL)
            mixed |= strcmp(first, one) != 0;
        if (first == NULL)
            first = one;
        else
            free(one);
    }
    globfree(&found);
    json_t *value = mixed           ? json_string("mixed")
                    : first != NULL ? json_string(first)
                                    : json_null();
    free(first);
    return value;
}

/* Whether clocks may rise above the nominal one. */
static json_t *turbo(void)
{
    json_t *value = flag_of(CPUS "/intel_pstate/no_turbo", "0");
    if (!json_is_null(value))
        return value;
    return flag_of(CPUS "/cpufreq/boost", "1");
}

/* Whether it runs on battery: no mains supply is connected. Null where there
 * is no mains supply to ask. */
static json_t *battery(void)
{
    glob_t found = machine_glob("/sys/class/power_supply/*/online");
    bool supply = false, online = false;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        char *text = text_of_file(found.gl_pathv[i]);
        supply |= text != NULL;
        online |= text != NULL && strcmp(text, "0") != 0;
        free(text);
    }
    globfree(&found);
    return supply ? json_boolean(!online) : json_null();
}

/* ---------------------------------------------------------------- threads */

/* A list such as "0-3,8"; empty when it makes no sense. Frees the list. */
static hwloc_bitmap_t bitmap_of(char *list)
{
    hwloc_bitmap_t bitmap = hwloc_bitmap_alloc();
    if (bitmap == NULL)
        die(ENOMEM, "memory");
    if (list == NULL || hwloc_bitmap_list_sscanf(bitmap, list) != 0)
        hwloc_bitmap_zero(bitmap);
    free(list);
    return bitmap;
}

/* How many cores the affinity mask reaches: CPUs that are the first of it
 * among the threads of their core; 0 when that cannot be told. */
static unsigned physical_cores(void)
{
    glob_t found =
        machine_glob(CPUS "/cpu[0-9]*/topology/thread_siblings_list");
    hwloc_bitmap_t mask = bitmap_of(affinity_list(machine_root()));
    unsigned count = 0;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        const char *name = strstr(found.gl_pathv[i], "/cpu/cpu");
        hwloc_bitmap_t core = bitmap_of(text_of_file(found.gl_pathv[i]));
        hwloc_bitmap_and(core, core, mask);
        count += name != NULL &&
                 hwloc_bitmap_first(core) == atoi(name + strlen("/cpu/cpu"));
        hwloc_bitmap_free(core);
    }
    globfree(&found);
    hwloc_bitmap_free(mask);
    return count;
}

/* -------------------------------------------------------------- the guest */

/* Whether a line of a file below the root that begins with `key` holds
 * `word`. */
static bool line_has(const char *path, const char *key, const char *word)
{
    char *whole = text_format("%s%s", machine_root(), path), *line = NULL;
    size_t room = 0;
    bool found = false;
    FILE *file = fopen(whole, "re");
    while (file != NULL && !found && getline(&line, &room, file) > 0)
        found =
            strncmp(line, key, strlen(key)) == 0 && strstr(line, word) != NULL;
    if (file != NULL)
        fclose(file);
    free(line);
    free(whole);
    return found;
}

/* Makers of machines that are none. */
static bool virtual_maker(const char *vendor, const char *product)
{
    static const char *const makers[] = {
        "QEMU",   "VMware", "innotek",   "Xen",       "Amazon EC2",
        "Google", "KVM",    "Parallels", "OpenStack", "Virtual Machine"};
    for (size_t i = 0; i < sizeof makers / sizeof *makers; i++)
        if ((vendor != NULL && strstr(vendor, makers[i]) != NULL) ||
            (product != NULL && strstr(product, makers[i]) != NULL))
            return true;
    return false;
}

static bool in_container(void)
{
    static const char *const words[] = {"docker", "kubepods", "libpod", "lxc",
                                        "containerd"};
    if (machine_has("/.dockerenv") || machine_has("/run/.containerenv") ||
        machine_has("/run/systemd/container"))
        return true;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (line_has("/proc/1/cgroup", "", words[i]))
            return true;
    return false;
}

/* Whether a hypervisor runs this machine, and whose: "none", "guest", "guest
 * of QEMU", each with ", in a container". */
static json_t *virtualisation(void)
{
    char *vendor = machine_file("/sys/class/dmi/id/sys_vendor");
    char *product = machine_file("/sys/class/dmi/id/product_name");
    char *type = machine_file("/sys/hypervisor/type");
    bool guest = type != NULL || virtual_maker(vendor, product) ||
                 machine_has("/proc/device-tree/hypervisor") ||
                 line_has("/proc/cpuinfo", "flags", " hypervisor");
    const char *whose = type != NULL ? type : vendor;
    json_t *value = json_sprintf(
        "%s%s%s%s", guest ? "guest" : "none", guest && whose ? " of " : "",
        guest && whose ? whose : "", in_container() ? ", in a container" : "");
    free(vendor);
    free(product);
    free(type);
    return value != NULL ? value : json_null();
}

/* ----------------------------------------------------------------- memory */

/* Number of kB behind `key` in /proc/meminfo, NaN without. */
static double meminfo(const char *key)
{
    char *whole = text_format("%s/proc/meminfo", machine_root());
    char line[256];
    double kb = NAN;
    FILE *file = fopen(whole, "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, key, strlen(key)) == 0)
            kb = strtod(line + strlen(key), NULL);
    if (file != NULL)
        fclose(file);
    free(whole);
    return kb;
}

/* Whether pages have been written to swap and there is little memory left: a
 * program may then wait for the disk where it seems to compute. Swap used
 * long ago, with memory free since, does no harm. */
static json_t *memory_short(void)
{
    double total = meminfo("MemTotal:"), left = meminfo("MemAvailable:");
    double swapped = meminfo("SwapTotal:") - meminfo("SwapFree:");
    if (isnan(total) || isnan(left))
        return json_null();
    return json_boolean(swapped > 0 && left < 0.1 * total);
}

void settings_describe(json_t *about)
{
    unsigned cores = physical_cores();
    json_object_set_new(about, "governor", governor());
    json_object_set_new(about, "turbo", turbo());
    json_object_set_new(about, "smt", flag_of(CPUS "/smt/active", "1"));
    json_object_set_new(about, "physical_cores",
                        cores > 0 ? json_integer(cores) : json_null());
    json_object_set_new(about, "virtualisation", virtualisation());
    json_object_set_new(about, "battery", battery());
    json_object_set_new(about, "memory_short", memory_short());
}
