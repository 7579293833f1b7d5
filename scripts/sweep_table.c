/*
 * sweep_table.c - plan.tsv: a plan as a table, written and read back.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: results are kept together with the exact commands they came from.
 * Each line of the table ends with one that can be pasted into a shell.
 * Left out: quoting of tabs. No name and no option holds one.
 */
#include "sweep.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char header[] =
    "arm\tchart\trole\tstrategy\tkernel\tbound\tworkers\tcores\titems\t"
    "command\texperiment\tseries\tx\tsize\tbase\tsame\n";

enum { COLUMNS = 16 };

struct arm *plan_extend(struct plan *plan)
{
    if (plan->count == plan->room) {
        plan->room = plan->room == 0 ? 64 : 2 * plan->room;
        plan->arms = realloc(plan->arms, plan->room * sizeof *plan->arms);
        if (plan->arms == NULL)
            die(ENOMEM, "memory");
    }
    return &plan->arms[plan->count++];
}

void plan_write(const struct plan *plan, FILE *file)
{
    fputs(header, file);
    for (size_t i = 0; i < plan->count; i++) {
        const struct arm *arm = &plan->arms[i];
        fprintf(file,
                "%s\t%s\t%s\t%s\t%s\t%s\t%u\t%u\t%" PRIu64
                "\t%s\t%s\t%s\t%.10g\t%" PRIu64 "\t%s\t%s\n",
                arm->id, arm->chart, arm->role, arm->strategy, arm->kernel,
                arm->bound, arm->workers, arm->cores, arm->items, arm->command,
                arm->experiment, arm->series, arm->x, arm->size,
                arm->base ? "yes" : "no", arm->same == NULL ? "" : arm->same);
    }
}

/* Splits a line at its tabs; false when it has too few. */
static bool row_split(char *line, char *cells[COLUMNS])
{
    line[strcspn(line, "\n")] = '\0';
    for (int c = 0; c < COLUMNS; c++)
        cells[c] = strsep(&line, "\t");
    return cells[COLUMNS - 1] != NULL && line == NULL;
}

bool plan_known(const char *path)
{
    char *line = text_of_file(path);
    bool known = line != NULL && strlen(line) + 1 == strlen(header) &&
                 strncmp(line, header, strlen(line)) == 0;
    free(line);
    return known;
}

struct plan plan_read(const char *path)
{
    struct plan plan = {0};
    FILE *file = fopen(path, "re");
    if (file == NULL)
        die(errno, "%s", path);
    char *line = NULL, *cells[COLUMNS];
    size_t room = 0;
    if (getline(&line, &room, file) < 0 || strcmp(line, header) != 0)
        die(0, "%s: not a plan", path);
    while (getline(&line, &room, file) > 0) {
        if (!row_split(line, cells))
            die(0, "%s: line %zu is not an arm", path, plan.count + 2);
        *plan_extend(&plan) = (struct arm){
            .id = text_copy(cells[0]),
            .chart = text_copy(cells[1]),
            .role = text_copy(cells[2]),
            .strategy = text_copy(cells[3]),
            .kernel = text_copy(cells[4]),
            .bound = text_copy(cells[5]),
            .workers = (unsigned)strtoul(cells[6], NULL, 10),
            .cores = (unsigned)strtoul(cells[7], NULL, 10),
            .items = strtoull(cells[8], NULL, 10),
            .command = text_copy(cells[9]),
            .experiment = text_copy(cells[10]),
            .series = text_copy(cells[11]),
            .x = strtod(cells[12], NULL),
            .size = strtoull(cells[13], NULL, 10),
            .base = strcmp(cells[14], "yes") == 0,
            .same = *cells[15] == '\0' ? NULL : text_copy(cells[15]),
            .goes = text_copy(""),
        };
    }
    free(line);
    fclose(file);
    return plan;
}

void arm_free(struct arm *arm)
{
    char *owned[] = {arm->id,     arm->chart, arm->role,    arm->strategy,
                     arm->kernel, arm->bound, arm->command, arm->closed,
                     arm->fault,  arm->words, arm->goes,    arm->experiment,
                     arm->series, arm->same};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        free(owned[i]);
}

void plan_free(struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++)
        arm_free(&plan->arms[i]);
    json_decref(plan->left_out);
    free(plan->arms);
}
