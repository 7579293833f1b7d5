/*
 * stats_lesson_arms.c - which arm of a plan a side of a lesson means.
 *
 * Teaches: a claim names what it compares (threads, two workers, this kernel)
 * and not a line of some plan; so it can be asked of any run that has it.
 * Look at: arm_meant. A side that fits several arms would let one choose the
 * one that suits, so that ends the program.
 * Left out: sides that name a cost; stats_lesson_costs.c has those.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stats_lessons.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double cores_here(const struct results *results)
{
    const json_t *usable = json_object_get(results->machine, "usable_cores");
    if (results->effective_cores > 0)
        return results->effective_cores;
    if (json_number_value(usable) > 0)
        return json_number_value(usable);
    long most = 1;
    for (size_t i = 0; i < results->arms_n; i++)
        if (results->arms[i].cores > most)
            most = results->arms[i].cores;
    return (double)most;
}

/* The sets of numbers of a plan count whole cores. */
static double number_meant(const struct results *results, const char *text)
{
    const json_t *usable = json_object_get(results->machine, "usable_cores");
    double most = json_number_value(usable) > 0 ? json_number_value(usable)
                                                : floor(cores_here(results));
    if (!strcmp(text, "@most"))
        return most;
    if (!strcmp(text, "@twice"))
        return 2 * most;
    char *end;
    double number = strtod(text, &end);
    return *text && !*end ? number : NAN;
}

/* What follows an option in a command, as a number; NaN where it is not
 * given. */
static double option_in(const char *command, const char *option)
{
    size_t length = strlen(option);
    const char *at = strstr(command, option);
    while (at && at[length] != ' ' && at[length] != '=')
        at = strstr(at + 1, option);
    return at ? strtod(at + length + 1, NULL) : NAN;
}

static double or_option(const char *cell, const struct arm *arm,
                        const char *option)
{
    return *cell ? strtod(cell, NULL) : option_in(arm->command, option);
}

/* The number that an arm has for a name of a selection. */
static double arm_number(const struct arm *arm, const char *name)
{
    if (!strcmp(name, "workers"))
        return (double)arm->workers;
    if (!strcmp(name, "cores"))
        return (double)arm->cores;
    if (!strcmp(name, "inflight"))
        return option_in(arm->command, "--inflight");
    if (!strcmp(name, "items"))
        return strtod(arm->items, NULL);
    if (!strcmp(name, "size"))
        return or_option(arm->size, arm, "--size");
    return *arm->x ? strtod(arm->x, NULL) : NAN;
}

static bool is_near(double a, double b)
{
    return fabs(a - b) <= 1e-9 * fabs(a);
}

static bool setting_matches(const struct results *results,
                            const struct arm *arm,
                            const struct setting *setting)
{
    const char *wanted = setting->values[0];
    if (!strcmp(setting->name, "kernel"))
        return !strcmp(arm->kernel, wanted);
    if (!strcmp(setting->name, "strategy"))
        return !strcmp(arm->strategy, wanted);
    if (!strcmp(setting->name, "series"))
        return !strcmp(arm->series, wanted);
    return is_near(arm_number(arm, setting->name),
                   number_meant(results, wanted));
}

/* Whether all settings of a side fit the arm; `x`, unless it is NaN, stands in
 * place of the side's own. */
static bool arm_matches(const struct results *results, const struct arm *arm,
                        const struct lesson *lesson,
                        const struct settings *side, double x)
{
    if (!arm_is(arm, "plan") ||
        strcmp(arm->experiment, lesson->experiment) != 0)
        return false;
    for (size_t i = 0; i < side->count; i++) {
        const struct setting *setting = &side->list[i];
        bool other_x = !strcmp(setting->name, "x") && !isnan(x);
        if (other_x ? !is_near(arm_number(arm, "x"), x)
                    : !setting_matches(results, arm, setting))
            return false;
    }
    return true;
}

/* One command that stands in the plan twice is one arm. */
const struct arm *arm_meant(const struct results *results,
                            const struct lesson *lesson,
                            const struct lesson_part *of,
                            const struct settings *side, double x)
{
    const struct arm *found = NULL;
    for (size_t i = 0; i < results->arms_n; i++) {
        const struct arm *arm = &results->arms[i];
        if (!arm_matches(results, arm, lesson, side, x))
            continue;
        if (found && strcmp(found->command, arm->command) != 0) {
            fprintf(stderr,
                    "stats: %s:%u: %c: is not one arm: %s and %s both match\n",
                    lesson->fields.path, of->line, side == &of->a ? 'a' : 'b',
                    found->name, arm->name);
            exit(1);
        }
        if (!found)
            found = arm;
    }
    return found;
}

static int by_number(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double *arms_x(const struct results *results, const struct lesson *lesson,
               const struct settings *side, size_t *n)
{
    double *list = allocate(results->arms_n, sizeof *list);
    *n = 0;
    for (size_t i = 0; i < results->arms_n; i++) {
        const struct arm *arm = &results->arms[i];
        double x = arm_number(arm, "x");
        if (!isnan(x) && arm_matches(results, arm, lesson, side, x))
            list[(*n)++] = x;
    }
    qsort(list, *n, sizeof *list, by_number);
    size_t kept = 0;
    for (size_t i = 0; i < *n; i++)
        if (!kept || !is_near(list[kept - 1], list[i]))
            list[kept++] = list[i];
    *n = kept;
    return list;
}
