/*
 * gil.h - a global interpreter lock, as CPython has it.
 * SPDX-License-Identifier: MIT
 *
 * Only the holder may compute. The rules are those of CPython since 3.2
 * (Python/ceval_gil.c; A. Pitrou, "Reworking the GIL", python-dev, 2009):
 * - a thread that wants the lock waits for it; when a whole switch interval
 *   has passed and nobody else has got it meanwhile, it asks for it;
 * - the holder looks for that request at its next check-point and lets go;
 * - having been asked, it then waits until another thread has taken the
 *   lock: without this forced switch it would win it back at once;
 * - around anything that blocks the lock is let go unasked.
 */
#ifndef GIL_H
#define GIL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gil {
    pthread_mutex_t mutex;
    pthread_cond_t freed; /* the lock was let go */
    pthread_cond_t taken; /* somebody has taken it */
    bool locked;
    uint64_t switches; /* how often it went to another thread */
    uint64_t forced;   /* how often the holder let go because it was asked */
    size_t last_holder;
    uint64_t interval_ns;
    atomic_bool *asked; /* the drop request */
};

enum { GIL_INTERVAL_MS = 5 };

/* Makes a free lock. `asked` is set while a holder should let go; it is the
 * flag that check-points look at. 0, or an errno. */
int gil_init(struct gil *gil, uint64_t interval_ns, atomic_bool *asked);
void gil_destroy(struct gil *gil);

/* Takes the lock for thread `self`, a number of the caller's choice that no
 * other thread uses. Not recursive. */
void gil_take(struct gil *gil, size_t self);
/* Lets it go; only by its holder. */
void gil_drop(struct gil *gil, size_t self);
/* What the holder does at a check-point: lets go and takes it again if it
 * has been asked to. */
void gil_check(struct gil *gil, size_t self);

#endif
