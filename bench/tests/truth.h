/*
 * truth.h - what the parts of the truth program share.
 * SPDX-License-Identifier: MIT
 *
 * The flow: a world says what the true times are and what a run of them
 * looks like on a machine that is noisy and drifts (truth_world.c). A session
 * is a plan that was run in that world (truth_session.c). From many sessions
 * it is counted how often an interval holds the truth (truth_coverage.c,
 * truth_beyond.c), and how far off an estimate is (truth_drift.c). Real runs of
 * a program whose work is known do the same on this machine
 * (truth_physical.c). Sessions are shared out over processes and judged in
 * truth_jobs.c.
 */
#ifndef TRUTH_H
#define TRUTH_H

#include <gsl/gsl_rng.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../scripts/lib/interval.h"

/* ---------------------------------------------------------------- world */

enum noise {
    NOISE_CLEAN,
    NOISE_BIMODAL,
    NOISE_EXPONENTIAL,
    NOISE_CONTAMINATED,
    NOISES,
};

enum drift { DRIFT_NONE, DRIFT_LINEAR, DRIFT_STEP, DRIFT_AR1, DRIFTS };

struct world {
    double share;       /* that is serial, of the work of the first arms */
    enum noise noise;   /* what a run has for itself */
    enum drift drift;   /* what the machine does to all runs of a time */
    double drift_times; /* so many times the usual height of the drift */
    double relaxation;  /* of AR(1), in blocks; 0: the usual */
    double delay_s;     /* mean of what is added to each run, not multiplied */
    size_t arms;        /* in the plan; 0: ARMS */
};

extern const char *const noise_names[NOISES], *const drift_names[DRIFTS];

/* How the machine goes through one session. */
struct weather {
    const struct world *world;
    gsl_rng *random;
    double now_s, session_s, relaxation_s;
    double height; /* of the drift, as a log; its sign is drawn */
    double moment; /* of a step, in parts of the session */
    double level, level_at_s;
};

/* A session that should take about session_s, of blocks that take block_s. */
struct weather weather_begin(const struct world *world, double block_s,
                             double session_s, gsl_rng *random);
/* How long a run takes that would take nominal_s on a quiet machine. Time
 * goes on by it. */
double weather_run(struct weather *weather, double nominal_s);

/* -------------------------------------------------------------- session */

enum {
    BLOCKS = 20,
    COUNTS = 4, /* of workers: arms 0 to 3 */
    ARM_ONE = 0,
    ARM_TWIN = COUNTS, /* arm and twin: the same */
    ARM_TWIN_AGAIN,
    ARM_MORE, /* MORE times the work of the twins */
    WATCHED,  /* what follows is there to take time */
    ARMS = 32,
};

#define MORE 1.03

extern const double workers_of[COUNTS];

struct session {
    double seconds[BLOCKS][ARMS];
};

/* What an arm takes where nothing disturbs it. */
double arm_nominal(const struct world *world, size_t arm);

/* Runs the plan in blocks, in the order in which a sweep runs them. */
void session_in_blocks(struct session *session, const struct world *world,
                       gsl_rng *random);
/* Runs every arm BLOCKS times in a row, one arm after the other in random
 * order: what one hyperfine call per arm does. */
void session_by_arm(struct session *session, const struct world *world,
                    gsl_rng *random);

/* Over the first `blocks` blocks, by the functions that the tools use. */
struct interval session_share(const struct session *session, size_t blocks);
/* Of log(seconds of `base` / seconds of `arm`). */
struct interval session_log_ratio(const struct session *session, size_t base,
                                  size_t arm, size_t blocks);

/* ----------------------------------------------------------------- jobs */

struct asked {
    size_t sessions; /* in each cell */
    unsigned jobs;   /* processes at once */
    unsigned long seed;
    bool strict; /* the figures themselves, not what chance allows */
};

/* Does job(i, result of i) for all i < n in several processes. Each result
 * has `bytes` bytes, all 0 at first. The caller frees with jobs_free. Dies
 * when a process does. */
void *jobs_run(const struct asked *asked, size_t n, size_t bytes,
               void (*job)(const struct asked *asked, size_t i, void *result));
void jobs_free(void *results, size_t n, size_t bytes);

/* A stream of random numbers of its own for each job. */
gsl_rng *jobs_random(const struct asked *asked, size_t i);

/*
 * Whether `hits` of n may come from a share between low and high: no share in
 * this range gives so few, or so many, with less than this chance.
 */
bool count_possible(size_t hits, size_t n, double low, double high,
                    double chance);

/*
 * Whether the share hits / n lies between low and high, if that was asked for;
 * else whether it may come from there, but for a chance of 1 in 10^9, so that
 * some hundred such questions are answered wrongly once in ten million.
 */
bool share_within(const struct asked *asked, size_t hits, size_t n, double low,
                  double high);

/* Says what was looked at; counts what does not hold. */
void holds(bool good, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* So many did not hold. */
size_t holds_failed(void);

/* ----------------------------------------------------------------- cells */

enum {
    LENGTHS = 6,         /* of sessions: 6, 8, 9, 12, 14 and all blocks */
    QUANTITIES = COUNTS, /* the share, then S(n) of every n but 1 */
};

extern const char *const quantity_names[QUANTITIES];

/* Of the sessions in one world: how many had an interval that held the truth,
 * called the twins different, found the arm that does more. */
struct cell {
    size_t held[LENGTHS][QUANTITIES];
    size_t false_alarms[LENGTHS], found[LENGTHS];
};

/* Adds asked->sessions sessions, by the stream of random numbers of this
 * number. */
void cell_run(struct cell *cell, const struct world *world,
              const struct asked *asked, size_t stream);

/* ------------------------------------------------------------- questions */

void truth_coverage(const struct asked *asked);
void truth_delay(const struct asked *asked);
void truth_harsh(const struct asked *asked);
void truth_drift(const struct asked *asked);
void truth_physical(const struct asked *asked);

#endif
