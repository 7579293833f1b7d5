/*
 * bound.h - a bound on a number, as a file says it: ">= 0.9 * cores".
 * SPDX-License-Identifier: MIT
 *
 * The grammar, blanks between its words being free:
 *
 *     bounds     = comparison [ "and" comparison ]
 *     comparison = ( "<=" | "<" | ">=" | ">" | "=" ) sum
 *     sum        = product { ( "+" | "-" ) product }
 *     product    = factor { ( "*" | "/" ) factor }
 *     factor     = NUMBER | "cores" | "-" factor | "(" sum ")"
 *     condition  = sum comparison
 *
 * Two comparisons must enclose something: one from below, one from above.
 * Values are binary floating point; division by zero and results that are not
 * finite are errors. Nothing is kept between calls: safe from any thread.
 */
#ifndef BOUND_H
#define BOUND_H

#include <stdbool.h>

/* What is allowed: from low to high, either infinite where nothing is said;
 * an open end is itself not allowed. */
struct bound {
    double low, high;
    bool low_open, high_open;
};

enum bound_place { BOUND_INSIDE, BOUND_OUTSIDE, BOUND_ASTRIDE };

/* Reads bounds, for a machine with so many cores (> 0, a whole number or
 * not). Answers NULL, or why the text cannot be read: a constant text. */
const char *bound_read(const char *text, double cores, struct bound *bound);

/* The same for a condition such as "cores >= 2"; *holds says whether it does.
 */
const char *condition_read(const char *text, double cores, bool *holds);

/* Where everything from `low` to `high` lies: wholly inside the bound, wholly
 * outside it, or neither. Neither when either end is NaN. */
enum bound_place bound_place(const struct bound *bound, double low,
                             double high);

#endif
