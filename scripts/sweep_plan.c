/*
 * sweep_plan.c - which commands a sweep runs.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: a plan is made from rules about kinds of kernels and strategies,
 * not from a list of names, so what is added later is measured too:
 *   bound by processor or memory   speedup against cores
 *   bound by a shared variable     the counter chart
 *   bound by waiting               elapsed against items in flight
 * One kernel more is run with tasks of many sizes, to see how short they may
 * be (plan_granularity).
 * Beside them stand a *blank* of each strategy, which does no work and so
 * shows what starting costs, and a *twin*: one arm twice, whose apparent
 * difference is the noise of this machine.
 * Look at: plan_speedup, plan_inflight and plan_counters, one for each chart.
 * Left out: predicting times well. The estimate only decides what has to go
 * when a plan would not fit into its time (sweep_fit.c).
 */
#include "sweep.h"

#include <stdlib.h>
#include <string.h>

/* The only names that mean something here. */
static const char baseline[] = "sequential"; /* what speedup is over */
static const char common[] = "threads";      /* twin and counters */
static const char contrast[] = "gil";        /* threads that take turns */
static const char showcase[] = "factorize";  /* swept with every strategy */
static const char waiting[] = "wait";        /* the same, in flight */
static const char grain[] = "hash";          /* its --size, in bytes, is how
                                                long a task takes */

enum { INFLIGHT_ITEMS = 20 };

static const unsigned inflight_quick[] = {1, 2, 5, 10, 20};
static const unsigned inflight_full[] = {1, 2, 3, 4, 5, 7, 10, 14, 20};
static const unsigned counter_workers[] = {1, 2, 4};

/* Tasks from half a microsecond to ten milliseconds, and for each core as many
 * of them as make tens of milliseconds, whatever their size. No two sizes may
 * have the same number: it tells arms that do the same work from others. */
enum {
    GRAIN_LEAST = 64,
    GRAIN_STEP = 8,
    GRAIN_SIZES = 7,
    GRAIN_BYTES = 16 << 20,
    GRAIN_MOST_TASKS = 48 << 10, /* short ones cost more than their bytes */
    GRAIN_LEAST_TASKS = 4,
};

struct planner {
    const struct asked *asked;
    const struct catalogue *catalogue;
    unsigned usable;
    const char *log;
    double overhead_s; /* of hyperfine around a process */
    struct trials trials;
    struct plan plan;
};

/* -------------------------------------------------------------- choosing */

static bool words_have(const struct words *words, const char *name)
{
    for (size_t i = 0; i < words->count; i++)
        if (strcmp(words->list[i], name) == 0)
            return true;
    return false;
}

static bool chosen_kernel(const struct planner *p, const struct kernel_entry *k)
{
    if (p->asked->kernels.count > 0)
        return words_have(&p->asked->kernels, k->name);
    return strcmp(k->bound, "none") != 0 &&
           (p->asked->full || *k->quick != '\0');
}

/* The baseline is always in: without it there is no speedup. */
static bool chosen_strategy(const struct planner *p,
                            const struct strategy_entry *s)
{
    return p->asked->strategies.count == 0 || strcmp(s->name, baseline) == 0 ||
           words_have(&p->asked->strategies, s->name);
}

/* The kernel that shows every strategy: `factorize`, or the first of those
 * asked for that computes. */
static const struct kernel_entry *plan_showcase(const struct planner *p)
{
    const struct kernel_entry *first = NULL;
    for (size_t i = 0; i < p->catalogue->kernels_n; i++) {
        const struct kernel_entry *k = &p->catalogue->kernels[i];
        if (!chosen_kernel(p, k))
            continue;
        if (strcmp(k->name, showcase) == 0)
            return k;
        if (first == NULL && strcmp(k->bound, "cpu") == 0)
            first = k;
    }
    return first;
}

/* The kernel that shows every way to wait: `wait`, or the first of those
 * asked for that waits. */
static const struct kernel_entry *plan_waiting(const struct planner *p)
{
    const struct kernel_entry *first = NULL;
    for (size_t i = 0; i < p->catalogue->kernels_n; i++) {
        const struct kernel_entry *k = &p->catalogue->kernels[i];
        if (!chosen_kernel(p, k) || strcmp(k->bound, "io") != 0)
            continue;
        if (strcmp(k->name, waiting) == 0)
            return k;
        if (first == NULL)
            first = k;
    }
    return first;
}

/* ----------------------------------------------------------------- arms */

/* What distinguishes one arm from the next while a plan is made. */
struct point {
    const char *chart, *role;
    const struct strategy_entry *strategy;
    const char *arguments;
    unsigned workers, cores; /* cores 0: left to the program */
    unsigned inflight;       /* 0: no such option */
    unsigned task;           /* its size, where that is what differs, or 0 */
    unsigned rank;
    double parallel; /* how many items may be under way at once */
};

static char *point_command(const struct planner *p,
                           const struct kernel_entry *k, const struct point *at,
                           const char *digest)
{
    char *program = text_format("%s/%s", p->asked->build, at->strategy->name);
    char *quoted = text_quote(program), *log = text_quote(p->log);
    char cores[32] = "", inflight[32] = "", expect[32] = "";
    if (at->cores > 0)
        snprintf(cores, sizeof cores, " --cores %u", at->cores);
    if (at->inflight > 0)
        snprintf(inflight, sizeof inflight, " --inflight %u", at->inflight);
    if (*digest != '\0')
        snprintf(expect, sizeof expect, " --expect %s", digest);
    char *command =
        text_format("%s %s%s%s --workers %u%s%s%s --log %s", quoted, k->name,
                    *at->arguments == '\0' ? "" : " ", at->arguments,
                    at->workers, cores, inflight, expect, log);
    free(log);
    free(quoted);
    free(program);
    return command;
}

static void plan_add(struct planner *p, const struct kernel_entry *k,
                     const struct point *at)
{
    const struct trial *trial =
        trials_find(&p->trials, p->asked->build, k, at->arguments);
    unsigned last = at->task > 0       ? at->task
                    : at->inflight > 0 ? at->inflight
                                       : at->workers;
    struct arm *arm = plan_extend(&p->plan);
    *arm = (struct arm){
        .id = text_format("%s/%s/%s/%u",
                          strcmp(at->role, "plan") == 0 ? at->chart : at->role,
                          k->name, at->strategy->name, last),
        .chart = text_copy(at->chart),
        .role = text_copy(at->role),
        .strategy = text_copy(at->strategy->name),
        .kernel = text_copy(k->name),
        .bound = text_copy(k->bound),
        .workers = at->workers,
        .cores = at->cores > 0 ? at->cores : p->usable,
        .items = trial->items,
        .command = point_command(p, k, at, trial->digest),
        .estimate_s =
            p->overhead_s + trial->around_s + trial->wall_s / at->parallel,
        .rank = at->rank,
    };
    if (trial->refusal != NULL) {
        arm->closed = text_copy(trial->refusal);
        arm->closed_verdict = trial->refusal_verdict;
    }
}

/* --------------------------------------------------------------- charts */

/* One strategy's line in a speedup chart. */
static void plan_speedup_line(struct planner *p, const struct kernel_entry *k,
                              const struct strategy_entry *s, bool is_showcase)
{
    const struct asked *asked = p->asked;
    for (size_t c = 0; c < asked->core_counts; c++) {
        unsigned n = asked->cores[c];
        bool step = c > 0 && c + 1 < asked->core_counts;
        struct point at = {
            .chart = "speedup",
            .role = "plan",
            .strategy = s,
            .arguments = asked->full ? "" : k->quick,
            .workers = s->one_worker ? 1 : n,
            .cores = s->one_worker ? 1 : n,
            .rank = step && !is_showcase ? RANK_CORES_STEP : RANK_STAYS,
            /* Not every strategy makes use of its cores: count half of
             * what they could save. */
            .parallel = s->one_worker ? 1 : 2.0 * n / (n + 1),
        };
        plan_add(p, k, &at);
        if (s->one_worker)
            return;
    }
}

/* A kernel that computes. Strategies that only help with waiting are shown
 * once, on the showcase, unless they were asked for. */
static void plan_speedup(struct planner *p, const struct kernel_entry *k)
{
    bool is_showcase = k == plan_showcase(p);
    for (size_t i = 0; i < p->catalogue->strategies_n; i++) {
        const struct strategy_entry *s = &p->catalogue->strategies[i];
        bool belongs = (!s->one_worker && !s->for_waiting) ||
                       strcmp(s->name, baseline) == 0 || is_showcase ||
                       p->asked->full || p->asked->strategies.count > 0;
        if (chosen_strategy(p, s) && belongs)
            plan_speedup_line(p, k, s, is_showcase);
    }
}

/* The quick arguments with --items INFLIGHT_ITEMS in place of their own. */
static char *inflight_arguments(const char *quick)
{
    char *copy = text_copy(quick), *rest = copy, *word;
    char *arguments = text_format("--items %d", INFLIGHT_ITEMS);
    while ((word = strsep(&rest, " ")) != NULL) {
        if (strcmp(word, "--items") == 0) {
            strsep(&rest, " ");
            continue;
        }
        if (*word == '\0' || strncmp(word, "--items=", 8) == 0)
            continue;
        char *longer = text_format("%s %s", arguments, word);
        free(arguments);
        arguments = longer;
    }
    free(copy);
    return arguments;
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Other kernels than the one that shows waiting keep their ends longest. */
static unsigned inflight_rank(const struct planner *p,
                              const struct kernel_entry *k, size_t i, size_t n)
{
    if (k != plan_waiting(p))
        return i > 0 && i + 1 < n ? RANK_OTHERS_STEP : RANK_STAYS;
    return i % 2 == 1 ? RANK_INFLIGHT_STEP : RANK_STAYS;
}

/* One strategy's line: n items in flight are n blocked workers, or n parked
 * coroutines, or just the one that `sequential` waits for. */
static void plan_inflight_line(struct planner *p, const struct kernel_entry *k,
                               const struct strategy_entry *s,
                               const char *arguments)
{
    const unsigned *counts = p->asked->full ? inflight_full : inflight_quick;
    size_t n = p->asked->full ? sizeof inflight_full / sizeof *counts
                              : sizeof inflight_quick / sizeof *counts;
    bool single = s->one_worker && !s->inflight_option;
    for (size_t i = 0; i < n && (i == 0 || !single); i++) {
        unsigned workers = s->inflight_option ? p->usable : counts[i];
        struct point at = {
            .chart = "inflight",
            .role = "plan",
            .strategy = s,
            .arguments = arguments,
            .workers = s->one_worker ? 1 : least(workers, counts[i]),
            .inflight = s->inflight_option ? counts[i] : 0,
            .rank = inflight_rank(p, k, i, n),
            .parallel = single ? 1 : counts[i],
        };
        plan_add(p, k, &at);
    }
}

/* A kernel that waits. The one that shows waiting is run by all strategies,
 * others by threads, with and without a common lock, and by those that are
 * meant for waiting, unless more was asked for. */
static void plan_inflight(struct planner *p, const struct kernel_entry *k)
{
    char *arguments = inflight_arguments(p->asked->full ? "" : k->quick);
    for (size_t i = 0; i < p->catalogue->strategies_n; i++) {
        const struct strategy_entry *s = &p->catalogue->strategies[i];
        bool belongs = s->for_waiting || strcmp(s->name, baseline) == 0 ||
                       strcmp(s->name, common) == 0 ||
                       strcmp(s->name, contrast) == 0 || k == plan_waiting(p) ||
                       p->asked->full || p->asked->strategies.count > 0 ||
                       p->asked->kernels.count > 0;
        if (chosen_strategy(p, s) && belongs)
            plan_inflight_line(p, k, s, arguments);
    }
    free(arguments);
}

/* A kernel whose workers all write one variable. */
static void plan_counters(struct planner *p, const struct kernel_entry *k)
{
    for (size_t i = 0; i < p->catalogue->strategies_n; i++) {
        const struct strategy_entry *s = &p->catalogue->strategies[i];
        bool is_contrast = strcmp(s->name, contrast) == 0;
        bool belongs = strcmp(s->name, common) == 0 || is_contrast ||
                       p->asked->full || p->asked->strategies.count > 0;
        if (!chosen_strategy(p, s) || !belongs ||
            strcmp(s->name, baseline) == 0)
            continue;
        for (size_t c = 0; c < sizeof counter_workers / sizeof(unsigned); c++) {
            unsigned w = s->one_worker ? 1 : counter_workers[c];
            struct point at = {
                .chart = "counters",
                .role = "plan",
                .strategy = s,
                .arguments = p->asked->full ? "" : k->quick,
                .workers = w,
                .parallel = 1,
            };
            if (!is_contrast || p->asked->full || w == 2)
                plan_add(p, k, &at);
            if (s->one_worker)
                break;
        }
    }
}

/* One size of task: every strategy, on all cores that it can use. */
static void plan_grain(struct planner *p, const struct kernel_entry *k,
                       unsigned size)
{
    unsigned cores = p->asked->cores[p->asked->core_counts - 1];
    unsigned tasks = GRAIN_BYTES / size;
    tasks = least(tasks, GRAIN_MOST_TASKS);
    tasks = tasks < GRAIN_LEAST_TASKS ? GRAIN_LEAST_TASKS : tasks;
    char *arguments = text_format("--items %u --size %u", tasks * cores, size);
    for (size_t i = 0; i < p->catalogue->strategies_n; i++) {
        const struct strategy_entry *s = &p->catalogue->strategies[i];
        struct point at = {
            .chart = "granularity",
            .role = "plan",
            .strategy = s,
            .arguments = arguments,
            .workers = s->one_worker ? 1 : cores,
            .cores = s->one_worker ? 1 : cores,
            .task = size,
            .parallel = 1,
        };
        if (chosen_strategy(p, s))
            plan_add(p, k, &at);
    }
    free(arguments);
}

/* How short may tasks be? A chart of its own, in the full plan or when asked
 * for; then it stays, however short the time. */
static void plan_granularity(struct planner *p)
{
    const struct kernel_entry *k = catalogue_kernel(p->catalogue, grain);
    if (k == NULL ||
        !(p->asked->granularity || (p->asked->full && chosen_kernel(p, k))))
        return;
    unsigned size = GRAIN_LEAST;
    for (int i = 0; i < GRAIN_SIZES; i++, size *= GRAIN_STEP)
        plan_grain(p, k, size);
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

static void plan_blanks(struct planner *p)
{
    const struct kernel_entry *nothing = plan_blank(p);
    for (size_t i = 0; nothing != NULL && i < p->catalogue->strategies_n; i++) {
        const struct strategy_entry *s = &p->catalogue->strategies[i];
        struct point at = {
            .chart = "blank",
            .role = "blank",
            .strategy = s,
            .arguments = "--items 1",
            .workers = 1,
            .parallel = 1,
        };
        if (plan_has(&p->plan, s->name))
            plan_add(p, nothing, &at);
    }
}

/* How well an arm serves as the one that is run twice: of the showcase, by
 * the common strategy, with as many cores as there are. */
static unsigned twin_fitness(const struct arm *arm)
{
    if (strcmp(arm->role, "plan") != 0 || arm->closed != NULL)
        return 0;
    return 1 + least(arm->workers, 9999) +
           10000 * (strcmp(arm->strategy, common) == 0) +
           20000 * (strcmp(arm->kernel, showcase) == 0) +
           40000 * (strcmp(arm->chart, "speedup") == 0);
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
        .estimate_s = of->estimate_s,
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
    return s;
}

struct plan plan_make(const struct asked *asked,
                      const struct catalogue *catalogue, unsigned usable,
                      const char *log)
{
    struct planner p = {
        .asked = asked, .catalogue = catalogue, .usable = usable, .log = log};
    p.overhead_s = measure_overhead(&p);
    for (size_t i = 0; i < catalogue->kernels_n; i++) {
        const struct kernel_entry *k = &catalogue->kernels[i];
        if (!chosen_kernel(&p, k))
            continue;
        if (strcmp(k->bound, "shared") == 0) {
            plan_counters(&p, k);
        } else if (strcmp(k->bound, "io") == 0) {
            plan_inflight(&p, k);
        } else {
            plan_speedup(&p, k);
        }
    }
    plan_fit(&p.plan, asked, catalogue, plan_showcase(&p), plan_waiting(&p));
    plan_granularity(&p);
    plan_blanks(&p);
    plan_twin(&p.plan);
    p.plan.failed_trials = p.trials.failed;
    trials_free(&p.trials);
    return p.plan;
}
