/*
 * stats_curve_words.c - what a chart of lines shows, in sentences.
 *
 * Teaches: what to look for in any chart of lines: who is best at its end and
 * by how much; what changes from one end to the other; where lines cross; how
 * far they stay from what could be.
 * Look at: every ratio is taken within blocks, and nothing is called more or
 * less whose interval has 1 in it.
 * Left out: reasons, and a correction for many comparisons: these sentences
 * describe a chart, and claims are tested one by one as lessons.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stats_curves.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What all sentences about a chart share. */
struct telling {
    const struct results *results;
    const struct chart *chart;
    const struct curve *curve;
    double x;     /* where lines are compared: the greatest that two have */
    double first; /* the least that two of those there have, or NaN */
    const struct series **lines; /* those that have a point at x, best first */
    size_t n;
};

/* ----------------------------------------------------------------- texts */

/* "1.04", "31.2", "1,250". */
static const char *factor_text(double factor)
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

static bool has_ends(const struct interval *interval)
{
    return isfinite(interval->low) && isfinite(interval->high);
}

static void say_factor_interval(const struct interval *factor)
{
    if (has_ends(factor))
        printf(" (95 %% interval %s to %s)", factor_text(factor->low),
               factor_text(factor->high));
}

static void say_interval(enum unit unit, const struct interval *interval)
{
    if (has_ends(interval))
        printf(" (95 %% interval %s to %s)", unit_words(unit, interval->low),
               unit_words(unit, interval->high));
    else
        printf(" (no interval: %zu block%s, 6 are needed)", interval->n,
               interval->n == 1 ? "" : "s");
}

/* "response time, 99 of 100" is the response time for short. */
static void say_name(const struct telling *t)
{
    printf("%.*s", (int)strcspn(t->curve->y_name, ",("), t->curve->y_name);
}

/* Before the i-th of n. */
static const char *before(size_t i, size_t n)
{
    return !i ? "" : i + 1 == n ? " and " : ", ";
}

static void say_labels(const struct series *const *lines, size_t n)
{
    for (size_t i = 0; i < n; i++)
        printf("%s%s", before(i, n), lines[i]->label);
}

static const struct arm *arm_at(const struct series *series, double x)
{
    const struct point *point = curve_at(series, x);
    return point ? point->arm : NULL;
}

/* ------------------------------------------------------------ comparing */

/* How much better one line is than another at x: above 1 when it is. */
static struct interval better(const struct telling *t, const struct series *one,
                              const struct series *other, double x)
{
    const struct arm *a = arm_at(one, x), *b = arm_at(other, x);
    return t->curve->gain ? curve_ratio(t->results, t->chart, a, b)
                          : curve_ratio(t->results, t->chart, b, a);
}

/* 1: surely above; -1: surely below; 0: the interval has it inside, or there
 * is none. */
static int side_of(const struct interval *interval, double of)
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
    printf(", %.0f %% of %s", 100 * share, curve_bound_name(t->chart));
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
    if (t->curve->gain)
        printf("%s%s times that of %s", first ? "" : " and ",
               factor_text(ratio.middle), other->label);
    else
        printf("%s of %s is %s times as high", first ? "that" : " and that",
               other->label, factor_text(ratio.middle));
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
    const struct point *point = curve_at(best, t->x);
    struct interval own = {.n = point->arm->estimate.blocks,
                           .middle = point->y,
                           .low = point->low,
                           .high = point->high};
    printf("At %s ", axis_words(t->curve->about.x, t->x));
    if (t->n == 1)
        printf("the %s of %s is %s", t->curve->y_name, best->label,
               unit_words(t->curve->words_unit, own.middle));
    else
        printf("%s has the %s %s: %s", best->label,
               t->curve->gain ? "highest" : "lowest", t->curve->y_name,
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
    printf(" %s ends at %s, where it has %s: ", found->label,
           axis_words(t->curve->about.x, end),
           unit_words(t->curve->words_unit, curve_at(found, end)->y));
    if (t->curve->gain)
        printf("that of %s is %s times as high", t->lines[0]->label,
               factor_text(most.middle));
    else
        printf("%s times that of %s there", factor_text(most.middle),
               t->lines[0]->label);
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
                   axis_words(t->curve->about.x, x), series->label,
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
        printf(" (95 %% interval %.*f to %.*f)", fabs(change->middle - 1) < 0.1,
               100 * (grows ? change->low - 1 : 1 - change->high),
               fabs(change->middle - 1) < 0.1,
               100 * (grows ? change->high - 1 : 1 - change->low));
}

/* "grows 2-fold with a and 3-fold with b, and falls by 10 % with c": `line`
 * is the i-th of n, `last` what is said of the one before. */
static void say_change_of(const struct series *line,
                          const struct interval *change, size_t i, size_t n,
                          const struct interval *last)
{
    bool grows = change->middle > 1;
    bool turns = !last || (last->middle > 1) != grows;
    printf("%s", last && turns ? ", and " : before(i, n));
    if (turns)
        printf("%s ", grows ? "grows" : "falls");
    say_fold(change);
    printf(" with %s", line->label);
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
            printf("the ");
            say_name(t);
            putchar(' ');
        }
        size_t said = n > FEW ? 2 : n;
        for (size_t i = 0; i < said; i++) {
            size_t at = n > FEW && i ? n - 1 : i;
            say_change_of(sure[at], &changes[at], i, said,
                          i ? &changes[i - 1] : NULL);
        }
        if (n && same_n)
            printf("; with ");
        else if (same_n)
            printf("with ");
        say_labels(sure + t->n, same_n);
        if (same_n)
            printf(n ? " it cannot be told from unchanged"
                     : " nothing changes as far as can be told");
        printf(".");
    }
    free(changes);
    free(sure);
}

/* ---------------------------------------------------------- the crossing */

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
        double digits = pow(10, floor(log10(found->at)) - 1);
        printf(
            ", at about %s by a straight line",
            unit_words(t->curve->x_unit, round(found->at / digits) * digits));
    }
}

/* Whether a line is what others are divided by: 1 all the way. */
static bool is_base(const struct telling *t, const struct series *line)
{
    const struct arm *arm = series_arm(line);
    return t->curve->y_unit == UNIT_TIMES && arm->sequential == arm;
}

/* Whoever is best at the first x and not at the last one is overtaken. */
static bool say_overtaking(const struct telling *t)
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
           axis_words(t->curve->about.x, found.before), early->label);
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
        printf(" %s %s %s.", n > 1 ? "are" : "is", what,
               curve_bound_name(t->chart));
    }
    free(lines);
}

/* Where lines rise above a level, such as that of breaking even. */
static bool say_passing(const struct telling *t)
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
        printf("%s%s passes %s ", said ? "; " : " ", t->chart->series[s].label,
               curve_bound_name(t->chart));
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
static void say_most(const struct telling *t)
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
                label = t->chart->series[s].label;
            }
        }
    printf(" The most that any of them reaches is %s (%s); %s has 95 %% of it "
           "with %s.",
           unit_words(t->curve->words_unit, most), curve_bound_name(t->chart),
           label, axis_words(t->curve->about.x, first->x));
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
    printf(" The %s is ", t->curve->right_name);
    if (least != most)
        printf("lowest with %s, ", least->label);
    printf("%s", unit_words(t->curve->right_unit, least->right.middle));
    say_interval(t->curve->right_unit, &least->right);
    if (least != most) {
        printf(", and highest with %s, %s", most->label,
               unit_words(t->curve->right_unit, most->right.middle));
        say_interval(t->curve->right_unit, &most->right);
    }
    printf(".");
}

/* ---------------------------------------------------------- granularity */

/* How many times as long tasks one line needs as another, within blocks. */
static struct interval grain_ratio(const struct telling *t,
                                   const struct series *upper,
                                   const struct series *lower)
{
    size_t n = t->results->blocks_n;
    double *logs = allocate(n, sizeof *logs);
    for (size_t b = 0; b < n; b++) {
        double over =
            curve_right_value(t->results, t->chart, series_arm(upper), b);
        double under =
            curve_right_value(t->results, t->chart, series_arm(lower), b);
        bool both = isfinite(over) && isfinite(under);
        logs[b] = both ? log(over) - log(under) : NAN;
    }
    struct interval ratio = interval_exp(interval_of(logs, n));
    free(logs);
    return ratio;
}

/* Seconds whose ends may lie beyond what was measured. */
static void say_grain(const struct series *series)
{
    const struct interval *metg = &series->right;
    printf("%s with %s", unit_words(UNIT_SECONDS, metg->middle), series->label);
    if (has_ends(metg))
        printf(" (95 %% interval %s to %s)",
               unit_words(UNIT_SECONDS, metg->low),
               unit_words(UNIT_SECONDS, metg->high));
}

static bool is_known_grain(const struct series *series)
{
    return isfinite(series->right.middle);
}

static bool is_shorter(const struct series *series)
{
    return isinf(series->right.middle) && series->right.middle < 0;
}

static bool is_longer(const struct series *series)
{
    return isinf(series->right.middle) && series->right.middle > 0;
}

static size_t grains(const struct telling *t,
                     bool (*wanted)(const struct series *),
                     const struct series **lines)
{
    size_t n = 0;
    for (size_t s = 0; s < t->chart->measured_n; s++)
        if (wanted(&t->chart->series[s]))
            lines[n++] = &t->chart->series[s];
    return n;
}

static void say_grain_ratios(const struct telling *t,
                             const struct series *const *lines, size_t n)
{
    if (n < 2)
        return;
    struct interval next = grain_ratio(t, lines[1], lines[0]);
    struct interval last = grain_ratio(t, lines[n - 1], lines[0]);
    if (side_of(&next, 1) > 0 && n > 2) {
        printf(" %s needs tasks %s times as long as %s", lines[1]->label,
               factor_text(next.middle), lines[0]->label);
        say_factor_interval(&next);
        printf(".");
    } else if (has_ends(&next) && side_of(&next, 1) <= 0) {
        printf(" %s and %s cannot be told apart.", lines[0]->label,
               lines[1]->label);
    }
    if (side_of(&last, 1) > 0) {
        printf(" %s needs tasks %s times as long as %s", lines[n - 1]->label,
               factor_text(last.middle), lines[0]->label);
        say_factor_interval(&last);
        printf(".");
    }
}

static void grain_words(const struct telling *t)
{
    const struct series **lines = allocate(t->chart->measured_n, sizeof *lines);
    size_t n = grains(t, is_known_grain, lines);
    if (n)
        printf("At least half of the cores' time is useful, METG(50 %%), from "
               "tasks of ");
    else
        printf("No strategy passes from less than half to more than half of "
               "the cores' time within what was measured");
    for (size_t i = 0; i < n; i++) {
        printf("%s", before(i, n));
        say_grain(lines[i]);
    }
    printf(".");
    say_grain_ratios(t, lines, n);
    n = grains(t, is_shorter, lines);
    if (n) {
        printf(" Already the shortest tasks are long enough for ");
        say_labels(lines, n);
        printf(".");
    }
    n = grains(t, is_longer, lines);
    if (n) {
        printf(" Not even the longest tasks are long enough for ");
        say_labels(lines, n);
        printf(".");
    }
    free(lines);
}

/* --------------------------------------------------------------- writing */

void curve_words(const struct results *results, const struct chart *chart)
{
    struct telling t = telling_of(results, chart);
    if (chart->curve->grain) {
        grain_words(&t);
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
