/*
 * main.c - origin: an HTTP server to try clients on, on this machine alone.
 * SPDX-License-Identifier: MIT
 *
 * It is the slow network of the experiments: it holds each answer back for a
 * while, and lets requests fail in the ways that networks have, always the
 * same ones for the same seed. Flags and photos are drawn when it starts.
 * Teaches: what a server keeps per connection when it has no thread to keep
 * it for; read server.c, connection.c, request.c, reply.c in that order.
 * Look for: peak_requests in the statistics is how much at once the client
 * really had under way.
 * Left out: TLS, files on disk, any address but 127.0.0.1.
 */
#include "control.h"
#include "server.h"
#include "../../../bench/lib/die.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static volatile sig_atomic_t ended;

static void on_end(int signal)
{
    (void)signal;
    ended = 1;
}

/* Signals arrive only while the server waits, never between. */
static void hear_signals(void)
{
    sigset_t ends;
    const struct sigaction action = {.sa_handler = on_end};

    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

/* What becomes of items 0..N-1 at their first three attempts, for tests. */
static void list_fates(const struct options *options)
{
    for (uint64_t item = 0; item < options->listed; item++) {
        printf("%" PRIu64, item);
        for (uint64_t attempt = 0; attempt < 3; attempt++)
            printf(" %s", fate_name(fate_of(&options->fates, options->seed,
                                            item, attempt)));
        printf(" %" PRIu64 "\n",
               fate_latency_ns(options->latency_ns, options->p99_ns,
                               options->seed, item, 0));
    }
}

/* Tells whoever started it where the server is. */
static void announce(const struct server *server)
{
    if (server->options.control >= 0)
        control_greet(server);
    else
        printf("origin: http://127.0.0.1:%u/\n", server->port);
    if (fflush(stdout) != 0)
        die(0, "standard output cannot be written");
}

int main(int argc, char **argv)
{
    static struct server server;
    char text[STATS_TEXT];

    server.options = options_read(argc, argv);
    if (server.options.listed > 0) {
        list_fates(&server.options);
        return fflush(stdout) == 0 ? EXIT_RIGHT : EXIT_WRONG;
    }
    if (server.options.control >= 0)
        control_bind();
    hear_signals();
    server_open(&server);
    catalogue_make(&server.catalogue, &server.options);
    stats_reset(&server.stats);
    announce(&server);
    server_run(&server, &ended);
    (void)stats_json(&server.stats, text);
    if (server.options.control < 0)
        printf("%s", text);
    server_close(&server);
    catalogue_free(&server.catalogue);
    return fflush(stdout) == 0 ? EXIT_RIGHT : EXIT_WRONG;
}
