/*
 * stats_curve_words.c - what a chart of lines shows, in sentences.
 *
 * Teaches: what to look for in any chart of lines: who is best at its end and
 * by how much; what changes from one end to the other; how far lines stay from
 * what could be. Where they cross: stats_curve_crossing.c.
 * Look at: every ratio is taken within blocks, and nothing is called more or
 * less whose interval has 1 in it.
 * Left out: reasons, and a correction for many comparisons: these sentences
 * describe a chart, and claims are tested one by one as lessons.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stats_tell.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ----------------------------------------------------------------- texts */

/* "1.04", "31.2", "1,250". */
const char *factor_text(double factor)
{
    static char texts[4][32];
    static unsigned turn;
    char *text = texts[turn++ % 4];
    if (fabs(factor) >= 99.95)
        return unit_words(UNIT_PLAIN, round(factor));
    snprintf(text, sizeof *texts, "%.*f",
             fabs(factor) >= 9.995   ? 1
             : fabs(factor) < 0.0995 ? 4
                                     : 2,
             factor);
    return text;
}

bool has_ends(const struct interval *interval)
{
    return !isnan(interval->low) && !isnan(interval->high);
}

void say_factor_interval(const struct interval *factor)
{
    if (isfinite(factor->low) && isfinite(factor->high))
        say_ends("%s to %s", factor_text(factor->low),
                 factor_text(factor->high));
}

static void say_interval(enum unit unit, const struct interval *interval)
{
    if (interval->low == interval->high)
        return; /* in all blocks the same */
    if (has_ends(interval))
        say_ends("%s to %s", unit_words(unit, interval->low),
                 unit_words(unit, interval->high));
    else
        printf(" (no interval: %zu block%s, 6 are needed)", interval->n,
               interval->n == 1 ? "" : "s");
}

/* What follows a colon explains the name; in a sentence it goes. */
static int whole_name(const char *name)
{
    return (int)strcspn(name, ":");
}

/* "response time, 99 of 100" is the response time for short. */
static int short_name(const char *name)
{
    size_t length = strcspn(name, ",(:");
    while (length && name[length - 1] == ' ')
        length--;
    return (int)length;
}

/* Whether a name is of many things: "items a second", "bytes of an item". */
static bool is_plural(const char *name)
{
    size_t first = strcspn(name, " ,:");
    return first > 2 && name[first - 1] == 's' && name[first - 2] != 's';
}

/* Items are most or fewest, a time is highest or lowest. */
static const char *extreme(const char *name, bool most)
{
    if (is_plural(name))
        return most ? "most" : "fewest";
    return most ? "highest" : "lowest";
}

/* Before the i-th of n. */
const char *before(size_t i, size_t n)
{
    return !i ? "" : i + 1 == n ? " and " : ", ";
}

/* A name with a comma in it stands between quotes. Valid for the next four
 * calls. */
const char *called(const struct series *series)
{
    static char texts[4][sizeof series->label + 8];
    static unsigned turn;
    if (!strchr(series->label, ','))
        return series->label;
    char *text = texts[turn++ % 4];
    snprintf(text, sizeof *texts, "\u201c%s\u201d", series->label);
    return text;
}

void say_labels(const struct series *const *lines, size_t n)
{
    for (size_t i = 0; i < n; i++)
        printf("%s%s", before(i, n), called(lines[i]));
}

static const struct arm *arm_at(const struct series *series, double x)
{
    const struct point *point = curve_at(series, x);
    return point ? point->arm : NULL;
}

/* ------------------------------------------------------------ comparing */

/* How much better one line is than another at x: above 1 when it is. */
struct interval better(const struct telling *t, const struct series *one,
                       const struct series *other, double x)
{
    const struct arm *a = arm_at(one, x), *b = arm_at(other, x);
    return t->curve->gain ? curve_ratio(t->results, t->chart, a, b)
                          : curve_ratio(t->results, t->chart, b, a);
}

/* 1: surely above; -1: surely below; 0: the interval has it inside, or there
 * is none. */
int side_of(const struct interval *interval, double of)
{
    if (!has_ends(interval))
        return 0;
    return (interval->low > of) - (interval->high < of);
}

static size_t count_at(const struct chart *chart, double x)
{
    size_t n = 0;
    for (size_t s = 0; s < chart->measured_n; s++)
        n += curve_at(&chart->series[s], x) != NULL;
    return n;
}

/* The greatest or least x that so many lines have, and that is among the
 * points of a line which has one at `with`, too (NaN: of any). */
static double outermost(const struct chart *chart, bool greatest, size_t lines,
                        double with)
{
    double found = NAN;
    for (size_t s = 0; s < chart->measured_n; s++) {
        const struct series *series = &chart->series[s];
        if (!isnan(with) && !curve_at(series, with))
            continue;
        for (size_t p = 0; p < series->points_n; p++) {
            double x = series->points[p].x;
            bool further = isnan(found) || (greatest ? x > found : x < found);
            if (further && count_at(chart, x) >= lines)
                found = x;
        }
    }
    return found;
}

/* Best first; equals stay in the order of the chart. */
static void lines_sort(struct telling *t)
{
    for (size_t i = 1; i < t->n; i++)
        for (size_t j = i; j > 0; j--) {
            double own = curve_at(t->lines[j], t->x)->y;
            double other = curve_at(t->lines[j - 1], t->x)->y;
            if (t->curve->gain ? own <= other : own >= other)
                break;
            const struct series *moved = t->lines[j];
            t->lines[j] = t->lines[j - 1];
            t->lines[j - 1] = moved;
        }
}

static struct telling telling_of(const struct results *results,
                                 const struct chart *chart)
{
    struct telling t = {
        .results = results, .chart = chart, .curve = chart->curve};
    t.x = outermost(chart, true, chart->measured_n > 1 ? 2 : 1, NAN);
    if (isnan(t.x)) /* no two lines meet */
        t.x = outermost(chart, true, 1, NAN);
    t.lines = allocate(chart->measured_n, sizeof *t.lines);
    for (size_t s = 0; s < chart->measured_n; s++)
        if (curve_at(&chart->series[s], t.x))
            t.lines[t.n++] = &chart->series[s];
    lines_sort(&t);
    t.first = outermost(chart, false, t.n > 1 ? 2 : 1, t.x);
    if (t.first >= t.x)
        t.first = NAN;
    return t;
}

/* ------------------------------------------------------------- the best */

/* How far the best is from the bound, where that is a matter of degree. */
static void say_distance(const struct telling *t, const struct point *best)
{
    const char *bound = t->curve->about.bound;
    double there = curve_bound(t->results, t->chart, t->x);
    bool degree = !strcmp(bound, "ideal") || !strcmp(bound, "little");
    if (!degree || !(there > 0) || !(best->y > 0))
        return;
    double share = t->curve->gain ? best->y / there : there / best->y;
    printf(", %.0f %% of the bound (%s)", 100 * share,
           curve_bound_name(t->chart));
}

/* Those of the others that the best is surely better than, in their order;
 * the rest go into `ties`. Answers how many. */
static size_t decided(const struct telling *t, const struct series **sure,
                      const struct series **ties, size_t *ties_n)
{
    size_t n = 0;
    *ties_n = 0;
    for (size_t i = 1; i < t->n; i++) {
        struct interval ratio = better(t, t->lines[0], t->lines[i], t->x);
        if (side_of(&ratio, 1) > 0)
            sure[n++] = t->lines[i];
        else
            ties[(*ties_n)++] = t->lines[i];
    }
    return n;
}

/* "1.04 times that of pool (...) and 1.39 times that of gil (...)", or "that
 * of gil is 1.39 times as high (...)". */
static void say_ratio(const struct telling *t, const struct series *other,
                      bool first)
{
    struct interval ratio = better(t, t->lines[0], other, t->x);
    if (isinf(ratio.middle)) { /* one of them is 0 */
        printf("%sthat of %s is %s", first ? "" : " and ", called(other),
               unit_words(t->curve->words_unit, curve_at(other, t->x)->y));
        return;
    }
    if (t->curve->gain)
        printf("%s%s times that of %s", first ? "" : " and ",
               factor_text(ratio.middle), called(other));
    else
        printf("%s of %s is %s times as high", first ? "that" : " and that",
               called(other), factor_text(ratio.middle));
    say_factor_interval(&ratio);
}

static void say_others(const struct telling *t)
{
    const struct series **sure = allocate(2 * t->n, sizeof *sure);
    const struct series **ties = sure + t->n;
    size_t ties_n, n = decided(t, sure, ties, &ties_n);
    struct interval any = better(t, t->lines[0], t->lines[1], t->x);
    if (n) {
        printf("%s", t->curve->gain ? ", " : "; ");
        say_ratio(t, sure[0], true);
        if (n > 1)
            say_ratio(t, sure[n - 1], false);
    }
    printf(".");
    if (!has_ends(&any))
        printf(" Whether it is really ahead cannot be told: it takes 6 "
               "blocks.");
    else if (ties_n) {
        printf(" Block by block this run cannot tell it apart from ");
        say_labels(ties, ties_n);
        printf(".");
    }
    free(sure);
}

static void say_best(const struct telling *t)
{
    const struct series *best = t->lines[0];
    const char *name = t->curve->y_name;
    const struct point *point = curve_at(best, t->x);
    struct interval own = {.n = point->arm->estimate.blocks,
                           .middle = point->y,
                           .low = point->low,
                           .high = point->high};
    printf("At %s ", axis_words(t->curve->about.x, t->x));
    if (t->n == 1)
        printf("the %.*s of %s %s %s", whole_name(name), name, called(best),
               is_plural(name) ? "are" : "is",
               unit_words(t->curve->words_unit, own.middle));
    else
        printf("%s has the %s %.*s: %s", called(best),
               extreme(name, t->curve->gain), whole_name(name), name,
               unit_words(t->curve->words_unit, own.middle));
    say_interval(t->curve->words_unit, &own);
    say_distance(t, point);
    if (t->n > 1)
        say_others(t);
    else
        printf(".");
}

/* The line that goes less far than the others, and is worst of those that do,
 * against the best where it ends. */
static void say_early_end(const struct telling *t)
{
    const struct series *found = NULL;
    struct interval most = {0, 1, NAN, NAN};
    double end = NAN;
    for (size_t s = 0; s < t->chart->measured_n; s++) {
        const struct series *series = &t->chart->series[s];
        double x = series->points[series->points_n - 1].x;
        if (curve_at(series, t->x) || !curve_at(t->lines[0], x) || x > t->x)
            continue;
        struct interval ratio = better(t, t->lines[0], series, x);
        if (side_of(&ratio, 1) > 0 && ratio.middle > most.middle) {
            found = series;
            most = ratio;
            end = x;
        }
    }
    if (!found)
        return;
    printf(" %s ends at %s, where it has %s: ", called(found),
           axis_words(t->curve->about.x, end),
           unit_words(t->curve->words_unit, curve_at(found, end)->y));
    if (t->curve->gain)
        printf("that of %s is %s times as high", called(t->lines[0]),
               factor_text(most.middle));
    else
        printf("%s times that of %s there", factor_text(most.middle),
               called(t->lines[0]));
    say_factor_interval(&most);
    printf(".");
}

/* The one line that goes on where no other does. */
static void say_beyond(const struct telling *t)
{
    double x = outermost(t->chart, true, 1, NAN);
    if (x <= t->x)
        return;
    for (size_t s = 0; s < t->chart->measured_n; s++) {
        const struct series *series = &t->chart->series[s];
        const struct point *point = curve_at(series, x);
        if (point)
            printf(" At %s there is only %s, with %s.",
                   axis_words(t->curve->about.x, x), called(series),
                   unit_words(t->curve->words_unit, point->y));
    }
}

/* ----------------------------------------------------------- the change */

static struct interval change_of(const struct telling *t,
                                 const struct series *line)
{
    const struct arm *first = arm_at(line, t->first);
    const struct arm *last = arm_at(line, t->x);
    const struct interval none = {0, NAN, NAN, NAN};
    return first && last ? curve_ratio(t->results, t->chart, last, first)
                         : none;
}

/* "2.84-fold (95 % interval 1.23 to 60.4)", or "by 4 %" where it is less than
 * about two. */
static void say_fold(const struct interval *change)
{
    bool grows = change->middle > 1;
    struct interval fold = {change->n, change->middle, change->low,
                            change->high};
    if (!grows)
        fold = (struct interval){change->n, 1 / change->middle,
                                 1 / change->high, 1 / change->low};
    if (fold.middle >= 1.95) {
        printf("%s-fold", factor_text(fold.middle));
        say_factor_interval(&fold);
        return;
    }
    printf("by %.*f %%", fabs(change->middle - 1) < 0.1,
           100 * fabs(change->middle - 1));
    if (has_ends(change))
        say_ends("%.*f to %.*f", fabs(change->middle - 1) < 0.1,
                 100 * (grows ? change->low - 1 : 1 - change->high),
                 fabs(change->middle - 1) < 0.1,
                 100 * (grows ? change->high - 1 : 1 - change->low));
}

/* "grows 2-fold with a and 3-fold with b, and falls by 10 % with c": `line`
 * is the i-th of n, `last` what is said of the one before. */
static void say_change_of(const struct telling *t, const struct series *line,
                          const struct interval *change, size_t i, size_t n,
                          const struct interval *last)
{
    bool many = is_plural(t->curve->y_name);
    bool grows = change->middle > 1;
    bool turns = !last || (last->middle > 1) != grows;
    printf("%s", last && turns ? ", and " : before(i, n));
    if (turns)
        printf("%s%s ", grows ? "grow" : "fall", many ? "" : "s");
    if (change->middle > 0 && isfinite(change->middle))
        say_fold(change);
    else
        printf("from %s to %s",
               unit_words(t->curve->words_unit, curve_at(line, t->first)->y),
               unit_words(t->curve->words_unit, curve_at(line, t->x)->y));
    printf(" with %s", called(line));
}

/* The lines that surely change, by how much they grow, most first; those that
 * may not go into `same`. */
static size_t changing(const struct telling *t, const struct series **sure,
                       struct interval *changes, const struct series **same,
                       size_t *same_n)
{
    size_t n = 0;
    *same_n = 0;
    for (size_t i = 0; i < t->n; i++) {
        struct interval change = change_of(t, t->lines[i]);
        if (has_ends(&change) && !side_of(&change, 1))
            same[(*same_n)++] = t->lines[i];
        if (!side_of(&change, 1))
            continue;
        size_t at = n++;
        for (; at > 0 && changes[at - 1].middle < change.middle; at--) {
            changes[at] = changes[at - 1];
            sure[at] = sure[at - 1];
        }
        changes[at] = change;
        sure[at] = t->lines[i];
    }
    return n;
}

/* From one end to the other: all lines where they are few, else the two that
 * change most in either direction. */
static void say_change(const struct telling *t)
{
    enum { FEW = 3 };
    const struct series **sure = allocate(2 * t->n, sizeof *sure);
    struct interval *changes = allocate(t->n, sizeof *changes);
    size_t same_n, n = changing(t, sure, changes, sure + t->n, &same_n);
    if (n + same_n) {
        printf(" From %s to %s ", unit_words(t->curve->x_unit, t->first),
               axis_words(t->curve->about.x, t->x));
        if (n) {
            printf("the %.*s ", short_name(t->curve->y_name), t->curve->y_name);
        }
        size_t said = n > FEW ? 2 : n;
        for (size_t i = 0; i < said; i++) {
            size_t at = n > FEW && i ? n - 1 : i;
            say_change_of(t, sure[at], &changes[at], i, said,
                          i ? &changes[i - 1] : NULL);
        }
        if (n && same_n)
            printf("; with ");
        else if (same_n)
            printf("with ");
        say_labels(sure + t->n, same_n);
        if (same_n)
            printf(n ? " no change can be told"
                     : " nothing changes as far as can be told");
        printf(".");
    }
    free(changes);
    free(sure);
}

/* -------------------------------------------------------------- the dots */

/* The least and the greatest of what stands at the right. */
static void say_right(const struct telling *t)
{
    const struct series *least = NULL, *most = NULL;
    for (size_t s = 0; s < t->chart->measured_n; s++) {
        const struct series *series = &t->chart->series[s];
        if (!isfinite(series->right.middle))
            continue;
        if (!least || series->right.middle < least->right.middle)
            least = series;
        if (!most || series->right.middle > most->right.middle)
            most = series;
    }
    if (!least || !strcmp(t->curve->right, t->curve->y))
        return;
    const char *name = t->curve->right_name;
    printf(" %c%.*s: ", toupper((unsigned char)*name), whole_name(name) - 1,
           name + 1);
    if (least != most)
        printf("%s with %s, ", extreme(name, false), called(least));
    printf("%s", unit_words(t->curve->right_unit, least->right.middle));
    say_interval(t->curve->right_unit, &least->right);
    if (least != most) {
        printf("; %s with %s, %s", extreme(name, true), called(most),
               unit_words(t->curve->right_unit, most->right.middle));
        say_interval(t->curve->right_unit, &most->right);
    }
    printf(".");
}

/* --------------------------------------------------------------- writing */

void curve_words(const struct results *results, const struct chart *chart)
{
    struct telling t = telling_of(results, chart);
    if (chart->curve->grain) {
        say_grains(&t);
    } else {
        say_best(&t);
        if (t.n > 1)
            say_early_end(&t);
        say_beyond(&t);
        if (isfinite(t.first) && !say_overtaking(&t))
            say_change(&t);
        say_passing(&t);
        say_most(&t);
        say_right(&t);
    }
    free(t.lines);
}
