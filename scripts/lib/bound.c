/*
 * bound.c - a bound on a number, as a file says it: ">= 0.9 * cores".
 *
 * Teaches: a grammar becomes a reader by writing one function a rule, each of
 * which eats what its rule describes ("recursive descent"; Aho, Lam, Sethi and
 * Ullman, Compilers, 2nd edition, section 4.4).
 * Look at: sum, product and factor, which call each other as the rules in
 * bound.h do; that is why a product binds more tightly than a sum.
 * Left out: names other than `cores`, and functions.
 *
 * SPDX-License-Identifier: MIT
 */
#include "bound.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DEEPEST = 32 }; /* brackets and signs within each other */

/* What is still to be read, and the first thing that was wrong with it. */
struct reader {
    const char *at;
    const char *why;
    double cores;
    int depth;
};

static void refuse(struct reader *reader, const char *why)
{
    if (!reader->why)
        reader->why = why;
}

/* Eats a word, and blanks before it, if it is the next one. */
static bool eat(struct reader *reader, const char *word)
{
    while (isspace((unsigned char)*reader->at))
        reader->at++;
    size_t length = strlen(word);
    bool is_name = isalpha((unsigned char)*word);
    if (strncmp(reader->at, word, length) != 0 ||
        (is_name && isalnum((unsigned char)reader->at[length])))
        return false;
    reader->at += length;
    return true;
}

/* Digits with at most one point: strtod would also take "inf" and "0x1". */
static double number(struct reader *reader)
{
    size_t length = strspn(reader->at, "0123456789.");
    char *end;
    double value = strtod(reader->at, &end);
    if (length == 0 || reader->at[0] == '.' || end != reader->at + length) {
        refuse(reader, "a number is missing");
        return NAN;
    }
    reader->at = end;
    return value;
}

static double sum(struct reader *reader);

static double factor(struct reader *reader)
{
    double value = NAN;
    if (++reader->depth > DEEPEST)
        refuse(reader, "too many brackets within each other");
    else if (eat(reader, "-"))
        value = -factor(reader);
    else if (eat(reader, "cores"))
        value = reader->cores;
    else if (eat(reader, "(")) {
        value = sum(reader);
        if (!eat(reader, ")"))
            refuse(reader, "a bracket is not closed");
    } else
        value = number(reader);
    reader->depth--;
    return value;
}

static double product(struct reader *reader)
{
    double value = factor(reader);
    while (!reader->why)
        if (eat(reader, "*"))
            value *= factor(reader);
        else if (eat(reader, "/"))
            value /= factor(reader);
        else
            break;
    return value;
}

static double sum(struct reader *reader)
{
    double value = product(reader);
    while (!reader->why)
        if (eat(reader, "+"))
            value += product(reader);
        else if (eat(reader, "-"))
            value -= product(reader);
        else
            break;
    return value;
}

/* A sum whose value is a number one can compare with. */
static double side(struct reader *reader)
{
    double value = sum(reader);
    if (!reader->why && !isfinite(value))
        refuse(reader, "its value is no number");
    return value;
}

/* Narrows a bound by one comparison. */
static void comparison(struct reader *reader, struct bound *bound)
{
    bool below = eat(reader, "<"), above = !below && eat(reader, ">");
    bool equal = eat(reader, "=");
    if (!below && !above && !equal) {
        refuse(reader, "no comparison: <=, <, >=, > or =");
        return;
    }
    double value = side(reader);
    if (!above) {
        if (isfinite(bound->high))
            refuse(reader, "two bounds from above");
        bound->high = value;
        bound->high_open = !equal;
    }
    if (!below) {
        if (isfinite(bound->low))
            refuse(reader, "two bounds from below");
        bound->low = value;
        bound->low_open = !equal;
    }
}

/* After the last word nothing may follow. */
static const char *finish(struct reader *reader)
{
    eat(reader, "");
    if (*reader->at)
        refuse(reader, "something follows that is not understood");
    return reader->why;
}

static const struct bound everything = {.low = -INFINITY, .high = INFINITY};

const char *bound_read(const char *text, double cores, struct bound *bound)
{
    struct reader reader = {.at = text, .cores = cores};
    *bound = everything;
    comparison(&reader, bound);
    if (!reader.why && eat(&reader, "and"))
        comparison(&reader, bound);
    if (!reader.why && bound->low > bound->high)
        refuse(&reader, "nothing is between its two bounds");
    return finish(&reader);
}

const char *condition_read(const char *text, double cores, bool *holds)
{
    struct reader reader = {.at = text, .cores = cores};
    struct bound bound = everything;
    double value = side(&reader);
    if (!reader.why)
        comparison(&reader, &bound);
    *holds = bound_place(&bound, value, value) == BOUND_INSIDE;
    return finish(&reader);
}

static bool above_low(const struct bound *bound, double value)
{
    return bound->low_open ? value > bound->low : value >= bound->low;
}

static bool below_high(const struct bound *bound, double value)
{
    return bound->high_open ? value < bound->high : value <= bound->high;
}

enum bound_place bound_place(const struct bound *bound, double low, double high)
{
    if (isnan(low) || isnan(high))
        return BOUND_ASTRIDE;
    if (above_low(bound, low) && below_high(bound, high))
        return BOUND_INSIDE;
    if (!above_low(bound, high) || !below_high(bound, low))
        return BOUND_OUTSIDE;
    return BOUND_ASTRIDE;
}
