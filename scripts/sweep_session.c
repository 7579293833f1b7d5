/*
 * sweep_session.c - the directory of a run, and whether it may be taken up.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: figures may be put into one chart only when nothing that matters
 * changed between them. session.json keeps what was asked for, the seed, a
 * hash of the plan and of every program, and the machine's fingerprint; a
 * sweep goes on in a directory when all of them agree, else it says what
 * changed and begins anew.
 * Left out: merging runs of two machines.
 */
#include "sweep_experiment.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

char *session_path(const struct session *session, const char *name)
{
    return text_format("%s/%s", session->directory, name);
}

/* ---------------------------------------------------------------- hashes */

static uint64_t hash_of_file(const char *path)
{
    FILE *file = fopen(path, "re");
    if (file == NULL)
        die(errno, "%s", path);
    char piece[65536];
    uint64_t hash = 0;
    for (size_t n; (n = fread(piece, 1, sizeof piece, file)) > 0;)
        hash = text_hash(hash, piece, n);
    fclose(file);
    return hash;
}

static json_t *hash_text(uint64_t hash)
{
    char text[17];
    snprintf(text, sizeof text, "%016llx", (unsigned long long)hash);
    return json_string(text);
}

json_t *session_programs(const char *build, const struct catalogue *catalogue)
{
    json_t *programs = json_object();
    for (size_t i = 0; i < catalogue->strategies_n; i++) {
        const char *name = catalogue->strategies[i].name;
        char *path = text_format("%s/%s", build, name);
        json_object_set_new(programs, name, hash_text(hash_of_file(path)));
        free(path);
    }
    return programs;
}

/* ---------------------------------------------------------------- resume */

static json_t *words_json(const struct words *words)
{
    json_t *list = json_array();
    for (size_t i = 0; i < words->count; i++)
        json_array_append_new(list, json_string(words->list[i]));
    return list;
}

/* What the user asked for, as far as it shapes the plan. */
static json_t *asked_json(const struct asked *asked)
{
    json_t *cores = json_array();
    for (size_t i = 0; i < asked->core_counts; i++)
        json_array_append_new(cores, json_integer(asked->cores[i]));
    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:b}", "plan",
                     asked->full ? "full" : "quick", "kernels",
                     words_json(&asked->kernels), "strategies",
                     words_json(&asked->strategies), "experiments",
                     words_json(&asked->experiments), "cores", cores,
                     "granularity", asked->granularity);
}

/* Whether a fact of the earlier session still holds; says so if not. */
static bool agrees(const json_t *facts, const char *key, json_t *now,
                   const char *what)
{
    bool same = json_equal(json_object_get(facts, key), now) == 1;
    json_decref(now);
    if (!same)
        fprintf(stderr, "sweep: resume: %s changed: begins a new run\n", what);
    return same;
}

static json_t *seed_json(uint64_t seed)
{
    return hash_text(seed);
}

bool session_resume(struct session *session, struct asked *asked,
                    const json_t *programs, const json_t *machine)
{
    char *latest = text_format("%s/latest", asked->results);
    char target[PATH_MAX];
    ssize_t n = readlink(latest, target, sizeof target - 1);
    free(latest);
    if (n <= 0) {
        fprintf(stderr, "sweep: resume: no earlier run: begins a new one\n");
        return false;
    }
    target[n] = '\0';
    session->directory = text_format("%s/%s", asked->results, target);
    char *path = session_path(session, "session.json");
    char *plan = session_path(session, "plan.tsv");
    json_t *facts = json_load_file(path, 0, NULL);
    const char *seed = json_string_value(json_object_get(facts, "seed"));
    const char *id = json_string_value(json_object_get(facts, "session"));
    bool whole = seed != NULL && id != NULL && access(plan, R_OK) == 0;
    if (!whole)
        fprintf(stderr, "sweep: resume: %s: not whole: begins a new run\n",
                path);
    else if (!plan_known(plan)) {
        fprintf(stderr,
                "sweep: resume: %s: made by another version of the sweep: "
                "begins a new run\n",
                plan);
        whole = false;
    } else if (!asked->seed_given)
        asked->seed = strtoull(seed, NULL, 16);
    session->resumed =
        whole && agrees(facts, "seed", seed_json(asked->seed), "the seed") &&
        agrees(facts, "asked", asked_json(asked), "what is asked for") &&
        agrees(facts, "plan_hash", hash_text(hash_of_file(plan)), "plan.tsv") &&
        agrees(facts, "programs", json_deep_copy(programs),
               "a program, or the list of them,") &&
        agrees(facts, "fingerprint",
               json_copy(json_object_get(machine, "fingerprint")),
               "the machine, compiler or flags") &&
        agrees(facts, "hyperfine",
               json_copy(json_object_get(machine, "hyperfine")), "hyperfine");
    if (session->resumed) {
        session->id = text_copy(id);
        session->facts = facts;
    } else {
        json_decref(facts);
        free(session->directory);
        session->directory = NULL;
    }
    free(plan);
    free(path);
    return session->resumed;
}

/* ------------------------------------------------------------------- new */

void session_name(struct session *session, const struct asked *asked)
{
    char host[64] = "unknown", time_text[32];
    time_t now = time(NULL);
    struct tm utc;
    gethostname(host, sizeof host - 1);
    gmtime_r(&now, &utc);
    strftime(time_text, sizeof time_text, "%Y%m%dT%H%M%SZ", &utc);
    session->id = text_format("%s-%s", time_text, host);
    session->directory = text_format("%s/%s", asked->results, session->id);
    /* Two in one second: the lock sees to it that they are not at once. */
    for (int i = 2; access(session->directory, F_OK) == 0; i++) {
        free(session->id);
        free(session->directory);
        session->id = text_format("%s-%s-%d", time_text, host, i);
        session->directory = text_format("%s/%s", asked->results, session->id);
    }
}

/* Points `latest` at the run, with no moment at which it points nowhere. */
static void point_latest(const struct session *session, const char *results)
{
    char *link = text_format("%s/latest", results);
    char *fresh = text_format("%s/.latest.new", results);
    unlink(fresh);
    if (symlink(session->id, fresh) != 0 || rename(fresh, link) != 0)
        die(errno, "%s", link);
    free(fresh);
    free(link);
}

static void save_json(const struct session *session, const char *name,
                      const json_t *value)
{
    char *path = session_path(session, name);
    char *text = json_dumps(value, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
    if (text == NULL)
        die(ENOMEM, "%s", path);
    char *line = text_format("%s\n", text);
    text_save(path, line);
    free(line);
    free(text);
    free(path);
}

static uint64_t save_plan(const struct session *session,
                          const struct plan *plan)
{
    char *path = session_path(session, "plan.tsv"), *text = NULL;
    size_t bytes = 0;
    FILE *file = open_memstream(&text, &bytes);
    if (file == NULL)
        die(errno, "%s", path);
    plan_write(plan, file);
    fclose(file);
    text_save(path, text);
    uint64_t hash = text_hash(0, text, bytes);
    free(text);
    free(path);
    return hash;
}

void session_open(struct session *session, const struct asked *asked,
                  const struct experiments *experiments, json_t *programs,
                  const json_t *machine, const struct plan *plan)
{
    if (mkdir(session->directory, 0777) != 0)
        die(errno, "%s", session->directory);
    uint64_t plan_hash = save_plan(session, plan);
    save_json(session, "machine.json", machine);
    session->facts = json_pack(
        "{s:i, s:s, s:o, s:o, s:o, s:O, s:O, s:O?, s:b}", "schema", 1,
        "session", session->id, "seed", seed_json(asked->seed), "asked",
        asked_json(asked), "plan_hash", hash_text(plan_hash), "programs",
        programs, "fingerprint", json_object_get(machine, "fingerprint"),
        "hyperfine", json_object_get(machine, "hyperfine"), "finished", false);
    json_object_set_new(session->facts, "experiments",
                        experiments_json(experiments, asked));
    if (plan->left_out != NULL)
        json_object_set(session->facts, "left_out", plan->left_out);
    save_json(session, "session.json", session->facts);
    point_latest(session, asked->results);
}

bool session_finished(const struct session *session)
{
    return json_is_true(json_object_get(session->facts, "finished"));
}

void session_finish(struct session *session)
{
    json_object_set_new(session->facts, "finished", json_true());
    save_json(session, "session.json", session->facts);
}

unsigned session_meant(const struct session *session)
{
    return (unsigned)json_integer_value(
        json_object_get(session->facts, "blocks_meant"));
}

void session_keep_meant(struct session *session, unsigned blocks)
{
    if (session_meant(session) == blocks)
        return;
    json_object_set_new(session->facts, "blocks_meant", json_integer(blocks));
    save_json(session, "session.json", session->facts);
}

void session_free(struct session *session)
{
    json_decref(session->facts);
    free(session->directory);
    free(session->id);
}
