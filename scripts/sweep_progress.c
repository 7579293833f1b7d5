/*
 * sweep_progress.c - one line that says how far the sweep has come.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: a line that is rewritten in place is for people alone. It is drawn
 * on a terminal and nowhere else, keeps within the columns there are, since a
 * line that is broken in two cannot be taken back, and is wiped before anything
 * else is said.
 * Look at: progress_line, which gives way piece by piece as the line gets
 * short: first the name of the arm, then the bar.
 * Left out: a clock of its own. It is drawn when an arm begins, not between.
 */
#include "sweep.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
    COLUMNS_USUAL = 80,
    COLUMNS_FOR_BAR = 48, /* a shorter line has none */
    COLUMNS_FOR_WIDE = 76,
    BAR = 10,
    BAR_WIDE = 24,
    DETAIL_LEAST = 8, /* a shorter piece of a name says nothing */
};

static bool drawing; /* whether lines are to be drawn */
static bool drawn;   /* whether there is one now */

static bool is_set(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && *value != '\0';
}

void progress_start(enum progress_when when)
{
    const char *terminal = getenv("TERM");
    bool able = isatty(STDERR_FILENO) && !is_set("NO_PROGRESS") &&
                (terminal == NULL || strcmp(terminal, "dumb") != 0);
    drawing = when == PROGRESS_ALWAYS || (when == PROGRESS_AUTO && able);
}

bool progress_drawing(void)
{
    return drawing;
}

/* How wide the terminal is: as COLUMNS says, or as the terminal itself does. */
static size_t columns(void)
{
    const char *said = getenv("COLUMNS");
    struct winsize size;
    unsigned long n = said == NULL ? 0 : strtoul(said, NULL, 10);
    if (n == 0 && ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0)
        n = size.ws_col;
    return n == 0 ? COLUMNS_USUAL : n;
}

/* " 42 % [####------] ": the share that is done, and a bar where it fits. */
static char *bar_text(size_t width, double share)
{
    char bar[BAR_WIDE + 1];
    size_t n = width < COLUMNS_FOR_BAR    ? 0
               : width < COLUMNS_FOR_WIDE ? BAR
                                          : BAR_WIDE;
    size_t full = (size_t)(share * (double)n);
    for (size_t i = 0; i < n; i++)
        bar[i] = i < full ? '#' : '-';
    bar[n] = '\0';
    int percent = (int)(100 * share);
    return n == 0 ? text_format("%3d %% ", percent)
                  : text_format("%3d %% [%s] ", percent, bar);
}

/* The line, no longer than `width`. The caller frees. */
static char *progress_line(size_t width, double share, const char *what,
                           const char *detail)
{
    char *bar = share >= 0 ? bar_text(width, share) : text_copy("sweep: ");
    char *line = text_format("%s%s", bar, what);
    size_t length = strlen(line), room = length + 2;
    if (*detail != '\0' && room + DETAIL_LEAST <= width) {
        char *longer = text_format("%s, %s", line, detail);
        free(line);
        line = longer;
        length = strlen(line);
    }
    if (length > width)
        line[width] = '\0';
    free(bar);
    return line;
}

void progress_show(double share, const char *what, const char *detail)
{
    if (!drawing)
        return;
    if (share > 1)
        share = 1;
    /* In the last column some terminals begin a new line. */
    char *line = progress_line(columns() - 1, share, what, detail);
    fprintf(stderr, "\r%s\033[K", line);
    fflush(stderr);
    drawn = true;
    free(line);
}

void progress_step(const char *what, const char *detail)
{
    progress_show(-1, what, detail);
}

void progress_clear(void)
{
    if (drawn)
        fputs("\r\033[K", stderr);
    drawn = false;
}
