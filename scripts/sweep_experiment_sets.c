/*
 * sweep_experiment_sets.c - what @cpu, @parallel and @cores stand for here.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: a set is a rule about kinds, "all kernels that compute", so that
 * a kernel or strategy that is added later is measured without an edit.
 * Look at: the two tables of sets.
 * Left out: sets that a file defines for itself.
 */
#include "sweep_experiment.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char baseline[] = "sequential"; /* what speedup is over */

static bool words_have(const struct words *words, const char *name)
{
    for (size_t i = 0; i < words->count; i++)
        if (strcmp(words->list[i], name) == 0)
            return true;
    return false;
}

/* Whether kernels/NAME.c or the like is in the tree that the experiments are
 * from: then the name is right, and its file was left out of this build. */
static bool in_tree(const struct planner *p, const char *const *places,
                    const char *name)
{
    bool found = false;
    for (size_t i = 0; places[i] != NULL && !found; i++) {
        char *path = text_format("%s/../../%s/%s.c", p->experiments->directory,
                                 places[i], name);
        found = strchr(name, '/') == NULL && access(path, F_OK) == 0;
        free(path);
    }
    return found;
}

_Noreturn static void unknown(const struct settings *settings, const char *what,
                              const char *name)
{
    fields_die(settings->fields, settings->line, "no such %s: '%s'", what,
               name);
}

/* ---------------------------------------------------------------- kernels */

/* In sets are the kernels that the plan has: the quick one leaves out those
 * without arguments for it, and those without work are not for measuring. */
static bool kernel_belongs(const struct planner *p,
                           const struct kernel_entry *k, const char *set)
{
    if (strcmp(k->bound, set + 1) != 0)
        return false;
    if (p->asked->kernels.count > 0)
        return words_have(&p->asked->kernels, k->name);
    return strcmp(k->bound, "none") != 0 &&
           (p->asked->full || *k->quick != '\0');
}

static void kernel_check(const struct planner *p,
                         const struct settings *settings, const char *word)
{
    static const char *const sets[] = {"@cpu", "@memory", "@io", "@shared",
                                       "@none"};
    bool known = false;
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        known |= strcmp(sets[i], word) == 0;
    if (!known && catalogue_kernel(p->catalogue, word) == NULL &&
        !in_tree(p, (const char *const[]){"kernels", NULL}, word))
        unknown(settings, "kernel", word);
}

/* Appends what one word names, or only the first of it; false if nothing. */
static bool kernel_word(const struct planner *p, const char *word, bool all,
                        bool first, const struct kernel_entry **list,
                        size_t *count)
{
    size_t before = *count;
    for (size_t i = 0; i < p->catalogue->kernels_n; i++) {
        const struct kernel_entry *k = &p->catalogue->kernels[i];
        bool named = strcmp(k->name, word) == 0 &&
                     (all || p->asked->kernels.count == 0 ||
                      words_have(&p->asked->kernels, k->name));
        if (named || (*word == '@' && kernel_belongs(p, k, word)))
            list[(*count)++] = k;
        if (first && *count > before)
            break;
    }
    return *count > before;
}

/* Takes what one word names away again. */
static void kernel_away(const char *word, const struct kernel_entry **list,
                        size_t *count)
{
    size_t kept = 0;
    for (size_t i = 0; i < *count; i++)
        if (strcmp(list[i]->name, word) != 0)
            list[kept++] = list[i];
    *count = kept;
}

static void kernel_value(const struct planner *p,
                         const struct settings *settings, const char *value,
                         bool all, const struct kernel_entry **list,
                         size_t *count)
{
    bool away = *value == '-', found = false;
    char *copy = text_copy(value + away), *rest = copy, *word;
    bool several = strchr(copy, '|') != NULL;
    while ((word = strsep(&rest, "|")) != NULL) {
        kernel_check(p, settings, word);
        if (away)
            kernel_away(word, list, count);
        else if (!found)
            found = kernel_word(p, word, all, several, list, count);
    }
    free(copy);
}

const struct kernel_entry **set_kernels(const struct planner *p,
                                        const struct settings *settings,
                                        bool all, size_t *count)
{
    const struct setting *setting = settings_find(settings, "kernel");
    if (setting == NULL)
        fields_die(settings->fields, settings->line, "no kernel=");
    size_t most = setting->count * p->catalogue->kernels_n;
    const struct kernel_entry **list = calloc(most + 1, sizeof *list);
    if (list == NULL)
        die(ENOMEM, "memory");
    *count = 0;
    for (size_t i = 0; i < setting->count; i++)
        kernel_value(p, settings, setting->values[i], all, list, count);
    return list;
}

void set_drawn_check(const struct planner *p, const struct fields *fields)
{
    const struct field *field = fields_find(fields, "kernels");
    if (field == NULL)
        return;
    char *copy = text_copy(field->value);
    char *rest = copy, *word;
    while ((word = strsep(&rest, ", ")) != NULL)
        if (*word != '\0' && catalogue_kernel(p->catalogue, word) == NULL &&
            !in_tree(p, (const char *const[]){"kernels", NULL}, word))
            fields_die(fields, field->line, "kernels: no such kernel: '%s'",
                       word);
    free(copy);
}

/* ------------------------------------------------------------- strategies */

static bool is_any(const struct strategy_entry *s)
{
    return s != NULL;
}

static bool is_parallel(const struct strategy_entry *s)
{
    return !s->one_worker && !s->for_waiting;
}

static bool is_waiting(const struct strategy_entry *s)
{
    return s->for_waiting;
}

static bool is_single(const struct strategy_entry *s)
{
    return s->one_worker;
}

static const struct {
    const char *name;
    bool (*has)(const struct strategy_entry *s);
} strategy_sets[] = {{"@all", is_any},
                     {"@parallel", is_parallel},
                     {"@waiting", is_waiting},
                     {"@single", is_single}};

static bool strategy_is(const struct strategy_entry *s, const char *word)
{
    for (size_t i = 0; i < sizeof strategy_sets / sizeof *strategy_sets; i++)
        if (strcmp(strategy_sets[i].name, word) == 0)
            return strategy_sets[i].has(s);
    return strcmp(s->name, word) == 0;
}

static void strategy_check(const struct planner *p,
                           const struct settings *settings, const char *word)
{
    for (size_t i = 0; i < sizeof strategy_sets / sizeof *strategy_sets; i++)
        if (strcmp(strategy_sets[i].name, word) == 0)
            return;
    if (catalogue_strategy(p->catalogue, word) == NULL &&
        !in_tree(p, (const char *const[]){"bench", "bench/peers", NULL}, word))
        unknown(settings, "strategy", word);
}

/* The baseline is always in: without it there is no speedup. */
static bool strategy_asked(const struct planner *p,
                           const struct strategy_entry *s)
{
    return p->asked->strategies.count == 0 || strcmp(s->name, baseline) == 0 ||
           words_have(&p->asked->strategies, s->name);
}

/* Sets the marks of what one word names; `first`: of one at most. */
static bool strategy_word(const struct planner *p, const char *word, bool first,
                          bool value, bool *marks)
{
    bool found = false;
    for (size_t i = 0; i < p->catalogue->strategies_n; i++) {
        const struct strategy_entry *s = &p->catalogue->strategies[i];
        if (!strategy_asked(p, s) || !strategy_is(s, word) || (first && found))
            continue;
        marks[i] = value;
        found = true;
    }
    return found;
}

static void strategy_value(const struct planner *p,
                           const struct settings *settings, const char *value,
                           bool *marks)
{
    bool away = *value == '-', found = false;
    char *copy = text_copy(value + away), *rest = copy, *word;
    bool several = strchr(copy, '|') != NULL;
    while ((word = strsep(&rest, "|")) != NULL) {
        strategy_check(p, settings, word);
        if (!found)
            found = strategy_word(p, word, several, !away, marks);
    }
    free(copy);
}

const struct strategy_entry **set_strategies(const struct planner *p,
                                             const struct settings *settings,
                                             size_t *count)
{
    const struct setting *setting = settings_find(settings, "strategy");
    if (setting == NULL)
        fields_die(settings->fields, settings->line, "no strategy=");
    size_t n = p->catalogue->strategies_n;
    const struct strategy_entry **list = calloc(n + 1, sizeof *list);
    bool *marks = calloc(n + 1, sizeof *marks);
    if (list == NULL || marks == NULL)
        die(ENOMEM, "memory");
    for (size_t i = 0; i < setting->count; i++)
        strategy_value(p, settings, setting->values[i], marks);
    *count = 0;
    for (size_t i = 0; i < n; i++)
        if (marks[i])
            list[(*count)++] = &p->catalogue->strategies[i];
    free(marks);
    return list;
}

/* ---------------------------------------------------------------- numbers */

/* Appends the numbers of a set to `to`, or only counts them when that is
 * NULL; 0: no such set. @middle may be empty, which is not 0 but *empty. */
static size_t number_set(const struct asked *asked, const char *word,
                         double *to, bool *known)
{
    const unsigned *cores = asked->cores;
    size_t n = asked->core_counts, count = 0;
    double all[MOST_COUNTS];
    *known = true;
    if (strcmp(word, "@most") == 0) {
        all[count++] = cores[n - 1];
    } else if (strcmp(word, "@twice") == 0) {
        all[count++] = 2.0 * cores[n - 1];
    } else if (strcmp(word, "@cores") == 0 || strcmp(word, "@ends") == 0 ||
               strcmp(word, "@middle") == 0) {
        for (size_t i = 0; i < n; i++) {
            bool end = i == 0 || i + 1 == n;
            if (word[1] == 'c' || end == (word[1] == 'e'))
                all[count++] = cores[i];
        }
    } else
        *known = false;
    memcpy(to, all, count * sizeof *all);
    return count;
}

/* Appends what one value stands for: 5, @cores, 100*@most. */
static size_t number_value(const struct planner *p,
                           const struct settings *settings, const char *name,
                           const char *value, double *to)
{
    char *end;
    double factor = 1;
    const char *word = value;
    if (*value != '@') {
        if (strspn(value, "0123456789.") == 0)
            unknown(settings, "number", value);
        factor = strtod(value, &end);
        if (*end == '\0') {
            to[0] = factor;
            return 1;
        }
        if (*end != '*')
            unknown(settings, "number", value);
        word = end + 1;
    }
    bool known;
    size_t n = number_set(p->asked, word, to, &known);
    if (!known)
        fields_die(settings->fields, settings->line,
                   "%s=: '%s' is no number and no set of numbers", name, value);
    for (size_t i = 0; i < n; i++)
        to[i] *= factor;
    return n;
}

double *set_numbers(const struct planner *p, const struct settings *settings,
                    const char *name, size_t *count)
{
    const struct setting *setting = settings_find(settings, name);
    *count = 0;
    if (setting == NULL)
        return NULL;
    double *list = calloc(setting->count * MOST_COUNTS, sizeof *list);
    if (list == NULL)
        die(ENOMEM, "memory");
    for (size_t i = 0; i < setting->count; i++)
        *count +=
            number_value(p, settings, name, setting->values[i], list + *count);
    bool whole = strcmp(name, "x") != 0;
    for (size_t i = 0; whole && i < *count; i++)
        if (list[i] < (strcmp(name, "size") != 0) || list[i] > 1e9 ||
            list[i] != (double)(long)list[i])
            fields_die(settings->fields, settings->line,
                       "%s=: %g is not a whole number from 1 to 1e9", name,
                       list[i]);
    return list;
}
