/*
 * openmp.c - the compiler and its run-time library share out the items.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: what two lines of OpenMP replace: a pool that outlives the round,
 * a loop schedule, a barrier. The schedule is an option; compare static and
 * dynamic on mandelbrot.
 * Look for: the line of the best hand-written strategy.
 * Left out: everything else in OpenMP.
 */
#include "strategy.h"

#include <omp.h>
#include <sys/resource.h>

/* libgomp notes every thread it starts on the stack of the one that starts
 * them, about 100 bytes each, and does not look whether that is large
 * enough. */
enum { STACK_PER_THREAD = 1024 };

static void openmp_run(const struct run *run)
{
#pragma omp parallel num_threads((int)run->workers)
    {
        worker_enter(run, (size_t)omp_get_thread_num());
#pragma omp for schedule(runtime)
        for (uint64_t i = 0; i < run->items; i++)
            run_item(run, i);
        worker_leave();
    }
}

static void openmp_spawn(struct branch *branch)
{
#pragma omp task firstprivate(branch)
    run_branch(branch);
}

static uint64_t openmp_sync(struct branch *branch)
{
#pragma omp taskwait
    return branch->answer;
}

/* In the order of the choices of --schedule. */
static const char *openmp_start(const struct run *run)
{
    static const omp_sched_t schedules[] = {omp_sched_dynamic, omp_sched_static,
                                            omp_sched_guided};
    struct rlimit stack;
    if (getrlimit(RLIMIT_STACK, &stack) == 0 &&
        run->workers > stack.rlim_cur / STACK_PER_THREAD)
        die(0, "%zu workers: more than the OpenMP library can start",
            run->workers);
    omp_set_dynamic(0);
    omp_set_schedule(schedules[option_number(run, "schedule")], 0);
    return NULL;
}

/* Ends the library's threads, which would otherwise wait for more work until
 * the program ends. */
static void openmp_stop(const struct run *run)
{
    (void)run;
    (void)omp_pause_resource_all(omp_pause_hard);
}

static const struct option_spec openmp_options[] = {
    {.name = "schedule",
     .argument = "KIND",
     .kind = OPTION_CHOICE,
     .choices = "dynamic static guided",
     .fallback = "dynamic",
     .help = "how the loop's items are shared out"},
    {0},
};

const struct strategy strategy = {
    .summary = "a parallel loop of OpenMP, and its tasks",
    .options = openmp_options,
    .start = openmp_start,
    .run = openmp_run,
    .stop = openmp_stop,
    .spawn = openmp_spawn,
    .sync = openmp_sync,
};
