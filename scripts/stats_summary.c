/*
 * stats_summary.c - writes summary.csv: one row an arm, every number of it.
 *
 * Teaches: keep what the conclusion rests on beside it: both clocks and what
 * lies between them; the interval next to the median; the reason for a gap.
 * Look at: `alarm`. A row that carries one measured something impossible,
 * and neither it nor its neighbours should be believed before it is
 * explained.
 * New columns come last: readers that go by position go on as they are.
 * Left out: rounding. Digits are for programs; tables and charts round.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stats.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static char *file_path(const struct results *results, const char *name,
                       const char *ending)
{
    size_t bytes = strlen(results->directory) + strlen(name) + 16;
    char *path = allocate(bytes, 1);
    snprintf(path, bytes, "%s/%s%s", results->directory, name, ending);
    return path;
}

FILE *file_begin(const struct results *results, const char *name)
{
    char *path = file_path(results, name, ".part");
    FILE *file = fopen(path, "w");
    if (!file)
        fail(path, strerror(errno));
    free(path);
    return file;
}

void file_end(const struct results *results, const char *name, FILE *file)
{
    char *part = file_path(results, name, ".part");
    char *path = file_path(results, name, "");
    bool good = !ferror(file);
    good = !fclose(file) && good;
    if (!good || rename(part, path)) {
        int why = errno;
        remove(part);
        fail(path, strerror(why));
    }
    free(part);
    free(path);
}

/* Quoted where a comma or a quote asks for it (RFC 4180). */
static void put_text(FILE *out, const char *text)
{
    bool plain = !text[strcspn(text, ",\"\r\n")];
    if (plain) {
        fputs(text, out);
    } else {
        putc('"', out);
        for (; *text; text++) {
            if (*text == '"')
                putc('"', out);
            putc(*text, out);
        }
        putc('"', out);
    }
    putc(',', out);
}

/* An unknown or infinite number is an empty cell. */
static void put_number(FILE *out, double number)
{
    if (isfinite(number))
        fprintf(out, "%.12g", number);
    putc(',', out);
}

static void put_interval(FILE *out, const struct interval *interval)
{
    put_number(out, interval->middle);
    put_number(out, interval->low);
    put_number(out, interval->high);
}

static void put_arm(FILE *out, const struct arm *arm)
{
    const struct estimate *e = &arm->estimate;
    put_text(out, arm->chart);
    put_text(out, arm->role);
    put_text(out, arm->kernel);
    put_text(out, arm->strategy);
    fprintf(out, "%ld,%ld,", arm->workers, arm->cores);
    put_text(out, arm->items);
    put_number(out, e->inflight);
    fprintf(out, "%zu,", e->blocks);
    put_interval(out, &e->elapsed);
    put_number(out, e->whole.middle);
    put_number(out, e->start.middle);
    put_number(out, arm->blank ? arm->blank->estimate.start.middle : NAN);
    put_interval(out, &e->speedup);
    put_interval(out, &e->self);
    put_number(out, e->efficiency);
    put_number(out, e->cpu_s);
    put_interval(out, &e->rate);
    put_interval(out, &e->cost_ns);
    put_number(out, e->lost_share);
    put_number(out, e->lost_most);
    if (e->lost_known)
        fprintf(out, "%zu", e->lost_runs);
    putc(',', out);
    put_interval(out, &e->twin);
    put_text(out, arm_verdict(arm));
    put_text(out, arm_reason(arm));
    put_text(out, alarm_text(e->alarms));
    put_interval(out, &e->item_p50);
    put_interval(out, &e->item_p90);
    put_interval(out, &e->item_p99);
    put_number(out, e->item_most);
    put_number(out, e->to_best.middle);
    put_number(out, e->p_sign);
    put_number(out, e->p_holm);
    put_text(out, arm->experiment);
    put_text(out, arm->series);
    fprintf(out, "%s,%s\n", arm->x, arm->size);
}

int summary_write(const struct results *results)
{
    FILE *out = file_begin(results, "summary.csv");
    fputs("chart,role,kernel,strategy,workers,cores,items,inflight,blocks,"
          "elapsed_s,elapsed_low_s,elapsed_high_s,whole_s,start_s,"
          "blank_start_s,"
          "speedup,speedup_low,speedup_high,self_speedup,self_low,self_high,"
          "efficiency,cpu_s,rate_per_s,rate_low_per_s,rate_high_per_s,"
          "cost_ns,cost_low_ns,cost_high_ns,lost_share,lost_most,lost_runs,"
          "twin_ratio,twin_low,twin_high,verdict,reason,alarm,"
          "item_p50_s,item_p50_low_s,item_p50_high_s,item_p90_s,"
          "item_p90_low_s,item_p90_high_s,item_p99_s,item_p99_low_s,"
          "item_p99_high_s,item_max_s,ratio_to_best,p_sign,p_holm,"
          "experiment,series,x,size\n",
          out);
    for (size_t i = 0; i < results->arms_n; i++) {
        const struct arm *arm = &results->arms[i];
        put_arm(out, arm);
        if (arm->estimate.alarms)
            fprintf(stderr, "stats: alarm: %s %s, %ld workers: %s\n",
                    arm->strategy, arm->kernel, arm->workers,
                    alarm_text(arm->estimate.alarms));
    }
    file_end(results, "summary.csv", out);
    return 0;
}
