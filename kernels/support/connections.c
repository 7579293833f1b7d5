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

#include <pthread.h>

static struct {
    struct spin spin;
    struct connection *top;
    bool forgets; /* when this process is forked */
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

/* A forked process finds its parent's connections here, and closes its copies:
 * of two processes that read from one, each would get a part of the answer.
 * Whoever held the lock meanwhile is not in this process. */
static void after_fork(void)
{
    spin_release(&pool.spin);
    connections_close();
}

struct connection *connections_take(uint16_t port)
{
    spin_acquire(&pool.spin);

    struct connection *top = pool.top;

    if (top != NULL && top->port == port)
        pool.top = top->next;
    else
        top = NULL;
    spin_release(&pool.spin);
    return top;
}

void connections_give(struct connection *connection)
{
    spin_acquire(&pool.spin);
    if (!pool.forgets)
        pool.forgets = pthread_atfork(NULL, NULL, after_fork) == 0;
    connection->next = pool.top;
    pool.top = connection;
    spin_release(&pool.spin);
}
