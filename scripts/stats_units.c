/*
 * stats_units.c - what a quantity is called and in which unit it is shown.
 *
 * Teaches: a number without its unit is none. Names of quantities end in
 * their unit (elapsed_s, item_bytes, rate_per_s), so that a new one is shown
 * properly without a line here.
 * Look at: unit_tics, which gives every tic its own unit: 500 us, 1 ms.
 * Left out: binary prefixes. A kB has 1,000 bytes, as the axis counts in tens.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stats_curves.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

/* ------------------------------------------------------------ quantities */

static const struct {
    const char *name, *words, *head;
    bool gain, ratio;
} known[] = {
    {"elapsed_s", "elapsed time", "elapsed", false, false},
    {"whole_s", "time of the whole process", "process", false, false},
    {"cpu_s", "processor time", "cpu time", false, false},
    {"rate_per_s", "items a second", "rate", true, false},
    {"speedup", "speedup", "speedup", true, true},
    {"self_speedup", "speedup over one worker", "speedup", true, true},
    {"efficiency", "efficiency", "useful", true, true},
    {"karp_flatt", "serial share (Karp-Flatt)", "serial", false, false},
    {"item_p50_s", "time of an item, median", "median", false, false},
    {"item_p99_s", "time of an item, 99 of 100", "99 of 100", false, false},
    {"metg", "smallest useful task, METG(50 %)", "METG", false, false},
};

enum { KNOWN = sizeof known / sizeof *known };

static size_t known_as(const char *name)
{
    size_t i = 0;
    while (i < KNOWN && strcmp(name, known[i].name) != 0)
        i++;
    return i;
}

static bool ends_in(const char *name, const char *ending)
{
    size_t n = strlen(name), m = strlen(ending);
    return n >= m && !strcmp(name + n - m, ending);
}

enum unit unit_of_quantity(const char *name)
{
    if (ends_in(name, "speedup"))
        return UNIT_TIMES;
    if (!strcmp(name, "efficiency") || !strcmp(name, "karp_flatt") ||
        ends_in(name, "_share"))
        return UNIT_SHARE;
    if (ends_in(name, "bytes_per_s"))
        return UNIT_BYTE_RATE;
    if (ends_in(name, "_per_s"))
        return UNIT_RATE;
    if (ends_in(name, "_s") || ends_in(name, "_ns") || !strcmp(name, "metg"))
        return UNIT_SECONDS;
    return ends_in(name, "bytes") ? UNIT_BYTES : UNIT_PLAIN;
}

enum unit unit_of_axis(const char *words)
{
    if (!strncmp(words, "bytes", 5))
        return UNIT_BYTES;
    return !strncmp(words, "seconds", 7) ? UNIT_SECONDS : UNIT_PLAIN;
}

bool quantity_is_gain(const char *name)
{
    size_t i = known_as(name);
    return i < KNOWN ? known[i].gain : ends_in(name, "_per_s");
}

bool quantity_is_ratio(const char *name)
{
    size_t i = known_as(name);
    return i < KNOWN && known[i].ratio;
}

/* "inside.response_p99_ns" becomes "response p99". */
const char *quantity_words(const char *name)
{
    static char text[96];
    size_t i = known_as(name);
    if (i < KNOWN)
        return known[i].words;
    static const char inside[] = "inside.";
    if (!strncmp(name, inside, strlen(inside)))
        name += strlen(inside);
    snprintf(text, sizeof text, "%s", name);
    static const char *const units[] = {"_ns", "_per_s", "_s"};
    for (size_t u = 0; u < sizeof units / sizeof *units; u++)
        if (ends_in(text, units[u])) {
            text[strlen(text) - strlen(units[u])] = '\0';
            break;
        }
    for (char *c = text; *c; c++)
        if (*c == '_')
            *c = ' ';
    return text;
}

const char *quantity_head(const char *name)
{
    static const char *const heads[] = {
        [UNIT_PLAIN] = "value",     [UNIT_SECONDS] = "time",
        [UNIT_BYTES] = "bytes",     [UNIT_RATE] = "a second",
        [UNIT_BYTE_RATE] = "bytes", [UNIT_TIMES] = "times",
        [UNIT_SHARE] = "share"};
    size_t i = known_as(name);
    return i < KNOWN ? known[i].head : heads[unit_of_quantity(name)];
}

/* ----------------------------------------------------------------- texts */

enum { TEXTS = 8, TEXT_BYTES = 64 };

static char *next_text(void)
{
    static char texts[TEXTS][TEXT_BYTES];
    static unsigned turn;
    return texts[turn++ % TEXTS];
}

/* Digits after the point that make three of them in all. */
static int digits_of(double value)
{
    value = fabs(value);
    return value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
}

struct prefix {
    double size;
    const char *bytes, *plain;
};

static const struct prefix prefixes[] = {{1e12, "TB", "T"}, {1e9, "GB", "G"},
                                         {1e6, "MB", "M"},  {1e3, "kB", "k"},
                                         {1, "B", ""},      {0, NULL, NULL}};

/* Sizes that are powers of two are chosen as such: 64 KiB, not 65.5 kB. */
static const struct prefix *binary_prefix(double value)
{
    static const struct prefix binary[] = {
        {1024.0 * 1024 * 1024, "GiB", ""},
        {1024.0 * 1024, "MiB", ""},
        {1024.0, "KiB", ""},
    };
    int power;
    for (size_t i = 0; i < sizeof binary / sizeof *binary; i++)
        if (value >= binary[i].size && frexp(value, &power) == 0.5)
            return &binary[i];
    return NULL;
}

/* Plain numbers have none below ten thousand: 1024 is not 1.02k. */
static const struct prefix *prefix_of(enum unit unit, double value)
{
    const struct prefix *p = prefixes;
    bool plain = unit == UNIT_PLAIN || unit == UNIT_RATE;
    if (unit == UNIT_BYTES && binary_prefix(value))
        return binary_prefix(value);
    if (plain && fabs(value) < 9999.5)
        value = 0;
    while (p->size > 1 && fabs(value) < 0.9995 * p->size)
        p++;
    return p;
}

/* Whole numbers without ".00". */
static void put_digits(char *text, double value, const char *unit)
{
    bool whole = fabs(value - round(value)) <= 5e-7 * fabs(value);
    snprintf(text, TEXT_BYTES, "%.*f%s", whole ? 0 : digits_of(value),
             round(value) == 0 && whole ? 0.0 : value, unit);
}

const char *unit_text(enum unit unit, double value)
{
    char *text = next_text(), name[16];
    const struct prefix *p = prefix_of(unit, value);
    if (!isfinite(value))
        snprintf(text, TEXT_BYTES, "-");
    else if (unit == UNIT_SECONDS)
        snprintf(text, TEXT_BYTES, "%s",
                 value == 0 ? "0 s" : seconds_text(value));
    else if (unit == UNIT_BYTES || unit == UNIT_BYTE_RATE) {
        snprintf(name, sizeof name, " %s%s", p->bytes,
                 unit == UNIT_BYTES ? "" : "/s");
        put_digits(text, value / p->size, name);
    } else if (unit == UNIT_TIMES)
        snprintf(text, TEXT_BYTES, "%.2f", value);
    else if (unit == UNIT_SHARE)
        snprintf(text, TEXT_BYTES, "%.*f %%", fabs(value) < 0.0995 ? 1 : 0,
                 100 * value);
    else
        put_digits(text, value / p->size, p->plain);
    return text;
}

/* 12345.6 as "12,300" or, where it has few digits, as "12.3". */
static void put_grouped(char *text, double value)
{
    char plain[48];
    size_t used = 0;
    double power = pow(10, floor(log10(fmax(fabs(value), 1))) - 2);
    if (value != round(value) || fabs(value) >= 1e15)
        value = power > 1 ? round(value / power) * power : value;
    snprintf(plain, sizeof plain, "%.*f",
             value == round(value) ? 0 : digits_of(value), value);
    size_t whole = strcspn(plain, "."), sign = *plain == '-';
    for (size_t i = 0; plain[i] && used + 2 < TEXT_BYTES; i++) {
        if (i > sign && i < whole && (whole - i) % 3 == 0)
            text[used++] = ',';
        text[used++] = plain[i];
    }
    text[used] = '\0';
}

const char *unit_words(enum unit unit, double value)
{
    if (unit == UNIT_SECONDS || unit == UNIT_BYTES || unit == UNIT_SHARE ||
        !isfinite(value))
        return unit_text(unit, value);
    char *text = next_text();
    if (unit == UNIT_TIMES)
        snprintf(text, TEXT_BYTES, "%.2fx", value);
    else if (unit == UNIT_BYTE_RATE)
        snprintf(text, TEXT_BYTES, "%s a second", unit_text(UNIT_BYTES, value));
    else {
        put_grouped(text, value);
        if (unit == UNIT_RATE)
            strcat(text, " a second");
    }
    return text;
}

/* "1 worker", "1 item in flight", "64 items a queue may hold". Bytes and
 * seconds are units already, and what follows them stays; "how many" is what
 * the number says. */
const char *axis_words(const char *axis, double x)
{
    static const char many[] = "how many ";
    if (!strncmp(axis, many, strlen(many)))
        axis += strlen(many);
    static char texts[4][160];
    static unsigned turn;
    char *text = texts[turn++ % 4];
    enum unit unit = unit_of_axis(axis);
    size_t first = strcspn(axis, " ,");
    const char *number = unit_words(unit, x);
    if (unit != UNIT_PLAIN)
        snprintf(text, sizeof *texts, "%s%s", number, axis + first);
    else if (x == 1 && first > 1 && axis[first - 1] == 's')
        snprintf(text, sizeof *texts, "%s %.*s%s", number, (int)first - 1, axis,
                 axis + first);
    else
        snprintf(text, sizeof *texts, "%s %s", number, axis);
    return text;
}

/* ------------------------------------------------------------------ tics */

static void put_tic(FILE *out, enum unit unit, double at, bool first)
{
    char text[TEXT_BYTES];
    snprintf(text, sizeof text, "%s", unit_text(unit, at));
    /* A tic is a round number: "10.0 ms" is 10 ms, "0.50" is 0.5. */
    char *point = strchr(text, '.');
    if (point) {
        char *end = point + 1 + strspn(point + 1, "0123456789"), *last = end;
        while (last > point + 1 && last[-1] == '0')
            last--;
        if (last == point + 1)
            last = point;
        memmove(last, end, strlen(end) + 1);
    }
    fprintf(out, "%s\"", first ? "" : ", ");
    for (const char *c = text; *c; c++) /* gnuplot takes it for a format */
        fprintf(out, *c == '%' ? "%%%%" : "%c", *c);
    /* No exponent: scripts that thin tics out read these as plain numbers. */
    bool tiny = at != 0 && fabs(at) < 1e-3;
    fprintf(out,
            fabs(at) >= 1e9 ? "\" %.0f"
            : tiny          ? "\" %.15f"
                            : "\" %.10g",
            at);
}

/* Steps of 1, 2 or 5. */
static void linear_tics(FILE *out, enum unit unit, double low, double high,
                        unsigned most)
{
    double span = high - low;
    double step = pow(10, floor(log10(span / most)));
    double rough = span / most / step;
    step *= rough <= 1.1 ? 1 : rough <= 2.2 ? 2 : rough <= 5.5 ? 5 : 10;
    bool first = true;
    for (double i = ceil(low / step - 1e-9); i * step <= high + 1e-9 * span;
         i++) {
        put_tic(out, unit, fabs(i) < 0.5 ? 0 : i * step, first);
        first = false;
    }
}

/* Whether a logarithmic axis has a tic at digit x 10^power: powers of ten, some
 * or all of them; 2 and 5 in between; or all digits. */
enum density { SOME_POWERS, POWERS, HALVES, DIGITS };

static bool has_tic(enum density density, int power, int digit, int every)
{
    if (digit == 1)
        return density > SOME_POWERS || ((power % every) + every) % every == 0;
    return density == DIGITS ||
           (density == HALVES && (digit == 2 || digit == 5));
}

enum { TICS = 256 };

/* Fills at most TICS; answers how many. */
static size_t dense_tics(double tics[TICS], double low, double high,
                         enum density density, int every)
{
    size_t n = 0;
    for (int power = (int)floor(log10(low)); power <= log10(high); power++)
        for (int digit = 1; digit < 10 && n < TICS; digit++) {
            double at = digit * pow(10, power);
            if (at >= low * 0.999 && at <= high * 1.001 &&
                has_tic(density, power, digit, every))
                tics[n++] = at;
        }
    return n;
}

/* As many as there is room for, and two at least; a short axis has those of a
 * straight one. */
static void log_tics(FILE *out, enum unit unit, double low, double high,
                     unsigned most)
{
    double tics[TICS];
    int every = (int)ceil((log10(high / low) + 0.5) / most);
    int density = DIGITS;
    size_t n = dense_tics(tics, low, high, DIGITS, every);
    if (n < 3) {
        linear_tics(out, unit, low, high, most);
        return;
    }
    while (n > most && density > SOME_POWERS)
        n = dense_tics(tics, low, high, (enum density)-- density, every);
    if (n < 2) { /* the outer ones of the next denser kind */
        n = dense_tics(tics, low, high, (enum density)(density + 1), every);
        tics[1] = tics[n - 1];
        n = 2;
    }
    for (size_t i = 0; i < n; i++)
        put_tic(out, unit, tics[i], !i);
}

void unit_tics(FILE *out, const char *name, enum unit unit, double low,
               double high, bool log, unsigned most)
{
    fprintf(out, "%s = '", name);
    if (log)
        log_tics(out, unit, low, high, most);
    else
        linear_tics(out, unit, low, high, most);
    fputs("'\n", out);
}
