/*
 * stats.h - what the parts of the statistics program share.
 * SPDX-License-Identifier: MIT
 *
 * The flow is one way: a run directory is read (stats_results.c), each arm
 * is estimated (stats_estimate.c), arms are gathered into charts
 * (stats_charts.c), and four writers show them: summary.csv
 * (stats_summary.c), the terminal (stats_table.c), gnuplot (stats_plot.c)
 * and the report (stats_words.c).
 *
 * Words used throughout: an *arm* is one command of the plan; a *block* runs
 * every arm once, in random order; a *sample* is one timed run of one arm.
 */
#ifndef STATS_H
#define STATS_H

#include "lib/disturbance.h"
#include "lib/interval.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <jansson.h>

enum {
    BLOCKS_LEAST = 6, /* fewer have no 95 % interval: lib/interval.h */
    DISTURBANCES = 4, /* kinds of lib/disturbance.h */
};

enum {
    ALARM_ABOVE_CEILING = 1, /* faster than its cores allow */
    ALARM_CPU_TIME = 2,      /* used more processor time than there was */
    ALARM_CLOCKS = 4,        /* claims more time than the outer clock has */
    ALARM_LATENCY = 8,       /* its items waited less than they must */
    ALARMS = 4,              /* how many there are: 1, 2, 4, 8 */
};

/* What is known of an arm once its blocks are summarised. Numbers that could
 * not be had are NaN. */
struct estimate {
    size_t blocks;           /* with an ok sample */
    struct interval elapsed; /* seconds that count: see stats_estimate.c */
    struct interval whole;   /* seconds, by the outer clock */
    struct interval start;   /* of these, neither elapsed nor set-up */
    struct interval speedup; /* over sequential, same kernel */
    struct interval self;    /* over the same strategy, one worker */
    double ceiling;          /* the speedup that would be ideal */
    double efficiency;       /* speedup / ceiling */
    double cpu_s;
    double inflight;         /* items under way at once */
    struct interval rate;    /* items per second */
    struct interval cost_ns; /* of one increment: arms of chart counters */
    /* Seconds from the beginning of an item to its end: half of the items of a
     * run took at most p50, 99 of 100 at most p99. Over blocks, as ever. */
    struct interval item_p50, item_p90, item_p99;
    struct interval item_tail; /* p99 over p50 */
    double item_most;          /* the longest item of all blocks */
    double lost_share, lost_most;
    size_t lost_runs, lost_known; /* runs that lost any; that counted it */
    struct interval twin;         /* apparent ratio to the same arm */
    /* Compared with the best of its chart, at the ends of the lines: how many
     * times as fast, and how probable so one-sided a difference is by chance,
     * alone and among all of the chart (lib/family.h). */
    struct interval to_best;
    double p_sign, p_holm;
    double cpu_load;     /* processor time over what its cores had */
    double latency_load; /* waiting time over the least there must be */
    unsigned alarms;
};

/* One timed run, as a line of samples.jsonl tells it. */
struct sample {
    char *session;
    long block;
    char *arm;
    char *verdict, *reason;
    double wall_s, cpu_s;     /* the whole process, by hyperfine */
    double inside_s, setup_s; /* by the child itself, or NaN; the second
                                 holds set-up and checking */
    double inflight, lost;    /* by the child itself, or NaN */
    double work, increments;  /* items x rounds; times size */
    double item_p50_s, item_p90_s, item_p99_s, item_max_s; /* or NaN */
    double item_least_s;    /* how long an item must wait at least, or NaN */
    double effective_cores; /* that there were meanwhile, or NaN */
    json_t *inside;         /* the row of the child itself */
    json_t *flags;          /* names of outside disturbances */
    json_t *outside;        /* what went on beside it: disturbance.h */
    struct arm *of;         /* NULL: not of the last session or plan, or of
                               the warm-up */
};

/* One command of the plan. */
struct arm {
    char *cells[15]; /* the columns of plan.tsv, as text */
    const char *name, *chart, *role, *strategy, *kernel, *bound, *items,
        *command;
    /* Of which experiment, as which line of its chart, and where on it. In
     * plans that do not say: the chart, the strategy, and nothing. */
    const char *experiment, *series, *x, *size;
    const char *same; /* the arm whose command it has and that was run for
                         both, or "" */
    long workers, cores;
    const struct sample **runs; /* per block: its ok sample, or NULL */
    size_t right, failed;       /* samples that are ok, and that are not */
    bool wrong; /* any of them a wrong answer: then runs has none */
    const struct sample *failure;
    size_t position; /* of its strategy among all, sorted by name */
    /* Whom it is compared with; NULL where the plan has no such arm. */
    const struct arm *blank, *sequential, *alone, *original;
    struct estimate estimate;
};

/* How often samples carry one flag ("steal", "throttled", ...). */
struct flag {
    const char *name;
    size_t samples;
};

/* One block, as it is judged. */
struct block {
    long number;
    struct disturbance beside;
    unsigned disturbed; /* 0, or bits of disturbance.h */
};

/* A run directory, read. */
struct results {
    const char *directory;
    bool tell;
    json_t *machine;        /* an object; empty when there is no machine.json */
    double effective_cores; /* by machine.json; NaN where it does not say */
    double quota;           /* of processor time, in cores; 0: none */
    char *plan;             /* its name: "quick"; "" when not known */
    json_t *experiments;    /* of session.json, an array; or NULL */
    struct arm *arms;
    size_t arms_n;
    struct sample *samples;
    size_t samples_n;
    long *blocks; /* the numbers of the blocks that count, ascending */
    size_t blocks_n;
    size_t disturbed_n; /* blocks disturbed from outside */
    size_t left_out_n;  /* of these, those that do not count: all or none */
    size_t disturbed_by[DISTURBANCES]; /* by reason: bit 0, 1, ... */
    struct flag *flags;
    size_t flags_n, flagged_n, measured_n; /* samples, of all blocks */
    size_t counted_n;                      /* of the blocks that count */
};

enum {
    GAP_MISSING = 1,    /* a point of the plan between them was not measured */
    GAP_OTHER_WORK = 2, /* other items, or the same x with other workers */
};

/* One line of a chart, and its row beside it. Points ascend in x. */
struct point {
    double x, y, low, high;
    const struct arm *arm;
    unsigned alarm; /* 0, or why it cannot be believed: ALARM_... */
    unsigned gap;   /* 0, or why no line joins it to the one before */
    bool beyond;    /* more workers than cores, in a chart of speedups: its line
                       goes on there, but its row is about a point before */
};

struct series {
    char label[96];
    size_t style; /* colour and mark: scripts/style.gp */
    struct point *points;
    size_t points_n;
    struct interval right; /* of the dots, in a chart of kind CHART_CURVES */
    const struct arm *missing; /* set when there is no point at all */
};

/* The last kind is that of all experiments that say themselves what they draw:
 * stats_curves.h. */
enum chart_kind { CHART_SPEEDUP, CHART_INFLIGHT, CHART_COUNTERS, CHART_CURVES };

struct chart {
    char name[128]; /* the file name without its ending */
    enum chart_kind kind;
    const char *kernel;          /* NULL: several */
    struct series *series;       /* by the last point's y, highest first */
    size_t series_n, measured_n; /* the missing ones come last */
    struct curve *curve;         /* NULL but for CHART_CURVES */
};

struct charts {
    struct chart *list;
    size_t n;
};

/* stats.c */
_Noreturn void fail(const char *what, const char *why);
void *allocate(size_t n, size_t bytes);

/* stats_results.c: dies with one line when the directory is no run. What is
 * left out of a run that is read is told on stderr when `tell` is set. */
struct results *results_load(const char *directory, bool tell);
void results_free(struct results *results);
bool arm_is(const struct arm *arm, const char *role);
/* Why an arm has no numbers, or what went wrong beside them; "" if nothing
 * did. The text is valid until the next call. */
const char *arm_reason(const struct arm *arm);
const char *arm_verdict(const struct arm *arm);
/* The value of a key of machine.json as text, or NULL when it is none of
 * text, number or truth. The text is valid until the next call. */
const char *machine_text(const struct results *results, const char *key);

/* stats_blocks.c */
/* Lists the blocks that count, once the samples have been placed. */
void blocks_choose(struct results *results);
/* "12 blocks (2 more disturbed: left out)": for the foot of a chart. Valid
 * until the next call. */
const char *blocks_text(const struct results *results);
/* The same in sentences, with the reasons, on standard output. */
void blocks_words(const struct results *results);

/* stats_estimate.c */
void estimate_all(struct results *results);
/* log(base / own) of the elapsed times in one block: how many times as fast as
 * `base`. NaN where either was not measured. */
double log_ratio(const struct arm *base, const struct arm *own, size_t block);
/* Seconds that count, of one block; NaN where there are none. */
double elapsed_s(const struct arm *arm, size_t block);
/* The twin that differs most, or NULL: what the machine's noise looks like. */
const struct arm *noisiest_twin(const struct results *results);

/* stats_family.c */
/* Compares the arms at the ends of every chart's lines with the best of them.
 * Comes after estimate_all. */
void families_compare(struct results *results);
/* The series whose end is the best of a chart; NULL where none was measured. */
const struct series *chart_best(const struct chart *chart);
/* Whether enough blocks were measured to show any difference from the best,
 * and how many it takes for so many comparisons. */
bool family_can_decide(const struct chart *chart, size_t *comparisons,
                       size_t *needed);
/* Whether an arm was compared with the best and chance is explanation enough
 * for what was found. */
bool cannot_be_told_apart(const struct arm *arm);

/* stats_titles.c: the texts of a chart, as constants for gnuplot. */
void titles_write(FILE *out, const struct results *results,
                  const struct chart *chart);

/* stats_bound.c: what the arms of a chart are compared with, or NULL; the
 * same in words, with seconds and their interval. Texts are valid until the
 * next call. */
const struct arm *bound_base(const struct results *results,
                             const struct chart *chart);
const char *bound_base_text(const struct results *results,
                            const struct chart *chart);
/* "134 ms [131, 139]". */
const char *seconds_interval_text(const struct interval *seconds);
/* The least y that the bound has at x; NaN when there is no bound. */
double bound_least(const struct results *results, const struct chart *chart,
                   double x);
/* $bound, bound_n and $bound_names for gnuplot, from x = low to high. */
void bound_write(FILE *out, const struct results *results,
                 const struct chart *chart, double low, double high);

/* stats_factors.c: rows for the report, tab-separated, the first their head. */
void factor_rows(const struct results *results);
void left_out_rows(const struct results *results);
void certificate_rows(const struct results *results);
/* stats_lines.c: the arms of experiments that have no chart of their own. */
void line_rows(const struct results *results);

/* stats_oversubscribed.c: points with more workers than cores. */
/* Whether a line of the chart has any; the chart is one of speedups. */
bool chart_goes_beyond(const struct chart *chart);
/* How high the ideal of a chart of speedups rises, up to x_high. */
double beyond_room(const struct chart *chart, double x_high);
/* Makes the lower axis logarithmic where it goes beyond the cores. */
void beyond_axis(const struct chart *chart, double *x_low, double *x_high,
                 bool *x_log);
/* x_log and cores_edge for gnuplot, where the region begins, or 0; and tics
 * that suit it. */
void beyond_write(FILE *out, const struct chart *chart);
/* What so many workers gained or cost, as a sentence on standard output. */
void beyond_words(const struct results *results, const struct chart *chart);

/* stats_law_curve.c: what else a chart of speedups shows, for gnuplot: the
 * speedup over itself, a law of scaling with its band, the shaded region. */
void speedup_write(FILE *out, const struct results *results,
                   const struct chart *chart);

/* stats_charts.c */
struct charts charts_build(const struct results *results);
void charts_free(struct charts *charts);
/* The point that a series is compared by: its last one, of those within the
 * cores if there is one. NULL where it has none. */
const struct point *series_answer(const struct series *series);
const struct arm *series_arm(const struct series *series);
/* All of an arm's alarms, separated by semicolons, or "". Valid until the next
 * call. */
const char *alarm_text(unsigned alarms);
/* One alarm with the figures it rests on. Valid until the next call. */
const char *alarm_figures(const struct arm *arm, unsigned alarm);
const char *seconds_text(double seconds);
const char *noise_text(const struct results *results);

/* stats_headline.c: what the run shows, in two or three sentences, a line each;
 * "" when it compares nothing with sequential. The caller frees. */
char *headline_text(const struct results *results);

/* stats_best.c: the best strategy for each kernel, as rows and for the
 * terminal. */
int best_rows(const struct results *results);
void bests_print(const struct results *results);

/* stats_table.c: lines of at most 79 signs, broken at blanks; those of the text
 * remain. Whether colours may be used on standard output. */
void print_wrapped(const char *text);
bool terminal_is_coloured(void);

/* The writers. Each answers the exit status. */
int summary_write(const struct results *results);
/* The numbers of all charts, too, when `all` is set; without lessons where
 * their directory is NULL. */
int table_print(const struct results *results, const char *lessons, bool all);
int plot_write(const struct results *results);
int words_print(const struct results *results, const char *what);

/* stats_words.c: prints the ends of an interval: " (95 % interval 1.2 to 1.4)"
 * where words_print names one for the first time, " (1.2 to 1.4)" after that.
 * `ends` is as for printf. */
__attribute__((format(printf, 1, 2))) void say_ends(const char *ends, ...);
int rows_print(const struct results *results, const char *what);

/* stats_summary.c: a file under the run directory that appears whole or not
 * at all. */
FILE *file_begin(const struct results *results, const char *name);
void file_end(const struct results *results, const char *name, FILE *file);

#endif
