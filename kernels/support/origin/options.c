/*
 * options.c - the command line of the origin server.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: one table is the only place that knows the options; reading, help
 * and limits all come from it.
 * Left out: short forms, but for -h. This program is started by programs.
 */
#include "options.h"
#include "../../../bench/lib/die.h"
#include "../../../bench/lib/parse.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind { NUMBER, TIME, PERCENT };

enum { MOST_SIZE = 16 << 20, NAMES = 32, SHOWN = 20 };

static const struct entry {
    const char *name, *argument;
    enum kind kind;
    size_t at; /* offset into struct options */
    uint64_t least, most;
    const char *help; /* NULL: not shown, for tests */
} entries[] = {
    {"port", "N", NUMBER, offsetof(struct options, port), 0, 65535,
     "listen on this port (default 0: the system chooses)"},
    {"seed", "N", NUMBER, offsetof(struct options, seed), 0, UINT64_MAX - 1,
     "what pictures and fates grow from (default 1)"},
    {"size", "BYTES", NUMBER, offsetof(struct options, size), 256, MOST_SIZE,
     "how big each flag is (default 8192)"},
    {"photos", "N", NUMBER, offsetof(struct options, photos), 0, 8,
     "how many photos there are (default 8)"},
    {"latency", "TIME", TIME, offsetof(struct options, latency_ns), 0, 0,
     "hold answers back for so long (default 25ms)"},
    {"p99", "TIME", TIME, offsetof(struct options, p99_ns), 0, 0,
     "let latency vary, with this 99th percentile"},
    {"bandwidth", "BYTES", NUMBER, offsetof(struct options, bandwidth), 0,
     UINT32_MAX, "send so much a second and connection (default: any)"},
    {"missing", "PERCENT", PERCENT, offsetof(struct options, fates.missing), 0,
     0, "answer 404 to so many items"},
    {"unavailable", "PERCENT", PERCENT,
     offsetof(struct options, fates.unavailable), 0, 0,
     "answer 503 to so many attempts"},
    {"stall", "PERCENT", PERCENT, offsetof(struct options, fates.stall), 0, 0,
     "never answer so many items"},
    {"malformed", "PERCENT", PERCENT, offsetof(struct options, fates.malformed),
     0, 0, "answer so many items with what is not HTTP"},
    {"endless", "PERCENT", PERCENT, offsetof(struct options, fates.endless), 0,
     0, "answer so many items without an end"},
    {"cut", "PERCENT", PERCENT, offsetof(struct options, fates.cut), 0, 0,
     "close in the middle of so many items' bodies"},
    {"control", "FD", NUMBER, offsetof(struct options, control), 0, INT32_MAX,
     "serve the program at the other end of this socket"},
    {"fates", "N", NUMBER, offsetof(struct options, listed), 1, UINT32_MAX,
     NULL},
};

enum { ENTRIES = sizeof entries / sizeof *entries };

static void help(void)
{
    printf("Usage: origin [options]\n"
           "origin: an HTTP server on this machine alone, that is slow and "
           "fails on demand\n\nOptions:\n");
    for (int e = 0; e < ENTRIES; e++) {
        char shown[64];
        if (entries[e].help == NULL)
            continue;
        snprintf(shown, sizeof shown, "%s %s", entries[e].name,
                 entries[e].argument);
        printf("      --%-*s %s\n", SHOWN, shown, entries[e].help);
    }
    printf("  -h, --%-*s print this, and end\n", SHOWN, "help");
    printf(
        "\nTimes have a unit: 350ms, 10us, 2s. PERCENT may have one decimal.\n"
        "A request may name its item: /flags/cn.png?item=17&attempt=0. The "
        "same item\nof the same seed always meets the same fate; requests "
        "without are counted.\n"
        "Paths: / /stats /flags/CC.png /photos/N.jpg, PUT or POST "
        "/upload/NAME.\n"
        "SIGINT or SIGTERM ends it, and prints the statistics.\n"
        "Exit status: 0 ended as asked, 1 failure, 2 usage.\n");
}

/* A share in tenths of a per cent: "2" is 20, "2.5" is 25. */
static bool percent_parse(const char *text, uint32_t *per_mille)
{
    char whole[8];
    uint64_t percent, tenths = 0;
    const size_t digits = strcspn(text, ".");

    if (digits >= sizeof whole)
        return false;
    memcpy(whole, text, digits);
    whole[digits] = '\0';
    if (!number_parse(whole, 0, 100, &percent) ||
        (text[digits] == '.' &&
         !number_parse(text + digits + 1, 0, 9, &tenths)) ||
        (text[digits] == '.' && text[digits + 2] != '\0'))
        return false;
    *per_mille = (uint32_t)(percent * 10 + tenths);
    return *per_mille <= FATE_WHOLE;
}

/* Stores the value where its entry says; false when it is none. */
static bool store(const struct entry *entry, const char *text,
                  struct options *options)
{
    char *at = (char *)options + entry->at;
    uint64_t number;

    switch (entry->kind) {
    case PERCENT:
        return percent_parse(text, (uint32_t *)(void *)at);
    case TIME:
        /* Nothing is nothing in any unit. */
        return duration_parse(strcmp(text, "0") == 0 ? "0s" : text,
                              (uint64_t *)(void *)at);
    case NUMBER:
        if (!number_parse(text, entry->least, entry->most, &number))
            return false;
        if (entry->at == offsetof(struct options, control))
            options->control = (int)number;
        else
            memcpy(at, &number, sizeof number);
    }
    return true;
}

static void check(const struct options *options)
{
    const struct fates *f = &options->fates;
    const uint32_t lasting =
        f->missing + f->stall + f->malformed + f->endless + f->cut;

    if (lasting > FATE_WHOLE)
        die_with(EXIT_USAGE, 0,
                 "--missing, --stall, --malformed, --endless, --cut: more "
                 "than 100 per cent together");
    if (options->p99_ns != 0 && options->p99_ns < options->latency_ns)
        die_with(EXIT_USAGE, 0, "--p99: below --latency");
    if (options->p99_ns != 0 && options->latency_ns == 0)
        die_with(EXIT_USAGE, 0, "--p99: needs a --latency above 0");
}

/* Dies because of the argument that getopt_long has just refused. */
static _Noreturn void refuse(char **argv, int refused)
{
    if (refused == ':')
        die_with(EXIT_USAGE, 0, "%s: no value", argv[optind - 1]);
    if (optopt != 0 && optopt < 128)
        die_with(EXIT_USAGE, 0, "-%c: no such option; see --help", optopt);
    die_with(EXIT_USAGE, 0, "%s: no such option; see --help", argv[optind - 1]);
}

struct options options_read(int argc, char **argv)
{
    struct options options = {.seed = 1,
                              .size = 8192,
                              .photos = 8,
                              .latency_ns = 25 * UINT64_C(1000000),
                              .control = -1};
    struct option names[NAMES] = {{"help", no_argument, NULL, 'h'}};
    int found;

    for (int e = 0; e < ENTRIES; e++)
        names[e + 1] =
            (struct option){entries[e].name, required_argument, NULL, 128 + e};
    opterr = 0;
    while ((found = getopt_long(argc, argv, ":h", names, NULL)) != -1) {
        if (found == 'h') {
            help();
            exit(fflush(stdout) == 0 ? EXIT_RIGHT : EXIT_WRONG);
        }
        if (found < 128)
            refuse(argv, found);
        const struct entry *entry = &entries[found - 128];
        if (!store(entry, optarg, &options))
            die_with(EXIT_USAGE, 0, "--%s: '%s': not a %s in range",
                     entry->name, optarg,
                     entry->kind == NUMBER ? "number"
                     : entry->kind == TIME ? "time with a unit"
                                           : "percentage");
    }
    if (optind < argc)
        die_with(EXIT_USAGE, 0, "%s: takes no argument", argv[optind]);
    check(&options);
    return options;
}
