/*
 * stats_lessons.h - claims of textbooks, as data, and what a run says of them.
 * SPDX-License-Identifier: MIT
 *
 * A lesson is a file ID.lesson of lines `key: value` (lib/fields.h):
 *
 *   id          the file's name without its ending
 *   claim       one sentence
 *   source      where it is made: "Effective Python, item 37"
 *   then        the figure that stands there, or in words what it shows
 *   needs       a condition on the machine: cores >= 2           (optional)
 *   lacks       what the programs here cannot do yet, so that the lesson
 *               cannot run                                       (optional)
 *   experiment  whose arms are meant, or which lesson's; without it, the
 *               lesson's own, which lines `arm:` list as those of an
 *               experiment do
 *   a, b        each selects one arm by kernel= strategy= workers= cores=
 *               inflight= items= size= series= x=; numbers may be @most, the
 *               usable cores, or @twice as many
 *   quantity    what is compared: see stats_quantity.c  (default: elapsed_s)
 *   form        `a / b`, `a` or `a - b`                    (default: a / b,
 *               or a where there is no b)
 *   holds       bounds of lib/bound.h, with cores
 *   say         a sentence with %r for what was found             (optional)
 *
 * A lesson may compare several things: each `a:` begins another one, to which
 * the lines `b` to `say` below it belong, and all of them have to hold. Or it
 * has in place of these a line
 *
 *   check       a command for the shell that decides without times, to be run
 *               once, in the repository's root, with $BUILD
 *   exit        the status with which it ends when the claim holds (default: 0)
 *
 * A file that is none of this ends the program with EXIT_USAGE and one line.
 */
#ifndef STATS_LESSONS_H
#define STATS_LESSONS_H

#include "lib/bound.h"
#include "lib/fields.h"
#include "stats.h"

enum part_form { FORM_RATIO, FORM_ALONE, FORM_DIFFERENCE };

struct lesson_part {
    unsigned line; /* of its `a` */
    struct settings a, b;
    bool has_b;
    enum part_form form;
    const char *quantity, *holds, *say; /* say: or NULL */
};

struct lesson {
    struct fields fields; /* owns all texts */
    const char *id, *claim, *source, *then;
    const char *needs, *lacks, *check; /* or NULL */
    const char *experiment;            /* whose arms are meant */
    long exit;                         /* status of the check that holds */
    struct lesson_part *parts;
    size_t parts_n;
};

struct lessons {
    struct lesson *list; /* by source, then by id */
    size_t n;
};

/* What a run says of a lesson. */
enum lesson_verdict {
    LESSON_HOLDS,
    LESSON_FAILS,
    LESSON_OPEN,   /* not decided */
    LESSON_UNABLE, /* cannot run here */
};

struct finding {
    enum lesson_verdict verdict;
    bool absent; /* not decided, as nobody asked: the run has no such arm */
    struct interval found; /* of the comparison that decides */
    char bound[160];       /* the same comparison's, with its numbers */
    char why[512];
};

/* stats_lesson_file.c: reads DIRECTORY/ID.lesson, all of them. */
struct lessons lessons_read(const char *directory);
void lessons_free(struct lessons *lessons);

/* stats_quantity.c: a quantity of an arm in a block; NaN where it cannot be
 * had. */
double quantity_of(const char *name, const struct arm *arm, size_t block);
bool quantity_known(const char *name);

/* stats_lesson_check.c: the check's exit status as it was kept in RUN, or -1.
 * With `run` set it is run, and kept, when that decides nothing. */
int check_status(const struct results *results, const struct lesson *lesson,
                 bool run);

/* stats_finding.c: `run` as above. Ends the program when a lesson selects
 * several arms that are not the same. */
struct finding finding_of(const struct results *results,
                          const struct lesson *lesson, bool run);
const char *lesson_verdict_text(enum lesson_verdict verdict);

/* stats_lessons.c: RUN/lessons.csv; the same as rows for the report. Each
 * answers the exit status. */
int lessons_write(const struct results *results, const char *directory);
int lessons_rows(const struct results *results, const char *directory);
/* "0.52 [0.51, 0.53]", or "-" where nothing was found. Valid until the next
 * call. */
const char *found_text(const struct interval *found);

/* stats_verdicts.c: how many hold, as a sentence; that and a line for each one
 * that the run has anything of, nothing when there is none. */
int lessons_count(const struct results *results, const char *directory);
void lessons_print(const struct results *results, const char *directory);

#endif
