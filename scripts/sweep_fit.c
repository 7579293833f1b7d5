/*
 * sweep_fit.c - makes a plan fit into the time there is.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: few points measured often say more than many measured once, so
 * when time is short the plan shrinks and the number of blocks does not.
 * Left out: shrinking the work of an arm. Its time would sink towards that
 * of starting a process, and the chart would show the latter.
 */
#include "sweep.h"

#include <stdlib.h>
#include <string.h>

static const char *const steps[] = {
    [RANK_OTHERS_STEP] = "items in flight but for one kernel",
    [RANK_INFLIGHT_STEP] = "items in flight",
    [RANK_CORES_STEP] = "cores",
};

/* What the warm-up takes, in blocks: about a tenth of the arms. */
static const double WARM_UP = 0.1;

double plan_block_s(const struct plan *plan)
{
    double sum = 0;
    for (size_t i = 0; i < plan->count; i++)
        if (plan->arms[i].closed == NULL)
            sum += plan->arms[i].estimate_s;
    return sum;
}

/* Drops the arms of a rank, or of a kernel; returns how many. */
static size_t plan_drop(struct plan *plan, unsigned rank, const char *kernel)
{
    size_t kept = 0, before = plan->count;
    for (size_t i = 0; i < before; i++) {
        struct arm *arm = &plan->arms[i];
        if ((kernel != NULL && strcmp(arm->kernel, kernel) == 0) ||
            (kernel == NULL && arm->rank == rank))
            arm_free(arm);
        else
            plan->arms[kept++] = *arm;
    }
    plan->count = kept;
    return before - kept;
}

/* What the arms of a kernel cost that has a chart of its own. Counters share
 * one, and cost little. */
static double kernel_s(const struct plan *plan, const char *kernel)
{
    double sum = 0;
    for (size_t i = 0; i < plan->count; i++)
        if (strcmp(plan->arms[i].chart, "counters") != 0 &&
            strcmp(plan->arms[i].kernel, kernel) == 0)
            sum += plan->arms[i].estimate_s;
    return sum;
}

/* The kernel that costs most, those that stay excepted; or NULL. */
static const struct kernel_entry *
plan_dearest(const struct plan *plan, const struct catalogue *catalogue,
             const struct kernel_entry *computes,
             const struct kernel_entry *waits)
{
    const struct kernel_entry *dearest = NULL;
    double most = 0;
    for (size_t k = 0; k < catalogue->kernels_n; k++) {
        const struct kernel_entry *kernel = &catalogue->kernels[k];
        double cost = kernel_s(plan, kernel->name);
        if (kernel != computes && kernel != waits && cost > most) {
            most = cost;
            dearest = kernel;
        }
    }
    return dearest;
}

/* Tells what goes, and keeps it for session.json: a reader of the report must
 * see it too. Frees both texts. */
static void plan_tell(struct plan *plan, char *what, char *remedy)
{
    fprintf(stderr, "sweep: short of time: left out %s; %s\n", what, remedy);
    char *line = text_format("%s: short of time; %s", what, remedy);
    if (plan->left_out == NULL)
        plan->left_out = json_array();
    json_array_append_new(plan->left_out, json_string(line));
    free(line);
    free(what);
    free(remedy);
}

/*
 * The warm-up and LEAST_BLOCKS blocks have to fit into the budget. Middle
 * points go first, then whole kernels, since few complete charts say more
 * than many with holes. What was asked for by name stays.
 */
void plan_fit(struct plan *plan, const struct asked *asked,
              const struct catalogue *catalogue,
              const struct kernel_entry *computes,
              const struct kernel_entry *waits)
{
    double fits_s = asked->budget_s / (LEAST_BLOCKS + WARM_UP);
    if (asked->full || asked->budget_s == 0 || asked->blocks > 0 ||
        asked->kernels.count > 0)
        return;
    for (unsigned rank = RANK_OTHERS_STEP;
         rank <= RANK_CORES_STEP && plan_block_s(plan) > fits_s; rank++)
        if (plan_drop(plan, rank, NULL) > 0)
            plan_tell(plan, text_format("every other step of %s", steps[rank]),
                      text_copy("a longer BUDGET takes them in"));
    const struct kernel_entry *k;
    while (plan_block_s(plan) > fits_s &&
           (k = plan_dearest(plan, catalogue, computes, waits)) != NULL) {
        plan_drop(plan, RANK_STAYS, k->name);
        plan_tell(
            plan, text_format("kernel %s", k->name),
            text_format("KERNELS=%s or a longer BUDGET takes it in", k->name));
    }
}
