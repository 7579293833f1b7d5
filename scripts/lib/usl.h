/*
 * usl.h - the Universal Scalability Law, and Amdahl's as its special case.
 * SPDX-License-Identifier: MIT
 *
 * The law (Gunther, Guerrilla Capacity Planning, Springer 2007) says of the
 * throughput of n workers
 *
 *     X(n) = gamma n / (1 + alpha (n - 1) + beta n (n - 1))
 *
 * gamma is what one worker does; alpha is *contention*, the share of the work
 * for which workers queue; beta is *coherency*, the price of every pair of
 * workers agreeing with each other. Without beta it is Amdahl's law. With
 * beta there is a best n, above which more workers do less:
 *
 *     peak = sqrt((1 - alpha) / beta)
 *
 * Two ways to look at it. The fraction e(n) of Karp and Flatt (amdahl.h) is
 * alpha + beta n, a straight line. And n / X(n) is linear in the unknowns, so
 * a linear regression gives a start that is never far off; from there on the
 * sum of squares is made least by the trust-region method of Levenberg and
 * Marquardt (Nash and Walmsley's and More's form, as GSL has it).
 *
 * Neither alpha nor beta can be below 0. That is held by *faces*: the fit is
 * done with both free; if one comes out below 0, with each of them at 0, and
 * with both; of the feasible ones the least sum of squares counts. A square
 * in place of the parameter (beta = B B) would be shorter and fails just when
 * the answer is 0, since there the derivative by B is 0 too.
 */
#ifndef USL_H
#define USL_H

#include <stdbool.h>
#include <stddef.h>

/* Equal: errors of X have one size, whatever X is; what most published figures
 * assume. Relative: they are a share of X, as those of timings are. */
enum usl_weights { USL_EQUAL, USL_RELATIVE };

/* Parameters, as bits: which of them a fit may choose. */
enum {
    USL_ALPHA = 1,
    USL_BETA = 2,
    USL_GAMMA = 4,
    USL_AMDAHL = USL_ALPHA | USL_GAMMA,
    USL_ALL = USL_ALPHA | USL_BETA | USL_GAMMA,
};

enum {
    USL_LEAST = 6,     /* worker counts that the law asks for */
    USL_REFITS = 2000, /* for intervals next to a bound */
};

/* Measured throughput, in any unit. n need not be whole (users, sessions),
 * nor ascending, and may repeat. All numbers are finite and above 0. */
struct usl_points {
    const double *n, *x;
    size_t count;
    enum usl_weights weights;
};

/* What could not be had is NaN. */
struct usl_parameter {
    double value;
    double error;     /* standard error; NaN when fixed or on a bound */
    double low, high; /* 95 % interval, cut off at 0; by usl_intervals */
};

struct usl_fit {
    unsigned asked; /* parameters that might be chosen */
    unsigned free;  /* those of them that are on no bound */
    struct usl_parameter alpha, beta, gamma;
    size_t count, distinct; /* points, and different n among them */
    double squares;         /* sum of weighted squared residuals */
    double df;              /* points less parameters asked for */
    double rse;             /* root of squares / df: in the unit of X, or,
                               with relative weights, a share of X */
    double r2;
    double peak;    /* NaN when there is none */
    bool resampled; /* the intervals come from refits, not from t */
};

/* How many different n there are. Negative ones are no n. */
size_t usl_distinct(const double *n, size_t count);

/* Fits the parameters `asked` to the points. `gamma` is used when it is not
 * among those asked for; alpha and beta are 0 then. False when there are
 * fewer different n than parameters; `fit` then holds NaN. Not thread-safe:
 * GSL's error handler is put aside meanwhile. Aborts without memory. */
bool usl_fit(const struct usl_points *points, unsigned asked, double gamma,
             struct usl_fit *fit);

/*
 * The older way, without iteration: the straight line of n gamma / X(n) - 1,
 * by least squares of that, gamma given. Its answers differ (for one
 * published set alpha is 0.017 and not 0.028), so say which was used. No
 * bounds; residuals and standard errors are those of X.
 */
bool usl_transform(const struct usl_points *points, double gamma,
                   struct usl_fit *fit);

/*
 * 95 % intervals: two-sided, by Student's t with fit->df degrees of freedom.
 * Where a parameter is on a bound that theory does not hold for any of them:
 * then residuals are drawn anew `refits` times (Efron and Tibshirani, An
 * Introduction to the Bootstrap, 1993, chapter 9), always the same way, and
 * the intervals hold the middle 95 % of the refits. None with fewer different
 * n than parameters and two more.
 */
void usl_intervals(const struct usl_points *points, struct usl_fit *fit,
                   unsigned refits);

/* Akaike's criterion, corrected for few points (Hurvich and Tsai 1989): of
 * two fits to the same points the lower one tells more. Infinite when there
 * are too few points for the parameters. */
double usl_aicc(const struct usl_points *points, const struct usl_fit *fit);

/* X(n) of these parameters. */
double usl_throughput(double alpha, double beta, double gamma, double n);

#endif
