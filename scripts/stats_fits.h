/*
 * stats_fits.h - laws of scaling held against a run: who computes them and
 * who shows them.
 * SPDX-License-Identifier: MIT
 *
 * stats_laws.c fits the lines of speedup and in-flight charts, stats_grain.c
 * finds the smallest useful task, stats_fits.c writes fits.csv and the
 * report's table. stats_fit.c is a command of its own, on any table.
 */
#ifndef STATS_FITS_H
#define STATS_FITS_H

#include "stats.h"

#include "lib/amdahl.h"
#include "lib/usl.h"

/* One law and one line of a chart: a row of fits.csv. Everything is computed
 * per block and summarised over blocks. A number that could not be had is
 * NaN, one beyond all that was measured infinite. */
struct law {
    const struct arm *arm; /* one of the line: names chart, kernel, strategy */
    const char *method;    /* amdahl, karp_flatt, gustafson, usl, metg50 */
    const char *weights;   /* of squared residuals; "" where none are */
    size_t points;         /* x, or task lengths, that were used */
    struct interval share; /* s of Amdahl, e(n), s' of Gustafson, alpha */
    struct interval beta, gamma, peak; /* of the USL; gamma: items per second */
    struct interval metg;              /* seconds */
    double n;       /* the x that karp_flatt and gustafson are about */
    double base;    /* the x whose time the line is compared with */
    char note[160]; /* "not identifiable: ...", or "" */
};

struct laws {
    struct law *list;
    size_t n;
};

/* stats_fits.c: fits.csv beside summary.csv; `stats rows RUN fits`. Both
 * answer the exit status. */
int fits_write(const struct results *results);
int fits_rows(const struct results *results);
struct law *laws_extend(struct laws *laws, const struct arm *arm,
                        const char *method);

/* A line of a chart: its points that count, with ascending, different x. */
struct laws_line {
    double x[AMDAHL_MOST];
    const struct arm *arms[AMDAHL_MOST];
    size_t count;
    size_t beyond; /* points left out: above the effective cores */
};

/* stats_laws.c: a line of a chart of speedups; the serial share that one block
 * says, NaN where too few of its points were measured; the fit of the other
 * law, false where there is none. */
struct laws_line laws_line(const struct results *results,
                           const struct series *series);
double laws_amdahl(const struct laws_line *line, size_t block);
bool laws_usl(const struct laws_line *line, size_t block, struct usl_fit *fit);

/* Each appends the laws it knows about. */
void laws_of_charts(const struct results *results, struct laws *laws);
void laws_of_grains(const struct results *results, struct laws *laws);

/* stats_fit.c: the command `stats fit FILE.csv [OPTION...]`; argv[0] is
 * "fit". Answers the exit status, 2 for wrong usage. */
int fit_command(int argc, char **argv);

#endif
