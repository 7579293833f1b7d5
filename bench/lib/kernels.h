/*
 * kernels.h - the kernels that are linked into this program.
 * SPDX-License-Identifier: MIT
 *
 * KERNEL() in a kernel's file registers it before main starts, so there is
 * no list to keep. Sorted by name.
 */
#ifndef KERNELS_H
#define KERNELS_H

#include "../../kernels/kernel.h"

size_t kernels_count(void);
const struct kernel *kernels_at(size_t i);           /* i < count */
const struct kernel *kernels_find(const char *name); /* or NULL */
const char *bound_name(enum bound bound);            /* "cpu", ... */

/* The names of all strategies that were built, made by the Makefile from the
 * files it found; ends with NULL. */
extern const char *const strategy_names[];

/* --list: for people, or one JSON object a line for scripts. */
void kernels_list(bool json);

#endif
