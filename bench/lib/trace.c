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
#include <unistd.h>

enum {
    BUFFER_BYTES = 64 * 1024,
    LINE_BYTES = 256,
    /* Lines of coroutines are numbered above every worker's. */
    COROUTINE_LINES = 1000000,
};

bool trace_on;
static int descriptor = -1;

static _Thread_local struct {
    char *buffer;
    size_t used;
    size_t worker, line;
    struct trace_item *current;
} self;

static void flush(void)
{
    size_t done = 0;
    while (done < self.used) {
        ssize_t n = write(descriptor, self.buffer + done, self.used - done);
        if (n < 0 && errno != EINTR)
            die(errno, "trace");
        done += n > 0 ? (size_t)n : 0;
    }
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
    self.used += (size_t)vsnprintf(self.buffer + self.used, LINE_BYTES, format,
                                   arguments);
    va_end(arguments);
}

static void name_line(size_t number, const char *what, size_t index)
{
    line("{\"ph\":\"M\",\"pid\":1,\"tid\":%zu,\"name\":\"thread_name\","
         "\"args\":{\"name\":\"%s %zu\"}},\n",
         number, what, index);
}

static void slice(const char *name, size_t on, uint64_t began, uint64_t ended)
{
    line("{\"ph\":\"X\",\"pid\":1,\"tid\":%zu,\"name\":\"%s\","
         "\"ts\":%" PRIu64 ".%03u,\"dur\":%" PRIu64 ".%03u,"
         "\"args\":{\"core\":%d}},\n",
         on, name, began / NS_PER_US, (unsigned)(began % NS_PER_US),
         (ended - began) / NS_PER_US, (unsigned)((ended - began) % NS_PER_US),
         sched_getcpu());
}

void trace_open(const char *file)
{
    descriptor =
        open(file, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);
    if (descriptor < 0)
        die(errno, "--trace %s", file);
    trace_on = true;
    line("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n");
    flush();
}

int trace_descriptor(void)
{
    return descriptor;
}

void trace_adopt(int inherited)
{
    descriptor = inherited;
    trace_on = true;
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

void trace_enter(size_t index)
{
    if (!trace_on)
        return;
    self.worker = self.line = index;
    name_line(index, "worker", index);
}

void trace_leave(void)
{
    if (!trace_on || self.buffer == NULL)
        return;
    flush();
    free(self.buffer);
    self.buffer = NULL;
}

void trace_coroutine(size_t number)
{
    if (!trace_on)
        return;
    self.line = (self.worker + 1) * COROUTINE_LINES + number;
    name_line(self.line, "coroutine", number);
}

void trace_item_begin(struct trace_item *item, uint64_t i)
{
    *item = (struct trace_item){.outer = self.current,
                                .item = i,
                                .began = clock_now(),
                                .line = self.line};
    item->segment_began = item->began;
    self.current = item;
}

void trace_item_end(struct trace_item *item)
{
    char name[40];
    uint64_t now = clock_now();
    snprintf(name, sizeof name, "item %" PRIu64, item->item);
    slice("run", item->line, item->segment_began, now);
    slice(name, item->line, item->began, now);
    self.current = item->outer;
    self.line = item->line;
}

struct trace_item *trace_await_begin(void)
{
    struct trace_item *item = self.current;
    if (item == NULL)
        return NULL;
    uint64_t now = clock_now();
    slice("run", item->line, item->segment_began, now);
    item->segment_began = now;
    return item;
}

void trace_await_end(struct trace_item *item, const char *what)
{
    if (item == NULL)
        return;
    uint64_t now = clock_now();
    slice(what, item->line, item->segment_began, now);
    item->segment_began = now;
    self.current = item;
}
