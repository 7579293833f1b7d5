/*
 * order.h - the order in which a block runs its arms.
 * SPDX-License-Identifier: MIT
 */
#ifndef ORDER_H
#define ORDER_H

#include <stddef.h>
#include <stdint.h>

/* Fills order[0..n-1] with the arms 0..n-1 as block `block` of the sweep with
 * this seed runs them: the same seed, block and n always give the same order.
 * Each arm stands in every sixth of a block once in six blocks. Thread-safe;
 * dies when there is no memory. */
void order_of_block(uint64_t seed, unsigned block, size_t n, size_t *order);

#endif
