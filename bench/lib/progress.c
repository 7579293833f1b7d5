/*
 * progress.c - a bar on stderr, fed by finished items.
 * SPDX-License-Identifier: MIT
 *
 * The workers know nothing of it: each counts its items in a tally anyway,
 * and a thread that sleeps most of the time adds the counts up.
 */
#include "progress.h"
#include "clock.h"
#include "memory.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

enum { WIDTH = 40, REDRAW_MS = 100 };

static pthread_t thread;
static bool running;
static atomic_bool stopping;

static uint64_t finished(const struct run *run)
{
    uint64_t sum = 0;
    for (size_t w = 0; w < run->workers; w++)
        sum +=
            atomic_load_explicit(&memory.tallies[w].ran, memory_order_relaxed);
    return sum;
}

static void draw(const struct run *run)
{
    uint64_t done = finished(run), all = run->items * run->rounds;
    int filled = (int)((double)done / (double)all * WIDTH);
    fprintf(stderr, "\r[%-*.*s] %" PRIu64 "/%" PRIu64 " items", WIDTH, filled,
            "########################################", done, all);
    fflush(stderr);
}

static void *redraw(void *argument)
{
    const struct run *run = argument;
    struct timespec nap = clock_timespec((uint64_t)REDRAW_MS * NS_PER_MS);
    while (!atomic_load(&stopping)) {
        draw(run);
        nanosleep(&nap, NULL);
    }
    return NULL;
}

void progress_start(const struct run *run)
{
    if (!isatty(STDERR_FILENO))
        return;
    int error = pthread_create(&thread, NULL, redraw, (void *)(uintptr_t)run);
    if (error != 0)
        die(error, "progress");
    running = true;
}

bool progress_shown(void)
{
    return running;
}

void progress_stop(void)
{
    if (!running)
        return;
    atomic_store(&stopping, true);
    pthread_join(thread, NULL);
    fprintf(stderr, "\r%*s\r", WIDTH + 40, "");
    running = false;
}
