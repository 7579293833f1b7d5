/*
 * sweep_samples.c - samples.jsonl, the only source of truth of a run.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: a file that survives being killed at any moment. It is only ever
 * appended to, one line with one write(2); a write that was cut short leaves
 * a line without an end, which the next opening cuts off. So a sweep that
 * goes on after a power cut knows exactly which runs it has.
 * Left out: repairing a line that was damaged later. It is passed over, and
 * its arm is run again.
 */
#include "sweep.h"

#include "../bench/lib/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Makes room to mark block `block`. */
static void samples_reach(struct samples *samples, unsigned block)
{
    if (block < samples->blocks)
        return;
    size_t blocks = block + 16;
    samples->done = realloc(samples->done, blocks * samples->arms + 1);
    if (samples->done == NULL)
        die(ENOMEM, "memory");
    memset(samples->done + samples->blocks * samples->arms, false,
           (blocks - samples->blocks) * samples->arms);
    samples->disturbed =
        realloc(samples->disturbed, blocks * sizeof *samples->disturbed);
    if (samples->disturbed == NULL)
        die(ENOMEM, "memory");
    memset(samples->disturbed + samples->blocks, 0,
           (blocks - samples->blocks) * sizeof *samples->disturbed);
    samples->blocks = blocks;
}

static const char *verdict_of(const json_t *sample)
{
    const char *text = json_string_value(json_object_get(sample, "verdict"));
    return text == NULL ? "" : text;
}

/* Books a sample, fresh or read back. */
static void samples_note(struct samples *samples, unsigned block, size_t arm,
                         const json_t *sample)
{
    samples_reach(samples, block);
    samples->done[block * samples->arms + arm] = true;
    disturbance_add(&samples->disturbed[block],
                    json_object_get(sample, "outside"));
    double wall_s =
        json_number_value(json_object_get(sample, "wall_ns")) / NS_PER_S;
    samples->count++;
    samples->took_s[arm] = wall_s;
    samples->spent_s += wall_s;
    if (wall_s > samples->slowest_s)
        samples->slowest_s = wall_s;
    if (strcmp(verdict_of(sample), "ok") != 0 &&
        strcmp(verdict_of(sample), "unsupported") != 0)
        samples->failed++;
}

static size_t arm_named(const struct plan *plan, const char *id)
{
    for (size_t i = 0; id != NULL && i < plan->count; i++)
        if (strcmp(plan->arms[i].id, id) == 0)
            return i;
    return plan->count;
}

/* Books one line read back; false when it is no sample of this plan. */
static bool samples_take(struct samples *samples, struct plan *plan,
                         const char *line, size_t bytes)
{
    json_t *sample = json_loadb(line, bytes, 0, NULL);
    const json_t *block = json_object_get(sample, "block");
    size_t arm =
        arm_named(plan, json_string_value(json_object_get(sample, "arm")));
    bool good = json_is_integer(block) && json_integer_value(block) >= 0 &&
                json_integer_value(block) < 1000000 && arm < plan->count;
    if (good) {
        struct arm *known = &plan->arms[arm];
        samples_note(samples, (unsigned)json_integer_value(block), arm, sample);
        if (strcmp(verdict_of(sample), "unsupported") == 0 &&
            known->closed == NULL) {
            const char *reason =
                json_string_value(json_object_get(sample, "reason"));
            known->closed = text_copy(reason == NULL ? "" : reason);
            known->closed_verdict = "unsupported";
        }
    }
    json_decref(sample);
    return good;
}

/* Reads what is there and cuts off a last line without an end. */
static void samples_load(struct samples *samples, struct plan *plan)
{
    FILE *file = fopen(samples->path, "re");
    if (file == NULL)
        die(errno, "%s", samples->path);
    char *line = NULL;
    size_t room = 0, broken = 0;
    ssize_t n;
    while ((n = getline(&line, &room, file)) > 0 && line[n - 1] == '\n') {
        samples->bytes += n;
        broken += !samples_take(samples, plan, line, (size_t)n);
    }
    free(line);
    fclose(file);
    if (ftruncate(samples->file, samples->bytes) != 0)
        die(errno, "%s", samples->path);
    if (broken > 0)
        fprintf(stderr, "sweep: %s: %zu line%s passed over: not a sample\n",
                samples->path, broken, broken == 1 ? "" : "s");
}

struct samples samples_open(const struct session *session, struct plan *plan)
{
    struct samples samples = {.path = session_path(session, "samples.jsonl"),
                              .arms = plan->count};
    samples.file =
        open(samples.path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (samples.file < 0)
        die(errno, "%s", samples.path);
    for (size_t i = 0; i < plan->count; i++)
        samples.running += arm_runs(&plan->arms[i]);
    samples.took_s = calloc(plan->count + 1, sizeof *samples.took_s);
    if (samples.took_s == NULL)
        die(ENOMEM, "memory");
    samples_reach(&samples, 0);
    samples_load(&samples, plan);
    return samples;
}

bool samples_done(const struct samples *samples, unsigned block, size_t arm)
{
    return block < samples->blocks &&
           samples->done[block * samples->arms + arm];
}

bool samples_any(const struct samples *samples, size_t arm)
{
    for (unsigned block = 1; block < samples->blocks; block++)
        if (samples_done(samples, block, arm))
            return true;
    return false;
}

unsigned samples_judge(const struct samples *samples, unsigned block,
                       double cores)
{
    if (block >= samples->blocks)
        return 0;
    return disturbance_judge(&samples->disturbed[block], cores);
}

void samples_add(struct samples *samples, unsigned block, size_t arm,
                 json_t *sample, uint64_t harness_ns)
{
    uint64_t start = clock_now();
    json_object_set_new(json_object_get(sample, "outside"), "harness_ns",
                        json_integer((json_int_t)harness_ns +
                                     (json_int_t)samples->unbooked_ns));
    char *text = json_dumps(sample, JSON_COMPACT | JSON_REAL_PRECISION(6));
    if (text == NULL)
        die(ENOMEM, "%s", samples->path);
    char *line = text_format("%s\n", text);
    size_t bytes = strlen(line);
    ssize_t n = write(samples->file, line, bytes);
    if (n != (ssize_t)bytes) {
        /* The disk is full: take back the piece that went in. */
        int error = n < 0 ? errno : ENOSPC;
        if (ftruncate(samples->file, samples->bytes) != 0)
            error = errno;
        die(error, "%s: the last run is not kept", samples->path);
    }
    samples->bytes += n;
    samples_note(samples, block, arm, sample);
    json_decref(sample);
    free(line);
    free(text);
    samples->unbooked_ns = clock_now() - start;
}

double samples_block_s(const struct samples *samples)
{
    if (samples->count == 0)
        return 0;
    return samples->spent_s / (double)samples->count * (double)samples->running;
}

void samples_sync(struct samples *samples)
{
    uint64_t start = clock_now();
    if (fdatasync(samples->file) != 0)
        die(errno, "%s", samples->path);
    samples->unbooked_ns += clock_now() - start;
}

void samples_close(struct samples *samples)
{
    close(samples->file);
    free(samples->took_s);
    free(samples->done);
    free(samples->disturbed);
    free(samples->path);
}
