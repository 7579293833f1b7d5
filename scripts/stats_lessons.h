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
 *               usable cores, or @twice as many. Or both are a primitive's
 *               cost: cost=NAME, of which there are nanoseconds in
 *               RUN/costs.json, kept there by the experiment `costs`
 *   quantity    what is compared: see stats_quantity.c  (default: elapsed_s);
 *               a cost has none, and is in seconds
 *   form        `a / b`, `a` or `a - b`                    (default: a / b,
 *               or a where there is no b; costs have no a - b)
 *   holds       bounds of lib/bound.h, with cores
 *   even        work or item: the sides have an x=, and there are such arms
 *               for other x, too. Between which of these is a / b 1? Told as
 *               the elapsed time of b there, or that of one of b's items. It
 *               decides nothing                                   (optional)
 *   say         a sentence with %r for what was found, or %t where that is
 *               a time, and %e for where they are even            (optional)
 *
 * A lesson may compare several things: each `a:` begins another one, to which
 * the lines `b` to `say` below it belong, and all of them have to hold: then
 * the sentences of all are told, else that of the one that decides. Where
 *
 *   given       stands in place of `holds`, the comparison is what the claim
 *               presumes: unless it holds, the lesson is not decided
 *
 * In place of comparisons, or beside them, a lesson may have a line
 *
 *   check       a command for the shell that decides without times, to be run
 *               once, in the repository's root, with $BUILD
 *   exit        the status with which it ends when the claim holds (default: 0)
 *
 * which has to hold, too. The exit statuses 77, 126 and 127 say that it cannot
 * run here, 124 (or a minute) that it did not end.
 *
 * A file that is none of this ends the program with EXIT_USAGE and one line.
 */
#ifndef STATS_LESSONS_H
#define STATS_LESSONS_H

#include "lib/bound.h"
#include "lib/fields.h"
#include "stats.h"

enum part_form { FORM_RATIO, FORM_ALONE, FORM_DIFFERENCE };
enum part_even { EVEN_NONE, EVEN_WORK, EVEN_ITEM };

struct lesson_part {
    unsigned line; /* of its `a` */
    struct settings a, b;
    bool has_b;
    enum part_form form;
    const char *cost_a, *cost_b; /* or NULL: a and b are arms */
    enum part_even even;
    bool given;                         /* only presumed */
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
    char why[1024];
};

/* stats_lesson_file.c: reads DIRECTORY/ID.lesson, all of them. */
struct lessons lessons_read(const char *directory);
void lessons_free(struct lessons *lessons);

/* stats_quantity.c: a quantity of an arm in a block; NaN where it cannot be
 * had. */
double quantity_of(const char *name, const struct arm *arm, size_t block);
bool quantity_known(const char *name);

/* stats_lesson_arms.c */
/* How many cores there are to compute with, for bounds and conditions. */
double cores_here(const struct results *results);
/* The one arm that a side means, or NULL where the plan has none; `x`, unless
 * it is NaN, in place of the side's own. Ends the program when several arms
 * that are not the same fit. */
const struct arm *arm_meant(const struct results *results,
                            const struct lesson *lesson,
                            const struct lesson_part *of,
                            const struct settings *side, double x);
/* Every x, ascending, for which there is an arm that else is as the side says.
 * The caller frees. */
double *arms_x(const struct results *results, const struct lesson *lesson,
               const struct settings *side, size_t *n);

/* stats_lesson_even.c: between which x the comparison passes 1, in words; what
 * was in `text` goes. */
void even_say(char *text, size_t bytes, const struct results *results,
              const struct lesson *lesson, const struct lesson_part *of);

/* "250 us"; answers `text`. */
const char *time_text(double seconds, char text[32]);

/* stats_lesson_costs.c: what RUN/costs.json says of a / b, or of a in seconds,
 * with `why`. False when it says nothing, and why not. */
bool costs_compare(const struct results *results, const struct lesson_part *of,
                   struct finding *finding);

/* stats_lesson_check.c: the check's exit status as it was kept in RUN, or -1,
 * and what it printed, "" where that is long. With `run` set it is run, and
 * kept, when that decides nothing. */
enum { CHECK_SAID = 256 };
int check_status(const struct results *results, const struct lesson *lesson,
                 bool run, char said[CHECK_SAID]);

/* stats_finding.c */
/* A comparison of two arms (b: or NULL), over blocks. */
struct interval summarised(const struct results *results,
                           const struct lesson_part *of, const struct arm *a,
                           const struct arm *b);
/* `run` as above. Ends the program when a lesson selects
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
