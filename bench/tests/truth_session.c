/*
 * truth_session.c - a plan run in a world, and what the tools say of it.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: what is tested here is the measuring itself. The order comes from
 * the function that the sweep uses, the estimates from those that the
 * statistics use; only time is made up.
 * Look at: session_in_blocks beside session_by_arm. They run equally many
 * runs of the same arms, in another order.
 * Left out: arms that fail. Files and processes: truth_files.sh has those.
 */
#include "truth.h"

#include "../../scripts/lib/amdahl.h"
#include "../../scripts/lib/order.h"

#include <gsl/gsl_randist.h>
#include <math.h>

/* Of the first arms with one worker, and of the twins. Others are there to
 * take time: from FILLER_LEAST_S up to sixteen times that. */
static const double ONE_WORKER_S = 0.4, TWIN_S = 0.2, FILLER_LEAST_S = 0.02;

/* Arms that are compared stand apart in a plan, as they do in real ones: a
 * neighbour would be compared under the same drift in any order. */
enum { STRIDE = 5 };

const double workers_of[COUNTS] = {1, 2, 4, 8};

double arm_nominal(const struct world *world, size_t arm)
{
    if (arm < COUNTS)
        return ONE_WORKER_S / amdahl_speedup(world->share, workers_of[arm]);
    if (arm == ARM_MORE)
        return MORE * TWIN_S;
    if (arm < WATCHED)
        return TWIN_S;
    return FILLER_LEAST_S * exp2((double)(arm % 5));
}

static size_t plan_arms(const struct world *world)
{
    return world->arms > 0 ? world->arms : ARMS;
}

static struct weather session_weather(const struct world *world,
                                      gsl_rng *random)
{
    double block_s = 0;
    for (size_t arm = 0; arm < plan_arms(world); arm++)
        block_s += arm_nominal(world, arm);
    return weather_begin(world, block_s, BLOCKS * block_s, random);
}

void session_in_blocks(struct session *session, const struct world *world,
                       gsl_rng *random)
{
    struct weather weather = session_weather(world, random);
    uint64_t seed = gsl_rng_get(random);
    size_t order[ARMS], n = plan_arms(world);
    for (unsigned b = 0; b < BLOCKS; b++) {
        order_of_block(seed, b + 1, n, order);
        for (size_t i = 0; i < n; i++) {
            size_t arm = order[i] * STRIDE % n;
            session->seconds[b][arm] =
                weather_run(&weather, arm_nominal(world, arm));
        }
    }
}

void session_by_arm(struct session *session, const struct world *world,
                    gsl_rng *random)
{
    struct weather weather = session_weather(world, random);
    size_t order[ARMS], n = plan_arms(world);
    for (size_t i = 0; i < n; i++)
        order[i] = i;
    gsl_ran_shuffle(random, order, n, sizeof *order);
    for (size_t i = 0; i < n; i++)
        for (size_t b = 0; b < BLOCKS; b++)
            session->seconds[b][order[i]] =
                weather_run(&weather, arm_nominal(world, order[i]));
}

struct interval session_share(const struct session *session, size_t blocks)
{
    double shares[BLOCKS];
    for (size_t b = 0; b < blocks; b++)
        shares[b] = amdahl_share(workers_of, session->seconds[b], COUNTS);
    return interval_of(shares, blocks);
}

struct interval session_log_ratio(const struct session *session, size_t base,
                                  size_t arm, size_t blocks)
{
    double logs[BLOCKS];
    for (size_t b = 0; b < blocks; b++)
        logs[b] = log(session->seconds[b][base] / session->seconds[b][arm]);
    return interval_of(logs, blocks);
}
