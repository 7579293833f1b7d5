/*
 * parse.h - values of options: numbers, times, choices.
 * SPDX-License-Identifier: MIT
 *
 * Strict on purpose: strtoul takes "-1", " 7" and "0x10", and a benchmark
 * that runs with 18446744073709551615 items helps nobody.
 */
#ifndef PARSE_H
#define PARSE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A whole number written in decimal digits alone; false when it is anything
 * else, or outside least..most.
 */
bool number_parse(const char *text, uint64_t least, uint64_t most,
                  uint64_t *number);
/* A time such as 350ms, 5us, 2s, 10ns or 0.5s, in nanoseconds; a unit is
 * required. At most about 290 years. */
bool duration_parse(const char *text, uint64_t *ns);
/* The position of `word` among the space-separated `choices`, or -1. */
int choice_parse(const char *choices, const char *word);

#endif
