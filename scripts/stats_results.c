/*
 * stats_results.c - reads a run directory: plan, samples, machine.
 *
 * Teaches: raw data come from programs that crash and disks that fill up, so
 * whoever reads them checks every line and says what was left out.
 * Look at: samples_assign and sample_place, which decide what counts. Block 0
 * is a warm-up; a sample counts when its verdict is "ok"; an arm counts once a
 * block; of several sessions in one file the last one counts, since the machine
 * or the programs changed between them. Which blocks count is stats_blocks.c's.
 * Left out: judging samples by their own time. A slow run is data.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stats.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* -------------------------------------------------------------- reading */

static char *copy_of(const char *text)
{
    char *copy = strdup(text ? text : "");
    if (!copy)
        fail("memory", strerror(errno));
    return copy;
}

static char *path_in(const char *directory, const char *name)
{
    size_t bytes = strlen(directory) + strlen(name) + 2;
    char *path = allocate(bytes, 1);
    snprintf(path, bytes, "%s/%s", directory, name);
    return path;
}

/* The array, moved to more room when its n elements fill what it has. */
static void *room_for_one(void *array, size_t n, size_t bytes)
{
    if (n & (n - 1) && n)
        return array; /* room is a power of two */
    void *bigger = realloc(array, (n ? 2 * n : 1) * bytes);
    if (!bigger)
        fail("memory", strerror(errno));
    return bigger;
}

/* A number of an object, or NaN. */
static double number_in(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static double or_zero(double number)
{
    return isnan(number) ? 0 : number;
}

/* ----------------------------------------------------------------- plan */

enum column {
    COLUMN_ARM,
    COLUMN_CHART,
    COLUMN_ROLE,
    COLUMN_STRATEGY,
    COLUMN_KERNEL,
    COLUMN_BOUND,
    COLUMN_WORKERS,
    COLUMN_CORES,
    COLUMN_ITEMS,
    COLUMN_COMMAND,
    COLUMNS_NEEDED,
    COLUMN_EXPERIMENT = COLUMNS_NEEDED,
    COLUMN_SERIES,
    COLUMN_X,
    COLUMN_SIZE,
    COLUMN_SAME,
    COLUMNS,
};

static const char *const column_names[COLUMNS] = {
    "arm",        "chart",   "role",  "strategy", "kernel",
    "bound",      "workers", "cores", "items",    "command",
    "experiment", "series",  "x",     "size",     "same"};

_Static_assert(COLUMNS == sizeof((struct arm){0}.cells) / sizeof(char *),
               "an arm has a cell for each column");

/* Finds where each column stands; others are allowed and left alone, and the
 * last ones may be missing. */
static void plan_header(const char *path, char *line, int where[COLUMNS])
{
    for (int c = 0; c < COLUMNS; c++)
        where[c] = -1;
    char *cell;
    for (int at = 0; (cell = strsep(&line, "\t")); at++)
        for (int c = 0; c < COLUMNS; c++)
            if (!strcmp(cell, column_names[c]))
                where[c] = at;
    for (int c = 0; c < COLUMNS_NEEDED; c++)
        if (where[c] < 0)
            fail(path, "not a plan: its first line lacks a column");
}

static const char *told(const char *text, const char *otherwise)
{
    return *text ? text : otherwise;
}

static struct arm plan_arm(char *line, const int where[COLUMNS])
{
    struct arm arm = {0};
    char *cell;
    for (int at = 0; (cell = strsep(&line, "\t")); at++)
        for (int c = 0; c < COLUMNS; c++)
            if (where[c] == at)
                arm.cells[c] = copy_of(cell);
    for (int c = 0; c < COLUMNS; c++)
        if (!arm.cells[c])
            arm.cells[c] = copy_of("");
    arm.name = arm.cells[COLUMN_ARM];
    arm.workers = strtol(arm.cells[COLUMN_WORKERS], NULL, 10);
    arm.cores = strtol(arm.cells[COLUMN_CORES], NULL, 10);
    arm.chart = arm.cells[COLUMN_CHART];
    arm.role = arm.cells[COLUMN_ROLE];
    arm.strategy = arm.cells[COLUMN_STRATEGY];
    arm.kernel = arm.cells[COLUMN_KERNEL];
    arm.bound = arm.cells[COLUMN_BOUND];
    arm.items = arm.cells[COLUMN_ITEMS];
    arm.command = arm.cells[COLUMN_COMMAND];
    arm.experiment = told(arm.cells[COLUMN_EXPERIMENT], arm.chart);
    arm.series = told(arm.cells[COLUMN_SERIES], arm.strategy);
    arm.x = arm.cells[COLUMN_X];
    arm.size = arm.cells[COLUMN_SIZE];
    arm.same = arm.cells[COLUMN_SAME];
    return arm;
}

static void plan_read(struct results *results)
{
    char *path = path_in(results->directory, "plan.tsv");
    FILE *file = fopen(path, "r");
    if (!file)
        fail(path, strerror(errno));
    int where[COLUMNS];
    char *line = NULL;
    size_t room = 0;
    bool header = true;
    while (getline(&line, &room, file) > 0) {
        line[strcspn(line, "\r\n")] = '\0';
        if (header)
            plan_header(path, line, where);
        else if (*line) {
            results->arms = room_for_one(results->arms, results->arms_n,
                                         sizeof *results->arms);
            results->arms[results->arms_n++] = plan_arm(line, where);
        }
        header = false;
    }
    if (ferror(file))
        fail(path, strerror(errno));
    if (!results->arms_n)
        fail(path, "no arm in it");
    fclose(file);
    free(line);
    free(path);
}

static struct arm *arm_named(const struct results *results, const char *name)
{
    for (size_t i = 0; i < results->arms_n; i++)
        if (!strcmp(results->arms[i].name, name))
            return &results->arms[i];
    return NULL;
}

/* -------------------------------------------------------------- machine */

static void machine_read(struct results *results)
{
    char *path = path_in(results->directory, "machine.json");
    results->machine = json_load_file(path, 0, NULL);
    if (!json_is_object(results->machine)) {
        if (results->tell)
            fprintf(stderr, "stats: %s: not an object, left out\n", path);
        json_decref(results->machine);
        results->machine = json_object();
    }
    results->effective_cores = number_in(results->machine, "effective_cores");
    results->quota = or_zero(number_in(results->machine, "cpu_quota"));
    free(path);
}

const char *machine_text(const struct results *results, const char *key)
{
    static char text[512];
    const json_t *value = json_object_get(results->machine, key);
    if (json_is_string(value))
        snprintf(text, sizeof text, "%s", json_string_value(value));
    else if (json_is_integer(value))
        snprintf(text, sizeof text, "%" JSON_INTEGER_FORMAT,
                 json_integer_value(value));
    else if (json_is_real(value))
        snprintf(text, sizeof text, "%g", json_real_value(value));
    else if (json_is_boolean(value))
        snprintf(text, sizeof text, "%s", json_is_true(value) ? "yes" : "no");
    else
        return NULL;
    return text;
}

/* session.json knows which plan was asked for, and what its experiments ask.
 */
static void session_read(struct results *results)
{
    char *path = path_in(results->directory, "session.json");
    json_t *session = json_load_file(path, 0, NULL);
    const json_t *asked = json_object_get(session, "asked");
    results->plan = copy_of(json_string_value(json_object_get(asked, "plan")));
    results->experiments = json_incref(json_object_get(session, "experiments"));
    json_decref(session);
    free(path);
}

/* -------------------------------------------------------------- samples */

/* Sessions and arms may be named by a text or by a number. */
static char *name_in(const json_t *line, const char *key)
{
    const json_t *name = json_object_get(line, key);
    if (json_is_string(name))
        return copy_of(json_string_value(name));
    char digits[32];
    snprintf(digits, sizeof digits, "%" JSON_INTEGER_FORMAT,
             json_integer_value(name));
    return copy_of(digits);
}

/* Fills a sample from one line; false when the line is none. A sample that
 * claims to be ok must have taken time. */
static bool sample_from(const json_t *line, struct sample *sample)
{
    const json_t *block = json_object_get(line, "block");
    const json_t *arm = json_object_get(line, "arm");
    const json_t *verdict = json_object_get(line, "verdict");
    const json_t *inside = json_object_get(line, "inside");
    json_t *outside = json_object_get(line, "outside");
    double wall_ns = number_in(line, "wall_ns");
    if (!json_is_integer(block) || json_integer_value(block) < 0 || !arm ||
        !json_is_string(verdict))
        return false;
    if (!strcmp(json_string_value(verdict), "ok") && !(wall_ns > 0))
        return false;
    double rounds = number_in(inside, "rounds");
    double work = number_in(inside, "items") * rounds;
    *sample = (struct sample){
        .session = name_in(line, "session"),
        .block = (long)json_integer_value(block),
        .arm = name_in(line, "arm"),
        .verdict = copy_of(json_string_value(verdict)),
        .reason = copy_of(json_string_value(json_object_get(line, "reason"))),
        .wall_s = wall_ns / 1e9,
        .cpu_s = (number_in(line, "user_ns") + number_in(line, "sys_ns")) / 1e9,
        .inside_s = number_in(inside, "wall_ns") / 1e9,
        .setup_s = (number_in(inside, "setup_ns") +
                    or_zero(number_in(inside, "check_ns"))) /
                   1e9,
        .inflight = number_in(inside, "inflight"),
        .lost = number_in(inside, "lost"),
        .work = work,
        .increments = work * number_in(inside, "size"),
        .item_p50_s = number_in(inside, "item_p50_ns") / 1e9,
        .item_p90_s = number_in(inside, "item_p90_ns") / 1e9,
        .item_p99_s = number_in(inside, "item_p99_ns") / 1e9,
        .item_max_s = number_in(inside, "item_max_ns") / 1e9,
        .item_least_s = number_in(inside, "item_least_ns") / 1e9,
        .effective_cores = number_in(outside, "effective_cores"),
        .inside = json_incref(json_object_get(line, "inside")),
        .flags = json_incref(json_object_get(line, "flags")),
        .outside = json_incref(outside),
    };
    return true;
}

/* Adds the sample on one line of text; false when there is none. */
static bool sample_add(struct results *results, const char *text, size_t bytes)
{
    json_t *line = json_loadb(text, bytes, 0, NULL);
    struct sample sample;
    bool good = sample_from(line, &sample);
    if (good) {
        results->samples = room_for_one(results->samples, results->samples_n,
                                        sizeof *results->samples);
        results->samples[results->samples_n++] = sample;
    }
    json_decref(line);
    return good;
}

static void samples_read(struct results *results)
{
    char *path = path_in(results->directory, "samples.jsonl");
    FILE *file = fopen(path, "r");
    if (!file)
        fail(path, strerror(errno));
    char *line = NULL;
    size_t room = 0, broken = 0;
    ssize_t bytes;
    while ((bytes = getline(&line, &room, file)) > 0)
        if (bytes > 1 && !sample_add(results, line, (size_t)bytes))
            broken++;
    if (ferror(file))
        fail(path, strerror(errno));
    if (broken && results->tell)
        fprintf(stderr, "stats: %s: %zu line%s left out: not a sample\n", path,
                broken, broken == 1 ? "" : "s");
    fclose(file);
    free(line);
    free(path);
}

/* -------------------------------------------------------------- placing */

static int by_number(const void *a, const void *b)
{
    long x = *(const long *)a, y = *(const long *)b;
    return (x > y) - (x < y);
}

/* Where a block stands among those that count; NULL when it does not. */
static const long *block_position(const struct results *results, long block)
{
    return results->blocks_n
               ? bsearch(&block, results->blocks, results->blocks_n,
                         sizeof *results->blocks, by_number)
               : NULL;
}

/* Says of every sample whose it is: nobody's in the warm-up, in a session
 * before the last one, and where the plan has no such arm. */
static void samples_assign(struct results *results)
{
    size_t other = 0;
    for (size_t i = 0; i < results->samples_n; i++) {
        struct sample *sample = &results->samples[i];
        const struct sample *last = &results->samples[results->samples_n - 1];
        if (sample->block == 0)
            continue;
        if (!strcmp(sample->session, last->session))
            sample->of = arm_named(results, sample->arm);
        results->measured_n += sample->of != NULL;
        other += !sample->of;
    }
    if (other && results->tell)
        fprintf(stderr,
                "stats: %s/samples.jsonl: %zu sample%s left out: of an "
                "earlier session or not in the plan\n",
                results->directory, other, other == 1 ? "" : "s");
}

/* Counts the flags of a sample. */
static void flags_count(struct results *results, const struct sample *sample)
{
    size_t i;
    json_t *flag;
    json_array_foreach(sample->flags, i, flag)
    {
        size_t f = 0;
        const char *name = json_string_value(flag);
        while (name && f < results->flags_n &&
               strcmp(results->flags[f].name, name) != 0)
            f++;
        if (!name)
            continue;
        if (f == results->flags_n) {
            results->flags =
                room_for_one(results->flags, f, sizeof *results->flags);
            results->flags[results->flags_n++] = (struct flag){.name = name};
        }
        results->flags[f].samples++;
    }
    results->flagged_n += json_array_size(sample->flags) > 0;
}

/* Whether the program ran to its end and its answer was not the right one:
 * by its own account (exit status 1) or by its digest. */
static bool answer_wrong(const struct sample *sample)
{
    return !strcmp(sample->verdict, "wrong-digest") ||
           !strcmp(sample->verdict, "exit-1");
}

/* A wrong answer never gets a time, nor does an arm that gave one: whoever
 * loses a race now and then is not right the rest of the time, but lucky. */
static void results_unplace_wrong(struct results *results)
{
    for (size_t i = 0; i < results->arms_n; i++)
        for (size_t b = 0; results->arms[i].wrong && b < results->blocks_n; b++)
            results->arms[i].runs[b] = NULL;
}

/* Gives an arm one of its samples. The first good one of a block counts; a
 * wrong answer counts even in a block that is left out. */
static void sample_place(struct results *results, const struct sample *sample)
{
    struct arm *arm = sample->of;
    const long *at = block_position(results, sample->block);
    if (!at && !answer_wrong(sample))
        return;
    results->counted_n += at != NULL;
    if (strcmp(sample->verdict, "ok") != 0) {
        arm->failed++;
        if (!arm->failure || (answer_wrong(sample) && !arm->wrong))
            arm->failure = sample;
        arm->wrong |= answer_wrong(sample);
    } else if (!arm->runs[at - results->blocks]) {
        arm->runs[at - results->blocks] = sample;
        arm->right++;
    }
}

/* One command is run once, for all the arms that have it. */
static void arm_share(const struct results *results, struct arm *arm)
{
    const struct arm *of = *arm->same ? arm_named(results, arm->same) : NULL;
    if (!of || of == arm)
        return;
    memcpy(arm->runs, of->runs, results->blocks_n * sizeof(*arm->runs));
    arm->right = of->right;
    arm->failed = of->failed;
    arm->failure = of->failure;
    arm->wrong = of->wrong;
}

/* Gives every arm its samples, by block. */
static void results_place(struct results *results)
{
    samples_assign(results);
    blocks_choose(results);
    for (size_t i = 0; i < results->arms_n; i++)
        results->arms[i].runs =
            allocate(results->blocks_n, sizeof *results->arms[i].runs);
    for (size_t i = 0; i < results->samples_n; i++)
        if (results->samples[i].of) {
            flags_count(results, &results->samples[i]);
            sample_place(results, &results->samples[i]);
        }
    results_unplace_wrong(results);
    for (size_t i = 0; i < results->arms_n; i++)
        arm_share(results, &results->arms[i]);
}

/* ------------------------------------------------- who is compared to whom */

bool arm_is(const struct arm *arm, const char *role)
{
    return !strcmp(arm->role, role);
}

/* Whether two arms do the same work, so that their times may be divided. Arms
 * without a chart are those of lessons, which say themselves what is divided by
 * what: they differ in options. */
static bool same_work(const struct arm *a, const struct arm *b)
{
    return a == b ||
           (!strcmp(a->kernel, b->kernel) && !strcmp(a->chart, b->chart) &&
            !strcmp(a->experiment, b->experiment) &&
            strcmp(a->chart, "none") != 0 && !strcmp(a->items, b->items) &&
            !strcmp(a->size, b->size));
}

/* How far a blank arm's shape is from an arm's: cores first. */
static long distance(const struct arm *a, const struct arm *b)
{
    return 4096 * labs(a->cores - b->cores) + labs(a->workers - b->workers);
}

static void arm_connect(const struct results *results, struct arm *arm)
{
    for (size_t i = 0; i < results->arms_n; i++) {
        const struct arm *other = &results->arms[i];
        bool same_strategy = !strcmp(arm->strategy, other->strategy);
        if (arm_is(other, "blank")) {
            if (same_strategy && !arm_is(arm, "blank") &&
                (!arm->blank ||
                 distance(arm, other) < distance(arm, arm->blank)))
                arm->blank = other;
            continue;
        }
        if (!arm_is(other, "plan"))
            continue;
        if (same_work(arm, other) && !strcmp(other->strategy, "sequential"))
            arm->sequential = other;
        if (same_work(arm, other) && same_strategy && other->workers == 1 &&
            (!arm->alone || other->cores < arm->alone->cores))
            arm->alone = other;
        if (arm_is(arm, "twin") && !strcmp(arm->command, other->command))
            arm->original = other;
    }
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The position of each strategy among all of the plan, sorted by name: what
 * its colour and mark follow from. */
static void results_positions(struct results *results)
{
    const char **names = allocate(results->arms_n, sizeof *names);
    for (size_t i = 0; i < results->arms_n; i++)
        names[i] = results->arms[i].strategy;
    qsort(names, results->arms_n, sizeof *names, by_name);
    for (size_t i = 0; i < results->arms_n; i++) {
        struct arm *arm = &results->arms[i];
        for (size_t n = 0; strcmp(names[n], arm->strategy) != 0; n++)
            arm->position += strcmp(names[n], names[n + 1]) != 0;
    }
    free(names);
}

struct results *results_load(const char *directory, bool tell)
{
    struct results *results = allocate(1, sizeof *results);
    results->directory = directory;
    results->tell = tell;
    plan_read(results);
    machine_read(results);
    session_read(results);
    samples_read(results);
    results_place(results);
    results_positions(results);
    for (size_t i = 0; i < results->arms_n; i++)
        arm_connect(results, &results->arms[i]);
    return results;
}

void results_free(struct results *results)
{
    for (size_t i = 0; i < results->arms_n; i++) {
        for (int c = 0; c < COLUMNS; c++)
            free(results->arms[i].cells[c]);
        free(results->arms[i].runs);
    }
    for (size_t i = 0; i < results->samples_n; i++) {
        free(results->samples[i].session);
        free(results->samples[i].arm);
        free(results->samples[i].verdict);
        free(results->samples[i].reason);
        json_decref(results->samples[i].inside);
        json_decref(results->samples[i].flags);
        json_decref(results->samples[i].outside);
    }
    free(results->flags);
    free(results->arms);
    free(results->samples);
    free(results->blocks);
    free(results->plan);
    json_decref(results->experiments);
    json_decref(results->machine);
    free(results);
}

/* --------------------------------------------------------------- reasons */

const char *arm_verdict(const struct arm *arm)
{
    const struct estimate *e = &arm->estimate;
    if (!e->whole.n)
        return arm->failure ? arm->failure->verdict : "no samples";
    return e->blocks ? "ok" : "no time";
}

/* Reasons are shown in tables and CSV: one line, no quotes, no tabs. */
static void make_plain(char *text)
{
    for (; *text; text++)
        if (iscntrl((unsigned char)*text))
            *text = ' ';
        else if (*text == '"')
            *text = '\'';
}

const char *arm_reason(const struct arm *arm)
{
    static char text[512];
    const struct estimate *e = &arm->estimate;
    const char *verdict = arm_verdict(arm), *why = "";
    if (arm->failure)
        why = *arm->failure->reason ? arm->failure->reason
                                    : arm->failure->verdict;
    if (!strcmp(verdict, "no time"))
        snprintf(text, sizeof text, "said nothing of its own time");
    else if (!e->whole.n && !arm->failure)
        snprintf(text, sizeof text, "was not run");
    else if (arm->right && arm->failed)
        snprintf(text, sizeof text, "%zu of %zu runs failed: %s", arm->failed,
                 arm->failed + arm->right, why);
    else
        snprintf(text, sizeof text, "%s", why);
    make_plain(text);
    return text;
}
