/*
 * stats_compare.h - what the parts of `stats compare` share.
 * SPDX-License-Identifier: MIT
 *
 * stats_compare.c computes; stats_differences.c looks for what differs between
 * the two machines and plans; stats_compare_print.c shows both.
 */
#ifndef STATS_COMPARE_H
#define STATS_COMPARE_H

#include "stats.h"

enum verdict { VERDICT_SAME, VERDICT_SLOWER, VERDICT_FASTER, VERDICT_OPEN };

enum { COMPARE_BESIDE = 4 }; /* how many others make a general factor */

/* An arm of both runs. Ratios are B over A, of times: above 1 is slower. */
struct pair {
    const struct arm *a, *b;
    struct interval time; /* of elapsed seconds; 95 % */
    bool by_speedup;      /* beside is about speedups, not about times */
    /* What remains once the machines are taken out: by the speedups over
     * sequential, turned over, so that above 1 is slower; for arms without, by
     * the times beside those of the other arms in the same blocks. */
    struct interval beside;    /* 95 % */
    struct interval corrected; /* at the level of Holm's step-down */
    double p, p_holm;          /* that it is no further away than tolerated */
    enum verdict verdict;
    char why[160]; /* it is open, beyond an interval that is too wide; or "" */
};

/* How much slower B was in general, over the pairs with one bound. */
struct factor {
    const char *bound; /* "cpu", "io", ... */
    size_t pairs;
    double ratio;
};

struct comparison {
    const struct results *a, *b;
    double tolerance; /* a part: 0.03 */
    struct pair *pairs;
    size_t pairs_n, family_n;            /* all; those with a p value */
    const struct arm **only_a, **only_b; /* arms of one plan only */
    size_t only_a_n, only_b_n;
    double factor; /* median over all pairs; NaN when there are none */
    struct factor *factors;
    size_t factors_n;
    size_t count[4];      /* by verdict */
    size_t blocks_needed; /* in each run, for any decision */
};

/* stats_compare.c */
int compare_runs(int argc, char **argv);
const char *verdict_text(enum verdict verdict);
/* 0: nothing slower; 1: something is; 3: nothing is, but something is open. */
int comparison_status(const struct comparison *comparison);

/* stats_differences.c: an object with a member for each thing that differs,
 * {"a": ..., "b": ...}; the caller's to free. */
json_t *differences_between(const struct results *a, const struct results *b);

/* stats_compare_print.c */
void comparison_print(const struct comparison *comparison);
void comparison_print_json(const struct comparison *comparison);

#endif
