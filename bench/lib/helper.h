/*
 * helper.h - programs that a kernel starts to have someone to talk to.
 * SPDX-License-Identifier: MIT
 *
 * kernel.h has what kernels call; this is for main alone.
 */
#ifndef HELPER_H
#define HELPER_H

#include <sched.h>

/* The cores on which helpers may run. Without it, those of this program. */
void helper_cores(const cpu_set_t *cores);

#endif
