/*
 * sweep_doctor.c - what this machine can show, and what it cannot.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: know the instrument before you read it. Which worker counts are
 * cores, how far equal runs differ by themselves, what a missing library or a
 * strict kernel takes away: all of it is better known before an afternoon of
 * measuring than after.
 * Look at: command_doctor, which is the list of questions. Each line of the
 * answer begins with yes, no or note, so that `grep ^no` finds what is wrong.
 * Left out: mending it. scripts/setup installs; the rest is for the owner of
 * the machine to decide.
 */
#include "sweep.h"
#include "sweep_doctor.h"

#include "../bench/lib/topology.h"
#include "lib/amdahl.h"
#include "lib/usl.h"

#include <hwloc.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FULL_COUNTS = 16 };

void doctor_say(enum answer answer, const char *topic, const char *format, ...)
{
    static const char *const words[] = {"yes", "no", "note"};
    va_list arguments;
    va_start(arguments, format);
    printf("%-4s  %-12s  ", words[answer], topic);
    vprintf(format, arguments);
    putchar('\n');
    va_end(arguments);
    fflush(stdout);
}

/* ------------------------------------------------------------------ cores */

static double number(const json_t *about, const char *key)
{
    const json_t *value = json_object_get(about, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

/* The worker counts up to which each worker has a core of its own. */
static unsigned whole_cores(const json_t *about)
{
    double physical = number(about, "physical_cores");
    unsigned cores = machine_cores();
    return physical >= 1 && physical < cores ? (unsigned)physical : cores;
}

static void say_cores(const json_t *about)
{
    double quota = number(about, "cpu_quota");
    double effective = number(about, "effective_cores");
    double probe = number(about, "probe_cores");
    char *limit =
        quota > 0 ? text_format("quota %.2f", quota) : text_copy("no quota");
    char *tried = isnan(probe)
                      ? text_copy("not tried")
                      : text_format("a second of trying got %.2f", probe);
    doctor_say(effective < 2              ? ANSWER_NOTE
               : probe < 0.95 * effective ? ANSWER_NO
                                          : ANSWER_YES,
               "cores", "%.2f effective (affinity %g, %s); %s%s", effective,
               number(about, "affinity_cores"), limit, tried,
               effective < 2 ? "; too few for a speedup chart: what waits "
                               "can still be shown"
                             : "");
    free(limit);
    free(tried);
}

/* How many CPUs hwloc counts to each kind of core, from the slowest. */
static void say_kinds(void)
{
    hwloc_topology_t machine;
    if (hwloc_topology_init(&machine) != 0)
        return;
    int kinds = hwloc_topology_load(machine) == 0
                    ? hwloc_cpukinds_get_nr(machine, 0)
                    : 0;
    char *text = text_copy("");
    hwloc_bitmap_t cpus = hwloc_bitmap_alloc();
    for (int kind = kinds - 1; kind >= 0; kind--) {
        hwloc_cpukinds_get_info(machine, (unsigned)kind, cpus, NULL, NULL, NULL,
                                0);
        char *longer = text_format("%s%s%d", text, *text ? ", " : "",
                                   hwloc_bitmap_weight(cpus));
        free(text);
        text = longer;
    }
    if (kinds > 1)
        doctor_say(ANSWER_NOTE, "kinds",
                   "%d kinds of cores, with %s CPUs, taken from the fastest "
                   "on: a speedup line bends where the next kind begins",
                   kinds, text);
    else
        doctor_say(ANSWER_YES, "kinds",
                   "cores of one kind, as far as hwloc " HWLOC_VERSION
                   " can tell");
    free(text);
    hwloc_bitmap_free(cpus);
    hwloc_topology_destroy(machine);
}

static void say_counts(const json_t *about)
{
    unsigned whole = whole_cores(about), usable = machine_cores();
    if (whole < usable)
        doctor_say(ANSWER_NOTE, "smt",
                   "%u usable CPUs are %u cores: above %u workers, two of "
                   "them share one; ask for CORES= up to %u",
                   usable, whole, whole, whole);
    else if (json_is_null(json_object_get(about, "physical_cores")))
        doctor_say(ANSWER_NOTE, "smt",
                   "the system does not say which CPUs share a core");
    else
        doctor_say(ANSWER_YES, "smt",
                   "up to %u workers, each has a core of its own", whole);
}

/* Whether a law that wants `least` worker counts can be fitted. `quick` of
 * them are in the quick plan, up to `most` in any. */
static void say_model(const char *topic, const char *law, unsigned least,
                      size_t quick, unsigned most, const char *otherwise)
{
    if (quick >= least)
        doctor_say(ANSWER_YES, topic,
                   "%s wants %u worker counts; there are %zu", law, least,
                   quick);
    else if (most >= least)
        doctor_say(ANSWER_NOTE, topic,
                   "%s wants %u worker counts and the quick plan has %zu; "
                   "PLAN=full has %u",
                   law, least, quick, most);
    else
        doctor_say(ANSWER_NO, topic,
                   "%s wants %u worker counts and here are %u%s", law, least,
                   most, otherwise);
}

static void say_models(const struct asked *asked, const json_t *about)
{
    unsigned whole = whole_cores(about);
    size_t quick = 0;
    while (quick < asked->core_counts && asked->cores[quick] <= whole)
        quick++;
    unsigned most = whole < FULL_COUNTS ? whole : FULL_COUNTS;
    say_model("amdahl", "Amdahl's law", AMDAHL_LEAST, quick, most,
              "; Karp and Flatt's serial fraction is all they give");
    say_model("usl", "the Universal Scalability Law", USL_LEAST, quick, most,
              "");
}

/* -------------------------------------------------------- what is installed */

/* Whether a program is found on the PATH. */
static bool on_path(const char *program)
{
    const char *path = getenv("PATH");
    char *rest = text_copy(path == NULL ? "/usr/bin:/bin" : path);
    char *copy = rest, *directory;
    bool found = false;
    while (!found && (directory = strsep(&rest, ":")) != NULL) {
        char *file =
            text_format("%s/%s", *directory ? directory : ".", program);
        found = access(file, X_OK) == 0;
        free(file);
    }
    free(copy);
    return found;
}

/* The line that installs what is missing, from scripts/setup; "scripts/setup"
 * when it does not say. */
static char *how_to_install(const char *build)
{
    char *script = text_format("%s/../scripts/setup", build), *line = NULL;
    if (access(script, X_OK) == 0)
        line =
            child_line((char *[]){script, "--for", "bench", "--dry-run", NULL});
    free(script);
    if (line != NULL && *line != '\0')
        return line;
    free(line);
    return text_copy("scripts/setup");
}

/* Returns whether all that a sweep and its charts need is there. */
static bool say_tools(const char *build)
{
    static const struct {
        const char *name, *purpose;
    } tools[] = {{"hyperfine", "times the programs"},
                 {"gnuplot", "draws the charts"},
                 {"jq", "fills the report"}};
    bool all = true;
    for (size_t i = 0; i < sizeof tools / sizeof *tools; i++) {
        if (on_path(tools[i].name)) {
            char *version = child_line((char *[]){
                (char *)(uintptr_t)tools[i].name, "--version", NULL});
            doctor_say(ANSWER_YES, tools[i].name, "%s: %s", tools[i].purpose,
                       version == NULL ? "version unknown" : version);
            free(version);
            continue;
        }
        all = false;
        char *how = how_to_install(build);
        doctor_say(ANSWER_NO, tools[i].name, "%s and is missing; run: %s",
                   tools[i].purpose, how);
        free(how);
    }
    return all;
}

/* What this build has not, from build/left_out: `FILE.c: REASON`. */
static void say_left_out(const char *build)
{
    char *path = text_format("%s/left_out", build), *line = NULL;
    FILE *file = fopen(path, "re");
    size_t room = 0, count = 0;
    while (file != NULL && getline(&line, &room, file) > 0) {
        char *name = line, *colon = strstr(line, ": ");
        line[strcspn(line, "\n")] = '\0';
        if (colon == NULL)
            continue;
        *colon = '\0';
        if (strrchr(line, '/') != NULL)
            name = strrchr(line, '/') + 1;
        name[strcspn(name, ".")] = '\0';
        doctor_say(ANSWER_NO, name,
                   "left out of this build: %s; scripts/setup "
                   "installs what the system offers",
                   colon + 2);
        count++;
    }
    if (file != NULL && count == 0)
        doctor_say(ANSWER_YES, "build", "nothing was left out");
    else if (file == NULL)
        doctor_say(ANSWER_NOTE, "build", "%s: %s", path, "run make first");
    if (file != NULL)
        fclose(file);
    free(line);
    free(path);
}

/* The programs themselves: without `sequential` nothing can be compared. */
static bool say_programs(const char *build)
{
    char *path = text_format("%s/sequential", build);
    bool there = access(path, X_OK) == 0;
    if (!there)
        doctor_say(ANSWER_NO, "programs", "%s: not built; run make", path);
    free(path);
    return there;
}

/* ------------------------------------------------------------------- whole */

static void say_warnings(const json_t *about)
{
    size_t i;
    const json_t *line;
    json_array_foreach(json_object_get(about, "warnings"), i, line)
        doctor_say(ANSWER_NOTE, "machine", "%s", json_string_value(line));
    if (json_array_size(json_object_get(about, "warnings")) == 0)
        doctor_say(ANSWER_YES, "machine",
                   "nothing known that would spoil figures");
}

int command_doctor(const struct asked *asked)
{
    json_t *about = machine_describe(asked->cores[asked->core_counts - 1]);
    say_cores(about);
    say_kinds();
    say_counts(about);
    say_models(asked, about);
    say_warnings(about);
    doctor_noise();
    doctor_clock();
    doctor_counters();
    doctor_io_uring();
    doctor_limits();
    bool fine = doctor_disk(asked->results);
    fine = say_tools(asked->build) && fine;
    fine = say_programs(asked->build) && fine;
    say_left_out(asked->build);
    json_decref(about);
    return fine ? EXIT_SUCCESS : EXIT_FAILURE;
}

int command_machine(const struct asked *asked)
{
    json_t *about = machine_describe(asked->cores[asked->core_counts - 1]);
    machine_warn(about);
    json_dumpf(about, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
    putchar('\n');
    json_decref(about);
    return EXIT_SUCCESS;
}
