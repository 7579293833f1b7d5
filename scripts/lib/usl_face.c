/*
 * usl_face.c - one search for the parameters of the Universal Scalability
 * Law, with bounds.
 *
 * Teaches: a good start makes the search easy. The law is a straight line in
 * disguise, so the start comes from a regression, and the search has little
 * left to do.
 * Look at: usl_faces, how a bound is held without squares or penalties;
 * polish, why the last digits need another method than the first.
 * Left out: weights that follow the fitted curve instead of the points.
 *
 * SPDX-License-Identifier: MIT
 */
#include "usl_face.h"

#include "../../bench/lib/die.h"

#include <errno.h>
#include <gsl/gsl_multifit.h>
#include <gsl/gsl_multifit_nlinear.h>
#include <math.h>
#include <stdlib.h>

enum { ITERATIONS = 300, POLISH = 12 };

double *usl_numbers(size_t count)
{
    double *numbers = calloc(count + 1, sizeof *numbers);
    if (!numbers)
        die(ENOMEM, "memory");
    return numbers;
}

struct usl_problem usl_problem_make(const struct usl_points *points)
{
    struct usl_problem problem = {.count = points->count,
                                  .n = usl_numbers(points->count),
                                  .x = usl_numbers(points->count),
                                  .weight = usl_numbers(points->count)};
    for (size_t i = 0; i < points->count; i++)
        problem.scale = fmax(problem.scale, points->x[i]);
    for (size_t i = 0; i < points->count; i++) {
        double x = points->x[i] / problem.scale;
        problem.n[i] = points->n[i];
        problem.x[i] = x;
        problem.weight[i] = points->weights == USL_RELATIVE ? 1 / (x * x) : 1;
    }
    return problem;
}

void usl_problem_free(struct usl_problem *problem)
{
    free(problem->n);
    free(problem->x);
    free(problem->weight);
}

size_t usl_bits(unsigned mask)
{
    return (mask & 1) + (mask >> 1 & 1) + (mask >> 2 & 1);
}

/* ------------------------------------------------------------------ law */

static double divisor(const struct usl_guess *guess, double n)
{
    return 1 + guess->of[0] * (n - 1) + guess->of[1] * n * (n - 1);
}

/* Whether the law gives a throughput for all these n. */
static bool is_law(const struct usl_problem *problem,
                   const struct usl_guess *guess)
{
    for (size_t i = 0; i < problem->count; i++)
        if (!(divisor(guess, problem->n[i]) > 1e-9))
            return false;
    return isfinite(guess->of[2]) && guess->of[2] > 0;
}

double usl_model(const struct usl_guess *guess, double n)
{
    return guess->of[2] * n / divisor(guess, n);
}

double usl_squares(const struct usl_problem *problem,
                   const struct usl_guess *guess)
{
    double sum = 0;
    for (size_t i = 0; i < problem->count; i++) {
        double residual = problem->x[i] - usl_model(guess, problem->n[i]);
        sum += problem->weight[i] * residual * residual;
    }
    return sum;
}

/* --------------------------------------------------------- linear form */

/* The gamma that fits best when alpha and beta are what they are. */
static double best_gamma(const struct usl_problem *problem,
                         const struct usl_guess *guess)
{
    double over = 0, under = 0;
    for (size_t i = 0; i < problem->count; i++) {
        double n = problem->n[i], one = n / divisor(guess, n);
        over += problem->weight[i] * one * problem->x[i];
        under += problem->weight[i] * one * one;
    }
    return over / under;
}

/* A straight line's columns: of 1 / gamma, and of alpha and beta over it. */
static double column_of(unsigned bit, double n)
{
    return bit == USL_ALPHA ? n - 1 : bit == USL_BETA ? n * (n - 1) : 1;
}

/* What is to be explained: z = n / X, less what is given of it. */
struct line {
    gsl_matrix *design, *covariance;
    gsl_vector *z, *weight, *answer;
    gsl_multifit_linear_workspace *work;
};

static struct line line_make(size_t count, size_t p)
{
    return (struct line){.design = gsl_matrix_calloc(count, p),
                         .covariance = gsl_matrix_calloc(p, p),
                         .z = gsl_vector_calloc(count),
                         .weight = gsl_vector_calloc(count),
                         .answer = gsl_vector_calloc(p),
                         .work = gsl_multifit_linear_alloc(count, p)};
}

static void line_free(struct line *line)
{
    gsl_multifit_linear_free(line->work);
    gsl_vector_free(line->answer);
    gsl_vector_free(line->weight);
    gsl_vector_free(line->z);
    gsl_matrix_free(line->covariance);
    gsl_matrix_free(line->design);
}

/* An error dx of X is one of z dx / X of z, so a point's weight is that of X
 * times (X / z) squared; `plain` leaves all of them 1. */
static void line_fill(struct line *line, const struct usl_problem *problem,
                      bool plain)
{
    bool given = !(problem->free & USL_GAMMA);
    for (size_t i = 0; i < problem->count; i++) {
        double x = problem->x[i], z = problem->n[i] / x, per = x / z;
        gsl_vector_set(line->z, i, given ? z - 1 / problem->others.of[2] : z);
        gsl_vector_set(line->weight, i,
                       plain ? 1 : problem->weight[i] * per * per);
        size_t column = 0;
        for (unsigned bit = 1; bit <= USL_GAMMA; bit <<= 1)
            if (problem->free & bit)
                gsl_matrix_set(line->design, i, column++,
                               column_of(bit, problem->n[i]));
    }
}

bool usl_line(const struct usl_problem *problem, bool plain,
              struct usl_guess *guess)
{
    size_t p = usl_bits(problem->free), column = 0;
    struct line line = line_make(problem->count, p);
    line_fill(&line, problem, plain);
    double chi, of[USL_PARAMETERS] = {0, 0, 1 / problem->others.of[2]};
    bool good =
        !gsl_multifit_wlinear(line.design, line.weight, line.z, line.answer,
                              line.covariance, &chi, line.work);
    for (unsigned k = 0; k < USL_PARAMETERS; k++)
        if (problem->free & 1U << k)
            of[k] = gsl_vector_get(line.answer, column++);
    *guess = (struct usl_guess){{of[0] / of[2], of[1] / of[2], 1 / of[2]}};
    line_free(&line);
    return good && is_law(problem, guess);
}

/* Never far off, and always a law. */
static struct usl_guess start_of(const struct usl_problem *problem)
{
    struct usl_guess guess;
    if (usl_line(problem, false, &guess))
        return guess;
    guess = problem->others;
    if (problem->free & USL_GAMMA)
        guess.of[2] = best_gamma(problem, &guess);
    return guess;
}

/* ------------------------------------------------------- nonlinear form */

static struct usl_guess unpack(const struct usl_problem *problem,
                               const gsl_vector *v)
{
    struct usl_guess guess = problem->others;
    size_t at = 0;
    for (unsigned k = 0; k < USL_PARAMETERS; k++)
        if (problem->free & 1U << k)
            guess.of[k] = gsl_vector_get(v, at++);
    return guess;
}

static void pack(const struct usl_problem *problem,
                 const struct usl_guess *guess, gsl_vector *v)
{
    size_t at = 0;
    for (unsigned k = 0; k < USL_PARAMETERS; k++)
        if (problem->free & 1U << k)
            gsl_vector_set(v, at++, guess->of[k]);
}

/* Residuals for GSL. A step to where there is no law is made unattractive;
 * an error or a NaN would end the search instead of shortening the step. */
static int residuals(const gsl_vector *v, void *of, gsl_vector *f)
{
    const struct usl_problem *problem = of;
    struct usl_guess guess = unpack(problem, v);
    bool law = is_law(problem, &guess);
    for (size_t i = 0; i < problem->count; i++)
        gsl_vector_set(f, i,
                       law ? usl_model(&guess, problem->n[i]) - problem->x[i]
                           : 1e100);
    return GSL_SUCCESS;
}

/* With D the divisor: dX/dalpha = -X (n - 1) / D, dX/dbeta = -X n (n - 1) / D,
 * dX/dgamma = n / D. */
static int derivatives(const gsl_vector *v, void *of, gsl_matrix *jacobian)
{
    const struct usl_problem *problem = of;
    struct usl_guess guess = unpack(problem, v);
    for (size_t i = 0; i < problem->count; i++) {
        double n = problem->n[i], d = divisor(&guess, n);
        double by[USL_PARAMETERS] = {-usl_model(&guess, n) * (n - 1) / d,
                                     -usl_model(&guess, n) * n * (n - 1) / d,
                                     n / d};
        size_t column = 0;
        for (unsigned k = 0; k < USL_PARAMETERS; k++)
            if (problem->free & 1U << k)
                gsl_matrix_set(jacobian, i, column++, by[k]);
    }
    return GSL_SUCCESS;
}

/* Standard errors of the free parameters, but for the residual variance. */
static void errors_of(const struct usl_problem *problem,
                      gsl_multifit_nlinear_workspace *work,
                      double errors[USL_PARAMETERS])
{
    size_t p = usl_bits(problem->free), at = 0;
    gsl_matrix *covariance = gsl_matrix_calloc(p, p);
    bool good = !gsl_multifit_nlinear_covar(gsl_multifit_nlinear_jac(work), 0,
                                            covariance);
    for (unsigned k = 0; k < USL_PARAMETERS; k++)
        if (problem->free & 1U << k) {
            errors[k] = good ? sqrt(gsl_matrix_get(covariance, at, at)) : NAN;
            at++;
        }
    gsl_matrix_free(covariance);
}

/* The greatest step of a parameter, as a share of it. */
static double longest(const gsl_vector *step, const gsl_vector *at)
{
    double most = 0;
    for (size_t k = 0; k < step->size; k++)
        most = fmax(most, fabs(gsl_vector_get(step, k)) /
                              (fabs(gsl_vector_get(at, k)) + 1e-12));
    return most;
}

/*
 * The search ends where the sum of squares stops falling, and that is flat
 * at its least: half of the digits are not decided there. Gauss and Newton's
 * steps, which look at the slope alone, find the others, as long as each is
 * shorter than the last.
 */
static void polish(struct usl_problem *problem, gsl_vector *at)
{
    struct line line = line_make(problem->count, at->size);
    double chi, last = 1e-4;
    for (size_t i = 0; i < problem->count; i++)
        gsl_vector_set(line.weight, i, problem->weight[i]);
    for (int turn = 0; turn < POLISH; turn++) {
        residuals(at, problem, line.z);
        derivatives(at, problem, line.design);
        if (gsl_multifit_wlinear(line.design, line.weight, line.z, line.answer,
                                 line.covariance, &chi, line.work) ||
            !(longest(line.answer, at) < last))
            break;
        last = longest(line.answer, at);
        gsl_vector_sub(at, line.answer);
    }
    line_free(&line);
}

/* The search itself, from `guess`. It never ends worse than it began, and
 * with 0 iterations where it began. With `errors`, to the last digit. */
static void search(struct usl_problem *problem, struct usl_guess *guess,
                   size_t iterations, double errors[USL_PARAMETERS])
{
    size_t p = usl_bits(problem->free);
    gsl_multifit_nlinear_parameters how =
        gsl_multifit_nlinear_default_parameters();
    gsl_multifit_nlinear_fdf fdf = {.f = residuals,
                                    .df = derivatives,
                                    .n = problem->count,
                                    .p = p,
                                    .params = problem};
    gsl_multifit_nlinear_workspace *work = gsl_multifit_nlinear_alloc(
        gsl_multifit_nlinear_trust, &how, problem->count, p);
    gsl_vector *at = gsl_vector_calloc(p);
    gsl_vector_view weight =
        gsl_vector_view_array(problem->weight, problem->count);
    pack(problem, guess, at);
    gsl_multifit_nlinear_winit(at, &weight.vector, &fdf, work);
    if (iterations) {
        int why; /* "no progress" is what exact data say, too */
        gsl_multifit_nlinear_driver(iterations, 1e-13, 1e-15, 0, NULL, NULL,
                                    &why, work);
        gsl_vector_memcpy(at, gsl_multifit_nlinear_position(work));
        if (errors)
            polish(problem, at);
        *guess = unpack(problem, at);
    }
    if (errors)
        errors_of(problem, work, errors);
    gsl_vector_free(at);
    gsl_multifit_nlinear_free(work);
}

void usl_errors(struct usl_problem *problem, struct usl_guess guess,
                double errors[USL_PARAMETERS])
{
    search(problem, &guess, 0, errors);
}

/* ----------------------------------------------------------------- faces */

/* One fit with `free_bits` free and the other ones of alpha and beta 0. */
static struct usl_face face_fit(struct usl_problem *problem, unsigned free_bits,
                                bool want_errors)
{
    struct usl_face face = {.free = free_bits, .errors = {NAN, NAN, NAN}};
    problem->free = free_bits;
    if (free_bits) {
        face.guess = start_of(problem);
        search(problem, &face.guess, ITERATIONS,
               want_errors ? face.errors : NULL);
    } else {
        face.guess = problem->others;
    }
    face.squares = usl_squares(problem, &face.guess);
    return face;
}

static bool feasible(const struct usl_face *face)
{
    return face->guess.of[0] >= 0 && face->guess.of[1] >= 0 &&
           isfinite(face->squares);
}

/* With everything free and feasible nothing can be better, so the others are
 * not tried. */
struct usl_face usl_faces(struct usl_problem *problem, unsigned asked,
                          bool want_errors)
{
    struct usl_face best = face_fit(problem, asked, want_errors);
    if (feasible(&best))
        return best;
    best.squares = INFINITY;
    for (unsigned bound = USL_ALPHA; bound <= (USL_ALPHA | USL_BETA); bound++) {
        if ((bound & asked) != bound)
            continue;
        struct usl_face face = face_fit(problem, asked & ~bound, want_errors);
        if (feasible(&face) && face.squares < best.squares)
            best = face;
    }
    return best;
}
