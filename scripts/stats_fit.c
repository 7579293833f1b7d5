/*
 * stats_fit.c - fits the Universal Scalability Law to a table of n and x.
 *
 * Teaches: the same points give other parameters by another method, so the
 * answer names the method, the weights, and what was held fixed. And some
 * tables cannot carry a fit: then the answer says so instead of a number.
 * Look at: judge, which decides what the points can carry.
 * Left out: predictions beyond the greatest n. See scripts/lib/usl.c.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stats_fits.h"

#include "lib/amdahl.h"
#include "lib/usl.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum method { METHOD_USL, METHOD_AMDAHL, METHOD_TRANSFORM };

static const char *const method_names[] = {"usl", "amdahl", "transform"};

struct asked_fit {
    enum method method;
    enum usl_weights weights;
    double gamma; /* NaN: to be fitted */
};

/* ------------------------------------------------------------- the table */

struct table {
    double *n, *x;
    size_t count;
};

_Noreturn static void fail_line(const char *path, size_t line, const char *why)
{
    char where[512];
    snprintf(where, sizeof where, "%.480s:%zu", path, line);
    fail(where, why);
}

/* A number above 0 that ends where `end` stands; NaN if there is none. */
static double number_until(char **text, char end)
{
    char *rest;
    double number = strtod(*text, &rest);
    if (rest == *text || *rest != end || !isfinite(number) || number <= 0)
        return NAN;
    *text = rest + 1;
    return number;
}

static void table_add(struct table *table, double n, double x)
{
    if (!(table->count & (table->count - 1))) { /* room is a power of two */
        size_t room = table->count ? 2 * table->count : 1;
        table->n = realloc(table->n, room * sizeof *table->n);
        table->x = realloc(table->x, room * sizeof *table->x);
    }
    if (!table->n || !table->x)
        fail("memory", strerror(errno));
    table->n[table->count] = n;
    table->x[table->count++] = x;
}

/* Lines `n,x` below a line that says so; `#` begins a comment line. */
static struct table table_read(const char *path)
{
    struct table table = {0};
    FILE *file = fopen(path, "r");
    if (!file)
        fail(path, strerror(errno));
    char *line = NULL;
    size_t room = 0, at = 0;
    bool header = false;
    while (errno = 0, getline(&line, &room, file) > 0) {
        at++;
        line[strcspn(line, "\r\n")] = '\0';
        if (*line == '#' || !*line)
            continue;
        if (!header && strcmp(line, "n,x") != 0)
            fail_line(path, at, "the first line is not `n,x`");
        if (header) {
            char *rest = line;
            double n = number_until(&rest, ',');
            double x = isnan(n) ? n : number_until(&rest, '\0');
            if (isnan(x))
                fail_line(path, at, "not two numbers above 0, as in `4,78`");
            table_add(&table, n, x);
        }
        header = true;
    }
    if (ferror(file))
        fail(path, strerror(errno));
    if (!table.count)
        fail(path, "no numbers in it");
    fclose(file);
    free(line);
    return table;
}

/* ------------------------------------------------------------ the answer */

/* JSON has no NaN and no infinity. */
static json_t *number_or_null(double number)
{
    return isfinite(number) ? json_real(number) : json_null();
}

static json_t *pair_or_null(double low, double high)
{
    if (isnan(low) || isnan(high))
        return json_null();
    return json_pack("[oo]", number_or_null(low), number_or_null(high));
}

static json_t *fixed_json(const struct usl_fit *fit)
{
    static const char *const names[] = {"alpha", "beta", "gamma"};
    json_t *fixed = json_array();
    for (unsigned k = 0; k < 3 && isfinite(fit->gamma.value); k++)
        if (!(fit->free & 1U << k))
            json_array_append_new(fixed, json_string(names[k]));
    return fixed;
}

static void put_fit(json_t *answer, const struct usl_fit *fit)
{
    const struct usl_parameter *a = &fit->alpha, *b = &fit->beta,
                               *g = &fit->gamma;
    json_object_update_new(
        answer,
        json_pack("{s:o, s:o, s:o, s:o, s:{s:o, s:o, s:o},"
                  " s:{s:o, s:o, s:o}}",
                  "fixed", fixed_json(fit), "alpha", number_or_null(a->value),
                  "beta", number_or_null(b->value), "gamma",
                  number_or_null(g->value), "standard_errors", "alpha",
                  number_or_null(a->error), "beta", number_or_null(b->error),
                  "gamma", number_or_null(g->error), "intervals", "alpha",
                  pair_or_null(a->low, a->high), "beta",
                  pair_or_null(b->low, b->high), "gamma",
                  pair_or_null(g->low, g->high)));
    char how[64] = "none: too few different n";
    if (fit->resampled)
        snprintf(how, sizeof how, "95 %%, %d refits of drawn residuals",
                 USL_REFITS);
    else if (!isnan(g->low) || !isnan(a->low))
        snprintf(how, sizeof how, "95 %%, t with %.0f degrees of freedom",
                 fit->df);
    json_object_update_new(answer, json_pack("{s:s, s:o, s:o, s:o, s:o}",
                                             "intervals_by", how, "R2",
                                             number_or_null(fit->r2), "rse",
                                             number_or_null(fit->rse), "df",
                                             number_or_null(fit->df), "peak",
                                             number_or_null(fit->peak)));
}

/* The mean x of the rows with this n, or NaN. */
static double mean_at(const struct usl_points *points, double n)
{
    double sum = 0, rows = 0;
    for (size_t i = 0; i < points->count; i++)
        if (points->n[i] <= n && points->n[i] >= n) {
            sum += points->x[i];
            rows++;
        }
    return sum / rows;
}

/* Two different n, one of them 1: e(n) = alpha + beta n is all there is. */
static void put_fraction(json_t *answer, const struct usl_points *points)
{
    double most = 0;
    for (size_t i = 0; i < points->count; i++)
        most = fmax(most, points->n[i]);
    double e = karp_flatt(mean_at(points, most) / mean_at(points, 1), most);
    if (usl_distinct(points->n, points->count) == 2 && isfinite(e))
        json_object_set_new(
            answer, "karp_flatt",
            json_pack("{s:f, s:f, s:s}", "n", most, "e", e, "meaning",
                      "alpha + beta n; which of the two is not known"));
}

/* Which of two laws the points speak for; with both fitted. */
static void put_choice(json_t *answer, const struct usl_points *points,
                       const struct usl_fit *usl)
{
    struct usl_fit amdahl;
    usl_fit(points, USL_AMDAHL, NAN, &amdahl);
    double of_usl = usl_aicc(points, usl),
           of_amdahl = usl_aicc(points, &amdahl);
    json_object_set_new(answer, "aicc",
                        json_pack("{s:o, s:o, s:s}", "usl",
                                  number_or_null(of_usl), "amdahl",
                                  number_or_null(of_amdahl), "choice",
                                  of_usl < of_amdahl ? "usl" : "amdahl"));
}

/* What is fitted after all: less than was asked for where there are too few
 * different n. The words say what could not be, or are "". */
struct verdict {
    bool fits;
    enum method method;
    char words[128];
};

static struct verdict judge(const struct asked_fit *asked, size_t distinct)
{
    struct verdict verdict = {.fits = true, .method = asked->method};
    size_t wanted = asked->method == METHOD_AMDAHL ? AMDAHL_LEAST : USL_LEAST;
    if (distinct >= wanted)
        return verdict;
    snprintf(verdict.words, sizeof verdict.words,
             "%s: not identifiable: %zu different n, %zu are needed",
             method_names[asked->method], distinct, wanted);
    verdict.method = METHOD_AMDAHL;
    verdict.fits = asked->method == METHOD_USL && distinct >= AMDAHL_LEAST;
    return verdict;
}

static bool run_fit(const struct asked_fit *asked, enum method method,
                    const struct usl_points *points, struct usl_fit *fit)
{
    static const unsigned models[] = {USL_ALL, USL_AMDAHL};
    double gamma = asked->gamma;
    if (method == METHOD_TRANSFORM)
        return usl_transform(points, isnan(gamma) ? mean_at(points, 1) : gamma,
                             fit);
    unsigned model = models[method];
    return usl_fit(points, isnan(gamma) ? model : model & ~USL_GAMMA, gamma,
                   fit);
}

static json_t *answer_of(const struct asked_fit *asked,
                         const struct usl_points *points)
{
    size_t distinct = usl_distinct(points->n, points->count);
    struct verdict verdict = judge(asked, distinct);
    struct usl_fit fit;
    if (verdict.fits && !run_fit(asked, verdict.method, points, &fit)) {
        verdict.fits = false;
        snprintf(verdict.words, sizeof verdict.words,
                 "%s: not identifiable: no such curve goes through the points",
                 method_names[verdict.method]);
    }
    if (!verdict.fits)
        usl_fit(points, 0, NAN, &fit); /* all of it NaN */
    else
        usl_intervals(points, &fit, USL_REFITS);
    json_t *answer = json_pack(
        "{s:s, s:s, s:i, s:i}", "method",
        verdict.fits ? method_names[verdict.method] : "none", "weights",
        asked->weights == USL_RELATIVE ? "relative" : "equal", "points",
        (int)points->count, "different_n", (int)distinct);
    put_fit(answer, &fit);
    if (verdict.fits && verdict.method == METHOD_USL && isnan(asked->gamma))
        put_choice(answer, points, &fit);
    if (!verdict.fits)
        put_fraction(answer, points);
    json_object_set_new(answer, "not_identifiable",
                        *verdict.words ? json_string(verdict.words)
                                       : json_null());
    return answer;
}

/* ---------------------------------------------------------- command line */

static int usage_wrong(void)
{
    fputs("usage: stats fit FILE.csv [--weights=equal|relative]\n"
          "           [--method=usl|amdahl|transform] [--gamma=X]\n",
          stderr);
    return 2;
}

static bool option_good(struct asked_fit *asked, int option)
{
    char *rest;
    switch (option) {
    case 'w':
        asked->weights = strcmp(optarg, "relative") ? USL_EQUAL : USL_RELATIVE;
        return !strcmp(optarg, "relative") || !strcmp(optarg, "equal");
    case 'm':
        for (unsigned m = 0; m < 3; m++)
            if (!strcmp(optarg, method_names[m])) {
                asked->method = (enum method)m;
                return true;
            }
        return false;
    case 'g':
        asked->gamma = strtod(optarg, &rest);
        return rest != optarg && !*rest && isfinite(asked->gamma) &&
               asked->gamma > 0;
    default:
        return false;
    }
}

int fit_command(int argc, char **argv)
{
    static const struct option options[] = {
        {"weights", required_argument, NULL, 'w'},
        {"method", required_argument, NULL, 'm'},
        {"gamma", required_argument, NULL, 'g'},
        {0}};
    struct asked_fit asked = {.gamma = NAN};
    int option;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
        if (!option_good(&asked, option))
            return usage_wrong();
    if (optind + 1 != argc)
        return usage_wrong();
    struct table table = table_read(argv[optind]);
    struct usl_points points = {table.n, table.x, table.count, asked.weights};
    if (asked.method == METHOD_TRANSFORM && isnan(asked.gamma) &&
        isnan(mean_at(&points, 1)))
        fail(argv[optind], "no row with n = 1, and no --gamma");
    json_t *answer = answer_of(&asked, &points);
    json_dumpf(answer, stdout, JSON_REAL_PRECISION(12) | JSON_INDENT(2));
    putchar('\n');
    json_decref(answer);
    free(table.n);
    free(table.x);
    return 0;
}
