/*
 * timeline_draw.c - writes what gnuplot draws: texts, sizes, and blocks of
 * data, that scripts/timeline.gp loads.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: panels that are to be compared stand above each other on one axis
 * of time. Here they are one plot, whose upright axis counts pixels.
 * Left out: colours and fonts; see scripts/style.gp and timeline.gp.
 */
#include "timeline.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    WIDTH = 480,  /* as in timeline.gp */
    AROUND = 198, /* what style.gp keeps above and below the plot */
    HEADING = 24,
    GAP = 12,
    MOST_ROWS = 40,  /* of all panels together */
    LEAST_ROWS = 10, /* of each panel */
    RIGHT = 18,
    LEAST_ROUND = 6, /* pixels between two rounds that are marked */
    TICS = 6,
};

static const double letter = 6.6; /* pixels, at the size of row names */

/* One trace, with its place in the picture. */
struct panel {
    const struct trace *trace;
    struct row *rows;
    size_t n, left_out;
    double top, bottom; /* pixels from the bottom of the plot */
};

/* ----------------------------------------------------------------- texts */

/* Between single quotes gnuplot replaces nothing; a quote inside becomes a
 * typographic one, which ends nothing. */
static void put_constant(FILE *out, const char *name, const char *text)
{
    fprintf(out, "%s = '", name);
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            fputs("\u2019", out);
        else
            putc(iscntrl((unsigned char)*text) ? ' ' : *text, out);
    }
    fputs("'\n", out);
}

static void put_cell(FILE *out, const char *text)
{
    for (; *text != '\0'; text++)
        putc(iscntrl((unsigned char)*text) ? ' '
             : *text == '"'                ? '\''
                                           : *text,
             out);
}

/* A length of time with three digits that count. */
static const char *length_text(double ms)
{
    static char text[NAME_BYTES];
    const char *unit = ms >= 999.5 ? "s" : ms >= 0.9995 ? "ms" : "us";
    double value = ms >= 999.5 ? ms / 1e3 : ms >= 0.9995 ? ms : ms * 1e3;
    snprintf(text, sizeof text, "%.*f %s",
             value < 9.995   ? 2
             : value < 99.95 ? 1
                             : 0,
             value, unit);
    return text;
}

static bool same_kernel(const struct panel *panels, size_t n)
{
    for (size_t p = 1; p < n; p++)
        if (strcmp(panels[p].trace->kernel, panels[0].trace->kernel) != 0)
            return false;
    return true;
}

static void put_title(FILE *out, const struct panel *panels, size_t n,
                      const struct drawing *drawing)
{
    char title[3 * NAME_BYTES];
    const struct trace *first = panels[0].trace;
    bool same = same_kernel(panels, n);
    if (drawing->title != NULL)
        snprintf(title, sizeof title, "%s", drawing->title);
    else if (n == 1)
        snprintf(title, sizeof title, "%s under %s: who runs, who waits, when?",
                 first->kernel, first->strategy);
    else
        snprintf(title, sizeof title, "%s%swho runs, who waits, when?",
                 same ? first->kernel : "", same ? ": " : "");
    put_constant(out, "title_text", title);
    if (drawing->title == NULL)
        put_constant(out, "footer_machine", first->machine);
}

/* The command, without the directory of its program, cut to what fits into
 * `room` pixels. */
static const char *command_text(const char *command, double room)
{
    static char text[TEXT_BYTES];
    for (const char *c = command; *c != '\0' && *c != ' '; c++)
        command = *c == '/' ? c + 1 : command;
    size_t fits = room < 40 ? 4 : (size_t)(room / letter);
    snprintf(text, sizeof text, "%s", command);
    if (strlen(text) > fits) {
        fits -= 3;
        while (fits > 0 && ((unsigned char)text[fits] & 0xc0) == 0x80)
            fits--; /* not inside a character of several bytes */
        snprintf(text + fits, sizeof text - fits, "...");
    }
    return text;
}

/* -------------------------------------------------------------- the layout */

/* Places panels and their rows; answers the height of the plot. */
static double place(struct panel *panels, size_t n)
{
    size_t rows = 0;
    for (size_t p = 0; p < n; p++)
        rows += panels[p].n;
    double pitch = rows <= 12 ? 24 : rows <= 24 ? 20 : 16, y = 0;
    for (size_t p = n; p-- > 0;) {
        struct panel *panel = &panels[p];
        y += panel->left_out > 0 ? pitch : 0;
        panel->bottom = y;
        for (size_t r = 0; r < panel->n; r++) {
            panel->rows[r].y = y + ((double)(panel->n - r) - 0.5) * pitch;
            panel->rows[r].half = 0.41 * pitch;
        }
        y += (double)panel->n * pitch;
        panel->top = y;
        y += HEADING + (p > 0 ? GAP : 0);
    }
    return y;
}

/* The longest name of a row decides where the plot begins. */
static double left_of(const struct panel *panels, size_t n)
{
    size_t longest = 8;
    for (size_t p = 0; p < n; p++)
        for (size_t r = 0; r < panels[p].n; r++) {
            const struct line *line = panels[p].rows[r].line;
            size_t length = strlen(line->name) + 8; /* ", core 0" */
            if (line->number >= COROUTINE_LINES)
                length = strlen(line->name) -
                         (panels[p].trace->workers == 1 ? 8 : 0);
            longest = length > longest ? length : longest;
        }
    for (size_t p = 0; p < n; p++)
        for (size_t s = 0; s < panels[p].trace->stages_n; s++)
            longest = fmax(longest, 18 + strlen(panels[p].trace->stages[s]));
    return letter * (double)(longest > 34 ? 34 : longest) + 18;
}

/* ---------------------------------------------------------------- blocks */

static const struct {
    const char *name;
    size_t member;
} blocks[] = {
    {"bars", offsetof(struct picture, bars)},
    {"ticks", offsetof(struct picture, ticks)},
    {"edges", offsetof(struct picture, edges)},
    {"moves", offsetof(struct picture, moves)},
};

/* A block of data begins with a row that lies outside of the picture: gnuplot
 * warns of one in which there is nothing to draw. */
static void put_block(FILE *out, const char *name)
{
    fprintf(out, "$%s << END\n", name);
    fputs("-1e9\t-1e9\t-1e9\t-1e9\t-1e9\t0\n", out);
}

/* x, from, to, bottom, top, kind. */
static void put_bars(FILE *out, const char *name, const struct list *list)
{
    const struct bar *bars = list->entries;
    put_block(out, name);
    for (size_t b = 0; b < list->n; b++)
        fprintf(out, "%.9g\t%.9g\t%.9g\t%.9g\t%.9g\t%d\n", bars[b].from,
                bars[b].from, bars[b].to, bars[b].y - bars[b].half,
                bars[b].y + bars[b].half, (int)bars[b].kind);
    fputs("END\n", out);
}

/* x, y, words, whether light. */
static void put_texts(FILE *out, const char *name, const struct list *list)
{
    const struct text *texts = list->entries;
    put_block(out, name);
    for (size_t t = 0; t < list->n; t++) {
        fprintf(out, "%.9g\t%.9g\t", texts[t].x, texts[t].y);
        put_cell(out, texts[t].words);
        fprintf(out, "\t%d\n", texts[t].light);
    }
    fputs("END\n", out);
}

/* What stands above a panel: whose it is, how long it took, and how. */
static void put_heading(FILE *out, const struct panel *panel, size_t p,
                        bool with_kernel)
{
    const struct trace *trace = panel->trace;
    char words[4 * NAME_BYTES], name[NAME_BYTES];
    int used =
        snprintf(words, sizeof words, "%s%s%s: %s%s", trace->strategy,
                 with_kernel ? " " : "", with_kernel ? trace->kernel : "",
                 length_text(trace_length(trace)),
                 trace->broken_at != 0 ? ", broken off" : "");
    snprintf(name, sizeof name, "HEADING[%zu]", p + 1);
    put_constant(out, name, words);
    fprintf(out, "HEADING_Y[%zu] = %.9g\n", p + 1, panel->top + HEADING / 2.0);
    snprintf(name, sizeof name, "COMMAND[%zu]", p + 1);
    put_constant(
        out, name,
        command_text(trace->command, WIDTH - RIGHT - 24 - 1.3 * letter * used));
}

static void put_headings(FILE *out, const struct panel *panels, size_t n)
{
    fprintf(out,
            "panels_n = %zu\narray HEADING[%zu]\narray HEADING_Y[%zu]\n"
            "array COMMAND[%zu]\n",
            n, n, n, n);
    for (size_t p = 0; p < n; p++)
        put_heading(out, &panels[p], p, !same_kernel(panels, n));
}

/* y, words. */
static void put_left_out(FILE *out, const struct panel *panels, size_t n)
{
    put_block(out, "more");
    for (size_t p = 0; p < n; p++)
        if (panels[p].left_out > 0) {
            fprintf(out, "%.9g\tand %zu more\n", panels[p].bottom - 8,
                    panels[p].left_out);
        }
    fputs("END\n", out);
}

/* Steps of 1, 2 or 5. */
static double step_of(double span)
{
    double step = pow(10, floor(log10(span / TICS)));
    double left = span / TICS / step;
    return step * (left <= 1 ? 1 : left <= 2 ? 2 : left <= 5 ? 5 : 10);
}

/* Upright lines: x, y, height. Those of the axis, and the rounds. */
static void put_grid(FILE *out, const struct panel *panels, size_t n,
                     const struct window *window, double step)
{
    put_block(out, "grid");
    for (size_t p = 0; p < n; p++)
        for (double i = ceil(window->from / step); i * step <= window->to; i++)
            fprintf(out, "%.9g\t%.9g\t%.9g\n", i * step, panels[p].bottom,
                    panels[p].top - panels[p].bottom);
    fputs("END\n", out);
}

static void put_rounds(FILE *out, const struct panel *panels, size_t n,
                       const struct window *window)
{
    put_block(out, "rounds");
    for (size_t p = 0; p < n; p++) {
        const struct trace *trace = panels[p].trace;
        double apart = trace_length(trace) / (double)(trace->rounds_n + 1);
        uint64_t zero = trace_zero(trace);
        if (trace->rounds_n < 2 || apart < LEAST_ROUND * window->ms_per_pixel)
            continue;
        for (size_t r = 0; r < trace->rounds_n; r++) {
            double at = (double)(trace->rounds_at[r] - zero) / 1e6;
            if (at < window->from || at > window->to)
                continue;
            fprintf(out, "%.9g\t%.9g\t%.9g\n", at, panels[p].bottom,
                    panels[p].top - panels[p].bottom);
        }
    }
    fputs("END\n", out);
}

static void put_frame(FILE *out, const struct window *window, double height,
                      double left, double step)
{
    fprintf(out,
            "height = %.0f\nplot_height = %.0f\nplot_left = %.4f\n"
            "plot_right = %.4f\n"
            "x_low = %.9g\nx_high = %.9g\nx_step = %.9g\n",
            height + AROUND, height, left / WIDTH, 1 - (double)RIGHT / WIDTH,
            window->from, window->to, step);
}

/* --------------------------------------------------------------- the whole */

static struct window window_of(const struct trace *traces, size_t n,
                               double from, double to)
{
    struct window window = {.from = from, .to = to};
    if (isnan(to)) {
        window.to = from;
        for (size_t t = 0; t < n; t++)
            window.to = fmax(window.to, trace_length(&traces[t]));
    }
    if (window.to <= window.from)
        die_with(EXIT_USAGE, 0, "--from %g: nothing comes after it", from);
    return window;
}

static void put_all(FILE *out, const struct panel *panels, size_t n,
                    const struct window *window, struct picture *picture)
{
    double step = step_of(window->to - window->from);
    for (size_t p = 0; p < n; p++)
        for (size_t r = 0; r < panels[p].n; r++)
            row_draw(picture, panels[p].trace, &panels[p].rows[r], window);
    put_grid(out, panels, n, window, step);
    put_rounds(out, panels, n, window);
    put_headings(out, panels, n);
    put_left_out(out, panels, n);
    for (size_t b = 0; b < sizeof blocks / sizeof *blocks; b++)
        put_bars(out, blocks[b].name,
                 (const void *)((const char *)picture + blocks[b].member));
    put_texts(out, "texts", &picture->texts);
    put_texts(out, "labels", &picture->labels);
}

void timeline_draw(FILE *out, const struct drawing *drawing)
{
    const struct trace *traces = drawing->traces;
    size_t n = drawing->n;
    struct picture picture = {0};
    struct window window = window_of(traces, n, drawing->from, drawing->to);
    struct panel *panels = calloc(n, sizeof *panels);
    size_t most = MOST_ROWS / n > LEAST_ROWS ? MOST_ROWS / n : LEAST_ROWS;
    if (panels == NULL)
        die(ENOMEM, "%zu panels", n);
    for (size_t p = 0; p < n; p++) {
        panels[p].trace = &traces[p];
        panels[p].rows = rows_choose(&traces[p], &window, most, &panels[p].n,
                                     &panels[p].left_out);
    }
    double height = place(panels, n), left = left_of(panels, n);
    window.ms_per_pixel = (window.to - window.from) / (WIDTH - left - RIGHT);
    put_title(out, panels, n, drawing);
    put_frame(out, &window, height, left, step_of(window.to - window.from));
    put_all(out, panels, n, &window, &picture);
    for (size_t p = 0; p < n; p++)
        free(panels[p].rows);
    free(panels);
    free(picture.bars.entries);
    free(picture.ticks.entries);
    free(picture.edges.entries);
    free(picture.moves.entries);
    free(picture.texts.entries);
    free(picture.labels.entries);
}
