/*
 * main.c - the program around a strategy.
 * SPDX-License-Identifier: MIT
 *
 * Every strategy is linked with this main. It reads the command line, lays
 * out the shared memory, lets the kernel set up and the strategy run, and
 * gives a time only to a right answer: every item ran exactly once in each
 * round, none failed, the kernel's check agrees, and so does --expect.
 *
 * What is timed: `wall` spans the strategy's rounds and nothing else; what
 * the checks took stands apart, so that one who times the whole process can
 * tell.
 * Processor time is that of this process and of children that have ended,
 * from the strategy's start to its stop.
 */
#include "clock.h"
#include "helper.h"
#include "kernels.h"
#include "memory.h"
#include "options.h"
#include "progress.h"
#include "report.h"
#include "trace.h"
#include "version.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* ------------------------------------------------------------- verdicts */

void verdict_say(struct verdict *verdict, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(verdict->text, sizeof verdict->text, format, arguments);
    va_end(arguments);
}

void verdict_figure(struct verdict *verdict, const char *name, uint64_t value)
{
    size_t f = 0;
    while (f < VERDICT_FIGURES - 1 && verdict->figures[f].name != NULL)
        f++;
    verdict->figures[f].name = name;
    verdict->figures[f].value = value;
}

static void wrong(struct report *report, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void wrong(struct report *report, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(report->wrong, sizeof report->wrong, format, arguments);
    va_end(arguments);
}

/* One item missing or doubled can be named from the sum of item numbers;
 * of several only the count is known. */
static void explain_count(struct report *report, const struct tally *expected)
{
    const struct tally *sum = &report->sum;
    if (sum->ran + 1 == expected->ran && report->run->rounds == 1)
        wrong(report, "item %" PRIu64 " never ran",
              expected->places - sum->places);
    else if (sum->ran == expected->ran + 1 && report->run->rounds == 1)
        wrong(report, "item %" PRIu64 " ran twice",
              sum->places - expected->places);
    else if (sum->ran != expected->ran)
        wrong(report, "%" PRIu64 " items ran instead of %" PRIu64,
              atomic_load(&sum->ran), atomic_load(&expected->ran));
    else
        wrong(report, "some items ran twice and others never");
}

/* Why an item failed, in words. */
static const char *error_text(int error)
{
    if (error == EOWNERDEAD)
        return "the process that ran it died";
    return error == ETIMEDOUT ? "not done by its deadline" : strerror(error);
}

/* Fills report->wrong unless the run is right. */
static void judge(struct report *report)
{
    const struct run *run = report->run;
    struct tally expected = tally_expected(run->items, run->rounds);
    char digest[DIGEST_TEXT], wanted[DIGEST_TEXT];

    for (size_t w = 0; w < run->workers; w++)
        tally_merge(&report->sum, &memory.tallies[w]);
    if (report->sum.failed > 0) {
        wrong(report, "item %" PRIu64 " failed: %s (%" PRIu64 " failed in all)",
              report->sum.failed_item,
              error_text((int)report->sum.failed_error), report->sum.failed);
        return;
    }
    if (report->sum.ran != expected.ran ||
        report->sum.ledger != expected.ledger) {
        explain_count(report, &expected);
        return;
    }
    if (!run->kernel->check(run, &report->verdict)) {
        wrong(report, "wrong answer: %s", report->verdict.text);
        return;
    }
    if (report->settings->expects &&
        report->sum.digest != report->settings->expected) {
        digest_format(report->sum.digest, digest);
        digest_format(report->settings->expected, wanted);
        wrong(report, "digest %s, expected %s", digest, wanted);
        /* The kernel has found nothing wrong and may have told a time. */
        report->verdict = (struct verdict){0};
        return;
    }
    if (strategy.figures != NULL)
        strategy.figures(run, &report->counted);
}

/* ------------------------------------------------------------- measuring */

/* What the system has counted for this process and its ended children. */
struct usage {
    uint64_t user_ns, sys_ns, voluntary, involuntary, max_rss_bytes;
};

static uint64_t timeval_ns(struct timeval t)
{
    return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_usec * NS_PER_US;
}

static struct usage usage_read(void)
{
    struct rusage self, children;
    getrusage(RUSAGE_SELF, &self);
    getrusage(RUSAGE_CHILDREN, &children);
    long most = self.ru_maxrss > children.ru_maxrss ? self.ru_maxrss
                                                    : children.ru_maxrss;
    return (struct usage){
        .user_ns = timeval_ns(self.ru_utime) + timeval_ns(children.ru_utime),
        .sys_ns = timeval_ns(self.ru_stime) + timeval_ns(children.ru_stime),
        .voluntary = (uint64_t)(self.ru_nvcsw + children.ru_nvcsw),
        .involuntary = (uint64_t)(self.ru_nivcsw + children.ru_nivcsw),
        .max_rss_bytes = (uint64_t)most * 1024,
    };
}

/* Of address space and of memory, now. */
struct memory_use {
    uint64_t address_bytes, resident_bytes;
};

static struct memory_use memory_now(void)
{
    unsigned long address = 0, resident = 0;
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    FILE *file = fopen("/proc/self/statm", "re");
    if (file == NULL)
        return (struct memory_use){0};
    if (fscanf(file, "%lu %lu", &address, &resident) != 2)
        address = resident = 0;
    fclose(file);
    return (struct memory_use){.address_bytes = address * page,
                               .resident_bytes = resident * page};
}

/* The most address space that there ever was; 0 where it is not told. */
static uint64_t address_peak(void)
{
    char line[256];
    unsigned long kib = 0;
    FILE *file = fopen("/proc/self/status", "re");
    while (file != NULL && kib == 0 && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, "VmPeak:", 7) == 0)
            kib = strtoul(line + 7, NULL, 10);
    if (file != NULL)
        fclose(file);
    return (uint64_t)kib * 1024;
}

static uint64_t for_each(uint64_t after, uint64_t before, uint64_t count)
{
    return after > before ? (after - before) / count : 0;
}

static uint64_t inflight(const struct run *run)
{
    if (strategy.inflight != NULL)
        return strategy.inflight(run);
    return run->workers < run->items ? run->workers : run->items;
}

static void measure(struct report *report, struct run *run)
{
    struct memory_use now = memory_now();
    struct usage before = usage_read();
    /* To be moved to another core takes longer than a short item: the only
     * worker there is starts on its own. */
    if (strategy.one_worker)
        (void)topology_pin(memory.cores[0]);

    uint64_t t0 = clock_now();
    const char *refusal = strategy.start == NULL ? NULL : strategy.start(run);
    if (refusal != NULL)
        die_with(EXIT_CANNOT_RUN, 0, "cannot run here: %s", refusal);
    report->setup_ns += clock_now() - t0;

    t0 = clock_now();
    for (uint64_t round = 0; round < run->rounds; round++) {
        run->round = round;
        trace_round(round);
        strategy.run(run);
    }
    report->wall_ns = run->wall_ns = clock_now() - t0;

    if (strategy.stop != NULL)
        strategy.stop(run);
    struct usage after = usage_read();
    report->user_ns = after.user_ns - before.user_ns;
    report->sys_ns = after.sys_ns - before.sys_ns;
    report->voluntary_switches = after.voluntary - before.voluntary;
    report->involuntary_switches = after.involuntary - before.involuntary;
    report->max_rss_bytes = after.max_rss_bytes;
    report->inflight = inflight(run);
    report->item_bytes =
        for_each(after.max_rss_bytes, now.resident_bytes, report->inflight);
    report->item_address_bytes =
        for_each(address_peak(), now.address_bytes, report->inflight);
}

/* --------------------------------------------------------------- phases */

static struct run run_of(const struct settings *settings)
{
    return (struct run){
        .kernel = settings->kernel,
        .items = settings->items,
        .size = settings->size,
        .rounds = settings->rounds,
        .seed = settings->seed,
        .workers = settings->workers,
        .settings = settings,
    };
}

/* Helpers run where no worker is pinned, or everywhere. */
static void give_the_rest(const struct topology *topology, size_t taken)
{
    cpu_set_t rest;
    CPU_ZERO(&rest);
    for (size_t i = taken < topology->count ? taken : 0; i < topology->count;
         i++)
        CPU_SET((size_t)topology->os_numbers[i], &rest);
    helper_cores(&rest);
}

/* The cores in the order in which they are taken; refuses more than there
 * are. Narrows the whole process to them, so that threads which are not
 * workers stay there too. */
static struct topology take_cores(const struct settings *settings,
                                  size_t workers)
{
    struct topology topology = topology_read(TOPOLOGY_COMPACT);
    cpu_set_t mask;
    if (settings->cores > topology.count)
        die_with(EXIT_USAGE, 0, "--cores %" PRIu64 ": only %zu may be used",
                 settings->cores, topology.count);
    CPU_ZERO(&mask);
    for (size_t i = 0; i < settings->cores; i++)
        CPU_SET((size_t)topology.os_numbers[i], &mask);
    (void)sched_setaffinity(0, sizeof mask, &mask);
    give_the_rest(&topology,
                  workers < settings->cores ? workers : settings->cores);
    return topology;
}

/* An item in flight may hold a descriptor, and there may be many. */
static void allow_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static int open_log(const char *file)
{
    if (file == NULL)
        return -1;
    int log = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (log < 0)
        die(errno, "--log %s", file);
    return log;
}

static int run_kernel(const struct settings *settings)
{
    struct report report = {.settings = settings};
    struct run wanted = run_of(settings);
    time_t now = time(NULL);
    struct tm utc;
    char title[128];

    strftime(report.started_at, sizeof report.started_at, "%Y-%m-%dT%H:%M:%SZ",
             gmtime_r(&now, &utc));
    if (wanted.kernel->configure != NULL) {
        const char *why = wanted.kernel->configure(&wanted);
        if (why != NULL)
            die_with(EXIT_USAGE, 0, "%s: %s", wanted.kernel->name, why);
    }
    if (strategy.configure != NULL) {
        const char *why = strategy.configure(&wanted);
        if (why != NULL)
            die_with(EXIT_USAGE, 0, "%s", why);
    }
    int log = open_log(settings->log);
    allow_descriptors();
    struct topology topology = take_cores(settings, wanted.workers);
    memory_create(&wanted, &topology, settings->cores);
    topology_free(&topology);
    struct run *run = memory.run;
    if (settings->trace != NULL)
        trace_open(settings->trace, run);

    uint64_t t0 = clock_now();
    int error = run->kernel->setup == NULL ? 0 : run->kernel->setup(run);
    if (error != 0)
        die(-error, "%s: set-up", run->kernel->name);
    report.setup_ns = clock_now() - t0;
    report.run = run;
    if (settings->progress)
        progress_start(run);
    measure(&report, run);
    progress_stop();
    snprintf(title, sizeof title, "%s %s", program_invocation_short_name,
             run->kernel->name);
    trace_close(title);
    t0 = clock_now();
    judge(&report);
    report.check_ns = clock_now() - t0;
    int status = report_print(&report, log);
    if (run->kernel->teardown != NULL)
        run->kernel->teardown(run);
    return status;
}

/* A copy that a strategy has exec'd: does its part and says so its own way. */
static int run_part(const struct settings *settings)
{
    if (strategy.exec_worker == NULL)
        die_with(EXIT_USAGE, 0, "--attach: for internal use only");
    memory_attach(settings->attach, settings);
    return strategy.exec_worker(memory.run);
}

static void print_topology(enum topology_order order)
{
    struct topology topology = topology_read(order);
    for (size_t i = 0; i < topology.count; i++)
        printf("%s%d", i == 0 ? "" : ",", topology.os_numbers[i]);
    printf("\n");
    topology_free(&topology);
}

int main(int argc, char **argv)
{
    struct settings settings = options_read(argc, argv);
    /* A peer that has gone away shows as an error of the write. */
    signal(SIGPIPE, SIG_IGN);
    switch (settings.action) {
    case ACTION_RUN:
        return settings.attach >= 0 ? run_part(&settings)
                                    : run_kernel(&settings);
    case ACTION_HELP:
        options_help(&settings);
        break;
    case ACTION_LIST:
        kernels_list(settings.json);
        break;
    case ACTION_VERSION:
        printf("%s (manyways) %s\n", program_invocation_short_name,
               MANYWAYS_VERSION);
        break;
    case ACTION_TOPOLOGY:
        print_topology(settings.order);
        break;
    }
    return fflush(stdout) == 0 ? EXIT_RIGHT : EXIT_WRONG;
}
