/*
 * connections.h - connections that are kept open for the next request.
 * SPDX-License-Identifier: MIT
 *
 * A connection costs a round trip and several system calls to make, and a
 * server allows many requests on one. The one that was given back last is
 * taken first: what belongs to it is still in the caches, and those that
 * nobody needs any more come to lie at the bottom.
 *
 * A pool for each process, in a static: descriptors are numbers that mean
 * nothing in another process, so run->shared is no place for them. Any thread
 * may call these functions.
 */
#ifndef CONNECTIONS_H
#define CONNECTIONS_H

#include "http.h"

/* An idle connection to that port, or NULL. It is the caller's until it is
 * given back, or closed with http_close(). */
struct connection *connections_take(uint16_t port);
/* Only one whose last exchange allows another (http_reply.keep). */
void connections_give(struct connection *connection);
/* Closes those that are idle. */
void connections_close(void);

#endif
