/*
 * server.c - one thread that waits for sockets and for moments in time.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: what an event loop is when nothing hides it: wait, read what has
 * come, send what is due, again.
 * Why no server library: 1,000 kept connections, 10 ms, bodies of 8 KiB, one
 * core for the server; microseconds of it a request, and thousand requests a
 * second:
 *   epoll and http-parser (this)             9.2     91, the client's limit
 *   libevent's loop and http-parser         10.4     90
 *   libevent's bufferevents and http-parser 16       63
 *   libevent's evhttp                       22       46
 *   libmicrohttpd                           44       14
 * Nearly all of the 9.2 is the kernel's TCP. llhttp in the place of http-parser
 * costs the same.
 * Look for: the listening socket is edge-triggered too; when descriptors run
 * out, connections wait in its queue instead of spinning the loop.
 * Left out: a second thread. Clients must be able to know its one core.
 */
#include "server.h"
#include "connection.h"
#include "control.h"
#include "../../../bench/lib/clock.h"
#include "../../../bench/lib/die.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BATCH = 256, MOST_DESCRIPTORS = 1 << 16 };

/* As many descriptors as the system lets this process have. */
static int raise_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        die(errno, "getrlimit");
    limit.rlim_cur =
        limit.rlim_max < MOST_DESCRIPTORS ? limit.rlim_max : MOST_DESCRIPTORS;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        die(errno, "setrlimit");
    return (int)limit.rlim_cur;
}

static void bind_here(struct server *server)
{
    struct sockaddr_in here = {
        .sin_family = AF_INET,
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
        .sin_port = htons((uint16_t)server->options.port),
    };
    socklen_t bytes = sizeof here;

    if (bind(server->listener, (struct sockaddr *)&here, sizeof here) != 0 ||
        listen(server->listener, SOMAXCONN) != 0)
        die(errno, "127.0.0.1:%u", (unsigned)server->options.port);
    if (getsockname(server->listener, (struct sockaddr *)&here, &bytes) != 0)
        die(errno, "getsockname");
    server->port = ntohs(here.sin_port);
}

/* Options that accepted sockets inherit. Loopback has no congestion, and
 * congestion control that paces its sending would sleep between segments. */
static void tune(int listener)
{
    const int one = 1;
    static const char unpaced[] = "reno";

    (void)setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    (void)setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    (void)setsockopt(listener, IPPROTO_TCP, TCP_CONGESTION, unpaced,
                     sizeof unpaced - 1);
}

static void watch(const struct server *server, int fd, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.fd = fd};

    if (epoll_ctl(server->epoll, EPOLL_CTL_ADD, fd, &event) != 0)
        die(errno, "epoll_ctl");
}

void server_open(struct server *server)
{
    server->room = raise_limit();
    server->table = calloc((size_t)server->room, sizeof *server->table);
    if (server->table == NULL)
        die(ENOMEM, "connections");
    server->epoll = epoll_create1(EPOLL_CLOEXEC);
    server->listener =
        socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (server->epoll < 0 || server->listener < 0)
        die(errno, "socket");
    tune(server->listener);
    bind_here(server);
    watch(server, server->listener, EPOLLIN | EPOLLET);
    if (server->options.control >= 0)
        watch(server, server->options.control, EPOLLIN | EPOLLRDHUP);
}

/* Takes in all who have come; `refused` when there is no room for more. */
static void accept_all(struct server *server)
{
    for (;;) {
        int fd =
            accept4(server->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        server->refused = fd < 0 && errno != EAGAIN && errno != EINTR &&
                          errno != ECONNABORTED;
        if (fd < 0 && (errno == EINTR || errno == ECONNABORTED))
            continue;
        if (fd < 0)
            return;
        connection_open(server, fd);
        watch(server, fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
    }
}

/* Once a second: closes connections whose time is over. */
static void look_round(struct server *server, uint64_t now)
{
    if (now < server->next_look_ns)
        return;
    server->next_look_ns = now + NS_PER_S;
    for (int fd = 0; fd <= server->highest; fd++) {
        struct connection *c = &server->table[fd];
        if (c->phase != PHASE_CLOSED && c->deadline_ns < now)
            connection_close(c);
    }
    if (server->refused)
        accept_all(server);
}

/* Waits for a socket, a signal, or the next moment at which something is to
 * be done; returns how many events there are, or -1 after a signal. */
static int wait_for_news(struct server *server, struct epoll_event *events)
{
    const uint64_t now = clock_now();
    uint64_t until = server->next_look_ns, alarm;

    if (timer_heap_soonest(&server->timers, &alarm) && alarm < until)
        until = alarm;
    const bool idle = server->stats.open_connections == 0;
    const uint64_t left = until > now ? until - now : 0;
    const struct timespec limit = clock_timespec(left);
    sigset_t none;
    sigemptyset(&none);
    int n =
        epoll_pwait2(server->epoll, events, BATCH, idle ? NULL : &limit, &none);
    /* Before Linux 5.11: whole milliseconds, rounded up. */
    if (n < 0 && errno == ENOSYS)
        n = epoll_pwait(server->epoll, events, BATCH,
                        idle ? -1 : (int)(left / NS_PER_MS + 1), &none);
    if (n < 0 && errno != EINTR)
        die(errno, "epoll");
    return n;
}

/* New connections come last: until then a descriptor that was closed in this
 * batch cannot be another's. */
static void handle(struct server *server, const struct epoll_event *events,
                   int count)
{
    bool knocked = false;

    for (int e = 0; e < count; e++) {
        const int fd = events[e].data.fd;
        if (fd == server->listener)
            knocked = true;
        else if (fd == server->options.control)
            control_serve(server);
        else
            connection_event(&server->table[fd], events[e].events);
    }
    if (knocked)
        accept_all(server);
}

void server_run(struct server *server, const volatile sig_atomic_t *ended)
{
    struct epoll_event events[BATCH];

    while (!*ended) {
        handle(server, events, wait_for_news(server, events));
        const uint64_t now = clock_now();
        struct connection *due;
        while ((due = timer_heap_pop_due(&server->timers, now)) != NULL)
            connection_alarm(due);
        look_round(server, now);
    }
}

void server_close(struct server *server)
{
    for (int fd = 0; fd <= server->highest; fd++) {
        server->table[fd].alarm_set = false;
        connection_close(&server->table[fd]);
    }
    close(server->listener);
    close(server->epoll);
    timer_heap_free(&server->timers);
    free(server->table);
}
