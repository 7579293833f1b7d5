/*
 * trace.c - what ran when, as a Chrome trace that Perfetto opens.
 * SPDX-License-Identifier: MIT
 *
 * Each thread collects lines in a buffer of its own and appends whole lines
 * with one write(2), so threads, forked and exec'd processes share one file
 * without a lock.
 */
#include "trace.h"
#include "clock.h"
#include "die.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    BUFFER_BYTES = 64 * 1024,
    LINE_BYTES = 320,
    NAME_BYTES = 64,
    /* Lines of coroutines are numbered above every worker's. */
    COROUTINE_LINES = 1000000,
    /* Shorter than this, nobody can tell it from the cost of looking. */
    LEAST_RUNNABLE_NS = 1000,
    /* Reading the processor time is a system call; so soon after the last
     * one, it is taken to have gone by like the time. */
    CPU_READ_NS = 10000,
};

bool trace_on;
static int descriptor = -1;
static uint64_t opened;

static _Thread_local struct {
    char *buffer;
    size_t used;
    bool entered;
    size_t worker, line;
    uint64_t latest;        /* the last moment that was handed out */
    uint64_t ready;         /* see trace_ready */
    uint64_t cpu, cpu_read; /* processor time, and when it was read */
    struct trace_item *current;
    struct trace_item idle; /* stands for the time between two items */
} self;

/* --------------------------------------------------------------- writing */

static void write_all(const char *text, size_t bytes)
{
    size_t done = 0;
    while (done < bytes) {
        ssize_t n = write(descriptor, text + done, bytes - done);
        if (n < 0 && errno != EINTR)
            die(errno, "trace");
        done += n > 0 ? (size_t)n : 0;
    }
}

static void flush(void)
{
    write_all(self.buffer, self.used);
    self.used = 0;
}

static void line(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void line(const char *format, ...)
{
    va_list arguments;
    if (self.buffer == NULL && (self.buffer = malloc(BUFFER_BYTES)) == NULL)
        die(ENOMEM, "trace");
    if (self.used + LINE_BYTES > BUFFER_BYTES)
        flush();
    va_start(arguments, format);
    int n = vsnprintf(self.buffer + self.used, LINE_BYTES, format, arguments);
    va_end(arguments);
    if (n < 0 || n >= LINE_BYTES)
        die(0, "trace: an event is too long");
    self.used += (size_t)n;
}

static void name_line(size_t number, const char *name)
{
    line("{\"ph\":\"M\",\"pid\":1,\"tid\":%zu,\"name\":\"thread_name\","
         "\"args\":{\"name\":\"%s\"}},\n",
         number, name);
}

/* `more` are arguments besides the core, each with a comma before it. */
static void slice(size_t on, const char *category, const char *name,
                  const char *more, uint64_t began, uint64_t ended)
{
    uint64_t from = began - opened, length = ended - began;
    line("{\"ph\":\"X\",\"pid\":1,\"tid\":%zu,\"cat\":\"%s\",\"name\":\"%s\","
         "\"ts\":%" PRIu64 ".%03u,\"dur\":%" PRIu64 ".%03u,"
         "\"args\":{\"core\":%d%s}},\n",
         on, category, name, from / NS_PER_US, (unsigned)(from % NS_PER_US),
         length / NS_PER_US, (unsigned)(length % NS_PER_US), sched_getcpu(),
         more);
}

/* -------------------------------------------------------------- the file */

void trace_open(const char *file, const struct run *run)
{
    descriptor =
        open(file, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);
    if (descriptor < 0)
        die(errno, "--trace %s", file);
    trace_on = true;
    opened = clock_now();
    static const char *const around[] = {
        "{\"displayTimeUnit\":\"ms\",\"otherData\":", ",\"traceEvents\":[\n"};
    char *head = trace_head(run);
    write_all(around[0], strlen(around[0]));
    write_all(head, strlen(head));
    write_all(around[1], strlen(around[1]));
    free(head);
}

int trace_descriptor(void)
{
    return descriptor;
}

uint64_t trace_opened(void)
{
    return opened;
}

void trace_adopt(int inherited, uint64_t when)
{
    descriptor = inherited;
    opened = when;
    trace_on = true;
}

/* Written at once: a worker forked from here must not inherit the line. */
void trace_round(uint64_t round)
{
    if (!trace_on)
        return;
    uint64_t now = clock_now() - opened;
    line("{\"ph\":\"i\",\"s\":\"g\",\"pid\":1,\"tid\":0,\"name\":\"round "
         "%" PRIu64 "\",\"ts\":%" PRIu64 ".%03u},\n",
         round, now / NS_PER_US, (unsigned)(now % NS_PER_US));
    flush();
}

void trace_counter(const char *name, uint64_t value)
{
    if (!trace_on)
        return;
    uint64_t now = clock_now() - opened;
    line("{\"ph\":\"C\",\"pid\":1,\"tid\":0,\"name\":\"%.60s\",\"ts\":%" PRIu64
         ".%03u,\"args\":{\"value\":%" PRIu64 "}},\n",
         name, now / NS_PER_US, (unsigned)(now % NS_PER_US), value);
}

/* The last event carries no comma, which makes the document complete. */
void trace_close(const char *title)
{
    if (!trace_on)
        return;
    line("{\"ph\":\"M\",\"pid\":1,\"tid\":0,\"name\":\"process_name\","
         "\"args\":{\"name\":\"%s\"}}\n]}\n",
         title);
    trace_leave();
    if (close(descriptor) != 0)
        die(errno, "trace");
    trace_on = false;
}

/* --------------------------------------------------------------- workers */

void trace_enter(size_t index)
{
    char name[NAME_BYTES];
    if (!trace_on)
        return;
    self.entered = true;
    self.worker = self.line = index;
    self.current = NULL;
    snprintf(name, sizeof name, "worker %zu", index);
    name_line(index, name);
}

void trace_leave(void)
{
    self.entered = false;
    if (!trace_on || self.buffer == NULL)
        return;
    flush();
    free(self.buffer);
    self.buffer = NULL;
}

void trace_coroutine(size_t number)
{
    char name[NAME_BYTES];
    if (!trace_on)
        return;
    self.line = (self.worker + 1) * COROUTINE_LINES + number;
    snprintf(name, sizeof name, "worker %zu coroutine %zu", self.worker,
             number);
    name_line(self.line, name);
}

/* ---------------------------------------------------------------- slices */

/* The time, later than any that this thread was told before. */
static uint64_t moment(void)
{
    uint64_t now = clock_now();
    return self.latest = now > self.latest ? now : self.latest + 1;
}

/* The thread's processor time, right to CPU_READ_NS. */
static uint64_t cpu_time(uint64_t now)
{
    if (now - self.cpu_read < CPU_READ_NS)
        return self.cpu + (now - self.cpu_read);
    self.cpu_read = now;
    return self.cpu = clock_thread_cpu();
}

/* Processor time is read inside of the slice: reading it is a system call, and
 * a thread that is to lose its core often does so at the end of one. */
static void run_begin(struct trace_item *item)
{
    item->run_began = moment();
    item->cpu_began = cpu_time(item->run_began);
}

static void run_end(struct trace_item *item)
{
    item->cpu_ended = cpu_time(clock_now());
    item->wait_began = moment();
}

static void run_slice(const struct trace_item *item)
{
    char more[NAME_BYTES];
    uint64_t length = item->wait_began - item->run_began;
    uint64_t cpu = item->cpu_ended > item->cpu_began
                       ? item->cpu_ended - item->cpu_began
                       : 0;
    if (cpu > length)
        cpu = length;
    snprintf(more, sizeof more, ",\"cpu_us\":%" PRIu64 ".%03u", cpu / NS_PER_US,
             (unsigned)(cpu % NS_PER_US));
    slice(item->line, "run", "run", more, item->run_began, item->wait_began);
}

static void begin(struct trace_item *item, const char *what, uint64_t i)
{
    *item = (struct trace_item){.outer = self.current,
                                .what = what,
                                .item = i,
                                .began = moment(),
                                .line = self.line,
                                .traced = true};
    self.current = item;
    run_begin(item);
}

void trace_item_begin(struct trace_item *item, uint64_t i)
{
    begin(item, NULL, i);
}

void trace_stage_begin(struct trace_item *item, const char *stage, uint64_t i)
{
    begin(item, stage, i);
}

void trace_branch_begin(struct trace_item *item)
{
    item->traced = false;
    if (self.entered && self.current == NULL)
        begin(item, "branch", UINT64_MAX);
}

static void item_slice(const struct trace_item *item)
{
    char name[NAME_BYTES], more[2 * NAME_BYTES] = "";
    if (item->item == UINT64_MAX) {
        slice(item->line, "branch", item->what, more, item->began, moment());
        return;
    }
    snprintf(name, sizeof name, "%.40s %" PRIu64,
             item->what == NULL ? "item" : item->what, item->item);
    if (item->what == NULL)
        snprintf(more, sizeof more, ",\"item\":%" PRIu64, item->item);
    else
        snprintf(more, sizeof more, ",\"item\":%" PRIu64 ",\"stage\":\"%.40s\"",
                 item->item, item->what);
    slice(item->line, "item", name, more, item->began, moment());
}

void trace_item_end(struct trace_item *item)
{
    if (!item->traced)
        return;
    run_end(item);
    run_slice(item);
    item_slice(item);
    self.current = item->outer;
    self.line = item->line;
}

/* --------------------------------------------------------------- waiting */

struct trace_item *trace_await_begin(uint64_t ns)
{
    struct trace_item *item = self.current;
    if (item == NULL && !self.entered)
        return NULL;
    if (item == NULL) {
        item = &self.idle;
        *item = (struct trace_item){.line = self.line};
    }
    /* Coroutines that go on meanwhile are not inside this item. */
    self.current = NULL;
    run_end(item);
    item->due = ns == 0 ? 0 : item->wait_began + ns;
    return item;
}

/* The item goes on; a wait outside of any item leaves the thread idle. */
static void go_on(struct trace_item *item)
{
    if (!item->traced)
        return;
    self.current = item;
    run_begin(item);
}

void trace_await_end(struct trace_item *item, const char *what)
{
    if (item == NULL)
        return;
    uint64_t now = moment();
    uint64_t ready = item->due != 0 ? item->due : self.ready;
    if (ready <= item->wait_began || ready + LEAST_RUNNABLE_NS > now)
        ready = now;
    if (item->traced) {
        run_slice(item);
        slice(item->line, "wait", what, "", item->wait_began, ready);
        if (ready < now)
            slice(item->line, "runnable", "runnable", "", ready, now);
    }
    go_on(item);
}

/* One that is too short to be seen leaves the running slice whole. */
void trace_runnable_end(struct trace_item *item, const char *what)
{
    if (item == NULL)
        return;
    uint64_t now = moment();
    if (now - item->wait_began < LEAST_RUNNABLE_NS) {
        self.current = item->traced ? item : NULL;
        return;
    }
    if (item->traced)
        run_slice(item);
    slice(item->line, "runnable", what, "", item->wait_began, now);
    go_on(item);
}

void trace_ready(void)
{
    if (trace_on)
        self.ready = clock_now();
}
