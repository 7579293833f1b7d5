/*
 * usl_face.h - one search for the parameters of the Universal Scalability
 * Law, with bounds. What usl.c is made of; others use usl.h.
 * SPDX-License-Identifier: MIT
 */
#ifndef USL_FACE_H
#define USL_FACE_H

#include "usl.h"

enum { USL_PARAMETERS = 3 };

/* alpha, beta, gamma, in the order of their bits. */
struct usl_guess {
    double of[USL_PARAMETERS];
};

/* Points as the search needs them: x divided by the greatest, so that GSL's
 * tests for convergence, which know no units, mean something. */
struct usl_problem {
    size_t count;
    double *n, *x, *weight;
    double scale;
    unsigned free;           /* what a search may change ... */
    struct usl_guess others; /* ... and what the rest is */
};

/* Nothing is free and everything 0; the caller frees. */
struct usl_problem usl_problem_make(const struct usl_points *points);
void usl_problem_free(struct usl_problem *problem);

/* What one search has found: the parameters that are not free stand still. */
struct usl_face {
    unsigned free;
    struct usl_guess guess;
    double squares;                /* weighted, of the scaled problem */
    double errors[USL_PARAMETERS]; /* standard errors but for the residual
                                      one; NaN for what is not free */
};

/* The best of all faces: `asked` free, or those of alpha and beta 0 that would
 * be below it. gamma is that of the problem when it is not asked for. The sum
 * of squares is infinite when no face will do. */
struct usl_face usl_faces(struct usl_problem *problem, unsigned asked,
                          bool want_errors);

/* The law as a straight line: n / X = (1 + alpha (n - 1) + beta n (n - 1)) /
 * gamma, by regression on what is free; `plain`: all weights 1. False when
 * the line is no law. */
bool usl_line(const struct usl_problem *problem, bool plain,
              struct usl_guess *guess);

/* Standard errors, as in a face, of a guess that was found another way. */
void usl_errors(struct usl_problem *problem, struct usl_guess guess,
                double errors[USL_PARAMETERS]);

double usl_model(const struct usl_guess *guess, double n);
double usl_squares(const struct usl_problem *problem,
                   const struct usl_guess *guess);
size_t usl_bits(unsigned mask);
double *usl_numbers(size_t count); /* zeroed; aborts without memory */

#endif
