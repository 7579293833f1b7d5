/*
 * truth_jobs.c - many sessions on all cores, and the verdict on counts.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: a test of chance has to say how often it fails by chance. Of 400
 * intervals that hold the truth with a chance of 95.9 %, fewer than 94 % do
 * so rather often; a test that forbids it cries wolf. share_within asks what
 * count is impossible instead.
 * Left out: sharing out fairly. Jobs take about the same time.
 */
#include "truth.h"

#include "../lib/die.h"

#include <errno.h>
#include <gsl/gsl_cdf.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static const double IMPOSSIBLE = 1e-9;

void *jobs_run(const struct asked *asked, size_t n, size_t bytes,
               void (*job)(const struct asked *asked, size_t i, void *result))
{
    char *results = mmap(NULL, n * bytes, PROT_READ | PROT_WRITE,
                         MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (results == MAP_FAILED)
        die(errno, "memory");
    fflush(NULL);
    for (unsigned j = 0; j < asked->jobs; j++) {
        pid_t child = fork();
        if (child < 0)
            die(errno, "fork");
        if (child > 0)
            continue;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (size_t i = j; i < n; i += asked->jobs)
            job(asked, i, results + i * bytes);
        _exit(EXIT_SUCCESS);
    }
    for (unsigned j = 0; j < asked->jobs; j++) {
        int status;
        if (wait(&status) < 0 || status != 0)
            die(0, "jobs: a process ended before its work was done");
    }
    return results;
}

void jobs_free(void *results, size_t n, size_t bytes)
{
    munmap(results, n * bytes);
}

gsl_rng *jobs_random(const struct asked *asked, size_t i)
{
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    if (random == NULL)
        die(ENOMEM, "memory");
    gsl_rng_set(random, asked->seed + 1000003 * (unsigned long)i);
    return random;
}

bool count_possible(size_t hits, size_t n, double low, double high,
                    double chance)
{
    unsigned k = (unsigned)hits, all = (unsigned)n;
    double so_few = gsl_cdf_binomial_P(k, low, all);
    double so_many = k == 0 ? 1 : gsl_cdf_binomial_Q(k - 1, high, all);
    return (low <= 0 || so_few >= chance) && so_many >= chance;
}

bool share_within(const struct asked *asked, size_t hits, size_t n, double low,
                  double high)
{
    double share = (double)hits / (double)n;
    if (asked->strict)
        return share >= low && share <= high;
    return count_possible(hits, n, low, high, IMPOSSIBLE);
}

static size_t failed;

void holds(bool good, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    printf(good ? "holds: " : "MISSES: ");
    vprintf(format, arguments);
    putchar('\n');
    fflush(stdout);
    va_end(arguments);
    failed += !good;
}

size_t holds_failed(void)
{
    return failed;
}
