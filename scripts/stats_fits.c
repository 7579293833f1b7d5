/*
 * stats_fits.c - writes fits.csv, and the same as a table for the report.
 *
 * Teaches: where a number cannot be had, the reason stands in its place.
 * Look at: the columns. `s` is the serial share by the row's own method:
 * Amdahl's s, Karp and Flatt's e(n), Gustafson's s', the USL's alpha. A cell
 * is empty when its number is not known; `inf` and `-inf` are numbers beyond
 * what was measured.
 * Left out: rounding in the CSV; the table rounds.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stats_fits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct law *laws_extend(struct laws *laws, const struct arm *arm,
                        const char *method)
{
    const struct interval none = {0, NAN, NAN, NAN};
    struct law *list = realloc(laws->list, (laws->n + 1) * sizeof *list);
    if (!list)
        fail("memory", "none left");
    laws->list = list;
    list[laws->n] = (struct law){.arm = arm,
                                 .method = method,
                                 .weights = "",
                                 .share = none,
                                 .beta = none,
                                 .gamma = none,
                                 .peak = none,
                                 .metg = none,
                                 .n = NAN,
                                 .base = NAN};
    return &list[laws->n++];
}

static struct laws laws_all(const struct results *results)
{
    struct laws laws = {0};
    laws_of_charts(results, &laws);
    laws_of_grains(results, &laws);
    return laws;
}

/* -------------------------------------------------------------------- CSV */

static void put_number(FILE *out, double number)
{
    putc(',', out);
    if (!isnan(number))
        fprintf(out, "%.12g", number);
}

static void put_interval(FILE *out, const struct interval *interval)
{
    put_number(out, interval->middle);
    put_number(out, interval->low);
    put_number(out, interval->high);
}

/* Names come from programs and are words; should one hold a comma or a quote,
 * the row stays a row. */
static void put_name(FILE *out, const char *name)
{
    for (; *name; name++)
        putc(strchr(",\"\r\n", *name) ? '_' : *name, out);
}

static size_t blocks_of(const struct law *law)
{
    return law->metg.n > law->share.n ? law->metg.n : law->share.n;
}

static void put_law(FILE *out, const struct law *law)
{
    put_name(out, law->arm->chart);
    putc(',', out);
    put_name(out, law->arm->kernel);
    putc(',', out);
    put_name(out, law->arm->strategy);
    fprintf(out, ",%s,%s,%zu,%zu", law->method, law->weights, law->points,
            blocks_of(law));
    put_interval(out, &law->share);
    put_interval(out, &law->beta);
    put_interval(out, &law->gamma);
    put_interval(out, &law->peak);
    put_interval(out, &law->metg);
    put_number(out, law->n);
    put_number(out, law->base);
    fprintf(out, ",\"%s\"\n", law->note);
}

int fits_write(const struct results *results)
{
    struct laws laws = laws_all(results);
    FILE *out = file_begin(results, "fits.csv");
    fputs("chart,kernel,strategy,method,weights,points,blocks,s,s_low,s_high,"
          "beta,beta_low,beta_high,gamma_per_s,gamma_low_per_s,"
          "gamma_high_per_s,peak,peak_low,peak_high,metg_s,metg_low_s,"
          "metg_high_s,n,base,note\n",
          out);
    for (size_t i = 0; i < laws.n; i++)
        put_law(out, &laws.list[i]);
    file_end(results, "fits.csv", out);
    free(laws.list);
    return 0;
}

/* ------------------------------------------------------------------ table */

static void tab_number(double number)
{
    if (isinf(number))
        printf("%s", number > 0 ? "none" : "-");
    else
        printf("%.3g", number);
}

/* "0.031 [0.028, 0.034]", or what there is of it. */
static void tab_interval(const struct interval *interval)
{
    if (isnan(interval->middle))
        return;
    tab_number(interval->middle);
    if (isnan(interval->low) || isnan(interval->high))
        return;
    printf(" [");
    tab_number(interval->low);
    printf(", ");
    tab_number(interval->high);
    putchar(']');
}

/* Seconds; an end that lies beyond what was measured is left open. */
static void tab_seconds(const struct interval *interval)
{
    printf("%s", seconds_text(interval->middle));
    if (isnan(interval->low) || isnan(interval->high))
        return;
    printf(" [%s, ",
           isinf(interval->low) ? "..." : seconds_text(interval->low));
    printf("%s]", isinf(interval->high) ? "..." : seconds_text(interval->high));
}

static bool same_line(const struct law *a, const struct law *b)
{
    return !strcmp(a->arm->chart, b->arm->chart) &&
           !strcmp(a->arm->kernel, b->arm->kernel) &&
           !strcmp(a->arm->strategy, b->arm->strategy);
}

/* The line's law of that method, the last where there is one for each n. */
static const struct law *law_of(const struct laws *laws, size_t first,
                                const char *method)
{
    const struct law *found = NULL;
    for (size_t i = first; i < laws->n; i++)
        if (same_line(&laws->list[i], &laws->list[first]) &&
            !strcmp(laws->list[i].method, method))
            found = &laws->list[i];
    return found;
}

/* Begins a cell. Whether there is a law to fill it: if not, its reason stands
 * there, or nothing where the plan did not ask. */
static bool tab_known(const struct law *law)
{
    putchar('\t');
    if (law && *law->note)
        printf("%s", law->note);
    return law && !*law->note;
}

static void tab_share(const struct law *law)
{
    if (!tab_known(law))
        return;
    if (isfinite(law->n))
        printf("n = %.0f: ", law->n);
    tab_interval(&law->share);
}

static void tab_usl(const struct law *law)
{
    if (!tab_known(law))
        return;
    printf("alpha ");
    tab_interval(&law->share);
    printf(", beta ");
    tab_interval(&law->beta);
    printf(", peak ");
    tab_interval(&law->peak);
}

static void tab_metg(const struct law *law)
{
    if (tab_known(law))
        tab_seconds(&law->metg);
}

static void tab_line(const struct laws *laws, size_t first)
{
    const struct law *law = &laws->list[first];
    size_t blocks = 0;
    for (size_t i = first; i < laws->n; i++)
        if (same_line(&laws->list[i], law) &&
            blocks_of(&laws->list[i]) > blocks)
            blocks = blocks_of(&laws->list[i]);
    put_name(stdout, law->arm->strategy);
    putchar('\t');
    put_name(stdout, law->arm->kernel);
    putchar('\t');
    put_name(stdout, law->arm->chart);
    printf("\t%zu", blocks);
    tab_share(law_of(laws, first, "amdahl"));
    tab_share(law_of(laws, first, "karp_flatt"));
    tab_share(law_of(laws, first, "gustafson"));
    tab_usl(law_of(laws, first, "usl"));
    tab_metg(law_of(laws, first, "metg50"));
    putchar('\n');
}

int fits_rows(const struct results *results)
{
    struct laws laws = laws_all(results);
    printf("strategy\tkernel\tchart\tblocks\tserial share (Amdahl)\t"
           "e(n) (Karp, Flatt)\ts' (Gustafson)\t"
           "Universal Scalability Law\tMETG(50 %%)\n");
    for (size_t i = 0; i < laws.n; i++)
        if (!i || !same_line(&laws.list[i], &laws.list[i - 1]))
            tab_line(&laws, i);
    free(laws.list);
    return 0;
}
