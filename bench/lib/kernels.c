/*
 * kernels.c - the kernels that are linked into this program.
 * SPDX-License-Identifier: MIT
 */
#include "kernels.h"
#include "../strategy.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct kernel **kernels;
static size_t count;

/* Constructors run in no promised order: keep the array sorted. */
void kernel_register(const struct kernel *kernel)
{
    const struct kernel **more =
        realloc(kernels, (count + 1) * sizeof *kernels);
    if (more == NULL)
        die(ENOMEM, "kernel %s", kernel->name);
    kernels = more;
    size_t at = count++;
    for (; at > 0 && strcmp(kernels[at - 1]->name, kernel->name) > 0; at--)
        kernels[at] = kernels[at - 1];
    kernels[at] = kernel;
}

size_t kernels_count(void)
{
    return count;
}

const struct kernel *kernels_at(size_t i)
{
    return kernels[i];
}

const struct kernel *kernels_find(const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(kernels[i]->name, name) == 0)
            return kernels[i];
    return NULL;
}

const char *bound_name(enum bound bound)
{
    static const char *const names[] = {[BOUND_NONE] = "none",
                                        [BOUND_CPU] = "cpu",
                                        [BOUND_MEMORY] = "memory",
                                        [BOUND_SHARED] = "shared",
                                        [BOUND_IO] = "io"};
    return names[bound];
}

static bool strategy_declares(const char *option)
{
    const struct option_spec *spec = strategy.options;
    for (; spec != NULL && spec->name != NULL; spec++)
        if (strcmp(spec->name, option) == 0)
            return true;
    return false;
}

static void print_line(json_t *object)
{
    char *text = json_dumps(object, JSON_COMPACT);
    if (text == NULL)
        die(ENOMEM, "list");
    puts(text);
    free(text);
    json_decref(object);
}

static void list_json(void)
{
    print_line(json_pack("{s:s, s:s, s:b, s:b, s:b}", "strategy",
                         program_invocation_short_name, "summary",
                         strategy.summary, "one_worker", strategy.one_worker,
                         "for_waiting", strategy.for_waiting, "inflight_option",
                         strategy_declares("inflight")));
    for (size_t i = 0; i < count; i++) {
        const struct kernel *k = kernels[i];
        print_line(json_pack(
            "{s:s, s:s, s:s, s:I, s:I, s:I, s:s, s:s}", "kernel", k->name,
            "bound", bound_name(k->bound), "summary", k->summary, "items",
            (json_int_t)k->items, "size", (json_int_t)k->size, "rounds",
            (json_int_t)(k->rounds == 0 ? 1 : k->rounds), "quick",
            k->quick == NULL ? "" : k->quick, "small",
            k->small == NULL ? "" : k->small));
    }
}

void kernels_list(bool json)
{
    if (json) {
        list_json();
        return;
    }
    printf("Kernels:\n");
    for (size_t i = 0; i < count; i++)
        printf("  %-16s %-7s %s\n", kernels[i]->name,
               bound_name(kernels[i]->bound), kernels[i]->summary);
    printf("Strategies:\n");
    for (size_t i = 0; strategy_names[i] != NULL; i++)
        printf("  %s%s\n", strategy_names[i],
               strcmp(strategy_names[i], program_invocation_short_name) == 0
                   ? "  (this program)"
                   : "");
}
