/*
 * truth_world.c - a machine that exists on paper: its noise and its drift.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: two things change a time. Noise is a run's own: a page that lay
 * badly, an interrupt. Drift is the machine's: all runs of a minute share it,
 * because the processor is hot or another guest computes. Both multiply, as
 * far as is known of machines: they take a part of the processor, so a run
 * that is twice as long loses twice as much.
 * Look at: the figures below. Shared machines with two to four processors
 * were seen to be 30 to 50 % slower for some minutes, so drift is of that
 * size; within an undisturbed minute equal runs agree to a few percent.
 *   clean         lognormal, 2 %
 *   bimodal       3 of 10 runs are 6 % slower (memory that lies otherwise)
 *   exponential   never faster than the truth, on average 5 % slower
 *   contaminated  clean, but 8 of 100 runs take 1.2 to 2.2 times as long
 *   linear        from the first to the last run 1.4 times as slow, or fast
 *   step          1.4 times as slow, or fast, from some moment on
 *   AR(1)         the log wanders with a standard deviation of 0.2 and
 *                 forgets in 4 blocks: a neighbour who comes and goes
 * Left out: noise that adds, unless asked for (delay_s). See truth_delay().
 */
#include "truth.h"

#include <gsl/gsl_randist.h>
#include <math.h>

static const double CLEAN = 0.02, NARROW = 0.01, SECOND_MODE = 1.06,
                    SECOND_MODE_CHANCE = 0.3, ONE_SIDED = 0.05,
                    OUTLIER_CHANCE = 0.08, OUTLIER_LEAST = 1.2,
                    OUTLIER_MOST = 2.2, LINEAR = 1.4, STEP = 1.4,
                    WANDERING = 0.2, RELAXATION_BLOCKS = 4, GAP_S = 0.003;

const char *const noise_names[NOISES] = {"clean", "bimodal", "exponential",
                                         "contaminated"};
const char *const drift_names[DRIFTS] = {"none", "linear", "step", "AR(1)"};

/* ---------------------------------------------------------------- noise */

static double lognormal(gsl_rng *random, double deviation)
{
    return exp(gsl_ran_gaussian_ziggurat(random, deviation));
}

static double noise_draw(enum noise noise, gsl_rng *random)
{
    switch (noise) {
    case NOISE_BIMODAL:
        return lognormal(random, NARROW) *
               (gsl_rng_uniform(random) < SECOND_MODE_CHANCE ? SECOND_MODE : 1);
    case NOISE_EXPONENTIAL:
        return 1 + gsl_ran_exponential(random, ONE_SIDED);
    case NOISE_CONTAMINATED:
        return lognormal(random, CLEAN) *
               (gsl_rng_uniform(random) < OUTLIER_CHANCE
                    ? gsl_ran_flat(random, OUTLIER_LEAST, OUTLIER_MOST)
                    : 1);
    default:
        return lognormal(random, CLEAN);
    }
}

/* ---------------------------------------------------------------- drift */

struct weather weather_begin(const struct world *world, double block_s,
                             double session_s, gsl_rng *random)
{
    static const double heights[DRIFTS] = {0, LINEAR, STEP, 0};
    double sign = gsl_rng_uniform(random) < 0.5 ? -1 : 1;
    struct weather weather = {
        .world = world,
        .random = random,
        .session_s = session_s,
        .relaxation_s = block_s * (world->relaxation > 0 ? world->relaxation
                                                         : RELAXATION_BLOCKS),
        .moment = gsl_rng_uniform(random),
    };
    if (heights[world->drift] > 0)
        weather.height = sign * world->drift_times * log(heights[world->drift]);
    if (world->drift == DRIFT_AR1) {
        weather.height = world->drift_times * WANDERING;
        weather.level = gsl_ran_gaussian_ziggurat(random, weather.height);
    }
    return weather;
}

/* A first-order autoregressive process, asked at unequal moments: what is
 * left of the old level shrinks with time, and what comes new keeps the
 * deviation as it was. */
static double wander(struct weather *weather, double at_s)
{
    double passed = fmax(at_s - weather->level_at_s, 0) / weather->relaxation_s;
    double kept = exp(-passed);
    weather->level_at_s = at_s;
    weather->level =
        kept * weather->level +
        gsl_ran_gaussian_ziggurat(weather->random,
                                  weather->height * sqrt(1 - kept * kept));
    return weather->level;
}

/* The log of how much slower the machine is. */
static double drift_at(struct weather *weather, double at_s)
{
    switch (weather->world->drift) {
    case DRIFT_LINEAR:
        return weather->height * fmin(at_s / weather->session_s, 1);
    case DRIFT_STEP:
        return at_s > weather->moment * weather->session_s ? weather->height
                                                           : 0;
    case DRIFT_AR1:
        return wander(weather, at_s);
    default:
        return 0;
    }
}

/* The drift of a run is that of its middle. */
double weather_run(struct weather *weather, double nominal_s)
{
    const struct world *world = weather->world;
    double own_s = nominal_s * noise_draw(world->noise, weather->random);
    if (world->delay_s > 0)
        own_s += gsl_ran_exponential(weather->random, world->delay_s);
    double seconds =
        own_s * exp(drift_at(weather, weather->now_s + nominal_s / 2));
    weather->now_s += seconds + GAP_S;
    return seconds;
}
