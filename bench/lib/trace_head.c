/*
 * trace_head.c - the first line of a trace: what was run, and where.
 * SPDX-License-Identifier: MIT
 *
 * It stands at the beginning so that it is there even when the run is killed.
 */
#include "die.h"
#include "topology.h"
#include "trace.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

/* Text that is no UTF-8 has no place in JSON. */
static json_t *text_of(const char *text)
{
    json_t *value = json_string(text);
    return value != NULL ? value : json_string("?");
}

/* Adds a word, in quotes where a shell would take it apart. */
static void add_word(char *text, size_t room, const char *word)
{
    size_t used = strlen(text);
    const char *quote = strpbrk(word, " \t\n\"*?$&;|<>()") ? "'" : "";
    snprintf(text + used, room - used, "%s%s%s%s", used > 0 ? " " : "", quote,
             word, quote);
}

/* The command line as it was typed - getopt has put another order into argv -
 * but for the name of the trace. */
static json_t *command_of(void)
{
    char words[1024], command[1200] = "";
    FILE *file = fopen("/proc/self/cmdline", "re");
    size_t n = file == NULL ? 0 : fread(words, 1, sizeof words - 1, file);
    bool skips = false;
    if (file != NULL)
        fclose(file);
    words[n] = '\0';
    for (size_t w = 0; w < n; w += strlen(words + w) + 1) {
        bool is_name = skips;
        skips = !skips && strcmp(words + w, "--trace") == 0;
        if (!is_name && !skips && strncmp(words + w, "--trace=", 8) != 0)
            add_word(command, sizeof command, words + w);
    }
    return text_of(command);
}

/* "AMD EPYC 7B13, usable cores: 2, Linux 6.1.0". */
static json_t *machine_of(void)
{
    struct utsname system;
    char line[256], model[100] = "", text[400];
    FILE *file = fopen("/proc/cpuinfo", "re");
    while (file != NULL && *model == '\0' && fgets(line, sizeof line, file))
        (void)sscanf(line, "model name%*[^:]: %99[^\n]", model);
    if (file != NULL)
        fclose(file);
    uname(&system);
    snprintf(text, sizeof text, "%s, usable cores: %g, %s %.60s",
             *model != '\0' ? model : system.machine, usable_cores(),
             system.sysname, system.release);
    return text_of(text);
}

char *trace_head(const struct run *run)
{
    json_t *about = json_object();
    json_object_set_new(about, "strategy",
                        text_of(program_invocation_short_name));
    json_object_set_new(about, "kernel", text_of(run->kernel->name));
    json_object_set_new(about, "items", json_integer((json_int_t)run->items));
    json_object_set_new(about, "rounds", json_integer((json_int_t)run->rounds));
    json_object_set_new(about, "workers",
                        json_integer((json_int_t)run->workers));
    json_object_set_new(about, "command", command_of());
    json_object_set_new(about, "machine", machine_of());
    char *text = json_dumps(about, JSON_COMPACT | JSON_ENSURE_ASCII);
    json_decref(about);
    if (text == NULL)
        die(ENOMEM, "trace");
    return text;
}
