/*
 * report.c - what a run says at its end: text, JSON, a line in a log.
 * SPDX-License-Identifier: MIT
 */
#include "report.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---------------------------------------------------------------- JSON */

static void put(json_t *object, const char *key, uint64_t value)
{
    json_object_set_new(object, key, json_integer((json_int_t)value));
}

static void put_text(json_t *object, const char *key, const char *text)
{
    json_t *value = json_string(text);
    json_object_set_new(object, key, value != NULL ? value : json_null());
}

static json_t *options_object(const struct settings *settings)
{
    json_t *object = json_object();
    for (size_t d = 0; d < settings->declared_count; d++)
        if (!settings->declared[d].spec->hidden)
            put_text(object, settings->declared[d].spec->name,
                     settings->declared[d].text);
    return object;
}

static void put_measures(json_t *object, const struct report *report)
{
    const struct run *run = report->run;
    put(object, "wall_ns", report->wall_ns);
    put(object, "setup_ns", report->setup_ns);
    put(object, "check_ns", report->check_ns);
    put(object, "user_ns", report->user_ns);
    put(object, "sys_ns", report->sys_ns);
    put(object, "max_rss_bytes", report->max_rss_bytes);
    put(object, "item_bytes", report->item_bytes);
    put(object, "item_address_bytes", report->item_address_bytes);
    put(object, "voluntary_switches", report->voluntary_switches);
    put(object, "involuntary_switches", report->involuntary_switches);
    json_t *busy = json_array();
    for (size_t w = 0; w < run->workers; w++)
        json_array_append_new(
            busy, json_integer((json_int_t)memory.tallies[w].busy_ns));
    json_object_set_new(object, "worker_busy_ns", busy);
}

/* Of kernels that wait: how long one item takes, and the least that it can. */
static void put_latencies(json_t *object, const struct run *run)
{
    static const struct {
        const char *key;
        double share;
    } figures[] = {{"item_p50_ns", 0.5},
                   {"item_p90_ns", 0.9},
                   {"item_p99_ns", 0.99},
                   {"item_max_ns", 1}};
    if (memory.latency == NULL)
        return;
    for (size_t f = 0; f < sizeof figures / sizeof *figures; f++)
        put(object, figures[f].key,
            latency_percentile(memory.latency, figures[f].share));
    if (run->kernel->least_ns != NULL)
        put(object, "item_least_ns", run->kernel->least_ns(run));
}

static void put_figures(json_t *object, const struct verdict *verdict)
{
    for (size_t f = 0; f < VERDICT_FIGURES; f++)
        if (verdict->figures[f].name != NULL)
            put(object, verdict->figures[f].name, verdict->figures[f].value);
}

static json_t *report_object(const struct report *report)
{
    const struct run *run = report->run;
    char digest[DIGEST_TEXT], host[256] = "";
    bool ok = report->wrong[0] == '\0';
    json_t *object = json_object();

    digest_format(report->sum.digest, digest);
    (void)gethostname(host, sizeof host - 1);
    put(object, "schema", REPORT_SCHEMA);
    put_text(object, "strategy", program_invocation_short_name);
    put_text(object, "kernel", run->kernel->name);
    put(object, "items", run->items);
    put(object, "rounds", run->rounds);
    put(object, "size", run->size);
    put(object, "seed", run->seed);
    put(object, "workers", run->workers);
    put(object, "cores", memory.cores_count);
    put(object, "inflight", report->inflight);
    json_object_set_new(object, "options", options_object(report->settings));
    put_text(object, "digest", digest);
    json_object_set_new(object, "ok", json_boolean(ok));
    if (ok) {
        put_measures(object, report);
        put_latencies(object, run);
    } else {
        put_text(object, "error", report->wrong);
    }
    put_figures(object, &report->verdict);
    put_figures(object, &report->counted);
    put_text(object, "host", host);
    put_text(object, "started_at", report->started_at);
    return object;
}

/* One write, so that rows of programs that share the file do not mix. */
static void append(int log, const char *text)
{
    size_t length = strlen(text);
    char *row = malloc(length + 1);
    if (row == NULL)
        die(ENOMEM, "--log");
    memcpy(row, text, length);
    row[length] = '\n';
    ssize_t n = write(log, row, length + 1);
    if (n != (ssize_t)length + 1)
        die(n < 0 ? errno : ENOSPC, "--log");
    free(row);
}

/* ---------------------------------------------------------------- text */

static void print_latencies(void)
{
    const struct latency *latency = memory.latency;
    if (latency != NULL)
        printf("  items  half within %.6f s, 99 of 100 within %.6f s, the "
               "longest %.6f s\n",
               (double)latency_percentile(latency, 0.5) / 1e9,
               (double)latency_percentile(latency, 0.99) / 1e9,
               (double)latency_percentile(latency, 1) / 1e9);
}

static void print_text(const struct report *report)
{
    const struct run *run = report->run;
    char digest[DIGEST_TEXT];
    digest_format(report->sum.digest, digest);
    printf("%s %s: %" PRIu64 " items", program_invocation_short_name,
           run->kernel->name, run->items);
    if (run->rounds > 1)
        printf(" x %" PRIu64 " rounds", run->rounds);
    printf(", %zu worker%s on %zu core%s, %" PRIu64 " in flight\n",
           run->workers, run->workers == 1 ? "" : "s", memory.cores_count,
           memory.cores_count == 1 ? "" : "s", report->inflight);
    printf("  digest %s, right\n", digest);
    printf("  wall   %.6f s, after %.6f s of set-up\n",
           (double)report->wall_ns / 1e9, (double)report->setup_ns / 1e9);
    print_latencies();
    printf("  cpu    %.6f s user, %.6f s system\n",
           (double)report->user_ns / 1e9, (double)report->sys_ns / 1e9);
    printf("  memory %.1f MiB at most, %" PRIu64
           " bytes for each item in flight\n",
           (double)report->max_rss_bytes / 1048576, report->item_bytes);
    if (report->verdict.text[0] != '\0')
        printf("  note   %s\n", report->verdict.text);
    if (report->counted.text[0] != '\0')
        printf("  note   %s\n", report->counted.text);
}

int report_print(const struct report *report, int log)
{
    bool ok = report->wrong[0] == '\0';
    if (report->settings->json || log >= 0) {
        json_t *object = report_object(report);
        char *text = json_dumps(object, JSON_COMPACT);
        if (text == NULL)
            die(ENOMEM, "report");
        if (log >= 0)
            append(log, text);
        if (report->settings->json)
            puts(text);
        free(text);
        json_decref(object);
    }
    if (!report->settings->json && ok)
        print_text(report);
    if (!ok)
        fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name,
                report->run->kernel->name, report->wrong);
    if (fflush(stdout) != 0)
        die(errno, "standard output");
    return ok ? EXIT_RIGHT : EXIT_WRONG;
}
