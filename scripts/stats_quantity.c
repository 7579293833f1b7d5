/*
 * stats_quantity.c - what of an arm can be compared, in one block.
 *
 * Teaches: "faster" needs a quantity. Which clock, the whole process or its
 * work, one item or all of them, are different questions.
 * Look at: the table, and that all of it is taken in one block: a lesson
 * divides first and summarises over blocks afterwards.
 * Left out: quantities of several arms; the lesson's form makes those.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stats_lessons.h"

#include <math.h>
#include <string.h>

static double whole(const struct arm *arm, size_t block)
{
    return arm->runs[block]->wall_s;
}

static double processor(const struct arm *arm, size_t block)
{
    return arm->runs[block]->cpu_s;
}

/* Processor time of the workers alone, without the beginning of the program and
 * without child processes; NaN in rows that do not say. */
static double busy(const struct arm *arm, size_t block)
{
    const json_t *list =
        json_object_get(arm->runs[block]->inside, "worker_busy_ns");
    const json_t *one;
    size_t i;
    double sum = json_array_size(list) ? 0 : NAN;
    json_array_foreach(list, i, one) sum += json_number_value(one) / 1e9;
    return sum;
}

static double busy_share(const struct arm *arm, size_t block)
{
    return busy(arm, block) / elapsed_s(arm, block);
}

/* Elapsed time by item, and by the units that --size counts in each. */
static double item(const struct arm *arm, size_t block)
{
    double work = arm->runs[block]->work;
    return work > 0 ? elapsed_s(arm, block) / work : NAN;
}

static double unit(const struct arm *arm, size_t block)
{
    double units = arm->runs[block]->increments;
    return units > 0 ? elapsed_s(arm, block) / units : NAN;
}

static double rate(const struct arm *arm, size_t block)
{
    double elapsed = elapsed_s(arm, block);
    return elapsed > 0 ? arm->runs[block]->work / elapsed : NAN;
}

static double speedup(const struct arm *arm, size_t block)
{
    return exp(log_ratio(arm->sequential, arm, block));
}

static double self_speedup(const struct arm *arm, size_t block)
{
    return exp(log_ratio(arm->alone, arm, block));
}

static double efficiency(const struct arm *arm, size_t block)
{
    return speedup(arm, block) / arm->estimate.ceiling;
}

/* The serial share that a speedup amounts to (Karp and Flatt, CACM 33(5),
 * 1990): what would be measured on so many cores if nothing but it were in the
 * way. */
static double karp_flatt(const struct arm *arm, size_t block)
{
    double cores = arm->estimate.ceiling;
    return cores > 1 ? (1 / speedup(arm, block) - 1 / cores) / (1 - 1 / cores)
                     : NAN;
}

static double half_of_items(const struct arm *arm, size_t block)
{
    return arm->runs[block]->item_p50_s;
}

static double most_of_items(const struct arm *arm, size_t block)
{
    return arm->runs[block]->item_p99_s;
}

static const struct {
    const char *name;
    double (*of)(const struct arm *arm, size_t block);
} quantities[] = {
    {"elapsed_s", elapsed_s},
    {"whole_s", whole},
    {"cpu_s", processor},
    {"rate_per_s", rate},
    {"speedup", speedup},
    {"self_speedup", self_speedup},
    {"efficiency", efficiency},
    {"karp_flatt", karp_flatt},
    {"item_p50_s", half_of_items},
    {"item_p99_s", most_of_items},
    {"busy_s", busy},
    {"busy_share", busy_share},
    {"item_s", item},
    {"unit_s", unit},
};

static const char inside[] = "inside.";

/* A number of the child's own row; one in nanoseconds becomes seconds. */
static double of_row(const struct arm *arm, size_t block, const char *field)
{
    const json_t *value = json_object_get(arm->runs[block]->inside, field);
    size_t length = strlen(field);
    bool ns = length > 3 && !strcmp(field + length - 3, "_ns");
    if (!json_is_number(value))
        return NAN;
    return json_number_value(value) / (ns ? 1e9 : 1);
}

bool quantity_known(const char *name)
{
    for (size_t i = 0; i < sizeof quantities / sizeof *quantities; i++)
        if (!strcmp(name, quantities[i].name))
            return true;
    return !strncmp(name, inside, strlen(inside)) && name[strlen(inside)];
}

double quantity_of(const char *name, const struct arm *arm, size_t block)
{
    if (!arm->runs[block])
        return NAN;
    for (size_t i = 0; i < sizeof quantities / sizeof *quantities; i++)
        if (!strcmp(name, quantities[i].name))
            return quantities[i].of(arm, block);
    return of_row(arm, block, name + strlen(inside));
}
