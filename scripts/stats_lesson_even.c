/*
 * stats_lesson_even.c - from which size on something is worth its price.
 *
 * Teaches: "does it pay" has a size as its answer. Below it the price of
 * starting is more than what is gained, above it less.
 * Look at: even_say. The answer lies between two sizes that were measured, and
 * is said as the time that the work takes without: no law is fitted and nothing
 * is told of sizes in between.
 * Left out: an interval. The medians tell on which side of 1 a size is.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stats_lessons.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One size: how a compares with b there, and how long b takes. */
struct size {
    double ratio, seconds;
};

/* NaN where it was not measured. */
static struct size size_at(const struct results *results,
                           const struct lesson *lesson,
                           const struct lesson_part *of, double x)
{
    struct lesson_part alone = *of;
    struct size size = {NAN, NAN};
    const struct arm *a = arm_meant(results, lesson, of, &of->a, x);
    const struct arm *b = arm_meant(results, lesson, of, &of->b, x);
    if (!a || !b)
        return size;
    alone.form = FORM_ALONE;
    alone.quantity = "elapsed_s";
    size.ratio = summarised(results, of, a, b).middle;
    size.seconds = summarised(results, &alone, b, NULL).middle;
    if (of->even == EVEN_ITEM)
        size.seconds /= strtod(b->items, NULL);
    return size;
}

const char *time_text(double seconds, char text[32])
{
    static const struct {
        double seconds;
        const char *name;
    } units[] = {{1, "s"}, {1e-3, "ms"}, {1e-6, "us"}, {1e-9, "ns"}};
    size_t u = 0;
    while (u < 3 && seconds < units[u].seconds)
        u++;
    snprintf(text, 32, "%.3g %s", seconds / units[u].seconds, units[u].name);
    return text;
}

void even_say(char *text, size_t bytes, const struct results *results,
              const struct lesson *lesson, const struct lesson_part *of)
{
    char first[32], second[32];
    size_t n;
    struct size before = {NAN, NAN};
    double *x = arms_x(results, lesson, &of->a, &n);
    *text = '\0';
    for (size_t i = 0; i < n; i++) {
        struct size here = size_at(results, lesson, of, x[i]);
        if (isnan(here.ratio))
            continue;
        /* The last passage counts: from there on it stays so. */
        if (before.ratio > 1 && here.ratio <= 1)
            snprintf(text, bytes, "from between %s and %s on",
                     time_text(before.seconds, first),
                     time_text(here.seconds, second));
        before = here;
    }
    if (before.ratio > 1)
        snprintf(text, bytes, "not even at %s, the most that was measured",
                 time_text(before.seconds, first));
    else if (!*text)
        snprintf(text, bytes, "at all sizes that were measured");
    free(x);
}
