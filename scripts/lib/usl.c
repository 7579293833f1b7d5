/*
 * usl.c - the Universal Scalability Law, and Amdahl's as its special case.
 *
 * Teaches: a fit is a choice (of weights, bounds, what is fixed) more than a
 * computation, and says so in its answer.
 * Look at: usl_intervals, and what is done where a parameter is on a bound.
 * The search itself is in usl_face.c.
 * Left out: saying how far beyond the measured n the law holds. It does not,
 * in general: X at twice the greatest n is a guess even when R2 is 0.999.
 *
 * SPDX-License-Identifier: MIT
 */
#include "usl.h"

#include "../../kernels/kernel.h" /* random_at */
#include "usl_face.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>

double usl_throughput(double alpha, double beta, double gamma, double n)
{
    return usl_model(&(struct usl_guess){{alpha, beta, gamma}}, n);
}

/* --------------------------------------------------------------- answers */

size_t usl_distinct(const double *n, size_t count)
{
    double *sorted = usl_numbers(count), last = -1;
    size_t distinct = 0;
    for (size_t i = 0; i < count; i++)
        sorted[i] = n[i];
    gsl_sort(sorted, 1, count);
    for (size_t i = 0; i < count; i++) {
        distinct += sorted[i] > last;
        last = sorted[i];
    }
    free(sorted);
    return distinct;
}

static struct usl_fit nothing(const struct usl_points *points, unsigned asked)
{
    const struct usl_parameter none = {NAN, NAN, NAN, NAN};
    return (struct usl_fit){.asked = asked,
                            .alpha = none,
                            .beta = none,
                            .gamma = none,
                            .count = points->count,
                            .distinct = usl_distinct(points->n, points->count),
                            .squares = NAN,
                            .df = NAN,
                            .rse = NAN,
                            .r2 = NAN,
                            .peak = NAN};
}

/* How much X differs around its mean, weighted as residuals are. */
static double total_squares(const struct usl_problem *problem)
{
    double sum = 0, weights = 0, squares = 0;
    for (size_t i = 0; i < problem->count; i++) {
        sum += problem->weight[i] * problem->x[i];
        weights += problem->weight[i];
    }
    for (size_t i = 0; i < problem->count; i++) {
        double from = problem->x[i] - sum / weights;
        squares += problem->weight[i] * from * from;
    }
    return squares;
}

/* From the scaled problem to the caller's units. */
static void answer(const struct usl_problem *problem,
                   const struct usl_points *points, const struct usl_face *face,
                   struct usl_fit *fit)
{
    double unit = points->weights == USL_RELATIVE ? 1 : problem->scale;
    fit->free = face->free;
    fit->alpha.value = face->guess.of[0];
    fit->beta.value = face->guess.of[1];
    fit->gamma.value = face->guess.of[2] * problem->scale;
    fit->squares = face->squares * unit * unit;
    fit->df = (double)fit->count - (double)usl_bits(fit->asked);
    fit->r2 = 1 - face->squares / total_squares(problem);
    double spread = fit->df > 0 ? sqrt(face->squares / fit->df) : NAN;
    fit->rse = spread * unit;
    fit->alpha.error = face->errors[0] * spread;
    fit->beta.error = face->errors[1] * spread;
    fit->gamma.error = face->errors[2] * spread * problem->scale;
    if (fit->beta.value > 0 && fit->alpha.value < 1)
        fit->peak = sqrt((1 - fit->alpha.value) / fit->beta.value);
}

bool usl_fit(const struct usl_points *points, unsigned asked, double gamma,
             struct usl_fit *fit)
{
    *fit = nothing(points, asked);
    if (fit->distinct < usl_bits(asked) || !points->count)
        return false;
    gsl_error_handler_t *before = gsl_set_error_handler_off();
    struct usl_problem problem = usl_problem_make(points);
    problem.others.of[2] = asked & USL_GAMMA ? 1 : gamma / problem.scale;
    struct usl_face face = usl_faces(&problem, asked, true);
    bool good = isfinite(face.squares);
    if (good)
        answer(&problem, points, &face, fit);
    usl_problem_free(&problem);
    gsl_set_error_handler(before);
    return good;
}

bool usl_transform(const struct usl_points *points, double gamma,
                   struct usl_fit *fit)
{
    const unsigned asked = USL_ALPHA | USL_BETA;
    *fit = nothing(points, asked);
    if (fit->distinct < 3)
        return false;
    gsl_error_handler_t *before = gsl_set_error_handler_off();
    struct usl_problem problem = usl_problem_make(points);
    problem.others.of[2] = gamma / problem.scale;
    problem.free = asked;
    struct usl_face face = {.free = asked, .errors = {NAN, NAN, NAN}};
    bool good = usl_line(&problem, true, &face.guess);
    if (good) {
        usl_errors(&problem, face.guess, face.errors);
        face.squares = usl_squares(&problem, &face.guess);
        answer(&problem, points, &face, fit);
    }
    usl_problem_free(&problem);
    gsl_set_error_handler(before);
    return good;
}

double usl_aicc(const struct usl_points *points, const struct usl_fit *fit)
{
    double m = (double)fit->count, k = (double)usl_bits(fit->asked) + 1;
    double size = 0; /* of X: what rounding makes of exact data is no sign */
    for (size_t i = 0; i < points->count; i++)
        size +=
            points->weights == USL_RELATIVE ? 1 : points->x[i] * points->x[i];
    if (m <= k + 1)
        return INFINITY;
    return m * log(fmax(fit->squares, 1e-24 * size) / m) + 2 * k +
           2 * k * (k + 1) / (m - k - 1);
}

/* ------------------------------------------------------------- intervals */

static struct usl_parameter *parameter_of(struct usl_fit *fit, unsigned k)
{
    return k == 0 ? &fit->alpha : k == 1 ? &fit->beta : &fit->gamma;
}

/* Weighted residuals of the fit, about 0, and as wide as those of the points
 * themselves: a fit bends towards its points. */
static void pool_fill(const struct usl_problem *problem,
                      const struct usl_guess *guess, double df, double *pool)
{
    double mean = 0, m = (double)problem->count;
    for (size_t i = 0; i < problem->count; i++) {
        pool[i] = sqrt(problem->weight[i]) *
                  (problem->x[i] - usl_model(guess, problem->n[i]));
        mean += pool[i] / m;
    }
    for (size_t i = 0; i < problem->count; i++)
        pool[i] = (pool[i] - mean) * sqrt(m / df);
}

/* One refit: to the fitted curve with residuals drawn from the pool. */
static void refit(struct usl_problem *problem, const struct usl_guess *fitted,
                  const double *pool, unsigned asked, size_t turn,
                  double *drawn[USL_PARAMETERS])
{
    for (size_t i = 0; i < problem->count; i++) {
        double curve = usl_model(fitted, problem->n[i]);
        uint64_t lot = random_at(1, turn * problem->count + i);
        double x =
            curve + pool[lot % problem->count] / sqrt(problem->weight[i]);
        problem->x[i] = fmax(x, 1e-3 * curve);
    }
    struct usl_face face = usl_faces(problem, asked, false);
    for (unsigned k = 0; k < USL_PARAMETERS; k++)
        drawn[k][turn] = face.guess.of[k];
}

static void resample(const struct usl_points *points, struct usl_fit *fit,
                     unsigned refits)
{
    struct usl_problem problem = usl_problem_make(points);
    struct usl_guess fitted = {
        {fit->alpha.value, fit->beta.value, fit->gamma.value / problem.scale}};
    double *pool = usl_numbers(points->count);
    double *drawn[USL_PARAMETERS] = {usl_numbers(refits), usl_numbers(refits),
                                     usl_numbers(refits)};
    problem.others.of[2] = fit->asked & USL_GAMMA ? 1 : fitted.of[2];
    pool_fill(&problem, &fitted, fit->df, pool);
    for (size_t turn = 0; turn < refits; turn++)
        refit(&problem, &fitted, pool, fit->asked, turn, drawn);
    for (unsigned k = 0; k < USL_PARAMETERS; k++) {
        struct usl_parameter *parameter = parameter_of(fit, k);
        double unit = k == 2 ? problem.scale : 1;
        gsl_sort(drawn[k], 1, refits);
        if (fit->asked & 1U << k) {
            parameter->low = unit * gsl_stats_quantile_from_sorted_data(
                                        drawn[k], 1, refits, 0.025);
            parameter->high = unit * gsl_stats_quantile_from_sorted_data(
                                         drawn[k], 1, refits, 0.975);
        }
        free(drawn[k]);
    }
    free(pool);
    usl_problem_free(&problem);
}

void usl_intervals(const struct usl_points *points, struct usl_fit *fit,
                   unsigned refits)
{
    if (isnan(fit->gamma.value) || !(fit->df > 0) ||
        fit->distinct < usl_bits(fit->asked) + 2)
        return;
    gsl_error_handler_t *before = gsl_set_error_handler_off();
    if (fit->free != fit->asked) {
        fit->resampled = refits > 0;
        if (refits)
            resample(points, fit, refits);
    } else {
        double t = gsl_cdf_tdist_Pinv(0.975, fit->df);
        for (unsigned k = 0; k < USL_PARAMETERS; k++) {
            struct usl_parameter *parameter = parameter_of(fit, k);
            if (!(fit->asked & 1U << k))
                continue;
            parameter->low = fmax(0, parameter->value - t * parameter->error);
            parameter->high = parameter->value + t * parameter->error;
        }
    }
    gsl_set_error_handler(before);
}
