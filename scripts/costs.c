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
    "  -b, --blocks=N      how often each is measured (default: 21)\n"
    "  -t, --time=TIME     at least so long each time (default: 5ms)\n"
    "  -S, --seed=N        repeat the order of an earlier run (default: 1)\n"
    "  -l, --list          what there is to measure\n"
    "      --json          one JSON object instead of a table\n"
    "  -h, --help\n"
    "\n"
    "Median of the blocks, with the interval that holds the true one in 95 of\n"
    "100 repetitions; there is none below 6 blocks.\n"
    "Exit status: 0 all measured; 1 one did not do what it said; 2 wrong "
    "usage.\n";

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
    const char *only;
    bool json, list;
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

static struct asked read_options(int argc, char **argv)
{
    static const struct option options[] = {
        {"only", required_argument, NULL, 'o'},
        {"blocks", required_argument, NULL, 'b'},
        {"time", required_argument, NULL, 't'},
        {"seed", required_argument, NULL, 'S'},
        {"list", no_argument, NULL, 'l'},
        {"json", no_argument, NULL, 'j'},
        {"help", no_argument, NULL, 'h'},
        {0}};
    struct asked asked = {.effort = {.blocks = 21,
                                     .sample_ns = UINT64_C(5) * NS_PER_MS,
                                     .seed = 1}};
    for (int c;
         (c = getopt_long(argc, argv, "o:b:t:S:lh", options, NULL)) >= 0;)
        switch (c) {
        case 'o':
            asked.only = optarg;
            break;
        case 'b':
            asked.effort.blocks = number("blocks", optarg, 1, 10000);
            break;
        case 't':
            if (!duration_parse(optarg, &asked.effort.sample_ns) ||
                asked.effort.sample_ns > NS_PER_S)
                die_with(EXIT_USAGE, 0, "--time %s: not a time up to 1s",
                         optarg);
            break;
        case 'S':
            asked.effort.seed = number("seed", optarg, 0, UINT64_MAX);
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
    return asked;
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
            costs_print(&asked.effort, asked.only);
    }
    return fflush(stdout) == 0 ? EXIT_RIGHT : EXIT_WRONG;
}
