/*
 * sweep.c - plans a sweep over strategies, kernels and cores, and runs it.
 *
 * Teaches: how to time programs on a machine that is never quite the same
 * from one minute to the next. All arms of the plan are run once, in random
 * order: a block. Then all of them again, in another order. A slow minute
 * then hits every arm alike, and each comparison is made within a block.
 * Look at: sweep_block, and the block numbers in samples.jsonl. Block 0 warms
 * up: it runs every strategy and every kernel once, is kept, and counts for
 * nothing. A block that others on the machine disturbed is followed by one more
 * at the end: blocks_last.
 * Left out: judging. This program only measures; build/stats reads what it
 * leaves behind.
 *
 * SPDX-License-Identifier: MIT
 */
#include "sweep_experiment.h"

#include "../bench/lib/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* No run is given up before so many times the slowest so far, nor before
 * what --limit says. */
enum { LIMIT_FACTOR = 20 };

/* What an arm takes of which nothing is known, and seconds that a forecast has
 * to be wrong by before it is corrected much. */
static const double UNKNOWN_S = 0.1, FEW_S = 1;

/* ------------------------------------------------------------- the blocks */

struct sweep {
    const struct asked *asked;
    struct session *session;
    struct plan *plan;
    struct samples *samples;
    double cores; /* effective ones, when the session began */
    uint64_t started_ns;
    double before_s;           /* spent by an earlier part of this session */
    double block_s;            /* what a block takes, as far as known */
    double foreseen_s, took_s; /* sums over the arms run so far */
};

static double elapsed_s(const struct sweep *sweep)
{
    return (double)(clock_now() - sweep->started_ns) / NS_PER_S +
           sweep->before_s;
}

/* How many blocks come after block 0, as it looks with `done` of them done:
 * as many as the budget holds, between LEAST_BLOCKS and MOST_BLOCKS; but
 * GOOD_BLOCKS, if a twelfth more time holds them and nobody has named the
 * budget, since one or two fewer say little more than LEAST_BLOCKS do. Once
 * that many are done the number is kept: what takes longer is another matter.
 */
static unsigned blocks_meant(const struct sweep *sweep, unsigned done)
{
    const struct asked *asked = sweep->asked;
    unsigned kept = session_meant(sweep->session);
    if (asked->blocks > 0)
        return asked->blocks;
    if (kept > 0)
        return kept;
    if (asked->budget_s == 0)
        return MOST_BLOCKS;
    double left_s = (double)asked->budget_s - elapsed_s(sweep);
    double more = sweep->block_s > 0 ? left_s / sweep->block_s : 0;
    unsigned meant = more < 1 ? done : done + (unsigned)more;
    double good_s = (GOOD_BLOCKS - (double)done) * sweep->block_s;
    if (meant < GOOD_BLOCKS && good_s > 0 &&
        good_s <= left_s + (double)asked->over_s)
        meant = GOOD_BLOCKS;
    if (meant < LEAST_BLOCKS)
        meant = LEAST_BLOCKS;
    return meant > MOST_BLOCKS ? MOST_BLOCKS : meant;
}

/* How many of the first `done` blocks were disturbed; *why gets the bits of
 * all of them. */
static unsigned blocks_disturbed(const struct sweep *sweep, unsigned done,
                                 unsigned *why)
{
    unsigned disturbed = 0;
    *why = 0;
    for (unsigned block = 1; block <= done; block++) {
        unsigned bits = samples_judge(sweep->samples, block, sweep->cores);
        disturbed += bits != 0;
        *why |= bits;
    }
    return disturbed;
}

/* How many blocks are run again: one for each disturbed one, at most a third
 * of those meant, rounded up. It depends on samples alone, so that a resumed
 * sweep comes to the same. */
static unsigned blocks_again(const struct sweep *sweep, unsigned done,
                             unsigned meant)
{
    unsigned why, disturbed = blocks_disturbed(sweep, done, &why);
    unsigned most = (meant + 2) / 3;
    return disturbed < most ? disturbed : most;
}

/* The number of the last block, as it looks with `done` of them done. */
static unsigned blocks_last(const struct sweep *sweep, unsigned done)
{
    unsigned meant = blocks_meant(sweep, done);
    return meant + blocks_again(sweep, done, meant);
}

/* "foreign CPU, steal" */
static const char *reasons(unsigned bits)
{
    static char text[128];
    text[0] = '\0';
    for (unsigned bit = 1; bit <= bits; bit <<= 1)
        if ((bits & bit) != 0) {
            size_t n = strlen(text);
            snprintf(text + n, sizeof text - n, "%s%s%s", n > 0 ? ", " : "",
                     disturbance_name(bit),
                     bit == DISTURBED_FOREIGN ? " CPU" : "");
        }
    return text;
}

/* Whether the warm-up needs this arm: the first one of its strategy or of its
 * kernel. */
static bool arm_warms(const struct plan *plan, size_t index)
{
    const struct arm *arm = &plan->arms[index];
    bool strategy_seen = false, kernel_seen = false;
    for (size_t i = 0; i < index; i++) {
        strategy_seen |= strcmp(plan->arms[i].strategy, arm->strategy) == 0;
        kernel_seen |= strcmp(plan->arms[i].kernel, arm->kernel) == 0;
    }
    return !strategy_seen || !kernel_seen;
}

/* Whether there is something to do for this arm. What cannot run is booked
 * once, at the latest in block 1, and left alone afterwards. */
static bool sweep_wants(const struct sweep *sweep, unsigned block, size_t index)
{
    bool closed = sweep->plan->arms[index].closed != NULL;
    if (sweep->plan->arms[index].same != NULL)
        return false;
    if (samples_done(sweep->samples, block, index))
        return false;
    if (block == 0)
        return !closed && arm_warms(sweep->plan, index);
    return !closed || !samples_any(sweep->samples, index);
}

/* Seconds that an arm is going to take, by its last run if there is one. */
static double arm_s(const struct sweep *sweep, size_t index)
{
    const struct arm *arm = &sweep->plan->arms[index];
    double took_s = sweep->samples->took_s[index];
    if (!arm_runs(arm))
        return 0;
    if (took_s > 0)
        return took_s;
    return arm->estimate_s > 0 ? arm->estimate_s : UNKNOWN_S;
}

/* Seconds for the arms of a block that are still to be run, the first of them
 * at `position`. */
static double rest_s(const struct sweep *sweep, unsigned block,
                     const size_t *order, size_t position)
{
    double sum = 0;
    for (size_t i = position; i < sweep->plan->count; i++)
        if (sweep_wants(sweep, block, order[i]))
            sum += arm_s(sweep, order[i]);
    return sum;
}

/* Seconds for a whole block. */
static double all_s(const struct sweep *sweep)
{
    double sum = 0;
    for (size_t i = 0; i < sweep->plan->count; i++)
        sum += arm_s(sweep, i);
    return sum;
}

/* How much longer things take than was foreseen: start-up of processes, an
 * estimate that was wrong. Few runs say little, so it begins near 1. */
static double lateness(const struct sweep *sweep)
{
    return (sweep->took_s + FEW_S) / (sweep->foreseen_s + FEW_S);
}

/* "block 3 of 6 + 1 again: steal"; the caller frees. */
static char *block_text(const struct sweep *sweep, unsigned block,
                        unsigned meant, unsigned again)
{
    unsigned why;
    bool disturbed =
        again > 0 &&
        blocks_disturbed(sweep, block == 0 ? 0 : block - 1, &why) > 0;
    char *beside = disturbed
                       ? text_format(" + %u again: %s", again, reasons(why))
                       : text_copy("");
    char *text = text_format("block %u of %u%s%s", block, meant, beside,
                             block == 0 ? " (warm-up)" : "");
    free(beside);
    return text;
}

/* On a terminal one line in place for each arm, else one line for a block. */
static void show_progress(const struct sweep *sweep, unsigned block,
                          const size_t *order, size_t position, bool first)
{
    if (!progress_drawing() && !first)
        return;
    unsigned done = block == 0 ? 0 : block - 1;
    unsigned meant = blocks_meant(sweep, done);
    unsigned again = blocks_again(sweep, done, meant);
    unsigned after = meant + again > block ? meant + again - block : 0;
    double left_s = lateness(sweep) * (rest_s(sweep, block, order, position) +
                                       after * all_s(sweep));
    char *where = block_text(sweep, block, meant, again);
    char *what = text_format("%u:%02u left, %s", (unsigned)left_s / 60,
                             (unsigned)left_s % 60, where);
    double done_s = sweep->before_s + sweep->took_s;
    if (progress_drawing())
        progress_show(done_s / (done_s + left_s), what,
                      sweep->plan->arms[order[position]].id);
    else
        fprintf(stderr, "sweep: %s, about %.0f s left\n", where, left_s);
    free(what);
    free(where);
}

/* What the reader of a chart will want to know. */
static void say_disturbed(const struct sweep *sweep, unsigned done)
{
    unsigned why, disturbed = blocks_disturbed(sweep, done, &why);
    if (disturbed > 0)
        fprintf(stderr, "sweep: %u of %u blocks disturbed: %s\n", disturbed,
                done, reasons(why));
}

static double time_limit(const struct sweep *sweep, const struct arm *arm)
{
    double slowest_s = sweep->samples->slowest_s;
    if (slowest_s < arm->estimate_s)
        slowest_s = arm->estimate_s;
    double limit_s = LIMIT_FACTOR * slowest_s;
    return limit_s < sweep->asked->limit_s ? sweep->asked->limit_s : limit_s;
}

static void note_fault(struct arm *arm, const json_t *sample)
{
    const char *verdict = json_string_value(json_object_get(sample, "verdict"));
    const char *reason = json_string_value(json_object_get(sample, "reason"));
    if (verdict == NULL || strcmp(verdict, "ok") == 0)
        return;
    free(arm->fault);
    arm->fault = text_format("%s: %s", verdict, reason == NULL ? "" : reason);
}

/* Runs one arm and keeps the sample; false when told to stop. */
static bool sweep_arm(struct sweep *sweep, unsigned block, size_t position,
                      size_t index)
{
    struct arm *arm = &sweep->plan->arms[index];
    uint64_t start = clock_now(), lives = child_lives_ns();
    json_t *sample = arm->closed != NULL
                         ? arm_refused(arm)
                         : arm_run(arm, sweep->session->directory,
                                   time_limit(sweep, arm), sweep->cores);
    if (sample == NULL)
        return false;
    json_object_set_new(sample, "session", json_string(sweep->session->id));
    json_object_set_new(sample, "block", json_integer(block));
    json_object_set_new(sample, "position", json_integer((json_int_t)position));
    note_fault(arm, sample);
    samples_add(sweep->samples, block, index, sample,
                clock_now() - start - (child_lives_ns() - lives));
    return true;
}

/* What a whole block takes, after `runs` runs took `seconds`. */
static void note_block(struct sweep *sweep, size_t runs, double seconds)
{
    size_t open = 0;
    for (size_t i = 0; i < sweep->plan->count; i++)
        open += arm_runs(&sweep->plan->arms[i]);
    if (2 * runs >= open && runs > 0)
        sweep->block_s = seconds / (double)runs * (double)open;
}

/* Every arm once; what a resumed sweep has already is left out. */
static bool sweep_block(struct sweep *sweep, unsigned block)
{
    size_t n = sweep->plan->count, runs = 0;
    size_t *order = calloc(n, sizeof *order);
    if (order == NULL)
        die(ENOMEM, "memory");
    order_of_block(sweep->asked->seed, block, n, order);
    uint64_t start = clock_now();
    bool going = true;
    for (size_t i = 0; i < n && going; i++) {
        if (!sweep_wants(sweep, block, order[i]))
            continue;
        show_progress(sweep, block, order, i, runs == 0);
        double foreseen_s = arm_s(sweep, order[i]);
        uint64_t before = clock_now();
        going =
            child_stop_signal() == 0 && sweep_arm(sweep, block, i, order[i]);
        sweep->foreseen_s += foreseen_s;
        sweep->took_s += (double)(clock_now() - before) / NS_PER_S;
        runs++;
    }
    samples_sync(sweep->samples);
    note_block(sweep, runs, (double)(clock_now() - start) / NS_PER_S);
    free(order);
    return going;
}

/* Blocks until there are enough or a signal comes. */
static bool sweep_blocks(struct sweep *sweep)
{
    bool going = true;
    unsigned done = 0;
    for (unsigned block = 0; going && block <= blocks_last(sweep, done);
         block++) {
        going = sweep_block(sweep, block);
        done = going ? block : done;
        if (sweep->asked->blocks == 0 && block > 0 && done == block &&
            blocks_meant(sweep, done) == done)
            session_keep_meant(sweep->session, done);
    }
    progress_clear();
    say_disturbed(sweep, done);
    return going;
}

/* One line for each fault of each strategy, however many arms share it. */
static void say_faults(const struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        const struct arm *arm = &plan->arms[i];
        size_t before = 0, all = 0;
        for (size_t j = 0; arm->fault != NULL && j < plan->count; j++) {
            const struct arm *other = &plan->arms[j];
            bool same = other->fault != NULL &&
                        strcmp(other->fault, arm->fault) == 0 &&
                        strcmp(other->strategy, arm->strategy) == 0;
            all += same;
            before += same && j < i;
        }
        if (all > 0 && before == 0)
            fprintf(stderr, "sweep: %s%s: %s\n", arm->id,
                    all > 1 ? " and others" : "", arm->fault);
    }
}

/* ------------------------------------------------------------ two commands */

static int command_plan(const struct asked *asked)
{
    struct catalogue catalogue = catalogue_read(asked->build);
    struct experiments experiments = experiments_read(asked->directory);
    asked_check(asked, &catalogue, &experiments);
    struct plan plan = plan_make(asked, &catalogue, &experiments,
                                 machine_cores(), "/dev/null");
    if (asked->costs)
        costs_print(&plan, stdout);
    else
        plan_write(&plan, stdout);
    fprintf(stderr, "sweep: %zu arms, about %.1f s a block\n", plan.count,
            plan_block_s(&plan));
    int status = plan.failed_trials + catalogue.broken > 0;
    plan_free(&plan);
    experiments_free(&experiments);
    catalogue_free(&catalogue);
    return status;
}

static struct plan run_plan(struct session *session, struct asked *asked,
                            const struct catalogue *catalogue,
                            const struct experiments *experiments,
                            json_t *programs, const json_t *machine)
{
    if (asked->resume && session_resume(session, asked, programs, machine)) {
        char *path = session_path(session, "plan.tsv");
        struct plan plan = plan_read(path);
        free(path);
        return plan;
    }
    session_name(session, asked);
    char *log = session_path(session, "inside.jsonl");
    struct plan plan =
        plan_make(asked, catalogue, experiments, machine_cores(), log);
    session_open(session, asked, experiments, programs, machine, &plan);
    free(log);
    return plan;
}

static int command_run(struct asked *asked)
{
    uint64_t started_ns = clock_now();
    struct session session = {0};
    session_lock(asked->results);
    struct catalogue catalogue = catalogue_read(asked->build);
    struct experiments experiments = experiments_read(asked->directory);
    asked_check(asked, &catalogue, &experiments);
    json_t *machine = machine_describe(asked->cores[asked->core_counts - 1]);
    machine_warn(machine);
    json_t *programs = session_programs(asked->build, &catalogue);
    struct plan plan =
        run_plan(&session, asked, &catalogue, &experiments, programs, machine);
    struct samples samples = samples_open(&session, &plan);
    struct sweep sweep = {
        .asked = asked,
        .session = &session,
        .plan = &plan,
        .samples = &samples,
        .cores = json_number_value(json_object_get(machine, "effective_cores")),
        .started_ns = started_ns,
        .before_s = samples.spent_s,
        .block_s = samples_block_s(&samples)};
    if (sweep.block_s <= 0)
        sweep.block_s = plan_block_s(&plan);
    puts(session.directory);
    fflush(stdout);

    int status = EXIT_SUCCESS;
    bool again = session_finished(&session) && asked->blocks == 0;
    if (again)
        fprintf(stderr, "sweep: resume: this run is complete already\n");
    else if (sweep_blocks(&sweep) && session_once(&session, asked->build))
        session_finish(&session);
    else
        status = 128 + child_stop_signal();
    say_faults(&plan);
    if (status == EXIT_SUCCESS &&
        samples.failed + plan.failed_trials + catalogue.broken > 0)
        status = EXIT_FAILURE;

    samples_close(&samples);
    plan_free(&plan);
    session_free(&session);
    json_decref(programs);
    json_decref(machine);
    experiments_free(&experiments);
    catalogue_free(&catalogue);
    return status;
}

int main(int argc, char **argv)
{
    struct asked asked = asked_read(argc, argv);
    static const struct {
        const char *name;
        int (*run)(const struct asked *);
    } questions[] = {{"plan", command_plan},
                     {"doctor", command_doctor},
                     {"machine", command_machine}};
    size_t at = 0, n = sizeof questions / sizeof *questions;
    while (at < n && strcmp(questions[at].name, asked.command) != 0)
        at++;
    if (at == n && strcmp(asked.command, "run") != 0)
        die_with(EXIT_USAGE, 0,
                 "'%s': not plan, run, doctor or machine; see --help",
                 asked.command);
    progress_start(asked.progress);
    guard_start();
    child_start();
    int status = at < n ? questions[at].run(&asked) : command_run(&asked);
    progress_clear();
    asked_free(&asked);
    guard_dismiss();
    return status;
}
