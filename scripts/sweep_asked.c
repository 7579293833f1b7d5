/*
 * sweep_asked.c - the command line of the sweep.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: whatever is wrong is said in one line before anything is measured;
 * a sweep of minutes must not end with "no such kernel".
 * Left out: a file of settings. What was asked for is kept in session.json.
 */
#include "sweep_experiment.h"

#include "../bench/lib/clock.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
    "Usage: sweep plan [OPTION...]   prints the plan and runs nothing timed\n"
    "       sweep run [OPTION...]    runs it; prints the run's directory\n"
    "       sweep doctor             says what this machine can show\n"
    "       sweep machine            prints its description as JSON\n"
    "\n"
    "  -k, --kernels=NAME,...     only these (default: all but `null`)\n"
    "  -s, --strategies=NAME,...  only these, and `sequential`\n"
    "  -c, --cores=N,...          core counts of the speedup charts\n"
    "  -e, --experiment=NAME,...  only these (default: all that the plan has)\n"
    "  -p, --plan=quick|full      four minutes, or forty\n"
    "  -g, --granularity          tasks of all sizes (full: anyway)\n"
    "  -S, --seed=N               repeat the order of an earlier sweep\n"
    "  -b, --blocks=N             exactly so many blocks after the warm-up\n"
    "  -t, --budget=SECONDS       how long it may take (quick: 250,\n"
    "                             full: 2160)\n"
    "  -l, --limit=SECONDS        no run is given up earlier (default: 30)\n"
    "  -r, --resume               go on with the latest run\n"
    "      --progress=WHEN        a line that says how far it is: auto (on a\n"
    "                             terminal, unless NO_PROGRESS is set), "
    "always,\n"
    "                             never\n"
    "      --costs                with plan: print what it takes instead\n"
    "      --build=DIRECTORY      where the strategies are\n"
    "      --results=DIRECTORY    where runs are kept (default: results)\n"
    "      --directory=DIRECTORY  where experiments are (default:\n"
    "                             scripts/experiments)\n"
    "  -h, --help\n"
    "\n"
    "Exit status: 0 all arms measured or not possible here; 1 some failed;\n"
    "2 wrong usage; 128 + N ended by signal N.\n";

_Noreturn static void usage_die(const char *option, const char *value,
                                const char *why)
{
    die_with(EXIT_USAGE, 0, "--%s: '%s': %s", option, value, why);
}

static uint64_t number(const char *option, const char *text, uint64_t least,
                       uint64_t most)
{
    char why[96];
    snprintf(why, sizeof why, "not a whole number from %llu to %llu",
             (unsigned long long)least, (unsigned long long)most);
    if (*text == '\0' || text[strspn(text, "0123456789")] != '\0')
        usage_die(option, text, why);
    errno = 0;
    uint64_t n = strtoull(text, NULL, 10);
    if (errno != 0 || n < least || n > most)
        usage_die(option, text, why);
    return n;
}

/* Splits "a,b c" at commas and blanks. */
static struct words words_of(const char *option, const char *text)
{
    struct words words = {0};
    char *rest = text_copy(text), *word;
    char *copy = rest;
    while ((word = strsep(&rest, ", ")) != NULL) {
        if (*word == '\0')
            continue;
        words.list =
            realloc(words.list, (words.count + 1) * sizeof *words.list);
        if (words.list == NULL)
            die(ENOMEM, "memory");
        words.list[words.count++] = text_copy(word);
    }
    free(copy);
    if (words.count == 0)
        usage_die(option, text, "names nothing");
    return words;
}

static void words_free(struct words *words)
{
    for (size_t i = 0; i < words->count; i++)
        free(words->list[i]);
    free(words->list);
}

/* Keeps the list ascending and without repeats. */
static void cores_add(struct asked *asked, unsigned n)
{
    size_t at = 0;
    while (at < asked->core_counts && asked->cores[at] < n)
        at++;
    if (asked->core_counts == MOST_COUNTS ||
        (at < asked->core_counts && asked->cores[at] == n))
        return;
    memmove(asked->cores + at + 1, asked->cores + at,
            (asked->core_counts - at) * sizeof *asked->cores);
    asked->cores[at] = n;
    asked->core_counts++;
}

static void cores_read(struct asked *asked, const char *text)
{
    struct words words = words_of("cores", text);
    for (size_t i = 0; i < words.count; i++) {
        unsigned n = (unsigned)number("cores", words.list[i], 1, 65536);
        if (n > machine_cores())
            usage_die("cores", words.list[i],
                      "more than this program may use here");
        cores_add(asked, n);
    }
    words_free(&words);
}

/* 1, 2, 4, ... and all of them; the full plan takes every count up to 16. */
static void cores_default(struct asked *asked)
{
    unsigned most = machine_cores();
    for (unsigned n = 1; n <= most; n = asked->full && n < 16 ? n + 1 : 2 * n)
        cores_add(asked, n);
    cores_add(asked, most);
}

/* The directory that this program is in, as the user called it. */
static char *own_directory(const char *called)
{
    char path[PATH_MAX];
    const char *slash = strrchr(called, '/');
    if (slash == NULL) {
        ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
        path[n < 0 ? 0 : n] = '\0';
        called = path;
        slash = strrchr(path, '/');
    }
    if (slash == NULL)
        return text_copy(".");
    return text_format("%.*s", (int)(slash - called), called);
}

static uint64_t fresh_seed(void)
{
    return clock_read(CLOCK_REALTIME);
}

enum {
    OPTION_BUILD = 256,
    OPTION_RESULTS,
    OPTION_DIRECTORY,
    OPTION_COSTS,
    OPTION_PROGRESS
};

static const struct option long_options[] = {
    {"kernels", required_argument, NULL, 'k'},
    {"strategies", required_argument, NULL, 's'},
    {"cores", required_argument, NULL, 'c'},
    {"experiment", required_argument, NULL, 'e'},
    {"plan", required_argument, NULL, 'p'},
    {"granularity", no_argument, NULL, 'g'},
    {"seed", required_argument, NULL, 'S'},
    {"blocks", required_argument, NULL, 'b'},
    {"budget", required_argument, NULL, 't'},
    {"limit", required_argument, NULL, 'l'},
    {"resume", no_argument, NULL, 'r'},
    {"build", required_argument, NULL, OPTION_BUILD},
    {"results", required_argument, NULL, OPTION_RESULTS},
    {"directory", required_argument, NULL, OPTION_DIRECTORY},
    {"progress", required_argument, NULL, OPTION_PROGRESS},
    {"costs", no_argument, NULL, OPTION_COSTS},
    {"help", no_argument, NULL, 'h'},
    {0},
};

static enum progress_when when_of(const char *text)
{
    static const char *const names[] = {
        [PROGRESS_AUTO] = "auto",
        [PROGRESS_ALWAYS] = "always",
        [PROGRESS_NEVER] = "never",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], text) == 0)
            return (enum progress_when)i;
    usage_die("progress", text, "not auto, always or never");
}

static void replace(char **text, const char *with)
{
    free(*text);
    *text = text_copy(with);
}

static void asked_option(struct asked *asked, int option, bool *budget_given)
{
    switch (option) {
    case 'k':
        words_free(&asked->kernels);
        asked->kernels = words_of("kernels", optarg);
        break;
    case 's':
        words_free(&asked->strategies);
        asked->strategies = words_of("strategies", optarg);
        break;
    case 'c':
        cores_read(asked, optarg);
        break;
    case 'e':
        words_free(&asked->experiments);
        asked->experiments = words_of("experiment", optarg);
        break;
    case 'p':
        asked->full = strcmp(optarg, "full") == 0;
        if (!asked->full && strcmp(optarg, "quick") != 0)
            usage_die("plan", optarg, "not quick or full");
        break;
    case 'g':
        asked->granularity = true;
        break;
    case 'S':
        asked->seed = number("seed", optarg, 0, UINT64_MAX);
        asked->seed_given = true;
        break;
    case 'b':
        asked->blocks = (unsigned)number("blocks", optarg, 1, 10000);
        break;
    case 't':
        asked->budget_s = (unsigned)number("budget", optarg, 1, 10000000);
        *budget_given = true;
        break;
    case 'l':
        asked->limit_s = (unsigned)number("limit", optarg, 1, 1000000);
        break;
    case 'r':
        asked->resume = true;
        break;
    case OPTION_BUILD:
        replace(&asked->build, optarg);
        break;
    case OPTION_RESULTS:
        replace(&asked->results, optarg);
        break;
    case OPTION_DIRECTORY:
        replace(&asked->directory, optarg);
        break;
    case OPTION_PROGRESS:
        asked->progress = when_of(optarg);
        break;
    case OPTION_COSTS:
        asked->costs = true;
        break;
    case 'h':
        fputs(usage, stdout);
        exit(EXIT_SUCCESS);
    default: /* getopt has said what is wrong */
        exit(EXIT_USAGE);
    }
}

struct asked asked_read(int argc, char **argv)
{
    struct asked asked = {.command = "",
                          .seed = fresh_seed(),
                          .limit_s = DEFAULT_LIMIT_S,
                          .build = own_directory(argv[0]),
                          .results = text_copy("results"),
                          .directory = text_copy("scripts/experiments")};
    bool budget_given = false;
    int option;
    while ((option = getopt_long(argc, argv, "k:s:c:e:p:gS:b:t:l:rh",
                                 long_options, NULL)) != -1)
        asked_option(&asked, option, &budget_given);
    if (optind < argc)
        asked.command = argv[optind];
    if (optind + 1 < argc)
        die_with(EXIT_USAGE, 0, "%s: not expected here; options are named",
                 argv[optind + 1]);
    if (asked.core_counts == 0)
        cores_default(&asked);
    if (!budget_given) {
        asked.budget_s = asked.full ? FULL_BUDGET_S : QUICK_BUDGET_S;
        asked.over_s = asked.budget_s / 12;
    }
    return asked;
}

/* Names that nothing goes by are the user's mistake. */
void asked_check(const struct asked *asked, const struct catalogue *catalogue,
                 const struct experiments *experiments)
{
    for (size_t i = 0; i < asked->kernels.count; i++)
        if (catalogue_kernel(catalogue, asked->kernels.list[i]) == NULL)
            usage_die("kernels", asked->kernels.list[i],
                      "no such kernel; `build/sequential --list` shows them");
    for (size_t i = 0; i < asked->strategies.count; i++)
        if (catalogue_strategy(catalogue, asked->strategies.list[i]) == NULL)
            usage_die("strategies", asked->strategies.list[i],
                      "no such strategy; build/strategies names them");
    for (size_t i = 0; i < asked->experiments.count; i++)
        if (experiments_find(experiments, asked->experiments.list[i]) == NULL)
            usage_die("experiment", asked->experiments.list[i],
                      "no such experiment in --directory");
}

void asked_free(struct asked *asked)
{
    words_free(&asked->kernels);
    words_free(&asked->strategies);
    words_free(&asked->experiments);
    free(asked->directory);
    free(asked->build);
    free(asked->results);
}
