/*
 * stats_compare.c - two runs side by side: what became slower, what faster?
 *
 * Teaches: two runs taken one after the other differ as a whole. The machine is
 * warmer, or has a neighbour, or is another machine; on a shared one about a
 * quarter of such comparisons call identical programs different. A ratio taken
 * within one block does not feel this, so what is compared are *speedups*:
 * how many times as fast as sequential an arm was in the same block of the same
 * run. Arms that have no sequential beside them, and sequential itself, are
 * held against the other arms of the block instead: against how much longer
 * those took there than they take in run A as a rule.
 * Look at: pair_judge. A difference counts when its interval, corrected for the
 * number of arms, lies beyond the tolerance; "same" is a finding, too: the
 * interval lies within it; and where neither holds the verdict is open.
 * Left out: a change that makes all arms slower alike, sequential included.
 * From two runs alone it cannot be told from a slower machine; it shows as the
 * general factor, which is printed. In the same way, when most arms of a kind
 * become slower, what remained as it was seems faster beside them. To tell the
 * two apart, run both programs in the blocks of one sweep.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stats_compare.h"
#include "lib/family.h"
#include "lib/shift.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ----------------------------------------------------------- pairs of arms */

static bool has_time(const struct arm *arm)
{
    return arm->estimate.elapsed.n > 0;
}

/* Whether two arms of two runs are the same one. Arms of one strategy may
 * differ in the items under way alone; where a run failed and cannot say how
 * many these were, the name decides. */
static bool same_arm(const struct arm *a, const struct arm *b)
{
    double more = fabs(a->estimate.inflight - b->estimate.inflight);
    return !strcmp(a->chart, b->chart) && !strcmp(a->kernel, b->kernel) &&
           !strcmp(a->strategy, b->strategy) && !strcmp(a->items, b->items) &&
           a->workers == b->workers && a->cores == b->cores &&
           (isnan(more) ? !strcmp(a->name, b->name) : more < 0.5);
}

/* Pairs the arms of both plans, in the order of A's; what remains is listed
 * apart. Arms that have a time in neither run are nobody's concern. */
static void pairs_find(struct comparison *c)
{
    bool *taken = allocate(c->b->arms_n, sizeof *taken);
    c->pairs = allocate(c->a->arms_n, sizeof *c->pairs);
    c->only_a = allocate(c->a->arms_n, sizeof *c->only_a);
    c->only_b = allocate(c->b->arms_n, sizeof *c->only_b);
    for (size_t i = 0; i < c->a->arms_n; i++) {
        const struct arm *a = &c->a->arms[i], *b = NULL;
        if (!arm_is(a, "plan"))
            continue;
        for (size_t j = 0; j < c->b->arms_n && !b; j++)
            if (!taken[j] && arm_is(&c->b->arms[j], "plan") &&
                same_arm(a, &c->b->arms[j])) {
                taken[j] = true;
                b = &c->b->arms[j];
            }
        if (!b)
            c->only_a[c->only_a_n++] = a;
        else if (has_time(a) || has_time(b))
            c->pairs[c->pairs_n++] = (struct pair){.a = a, .b = b};
    }
    for (size_t j = 0; j < c->b->arms_n; j++)
        if (!taken[j] && arm_is(&c->b->arms[j], "plan"))
            c->only_b[c->only_b_n++] = &c->b->arms[j];
    free(taken);
}

/* --------------------------------------------------- values of one arm's runs
 */

/* One finite number for each block that has it. */
struct values {
    double *at;
    size_t n;
};

static void values_add(struct values *values, double value)
{
    if (isfinite(value))
        values->at[values->n++] = value;
}

static struct values values_for(const struct results *results)
{
    return (struct values){allocate(results->blocks_n, sizeof(double)), 0};
}

static double log_elapsed(const struct arm *arm, size_t block)
{
    double elapsed = elapsed_s(arm, block);
    return elapsed > 0 ? log(elapsed) : NAN;
}

static struct values logs_of_times(const struct results *results,
                                   const struct arm *arm)
{
    struct values values = values_for(results);
    for (size_t b = 0; b < results->blocks_n; b++)
        values_add(&values, log_elapsed(arm, b));
    return values;
}

/* Times over those of sequential: 1 / speedup. */
static struct values logs_over_sequential(const struct results *results,
                                          const struct arm *arm)
{
    struct values values = values_for(results);
    for (size_t b = 0; b < results->blocks_n; b++)
        values_add(&values, log_ratio(arm, arm->sequential, b));
    return values;
}

/* ------------------------------------------------------- the general factor */

static double median(double *values, size_t n)
{
    return interval_of(values, n).middle;
}

/* Whether the other arm's times say something of the machine's speed for this
 * one: arms that wait and arms that compute do not slow down together. */
static bool is_beside(const struct pair *pair, const struct pair *other)
{
    return pair != other && has_time(other->a) && has_time(other->b) &&
           !strcmp(pair->a->bound, other->a->bound);
}

/* How much longer the other arms took in one block of a run than in A as a
 * rule: the median over them, as a log. */
static double level_of(const struct comparison *c, const struct pair *pair,
                       bool in_b, size_t block, double *room)
{
    size_t n = 0;
    for (size_t i = 0; i < c->pairs_n; i++) {
        const struct pair *other = &c->pairs[i];
        if (is_beside(pair, other))
            room[n++] = log_elapsed(in_b ? other->b : other->a, block) -
                        log(other->a->estimate.elapsed.middle);
    }
    return median(room, n);
}

/* Times beside those of the other arms in the same block. */
static struct values logs_over_level(const struct comparison *c,
                                     const struct pair *pair, bool in_b)
{
    const struct results *results = in_b ? c->b : c->a;
    struct values values = values_for(results);
    double *room = allocate(c->pairs_n, sizeof *room);
    for (size_t b = 0; b < results->blocks_n; b++)
        values_add(&values, log_elapsed(in_b ? pair->b : pair->a, b) -
                                level_of(c, pair, in_b, b, room));
    free(room);
    return values;
}

static size_t count_beside(const struct comparison *c, const struct pair *pair)
{
    size_t n = 0;
    for (size_t i = 0; i < c->pairs_n; i++)
        n += is_beside(pair, &c->pairs[i]);
    return n;
}

/* The median ratio of times over the pairs with a bound, or over all. */
static double factor_of(const struct comparison *c, const char *bound,
                        size_t *n)
{
    double *logs = allocate(c->pairs_n, sizeof *logs);
    *n = 0;
    for (size_t i = 0; i < c->pairs_n; i++)
        if (isfinite(c->pairs[i].time.middle) &&
            (!bound || !strcmp(c->pairs[i].a->bound, bound)))
            logs[(*n)++] = log(c->pairs[i].time.middle);
    double ratio = exp(median(logs, *n));
    free(logs);
    return ratio;
}

static void factors_find(struct comparison *c)
{
    size_t n;
    c->factor = factor_of(c, NULL, &n);
    c->factors = allocate(c->pairs_n, sizeof *c->factors);
    for (size_t i = 0; i < c->pairs_n; i++) {
        const char *bound = c->pairs[i].a->bound;
        bool known = false;
        for (size_t f = 0; f < c->factors_n && !known; f++)
            known = !strcmp(c->factors[f].bound, bound);
        if (known)
            continue;
        struct factor factor = {.bound = bound};
        factor.ratio = factor_of(c, bound, &factor.pairs);
        if (factor.pairs)
            c->factors[c->factors_n++] = factor;
    }
}

/* ------------------------------------------------------------ the comparison
 */

/* The values of a pair that are compared, A's and B's. */
struct sides {
    struct values a, b;
};

static struct sides sides_of(const struct comparison *c,
                             const struct pair *pair)
{
    if (pair->by_speedup)
        return (struct sides){logs_over_sequential(c->a, pair->a),
                              logs_over_sequential(c->b, pair->b)};
    return (struct sides){logs_over_level(c, pair, false),
                          logs_over_level(c, pair, true)};
}

static struct interval ratio_of(const struct sides *sides, double level)
{
    return interval_exp(
        shift_of(sides->a.at, sides->a.n, sides->b.at, sides->b.n, level));
}

static void sides_free(struct sides *sides)
{
    free(sides->a.at);
    free(sides->b.at);
}

static bool has_speedup(const struct arm *arm)
{
    return arm->sequential && arm->sequential != arm &&
           arm->estimate.speedup.n > 0;
}

/* The plain ratio of times, as each run has it. */
static void pair_time(const struct comparison *c, struct pair *pair)
{
    struct sides sides = {logs_of_times(c->a, pair->a),
                          logs_of_times(c->b, pair->b)};
    pair->time = ratio_of(&sides, FAMILY_LEVEL);
    pair->by_speedup = has_speedup(pair->a) && has_speedup(pair->b);
    sides_free(&sides);
}

/* Why a pair cannot be compared; "" when it can. */
static void pair_excuse(const struct comparison *c, struct pair *pair)
{
    const struct arm *none = !has_time(pair->a)   ? pair->a
                             : !has_time(pair->b) ? pair->b
                                                  : NULL;
    const struct arm *odd = pair->a->estimate.alarms   ? pair->a
                            : pair->b->estimate.alarms ? pair->b
                                                       : NULL;
    size_t beside = count_beside(c, pair);
    if (none)
        snprintf(pair->why, sizeof pair->why, "%s has no time: %s",
                 none == pair->a ? "A" : "B", arm_reason(none));
    else if (odd)
        snprintf(pair->why, sizeof pair->why, "alarm in %s: %s",
                 odd == pair->a ? "A" : "B", alarm_text(odd->estimate.alarms));
    else if (!pair->by_speedup && beside < COMPARE_BESIDE)
        snprintf(pair->why, sizeof pair->why,
                 "only %zu other arm%s to tell program from machine, %d are "
                 "needed",
                 beside, beside == 1 ? "" : "s", COMPARE_BESIDE);
}

/* The p value that the true ratio is no further from 1 than tolerated. */
static void pair_test(const struct comparison *c, struct pair *pair)
{
    pair->beside = pair->corrected = (struct interval){0, NAN, NAN, NAN};
    pair->p = NAN;
    pair_excuse(c, pair);
    if (*pair->why)
        return;
    struct sides s = sides_of(c, pair);
    double tolerated = log1p(c->tolerance);
    double above = shift_above(s.a.at, s.a.n, s.b.at, s.b.n, tolerated);
    double below = shift_below(s.a.at, s.a.n, s.b.at, s.b.n, -tolerated);
    pair->beside = ratio_of(&s, FAMILY_LEVEL);
    pair->p = fmin(1, 2 * fmin(above, below));
    sides_free(&s);
}

/* Corrects all p values together. */
static void pairs_correct(struct comparison *c)
{
    double *p = allocate(2 * c->pairs_n, sizeof *p), *holms = p + c->pairs_n;
    for (size_t i = 0; i < c->pairs_n; i++) {
        p[i] = c->pairs[i].p;
        c->family_n += !isnan(p[i]);
    }
    holm(p, holms, c->pairs_n);
    for (size_t i = 0; i < c->pairs_n; i++)
        c->pairs[i].p_holm = holms[i];
    c->blocks_needed = c->family_n ? shift_least(c->family_n, FAMILY_LEVEL) : 0;
    free(p);
}

/* The level at which Holm's step-down holds a pair: that of its turn, and from
 * the first one on that fails, of that turn. */
static double level_for(const struct comparison *c, const struct pair *pair)
{
    size_t before = 0;
    for (size_t i = 0; i < c->pairs_n; i++) {
        const struct pair *other = &c->pairs[i];
        before += other->p < pair->p && other->p_holm <= FAMILY_LEVEL;
    }
    return FAMILY_LEVEL / (double)(c->family_n - before);
}

static void pair_open(const struct comparison *c, struct pair *pair)
{
    size_t a = pair->a->estimate.blocks, b = pair->b->estimate.blocks;
    size_t n = a < b ? a : b;
    pair->verdict = VERDICT_OPEN;
    if (*pair->why)
        return;
    if (n < c->blocks_needed)
        snprintf(pair->why, sizeof pair->why,
                 "too few blocks: %zu and %zu; from %zu on a difference could "
                 "show",
                 a, b, c->blocks_needed);
}

static void pair_judge(const struct comparison *c, struct pair *pair)
{
    double most = 1 + c->tolerance, least = 1 / most;
    if (!isnan(pair->p)) {
        struct sides sides = sides_of(c, pair);
        pair->corrected = ratio_of(&sides, level_for(c, pair));
        sides_free(&sides);
    }
    if (pair->corrected.low > most)
        pair->verdict = VERDICT_SLOWER;
    else if (pair->corrected.high < least)
        pair->verdict = VERDICT_FASTER;
    else if (pair->beside.low >= least && pair->beside.high <= most)
        pair->verdict = VERDICT_SAME;
    else
        pair_open(c, pair);
}

static struct comparison comparison_of(const struct results *a,
                                       const struct results *b,
                                       double tolerance)
{
    struct comparison c = {.a = a, .b = b, .tolerance = tolerance};
    pairs_find(&c);
    for (size_t i = 0; i < c.pairs_n; i++)
        pair_time(&c, &c.pairs[i]);
    factors_find(&c);
    for (size_t i = 0; i < c.pairs_n; i++)
        pair_test(&c, &c.pairs[i]);
    pairs_correct(&c);
    for (size_t i = 0; i < c.pairs_n; i++) {
        pair_judge(&c, &c.pairs[i]);
        c.count[c.pairs[i].verdict]++;
    }
    return c;
}

static void comparison_free(struct comparison *c)
{
    free(c->pairs);
    free(c->only_a);
    free(c->only_b);
    free(c->factors);
}

const char *verdict_text(enum verdict verdict)
{
    static const char *const texts[] = {"same", "slower", "faster",
                                        "not decided"};
    return texts[verdict];
}

int comparison_status(const struct comparison *c)
{
    if (c->count[VERDICT_SLOWER])
        return 1;
    return c->count[VERDICT_OPEN] || !c->pairs_n ? 3 : 0;
}

/* ------------------------------------------------------- the command line */

struct asked {
    const char *runs[2];
    int runs_n;
    double tolerance;
    bool json;
};

/* A number of percent, 0 or more. */
static bool percent(const char *text, double *part)
{
    char *end;
    errno = 0;
    double number = strtod(text, &end);
    *part = number / 100;
    return !errno && end != text && !*end && number >= 0 && number < 1e6;
}

/* False when the words make no sense. */
static bool asked_read(struct asked *asked, int argc, char **argv)
{
    static const char tolerance[] = "--tolerance=";
    for (int i = 0; i < argc; i++)
        if (!strcmp(argv[i], "--json"))
            asked->json = true;
        else if (!strncmp(argv[i], tolerance, strlen(tolerance))) {
            if (!percent(argv[i] + strlen(tolerance), &asked->tolerance))
                return false;
        } else if (*argv[i] == '-' || asked->runs_n == 2)
            return false;
        else
            asked->runs[asked->runs_n++] = argv[i];
    return asked->runs_n == 2;
}

int compare_runs(int argc, char **argv)
{
    struct asked asked = {.tolerance = 0.03};
    if (!asked_read(&asked, argc, argv)) {
        fputs("stats: compare: usage: stats compare A B [--tolerance=PERCENT] "
              "[--json]\n",
              stderr);
        return 2;
    }
    struct results *runs[2];
    for (int i = 0; i < 2; i++) {
        runs[i] = results_load(asked.runs[i], true);
        estimate_all(runs[i]);
    }
    struct comparison c = comparison_of(runs[0], runs[1], asked.tolerance);
    if (asked.json)
        comparison_print_json(&c);
    else
        comparison_print(&c);
    int status = comparison_status(&c);
    comparison_free(&c);
    results_free(runs[0]);
    results_free(runs[1]);
    return status;
}
