/*
 * disturbance.h - what went on beside a run, and whether it spoils the run.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: a run is judged by what can be seen from outside, never by its own
 * time: leaving out runs because they were slow makes every program look
 * calm. The sweep judges blocks while it measures and queues the disturbed
 * ones again; the statistics judge them once more, by the same rule, from
 * samples.jsonl alone.
 */
#ifndef DISTURBANCE_H
#define DISTURBANCE_H

#include <jansson.h>
#include <stdbool.h>

enum {
    DISTURBED_FOREIGN = 1,   /* others used the processors */
    DISTURBED_STEAL = 2,     /* the hypervisor gave them to another guest */
    DISTURBED_THROTTLED = 4, /* a control group's quota was used up */
    DISTURBED_CORES = 8,     /* there were fewer or more cores than before */
};

/* How much is too much, in parts of the time of all cores. */
#define DISTURBED_FOREIGN_SHARE 0.02
#define DISTURBED_STEAL_SHARE 0.01
#define DISTURBED_THROTTLED_SHARE 0.01

/* Sums over one sample or many; all times in nanoseconds. */
struct disturbance {
    double capacity; /* the window's time times the effective cores */
    double foreign;  /* busy time less the own tree's; one sample's may be
                        below 0, since the kernel counts in ticks */
    double steal, throttled;
    double cores_least, cores_most; /* effective cores seen; 0: none yet */
};

/* Adds the `outside` object of a sample (see below); what lacks is 0.
 *   window_ns, effective_cores, foreign_cpu_ns, steal_ns, throttled_ns */
void disturbance_add(struct disturbance *sum, const json_t *outside);

/* Which of the four it was, as bits; 0: undisturbed. `cores` is how many
 * effective cores the session began with, 0 when that is not known. Less
 * time of others than three ticks of the kernel's clock cannot be seen. */
unsigned disturbance_judge(const struct disturbance *sum, double cores);

/* "foreign", "steal", ... for one bit. */
const char *disturbance_name(unsigned bit);

#endif
