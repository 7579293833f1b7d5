/*
 * check_topology.c - tests of bench/lib/topology.c and cgroup.c.
 * SPDX-License-Identifier: MIT
 *
 * Machines that are not here are made up: hwloc reads HWLOC_SYNTHETIC and
 * HWLOC_XMLFILE, and cgroup_quota() is handed a directory that stands for
 * the root of a file system.
 */
#include "suite.h"
#include "../lib/topology.h"

#include <glob.h>
#include <sched.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---------------------------------------------------------- control groups */

struct file {
    const char *path, *text;
};

enum { FILES = 8 };

#define V2_MOUNT                                                               \
    {                                                                          \
        "proc/self/mountinfo", "24 1 0:22 / /proc rw - proc proc rw\n"         \
                               "30 24 0:26 / /sys/fs/cgroup rw,nosuid "        \
                               "shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"    \
    }
#define V1_MOUNT                                                               \
    {                                                                          \
        "proc/self/mountinfo",                                                 \
            "31 30 0:27 / /sys/fs/cgroup/cpuset rw - cgroup cgroup "           \
            "rw,cpuset\n"                                                      \
            "32 30 0:28 / /sys/fs/cgroup/cpu,cpuacct rw shared:12 - cgroup "   \
            "cgroup rw,cpu,cpuacct\n"                                          \
    }
#define V1 "sys/fs/cgroup/cpu,cpuacct/"
#define V2 "sys/fs/cgroup/"

static const struct {
    const char *name;
    double cores;
    struct file files[FILES];
} groups[] = {
    {"no files at all", 0, {{0}}},
    {"v2, no cpu controller",
     0,
     {V2_MOUNT, {"proc/self/cgroup", "0::/user.slice\n"}}},
    {"v2, one and a half cores",
     1.5,
     {V2_MOUNT,
      {"proc/self/cgroup", "0::/job\n"},
      {V2 "job/cpu.max", "150000 100000\n"}}},
    {"v2, half a core",
     0.5,
     {V2_MOUNT,
      {"proc/self/cgroup", "0::/job\n"},
      {V2 "job/cpu.max", "5000 10000\n"}}},
    {"v2, max",
     0,
     {V2_MOUNT,
      {"proc/self/cgroup", "0::/job\n"},
      {V2 "job/cpu.max", "max 100000\n"}}},
    {"v2, the parent is tighter",
     2,
     {V2_MOUNT,
      {"proc/self/cgroup", "0::/team/job\n"},
      {V2 "team/job/cpu.max", "400000 100000\n"},
      {V2 "team/cpu.max", "200000 100000\n"}}},
    {"v2, the parent is looser",
     4,
     {V2_MOUNT,
      {"proc/self/cgroup", "0::/team/job\n"},
      {V2 "team/job/cpu.max", "400000 100000\n"},
      {V2 "team/cpu.max", "800000 100000\n"}}},
    {"v2, only the grandparent sets a limit",
     3,
     {V2_MOUNT,
      {"proc/self/cgroup", "0::/a/b/c\n"},
      {V2 "a/b/c/cpu.max", "max 100000\n"},
      {V2 "a/cpu.max", "300000 100000\n"}}},
    {"v2, a sibling's limit is none of ours",
     0,
     {V2_MOUNT,
      {"proc/self/cgroup", "0::/a/job\n"},
      {V2 "a/other/cpu.max", "10000 100000\n"},
      {V2 "job/cpu.max", "10000 100000\n"}}},
    {"v2, own namespace: the mount point is the group",
     2.5,
     {V2_MOUNT,
      {"proc/self/cgroup", "0::/\n"},
      {V2 "cpu.max", "250000 100000\n"}}},
    {"v2, a container that sees the host's path",
     1.25,
     {{"proc/self/mountinfo",
       "30 24 0:26 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup rw\n"},
      {"proc/self/cgroup", "0::/docker/abc\n"},
      {V2 "cpu.max", "125000 100000\n"}}},
    {"v2, a group below a container's",
     1,
     {{"proc/self/mountinfo",
       "30 24 0:26 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup rw\n"},
      {"proc/self/cgroup", "0::/docker/abc/job\n"},
      {V2 "cpu.max", "300000 100000\n"},
      {V2 "job/cpu.max", "100000 100000\n"}}},
    {"v1, two cores",
     2,
     {V1_MOUNT,
      {"proc/self/cgroup", "5:cpuset:/\n4:cpu,cpuacct:/job\n"},
      {V1 "job/cpu.cfs_quota_us", "200000\n"},
      {V1 "job/cpu.cfs_period_us", "100000\n"}}},
    {"v1, no limit",
     0,
     {V1_MOUNT,
      {"proc/self/cgroup", "5:cpuset:/\n4:cpu,cpuacct:/job\n"},
      {V1 "job/cpu.cfs_quota_us", "-1\n"},
      {V1 "job/cpu.cfs_period_us", "100000\n"}}},
    {"v1, the parent is tighter",
     0.5,
     {V1_MOUNT,
      {"proc/self/cgroup", "4:cpu,cpuacct:/a/job\n"},
      {V1 "a/job/cpu.cfs_quota_us", "200000\n"},
      {V1 "a/job/cpu.cfs_period_us", "100000\n"},
      {V1 "a/cpu.cfs_quota_us", "25000\n"},
      {V1 "a/cpu.cfs_period_us", "50000\n"}}},
    {"v1, the period is missing",
     0,
     {V1_MOUNT,
      {"proc/self/cgroup", "4:cpu,cpuacct:/job\n"},
      {V1 "job/cpu.cfs_quota_us", "200000\n"}}},
    {"v1, a container mounts its own part only",
     1,
     {{"proc/self/mountinfo",
       "32 30 0:28 /docker/abc /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup "
       "rw,cpu,cpuacct\n"},
      {"proc/self/cgroup", "4:cpu,cpuacct:/docker/abc\n"},
      {V1 "cpu.cfs_quota_us", "100000\n"},
      {V1 "cpu.cfs_period_us", "100000\n"}}},
    {"v1 and v2 side by side, the tighter counts",
     1,
     {{"proc/self/mountinfo",
       "30 24 0:26 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
       "32 30 0:28 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"},
      {"proc/self/cgroup", "4:cpu:/job\n0::/job\n"},
      {"sys/fs/cgroup/unified/job/cpu.max", "300000 100000\n"},
      {"sys/fs/cgroup/cpu/job/cpu.cfs_quota_us", "100000\n"},
      {"sys/fs/cgroup/cpu/job/cpu.cfs_period_us", "100000\n"}}},
    {"a group with a space in its name",
     2,
     {V2_MOUNT,
      {"proc/self/cgroup", "0::/my job\n"},
      {V2 "my job/cpu.max", "200000 100000\n"}}},
    {"v2, a mount point with blanks in its name",
     1.5,
     {{"proc/self/mountinfo", "30 24 0:26 / /sys/fs/my\\040c\\134groups rw - "
                              "cgroup2 cgroup2 rw\n"},
      {"proc/self/cgroup", "0::/job\n"},
      {"sys/fs/my c\\groups/job/cpu.max", "150000 100000\n"}}},
    {"v2, the name of the mounted part only begins alike",
     2,
     {{"proc/self/mountinfo",
       "30 24 0:26 /docker/ab /sys/fs/cgroup ro - cgroup2 cgroup rw\n"},
      {"proc/self/cgroup", "0::/docker/abc\n"},
      {V2 "cpu.max", "200000 100000\n"},
      {"sys/fs/cgroupc/cpu.max", "10000 100000\n"}}},
    {"v2, mounted twice: the whole shows the tighter parent",
     0.5,
     {{"proc/self/mountinfo",
       "30 24 0:26 /a/b /part rw - cgroup2 cgroup rw\n"
       "31 24 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup rw\n"},
      {"proc/self/cgroup", "0::/a/b\n"},
      {"part/cpu.max", "200000 100000\n"},
      {V2 "a/b/cpu.max", "200000 100000\n"},
      {V2 "a/cpu.max", "50000 100000\n"}}},
    {"v2, outside the namespace's own group",
     2,
     {V2_MOUNT,
      {"proc/self/cgroup", "0::/../other\n"},
      {V2 "cpu.max", "200000 100000\n"},
      {"sys/fs/other/cpu.max", "10000 100000\n"}}},
    {"v2, the period is missing",
     0,
     {V2_MOUNT,
      {"proc/self/cgroup", "0::/job\n"},
      {V2 "job/cpu.max", "150000\n"}}},
    {"v2, the period is zero",
     0,
     {V2_MOUNT,
      {"proc/self/cgroup", "0::/job\n"},
      {V2 "job/cpu.max", "150000 0\n"}}},
    {"v2, no number that ends",
     0,
     {V2_MOUNT,
      {"proc/self/cgroup", "0::/job\n"},
      {V2 "job/cpu.max", "inf 100000\n"}}},
    {"v1, the period is zero",
     0,
     {V1_MOUNT,
      {"proc/self/cgroup", "4:cpu,cpuacct:/job\n"},
      {V1 "job/cpu.cfs_quota_us", "200000\n"},
      {V1 "job/cpu.cfs_period_us", "0\n"}}},
    {"v1, an empty v2 hierarchy beside it",
     1.5,
     {{"proc/self/mountinfo",
       "32 30 0:28 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
       "30 24 0:26 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"},
      {"proc/self/cgroup", "1:cpu:/a/job\n0::/\n"},
      {"sys/fs/cgroup/unified/cgroup.procs", "1\n"},
      {"sys/fs/cgroup/cpu/a/job/cpu.cfs_quota_us", "-1\n"},
      {"sys/fs/cgroup/cpu/a/job/cpu.cfs_period_us", "100000\n"},
      {"sys/fs/cgroup/cpu/a/cpu.cfs_quota_us", "150000\n"},
      {"sys/fs/cgroup/cpu/a/cpu.cfs_period_us", "100000\n"}}},
    {"v2, nonsense in the file",
     0,
     {V2_MOUNT,
      {"proc/self/cgroup", "0::/job\n"},
      {V2 "job/cpu.max", "what 0\n"}}},
};

/* Writes a file below `root`, and the directories on the way. */
static void write_file(const char *root, const struct file *file)
{
    char path[SUITE_PATH_BYTES + 256];
    snprintf(path, sizeof path, "%s/%s", root, file->path);
    for (char *at = path + strlen(root) + 1; (at = strchr(at, '/')); at++) {
        *at = '\0';
        (void)mkdir(path, 0777);
        *at = '/';
    }
    FILE *out = fopen(path, "w");
    ck_assert_msg(out != NULL, "%s", path);
    fputs(file->text, out);
    fclose(out);
}

/* A directory that stands for the root of a file system, with these files. */
static void make_root(char root[SUITE_PATH_BYTES], const struct file *files)
{
    suite_scratch(root);
    ck_assert_ptr_nonnull(mkdtemp(root));
    for (size_t f = 0; f < FILES && files[f].path != NULL; f++)
        write_file(root, &files[f]);
}

static void remove_root(const char *root)
{
    char remove[SUITE_PATH_BYTES + 16];
    snprintf(remove, sizeof remove, "rm -r '%s'", root);
    ck_assert_int_eq(system(remove), 0);
}

static bool close_to(double a, double b)
{
    return a > b - 1e-9 && a < b + 1e-9;
}

START_TEST(quota_of_a_control_group)
{
    char root[SUITE_PATH_BYTES];
    make_root(root, groups[_i].files);
    double cores = cgroup_quota(root);
    remove_root(root);
    ck_assert_msg(close_to(cores, groups[_i].cores), "%s: %g cores not %g",
                  groups[_i].name, cores, groups[_i].cores);
}
END_TEST

#define STATUS(list)                                                           \
    {                                                                          \
        "proc/self/status", "Name:\tx\nCpus_allowed:\tffff\n"                  \
                            "Cpus_allowed_list:\t" list "\n"                   \
    }

static const struct {
    const char *name;
    double affinity, effective;
    struct file files[FILES];
} masks[] = {
    {"the affinity mask alone", 6, 6, {STATUS("0-3,8,10")}},
    {"not every CPU of the mask is there",
     2,
     2,
     {STATUS("0-127"), {"sys/devices/system/cpu/online", "0-1\n"}}},
    {"v1, a cpuset narrower than the mask",
     1,
     1,
     {STATUS("0-3"),
      V1_MOUNT,
      {"proc/self/cgroup", "5:cpuset:/job\n"},
      {"sys/fs/cgroup/cpuset/job/cpuset.cpus", "2\n"}}},
    {"v2, a cpuset that overlaps the mask",
     2,
     2,
     {STATUS("0-3"),
      V2_MOUNT,
      {"proc/self/cgroup", "0::/job\n"},
      {V2 "job/cpuset.cpus.effective", "2-7\n"}}},
    {"v2, the cpuset of the group above",
     2,
     2,
     {STATUS("0-3"),
      V2_MOUNT,
      {"proc/self/cgroup", "0::/a/job\n"},
      {V2 "a/cpuset.cpus.effective", "0,3\n"}}},
    {"an empty cpuset and an unreadable list say nothing",
     4,
     4,
     {STATUS("0-3"),
      V2_MOUNT,
      {"proc/self/cgroup", "0::/a/job\n"},
      {V2 "a/job/cpuset.cpus.effective", "\n"},
      {V2 "a/cpuset.cpus.effective", "all of them\n"}}},
    {"a quota below the mask",
     4,
     1.5,
     {STATUS("0-3"),
      V2_MOUNT,
      {"proc/self/cgroup", "0::/a/job\n"},
      {V2 "a/job/cpu.max", "max 100000\n"},
      {V2 "a/cpu.max", "150000 100000\n"}}},
    {"a quota above the mask",
     2,
     2,
     {STATUS("0-1"),
      V2_MOUNT,
      {"proc/self/cgroup", "0::/job\n"},
      {V2 "job/cpu.max", "800000 100000\n"}}},
};

START_TEST(cores_that_can_be_kept_busy)
{
    char root[SUITE_PATH_BYTES];
    make_root(root, masks[_i].files);
    double affinity = affinity_cores(root), effective = effective_cores(root);
    remove_root(root);
    ck_assert_msg(close_to(affinity, masks[_i].affinity) &&
                      close_to(effective, masks[_i].effective),
                  "%s: %g, %g", masks[_i].name, affinity, effective);
}
END_TEST

static const struct {
    const char *name;
    bool found;
    uint64_t times, ns;
    struct file files[FILES];
} throttles[] = {
    {"no files at all", false, 0, 0, {{0}}},
    {"v2, a group without the cpu controller",
     false,
     0,
     0,
     {V2_MOUNT,
      {"proc/self/cgroup", "0::/job\n"},
      {V2 "job/cpu.stat", "usage_usec 5\nuser_usec 3\nsystem_usec 2\n"}}},
    {"v2, all groups on the way up, and no others",
     true,
     7,
     1500000,
     {V2_MOUNT,
      {"proc/self/cgroup", "0::/a/job\n"},
      {V2 "a/job/cpu.stat", "usage_usec 9\nnr_periods 6\nnr_throttled 5\n"
                            "throttled_usec 1000\nnr_bursts 0\n"},
      {V2 "a/cpu.stat", "nr_throttled 2\nthrottled_usec 500\n"},
      {V2 "a/other/cpu.stat", "nr_throttled 90\nthrottled_usec 90\n"},
      {V2 "cpu.stat", "usage_usec 9\n"}}},
    {"v1 counts nanoseconds",
     true,
     4,
     1234,
     {V1_MOUNT,
      {"proc/self/cgroup", "4:cpu,cpuacct:/a/job\n"},
      {V1 "a/job/cpu.stat",
       "nr_periods 9\nnr_throttled 3\nthrottled_time 1000\n"},
      {V1 "a/cpu.stat", "nr_periods 9\nnr_throttled 1\nthrottled_time 234\n"}}},
    {"garbage",
     false,
     0,
     0,
     {V2_MOUNT,
      {"proc/self/cgroup", "0::/job\n"},
      {V2 "job/cpu.stat", "nr_throttled many\n"}}},
};

START_TEST(throttling_is_summed_up)
{
    char root[SUITE_PATH_BYTES];
    uint64_t times = 99, ns = 99;
    make_root(root, throttles[_i].files);
    bool found = cgroup_throttled(root, &times, &ns);
    remove_root(root);
    ck_assert_msg(found == throttles[_i].found &&
                      times == throttles[_i].times && ns == throttles[_i].ns,
                  "%s: %d, %llu times, %llu ns", throttles[_i].name, found,
                  (unsigned long long)times, (unsigned long long)ns);
}
END_TEST

/* ------------------------------------------------------------ made-up ones */

static const struct {
    const char *variable, *machine, *compact, *scatter;
} machines[] = {
    {"HWLOC_SYNTHETIC", "core:4 pu:1", "0,1,2,3", "0,1,2,3"},
    /* Hyperthreads of a core have neighbouring numbers. */
    {"HWLOC_SYNTHETIC", "package:2 core:2 pu:2", "0,2,4,6,1,3,5,7",
     "0,4,2,6,1,5,3,7"},
    /* Packages take turns in the numbering. */
    {"HWLOC_SYNTHETIC", "package:2 core:2 pu:1(indexes=0,2,1,3)", "0,2,1,3",
     "0,1,2,3"},
    /* First threads first, then their siblings, as Linux mostly numbers. */
    {"HWLOC_SYNTHETIC", "package:2 core:2 pu:2(indexes=0,4,1,5,2,6,3,7)",
     "0,1,2,3,4,5,6,7", "0,2,1,3,4,6,5,7"},
    /* Scattering takes the caches of a package in turn, too. */
    {"HWLOC_SYNTHETIC", "package:2 l3:2 core:2 pu:1", "0,1,2,3,4,5,6,7",
     "0,4,2,6,1,5,3,7"},
    {"HWLOC_SYNTHETIC", "package:1 core:1 pu:4", "0,1,2,3", "0,1,2,3"},
    /* One thread alone, and cores that nobody names: each thread is one. */
    {"HWLOC_SYNTHETIC", "pu:1", "0", "0"},
    {"HWLOC_SYNTHETIC", "package:2 pu:2(indexes=0,2,1,3)", "0,2,1,3",
     "0,1,2,3"},
    /* Four threads to a core: all first ones, all second ones, ... */
    {"HWLOC_SYNTHETIC", "package:2 core:2 pu:4",
     "0,4,8,12,1,5,9,13,2,6,10,14,3,7,11,15",
     "0,8,4,12,1,9,5,13,2,10,6,14,3,11,7,15"},
    /* Odd numbers of cores to a cache. */
    {"HWLOC_SYNTHETIC", "package:2 l3:2 core:3 pu:2",
     "0,2,4,6,8,10,12,14,16,18,20,22,1,3,5,7,9,11,13,15,17,19,21,23",
     "0,12,6,18,2,14,8,20,4,16,10,22,1,13,7,19,3,15,9,21,5,17,11,23"},
    {"HWLOC_XMLFILE", "bench/tests/fixtures/fast_first.xml", "0,2,4,6,8,10,1,3",
     "0,2,4,6,8,10,1,3"},
    {"HWLOC_XMLFILE", "bench/tests/fixtures/slow_first.xml", "4,5,0,1,2,3",
     "4,5,0,1,2,3"},
};

/* The order as --topology prints it. */
static void read_order(enum topology_order order, char *text, size_t bytes)
{
    struct topology topology = topology_read(order);
    size_t used = 0;
    for (size_t i = 0; i < topology.count; i++)
        used += (size_t)snprintf(text + used, bytes - used, "%s%d",
                                 i == 0 ? "" : ",", topology.os_numbers[i]);
    topology_free(&topology);
    ck_assert_uint_eq(topology.count, 0);
}

static void pretend(const char *variable, const char *machine)
{
    unsetenv("HWLOC_XMLFILE");
    unsetenv("HWLOC_SYNTHETIC");
    setenv(variable, machine, 1);
}

START_TEST(order_of_a_made_up_machine)
{
    char text[4096];
    pretend(machines[_i].variable, machines[_i].machine);
    read_order(TOPOLOGY_COMPACT, text, sizeof text);
    ck_assert_str_eq(text, machines[_i].compact);
    read_order(TOPOLOGY_SCATTER, text, sizeof text);
    ck_assert_str_eq(text, machines[_i].scatter);
}
END_TEST

/* Real machines: NAME.xml and the order it should give, NAME.order. */
START_TEST(order_of_real_machines)
{
    glob_t found;
    char name[512], text[8192], expected[8192];
    ck_assert_int_eq(
        glob("bench/tests/fixtures/topologies/*.xml", 0, NULL, &found), 0);
    ck_assert_uint_ge(found.gl_pathc, 4);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        const char *xml = found.gl_pathv[i];
        snprintf(name, sizeof name, "%.*s.order", (int)strlen(xml) - 4, xml);
        FILE *file = fopen(name, "r");
        if (file == NULL || fgets(expected, sizeof expected, file) == NULL)
            ck_abort_msg("%s cannot be read", name);
        fclose(file);
        expected[strcspn(expected, "\n")] = '\0';
        pretend("HWLOC_XMLFILE", xml);
        read_order(TOPOLOGY_COMPACT, text, sizeof text);
        ck_assert_msg(strcmp(text, expected) == 0, "%s: %s", xml, text);
    }
    globfree(&found);
}
END_TEST

/* ----------------------------------------------------------- this machine */

/* The same processors in any order, each once. */
START_TEST(this_machine_is_listed_without_gaps)
{
    for (int order = TOPOLOGY_COMPACT; order <= TOPOLOGY_SCATTER; order++) {
        cpu_set_t mask;
        ck_assert_int_eq(sched_getaffinity(0, sizeof mask, &mask), 0);
        struct topology topology = topology_read((enum topology_order)order);
        ck_assert_int_eq((int)topology.count, CPU_COUNT(&mask));
        for (size_t i = 0; i < topology.count; i++) {
            size_t number = (size_t)topology.os_numbers[i];
            ck_assert(CPU_ISSET(number, &mask));
            CPU_CLR(number, &mask);
        }
        topology_free(&topology);
    }
}
END_TEST

START_TEST(the_affinity_mask_narrows_everything)
{
    struct topology all = topology_read(TOPOLOGY_COMPACT);
    int last = all.os_numbers[all.count - 1];
    ck_assert(topology_pin(last));
    struct topology one = topology_read(TOPOLOGY_COMPACT);
    ck_assert_uint_eq(one.count, 1);
    ck_assert_int_eq(one.os_numbers[0], last);
    ck_assert_int_eq(sched_getcpu(), last);
    ck_assert(usable_cores() <= 1);
    ck_assert(usable_cores() > 0);
    topology_free(&all);
    topology_free(&one);
}
END_TEST

START_TEST(pinning_to_what_is_not_there_is_refused)
{
    ck_assert(!topology_pin(CPU_SETSIZE - 1));
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

int main(void)
{
    Suite *suite;
    TCase *tests = suite_begin(&suite, "topology");
    tcase_add_loop_test(tests, quota_of_a_control_group, 0, COUNT(groups));
    tcase_add_loop_test(tests, cores_that_can_be_kept_busy, 0, COUNT(masks));
    tcase_add_loop_test(tests, throttling_is_summed_up, 0, COUNT(throttles));
    tcase_add_loop_test(tests, order_of_a_made_up_machine, 0, COUNT(machines));
    tcase_add_test(tests, order_of_real_machines);
    tcase_add_test(tests, this_machine_is_listed_without_gaps);
    tcase_add_test(tests, the_affinity_mask_narrows_everything);
    tcase_add_test(tests, pinning_to_what_is_not_there_is_refused);
    return suite_end(suite);
}
