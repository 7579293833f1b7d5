/*
 * sweep_system.c - the doctor's trials: noise, clock, kernel, limits, disk.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: ask by doing. Whether io_uring works is a system call away, how
 * far equal runs differ is forty short runs away; a table of kernel versions
 * would be wrong on the next machine.
 * Look at: doctor_noise, an A/A test: the same work under two names. What
 * difference it finds is no difference.
 * Left out: repairing limits.
 */
#include "sweep.h"
#include "sweep_doctor.h"

#include "../bench/lib/cgroup.h"
#include "../bench/lib/clock.h"
#include "lib/interval.h"

#include <errno.h>
#include <linux/io_uring.h>
#include <linux/perf_event.h>
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102 /* Linux 6.13; unknown to older headers */
#endif

/* ------------------------------------------------------------------- noise */

enum { NOISE_PAIRS = 20, NOISE_RUN_MS = 5 };

/* Something to compute. */
static uint64_t work(uint64_t turns)
{
    uint64_t x = 88172645463325252u;
    for (uint64_t i = 0; i < turns; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
    }
    return x;
}

/* Storing the answer keeps the work between the two looks at the clock. */
static double seconds_of(uint64_t turns)
{
    static _Atomic uint64_t answer;
    uint64_t start = clock_now();
    atomic_store(&answer, work(turns));
    return (double)(clock_now() - start) / NS_PER_S;
}

/* How many turns take NOISE_RUN_MS. */
static uint64_t calibrate(void)
{
    uint64_t turns = 1000;
    while (seconds_of(turns) < NOISE_RUN_MS / 4e3)
        turns *= 2;
    return 4 * turns;
}

void doctor_noise(void)
{
    double logs[NOISE_PAIRS];
    uint64_t turns = calibrate();
    for (int pair = 0; pair < NOISE_PAIRS; pair++) {
        /* Which of the two goes first takes turns. */
        double first = seconds_of(turns), second = seconds_of(turns);
        logs[pair] = log(second / first) * (pair % 2 == 0 ? 1 : -1);
    }
    struct interval ratio = interval_exp(interval_of(logs, NOISE_PAIRS));
    double low = 100 * (ratio.low - 1), high = 100 * (ratio.high - 1);
    double bound = ceil(10 * fmax(fabs(low), fabs(high))) / 10;
    doctor_say(bound <= 2    ? ANSWER_YES
               : bound <= 10 ? ANSWER_NOTE
                             : ANSWER_NO,
               "noise",
               "equal runs seem to differ by %+.1f %% (%+.1f to %+.1f): "
               "differences below %.1f %% mean nothing here, now",
               100 * (ratio.middle - 1), low, high, bound);
}

/* ------------------------------------------------------------------- clock */

void doctor_clock(void)
{
    enum { READS = 20000, FAST_NS = 200 };
    char *source = machine_file(
        "/sys/devices/system/clocksource/clocksource0/current_clocksource");
    struct timespec unit = {0};
    clock_getres(CLOCK_MONOTONIC, &unit);
    double best = INFINITY;
    for (int batch = 0; batch < 5; batch++) {
        uint64_t start = clock_now(), now = start;
        for (int i = 0; i < READS; i++)
            now = clock_now();
        best = fmin(best, (double)(now - start) / READS);
    }
    doctor_say(best < FAST_NS ? ANSWER_YES : ANSWER_NOTE, "clock",
               "%s counts in steps of %lld ns; reading it takes %.0f ns%s",
               source == NULL ? "unknown source" : source,
               (long long)unit.tv_sec * NS_PER_S + unit.tv_nsec, best,
               best < FAST_NS ? ""
                              : ": a system call, which short items will feel");
    free(source);
}

/* ---------------------------------------------------------------- counters */

static int open_counter(uint32_t type, uint64_t what)
{
    struct perf_event_attr about = {.type = type,
                                    .size = sizeof about,
                                    .config = what,
                                    .exclude_kernel = 1,
                                    .exclude_hv = 1};
    int file = (int)syscall(SYS_perf_event_open, &about, 0, -1, -1,
                            PERF_FLAG_FD_CLOEXEC);
    if (file < 0)
        return errno;
    close(file);
    return 0;
}

void doctor_counters(void)
{
    char *level = machine_file("/proc/sys/kernel/perf_event_paranoid");
    char *known = text_format("kernel.perf_event_paranoid is %s",
                              level == NULL ? "not there" : level);
    int hard = open_counter(PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES);
    int soft = open_counter(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK);
    if (hard == 0)
        doctor_say(ANSWER_YES, "perf", "cycles can be counted (%s)", known);
    else if (hard == EACCES || hard == EPERM)
        doctor_say(ANSWER_NO, "perf",
                   "no counters: %s: forbidden (%s; 2 or less lets one count "
                   "own programs, and a container may forbid it too)",
                   strerror(hard), known);
    else
        doctor_say(ANSWER_NO, "perf",
                   "no hardware counters: %s: usual in a virtual machine; "
                   "software counters %s (%s)",
                   strerror(hard), soft == 0 ? "work" : "do not work either",
                   known);
    free(known);
    free(level);
}

/* ---------------------------------------------------------------- io_uring */

static const char *uring_reason(int error, const char *disabled)
{
    switch (error) {
    case ENOSYS:
        return "the kernel is older than 5.1, or a container's filter hides "
               "the call";
    case EPERM:
        return disabled != NULL && strcmp(disabled, "0") != 0
                   ? "the sysctl forbids it; 0 allows it"
                   : "a container's filter forbids the call (docker run "
                     "--security-opt seccomp=unconfined lifts it)";
    case ENOMEM:
        return "too little locked memory is allowed; see ulimit -l";
    default:
        return "unusual";
    }
}

void doctor_io_uring(void)
{
    char *disabled = machine_file("/proc/sys/kernel/io_uring_disabled");
    const char *sysctl = disabled == NULL ? "not there" : disabled;
    struct io_uring_params parameters = {0};
    int file = (int)syscall(SYS_io_uring_setup, 4, &parameters);
    int error = errno;
    if (file >= 0) {
        close(file);
        doctor_say(ANSWER_YES, "io_uring",
                   "works (kernel.io_uring_disabled is %s)", sysctl);
    } else
        doctor_say(ANSWER_NO, "io_uring",
                   "%s: %s (kernel.io_uring_disabled is %s): `uring` cannot "
                   "run here",
                   strerror(error), uring_reason(error, disabled), sysctl);
    free(disabled);
}

/* ------------------------------------------------------------------ limits */

/* A number alone in a file; infinite without one. */
static double limit_of_file(const char *path)
{
    char *text = machine_file(path);
    double limit = INFINITY;
    if (text != NULL && sscanf(text, "%lf", &limit) != 1)
        limit = INFINITY;
    free(text);
    return limit;
}

static double limit_of(__rlimit_resource_t what)
{
    struct rlimit limit;
    if (getrlimit(what, &limit) != 0 || limit.rlim_max == RLIM_INFINITY)
        return INFINITY;
    return (double)limit.rlim_max;
}

/* "123", or "any number of" for what has no limit. */
static char *how_many(double limit)
{
    return isinf(limit) ? text_copy("any number of")
                        : text_format("up to %.0f", limit);
}

/* Whether the kernel can mark guard pages inside a mapping. */
static bool guards_can_be_marked(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    void *memory = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return false;
    bool can = madvise(memory, page, MADV_GUARD_INSTALL) == 0;
    munmap(memory, 2 * page);
    return can;
}

static void say_limit(const char *topic, double limit, const char *words)
{
    enum { MANY = 10000 };
    char *count = how_many(limit);
    doctor_say(limit >= MANY ? ANSWER_YES : ANSWER_NOTE, topic, words, count);
    free(count);
}

void doctor_limits(void)
{
    double threads = fmin(limit_of_file("/proc/sys/kernel/threads-max"),
                          limit_of_file("/proc/sys/kernel/pid_max"));
    threads = fmin(threads, cgroup_tasks(machine_root()));
    if (geteuid() != 0) /* root is not held to it */
        threads = fmin(threads, limit_of(RLIMIT_NPROC));
    double mappings = limit_of_file("/proc/sys/vm/max_map_count");
    say_limit("descriptors", limit_of(RLIMIT_NOFILE),
              "%s connections or files at a time (ulimit -Hn)");
    say_limit("threads", threads, "%s waiting threads or processes");
    if (guards_can_be_marked())
        doctor_say(ANSWER_YES, "stacks",
                   "a guard page for each coroutine, as many as memory holds");
    else
        say_limit("stacks", mappings / 2,
                  "%s coroutines with a guard page each (vm.max_map_count); "
                  "beyond, several share one");
}

/* -------------------------------------------------------------------- disk */

static int by_size(const void *left, const void *right)
{
    const double *a = left, *b = right;
    return *a < *b ? -1 : *a > *b;
}

/* Median time of a small write with fsync, in ms; below 0 is -errno. */
static double fsync_ms(const char *directory)
{
    enum { WRITES = 9 };
    char *path = text_format("%s/.doctor.XXXXXX", directory);
    int file = mkstemp(path);
    double ms[WRITES], result = file < 0 ? -errno : 0;
    if (file >= 0)
        unlink(path);
    for (int i = 0; i < WRITES && result == 0; i++) {
        uint64_t start = clock_now();
        if (pwrite(file, "doctor\n", 7, (off_t)4096 * i) != 7 ||
            fsync(file) != 0)
            result = -errno;
        ms[i] = (double)(clock_now() - start) / NS_PER_MS;
    }
    if (result == 0) {
        qsort(ms, WRITES, sizeof *ms, by_size);
        result = ms[WRITES / 2];
    }
    if (file >= 0)
        close(file);
    free(path);
    return result;
}

int doctor_disk(const char *directory)
{
    enum { TMPFS = 0x01021994 };
    struct statfs about = {0};
    /* Before the first sweep the directory does not exist; it will be made. */
    const char *where = access(directory, F_OK) == 0 ? directory : ".";
    double ms = fsync_ms(where);
    if (ms < 0) {
        doctor_say(ANSWER_NO, "results",
                   "%s: %s: a sweep could not keep what "
                   "it measures",
                   where, strerror((int)-ms));
        return 0;
    }
    bool memory = statfs(where, &about) == 0 && (long)about.f_type == TMPFS;
    doctor_say(memory || ms < 0.02 ? ANSWER_NOTE : ANSWER_YES, "fsync",
               "takes %.3f ms in %s%s", ms, where,
               memory      ? ": memory, no disk; results are lost at the next "
                             "start, and a kernel that waits for a disk "
                             "there waits for nothing"
               : ms < 0.02 ? ": so fast that hardly anything waits for it"
                           : "");
    return 1;
}
