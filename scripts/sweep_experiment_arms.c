/*
 * sweep_experiment_arms.c - the arms that a line of an experiment stands for.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: a plan is a product of lists, each arm one way to run one kernel.
 * What a strategy has no use for is taken from it: whoever has one worker gets
 * one, and arms that come out the same are one arm.
 * Look at: line_point, which makes an arm fit for its strategy.
 * Left out: predicting times well. The estimate only decides what has to go
 * when a plan would not fit into its time (sweep_fit.c).
 */
#include "sweep_experiment.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum axis { WORKERS, CORES, INFLIGHT, ITEMS, SIZE, X, AXES };

static const char *const axis_names[AXES] = {"workers", "cores", "inflight",
                                             "items",   "size",  "x"};

static const char *const setting_names[] = {
    "kernel", "strategy", "workers", "cores", "inflight", "items", "size", "x",
    "series", "base",     "options", "rank",  "goes",     "judge", "twin"};

/* One arm line, all of its lists made. */
struct line {
    const struct experiment *experiment;
    struct settings settings;
    const struct kernel_entry **kernels;
    const struct strategy_entry **strategies, *judge;
    size_t kernels_n, strategies_n;
    struct {
        double *list;
        size_t count;
        unsigned with; /* the axis that it advances together with */
    } axes[AXES];
    unsigned rank, twin;
    bool base;
};

/* ------------------------------------------------------------- reading */

/* The axis before this one that has the same list, else itself. */
static unsigned axis_leader(const struct settings *settings, unsigned axis)
{
    const struct setting *own = settings_find(settings, axis_names[axis]);
    for (unsigned a = 0; own != NULL && a < axis; a++) {
        const struct setting *other = settings_find(settings, axis_names[a]);
        if (other != NULL && strcmp(other->spelled, own->spelled) == 0)
            return a;
    }
    return axis;
}

static unsigned digit(const struct settings *settings, const char *name,
                      unsigned otherwise)
{
    const char *value = settings_value(settings, name, NULL);
    if (value == NULL)
        return otherwise;
    if (strlen(value) != 1 || *value < '1' || *value > '9')
        fields_die(settings->fields, settings->line,
                   "%s=: '%s' is not one of 1 to 9", name, value);
    return (unsigned)(*value - '0');
}

static bool is_yes(const struct settings *settings, const char *name)
{
    const char *value = settings_value(settings, name, "no");
    if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
        fields_die(settings->fields, settings->line,
                   "%s=: '%s' is neither yes nor no", name, value);
    return strcmp(value, "yes") == 0;
}

/* The strategy that gives the right answer; NULL when it is not there. */
static const struct strategy_entry *line_judge(const struct planner *p,
                                               struct settings *settings)
{
    const char *name = settings_value(settings, "judge", "sequential");
    const struct strategy_entry *judge = catalogue_strategy(p->catalogue, name);
    char *source =
        text_format("%s/../../bench/%s.c", p->experiments->directory, name);
    char *text = judge == NULL ? text_of_file(source) : NULL;
    if (judge == NULL && text == NULL)
        fields_die(settings->fields, settings->line, "no such strategy: '%s'",
                   name);
    free(text);
    free(source);
    return judge;
}

static struct line line_read(const struct planner *p,
                             const struct experiment *experiment,
                             const struct field *field)
{
    struct line line = {.experiment = experiment,
                        .settings = settings_read(&experiment->fields, field)};
    struct settings *settings = &line.settings;
    bool all =
        p->asked->granularity && strcmp(experiment->name, "granularity") == 0;
    settings_check(settings, setting_names,
                   sizeof setting_names / sizeof *setting_names);
    for (size_t i = 0; i < settings->count; i++)
        if (strcmp(settings->list[i].name, "series") == 0 ||
            strcmp(settings->list[i].name, "options") == 0 ||
            strcmp(settings->list[i].name, "goes") == 0)
            settings_value(settings, settings->list[i].name, NULL);
    line.kernels = set_kernels(p, settings, all, &line.kernels_n);
    line.strategies = set_strategies(p, settings, &line.strategies_n);
    line.judge = line_judge(p, settings);
    for (unsigned a = 0; a < AXES; a++) {
        line.axes[a].list =
            set_numbers(p, settings, axis_names[a], &line.axes[a].count);
        line.axes[a].with = axis_leader(settings, a);
    }
    line.rank = digit(settings, "rank", 0);
    line.twin = digit(settings, "twin", 0);
    line.base = is_yes(settings, "base");
    return line;
}

static void line_free(struct line *line)
{
    for (unsigned a = 0; a < AXES; a++)
        free(line->axes[a].list);
    free(line->kernels);
    free(line->strategies);
    settings_free(&line->settings);
}

void plan_check(struct planner *p)
{
    for (size_t i = 0; i < p->experiments->count; i++) {
        const struct experiment *e = &p->experiments->list[i];
        for (size_t f = 0; f < e->fields.count; f++)
            if (strstr(e->fields.list[f].key, "arm") != NULL) {
                struct line line = line_read(p, e, &e->fields.list[f]);
                line_free(&line);
            }
        if (!e->lesson)
            set_drawn_check(p, &e->fields);
    }
}

/* -------------------------------------------------------------- points */

/* Appends a word and a number to arguments. */
static void append(char **arguments, const char *word, double number)
{
    char *longer = text_format("%s%s%s %.0f", *arguments,
                               **arguments == '\0' ? "" : " ", word, number);
    free(*arguments);
    *arguments = longer;
}

/* The kernel's own arguments, but for --items and --size where the line says
 * others. */
static char *line_arguments(const struct line *line, const char *own,
                            const double values[AXES])
{
    char *copy = text_copy(own), *rest = copy, *word;
    char *arguments = text_copy("");
    if (line->axes[ITEMS].count > 0)
        append(&arguments, "--items", values[ITEMS]);
    if (line->axes[SIZE].count > 0)
        append(&arguments, "--size", values[SIZE]);
    while ((word = strsep(&rest, " ")) != NULL) {
        bool items =
            line->axes[ITEMS].count > 0 && strncmp(word, "--items", 7) == 0;
        bool size =
            line->axes[SIZE].count > 0 && strncmp(word, "--size", 6) == 0;
        if ((items || size) && strchr(word, '=') == NULL)
            strsep(&rest, " ");
        if (items || size || *word == '\0')
            continue;
        char *longer = text_format("%s%s%s", arguments,
                                   *arguments == '\0' ? "" : " ", word);
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

/* How many items may be under way at once, compared with the judge. Not every
 * strategy makes use of its cores: count half of what they could save. */
static double point_parallel(const struct planner *p, const struct point *at,
                             const struct kernel_entry *k)
{
    bool alone =
        at->judge != NULL && at->judge->one_worker && !at->judge->for_waiting;
    if (!alone || strcmp(k->bound, "shared") == 0)
        return 1;
    unsigned cores = at->cores > 0 ? at->cores : p->usable;
    unsigned n = least(at->workers, cores);
    if (strcmp(k->bound, "io") != 0)
        return 2.0 * n / (n + 1);
    if (at->inflight == 0 && at->strategy->inflight_option)
        return ALL_ITEMS;
    return at->inflight > 0 ? at->inflight : at->workers;
}

/* What the x axis has, unless the line says it. */
static double point_x(const struct line *line, const struct point *at,
                      const double values[AXES])
{
    const char *chart = line->experiment->chart;
    if (line->axes[X].count > 0)
        return values[X];
    if (strcmp(chart, "granularity") == 0)
        return values[SIZE];
    if (strcmp(chart, "speedup") == 0 && at->cores > 0)
        return at->workers > at->cores ? at->workers : at->cores;
    return at->inflight > 0 ? at->inflight : at->workers;
}

/* An arm fit for a strategy. */
static struct point line_point(const struct planner *p, const struct line *line,
                               const struct kernel_entry *k,
                               const struct strategy_entry *s,
                               const double values[AXES])
{
    const struct settings *settings = &line->settings;
    bool waits = line->axes[INFLIGHT].count > 0;
    unsigned inflight = waits ? (unsigned)values[INFLIGHT] : 0;
    unsigned workers = (unsigned)values[WORKERS],
             cores = (unsigned)values[CORES];
    if (line->axes[WORKERS].count == 0)
        workers = !waits               ? 1
                  : s->inflight_option ? least(p->usable, inflight)
                                       : inflight;
    struct point at = {
        .experiment = line->experiment->name,
        .chart = line->experiment->chart,
        .role = "plan",
        .series = settings_value(settings, "series", NULL),
        .options = settings_value(settings, "options", ""),
        .goes = settings_value(settings, "goes", NULL),
        .strategy = s,
        .judge = line->judge,
        .workers = s->one_worker ? 1 : workers,
        .cores = s->one_worker && cores > 0 ? 1 : cores,
        .inflight = s->inflight_option ? inflight : 0,
        .rank = line->rank,
        .twin = line->twin,
        .base = line->base,
    };
    at.parallel = point_parallel(p, &at, k);
    at.x = point_x(line, &at, values);
    return at;
}

/* What the id of an arm ends with: where it stands in the chart. */
static char *point_last(const struct line *line, const struct point *at)
{
    const char *chart = line->experiment->chart;
    bool by_x = strcmp(chart, "speedup") != 0 && strcmp(chart, "counters") != 0;
    double last = by_x ? at->x : at->workers;
    if (at->series == NULL)
        return text_format("%.10g", last);
    char *text = text_format("%s/%.10g", at->series, last);
    for (char *c = text; *c != '\0'; c++)
        if (strchr(" \t\"'\\", *c) != NULL)
            *c = '-';
    return text;
}

static void line_arm(struct planner *p, const struct line *line,
                     const struct kernel_entry *k,
                     const struct strategy_entry *s, const double values[AXES])
{
    struct point at = line_point(p, line, k, s, values);
    if (at.cores > p->usable || line->judge == NULL)
        return; /* cannot run here */
    /* A lesson says what work it means, in a short sweep as in a long one. */
    bool whole = p->asked->full || line->experiment->lesson;
    char *arguments = line_arguments(line, whole ? "" : k->quick, values);
    char *last = point_last(line, &at);
    at.arguments = arguments;
    at.last = last;
    if (at.rank == 0)
        at.rank = line->experiment->rank;
    if (at.goes == NULL && p->asked->experiments.count > 0)
        at.rank = 1; /* it would go as a whole, but was asked for */
    char *lesson = text_format("lesson %s", line->experiment->name);
    if (at.goes == NULL && line->experiment->lesson)
        at.goes = lesson;
    if (!plan_add(p, k, &at))
        fields_die(&line->experiment->fields, line->settings.line,
                   "%s/%s/%s/%s: another arm has this name; a series= tells "
                   "them apart",
                   at.experiment, k->name, s->name, last);
    free(lesson);
    free(last);
    free(arguments);
}

/* ------------------------------------------------------------- products */

/* Takes the next combination, the last axis first; false after the last. */
static bool axes_next(const struct line *line, size_t at[AXES])
{
    for (int a = AXES - 1; a >= 0; a--) {
        if (line->axes[a].with != (unsigned)a || line->axes[a].count == 0)
            continue;
        if (++at[a] < line->axes[a].count)
            return true;
        at[a] = 0;
    }
    return false;
}

static void line_arms(struct planner *p, const struct line *line,
                      const struct kernel_entry *k,
                      const struct strategy_entry *s)
{
    size_t at[AXES] = {0};
    for (unsigned a = 0; a < AXES; a++)
        if (settings_find(&line->settings, axis_names[a]) != NULL &&
            line->axes[a].count == 0)
            return; /* @middle, with nothing between the ends */
    do {
        double values[AXES] = {0};
        for (unsigned a = 0; a < AXES; a++)
            if (line->axes[a].count > 0)
                values[a] = line->axes[a].list[at[line->axes[a].with]];
        line_arm(p, line, k, s, values);
    } while (axes_next(line, at));
}

static int by_place(const void *a, const void *b)
{
    const struct arm *one = a, *other = b;
    int order = strcmp(one->kernel, other->kernel);
    if (order == 0)
        order = strcmp(one->strategy, other->strategy);
    if (order == 0)
        order = strcmp(one->series, other->series);
    if (order == 0)
        order = (one->x > other->x) - (one->x < other->x);
    return order != 0 ? order : strcmp(one->id, other->id);
}

void plan_experiment(struct planner *p, const struct experiment *experiment)
{
    size_t before = p->plan.count;
    for (size_t f = 0; f < experiment->fields.count; f++) {
        const struct field *field = &experiment->fields.list[f];
        if (!experiment_applies(p->asked, experiment, field, "arm"))
            continue;
        struct line line = line_read(p, experiment, field);
        for (size_t k = 0; k < line.kernels_n; k++)
            for (size_t s = 0; s < line.strategies_n; s++)
                line_arms(p, &line, line.kernels[k], line.strategies[s]);
        line_free(&line);
    }
    if (p->plan.count > before)
        qsort(p->plan.arms + before, p->plan.count - before,
              sizeof *p->plan.arms, by_place);
}
