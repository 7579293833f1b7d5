/*
 * generators.h - generators, for kernels that are about them.
 * SPDX-License-Identifier: MIT
 *
 * A generator needs a stack of its own. An item gets one from malloc: the
 * stack that the item itself runs on may be small.
 */
#ifndef GENERATORS_H
#define GENERATORS_H

#include "../../bench/lib/generator.h"

/* What the bodies in these kernels need: some calls deep, no large arrays,
 * no printing. */
enum { GENERATOR_BODY_BYTES = 4096 };

#endif
