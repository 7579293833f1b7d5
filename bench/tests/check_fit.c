/*
 * check_fit.c - tests of scripts/lib/usl.c, amdahl.c and metg.c.
 * SPDX-License-Identifier: MIT
 *
 * Laws are tested on points that follow them. What the fits say of published
 * measurements, and what other programs say, is tested by fit.sh.
 */
#include "suite.h"
#include "../../kernels/kernel.h"
#include "../../scripts/lib/amdahl.h"
#include "../../scripts/lib/interval.h"
#include "../../scripts/lib/metg.h"
#include "../../scripts/lib/usl.h"

#include <math.h>
#include <string.h>

enum { MOST = 12 };

/* Whether two numbers are the same to nine digits. */
static bool near(double a, double b)
{
    return fabs(a - b) <= 1e-9 * fabs(b) + 1e-12;
}

/* A uniform number in (0, 1), and a normal one. */
static double uniform(uint64_t seed, uint64_t i)
{
    return ((double)(random_at(seed, i) >> 11) + 0.5) / 0x1p53;
}

static double normal(uint64_t seed, uint64_t i)
{
    return sqrt(-2 * log(uniform(seed, 2 * i))) *
           cos(6.283185307179586 * uniform(seed, 2 * i + 1));
}

/* ------------------------------------------------------------------- usl */

struct truth {
    double alpha, beta, gamma, noise;
    size_t m;
};

/* m different n from 1 on, each step one to eight times as far as 1, and what
 * the law says there, with relative noise. */
static void points_of(const struct truth *truth, uint64_t seed, double *n,
                      double *x)
{
    double at = 1;
    for (size_t i = 0; i < truth->m; i++) {
        n[i] = at;
        x[i] = usl_throughput(truth->alpha, truth->beta, truth->gamma, at) *
               exp(truth->noise * normal(seed, i));
        at += 1 + (double)(random_at(seed, 1000 + i) % 8);
    }
}

START_TEST(exact_points_give_exact_parameters)
{
    static const struct truth truths[] = {
        {0.03, 0.0005, 100, 0, 6}, {0.5, 0.01, 3e-9, 0, 8},
        {0, 0.001, 4e12, 0, 7},    {0.2, 0, 1, 0, 6},
        {0, 0, 17, 0, 6},          {0.9, 0.2, 5, 0, 12},
        {1.5, 0.001, 5, 0, 12},
    };
    for (size_t t = 0; t < sizeof truths / sizeof *truths; t++)
        for (int weights = USL_EQUAL; weights <= USL_RELATIVE; weights++) {
            double n[MOST], x[MOST];
            struct usl_fit fit;
            points_of(&truths[t], 1, n, x);
            struct usl_points points = {n, x, truths[t].m,
                                        (enum usl_weights)weights};
            ck_assert(usl_fit(&points, USL_ALL, NAN, &fit));
            ck_assert(near(fit.alpha.value, truths[t].alpha));
            ck_assert(near(fit.beta.value, truths[t].beta));
            ck_assert(near(fit.gamma.value / truths[t].gamma, 1));
            ck_assert(fit.r2 > 1 - 1e-9);
        }
}
END_TEST

START_TEST(bounds_are_faces)
{
    /* Better than linear, then worse; and better throughout. */
    double n[] = {1, 2, 4, 8, 16, 32}, x[6];
    struct usl_points points = {n, x, 6, USL_EQUAL};
    struct usl_fit fit, face;
    for (size_t i = 0; i < 6; i++)
        x[i] = usl_throughput(-0.01, 0.002, 10, n[i]);
    ck_assert(usl_fit(&points, USL_ALL, NAN, &fit));
    ck_assert_uint_eq(fit.free, USL_BETA | USL_GAMMA);
    ck_assert_double_eq(fit.alpha.value, 0);
    ck_assert(isnan(fit.alpha.error) && fit.beta.error > 0);
    /* Nothing on this face is better. */
    ck_assert(usl_fit(&points, USL_BETA | USL_GAMMA, NAN, &face));
    ck_assert(near(face.squares, fit.squares));
    ck_assert(usl_fit(&points, USL_AMDAHL, NAN, &face));
    ck_assert_double_gt(face.squares, fit.squares);
    for (size_t i = 0; i < 6; i++)
        x[i] = 10 * pow(n[i], 1.2);
    ck_assert(usl_fit(&points, USL_ALL, NAN, &fit));
    ck_assert_uint_eq(fit.free, USL_GAMMA);
    ck_assert_double_eq(fit.alpha.value, 0);
    ck_assert_double_eq(fit.beta.value, 0);
    ck_assert(isnan(fit.peak));
}
END_TEST

START_TEST(a_fit_says_what_it_cannot_know)
{
    double n[] = {1, 2, 2, 4}, x[] = {10, 19, 19.5, 30};
    struct usl_fit fit;
    struct usl_points points = {n, x, 2, USL_EQUAL};
    ck_assert(!usl_fit(&points, USL_ALL, NAN, &fit));
    ck_assert(isnan(fit.alpha.value) && isnan(fit.rse) && isnan(fit.r2));
    points.count = 3; /* but two different n */
    ck_assert_uint_eq(usl_distinct(n, 3), 2);
    ck_assert(!usl_fit(&points, USL_ALL, NAN, &fit));
    usl_intervals(&points, &fit, USL_REFITS);
    ck_assert(isnan(fit.alpha.low));
    points.count = 4;
    ck_assert(usl_fit(&points, USL_ALL, NAN, &fit));
    usl_intervals(&points, &fit, USL_REFITS);
    ck_assert(isnan(fit.alpha.low)); /* five different n would do */
    points.count = 0;
    ck_assert(!usl_fit(&points, USL_ALL, NAN, &fit));
}
END_TEST

START_TEST(gamma_may_be_given)
{
    struct truth truth = {0.04, 0.001, 25, 0, 8};
    double n[MOST], x[MOST];
    struct usl_fit fit;
    points_of(&truth, 3, n, x);
    struct usl_points points = {n, x, 8, USL_RELATIVE};
    ck_assert(usl_fit(&points, USL_ALPHA | USL_BETA, 25, &fit));
    ck_assert(near(fit.alpha.value, 0.04) && near(fit.beta.value, 0.001));
    ck_assert(near(fit.gamma.value, 25) && isnan(fit.gamma.error));
    ck_assert(usl_transform(&points, 25, &fit));
    ck_assert(near(fit.alpha.value, 0.04) && near(fit.beta.value, 0.001));
    /* A gamma so high that all points seem too slow, and one so low. */
    ck_assert(usl_fit(&points, USL_ALPHA | USL_BETA, 2500, &fit));
    ck_assert_double_ge(fit.beta.value, 0);
    ck_assert(usl_fit(&points, USL_ALPHA | USL_BETA, 0.25, &fit));
    ck_assert_uint_eq(fit.free, 0);
}
END_TEST

START_TEST(two_refits_are_the_same)
{
    struct truth truth = {0.04, 0, 25, 0.02, 8};
    double n[MOST], x[MOST];
    struct usl_fit fit, again;
    uint64_t seed = 0;
    struct usl_points points = {n, x, 8, USL_RELATIVE};
    do {
        points_of(&truth, seed++, n, x);
        ck_assert(usl_fit(&points, USL_ALL, NAN, &fit));
    } while (fit.free == USL_ALL);
    again = fit;
    usl_intervals(&points, &fit, 200);
    usl_intervals(&points, &again, 200);
    ck_assert(fit.resampled);
    ck_assert_mem_eq(&fit, &again, sizeof fit);
    ck_assert(fit.beta.low <= fit.beta.value && fit.beta.high > 0);
    ck_assert(fit.alpha.low < fit.alpha.high);
}
END_TEST

/* The sets of random true laws: some with alpha or beta on the bound. */
static struct truth truth_at(uint64_t i)
{
    return (struct truth){
        .alpha = i % 4 == 0 ? 0 : 0.3 * uniform(11, i),
        .beta = i % 4 == 1 ? 0 : 0.01 * pow(uniform(12, i), 2),
        .gamma = exp(20 * (uniform(13, i) - 0.5)),
        .noise = 0.002 * pow(16, uniform(14, i)),
        .m = 2 + random_at(15, i) % 11,
    };
}

static bool holds(const struct usl_parameter *parameter, double truth)
{
    return parameter->low <= truth && truth <= parameter->high;
}

/* How often intervals hold the truth. */
struct coverage {
    size_t of, alpha, beta;
};

static void coverage_add(struct coverage *coverage, const struct usl_fit *fit,
                         const struct truth *truth)
{
    coverage->of++;
    coverage->alpha += holds(&fit->alpha, truth->alpha);
    coverage->beta += holds(&fit->beta, truth->beta);
}

/* In percent; between the two is sane. */
static void coverage_judge(const char *where, const struct coverage *coverage,
                           double least, double most)
{
    double alpha = 100.0 * (double)coverage->alpha / (double)coverage->of;
    double beta = 100.0 * (double)coverage->beta / (double)coverage->of;
    printf("# coverage %s: alpha %.1f %%, beta %.1f %% of %zu\n", where, alpha,
           beta, coverage->of);
    fflush(stdout);
    ck_assert(alpha >= least && alpha <= most);
    ck_assert(beta >= least && beta <= most);
}

START_TEST(random_laws_are_found)
{
    struct coverage inside = {0};
    size_t refused = 0;
    for (uint64_t i = 0; i < 1000; i++) {
        struct truth truth = truth_at(i);
        double n[MOST], x[MOST];
        struct usl_fit fit;
        points_of(&truth, 100 + i, n, x);
        struct usl_points points = {n, x, truth.m, USL_RELATIVE};
        bool fits = usl_fit(&points, USL_ALL, NAN, &fit);
        ck_assert(fits == (truth.m >= 3));
        refused += !fits;
        if (!fits)
            continue;
        ck_assert(fit.alpha.value >= 0 && fit.beta.value >= 0 &&
                  fit.gamma.value > 0 && isfinite(fit.squares));
        usl_intervals(&points, &fit, 0);
        if (truth.m < 5 || fit.free != USL_ALL)
            continue;
        ck_assert(fit.alpha.low >= 0 && fit.beta.low >= 0);
        coverage_add(&inside, &fit, &truth);
    }
    ck_assert_uint_gt(refused, 20);
    ck_assert_uint_gt(inside.of, 300);
    coverage_judge("inside the bounds", &inside, 92, 99);
}
END_TEST

START_TEST(refits_cover_the_truth_on_a_bound)
{
    struct coverage bound = {0};
    for (uint64_t i = 0; i < suite_effort(300); i++) {
        struct truth truth = truth_at(i);
        double n[MOST], x[MOST];
        struct usl_fit fit;
        truth.m = USL_LEAST + truth.m % 7;
        truth.beta = 0;
        points_of(&truth, 5000 + i, n, x);
        struct usl_points points = {n, x, truth.m, USL_RELATIVE};
        ck_assert(usl_fit(&points, USL_ALL, NAN, &fit));
        if (fit.free == USL_ALL)
            continue;
        usl_intervals(&points, &fit, 200);
        ck_assert(fit.resampled);
        coverage_add(&bound, &fit, &truth);
    }
    coverage_judge("on a bound", &bound, 80, 100);
}
END_TEST

/* ---------------------------------------------------------------- amdahl */

static const double counts[] = {1, 2, 3, 4, 6, 8, 16};
enum { COUNTS = 7 };

static void amdahl_times(double share, double seconds[COUNTS])
{
    for (size_t i = 0; i < COUNTS; i++)
        seconds[i] = 3 / amdahl_speedup(share, counts[i]);
}

START_TEST(exact_times_give_the_share)
{
    static const double shares[] = {0, 0.01, 0.2, 0.5, 1, -0.02};
    for (size_t s = 0; s < sizeof shares / sizeof *shares; s++) {
        double seconds[COUNTS];
        amdahl_times(shares[s], seconds);
        ck_assert(near(amdahl_share(counts, seconds, COUNTS), shares[s]));
        /* Without the run of one worker, too. */
        ck_assert(near(amdahl_share(counts + 2, seconds + 2, 4), shares[s]));
        for (size_t i = 1; i < COUNTS; i++)
            ck_assert(near(karp_flatt(seconds[0] / seconds[i], counts[i]),
                           shares[s]));
    }
}
END_TEST

START_TEST(missing_times_are_left_out)
{
    double seconds[COUNTS];
    amdahl_times(0.1, seconds);
    seconds[0] = NAN;
    seconds[3] = 0;
    seconds[5] = INFINITY;
    ck_assert(near(amdahl_share(counts, seconds, COUNTS), 0.1));
    seconds[1] = seconds[2] = seconds[4] = -1;
    ck_assert(isnan(amdahl_share(counts, seconds, COUNTS)));
    ck_assert(isnan(amdahl_share(counts, seconds, 0)));
    ck_assert(isnan(karp_flatt(2, 1)) && isnan(karp_flatt(0, 2)) &&
              isnan(karp_flatt(NAN, 2)));
}
END_TEST

START_TEST(one_wild_time_does_not_move_the_share)
{
    for (size_t wild = 1; wild < COUNTS; wild++) {
        double seconds[COUNTS];
        amdahl_times(0.05, seconds);
        seconds[wild] *= 100;
        ck_assert(near(amdahl_share(counts, seconds, COUNTS), 0.05));
    }
}
END_TEST

START_TEST(times_that_rise_are_above_all_shares)
{
    double seconds[] = {1, 5, 9}, n[] = {1, 2, 4};
    /* From one worker every pair has its opinion, above 1; between two and
     * four the times rise more than any share allows. */
    ck_assert_double_gt(amdahl_share(n, seconds, 3), 1);
    ck_assert(isinf(amdahl_share(n + 1, seconds + 1, 2)));
}
END_TEST

/* ------------------------------------------------------------------ metg */

/* Tasks from 100 ns to 10 ms handed out at a cost of `overhead` each, as the
 * harness sees them. */
static size_t curve(double overhead, struct metg_point *points)
{
    size_t n = 0;
    for (double work = 1e-7; n < 18; work *= 2)
        points[n++] =
            (struct metg_point){work + overhead, work / (work + overhead)};
    return n;
}

START_TEST(known_overheads_are_found)
{
    /* Half is useful when a task is as long as its overhead: together twice
     * that. A straight line between two points is not quite the curve. */
    double overhead = 3e-7;
    for (int i = 0; i < 9; i++, overhead *= 3) {
        struct metg_point points[32];
        size_t n = curve(overhead, points);
        double found = metg(points, n, METG_LEVEL);
        ck_assert(fabs(log(found / (2 * overhead))) < 0.03);
    }
    struct metg_point line[] = {{1e-3, 0.9}, {1e-5, 0.1}, {1e-4, 0.5}};
    ck_assert(near(metg(line, 3, 0.5), 1e-4));
    ck_assert(near(metg(line, 3, 0.3), sqrt(1e-9)));
}
END_TEST

START_TEST(what_was_not_reached_keeps_its_place)
{
    struct metg_point points[32];
    size_t n = curve(1e-9, points);
    ck_assert(isinf(metg(points, n, METG_LEVEL)));
    ck_assert_double_lt(metg(points, n, METG_LEVEL), 0);
    n = curve(1, points);
    ck_assert(isinf(metg(points, n, METG_LEVEL)));
    ck_assert_double_gt(metg(points, n, METG_LEVEL), 0);
    struct metg_point missing[] = {{NAN, 0.7}, {1e-3, NAN}, {0, 1}};
    ck_assert(isnan(metg(missing, 3, METG_LEVEL)));
    ck_assert(isnan(metg(missing, 0, METG_LEVEL)));

    double blocks[] = {INFINITY, 2e-6, 3e-6, -INFINITY, 2.5e-6, INFINITY};
    struct interval interval = interval_of(blocks, 6);
    ck_assert(near(interval.middle, 2.75e-6));
    ck_assert(isinf(interval.low) && interval.low < 0);
    ck_assert(isinf(interval.high) && interval.high > 0);
}
END_TEST

int main(void)
{
    Suite *suite;
    TCase *tests = suite_begin(&suite, "fit");
    tcase_add_test(tests, exact_points_give_exact_parameters);
    tcase_add_test(tests, bounds_are_faces);
    tcase_add_test(tests, a_fit_says_what_it_cannot_know);
    tcase_add_test(tests, gamma_may_be_given);
    tcase_add_test(tests, two_refits_are_the_same);
    tcase_add_test(tests, random_laws_are_found);
    tcase_add_test(tests, refits_cover_the_truth_on_a_bound);
    tcase_add_test(tests, exact_times_give_the_share);
    tcase_add_test(tests, missing_times_are_left_out);
    tcase_add_test(tests, one_wild_time_does_not_move_the_share);
    tcase_add_test(tests, times_that_rise_are_above_all_shares);
    tcase_add_test(tests, known_overheads_are_found);
    tcase_add_test(tests, what_was_not_reached_keeps_its_place);
    return suite_end(suite);
}
