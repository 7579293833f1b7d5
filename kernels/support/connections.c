/*
 * connections.c - connections that are kept open for the next request.
 * SPDX-License-Identifier: MIT
 *
 * Left out: noticing that the server has closed an idle one. The origin
 * server never does; with others, the next request would have to be sent again
 * if it may be.
 */
#include "connections.h"
#include "spin.h"

#include <unistd.h>

static struct {
    struct spin spin;
    struct connection *top;
    pid_t process;
} pool;

static void close_list(struct connection *connection)
{
    struct connection *next;

    for (; connection != NULL; connection = next) {
        next = connection->next;
        http_close(connection);
    }
}

void connections_close(void)
{
    spin_acquire(&pool.spin);

    struct connection *idle = pool.top;

    pool.top = NULL;
    spin_release(&pool.spin);
    close_list(idle);
}

/* A forked process finds its parent's connections here, and leaves them to
 * it: of two processes that read from one, each would get a part of the
 * answer. */
static struct connection *inherited(pid_t process)
{
    struct connection *theirs = NULL;

    if (pool.process != process) {
        theirs = pool.top;
        pool.top = NULL;
        pool.process = process;
    }
    return theirs;
}

struct connection *connections_take(uint16_t port)
{
    const pid_t process = getpid();

    spin_acquire(&pool.spin);

    struct connection *theirs = inherited(process), *top = pool.top;

    if (top != NULL && top->port == port)
        pool.top = top->next;
    else
        top = NULL;
    spin_release(&pool.spin);
    close_list(theirs);
    return top;
}

void connections_give(struct connection *connection)
{
    spin_acquire(&pool.spin);
    connection->next = pool.top;
    pool.top = connection;
    spin_release(&pool.spin);
}
