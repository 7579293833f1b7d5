/*
 * control.h - how the program that started the server talks to it.
 * SPDX-License-Identifier: MIT
 *
 * Lines of text over a stream socket. The server begins:
 *     port 41234
 *     flag cn 8192 0123456789abcdef      twenty: code, bytes, body_hash.h
 *     photo 0 61234 0123456789abcdef     as many as there are
 *     ready
 * Afterwards it answers `stats` with one line of JSON, `reset` with `ok`, and
 * anything else with `unknown`. When the socket ends, so does the server.
 */
#ifndef ORIGIN_CONTROL_H
#define ORIGIN_CONTROL_H

#include "server.h"

/* Ends with the starting program from now on, even if that is killed. */
void control_bind(void);
/* Writes the lines that end with `ready`. */
void control_greet(const struct server *server);
/* Reads and answers what has come; ends the process at the socket's end. */
void control_serve(struct server *server);

#endif
