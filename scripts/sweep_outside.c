/*
 * sweep_outside.c - what else happened on the machine during one run.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: a run is judged by what can be seen from outside, never by its own
 * time. Dropping a run because it was slow makes every strategy look calm;
 * noting that a neighbour took the processor meanwhile is a fact.
 * The signals: *foreign*, processor time of programs that are not the sweep's;
 * *steal*, time that the hypervisor gave to another guest; *throttled*, time
 * that a control group's quota took away; *cores*, more or fewer of them than
 * before. What is too much of each stands in lib/disturbance.h.
 * Look at: busy_ns. Whoever subtracts two readings of a coarse clock must not
 * cut off what comes out below zero: only then do errors cancel in a sum.
 * Left out: clocks held down by heat. Few virtual machines show them.
 */
#include "sweep.h"
#include "sweep_machine.h"

#include "../bench/lib/clock.h"
#include "../bench/lib/topology.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* The beginning of a file below the root, at most so many bytes; "" when it
 * cannot be read. One read: the kernel makes such files up as they are read.
 */
static void read_start(const char *path, char *text, size_t bytes)
{
    char *full = text_format("%s%s", machine_root(), path);
    int file = open(full, O_RDONLY | O_CLOEXEC);
    ssize_t n = file < 0 ? 0 : read(file, text, bytes - 1);
    text[n < 0 ? 0 : n] = '\0';
    if (file >= 0)
        close(file);
    free(full);
}

/* ------------------------------------------------------ processor time */

static uint64_t tick_ns(void)
{
    return NS_PER_S / (uint64_t)sysconf(_SC_CLK_TCK);
}

/* The line `cpu user nice system idle iowait irq softirq steal ...`. */
static void read_stat(struct outside *outside)
{
    unsigned long long t[8] = {0};
    char line[512];
    read_start("/proc/stat", line, sizeof line);
    sscanf(line, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &t[0], &t[1],
           &t[2], &t[3], &t[4], &t[5], &t[6], &t[7]);
    outside->busy_ns = (t[0] + t[1] + t[2] + t[5] + t[6]) * tick_ns();
    outside->steal_ns = t[7] * tick_ns();
}

/*
 * /proc/stat samples who runs, at 10 ms or 4 ms. In version 1 of control
 * groups cpuacct.usage of the whole machine's group adds up what really ran,
 * to the nanosecond; beside a child that computes for 100 ms it was found
 * right to 1 ms where /proc/stat was off by up to 10. That group is the one
 * that has a release_agent; a container's group has none and counts only the
 * container. Version 2 has a cpu.stat in the machine's group, but makes it
 * from the same samples and counts stolen time in, so it is of no use here.
 */
static const char *fine_clock(void)
{
    static const char *const places[] = {"/sys/fs/cgroup/cpuacct",
                                         "/sys/fs/cgroup/cpu,cpuacct"};
    static char *found;
    static bool looked;
    for (size_t i = 0; !looked && i < 2 && found == NULL; i++) {
        char *mark =
            text_format("%s%s/release_agent", machine_root(), places[i]);
        if (access(mark, F_OK) == 0)
            found = text_format("%s/cpuacct.usage", places[i]);
        free(mark);
    }
    looked = true;
    return found;
}

static void read_busy(struct outside *outside)
{
    char line[64];
    read_stat(outside);
    if (fine_clock() == NULL)
        return;
    read_start(fine_clock(), line, sizeof line);
    outside->busy_ns = strtoull(line, NULL, 10);
}

static uint64_t cpu_ns(const struct rusage *usage)
{
    return (uint64_t)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) *
               NS_PER_S +
           (uint64_t)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) *
               NS_PER_US;
}

/* Of the sweep and of all that it has started and reaped. */
static void read_own(struct outside *outside)
{
    struct rusage own, children;
    getrusage(RUSAGE_SELF, &own);
    getrusage(RUSAGE_CHILDREN, &children);
    outside->own_ns = cpu_ns(&own) + cpu_ns(&children);
    outside->voluntary_switches = (uint64_t)children.ru_nvcsw;
    outside->involuntary_switches = (uint64_t)children.ru_nivcsw;
}

/* ------------------------------------------------------------ pressure */

/* How long somebody had to wait for a processor: `some ... total=MICROS`. */
static void read_pressure(struct outside *outside)
{
    char text[256];
    read_start("/proc/pressure/cpu", text, sizeof text);
    const char *total = strstr(text, "total=");
    outside->pressure_known = strncmp(text, "some", 4) == 0 && total != NULL;
    if (outside->pressure_known)
        outside->pressure_ns =
            strtoull(total + strlen("total="), NULL, 10) * NS_PER_US;
}

static double load1(void)
{
    char text[64];
    read_start("/proc/loadavg", text, sizeof text);
    return strtod(text, NULL);
}

/* --------------------------------------------------------------- whole */

/* What the groups say takes longer to read than all the rest, and between two
 * runs nothing computes that a quota could stop: the look before a run takes
 * what the look after the last one found. */
static void read_throttled(struct outside *outside, bool again)
{
    static uint64_t times, ns;
    static bool known;
    if (again || !known)
        cgroup_throttled(machine_root(), &times, &ns);
    known = true;
    outside->throttled = times;
    outside->throttled_ns = ns;
}

struct outside outside_read(bool after)
{
    struct outside outside = {.wall_ns = clock_now()};
    read_throttled(&outside, after);
    read_pressure(&outside);
    read_own(&outside);
    read_busy(&outside);
    return outside;
}

/* What grew between two readings. */
static json_t *grown(uint64_t before, uint64_t after)
{
    return json_integer((json_int_t)(after - before));
}

json_t *outside_between(const struct outside *before,
                        const struct outside *after)
{
    bool pressure = before->pressure_known && after->pressure_known;
    return json_pack(
        "{s:o, s:f, s:I, s:o, s:o, s:o, s:o, s:f, s:o, s:o}", "window_ns",
        grown(before->wall_ns, after->wall_ns), "effective_cores",
        effective_cores(machine_root()), "foreign_cpu_ns",
        (json_int_t)(after->busy_ns - before->busy_ns) -
            (json_int_t)(after->own_ns - before->own_ns),
        "steal_ns", grown(before->steal_ns, after->steal_ns), "throttled",
        grown(before->throttled, after->throttled), "throttled_ns",
        grown(before->throttled_ns, after->throttled_ns), "pressure_ns",
        pressure ? grown(before->pressure_ns, after->pressure_ns) : json_null(),
        "load1", load1(), "voluntary_switches",
        grown(before->voluntary_switches, after->voluntary_switches),
        "involuntary_switches",
        grown(before->involuntary_switches, after->involuntary_switches));
}

json_t *outside_flags(const json_t *outside, double cores)
{
    struct disturbance sum = {0};
    disturbance_add(&sum, outside);
    unsigned bits = disturbance_judge(&sum, cores);
    json_t *flags = json_array();
    for (unsigned bit = 1; bit <= bits; bit <<= 1)
        if ((bits & bit) != 0)
            json_array_append_new(flags, json_string(disturbance_name(bit)));
    return flags;
}
