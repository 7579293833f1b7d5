/*
 * sweep_outside.c - what else happened on the machine during one run.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: a run is judged by what can be seen from outside, never by its own
 * time. Dropping a run because it was slow makes every strategy look calm;
 * noting that a neighbour took the processor meanwhile is a fact.
 * Three signals: *steal*, time that the hypervisor gave to another guest;
 * *foreign*, processor time of programs that are not the sweep's;
 * *throttled*, periods in which a control group's quota was used up.
 * Left out: clocks held down by heat. Few virtual machines show them.
 */
#include "sweep.h"

#include "../bench/lib/clock.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    /* The kernel counts /proc/stat in ticks of 10 ms, so a difference of one
     * or two of them may be rounding. */
    FOREIGN_TICKS = 3,
    FOREIGN_PERCENT = 5,
    STEAL_PERCENT = 1,
};

static uint64_t tick_ns(void)
{
    return NS_PER_S / (uint64_t)sysconf(_SC_CLK_TCK);
}

/* The line `cpu user nice system idle iowait irq softirq steal ...`. */
static void read_stat(struct outside *outside)
{
    unsigned long long t[8] = {0};
    char *line = text_of_file("/proc/stat");
    if (line != NULL)
        sscanf(line, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &t[0],
               &t[1], &t[2], &t[3], &t[4], &t[5], &t[6], &t[7]);
    free(line);
    outside->busy_ns = (t[0] + t[1] + t[2] + t[5] + t[6]) * tick_ns();
    outside->steal_ns = t[7] * tick_ns();
}

/* `nr_throttled N` in cpu.stat where control groups are mounted: inside a
 * container that is the own group. */
static uint64_t read_throttled(void)
{
    static const char *const places[] = {"/sys/fs/cgroup/cpu.stat",
                                         "/sys/fs/cgroup/cpu/cpu.stat",
                                         "/sys/fs/cgroup/cpu,cpuacct/cpu.stat"};
    unsigned long long sum = 0, n;
    char line[128];
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        FILE *file = fopen(places[i], "re");
        if (file == NULL)
            continue;
        while (fgets(line, sizeof line, file) != NULL)
            if (sscanf(line, "nr_throttled %llu", &n) == 1)
                sum += n;
        fclose(file);
        break;
    }
    return sum;
}

static uint64_t cpu_ns(const struct rusage *usage)
{
    return (uint64_t)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) *
               NS_PER_S +
           (uint64_t)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) *
               NS_PER_US;
}

struct outside outside_read(void)
{
    struct outside outside = {.wall_ns = clock_now(),
                              .throttled = read_throttled()};
    struct rusage own, children;
    getrusage(RUSAGE_SELF, &own);
    getrusage(RUSAGE_CHILDREN, &children);
    outside.own_ns = cpu_ns(&own) + cpu_ns(&children);
    outside.involuntary_switches = (uint64_t)children.ru_nivcsw;
    read_stat(&outside);
    return outside;
}

json_t *outside_between(const struct outside *before,
                        const struct outside *after, unsigned cores,
                        json_t *flags)
{
    uint64_t wall = after->wall_ns - before->wall_ns;
    uint64_t busy = after->busy_ns - before->busy_ns;
    uint64_t own = after->own_ns - before->own_ns;
    uint64_t foreign = busy > own ? busy - own : 0;
    uint64_t steal = after->steal_ns - before->steal_ns;
    uint64_t throttled = after->throttled - before->throttled;
    double load = 0;
    getloadavg(&load, 1);

    if (steal > 0 && steal * 100 > wall * cores * STEAL_PERCENT)
        json_array_append_new(flags, json_string("steal"));
    if (foreign > FOREIGN_TICKS * tick_ns() &&
        foreign * 100 > wall * cores * FOREIGN_PERCENT)
        json_array_append_new(flags, json_string("foreign"));
    if (throttled > 0)
        json_array_append_new(flags, json_string("throttled"));
    return json_pack("{s:I, s:I, s:I, s:f, s:I}", "steal_ns", (json_int_t)steal,
                     "foreign_cpu_ns", (json_int_t)foreign, "throttled",
                     (json_int_t)throttled, "load1", load,
                     "involuntary_switches",
                     (json_int_t)(after->involuntary_switches -
                                  before->involuntary_switches));
}
