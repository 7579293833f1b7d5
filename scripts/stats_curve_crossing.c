/*
 * stats_curve_crossing.c - where lines cross each other, or the grey one.
 *
 * Teaches: between two points nothing was measured, so a crossing lies between
 * them; where exactly is a guess, and is called one.
 * Look at: crossing_step. A line has crossed when it was surely on one side at
 * one point, surely on the other at a later one, and never back again.
 * Left out: crossings of lines that are neither first at one end nor at the
 * other.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stats_tell.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Where something passes from one side to the other for good. */
struct crossing {
    double before, after; /* the last x surely before, the first surely after */
    double at;            /* in between, by a straight line; or NaN */
};

/* Logs where the axis has them. */
static double place(const struct telling *t, double x)
{
    return t->curve->about.xlog ? log(x) : x;
}

static double unplace(const struct telling *t, double at)
{
    return t->curve->about.xlog ? exp(at) : at;
}

/* Goes on to the next x of a crossing: `gap` is on which side and how far
 * from passing the medians are there. */
struct walk {
    double x, gap;
    bool any;
};

static void crossing_step(const struct telling *t, struct crossing *found,
                          struct walk *last, double x, double gap, int side)
{
    bool was_before = !isnan(found->before), is_after = !isnan(found->after);
    if (side < 0) { /* not for good, after all */
        found->before = x;
        found->after = found->at = NAN;
    }
    if (side > 0 && was_before && !is_after)
        found->after = x;
    if (last->any && last->gap < 0 && gap >= 0 && isnan(found->at)) {
        double from = place(t, last->x), to = place(t, x);
        found->at =
            unplace(t, from + (to - from) * last->gap / (last->gap - gap));
    }
    *last = (struct walk){x, gap, true};
}

/* Where one line becomes better than another. */
static struct crossing overtakes(const struct telling *t,
                                 const struct series *one,
                                 const struct series *other)
{
    struct crossing found = {NAN, NAN, NAN};
    struct walk last = {0};
    for (size_t p = 0; p < one->points_n; p++) {
        double x = one->points[p].x;
        if (!curve_at(other, x))
            continue;
        struct interval ratio = better(t, one, other, x);
        crossing_step(t, &found, &last, x, log(ratio.middle),
                      side_of(&ratio, 1));
    }
    return found;
}

/* Where a line rises above the bound. */
static struct crossing passes(const struct telling *t,
                              const struct series *line)
{
    struct crossing found = {NAN, NAN, NAN};
    struct walk last = {0};
    for (size_t p = 0; p < line->points_n; p++) {
        const struct point *q = &line->points[p];
        double bound = curve_bound(t->results, t->chart, q->x);
        struct interval own = {0, q->y, q->low, q->high};
        crossing_step(t, &found, &last, q->x, log(q->y / bound),
                      side_of(&own, bound));
    }
    return found;
}

/* "between 4 and 32 items, at about 11 by a straight line". */
static void say_between(const struct telling *t, const struct crossing *found)
{
    printf("between %s and %s", unit_words(t->curve->x_unit, found->before),
           axis_words(t->curve->about.x, found->after));
    if (isfinite(found->at) && found->at > found->before &&
        found->at < found->after) {
        /* Two digits: it is a guess. */
        double digit = pow(10, floor(log10(found->at)) - 1);
        double about = round(found->at / digit) * digit;
        char plain[32];
        snprintf(plain, sizeof plain, "%g", about);
        printf(", at about %s by a straight line",
               t->curve->x_unit == UNIT_PLAIN && about < 1000
                   ? plain
                   : unit_words(t->curve->x_unit, about));
    }
}

/* Whether a line is what others are divided by: 1 all the way. */
static bool is_base(const struct telling *t, const struct series *line)
{
    const struct arm *arm = series_arm(line);
    return t->curve->y_unit == UNIT_TIMES && arm->sequential == arm;
}

/* Whoever is best at the first x and not at the last one is overtaken. */
bool say_overtaking(const struct telling *t)
{
    const struct series *best = t->lines[0], *early = NULL;
    for (size_t i = 0; i < t->n; i++) {
        const struct point *point = curve_at(t->lines[i], t->first);
        if (is_base(t, t->lines[i]))
            continue;
        const struct point *least = early ? curve_at(early, t->first) : NULL;
        if (point && (!least || (t->curve->gain ? point->y > least->y
                                                : point->y < least->y)))
            early = t->lines[i];
    }
    if (!early || early == best)
        return false;
    struct crossing found = overtakes(t, best, early);
    if (isnan(found.after))
        return false;
    printf(" At %s %s is ahead of it; the two lines cross ",
           axis_words(t->curve->about.x, found.before), called(early));
    say_between(t, &found);
    printf(".");
    return true;
}

/* On which side of the bound all of a line surely is; 0: both, or unsure. */
static int side_throughout(const struct telling *t, const struct series *line)
{
    int side = 0;
    for (size_t p = 0; p < line->points_n; p++) {
        const struct point *q = &line->points[p];
        struct interval own = {0, q->y, q->low, q->high};
        int here = side_of(&own, curve_bound(t->results, t->chart, q->x));
        if (!here || (p && here != side))
            return 0;
        side = here;
    }
    return side;
}

/* Lines that are on one side of the bound all the way. */
static void say_side(const struct telling *t, int side, const char *what)
{
    const struct series **lines = allocate(t->chart->measured_n, sizeof *lines);
    size_t n = 0;
    for (size_t s = 0; s < t->chart->measured_n; s++)
        if (side_throughout(t, &t->chart->series[s]) == side)
            lines[n++] = &t->chart->series[s];
    if (n) {
        printf(" ");
        say_labels(lines, n);
        printf(" %s %s the grey line (%s).", n > 1 ? "are" : "is", what,
               curve_bound_name(t->chart));
    }
    free(lines);
}

/* Where lines rise above a level, such as that of breaking even. */
bool say_passing(const struct telling *t)
{
    const char *bound = t->curve->about.bound;
    size_t said = 0;
    bool level = !strcmp(bound, "one") || !strcmp(bound, "half");
    if (!level || t->curve->y_unit == UNIT_SHARE)
        return false;
    for (size_t s = 0; s < t->chart->measured_n; s++) {
        struct crossing found = passes(t, &t->chart->series[s]);
        if (isnan(found.after))
            continue;
        if (said)
            printf("; %s ", called(&t->chart->series[s]));
        else
            printf(" %s passes the grey line (%s) ",
                   called(&t->chart->series[s]), curve_bound_name(t->chart));
        say_between(t, &found);
        said++;
    }
    if (said)
        printf(".");
    say_side(t, 1, "everywhere above");
    say_side(t, -1, "nowhere above");
    return said > 0;
}

/* Who comes first within a twentieth of the most that any of them reaches. */
void say_most(const struct telling *t)
{
    const struct point *first = NULL;
    const char *label = "";
    double most = curve_bound(t->results, t->chart, t->x);
    if (strcmp(t->curve->about.bound, "most") != 0 || !(most > 0))
        return;
    for (size_t s = 0; s < t->chart->measured_n; s++)
        for (size_t p = 0; p < t->chart->series[s].points_n; p++) {
            const struct point *q = &t->chart->series[s].points[p];
            if (q->y >= 0.95 * most && (!first || q->x < first->x)) {
                first = q;
                label = called(&t->chart->series[s]);
            }
        }
    if (!first)
        return;
    printf(" The most that any of them reaches is %s; %s has 95 %% of it with "
           "%s.",
           unit_words(t->curve->words_unit, most), label,
           axis_words(t->curve->about.x, first->x));
}
