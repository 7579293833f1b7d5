/*
 * costs.c - what the primitives cost: ours and other libraries', side by side.
 *
 * Teaches: a number such as "a switch takes 2 ns" is worth something only
 * beside others from the same minute on the same core.
 * Look at: how little a switch is without a system call; how the price grows
 * when a hundred thousand stacks no longer fit into the caches.
 * Left out: what depends on several cores. One core is used.
 *
 * SPDX-License-Identifier: MIT
 */
#include "costs.h"

#include "../bench/lib/clock.h"
#include "../bench/lib/die.h"
#include "../bench/lib/parse.h"
#include "../bench/lib/topology.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "Usage: costs [OPTION...]\n"
    "Measures what primitives cost, in turn, on one core.\n"
    "\n"
    "  -o, --only=TEXT     only groups with TEXT in their name\n"
    "  -q, --quick         wider intervals, in a few seconds\n"
    "  -b, --blocks=N      how often each is measured (default: until its\n"
    "                      interval is narrow or the group's time is up)\n"
    "  -t, --time=TIME     at least so long each time (default: 2ms; quick: "
    "500us)\n"
    "  -S, --seed=N        repeat the order of an earlier run (default: 1)\n"
    "  -l, --list          what there is to measure\n"
    "      --json          one JSON object instead of a table\n"
    "  -h, --help\n"
    "\n"
    "Median of the blocks, with the interval that holds the true one in 95 of\n"
    "100 repetitions; there is none below 6 blocks.\n"
    "Exit status: 0 all measured; 1 one did not do what it said; 2 wrong "
    "usage.\n";

/* Without --blocks. */
static const struct effort usual = {.least = 11,
                                    .most = 301,
                                    .narrow = 0.02,
                                    .limit_ns = UINT64_C(2) * NS_PER_S,
                                    .sample_ns = UINT64_C(2) * NS_PER_MS,
                                    .seed = 1};
static const struct effort quick = {.least = 6,
                                    .most = 101,
                                    .narrow = 0.05,
                                    .limit_ns = UINT64_C(400) * NS_PER_MS,
                                    .sample_ns = UINT64_C(500) * NS_PER_US,
                                    .seed = 1};

/* ----------------------------------------------------------------- list */

struct cost *costs;

/* After the last of its group, or at the end. */
void cost_register(struct cost *cost)
{
    struct cost **at = &costs, **after_group = NULL;
    for (; *at != NULL; at = &(*at)->next)
        if (strcmp((*at)->group, cost->group) == 0)
            after_group = &(*at)->next;
    if (after_group != NULL)
        at = after_group;
    cost->next = *at;
    *at = cost;
}

bool group_wanted(const char *group, const char *only)
{
    return only == NULL || strstr(group, only) != NULL;
}

/* -------------------------------------------------------------- options */

struct asked {
    struct effort effort;
    uint64_t blocks, sample_ns; /* 0: not given */
    const char *only;
    bool json, list, quick;
};

static uint64_t number(const char *option, const char *text, uint64_t least,
                       uint64_t most)
{
    uint64_t n;
    if (!number_parse(text, least, most, &n))
        die_with(EXIT_USAGE, 0, "--%s %s: not a whole number from %llu to %llu",
                 option, text, (unsigned long long)least,
                 (unsigned long long)most);
    return n;
}

static bool any_wanted(const char *only)
{
    for (const struct cost *cost = costs; cost != NULL; cost = cost->next)
        if (group_wanted(cost->group, only))
            return true;
    return false;
}

static struct effort effort_of(const struct asked *asked, uint64_t seed)
{
    struct effort effort = asked->quick ? quick : usual;
    effort.seed = seed;
    if (asked->sample_ns != 0)
        effort.sample_ns = asked->sample_ns;
    if (asked->blocks != 0)
        effort.least = effort.most = (size_t)asked->blocks;
    return effort;
}

static struct asked read_options(int argc, char **argv)
{
    static const struct option options[] = {
        {"only", required_argument, NULL, 'o'},
        {"quick", no_argument, NULL, 'q'},
        {"blocks", required_argument, NULL, 'b'},
        {"time", required_argument, NULL, 't'},
        {"seed", required_argument, NULL, 'S'},
        {"list", no_argument, NULL, 'l'},
        {"json", no_argument, NULL, 'j'},
        {"help", no_argument, NULL, 'h'},
        {0}};
    struct asked asked = {.blocks = 0};
    uint64_t seed = usual.seed;
    for (int c;
         (c = getopt_long(argc, argv, "o:qb:t:S:lh", options, NULL)) >= 0;)
        switch (c) {
        case 'o':
            asked.only = optarg;
            break;
        case 'q':
            asked.quick = true;
            break;
        case 'b':
            asked.blocks = number("blocks", optarg, 1, 10000);
            break;
        case 't':
            if (!duration_parse(optarg, &asked.sample_ns) ||
                asked.sample_ns > NS_PER_S || asked.sample_ns == 0)
                die_with(EXIT_USAGE, 0, "--time %s: not a time up to 1s",
                         optarg);
            break;
        case 'S':
            seed = number("seed", optarg, 0, UINT64_MAX);
            break;
        case 'l':
            asked.list = true;
            break;
        case 'j':
            asked.json = true;
            break;
        case 'h':
            fputs(usage, stdout);
            exit(EXIT_RIGHT);
        default:
            exit(EXIT_USAGE);
        }
    if (optind < argc)
        die_with(EXIT_USAGE, 0, "%s: what is that? see --help", argv[optind]);
    if (!any_wanted(asked.only))
        die_with(EXIT_USAGE, 0, "--only %s: no such group; see --list",
                 asked.only);
    asked.effort = effort_of(&asked, seed);
    return asked;
}

/* Tells what cannot be measured here, and takes it off the list. */
static void leave_out(const char *only)
{
    for (struct cost **at = &costs; *at != NULL;) {
        struct cost *cost = *at;
        const char *lacks =
            cost->lacks == NULL || !group_wanted(cost->group, only)
                ? NULL
                : cost->lacks();
        if (lacks == NULL) {
            at = &cost->next;
            continue;
        }
        fprintf(stderr, "costs: %s: left out: %s\n", cost->by, lacks);
        *at = cost->next;
    }
}

static void pin(void)
{
    struct topology topology = topology_read(TOPOLOGY_COMPACT);
    (void)topology_pin(topology.os_numbers[0]);
    topology_free(&topology);
}

int main(int argc, char **argv)
{
    const struct asked asked = read_options(argc, argv);
    if (asked.list) {
        costs_list();
    } else {
        leave_out(asked.only);
        pin();
        const char *last = "";
        for (const struct cost *cost = costs; cost != NULL; cost = cost->next) {
            if (strcmp(cost->group, last) != 0 &&
                group_wanted(cost->group, asked.only))
                group_measure(cost->group, &asked.effort);
            last = cost->group;
        }
        if (asked.json)
            costs_print_json(&asked.effort, asked.only);
        else
            costs_print(asked.only);
    }
    return fflush(stdout) == 0 ? EXIT_RIGHT : EXIT_WRONG;
}
