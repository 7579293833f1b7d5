/*
 * memory.h - the memory that all workers of a run share.
 * SPDX-License-Identifier: MIT
 *
 * One memfd holds everything that more than one worker touches: the run, a
 * tally for each worker, the answers, the kernel's own part. Threads and
 * forked processes have it at the same address; an exec'd program inherits
 * the descriptor and maps it wherever there is room, which is why nothing in
 * it may be a pointer that another program follows.
 */
#ifndef MEMORY_H
#define MEMORY_H

#include "digest.h"
#include "latency.h"
#include "options.h"

struct memory {
    int descriptor;
    struct run *run;
    struct tally *tallies;   /* one per worker */
    uint64_t *answers;       /* of the current round, one per item */
    struct latency *latency; /* of kernels that wait; else NULL */
    int *cores;              /* OS numbers of the cores in use */
    size_t cores_count;
};

/* The one of this process; valid after create or attach. */
extern struct memory memory;

/* Makes and maps it, zeroed, for the counts in `run`, and copies `run` into
 * it. Dies when there is not enough. */
void memory_create(const struct run *run, const struct topology *topology,
                   size_t cores);

/* Maps the memory of the program that exec'd this one. memory.run is then a
 * private copy whose pointers are valid here, and memory.tallies are this
 * program's own: how they get back is the strategy's affair. */
void memory_attach(int descriptor, const struct settings *settings);

#endif
