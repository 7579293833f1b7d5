/*
 * truth_physical.c - equal programs, really run, on a machine that is busy.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: a world on paper knows only the noise that somebody thought of.
 * Here a program adds up for some ten milliseconds; two arms of it are equal,
 * and a third does exactly 3 % more. They run in blocks through hyperfine, as
 * in a sweep, while a process that never sleeps holds another core. Nobody
 * knows the true time, but the two ratios are known: 1 and 1.03.
 * Look at: both clocks. The program's own is the one that counts in a sweep;
 * hyperfine's holds the start of the process besides, whose length has
 * nothing to do with the work.
 * Left out: a machine of one core, where there is no other core to load.
 */
#include "truth.h"

#include "../../scripts/lib/order.h"
#include "../lib/clock.h"
#include "../lib/die.h"
#include "../lib/topology.h"

#include <errno.h>
#include <gsl/gsl_math.h>
#include <jansson.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    PHYSICAL_BLOCKS = 9,
    ITEMS = 40,
    ADDITIONS = 120000, /* of an item; MORE has 3 % more of them */
    ADDITIONS_MORE = 123600,
    SPINNER_LIMIT_S = 1800, /* it ends then, whatever has happened to us */
};

enum { TWIN, TWIN_AGAIN, LONGER, PHYSICAL_ARMS };
enum clock { CLOCK_OWN, CLOCK_WHOLE, CLOCKS };

static const char *const clock_names[CLOCKS] = {"the program's own",
                                                "hyperfine's"};

static const double FALSE_ALARMS = 0.05;

/* -------------------------------------------------------------- spinner */

/* A process that keeps one core busy and dies with us. */
static pid_t spinner_start(int os_number)
{
    fflush(NULL);
    pid_t child = fork();
    if (child < 0)
        die(errno, "fork");
    if (child > 0)
        return child;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    alarm(SPINNER_LIMIT_S);
    if (!topology_pin(os_number))
        _exit(EXIT_FAILURE);
    for (volatile unsigned long turns = 0;; turns++)
        ;
}

/* Whether it was there all the time. */
static bool spinner_end(pid_t spinner)
{
    int status;
    kill(spinner, SIGKILL);
    return waitpid(spinner, &status, 0) == spinner && WIFSIGNALED(status) &&
           WTERMSIG(status) == SIGKILL;
}

/* --------------------------------------------------------------- one run */

struct bench {
    char directory[64], program[512], export[128], log[128];
};

static struct bench bench_begin(void)
{
    const char *build = getenv("BUILD"), *place = getenv("TMPDIR");
    struct bench bench;
    snprintf(bench.program, sizeof bench.program, "%s/sequential",
             build == NULL ? "build" : build);
    snprintf(bench.directory, sizeof bench.directory, "%.40s/truth.XXXXXX",
             place == NULL ? P_tmpdir : place);
    if (mkdtemp(bench.directory) == NULL)
        die(errno, "%s", bench.directory);
    snprintf(bench.export, sizeof bench.export, "%s/export.json",
             bench.directory);
    snprintf(bench.log, sizeof bench.log, "%s/row.jsonl", bench.directory);
    return bench;
}

static void bench_end(const struct bench *bench)
{
    unlink(bench->export);
    unlink(bench->log);
    rmdir(bench->directory);
}

static double number_in(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

/* Reads what a run has left; dies when it did not go well. */
static void run_read(const struct bench *bench, double seconds[CLOCKS])
{
    json_t *export = json_load_file(bench->export, 0, NULL);
    json_t *row = json_load_file(bench->log, 0, NULL);
    const json_t *result =
        json_array_get(json_object_get(export, "results"), 0);
    seconds[CLOCK_WHOLE] = number_in(result, "mean"); /* of one */
    seconds[CLOCK_OWN] = number_in(row, "wall_ns") / NS_PER_S;
    if (!(seconds[CLOCK_WHOLE] > 0) || !(seconds[CLOCK_OWN] > 0))
        die(0, "%s: gave no time under hyperfine", bench->program);
    json_decref(export);
    json_decref(row);
}

static void run_arm(const struct bench *bench, size_t arm,
                    double seconds[CLOCKS])
{
    char command[1024];
    snprintf(command, sizeof command,
             "'%s' counter_atomic --items %d --size %d --workers 1 --cores 1 "
             "--log '%s'",
             bench->program, ITEMS, arm == LONGER ? ADDITIONS_MORE : ADDITIONS,
             bench->log);
    unlink(bench->log);
    fflush(NULL);
    pid_t child = fork();
    if (child < 0)
        die(errno, "fork");
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execlp("hyperfine", "hyperfine", "-N", "-i", "--style", "none", "-r",
               "1", "--export-json", bench->export, command, NULL);
        _exit(127);
    }
    int status;
    if (waitpid(child, &status, 0) != child || status != 0)
        die(0, "hyperfine: failed; scripts/setup installs it");
    run_read(bench, seconds);
}

/* -------------------------------------------------------------- sessions */

struct physical {
    struct interval twin[CLOCKS], longer[CLOCKS];
};

static struct physical physical_session(const struct bench *bench,
                                        uint64_t seed)
{
    double twin[CLOCKS][PHYSICAL_BLOCKS], longer[CLOCKS][PHYSICAL_BLOCKS];
    for (unsigned b = 0; b < PHYSICAL_BLOCKS; b++) {
        size_t order[PHYSICAL_ARMS];
        double seconds[PHYSICAL_ARMS][CLOCKS];
        order_of_block(seed, b + 1, PHYSICAL_ARMS, order);
        for (size_t i = 0; i < PHYSICAL_ARMS; i++)
            run_arm(bench, order[i], seconds[order[i]]);
        for (size_t c = 0; c < CLOCKS; c++) {
            twin[c][b] = log(seconds[TWIN_AGAIN][c] / seconds[TWIN][c]);
            longer[c][b] = log(seconds[LONGER][c] / seconds[TWIN][c]);
        }
    }
    struct physical physical;
    for (size_t c = 0; c < CLOCKS; c++) {
        physical.twin[c] = interval_of(twin[c], PHYSICAL_BLOCKS);
        physical.longer[c] = interval_of(longer[c], PHYSICAL_BLOCKS);
    }
    return physical;
}

struct counts {
    size_t false_alarms, found, held;
    double *twins;
};

static void physical_print(const struct asked *asked,
                           const struct counts counts[CLOCKS])
{
    printf("\nReal runs, %zu sessions of %d blocks, another core loaded\n"
           "  clock              equal called different  3 %% found  interval "
           "holds 1.03  spread of equal arms\n",
           asked->sessions, PHYSICAL_BLOCKS);
    for (size_t c = 0; c < CLOCKS; c++) {
        double n = (double)asked->sessions;
        printf("  %-18s %12zu %7.1f %% %8.1f %% %15.1f %% %18.2f %%\n",
               clock_names[c], counts[c].false_alarms,
               100 * (double)counts[c].false_alarms / n,
               100 * (double)counts[c].found / n,
               100 * (double)counts[c].held / n, 100 * counts[c].twins[0]);
    }
}

static void counts_add(struct counts *counts, size_t s, struct interval twin,
                       struct interval longer)
{
    counts->false_alarms += twin.low > 0 || twin.high < 0;
    counts->found += longer.low > 0;
    counts->held += longer.low <= log(MORE) && log(MORE) <= longer.high;
    counts->twins[s] = fabs(twin.middle);
}

void truth_physical(const struct asked *asked)
{
    struct topology cores = topology_read(TOPOLOGY_COMPACT);
    if (cores.count < 2) {
        puts("\nReal runs: # SKIP there is one core only");
        topology_free(&cores);
        return;
    }
    struct bench bench = bench_begin();
    struct counts counts[CLOCKS] = {0};
    for (size_t c = 0; c < CLOCKS; c++)
        counts[c].twins = calloc(asked->sessions, sizeof(double));
    pid_t spinner = spinner_start(cores.os_numbers[cores.count - 1]);
    for (size_t s = 0; s < asked->sessions; s++) {
        struct physical one = physical_session(&bench, asked->seed + s);
        for (size_t c = 0; c < CLOCKS; c++)
            counts_add(&counts[c], s, one.twin[c], one.longer[c]);
    }
    bool loaded = spinner_end(spinner);
    bench_end(&bench);
    topology_free(&cores);
    for (size_t c = 0; c < CLOCKS; c++) { /* the median, in front */
        struct interval twins = interval_of(counts[c].twins, asked->sessions);
        counts[c].twins[0] = twins.middle;
    }
    physical_print(asked, counts);
    holds(loaded, "the other core was loaded all the time");
    holds(count_possible(counts[CLOCK_OWN].false_alarms, asked->sessions, 0,
                         FALSE_ALARMS, asked->strict ? 1e-3 : 1e-6),
          "real runs: no more false alarms than 5 %% and chance explain");
    for (size_t c = 0; c < CLOCKS; c++)
        free(counts[c].twins);
}
