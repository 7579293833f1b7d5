/*
 * stats_lesson_file.c - reads the files of scripts/lessons.
 *
 * Teaches: a claim that is to be tested must say beforehand what is compared
 * and what would refute it. That fits into a dozen lines of text, and no
 * claim needs code of its own.
 * Look at: lesson_fill, which takes the lines in order: `a` begins a
 * comparison, and what follows belongs to it.
 * Left out: judging. stats_finding.c does that.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stats_lessons.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char ending[] = ".lesson";

/* ----------------------------------------------------------- comparisons */

static const char *const selecting[] = {
    "kernel", "strategy", "workers", "cores", "inflight",
    "items",  "size",     "series",  "x",     "cost"};

static struct settings side_read(const struct fields *fields,
                                 const struct field *field)
{
    struct settings side = settings_read(fields, field);
    settings_check(&side, selecting, sizeof selecting / sizeof *selecting);
    for (size_t i = 0; i < side.count; i++)
        settings_value(&side, side.list[i].name, NULL); /* one value each */
    if (side.count > 1 && settings_find(&side, "cost"))
        fields_die(fields, field->line, "cost= stands alone");
    return side;
}

static void part_begin(struct lesson *lesson, const struct field *field)
{
    size_t n = lesson->parts_n++;
    struct lesson_part *list = realloc(lesson->parts, (n + 1) * sizeof *list);
    if (!list)
        fail("memory", strerror(errno));
    lesson->parts = list;
    list[n] = (struct lesson_part){.line = field->line,
                                   .a = side_read(&lesson->fields, field)};
}

static enum part_form form_of(const struct fields *fields,
                              const struct field *field)
{
    static const char *const names[] = {"a / b", "a", "a - b"};
    for (int form = 0; form < 3; form++)
        if (!strcmp(field->value, names[form]))
            return (enum part_form)form;
    fields_die(fields, field->line, "form: '%s' is none of a / b, a, a - b",
               field->value);
}

static enum part_even even_of(const struct fields *fields,
                              const struct field *field)
{
    if (!strcmp(field->value, "work"))
        return EVEN_WORK;
    if (!strcmp(field->value, "item"))
        return EVEN_ITEM;
    fields_die(fields, field->line, "even: '%s' is neither work nor item",
               field->value);
}

/* Takes one line that may stand below `a`. The form is kept one too high, so
 * that 0 says that there is none yet. */
static void part_take(struct lesson_part *to, const struct fields *fields,
                      const struct field *field, int *form)
{
    const char **texts[] = {&to->quantity, &to->holds, &to->say};
    static const char *const names[] = {"quantity", "holds", "say"};
    bool again = false;
    if (!strcmp(field->key, "b")) {
        again = to->has_b;
        if (!again)
            to->b = side_read(fields, field);
        to->has_b = true;
    } else if (!strcmp(field->key, "form")) {
        again = *form != 0;
        *form = (int)form_of(fields, field) + 1;
    } else if (!strcmp(field->key, "even")) {
        again = to->even != EVEN_NONE;
        to->even = even_of(fields, field);
    } else if (!strcmp(field->key, "given")) {
        again = to->holds != NULL;
        to->holds = field->value;
        to->given = true;
    }
    for (int i = 0; i < 3; i++)
        if (!strcmp(field->key, names[i])) {
            again = *texts[i] != NULL;
            *texts[i] = field->value;
        }
    if (again)
        fields_die(fields, field->line,
                   "%s: comes twice after one a:", field->key);
}

/* Costs have fewer forms than arms, and no quantity. */
static void part_costs(const struct fields *fields, struct lesson_part *of)
{
    of->cost_a = settings_value(&of->a, "cost", NULL);
    of->cost_b = of->has_b ? settings_value(&of->b, "cost", NULL) : NULL;
    if (of->has_b && !of->cost_a != !of->cost_b)
        fields_die(fields, of->line, "cost: is compared with a cost alone");
    if (of->cost_a && of->quantity)
        fields_die(fields, of->line, "quantity: a cost has none");
    if (of->cost_a && of->form == FORM_DIFFERENCE)
        fields_die(fields, of->line, "form: costs have no a - b");
}

/* Both sides must have an x that others may stand in for. */
static void part_even(const struct fields *fields, const struct lesson_part *of)
{
    if (of->even == EVEN_NONE)
        return;
    if (of->form != FORM_RATIO || !settings_find(&of->a, "x") ||
        !settings_find(&of->b, "x"))
        fields_die(fields, of->line, "even: needs a / b, both with x=");
    if (!of->say || !strstr(of->say, "%e"))
        fields_die(fields, of->line, "even: nobody says it: no %%e in say:");
}

/* What was not said has a default, and what was must fit together. */
static void part_end(const struct lesson *lesson, struct lesson_part *of,
                     int form)
{
    const struct fields *fields = &lesson->fields;
    of->form = form        ? (enum part_form)(form - 1)
               : of->has_b ? FORM_RATIO
                           : FORM_ALONE;
    if ((of->form != FORM_ALONE) != of->has_b)
        fields_die(fields, of->line,
                   of->has_b ? "b: the form has no b in it"
                             : "form: there is no b");
    part_costs(fields, of);
    part_even(fields, of);
    if (!of->quantity)
        of->quantity = "elapsed_s";
    if (!quantity_known(of->quantity))
        fields_die(fields, of->line, "quantity: '%s' is none", of->quantity);
    if (!of->holds)
        fields_die(fields, of->line, "no `holds:` line after a:");
    struct bound bound;
    const char *why = bound_read(of->holds, 2, &bound);
    if (why)
        fields_die(fields, of->line, "holds: %s: %s", of->holds, why);
}

static bool belongs_to_part(const char *key)
{
    static const char *const keys[] = {"b",    "quantity", "form", "holds",
                                       "even", "say",      "given"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!strcmp(key, keys[i]))
            return true;
    return false;
}

/* ---------------------------------------------------------------- lessons */

/* Takes all lines that belong to comparisons, in their order. */
static void lesson_fill(struct lesson *lesson)
{
    const struct fields *fields = &lesson->fields;
    int form = 0;
    for (size_t i = 0; i < fields->count; i++) {
        const struct field *field = &fields->list[i];
        size_t n = lesson->parts_n;
        if (!strcmp(field->key, "a")) {
            if (n)
                part_end(lesson, &lesson->parts[n - 1], form);
            part_begin(lesson, field);
            form = 0;
        } else if (belongs_to_part(field->key)) {
            if (!n)
                fields_die(fields, field->line,
                           "%s: before any a:", field->key);
            part_take(&lesson->parts[n - 1], fields, field, &form);
        }
    }
    if (lesson->parts_n)
        part_end(lesson, &lesson->parts[lesson->parts_n - 1], form);
}

/* An arm of its own names what an arm of an experiment may name. */
static void arms_check(const struct fields *fields, bool *any)
{
    static const char *const names[] = {
        "kernel", "strategy", "workers", "cores",  "inflight",
        "items",  "size",     "x",       "series", "options",
        "base",   "judge",    "rank",    "goes",   "twin"};
    for (size_t i = 0; i < fields->count; i++) {
        const struct field *field = &fields->list[i];
        if (!strstr(field->key, "arm"))
            continue;
        struct settings arm = settings_read(fields, field);
        settings_check(&arm, names, sizeof names / sizeof *names);
        if (!settings_find(&arm, "kernel") || !settings_find(&arm, "strategy"))
            fields_die(fields, field->line,
                       "an arm needs kernel= and "
                       "strategy=");
        settings_free(&arm);
        *any = true;
    }
}

/* Whether any of its comparisons is more than presumed. */
static bool decides(const struct lesson *lesson)
{
    for (size_t i = 0; i < lesson->parts_n; i++)
        if (!lesson->parts[i].given)
            return true;
    return false;
}

/* What must be there, must not be there together, or has a form. */
static void lesson_check(struct lesson *lesson)
{
    const struct fields *fields = &lesson->fields;
    bool arms = false, holds;
    arms_check(fields, &arms);
    bool compares = lesson->parts_n > 0;
    if (!compares && !lesson->check && !lesson->lacks)
        fields_die(fields, 0, "no a:, no check: and no lacks:");
    if (compares && !decides(lesson))
        fields_die(fields, 0, "given: nothing but what is presumed");
    if (lesson->experiment && arms)
        fields_die(fields, 0, "experiment: and arm: exclude each other");
    if (compares && !lesson->experiment && !arms && !lesson->lacks)
        fields_die(fields, 0, "a: of which arms? no experiment: and no arm:");
    const char *why =
        lesson->needs ? condition_read(lesson->needs, 2, &holds) : NULL;
    if (why)
        fields_die(fields, 0, "needs: %s: %s", lesson->needs, why);
    const struct field *status = fields_find(fields, "exit");
    char *end = NULL;
    lesson->exit = status ? strtol(status->value, &end, 10) : 0;
    if (status &&
        (!lesson->check || *end || lesson->exit < 0 || lesson->exit > 125))
        fields_die(fields, status->line,
                   "exit: a status from 0 to 125, after a check:");
}

static struct lesson lesson_read(const char *directory, const char *name)
{
    static const char *const keys[] = {
        "id",       "claim",      "source", "then", "needs",
        "lacks",    "check",      "exit",   "arm",  "quick arm",
        "full arm", "experiment", "a",      "b",    "quantity",
        "form",     "holds",      "even",   "say",  "given"};
    size_t bytes = strlen(directory) + strlen(name) + 2;
    char *path = allocate(bytes, 1);
    snprintf(path, bytes, "%s/%s", directory, name);
    struct lesson lesson = {.fields = fields_read(path)};
    const struct fields *fields = &lesson.fields;
    free(path);
    fields_check(fields, keys, sizeof keys / sizeof *keys);
    lesson.id = fields_needed(fields, "id");
    size_t length = strlen(name) - strlen(ending);
    if (strlen(lesson.id) != length || strncmp(lesson.id, name, length) != 0)
        fields_die(fields, 0, "id: '%s' is not the file's name", lesson.id);
    lesson.claim = fields_needed(fields, "claim");
    lesson.source = fields_needed(fields, "source");
    lesson.then = fields_needed(fields, "then");
    lesson.needs = fields_value(fields, "needs", NULL);
    lesson.lacks = fields_value(fields, "lacks", NULL);
    lesson.check = fields_value(fields, "check", NULL);
    lesson.experiment = fields_value(fields, "experiment", NULL);
    lesson_fill(&lesson);
    lesson_check(&lesson);
    if (!lesson.experiment)
        lesson.experiment = lesson.id;
    return lesson;
}

static int is_lesson(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name), tail = strlen(ending);
    return length > tail && entry->d_name[0] != '.' &&
           !strcmp(entry->d_name + length - tail, ending);
}

static int by_source(const void *a, const void *b)
{
    const struct lesson *x = a, *y = b;
    int order = strcmp(x->source, y->source);
    return order ? order : strcmp(x->id, y->id);
}

struct lessons lessons_read(const char *directory)
{
    struct dirent **names;
    int n = scandir(directory, &names, is_lesson, alphasort);
    if (n < 0)
        fail(directory, strerror(errno));
    if (n == 0)
        fail(directory, "no lesson in it");
    struct lessons lessons = {.list = allocate((size_t)n, sizeof *lessons.list),
                              .n = (size_t)n};
    for (int i = 0; i < n; i++) {
        lessons.list[i] = lesson_read(directory, names[i]->d_name);
        free(names[i]);
    }
    free(names);
    /* Settings point at the fields they came from, which move here. */
    qsort(lessons.list, lessons.n, sizeof *lessons.list, by_source);
    for (size_t i = 0; i < lessons.n; i++)
        for (size_t c = 0; c < lessons.list[i].parts_n; c++) {
            struct lesson_part *of = &lessons.list[i].parts[c];
            of->a.fields = of->b.fields = &lessons.list[i].fields;
        }
    return lessons;
}

void lessons_free(struct lessons *lessons)
{
    for (size_t i = 0; i < lessons->n; i++) {
        struct lesson *lesson = &lessons->list[i];
        for (size_t c = 0; c < lesson->parts_n; c++) {
            settings_free(&lesson->parts[c].a);
            if (lesson->parts[c].has_b)
                settings_free(&lesson->parts[c].b);
        }
        free(lesson->parts);
        fields_free(&lesson->fields);
    }
    free(lessons->list);
}
