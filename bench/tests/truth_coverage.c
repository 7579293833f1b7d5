/*
 * truth_coverage.c - how often an interval holds the truth, and how often two
 * equal arms look different.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: a 95 % interval is a promise about repetitions: of 100 sessions,
 * about 95 have to make one that holds the true value. Whoever knows the
 * truth can count. Fewer is a lie, many more is a waste: a narrower interval
 * would have done.
 * Look at: cell_session, where one session becomes a few counts.
 * Left out: how wide the intervals are; power says that in another way.
 */
#include "truth.h"

#include "../../scripts/lib/amdahl.h"

#include <math.h>
#include <stdio.h>

static const double shares[] = {0, 0.01, 0.05, 0.2, 0.5};
static const size_t block_counts[LENGTHS] = {6, 8, 9, 12, 14, BLOCKS};

enum {
    SHARES = sizeof shares / sizeof *shares,
    CELLS = SHARES * NOISES * DRIFTS,
};

const char *const quantity_names[QUANTITIES] = {"s", "S(2)", "S(4)", "S(8)"};

/* What 20 blocks promise: 95.86 % where nothing is dependent. */
static const double LEAST = 0.94, MOST = 0.97, FALSE_ALARMS = 0.05;

static struct world cell_world(size_t cell)
{
    return (struct world){
        .share = shares[cell / DRIFTS / NOISES],
        .noise = cell / DRIFTS % NOISES,
        .drift = cell % DRIFTS,
        .drift_times = 1,
    };
}

static bool interval_holds(struct interval interval, double truth)
{
    return interval.low <= truth && truth <= interval.high;
}

static void cell_session(struct cell *cell, const struct world *world,
                         const struct session *session)
{
    for (size_t l = 0; l < LENGTHS; l++) {
        size_t blocks = block_counts[l];
        cell->held[l][0] +=
            interval_holds(session_share(session, blocks), world->share);
        for (size_t arm = 1; arm < COUNTS; arm++) {
            double truth = log(amdahl_speedup(world->share, workers_of[arm]));
            cell->held[l][arm] += interval_holds(
                session_log_ratio(session, ARM_ONE, arm, blocks), truth);
        }
        cell->false_alarms[l] += !interval_holds(
            session_log_ratio(session, ARM_TWIN, ARM_TWIN_AGAIN, blocks), 0);
        cell->found[l] +=
            session_log_ratio(session, ARM_MORE, ARM_TWIN, blocks).low > 0;
    }
}

void cell_run(struct cell *cell, const struct world *world,
              const struct asked *asked, size_t stream)
{
    gsl_rng *random = jobs_random(asked, stream);
    struct session session;
    for (size_t s = 0; s < asked->sessions; s++) {
        session_in_blocks(&session, world, random);
        cell_session(cell, world, &session);
    }
    gsl_rng_free(random);
}

static void cell_job(const struct asked *asked, size_t i, void *result)
{
    struct world world = cell_world(i);
    cell_run(result, &world, asked, i);
}

static double percent(size_t hits, size_t n)
{
    return 100 * (double)hits / (double)n;
}

/* Sums over the cells that have this noise and drift; a number beyond all of
 * them takes any. */
static struct cell cells_sum(const struct cell *cells, size_t noise,
                             size_t drift, size_t *sessions,
                             const struct asked *asked)
{
    struct cell sum = {0};
    *sessions = 0;
    for (size_t i = 0; i < CELLS; i++) {
        struct world world = cell_world(i);
        if ((noise < NOISES && world.noise != noise) ||
            (drift < DRIFTS && world.drift != drift))
            continue;
        *sessions += asked->sessions;
        for (size_t l = 0; l < LENGTHS; l++) {
            for (size_t q = 0; q < QUANTITIES; q++)
                sum.held[l][q] += cells[i].held[l][q];
            sum.false_alarms[l] += cells[i].false_alarms[l];
            sum.found[l] += cells[i].found[l];
        }
    }
    return sum;
}

/* -------------------------------------------------------------- coverage */

static void coverage_print(const struct asked *asked, const struct cell *cells)
{
    printf("\nCoverage in percent of 95 %% intervals, %d blocks, %zu sessions "
           "a cell\n  share noise        drift ",
           BLOCKS, asked->sessions);
    for (size_t q = 0; q < QUANTITIES; q++)
        printf(" %6s", quantity_names[q]);
    putchar('\n');
    for (size_t i = 0; i < CELLS; i++) {
        struct world world = cell_world(i);
        printf("  %5g %-12s %-6s", world.share, noise_names[world.noise],
               drift_names[world.drift]);
        for (size_t q = 0; q < QUANTITIES; q++)
            printf(" %6.2f",
                   percent(cells[i].held[LENGTHS - 1][q], asked->sessions));
        putchar('\n');
    }
}

/* Cell by cell; then all cells together, which a small sample knows best. */
static void coverage_judge(const struct asked *asked, const struct cell *cells)
{
    for (size_t q = 0; q < QUANTITIES; q++) {
        size_t good = 0, sessions;
        for (size_t i = 0; i < CELLS; i++)
            good += share_within(asked, cells[i].held[LENGTHS - 1][q],
                                 asked->sessions, LEAST, MOST);
        holds(good == CELLS, "%s: coverage of 94 to 97 %% in %zu of %d cells",
              quantity_names[q], good, CELLS);
        struct cell sum = cells_sum(cells, NOISES, DRIFTS, &sessions, asked);
        size_t held = sum.held[LENGTHS - 1][q];
        holds(share_within(asked, held, sessions, LEAST, MOST),
              "%s: coverage of 94 to 97 %% over all cells: %.2f %%",
              quantity_names[q], percent(held, sessions));
    }
}

/* A sign interval has steps: of 8 values, leaving out one at each end would
 * miss too often, so it is as wide as all 8, and holds more than it has to. */
static void lengths_print(const struct asked *asked, const struct cell *cells)
{
    size_t sessions;
    struct cell sum = cells_sum(cells, NOISES, DRIFTS, &sessions, asked);
    printf("\nCoverage in percent by the number of blocks, all cells\n  "
           "blocks");
    for (size_t q = 0; q < QUANTITIES; q++)
        printf(" %6s", quantity_names[q]);
    putchar('\n');
    for (size_t l = 0; l < LENGTHS; l++) {
        printf("  %6zu", block_counts[l]);
        for (size_t q = 0; q < QUANTITIES; q++)
            printf(" %6.2f", percent(sum.held[l][q], sessions));
        putchar('\n');
    }
}

/* ---------------------------------------------------------------- twins */

/* A table by noise and drift, of the count that `of` picks. */
static void twins_print(const struct asked *asked, const struct cell *cells,
                        const char *title,
                        size_t (*of)(const struct cell *, size_t length))
{
    printf("\n%s, in percent of sessions, by the number of blocks\n  "
           "noise        drift ",
           title);
    for (size_t l = 0; l < LENGTHS; l++)
        printf(" %6zu", block_counts[l]);
    putchar('\n');
    for (size_t noise = 0; noise < NOISES; noise++)
        for (size_t drift = 0; drift < DRIFTS; drift++) {
            size_t sessions;
            struct cell sum = cells_sum(cells, noise, drift, &sessions, asked);
            printf("  %-12s %-6s", noise_names[noise], drift_names[drift]);
            for (size_t l = 0; l < LENGTHS; l++)
                printf(" %6.2f", percent(of(&sum, l), sessions));
            putchar('\n');
        }
}

static size_t false_alarms_of(const struct cell *cell, size_t length)
{
    return cell->false_alarms[length];
}

static size_t found_of(const struct cell *cell, size_t length)
{
    return cell->found[length];
}

static void twins_judge(const struct asked *asked, const struct cell *cells)
{
    size_t good = 0, all = 0;
    for (size_t noise = 0; noise < NOISES; noise++)
        for (size_t drift = 0; drift < DRIFTS; drift++)
            for (size_t l = 0; l < LENGTHS; l++) {
                size_t sessions;
                struct cell sum =
                    cells_sum(cells, noise, drift, &sessions, asked);
                good += share_within(asked, sum.false_alarms[l], sessions, 0,
                                     FALSE_ALARMS);
                all++;
            }
    holds(good == all,
          "false alarms of equal arms: at most 5 %% in %zu of %zu cases", good,
          all);
}

void truth_coverage(const struct asked *asked)
{
    struct cell *cells = jobs_run(asked, CELLS, sizeof *cells, cell_job);
    coverage_print(asked, cells);
    lengths_print(asked, cells);
    twins_print(asked, cells, "False alarms: equal arms called different",
                false_alarms_of);
    twins_print(asked, cells, "Power: 3 % more work found", found_of);
    coverage_judge(asked, cells);
    twins_judge(asked, cells);
    jobs_free(cells, CELLS, sizeof *cells);
}
