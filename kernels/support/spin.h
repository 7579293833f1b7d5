/*
 * spin.h - a lock whose waiters stay awake and look again and again.
 * SPDX-License-Identifier: MIT
 *
 * Test and test-and-set: a waiter only reads until the lock looks free, so
 * its cache line is shared by all waiters and moves once a release, not once
 * a look. Works between processes too; zeroed memory is a free lock.
 *
 * Left out: fairness (a ticket or queue lock has it), and giving up the core
 * after a while, as a mutex does.
 */
#ifndef SPIN_H
#define SPIN_H

#include <stdatomic.h>
#include <stdbool.h>

struct spin {
    atomic_bool taken;
};

/* Tells the processor that this is a waiting loop: it then spends less power
 * on it and leaves more to the other thread of the same core. */
static inline void spin_pause(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ __volatile__("yield");
#endif
}

static inline void spin_acquire(struct spin *spin)
{
    while (atomic_exchange_explicit(&spin->taken, true, memory_order_acquire)) {
        while (atomic_load_explicit(&spin->taken, memory_order_relaxed))
            spin_pause();
    }
}

static inline void spin_release(struct spin *spin)
{
    atomic_store_explicit(&spin->taken, false, memory_order_release);
}

#endif
