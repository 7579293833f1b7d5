/*
 * sweep_fit.c - makes a plan fit into the time there is.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: few points measured often say more than many measured once, so
 * when time is short the plan shrinks and the number of blocks does not. The
 * experiments say by rank what goes first: middle points, then whole kernels,
 * since few complete charts say more than many with holes.
 * Left out: shrinking the work of an arm. Its time would sink towards that
 * of starting a process, and the chart would show the latter.
 */
#include "sweep.h"

#include <stdlib.h>
#include <string.h>

enum { STAYS = 1 }; /* the least rank of an arm */

/* What the warm-up takes, in blocks: about a tenth of the arms. */
static const double WARM_UP = 0.1;
static const double SPARE = 0.1;

bool arm_runs(const struct arm *arm)
{
    return arm->closed == NULL && arm->same == NULL;
}

double plan_block_s(const struct plan *plan)
{
    double sum = 0;
    for (size_t i = 0; i < plan->count; i++)
        if (arm_runs(&plan->arms[i]))
            sum += plan->arms[i].estimate_s;
    return sum;
}

/* What is said to be left out when an arm goes; arms that say the same go
 * together. The caller frees. */
static char *arm_goes(const struct arm *arm)
{
    const char *kernel = strstr(arm->goes, "%k");
    if (*arm->goes == '\0')
        return text_format("experiment %s", arm->experiment);
    if (kernel == NULL)
        return text_copy(arm->goes);
    return text_format("%.*s%s%s", (int)(kernel - arm->goes), arm->goes,
                       arm->kernel, kernel + 2);
}

static bool goes_with(const struct arm *arm, const struct arm *other)
{
    char *one = arm_goes(arm), *two = arm_goes(other);
    bool same = arm->rank == other->rank && strcmp(one, two) == 0;
    free(one);
    free(two);
    return same;
}

/* What the arms cost that go together with this one; what another arm is run
 * for anyway costs nothing. */
static double group_s(const struct plan *plan, const struct arm *arm)
{
    double sum = 0;
    for (size_t i = 0; i < plan->count; i++)
        if (plan->arms[i].same == NULL && goes_with(&plan->arms[i], arm))
            sum += plan->arms[i].estimate_s;
    return sum;
}

/* An arm of the group that goes next: of those of the highest rank, the one
 * that costs most; or NULL. */
static const struct arm *plan_next(const struct plan *plan)
{
    const struct arm *next = NULL;
    double most = 0;
    for (size_t i = 0; i < plan->count; i++) {
        const struct arm *arm = &plan->arms[i];
        if (arm->rank <= STAYS || (next != NULL && arm->rank < next->rank))
            continue;
        double cost = group_s(plan, arm);
        if (next == NULL || arm->rank > next->rank || cost > most) {
            next = arm;
            most = cost;
        }
    }
    return next;
}

/* Tells what goes, and keeps it for session.json: a reader of the report must
 * see it too. */
static void plan_tell(struct plan *plan, const struct arm *arm)
{
    char *what = arm_goes(arm), *remedy;
    if (*arm->goes == '\0')
        remedy = text_format("EXPERIMENT=%s or a longer BUDGET takes it in",
                             arm->experiment);
    else if (strstr(arm->goes, "%k") != NULL)
        remedy = text_format("KERNELS=%s or a longer BUDGET takes it in",
                             arm->kernel);
    else
        remedy = text_copy("a longer BUDGET takes them in");
    progress_clear();
    fprintf(stderr, "sweep: short of time: left out %s; %s\n", what, remedy);
    char *line = text_format("%s: short of time; %s", what, remedy);
    if (plan->left_out == NULL)
        plan->left_out = json_array();
    json_array_append_new(plan->left_out, json_string(line));
    free(line);
    free(what);
    free(remedy);
}

/* Drops the arms that go together with this one. */
static void plan_drop(struct plan *plan, const struct arm *arm)
{
    struct arm like = {.rank = arm->rank,
                       .goes = arm_goes(arm),
                       .kernel = arm->kernel,
                       .experiment = arm->experiment};
    size_t kept = 0, gone = 0, before = plan->count;
    struct arm *dropped = calloc(before, sizeof *dropped);
    if (dropped == NULL)
        die(0, "memory");
    for (size_t i = 0; i < before; i++)
        if (goes_with(&plan->arms[i], &like))
            dropped[gone++] = plan->arms[i];
        else
            plan->arms[kept++] = plan->arms[i];
    plan->count = kept;
    for (size_t i = 0; i < gone; i++)
        arm_free(&dropped[i]);
    free(dropped);
    free(like.goes);
}

/* The warm-up and GOOD_BLOCKS blocks have to fit into the budget, with a
 * tenth to spare: arms take longer in a sweep than in their trial. What was
 * asked for by name stays. */
void plan_fit(struct plan *plan, const struct asked *asked, double spent_s)
{
    double fits_s =
        (asked->budget_s - spent_s) / (GOOD_BLOCKS + WARM_UP) / (1 + SPARE);
    if (asked->full || asked->budget_s == 0 || asked->blocks > 0 ||
        asked->kernels.count > 0)
        return;
    const struct arm *next;
    while (plan_block_s(plan) > fits_s && (next = plan_next(plan)) != NULL) {
        plan_tell(plan, next);
        plan_drop(plan, next);
        plan_share(plan);
    }
}
