/*
 * stats_differences.c - what differs between two runs besides their times.
 *
 * Teaches: two numbers may be compared when all that differs between them is
 * known. A new compiler, another governor or one core less explain more
 * regressions than the code does.
 * Look at: the keys that are passed over: those that differ between any two
 * runs and mean nothing for their times.
 * Left out: judging whether a difference matters. That is what the times say.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stats_compare.h"

#include <string.h>

/* Times of day, and what goes up and down all the time. */
static bool is_passing(const char *key)
{
    static const char *const keys[] = {
        "schema",      "started_at", "load1",      "background_cpu",
        "probe_cores", "warnings",   "fingerprint"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!strcmp(key, keys[i]))
            return true;
    return false;
}

static void add_pair(json_t *all, const char *key, json_t *a, json_t *b)
{
    if (!json_equal(a ? a : json_null(), b ? b : json_null()) &&
        !json_object_get(all, key))
        json_object_set_new(all, key,
                            json_pack("{s:O, s:O}", "a", a ? a : json_null(),
                                      "b", b ? b : json_null()));
}

/* Members of either object, each once. */
static void add_members(json_t *all, json_t *a, json_t *b)
{
    const char *key;
    json_t *value;
    json_object_foreach(a, key, value)
    {
        if (!is_passing(key))
            add_pair(all, key, value, json_object_get(b, key));
    }
    json_object_foreach(b, key, value)
    {
        if (!is_passing(key))
            add_pair(all, key, json_object_get(a, key), value);
    }
}

/* The same for values made up here. */
static void add_new(json_t *all, const char *key, json_t *a, json_t *b)
{
    add_pair(all, key, a, b);
    json_decref(a);
    json_decref(b);
}

json_t *differences_between(const struct results *a, const struct results *b)
{
    json_t *all = json_object();
    add_members(all, a->machine, b->machine);
    add_new(all, "plan", json_string(a->plan), json_string(b->plan));
    add_new(all, "blocks", json_integer((json_int_t)a->blocks_n),
            json_integer((json_int_t)b->blocks_n));
    return all;
}
