/*
 * op.h - carrying out an op: by blocking, or by trying.
 * SPDX-License-Identifier: MIT
 *
 * Two of the ways to wait, for strategies to build on. Blocking is what
 * threads and processes do. Trying is what an event loop does: do it now if
 * it can be done now, otherwise say what to watch. The third way, handing
 * the op to the system and hearing when it is done, is in uring.c.
 */
#ifndef OP_H
#define OP_H

#include "../../kernels/kernel.h"

/* Carries the op out in the calling thread. Result as for await(). */
int64_t op_block(struct op *op);

/*
 * Carries the op out if that needs no waiting: true, and *result is set.
 * False: try again when op_readiness says so. OP_SLEEP is never done here:
 * time is the caller's. Regular files have no readiness and always count as
 * ready, so reading one, writing one and OP_FSYNC block the thread; so does
 * OP_LOCK, whose holder never waits for long. Pipes become non-blocking.
 */
bool op_try(struct op *op, int64_t *result);

/* Whether a result means that the op has done all that was asked of it. */
bool op_complete(const struct op *op, int64_t result);

/* Whether an op reads the answer to what the op before it sends: that cannot be
 * there yet when the sending is done, so to look at once is in vain. */
bool op_answers(const struct op *op, const struct op *before);

/* What to watch: a descriptor and poll(2) events. For OP_WAIT_CHILD a new
 * pidfd, which the caller closes (owned is set); -1 when the system has
 * none. */
struct readiness {
    int fd;
    short events;
    bool owned;
};
struct readiness op_readiness(const struct op *op);

/* Blocks until the lock is free and takes it: OP_LOCK itself. */
void lock_wait(struct lock *lock);

#endif
