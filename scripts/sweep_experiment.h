/*
 * sweep_experiment.h - experiments: which arms a plan has, as data.
 * SPDX-License-Identifier: MIT
 *
 * An experiment is a file scripts/experiments/NAME.experiment in the form of
 * lib/fields.h. Its keys:
 *   title, question   one sentence each
 *   part              the section of the report that it belongs to (default:
 *                     its own name); EXPERIMENT= takes either name
 *   order             the place of that section, 0 to 999 (default: the last)
 *   chart             how it is drawn: lines, speedup, inflight, counters,
 *                     granularity, none; or from the files of its `once`
 *                     lines: costs, timeline, occupancy
 *   uses              another experiment whose arms it draws; it has none of
 *                     its own
 *   kernels           a,b: only these are drawn
 *   each              kernel: a chart for each of them; otherwise one for all
 *   x                 what the x axis shows, with its unit
 *   y, right          which quantity the lines show, and which the dots on
 *                     the right do (default: that of y at the last x)
 *   y name, right name  what these are, in words
 *   xlog, ylog        yes or no
 *   bound             a line to compare with: ideal (y = x), one, half, little
 *                     (items in flight / time of one, by Little's law) or most
 *                     (the most that any arm reached)
 *   bound name        what that is, in words
 *   plan              full: only the full plan has it by itself; otherwise
 *                     both plans do
 *   rank              what goes first when time is short: 9, then 8, ...;
 *                     1 stays
 *   arm               arms, a product of lists (below); also `quick arm` and
 *                     `full arm`, for one plan, and `kernels arm` and
 *                     `strategies arm`, for a quick sweep with KERNELS= or
 *                     STRATEGIES= (the full plan has them anyway)
 *   once              FILE = COMMAND: run after the last block, not timed;
 *                     what it prints is kept as FILE, or traces/FILE, in the
 *                     run's directory; also `quick once` and `full once`
 *
 * The settings of an arm line, all but kernel and strategy optional:
 *   kernel       names and the sets @cpu @memory @io @shared @none; -name takes
 *                one away again. Of a|b|... the first that there is, and of a
 *                set there the first kernel
 *   strategy     names and the sets @all, @parallel (computes with several
 *                workers), @waiting, @single (has one worker); -name and a|b
 *                as with kernels
 *   workers, cores, inflight, items, size, x
 *                numbers and the sets @cores (those swept), @ends (the first
 *                and the last of them), @middle (the others), @most (the
 *                last), @twice (twice that), or a multiple such as 100*@most.
 *                Lists that are spelled alike advance together
 *   series       the name of the line in the chart (default: the strategy)
 *   options      further words for the command, in double quotes: options of
 *                the kernel or of the strategy
 *   judge        the strategy that shows the right answer (default:
 *                sequential, which may take too long)
 *   base         yes: what other arms are divided by
 *   rank, goes   as above; and what is said to be left out then, where %k is
 *                the kernel
 *   twin         how well the arm serves as the one that is run twice
 *
 * Files NAME.lesson in ../lessons, beside the experiments, may have arm lines,
 * too. They are planned like an experiment NAME without a chart, in the part
 * `lessons`, unless the sweep has only some kernels or strategies.
 *
 * Arms of several experiments may have one command. It is run once in a block
 * and counts for all of them: the column `same` of plan.tsv.
 *
 * How an arm is made fit for its strategy: one that has one worker gets no
 * more; n items in flight are --inflight n for whoever has that option, and n
 * workers for others. What comes out the same is one arm.
 */
#ifndef SWEEP_EXPERIMENT_H
#define SWEEP_EXPERIMENT_H

#include "sweep.h"

#include "lib/fields.h"

struct experiment {
    char *name; /* of the file, without its end */
    struct fields fields;
    const char *chart, *part, *uses; /* uses: NULL when it has own arms */
    unsigned rank, order;
    bool full_only;
    bool lesson; /* from scripts/lessons/, with nothing but arms */
};

struct experiments {
    char *directory;
    size_t count;
    struct experiment *list; /* by name; lessons last */
};

/* Reads all files of a directory; ends the program with EXIT_USAGE when it is
 * not there, or holds none, or at the first malformed one. */
struct experiments experiments_read(const char *directory);
void experiments_free(struct experiments *experiments);
/* The experiment that is meant by a name or by that of its part, or the first
 * of several; or NULL. */
const struct experiment *experiments_find(const struct experiments *experiments,
                                          const char *name);

/* Which of its lines count in this sweep, by the word before the key's last
 * one: "arm", "quick arm". */
bool experiment_applies(const struct asked *asked,
                        const struct experiment *experiment,
                        const struct field *field, const char *kind);

/* All experiments but lessons that this sweep has, as an array for
 * session.json, in the order of the report. Of each its name, every key that
 * comes once at the most (blanks in it are _; null where the file lacks it, but
 * `part` and `order` always there, the latter a number; `xlog` and `ylog`
 * truths), and `once`, a list of objects with `file` and `command`. */
json_t *experiments_json(const struct experiments *experiments,
                         const struct asked *asked);
/* Whether this sweep has an experiment. */
bool experiment_chosen(const struct asked *asked,
                       const struct experiment *experiment);
/* Whether it has its arms, be it for another one that uses them. */
bool experiment_planned(const struct experiments *experiments,
                        const struct asked *asked,
                        const struct experiment *experiment);
/* The experiment whose arms one uses; NULL when there is none of that name. */
const struct experiment *experiment_used(const struct experiments *experiments,
                                         const struct experiment *experiment);

/* Fills an experiment that has its name and its fields from the latter; ends
 * the program at what makes no sense. */
void experiment_check(struct experiment *experiment);
/* The same of what they say of each other. */
void experiments_check(const struct experiments *experiments);

/* ------------------------------------------------------------- planning */

struct planner {
    const struct asked *asked;
    const struct catalogue *catalogue;
    const struct experiments *experiments;
    unsigned usable;
    const char *log;
    double overhead_s; /* of hyperfine around a process */
    struct trials trials;
    struct plan plan;
};

enum { ALL_ITEMS = 0 };

/* What distinguishes one arm from the next while a plan is made. */
struct point {
    const char *experiment, *chart, *role, *series, *options, *goes;
    const struct strategy_entry *strategy, *judge;
    const char *arguments;   /* of the kernel */
    unsigned workers, cores; /* cores 0: left to the program */
    unsigned inflight;       /* 0: no such option */
    unsigned rank, twin;
    double x;
    const char *last; /* of the arm's id */
    double parallel; /* how many items may be under way at once, or ALL_ITEMS */
    bool base;
};

/* Adds an arm, unless it is there; false when another has its id. */
bool plan_add(struct planner *p, const struct kernel_entry *kernel,
              const struct point *at);
/* Adds the arms of an experiment. */
void plan_experiment(struct planner *p, const struct experiment *experiment);
/* Ends the program at the first name in an arm line that is unknown, in any
 * experiment. A name is known when an executable lists it, or when it has a
 * file in the tree: then it was left out of this build, and so are its arms. */
void plan_check(struct planner *p);

/* ----------------------------------------------------------------- sets */

/* The kernels that a setting names and that this sweep has; `all`: whatever
 * KERNELS= says. An array of which `count` are filled; the caller frees. */
const struct kernel_entry **set_kernels(const struct planner *p,
                                        const struct settings *settings,
                                        bool all, size_t *count);
/* Ends the program at the first name in a line `kernels:` that is no kernel. */
void set_drawn_check(const struct planner *p, const struct fields *fields);
const struct strategy_entry **set_strategies(const struct planner *p,
                                             const struct settings *settings,
                                             size_t *count);
/* The numbers of a setting; NULL and 0 where it is missing. */
double *set_numbers(const struct planner *p, const struct settings *settings,
                    const char *name, size_t *count);

#endif
