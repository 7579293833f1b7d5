/*
 * disturbance.c - what went on beside a run, and whether it spoils the run.
 * SPDX-License-Identifier: MIT
 */
#include "disturbance.h"

#include <math.h>

/* /proc/stat counts in ticks of 10 ms, so one or two may be rounding. */
static const double LEAST_SEEN_NS = 30e6;

static double number_in(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

void disturbance_add(struct disturbance *sum, const json_t *outside)
{
    double cores = number_in(outside, "effective_cores");
    sum->capacity += number_in(outside, "window_ns") * fmax(cores, 1);
    sum->foreign += number_in(outside, "foreign_cpu_ns");
    sum->steal += number_in(outside, "steal_ns");
    sum->throttled += number_in(outside, "throttled_ns");
    if (cores > 0) {
        sum->cores_most = fmax(sum->cores_most, cores);
        sum->cores_least =
            sum->cores_least > 0 ? fmin(sum->cores_least, cores) : cores;
    }
}

unsigned disturbance_judge(const struct disturbance *sum, double cores)
{
    unsigned bits = 0;
    if (sum->foreign > LEAST_SEEN_NS &&
        sum->foreign > DISTURBED_FOREIGN_SHARE * sum->capacity)
        bits |= DISTURBED_FOREIGN;
    if (sum->steal > 0 && sum->steal > DISTURBED_STEAL_SHARE * sum->capacity)
        bits |= DISTURBED_STEAL;
    if (sum->throttled > 0 &&
        sum->throttled > DISTURBED_THROTTLED_SHARE * sum->capacity)
        bits |= DISTURBED_THROTTLED;
    if (sum->cores_least > 0) {
        double before = cores > 0 ? cores : sum->cores_most;
        if (fabs(sum->cores_least - before) > 0.01 ||
            fabs(sum->cores_most - before) > 0.01)
            bits |= DISTURBED_CORES;
    }
    return bits;
}

const char *disturbance_name(unsigned bit)
{
    switch (bit) {
    case DISTURBED_FOREIGN:
        return "foreign";
    case DISTURBED_STEAL:
        return "steal";
    case DISTURBED_THROTTLED:
        return "throttled";
    case DISTURBED_CORES:
        return "cores";
    default:
        return "";
    }
}
