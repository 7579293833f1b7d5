/*
 * options.c - the command line that all strategies share.
 * SPDX-License-Identifier: MIT
 */
#include "options.h"
#include "kernels.h"
#include "digest.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_WORKERS = 1000000 };

/* Options without a short form; the declared ones follow these. */
enum {
    OPT_EXPECT = 256,
    OPT_LOG,
    OPT_TRACE,
    OPT_PROGRESS,
    OPT_LIST,
    OPT_TOPOLOGY,
    OPT_SEED,
    OPT_ATTACH,
    OPT_DECLARED,
};

/* One row makes an option known to getopt and to --help alike. */
static const struct {
    struct option option;
    const char *argument, *help;
} common[] = {
    {{"workers", required_argument, NULL, 'w'},
     "N",
     "how many workers (default: the usable cores)"},
    {{"cores", required_argument, NULL, 'c'},
     "N",
     "how many cores they may use (default: the usable ones)"},
    {{"items", required_argument, NULL, 'i'},
     "N",
     "how many pieces of work in a round"},
    {{"size", required_argument, NULL, 's'},
     "N",
     "how big an item is; the kernel says what it counts"},
    {{"rounds", required_argument, NULL, 'r'},
     "N",
     "how many rounds, each starting when the last has ended"},
    {{"seed", required_argument, NULL, OPT_SEED},
     "N",
     "what the kernel's random input grows from (default 1)"},
    {{"expect", required_argument, NULL, OPT_EXPECT},
     "DIGEST",
     "fail unless this is the digest"},
    {{"json", no_argument, NULL, 'j'},
     NULL,
     "print the result as one JSON object"},
    {{"log", required_argument, NULL, OPT_LOG},
     "FILE",
     "append the same object to FILE as one line"},
    {{"trace", required_argument, NULL, OPT_TRACE},
     "FILE",
     "write what ran when to FILE, for ui.perfetto.dev"},
    {{"progress", no_argument, NULL, OPT_PROGRESS},
     NULL,
     "show a bar while it runs, on a terminal"},
    {{"list", no_argument, NULL, OPT_LIST},
     NULL,
     "name the kernels and the strategies, and end"},
    {{"topology", optional_argument, NULL, OPT_TOPOLOGY},
     "ORDER",
     "print the order in which cores are taken, and end (compact, scatter)"},
    {{"version", no_argument, NULL, 'V'}, NULL, "print the version, and end"},
    {{"help", no_argument, NULL, 'h'},
     NULL,
     "print this, or a kernel's own options, and end"},
    {{"attach", required_argument, NULL, OPT_ATTACH}, NULL, NULL},
};
enum { COMMON = sizeof common / sizeof common[0] };

static _Noreturn void refuse(const char *option, const char *value,
                             const char *why)
{
    die_with(EXIT_USAGE, 0, "--%s %s: %s", option, value, why);
}

static uint64_t count_option(const char *option, const char *value,
                             uint64_t least, uint64_t most)
{
    char why[96];
    uint64_t number;
    snprintf(why, sizeof why,
             "must be a whole number from %" PRIu64 " to %" PRIu64, least,
             most);
    if (!number_parse(value, least, most, &number))
        refuse(option, value, why);
    return number;
}

static void set_declared(struct setting *setting, const char *value)
{
    const struct option_spec *spec = setting->spec;
    uint64_t most = spec->most == 0 ? UINT64_MAX : spec->most;
    setting->text = value;
    switch (spec->kind) {
    case OPTION_NUMBER:
        setting->number = count_option(spec->name, value, spec->least, most);
        break;
    case OPTION_DURATION:
        if (!duration_parse(value, &setting->number))
            refuse(spec->name, value, "must be a time such as 350ms or 2s");
        if (setting->number < spec->least || setting->number > most)
            refuse(spec->name, value, "out of range");
        break;
    case OPTION_CHOICE: {
        int position = choice_parse(spec->choices, value);
        if (position < 0)
            die_with(EXIT_USAGE, 0, "--%s %s: must be one of: %s", spec->name,
                     value, spec->choices);
        setting->number = (uint64_t)position;
        break;
    }
    case OPTION_FLAG:
        setting->number = strcmp(value, "yes") == 0;
        break;
    case OPTION_TEXT:
        break;
    }
}

/* ---------------------------------------------------- the option tables */

/* Options that some kernel or the strategy declares, each name once: which
 * kernel is meant is only known when all arguments have been seen. */
struct table {
    struct option rows[COMMON + MOST_DECLARED + 1];
    const char *values[MOST_DECLARED]; /* NULL: not given */
    size_t declared;
};

static void table_declare(struct table *table, const struct option_spec *specs)
{
    for (; specs != NULL && specs->name != NULL; specs++) {
        bool known = false;
        for (size_t d = 0; d < table->declared; d++)
            known |= strcmp(table->rows[COMMON + d].name, specs->name) == 0;
        if (known)
            continue;
        if (table->declared == MOST_DECLARED)
            die(0, "more than %d options declared", MOST_DECLARED);
        table->rows[COMMON + table->declared] = (struct option){
            specs->name,
            specs->kind == OPTION_FLAG ? no_argument : required_argument, NULL,
            OPT_DECLARED + (int)table->declared};
        table->declared++;
    }
}

static void table_make(struct table *table)
{
    for (size_t i = 0; i < COMMON; i++)
        table->rows[i] = common[i].option;
    table_declare(table, strategy.options);
    for (size_t k = 0; k < kernels_count(); k++)
        table_declare(table, kernels_at(k)->options);
}

static const char *table_value(const struct table *table, const char *name)
{
    for (size_t d = 0; d < table->declared; d++)
        if (strcmp(table->rows[COMMON + d].name, name) == 0)
            return table->values[d];
    return NULL;
}

static bool declares(const struct settings *settings, const char *name)
{
    for (size_t d = 0; d < settings->declared_count; d++)
        if (strcmp(settings->declared[d].spec->name, name) == 0)
            return true;
    return false;
}

/* Gives every option of the strategy and of the chosen kernel its value. One
 * that both declare would mean two things at once. */
static void settle_declared(struct settings *settings,
                            const struct table *table)
{
    const struct option_spec *sources[2] = {strategy.options,
                                            settings->kernel->options};
    for (size_t s = 0; s < 2; s++) {
        const struct option_spec *spec = sources[s];
        for (; spec != NULL && spec->name != NULL; spec++) {
            const char *value = table_value(table, spec->name);
            if (settings->declared_count == MOST_DECLARED)
                die(0, "more than %d options declared", MOST_DECLARED);
            if (declares(settings, spec->name))
                die(0, "--%s is declared by the strategy and by kernel %s",
                    spec->name, settings->kernel->name);
            struct setting *setting =
                &settings->declared[settings->declared_count++];
            *setting = (struct setting){.spec = spec, .given = value != NULL};
            set_declared(setting, value != NULL ? value : spec->fallback);
        }
    }
}

/* An option of another kernel was given to this one. */
static void refuse_foreign(const struct settings *settings,
                           const struct table *table)
{
    for (size_t d = 0; d < table->declared; d++)
        if (table->values[d] != NULL &&
            !declares(settings, table->rows[COMMON + d].name))
            die_with(EXIT_USAGE, 0, "--%s: %s has no such option",
                     table->rows[COMMON + d].name, settings->kernel->name);
}

/* ----------------------------------------------------------- the reading */

static uint64_t or_2_32(uint64_t most)
{
    return most == 0 ? (uint64_t)1 << 32 : most;
}

/* What the kernel allows can only be asked once the kernel is known, so the
 * counts are kept as text until then. */
struct counts {
    const char *workers, *cores, *items, *size, *rounds;
};

static void settle_counts(struct settings *settings, const struct counts *text)
{
    const struct kernel *kernel = settings->kernel;
    double usable = usable_cores();
    uint64_t whole = usable < 1 ? 1 : (uint64_t)usable;

    settings->items = kernel->items;
    settings->size = kernel->size;
    settings->rounds = kernel->rounds == 0 ? 1 : kernel->rounds;
    settings->workers = settings->cores = whole;
    settings->given_items = text->items != NULL;
    settings->given_size = text->size != NULL;
    settings->given_rounds = text->rounds != NULL;
    if (text->items != NULL)
        settings->items =
            count_option("items", text->items, 1, or_2_32(kernel->most_items));
    if (text->size != NULL)
        settings->size = count_option("size", text->size, kernel->size > 0,
                                      or_2_32(kernel->most_size));
    if (text->rounds != NULL)
        settings->rounds = count_option("rounds", text->rounds, 1, 1u << 30);
    if (text->workers != NULL)
        settings->workers =
            count_option("workers", text->workers, 1, MOST_WORKERS);
    if (text->cores != NULL)
        settings->cores = count_option("cores", text->cores, 1, MOST_WORKERS);
    if (strategy.one_worker)
        settings->workers = 1;
    if (settings->items > UINT64_MAX / settings->rounds / 16)
        die_with(EXIT_USAGE, 0, "--items times --rounds is too large");
}

static void take(struct settings *settings, struct counts *counts,
                 struct table *table, int option)
{
    switch (option) {
    case 'w':
        counts->workers = optarg;
        break;
    case 'c':
        counts->cores = optarg;
        break;
    case 'i':
        counts->items = optarg;
        break;
    case 's':
        counts->size = optarg;
        break;
    case 'r':
        counts->rounds = optarg;
        break;
    case OPT_SEED:
        settings->seed = count_option("seed", optarg, 0, INT64_MAX);
        break;
    case OPT_EXPECT:
        settings->expects = true;
        if (!digest_parse(optarg, &settings->expected))
            refuse("expect", optarg, "must be 16 hex digits");
        break;
    case 'j':
        settings->json = true;
        break;
    case OPT_LOG:
        settings->log = optarg;
        break;
    case OPT_TRACE:
        settings->trace = optarg;
        break;
    case OPT_PROGRESS:
        settings->progress = true;
        break;
    case OPT_LIST:
        settings->action = ACTION_LIST;
        break;
    case OPT_TOPOLOGY: {
        int order = choice_parse("compact scatter",
                                 optarg == NULL ? "compact" : optarg);
        if (order < 0)
            refuse("topology", optarg, "must be one of: compact scatter");
        settings->action = ACTION_TOPOLOGY;
        settings->order = order == 0 ? TOPOLOGY_COMPACT : TOPOLOGY_SCATTER;
        break;
    }
    case 'V':
        settings->action = ACTION_VERSION;
        break;
    case 'h':
        settings->action = ACTION_HELP;
        break;
    case OPT_ATTACH:
        settings->attach = (int)count_option("attach", optarg, 0, 1u << 20);
        break;
    default:
        table->values[option - OPT_DECLARED] = optarg == NULL ? "yes" : optarg;
        break;
    }
}

struct settings options_read(int argc, char **argv)
{
    struct settings settings = {
        .action = ACTION_RUN, .seed = 1, .attach = -1, .arguments = argv};
    struct counts counts = {0};
    static struct table table;
    int option;

    table_make(&table);
    opterr = 0;
    while ((option = getopt_long(argc, argv, ":w:c:i:s:r:jVh", table.rows,
                                 NULL)) != -1) {
        if (option == ':')
            die_with(EXIT_USAGE, 0, "%s: needs a value", argv[optind - 1]);
        if (option == '?')
            die_with(EXIT_USAGE, 0,
                     "%s: no such option, or not unique; "
                     "see --help",
                     argv[optind - 1]);
        take(&settings, &counts, &table, option);
    }
    if (optind < argc) {
        settings.kernel = kernels_find(argv[optind]);
        if (settings.kernel == NULL)
            die_with(EXIT_USAGE, 0, "%s: no such kernel; see --list",
                     argv[optind]);
        if (optind + 1 < argc)
            die_with(EXIT_USAGE, 0,
                     "%s: one kernel is enough; everything else is an option",
                     argv[optind + 1]);
    }
    if (settings.action != ACTION_RUN)
        return settings;
    if (settings.kernel == NULL)
        die_with(EXIT_USAGE, 0, "no kernel named; see --help");
    settle_declared(&settings, &table);
    refuse_foreign(&settings, &table);
    settle_counts(&settings, &counts);
    return settings;
}

/* --------------------------------------------------------------- help */

static void help_row(const char *name, char letter, const char *argument,
                     const char *help)
{
    char left[64];
    int n = letter != 0 ? snprintf(left, sizeof left, "  -%c, ", letter)
                        : snprintf(left, sizeof left, "      ");
    snprintf(left + n, sizeof left - (size_t)n, "--%s%s%s", name,
             argument != NULL ? " " : "", argument != NULL ? argument : "");
    printf("%-26s %s\n", left, help);
}

static void help_declared(const char *title, const struct option_spec *specs)
{
    bool any = false;
    for (; specs != NULL && specs->name != NULL; specs++) {
        if (specs->hidden)
            continue;
        if (!any)
            printf("\n%s:\n", title);
        any = true;
        help_row(specs->name, 0, specs->argument, specs->help);
        if (specs->kind == OPTION_CHOICE)
            printf("%26s one of: %s\n", "", specs->choices);
        if (*specs->fallback != '\0')
            printf("%26s default: %s\n", "", specs->fallback);
    }
}

static void help_kernel(const struct kernel *kernel)
{
    printf("%s: %s\n\n", kernel->name, kernel->summary);
    if (kernel->item_is != NULL)
        printf("An item is %s.\n", kernel->item_is);
    if (kernel->size_is != NULL)
        printf("Its size is %s.\n", kernel->size_is);
    if (kernel->rounds_is != NULL)
        printf("A round is %s.\n", kernel->rounds_is);
    printf("\nDefault: --items %" PRIu64 " --size %" PRIu64 " --rounds %" PRIu64
           "\n",
           kernel->items, kernel->size,
           kernel->rounds == 0 ? 1 : kernel->rounds);
    help_declared("Options of this kernel", kernel->options);
}

void options_help(const struct settings *settings)
{
    if (settings->kernel != NULL) {
        help_kernel(settings->kernel);
        return;
    }
    printf("Usage: %s KERNEL [options]\n%s: %s\n\nOptions:\n",
           program_invocation_short_name, program_invocation_short_name,
           strategy.summary);
    for (size_t i = 0; i < COMMON; i++)
        if (common[i].help != NULL)
            help_row(common[i].option.name,
                     common[i].option.val < 256 ? (char)common[i].option.val
                                                : 0,
                     common[i].argument, common[i].help);
    help_declared("Options of this strategy", strategy.options);
    printf("\nA kernel's own options: %s KERNEL --help\n"
           "Exit status: 0 right answer, 1 wrong answer or failure, 2 usage, "
           "77 cannot run here.\n",
           program_invocation_short_name);
}

/* ---------------------------------------------- what a kernel may ask for */

static const struct setting *find(const struct run *run, const char *name)
{
    for (size_t d = 0; d < run->settings->declared_count; d++)
        if (strcmp(run->settings->declared[d].spec->name, name) == 0)
            return &run->settings->declared[d];
    die(0, "option %s is asked for but not declared", name);
}

uint64_t option_number(const struct run *run, const char *name)
{
    return find(run, name)->number;
}

const char *option_text(const struct run *run, const char *name)
{
    return find(run, name)->text;
}

bool option_given(const struct run *run, const char *name)
{
    if (strcmp(name, "items") == 0)
        return run->settings->given_items;
    if (strcmp(name, "size") == 0)
        return run->settings->given_size;
    if (strcmp(name, "rounds") == 0)
        return run->settings->given_rounds;
    return find(run, name)->given;
}
