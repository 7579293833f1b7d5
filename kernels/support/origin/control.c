/*
 * control.c - how the program that started the server talks to it.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: a server must not outlive the program that wanted it. Two things
 * see to it: a signal that the kernel sends when the parent dies, and the
 * end of the socket that only the parent held.
 * Left out: several programs at once.
 */
#include "control.h"
#include "../../../bench/lib/die.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LINE = 64 };

void control_bind(void)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

/* A starter that does not listen any more is as good as gone. */
static void say(int control, const char *text, size_t bytes)
{
    while (bytes > 0) {
        const ssize_t n = send(control, text, bytes, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            _exit(EXIT_RIGHT);
        text += n, bytes -= (size_t)n;
    }
}

static void introduce(int control, const char *kind,
                      const struct exhibit *exhibit)
{
    char line[LINE];
    const int n =
        snprintf(line, sizeof line, "%s %.*s %zu %016" PRIx64 "\n", kind,
                 (int)strcspn(exhibit->name, "."), exhibit->name,
                 exhibit->answer.body_bytes, exhibit->hash);

    say(control, line, (size_t)n);
}

void control_greet(const struct server *server)
{
    const int control = server->options.control;
    char line[LINE];
    const int n = snprintf(line, sizeof line, "port %u\n", server->port);

    say(control, line, (size_t)n);
    for (int f = 0; f < FLAGS; f++)
        introduce(control, "flag", &server->catalogue.flags[f]);
    for (size_t p = 0; p < server->catalogue.photo_count; p++)
        introduce(control, "photo", &server->catalogue.photos[p]);
    say(control, "ready\n", strlen("ready\n"));
}

static void obey(struct server *server, const char *line)
{
    char json[STATS_TEXT];

    if (strcmp(line, "stats") == 0) {
        say(server->options.control, json, stats_json(&server->stats, json));
    } else if (strcmp(line, "reset") == 0) {
        stats_reset(&server->stats);
        say(server->options.control, "ok\n", strlen("ok\n"));
    } else {
        say(server->options.control, "unknown\n", strlen("unknown\n"));
    }
}

void control_serve(struct server *server)
{
    static char line[LINE];
    static size_t kept;
    const ssize_t n = recv(server->options.control, line + kept,
                           sizeof line - kept, MSG_DONTWAIT);
    char *end;

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0)
        _exit(EXIT_RIGHT);
    kept += (size_t)n;
    while ((end = memchr(line, '\n', kept)) != NULL) {
        *end++ = '\0';
        obey(server, line);
        kept -= (size_t)(end - line);
        memmove(line, end, kept);
    }
    if (kept == sizeof line)
        kept = 0;
}
