/*
 * sweep_warn.c - what spoils figures on this machine, and what to do about it.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: most of what makes timings useless is known before the first one
 * is taken. Each line says what it is, why it matters, and what one can do.
 * Look at: warn_probe, which names who had the time that is missing.
 * Left out: refusing to measure. A chart from a laptop is worth having when
 * it says what it is.
 */
#include "sweep.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* Beyond these something is worth a line. */
#define LEAST_BACKGROUND 0.05 /* of all processors */
#define LEAST_STEAL 0.01
#define PROBE_SHORT 0.05 /* of the effective cores */
#define WHOLE 0.01       /* how near a quota is to a whole number */

static void warn(json_t *list, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void warn(json_t *list, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    json_array_append_new(list, json_vsprintf(format, arguments));
    va_end(arguments);
}

static double number(const json_t *about, const char *key)
{
    return json_number_value(json_object_get(about, key));
}

static void warn_clocks(json_t *list, const json_t *about)
{
    const char *governor =
        json_string_value(json_object_get(about, "governor"));
    if (governor != NULL && strcmp(governor, "performance") != 0)
        warn(list,
             "governor is %s: the clock follows the load, so short runs are "
             "timed while it still rises; `sudo cpupower frequency-set -g "
             "performance` holds it",
             governor);
    if (json_is_true(json_object_get(about, "turbo")))
        warn(list, "turbo is on: the clock sinks when more cores work, so a "
                   "speedup chart mixes that with the program; to switch it "
                   "off, write 1 to /sys/devices/system/cpu/intel_pstate/"
                   "no_turbo, or 0 to /sys/devices/system/cpu/cpufreq/boost");
    if (json_is_true(json_object_get(about, "battery")))
        warn(list, "on battery: clocks are held down to save power; plug the "
                   "machine in");
}

static void warn_cores(json_t *list, const json_t *about, unsigned workers)
{
    double quota = number(about, "cpu_quota");
    double physical = number(about, "physical_cores");
    if (json_is_true(json_object_get(about, "smt")) && physical > 0 &&
        workers > physical)
        warn(list,
             "SMT is on and %u workers are more than the %g cores here: two "
             "threads of a core are not two cores; read speedups up to %g "
             "workers alone, or ask with CORES= for no more",
             workers, physical, physical);
    if (quota > 0 && quota < number(about, "affinity_cores") &&
        fabs(quota - round(quota)) > WHOLE)
        warn(list,
             "quota is %.2f cores, no whole number: short runs use up what "
             "was saved and look faster than long ones; ask for whole cores "
             "(docker run --cpus %g)",
             quota, ceil(quota));
}

static void warn_guest(json_t *list, const json_t *about)
{
    const char *text =
        json_string_value(json_object_get(about, "virtualisation"));
    if (text != NULL && strncmp(text, "guest", strlen("guest")) == 0)
        warn(list,
             "virtual machine (%s): the hypervisor may take time away without "
             "saying so (steal may read 0); trust the noise that each chart "
             "states, or measure on a machine of your own",
             text);
    if (json_is_true(json_object_get(about, "memory_short")))
        warn(list, "memory is short and swap in use: programs may wait for "
                   "the disk where they seem to compute; end what is large, "
                   "or take smaller sizes");
}

/* "make (12) 0.97, cc1 (13) 0.50"; empty when nobody stands out. */
static char *busiest(const struct background *background)
{
    char *text = text_copy("");
    for (size_t i = 0; i < background->count; i++) {
        char *longer = text_format("%s%s%s %.2f", text, i == 0 ? "" : ", ",
                                   background->busiest[i].name,
                                   background->busiest[i].cores);
        free(text);
        text = longer;
    }
    return text;
}

static void warn_background(json_t *list, const struct background *background)
{
    char *who = busiest(background);
    if (background->share > LEAST_BACKGROUND)
        warn(list,
             "other programs keep %.0f %% of the processors busy%s%s%s: they "
             "take time from every run; end them or wait",
             100 * background->share, *who ? " (in cores: " : "", who,
             *who ? ")" : "");
    if (background->steal > LEAST_STEAL)
        warn(list,
             "the hypervisor gives %.0f %% of the processors to other guests "
             "(steal): every run is slower by that; measure at another time",
             100 * background->steal);
    free(who);
}

/* Who probably has what is missing. */
static char *suspect(const struct probe *probe, double missing)
{
    if (probe->throttled > 0)
        return text_format("a quota was used up %llu times, so its period is "
                           "not what the files say",
                           (unsigned long long)probe->throttled);
    if (probe->foreign > missing / 2)
        return text_format("other programs used %.2f cores meanwhile",
                           probe->foreign);
    if (probe->steal > missing / 2)
        return text_format("the hypervisor took %.2f cores (steal)",
                           probe->steal);
    return text_copy("no file says why: a quota further up, or a noisy "
                     "neighbour below the hypervisor");
}

static void warn_probe(json_t *list, const json_t *about,
                       const struct probe *probe)
{
    double cores = number(about, "effective_cores");
    if (isnan(probe->cores) || probe->cores >= (1 - PROBE_SHORT) * cores)
        return;
    char *why = suspect(probe, cores - probe->cores);
    warn(list,
         "a second of trying got %.2f of %.2f cores: %s; speedups cannot "
         "reach %.2f here, so wait, or ask with CORES= for fewer",
         probe->cores, cores, why, cores);
    free(why);
}

json_t *warnings_of(const json_t *about, const struct background *background,
                    const struct probe *probe, unsigned workers)
{
    json_t *list = json_array();
    warn_clocks(list, about);
    warn_cores(list, about, workers);
    warn_guest(list, about);
    warn_background(list, background);
    warn_probe(list, about, probe);
    return list;
}
