/*
 * sweep_probe.c - tries how much processor time there really is.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: files say what one may have, not what one gets. A neighbour on the
 * same cores, a hypervisor that serves others too, a quota further up than a
 * container can see: all of them show only when every core is kept busy and
 * the time got is compared with the time that went by.
 * Look at: probe_spin. What a quota grants comes in portions, mostly each
 * 100 ms, so the window is a whole number of them, and the beginning, in
 * which one may use what was saved up, does not count.
 * Left out: memory bandwidth, and clocks that sink when all cores work.
 */
#include "sweep.h"

#include "../bench/lib/clock.h"
#include "../bench/lib/topology.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    WATCH_MS = 1000,
    WATCH_ELSEWHERE_MS = 200, /* below a root of a test's own */
    BURST_MS = 200,
    WINDOW_MS = 1000,
    STEP_MS = 20,
    BUSY_LEAST_PERCENT = 2, /* of a core, for a process to be named */
};

/* ---------------------------------------------------------------- the sums */

/* Processor time of the whole machine since boot, in ticks. */
struct ticks {
    double busy, steal, all;
    bool known;
};

/* The line `cpu user nice system idle iowait irq softirq steal ...`. */
static struct ticks ticks_read(void)
{
    double t[8] = {0};
    char *line = machine_file("/proc/stat");
    int n = line == NULL
                ? 0
                : sscanf(line, "cpu %lf %lf %lf %lf %lf %lf %lf %lf", &t[0],
                         &t[1], &t[2], &t[3], &t[4], &t[5], &t[6], &t[7]);
    free(line);
    struct ticks ticks = {.busy = t[0] + t[1] + t[2] + t[5] + t[6],
                          .steal = t[7],
                          .known = n >= 4};
    ticks.all = ticks.busy + ticks.steal + t[3] + t[4];
    return ticks;
}

/* Sleeps in short steps until `end`; false when the sweep was told to stop
 * meanwhile. */
static bool sleep_until(uint64_t end)
{
    for (uint64_t now; (now = clock_now()) < end;) {
        uint64_t step = end - now;
        if (step > STEP_MS * (uint64_t)NS_PER_MS)
            step = STEP_MS * (uint64_t)NS_PER_MS;
        struct timespec nap = clock_timespec(step);
        nanosleep(&nap, NULL);
        if (child_stop_signal() != 0)
            return false;
    }
    return true;
}

/* -------------------------------------------------------------- background */

struct process {
    long id;
    double ticks;
    char name[BUSY_NAME_BYTES];
};

struct processes {
    size_t count;
    struct process *list; /* in ascending order of id */
};

/* Reads /proc/ID/stat: `id (name) state ...`, with user and system time as
 * the 14th and 15th word. The name may hold blanks and brackets, too. */
static bool process_read(const char *id, struct process *process)
{
    char *path = text_format("/proc/%s/stat", id);
    char *line = machine_file(path);
    char *name = line == NULL ? NULL : strchr(line, '(');
    char *end = line == NULL ? NULL : strrchr(line, ')');
    double user = 0, system = 0;
    bool good =
        name != NULL && end != NULL && name < end &&
        sscanf(end + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lf %lf",
               &user, &system) == 2;
    if (good) {
        *end = '\0';
        process->id = atol(id);
        process->ticks = user + system;
        snprintf(process->name, sizeof process->name, "%.40s (%.12s)", name + 1,
                 id);
    }
    free(line);
    free(path);
    return good;
}

static int by_id(const void *left, const void *right)
{
    const struct process *a = left, *b = right;
    return a->id < b->id ? -1 : a->id > b->id;
}

/* Every process but this one. */
static struct processes processes_read(void)
{
    struct processes all = {0};
    char *path = text_format("%s/proc", machine_root());
    DIR *proc = opendir(path);
    free(path);
    size_t room = 0;
    for (struct dirent *entry;
         proc != NULL && (entry = readdir(proc)) != NULL;) {
        if (!isdigit((unsigned char)entry->d_name[0]) ||
            atol(entry->d_name) == (long)getpid())
            continue;
        if (all.count == room) {
            room = room == 0 ? 256 : 2 * room;
            all.list = realloc(all.list, room * sizeof *all.list);
            if (all.list == NULL)
                die(ENOMEM, "memory");
        }
        all.count += process_read(entry->d_name, &all.list[all.count]);
    }
    if (proc != NULL)
        closedir(proc);
    if (all.count > 0)
        qsort(all.list, all.count, sizeof *all.list, by_id);
    return all;
}

/* Puts a process among the busiest if it is one. */
static void background_name(struct background *found, const char *name,
                            double cores)
{
    size_t at = 0;
    while (at < found->count && found->busiest[at].cores >= cores)
        at++;
    if (cores * 100 < BUSY_LEAST_PERCENT || at == BUSY_MOST)
        return;
    if (found->count < BUSY_MOST)
        found->count++;
    memmove(&found->busiest[at + 1], &found->busiest[at],
            (found->count - 1 - at) * sizeof *found->busiest);
    snprintf(found->busiest[at].name, BUSY_NAME_BYTES, "%s", name);
    found->busiest[at].cores = cores;
}

/* What each process used between two looks; one that is new since began at
 * nothing. `wall` is how many ticks went by. */
static void background_compare(struct background *found,
                               const struct processes *before,
                               const struct processes *after, double wall)
{
    for (size_t i = 0; i < after->count; i++) {
        const struct process *now = &after->list[i], *then = NULL;
        if (before->count > 0)
            then =
                bsearch(now, before->list, before->count, sizeof *now, by_id);
        double used = now->ticks - (then == NULL ? 0 : then->ticks);
        background_name(found, now->name, used / wall);
    }
}

struct background background_watch(void)
{
    struct background found = {.share = NAN};
    struct ticks before = ticks_read();
    if (!before.known)
        return found;
    struct processes first = processes_read();
    unsigned ms = *machine_root() == '\0' ? WATCH_MS : WATCH_ELSEWHERE_MS;
    uint64_t start = clock_now();
    bool whole = sleep_until(start + ms * (uint64_t)NS_PER_MS);
    struct processes last = processes_read();
    struct ticks after = ticks_read();
    double passed = after.all - before.all;
    if (whole && passed > 0) {
        found.share = (after.busy - before.busy) / passed;
        found.steal = (after.steal - before.steal) / passed;
        background_compare(&found, &first, &last,
                           (double)(clock_now() - start) / NS_PER_S *
                               (double)sysconf(_SC_CLK_TCK));
    }
    free(first.list);
    free(last.list);
    return found;
}

/* ------------------------------------------------------------------- probe */

struct spinner {
    pthread_t thread;
    int cpu;
    atomic_bool *stop;
};

static void *spin(void *argument)
{
    struct spinner *self = argument;
    /* If it cannot be bound, it spins wherever it is put. */
    (void)topology_pin(self->cpu);
    while (!atomic_load_explicit(self->stop, memory_order_relaxed))
        ;
    return NULL;
}

/* Wall time, processor time of this process and what the machine did, all of
 * the same moment: again, if this thread was held up in between. */
struct moment {
    double wall_s, own_s;
    struct ticks ticks;
    uint64_t throttled;
};

static struct moment moment_now(void)
{
    enum { TRIES = 50, CLOSE_NS = 50000 };
    struct moment moment = {.ticks = ticks_read()};
    uint64_t ns;
    (void)cgroup_throttled(machine_root(), &moment.throttled, &ns);
    for (int i = 0; i < TRIES; i++) {
        uint64_t before = clock_now();
        uint64_t own = clock_read(CLOCK_PROCESS_CPUTIME_ID);
        uint64_t after = clock_now();
        moment.wall_s = (double)after / NS_PER_S;
        moment.own_s = (double)own / NS_PER_S;
        if (after - before < CLOSE_NS)
            break;
    }
    return moment;
}

static void probe_judge(struct probe *probe, const struct moment *before,
                        const struct moment *after)
{
    double wall = after->wall_s - before->wall_s;
    double own = after->own_s - before->own_s;
    double tick_s = 1 / (double)sysconf(_SC_CLK_TCK);
    probe->cores = own / wall;
    probe->throttled = after->throttled - before->throttled;
    if (!before->ticks.known || !after->ticks.known)
        return;
    double busy = (after->ticks.busy - before->ticks.busy) * tick_s;
    probe->foreign = busy > own ? (busy - own) / wall : 0;
    probe->steal = (after->ticks.steal - before->ticks.steal) * tick_s / wall;
}

/* Starts one spinner for each CPU; returns how many could be started. */
static size_t spinners_start(struct spinner *spinners,
                             const struct topology *topology, atomic_bool *stop)
{
    size_t n = 0;
    for (; n < topology->count; n++) {
        spinners[n].cpu = topology->os_numbers[n];
        spinners[n].stop = stop;
        if (pthread_create(&spinners[n].thread, NULL, spin, &spinners[n]) != 0)
            break;
    }
    return n;
}

struct probe probe_spin(void)
{
    struct probe probe = {.cores = NAN};
    if (*machine_root() != '\0')
        return probe;
    struct topology topology = topology_read(TOPOLOGY_COMPACT);
    struct spinner *spinners = calloc(topology.count, sizeof *spinners);
    atomic_bool stop = false;
    if (spinners == NULL)
        die(ENOMEM, "memory");
    size_t n = spinners_start(spinners, &topology, &stop);
    uint64_t start = clock_now() + BURST_MS * (uint64_t)NS_PER_MS;
    if (n == topology.count && sleep_until(start)) {
        struct moment before = moment_now();
        if (sleep_until(start + WINDOW_MS * (uint64_t)NS_PER_MS)) {
            struct moment after = moment_now();
            probe_judge(&probe, &before, &after);
        }
    }
    atomic_store_explicit(&stop, true, memory_order_relaxed);
    for (size_t i = 0; i < n; i++)
        pthread_join(spinners[i].thread, NULL);
    free(spinners);
    topology_free(&topology);
    return probe;
}
