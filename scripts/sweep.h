/*
 * sweep.h - what the parts of the sweep program share.
 * SPDX-License-Identifier: MIT
 *
 * The flow: the executables are asked what there is (sweep_catalogue.c) and
 * what the right answers are (sweep_trial.c). A plan is made from that
 * (sweep_plan.c), cut to the time there is (sweep_fit.c) and kept as a table
 * (sweep_table.c) in a run directory (sweep_session.c), beside a description
 * of the machine (sweep_machine.c). Then blocks are run (sweep.c), each in an
 * order of its own (lib/order.c). An arm is one hyperfine (sweep_arm.c) in
 * a tree of processes that can be ended (sweep_child.c), also when the sweep
 * is killed (sweep_orphans.c), watched from outside
 * (sweep_outside.c), and kept as one line (sweep_samples.c).
 *
 * Words used throughout: an *arm* is one command of the plan; a *block* runs
 * every arm once, in random order; a *sample* is one timed run of one arm.
 */
#ifndef SWEEP_H
#define SWEEP_H

#include <jansson.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "../bench/lib/die.h"
#include "lib/disturbance.h"
#include "lib/order.h"
#include "sweep_machine.h"

/* ---------------------------------------------------- what is asked for */

enum {
    MOST_COUNTS = 64,
    LEAST_BLOCKS = 6,     /* fewer cannot carry a 95 % interval */
    GOOD_BLOCKS = 9,      /* of fewer, the worst one alone is an end of it */
    MOST_BLOCKS = 20,     /* unless --blocks asks for more */
    QUICK_BUDGET_S = 250, /* of the five minutes that all of it may take */
    FULL_BUDGET_S = 2160, /* of forty */
    DEFAULT_LIMIT_S = 30,
};

/* When one line in place says how far the sweep has come. */
enum progress_when {
    PROGRESS_AUTO, /* on a terminal, unless NO_PROGRESS is set */
    PROGRESS_ALWAYS,
    PROGRESS_NEVER,
};

/* A list of words as the user wrote it, "a,b,c"; count 0 when not given. */
struct words {
    size_t count;
    char **list;
};

struct asked {
    const char *command; /* "plan" or "run", or something else */
    struct words kernels, strategies, experiments;
    size_t core_counts;
    unsigned cores[MOST_COUNTS]; /* ascending */
    bool full, resume, seed_given;
    bool granularity; /* tasks of all sizes, which the full plan has anyway */
    bool costs;       /* print what a plan takes, not the plan */
    enum progress_when progress;
    uint64_t seed;
    unsigned blocks;   /* exactly so many after block 0; 0: by budget */
    unsigned budget_s; /* 0: no limit */
    unsigned over_s;   /* seconds more that nine blocks may take */
    unsigned limit_s;  /* no run is given up earlier */
    char *build, *results;
    char *directory; /* of the experiments */
};

/* Reads the command line; ends the program when it makes no sense. */
struct asked asked_read(int argc, char **argv);
void asked_free(struct asked *asked);

/* ------------------------------------------------------------ catalogue */

struct strategy_entry {
    const char *name;
    bool one_worker, for_waiting, inflight_option;
};

struct kernel_entry {
    const char *name, *bound;
    const char *quick; /* arguments for a sweep of minutes */
};

struct catalogue {
    json_t *answers; /* owns the names below */
    struct strategy_entry *strategies;
    size_t strategies_n;
    struct kernel_entry *kernels;
    size_t kernels_n;
    size_t broken; /* executables that gave no list */
};

/* Asks every executable that build/strategies names. */
struct catalogue catalogue_read(const char *build);
void catalogue_free(struct catalogue *catalogue);
const struct strategy_entry *
catalogue_strategy(const struct catalogue *catalogue, const char *name);
const struct kernel_entry *catalogue_kernel(const struct catalogue *catalogue,
                                            const char *name);

struct experiments; /* sweep_experiment.h */
/* Ends the program when a name that was asked for is none of the catalogue's,
 * or no experiment's. */
void asked_check(const struct asked *asked, const struct catalogue *catalogue,
                 const struct experiments *experiments);

/* --------------------------------------------------------------- trials */

/* A kernel with arguments, run once before anything is timed by a strategy that
 * is easy to believe, `sequential` as a rule: its digest is what every
 * strategy has to reach. */
struct trial {
    const struct kernel_entry *kernel;
    const struct strategy_entry *judge;
    char *arguments;
    char digest[17];
    uint64_t items, size;
    double wall_s;   /* of the items alone */
    double around_s; /* starting, setting up, checking */
    char *refusal;   /* why there is no digest, or NULL */
    const char *refusal_verdict;
};

struct trials {
    struct trial *list;
    size_t count, failed;
    json_t *known; /* which options the judges have */
};

/* The trial of this kernel with these arguments, and with these options when
 * the judge has them too: those of the kernel shape the answer, those of
 * another strategy do not. Run when it is new; good until the next call. */
const struct trial *trials_find(struct trials *trials, const char *build,
                                const struct strategy_entry *judge,
                                const struct kernel_entry *kernel,
                                const char *arguments, const char *options);
void trials_free(struct trials *trials);

/* ----------------------------------------------------------------- plan */

struct arm {
    char *id; /* "speedup/factorize/threads/2" */
    char *chart, *role, *strategy, *kernel, *bound;
    unsigned workers, cores;
    uint64_t items;
    char *command;             /* shell-quoted, exactly what hyperfine gets */
    char *experiment, *series; /* the file, and its line in a chart */
    double x;                  /* where it stands on the x axis */
    uint64_t size;             /* of an item, as the kernel counts */
    bool base;                 /* others are divided by it */

    double estimate_s; /* a guess at its time, for planning alone */
    unsigned rank;     /* what goes first when time is short: 9, 8, ... */
    char *goes;        /* what is said to be left out then */
    unsigned twin;     /* how well it serves as the arm run twice */
    char *same;        /* the arm whose command it has, or NULL */
    char *closed;      /* why it is not run again, or NULL */
    const char *closed_verdict;
    char *words;  /* what the program said when it was asked why, or NULL */
    int signaled; /* and the signal that ended it then, or 0 */
    char *fault;  /* verdict and reason of the last run, if not ok */
};

struct plan {
    struct arm *arms;
    size_t count, room;
    size_t failed_trials;
    json_t *left_out; /* what plan_fit took away, "what: why"; or NULL */
};

/* `log` is the file into which every command appends its own row. */
struct experiments; /* sweep_experiment.h */
struct plan plan_make(const struct asked *asked,
                      const struct catalogue *catalogue,
                      const struct experiments *experiments, unsigned usable,
                      const char *log);
/* Finds arms with one command: the first of them is run for all, the others get
 * `same`. */
void plan_share(struct plan *plan);
/* Shrinks a plan until it fits what is left of the budget, by the ranks of its
 * arms; says what it leaves out. */
void plan_fit(struct plan *plan, const struct asked *asked, double spent_s);
/* Whether an arm is run in every block: one that cannot run is not, nor is one
 * whose command another arm has. */
bool arm_runs(const struct arm *arm);
/* What one block takes, by the estimates. */
double plan_block_s(const struct plan *plan);
/* Prints what each experiment takes of a block, the dearest first, and the
 * dearest arms, as tables with tabs. */
void costs_print(const struct plan *plan, FILE *file);

/* A new arm at the end, to be filled; moves the others. */
struct arm *plan_extend(struct plan *plan);
void plan_write(const struct plan *plan, FILE *file);
/* Whether a file was written by plan_write of this version. */
bool plan_known(const char *path);
/* Reads one that was; dies when it was not. */
struct plan plan_read(const char *path);
void plan_free(struct plan *plan);
void arm_free(struct arm *arm);

/* ---------------------------------------------------------------- child */

struct child {
    int status; /* as waitpid gives it */
    bool timed_out;
    int interrupted;   /* the signal that stopped the sweep, or 0 */
    size_t strays;     /* processes still alive when the child had ended */
    char *out, *error; /* what it printed, or NULL; cut when too long */
};

/* Takes over signals and orphans. Once, before the first child. */
void child_start(void);
/* Runs a program to its end, or for limit_s at the most. No process of its
 * tree is left when this returns. */
struct child child_run(char *const argv[], double limit_s);
void child_free(struct child *child);
/* A signal that asks the sweep to stop and has come meanwhile, or 0. */
int child_stop_signal(void);
/* What a program prints, without the line end; NULL when it fails. */
char *child_line(char *const argv[]);
/* For how long, in all, child_run has had a child: from fork until it was
 * reaped. The rest of the time is the sweep's own. */
uint64_t child_lives_ns(void);

/* -------------------------------------------------------------- outside */

/* What else went on on the machine; sums since boot or since start. */
struct outside {
    uint64_t wall_ns, busy_ns, steal_ns, own_ns;
    uint64_t throttled, throttled_ns; /* of the own groups */
    uint64_t pressure_ns;
    bool pressure_known;
    uint64_t voluntary_switches, involuntary_switches; /* of children */
};

/* `after`: the look after a run, not the one before it. */
struct outside outside_read(bool after);
/* The difference as the `outside` object of a sample, whose keys end in their
 * units:
 *   window_ns             from the first look to the second
 *   effective_cores       at the second look, not rounded
 *   foreign_cpu_ns        busy time of the machine less that of the sweep and
 *                         its children; below 0 when clocks round that way
 *   steal_ns, throttled, throttled_ns, voluntary_switches,
 *   involuntary_switches  growth between the looks
 *   pressure_ns           the same of "some" in /proc/pressure/cpu, or null
 *   load1                 the kernel's load average of one minute
 */
json_t *outside_between(const struct outside *before,
                        const struct outside *after);
/* The names of what is beyond the ordinary in one `outside` object, for a
 * session that began with so many effective cores. */
json_t *outside_flags(const json_t *outside, double cores);

/* ------------------------------------------------------------------ arm */

/*
 * Runs one arm once through hyperfine. Returns a sample without session,
 * block, position and harness_ns, or NULL when the sweep was told to stop.
 * `cores` is how many effective cores the session began with. May close the
 * arm.
 */
json_t *arm_run(struct arm *arm, const char *directory, double limit_s,
                double cores);
/* A sample that was not run, for an arm that is closed. */
json_t *arm_refused(const struct arm *arm);
/* Seconds that hyperfine itself takes around `command`. Dies when it gives no
 * time. */
double arm_overhead(const char *command);

/* -------------------------------------------------------------- machine */

/* Describes the machine, with what spoils figures of up to `workers` workers
 * (see sweep_machine.h) and a fingerprint that changes when figures taken
 * before and after cannot be put into one chart. */
json_t *machine_describe(unsigned workers);
unsigned machine_cores(void);
/* One line on stderr for each thing that spoils figures. */
void machine_warn(const json_t *machine);

/* -------------------------------------------------------------- orphans */

/* Starts the process that ends what this one leaves running, should it be
 * killed. Once, before the first child and before child_start. */
void guard_start(void);
/* Tells it that nothing is left. */
void guard_dismiss(void);
/* Makes the results directory when it is new. Only one sweep in it at a time:
 * waits some seconds for another one to end, then dies. Ends what a killed
 * sweep left running. */
void session_lock(const char *results);

/* -------------------------------------------------------------- session */

struct session {
    char *directory, *id;
    json_t *facts; /* session.json */
    bool resumed;
};

/* The hashes of all programs that are swept. */
json_t *session_programs(const char *build, const struct catalogue *catalogue);
/* Finds a run to take up again; false, with a line on stderr, if none fits.
 * On success asked->seed is the run's. */
bool session_resume(struct session *session, struct asked *asked,
                    const json_t *programs, const json_t *machine);
/* Names a new run; nothing is made yet. */
void session_name(struct session *session, const struct asked *asked);
/* Makes its directory, with all that is known before the first sample, and
 * points `latest` at it. */
void session_open(struct session *session, const struct asked *asked,
                  const struct experiments *experiments, json_t *programs,
                  const json_t *machine, const struct plan *plan);
/* Whether as many blocks were run as the session meant to. */
bool session_finished(const struct session *session);
/* How many blocks the budget allowed, once that is decided; 0 before. */
unsigned session_meant(const struct session *session);
void session_keep_meant(struct session *session, unsigned blocks);
void session_finish(struct session *session);
/* Runs what the experiments want run once, each for a bounded time, and keeps
 * what it prints beside the samples; what is there already is not run again.
 * One line on stderr for each that fails. `build` takes the place of a leading
 * `build/`. False when the sweep was told to stop. */
bool session_once(const struct session *session, const char *build);
char *session_path(const struct session *session, const char *name);
void session_free(struct session *session);

/* -------------------------------------------------------------- samples */

struct samples {
    int file;
    char *path;
    off_t bytes; /* all of them whole lines */
    size_t arms, blocks;
    size_t running; /* arms that are run in every block */
    bool *done;     /* [block][arm] */
    size_t count;
    struct disturbance *disturbed; /* [block], sums over its samples */
    double *took_s; /* [arm], the last run of each; 0: none yet */
    double spent_s, slowest_s;
    size_t failed;        /* samples with a verdict that is a fault */
    uint64_t unbooked_ns; /* the harness's time after the last sample */
};

/* Opens samples.jsonl; what is in it already counts as done. */
struct samples samples_open(const struct session *session, struct plan *plan);
bool samples_done(const struct samples *samples, unsigned block, size_t arm);
/* Whether any block that counts has a sample of the arm. */
bool samples_any(const struct samples *samples, size_t arm);
/* Appends one line with one write. Takes the sample over. `harness_ns` is what
 * the harness took around the run so far; the time of writing the line itself
 * is booked on the next one. */
void samples_add(struct samples *samples, unsigned block, size_t arm,
                 json_t *sample, uint64_t harness_ns);
/* What disturbed a block, as bits of lib/disturbance.h, by all its samples; 0
 * if nothing did. `cores` as in outside_flags. */
unsigned samples_judge(const struct samples *samples, unsigned block,
                       double cores);
/* What a block takes, judging by what there is; 0 when there is nothing. */
double samples_block_s(const struct samples *samples);
void samples_sync(struct samples *samples);
void samples_close(struct samples *samples);

/* ------------------------------------------------------------- progress */

/* Decides whether there is a line at all. Once, before all others. */
void progress_start(enum progress_when when);
bool progress_drawing(void);
/* Draws the line: a bar with the share that is done, from 0 to 1, what goes on,
 * and a detail that may be cut short or left away. Nothing when no line is
 * drawn. */
void progress_show(double share, const char *what, const char *detail);
/* The same for something short, without a bar. */
void progress_step(const char *what, const char *detail);
/* Wipes the line, if there is one: before anything else goes to stderr. */
void progress_clear(void);

/* ----------------------------------------------------------------- text */

/* All of these die when there is no memory; the caller frees. */
char *text_format(const char *format, ...)
    __attribute__((format(printf, 1, 2)));
char *text_copy(const char *text);
/* A word as a shell, and hyperfine, must read it to get it back. */
char *text_quote(const char *word);
char *text_now(void); /* 2025-01-31T12:00:00Z */
/* The first line of a file without its end, or NULL. */
char *text_of_file(const char *path);
/* A hash of some bytes, going on from `hash` (0 to begin). */
uint64_t text_hash(uint64_t hash, const void *bytes, size_t n);
/* Writes a file so that it is there whole or not at all. */
void text_save(const char *path, const char *text);

#endif
