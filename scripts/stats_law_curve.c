/*
 * stats_law_curve.c - what a chart of speedups shows beside its points: the
 * speedup of each line over itself, and one law of scaling as a curve.
 *
 * Teaches: "twice as fast" has two bases. Over sequential it is what the user
 * gets; over itself with one worker it is how well the strategy scales, and
 * one that starts slow scales easily. And a law is a claim about points that
 * were not measured, so it is drawn with a band, and only where the points
 * can carry it.
 * Look at: law_values. Each block has a curve of its own; the band is where
 * the median of these curves lies.
 * Left out: the laws of all other lines; fits.csv has them. Curves beyond the
 * cores that were measured.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stats_fits.h"

#include "lib/amdahl.h"
#include "lib/usl.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS = 24 };

/* The law of one line: a fit for each block, and what they say together. */
struct law_fits {
    const struct series *series;
    struct laws_line line;
    bool usl;             /* or Amdahl's */
    double *share;        /* of each block; NaN where it has none */
    struct usl_fit *fits; /* the same, of the other law */
    struct interval s, beta;
};

/* ------------------------------------------------------------------- fits */

static void fit_blocks(const struct results *results, struct law_fits *law)
{
    size_t n = results->blocks_n;
    double *values = allocate(3 * n, sizeof *values);
    double *alphas = values + n, *betas = values + 2 * n;
    law->share = allocate(n, sizeof *law->share);
    law->fits = allocate(n, sizeof *law->fits);
    for (size_t b = 0; b < n; b++) {
        law->share[b] = values[b] = laws_amdahl(&law->line, b);
        bool good = laws_usl(&law->line, b, &law->fits[b]);
        if (!good)
            law->fits[b].gamma.value = NAN;
        alphas[b] = good ? law->fits[b].alpha.value : NAN;
        betas[b] = good ? law->fits[b].beta.value : NAN;
    }
    law->s = interval_of(values, n);
    law->beta = interval_of(betas, n);
    /* Coherency counts when all of its interval is above nothing. */
    law->usl = law->beta.low > 0;
    if (law->usl)
        law->s = interval_of(alphas, n);
    free(values);
}

static void law_free(struct law_fits *law)
{
    free(law->share);
    free(law->fits);
}

/* The law of the best line that can carry one. */
static bool law_find(const struct results *results, const struct chart *chart,
                     struct law_fits *law)
{
    for (size_t s = 0; s < chart->measured_n; s++) {
        const struct series *series = &chart->series[s];
        *law = (struct law_fits){.series = series};
        law->line = laws_line(results, series);
        if (law->line.count < AMDAHL_LEAST)
            continue;
        fit_blocks(results, law);
        if (law->s.n)
            return true;
        law_free(law);
    }
    return false;
}

/* ------------------------------------------------------------------ curve */

/* The speedup over sequential that the law of a block has at x. Amdahl's law
 * is one of shape: it starts where the line does. */
static double law_value(const struct law_fits *law, size_t block, double x)
{
    const struct arm *first = law->line.arms[0];
    double first_x = law->line.x[0];
    if (!law->usl)
        return exp(log_ratio(first->sequential, first, block)) *
               amdahl_speedup(law->share[block], x) /
               amdahl_speedup(law->share[block], first_x);
    const struct usl_fit *fit = &law->fits[block];
    double seconds = elapsed_s(first->sequential, block);
    return first->runs[block]
               ? usl_throughput(fit->alpha.value, fit->beta.value,
                                fit->gamma.value, x) *
                     seconds / first->runs[block]->work
               : NAN;
}

static struct interval law_values(const struct results *results,
                                  const struct law_fits *law, double x)
{
    double *values = allocate(results->blocks_n, sizeof *values);
    for (size_t b = 0; b < results->blocks_n; b++)
        values[b] = law_value(law, b, x);
    struct interval over = interval_of(values, results->blocks_n);
    free(values);
    return over;
}

/* $law: x, y, low, high. */
static void put_curve(FILE *out, const struct results *results,
                      const struct law_fits *law)
{
    double low = law->line.x[0], high = law->line.x[law->line.count - 1];
    for (int i = 0; i <= STEPS; i++) {
        double x = low * pow(high / low, (double)i / STEPS);
        struct interval y = law_values(results, law, x);
        if (!isfinite(y.middle))
            continue;
        fprintf(out, "%.10g\t%.10g\t%.10g\t%.10g\n", x, y.middle,
                isfinite(y.low) ? y.low : y.middle,
                isfinite(y.high) ? y.high : y.middle);
    }
}

/* ------------------------------------------------------------------ texts */

/* "0.031 [0.028, 0.034]". */
static void say_share(char *text, size_t bytes, const struct interval *share)
{
    size_t n = (size_t)snprintf(text, bytes, "%.2g", share->middle);
    if (isfinite(share->low) && isfinite(share->high))
        snprintf(text + n, bytes - n, " [%.2g, %.2g]", share->low, share->high);
}

static void say_law(char *text, size_t bytes, const struct law_fits *law)
{
    char s[64], beta[64];
    say_share(s, sizeof s, &law->s);
    say_share(beta, sizeof beta, &law->beta);
    if (law->usl)
        snprintf(text, bytes,
                 "Dashed: Universal Scalability Law of %s, alpha = %s, beta "
                 "= %s. ",
                 law->series->label, s, beta);
    else
        snprintf(text, bytes, "Dashed: Amdahl's law of %s, s = %s. ",
                 law->series->label, s);
}

/* As a gnuplot constant; a quote in a name becomes a typographic one. */
static void put_text(FILE *out, const char *text)
{
    for (; *text; text++)
        if (*text == '\'')
            fputs("\u2019", out);
        else
            putc(*text, out);
}

/* The signs that the picture has and that its axes do not explain. */
static void put_note(FILE *out, const struct chart *chart, bool selfs,
                     const struct law_fits *law)
{
    char text[320];
    fputs("note_text = '", out);
    if (selfs)
        put_text(out, "Dot: over sequential; tick: over itself with one "
                      "worker. ");
    if (law) {
        say_law(text, sizeof text, law);
        put_text(out, text);
    }
    if (chart_goes_beyond(chart))
        put_text(out, "Shaded: more workers than cores. ");
    fputs("'\n", out);
}

/* $selfs: of each row, in their order, the speedup over the same strategy with
 * one worker. Whether any line has more than that one worker. */
static bool put_selfs(FILE *out, const struct chart *chart)
{
    bool any = false;
    fputs("$selfs << END\n", out);
    for (size_t s = 0; s < chart->measured_n; s++) {
        const struct arm *arm = series_arm(&chart->series[s]);
        double self = arm->workers > 1 ? arm->estimate.self.middle : NAN;
        any = any || isfinite(self);
        if (isfinite(self))
            fprintf(out, "%.10g\n", self);
        else
            fputs("nan\n", out);
    }
    fputs("END\n", out);
    return any;
}

void speedup_write(FILE *out, const struct results *results,
                   const struct chart *chart)
{
    struct law_fits law;
    if (chart->kind != CHART_SPEEDUP)
        return;
    beyond_write(out, chart);
    bool selfs = put_selfs(out, chart);
    bool found = law_find(results, chart, &law);
    put_note(out, chart, selfs, found ? &law : NULL);
    fputs("$law << END\n", out);
    if (found)
        put_curve(out, results, &law);
    fprintf(out, "END\nlaw_n = %d\nlaw_style = %zu\n", found,
            found ? law.series->style : 0);
    if (found)
        law_free(&law);
}
