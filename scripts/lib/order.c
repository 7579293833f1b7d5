/*
 * order.c - the order in which a block runs its arms.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: chance alone is not enough. In a few random orders one arm may
 * come early every time, while the machine is cool, and another one late.
 * Here each arm visits every part of a block equally often, and chance
 * decides the rest, so that nobody has the same neighbours twice in a row.
 * Look at: the columns `position` and `block` of samples.jsonl. The same seed
 * gives the same orders.
 * Left out: balancing who runs right after whom.
 */
#include "order.h"

#include "../../bench/lib/die.h"
#include "../../kernels/kernel.h" /* random_at */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { SECTIONS = 6 }; /* of a block */

/* Fisher and Yates: every order is equally likely. */
static void shuffle(uint64_t key, size_t *list, size_t n)
{
    for (size_t i = n; i > 1; i--) {
        size_t j = random_at(key, i) % i, kept = list[i - 1];
        list[i - 1] = list[j];
        list[j] = kept;
    }
}

/*
 * For six blocks in a row (1 to 6, 7 to 12, ...) the arms are dealt into the
 * same six sections. From block to block the sections move on by one place, and
 * inside each the arms are shuffled anew. So each arm runs once in every part
 * of a block, which takes out a drift within blocks, and its neighbours change.
 */
void order_of_block(uint64_t seed, unsigned block, size_t n, size_t *order)
{
    size_t *dealt = calloc(n + 1, sizeof *dealt), at = 0;
    if (dealt == NULL)
        die(ENOMEM, "memory");
    for (size_t i = 0; i < n; i++)
        dealt[i] = i;
    shuffle(random_at(seed, (block + SECTIONS - 1) / SECTIONS), dealt, n);
    for (unsigned s = 0; s < SECTIONS; s++) {
        size_t section = (s + block) % SECTIONS;
        size_t first = n * section / SECTIONS;
        size_t last = n * (section + 1) / SECTIONS;
        memcpy(order + at, dealt + first, (last - first) * sizeof *order);
        shuffle(random_at(~seed, (uint64_t)block * SECTIONS + s), order + at,
                last - first);
        at += last - first;
    }
    free(dealt);
}
