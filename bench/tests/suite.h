/*
 * suite.h - what the Check suites share.
 * SPDX-License-Identifier: MIT
 *
 * A suite is one file check_<noun>.c about one noun of bench/lib/. Check
 * forks for every test, so one that crashes or hangs fails alone, and each
 * starts with one thread and no descriptors but the usual ones.
 */
#ifndef SUITE_H
#define SUITE_H

#include <check.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SUITE_SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SUITE_SANITIZED 1
#endif
#ifndef SUITE_SANITIZED
#define SUITE_SANITIZED 0
#endif

enum { SUITE_HANG_SECONDS = 100 };

/* How often to repeat something: less under a sanitizer, which makes all
 * code several times slower. */
static inline uint64_t suite_effort(uint64_t times)
{
    uint64_t fewer = times / 20 > 0 ? times / 20 : 1;
    return SUITE_SANITIZED ? fewer : times;
}

static inline void suite_nap(uint64_t us)
{
    struct timespec t = {.tv_sec = (time_t)(us / 1000000),
                         .tv_nsec = (long)(us % 1000000 * 1000)};
    nanosleep(&t, NULL);
}

/* Waits until the condition holds; Check's time limit ends a vain wait. */
#define SUITE_UNTIL(condition)                                                 \
    do                                                                         \
        suite_nap(100);                                                        \
    while (!(condition))

/* Long enough for a thread that could go on to have gone on. A test that
 * naps so long before it looks can miss an error, but never invents one. */
static inline void suite_settle(void)
{
    suite_nap(20000);
}

/* The running test says that it cannot judge here; see run. */
static inline void suite_skip(const char *what, const char *why)
{
    printf("# SKIP %s: %s\n", what, why);
    fflush(stdout);
}

enum { SUITE_PATH_BYTES = 512 };

/* A template for mkstemp(3) or mkdtemp(3). */
static inline void suite_scratch(char path[SUITE_PATH_BYTES])
{
    const char *directory = getenv("TMPDIR");
    snprintf(path, SUITE_PATH_BYTES, "%s/manyways.XXXXXX",
             directory != NULL ? directory : P_tmpdir);
}

/* An empty suite with one test case, which has the suite's name. */
static inline TCase *suite_begin(Suite **suite, const char *name)
{
    TCase *tests = tcase_create(name);
    *suite = suite_create(name);
    tcase_set_timeout(tests, SUITE_HANG_SECONDS);
    suite_add_tcase(*suite, tests);
    return tests;
}

/* Runs it; the exit status of main. */
static inline int suite_end(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
