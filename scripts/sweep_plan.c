/*
 * sweep_plan.c - which commands a sweep runs.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: what is measured is data, in the files of scripts/experiments/;
 * this file only turns it into commands. It adds to every plan what no result
 * can be read without: a *blank* of each strategy, which does no work and so
 * shows what starting costs, and a *twin*: one arm twice, whose apparent
 * difference is the noise of this machine.
 * Look at: plan_make, and scripts/experiments/speedup.experiment.
 * Left out: what the files mean (sweep_experiment_arms.c).
 */
#include "sweep_experiment.h"

#include "../bench/lib/clock.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char baseline[] = "sequential"; /* gives the right answers */

/* ----------------------------------------------------------------- arms */

/* "--workers 2 --cores 2 --inflight 20" */
static char *point_shape(const struct point *at)
{
    char cores[32] = "", inflight[32] = "";
    if (at->cores > 0)
        snprintf(cores, sizeof cores, " --cores %u", at->cores);
    if (at->inflight > 0)
        snprintf(inflight, sizeof inflight, " --inflight %u", at->inflight);
    return text_format("--workers %u%s%s", at->workers, cores, inflight);
}

static char *point_command(const struct planner *p,
                           const struct kernel_entry *k, const struct point *at,
                           const char *digest)
{
    char *program = text_format("%s/%s", p->asked->build, at->strategy->name);
    char *quoted = text_quote(program), *log = text_quote(p->log);
    char *shape = point_shape(at);
    char *command =
        text_format("%s %s%s%s%s%s %s%s%s --log %s", quoted, k->name,
                    *at->arguments == '\0' ? "" : " ", at->arguments,
                    *at->options == '\0' ? "" : " ", at->options, shape,
                    *digest == '\0' ? "" : " --expect ", digest, log);
    free(shape);
    free(log);
    free(quoted);
    free(program);
    return command;
}

/* The arm of this name, or NULL. */
static const struct arm *plan_find(const struct plan *plan, const char *id)
{
    for (size_t i = 0; i < plan->count; i++)
        if (strcmp(plan->arms[i].id, id) == 0)
            return &plan->arms[i];
    return NULL;
}

static struct arm point_arm(struct planner *p, const struct kernel_entry *k,
                            const struct point *at)
{
    const struct trial *trial = trials_find(
        &p->trials, p->asked->build, at->judge, k, at->arguments, at->options);
    double parallel = at->parallel == ALL_ITEMS ? fmax(1, (double)trial->items)
                                                : at->parallel;
    const char *head =
        strcmp(at->role, "plan") == 0 ? at->experiment : at->role;
    struct arm arm = {
        .id = text_format("%s/%s/%s/%s", head, k->name, at->strategy->name,
                          at->last),
        .chart = text_copy(at->chart),
        .role = text_copy(at->role),
        .strategy = text_copy(at->strategy->name),
        .kernel = text_copy(k->name),
        .bound = text_copy(k->bound),
        .workers = at->workers,
        .cores = at->cores > 0 ? at->cores : p->usable,
        .items = trial->items,
        .command = point_command(p, k, at, trial->digest),
        .experiment = text_copy(at->experiment),
        .series =
            text_copy(at->series == NULL ? at->strategy->name : at->series),
        .x = at->x,
        .size = trial->size,
        .base = at->base,
        .estimate_s =
            p->overhead_s + trial->around_s + trial->wall_s / parallel,
        .rank = at->rank,
        .goes = text_copy(at->goes == NULL ? "" : at->goes),
        .twin = at->twin,
    };
    if (trial->refusal != NULL) {
        arm.closed = text_copy(trial->refusal);
        arm.closed_verdict = trial->refusal_verdict;
    }
    return arm;
}

bool plan_add(struct planner *p, const struct kernel_entry *kernel,
              const struct point *at)
{
    struct arm arm = point_arm(p, kernel, at);
    const struct arm *other = plan_find(&p->plan, arm.id);
    if (other == NULL) {
        *plan_extend(&p->plan) = arm;
        return true;
    }
    bool same = strcmp(other->command, arm.command) == 0;
    arm_free(&arm);
    return same;
}

/* Before the arms that every plan has are added: the twin is to be run. */
void plan_share(struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        struct arm *arm = &plan->arms[i];
        free(arm->same);
        arm->same = NULL;
        for (size_t j = 0; j < i && arm->same == NULL; j++)
            if (plan->arms[j].same == NULL &&
                strcmp(plan->arms[j].command, arm->command) == 0)
                arm->same = text_copy(plan->arms[j].id);
    }
}

/* --------------------------------------------------------- blank and twin */

static bool plan_has(const struct plan *plan, const char *strategy)
{
    for (size_t i = 0; i < plan->count; i++)
        if (strcmp(plan->arms[i].strategy, strategy) == 0)
            return true;
    return false;
}

/* The kernel that does nothing, or NULL. */
static const struct kernel_entry *plan_blank(const struct planner *p)
{
    for (size_t i = 0; i < p->catalogue->kernels_n; i++)
        if (strcmp(p->catalogue->kernels[i].bound, "none") == 0)
            return &p->catalogue->kernels[i];
    return NULL;
}

/* Where nothing else is timed, only `once` lines, the baseline's blank is: a
 * run has at least one arm. */
static void plan_blanks(struct planner *p)
{
    const struct kernel_entry *nothing = plan_blank(p);
    bool empty = p->plan.count == 0;
    for (size_t i = 0; nothing != NULL && i < p->catalogue->strategies_n; i++) {
        const struct strategy_entry *s = &p->catalogue->strategies[i];
        struct point at = {
            .experiment = "",
            .chart = "blank",
            .role = "blank",
            .options = "",
            .strategy = s,
            .judge = catalogue_strategy(p->catalogue, baseline),
            .arguments = "--items 1",
            .last = "1",
            .workers = 1,
            .x = 1,
            .parallel = 1,
        };
        if (plan_has(&p->plan, s->name) ||
            (empty && strcmp(s->name, baseline) == 0))
            plan_add(p, nothing, &at);
    }
}

/* How well an arm serves as the one that is run twice: as the experiments
 * say, and with as many workers as there are. */
static unsigned twin_fitness(const struct arm *arm)
{
    if (strcmp(arm->role, "plan") != 0 || !arm_runs(arm))
        return 0;
    return 1 + (arm->workers < 9999 ? arm->workers : 9999) + 10000 * arm->twin;
}

static void plan_twin(struct plan *plan)
{
    size_t best = 0;
    for (size_t i = 0; i < plan->count; i++)
        if (twin_fitness(&plan->arms[i]) > twin_fitness(&plan->arms[best]))
            best = i;
    if (plan->count == 0 || twin_fitness(&plan->arms[best]) == 0)
        return;
    struct arm *twin = plan_extend(plan);
    const struct arm *of = &plan->arms[best];
    *twin = (struct arm){
        .id = text_format("twin%s", strchr(of->id, '/')),
        .chart = text_copy(of->chart),
        .role = text_copy("twin"),
        .strategy = text_copy(of->strategy),
        .kernel = text_copy(of->kernel),
        .bound = text_copy(of->bound),
        .workers = of->workers,
        .cores = of->cores,
        .items = of->items,
        .command = text_copy(of->command),
        .experiment = text_copy(of->experiment),
        .series = text_copy(of->series),
        .x = of->x,
        .size = of->size,
        .estimate_s = of->estimate_s,
        .goes = text_copy(""),
    };
}

/* ----------------------------------------------------------------- whole */

/* What hyperfine adds to every arm. Also shows, before anything is timed, that
 * it is there and does its job. */
static double measure_overhead(const struct planner *p)
{
    char *quoted = text_quote(p->asked->build);
    char *command = text_format("%s/%s --version", quoted, baseline);
    double s = arm_overhead(command);
    free(command);
    free(quoted);
    return s < 0 ? 0 : s;
}

struct plan plan_make(const struct asked *asked,
                      const struct catalogue *catalogue,
                      const struct experiments *experiments, unsigned usable,
                      const char *log)
{
    struct planner p = {.asked = asked,
                        .catalogue = catalogue,
                        .experiments = experiments,
                        .usable = usable,
                        .log = log};
    uint64_t start = clock_now();
    plan_check(&p);
    p.overhead_s = measure_overhead(&p);
    for (size_t i = 0; i < experiments->count; i++)
        if (experiment_planned(experiments, asked, &experiments->list[i]))
            plan_experiment(&p, &experiments->list[i]);
    plan_share(&p.plan);
    plan_fit(&p.plan, asked, (double)(clock_now() - start) / NS_PER_S);
    plan_blanks(&p);
    plan_twin(&p.plan);
    progress_clear();
    p.plan.failed_trials = p.trials.failed;
    trials_free(&p.trials);
    return p.plan;
}
