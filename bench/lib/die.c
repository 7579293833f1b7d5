/*
 * die.c - ending the program with one clear line.
 * SPDX-License-Identifier: MIT
 */
#include "die.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* One write(2), so that lines of several processes do not mix. _exit rather
 * than exit: other threads are still running, and a forked child must not
 * flush what its parent has buffered. */
static _Noreturn void end(enum exit_status status, int error,
                          const char *format, va_list arguments)
{
    char line[512];
    int n = snprintf(line, sizeof line, "%s: ", program_invocation_short_name);
    n += vsnprintf(line + n, sizeof line - (size_t)n - 2, format, arguments);
    if (n > (int)sizeof line - 128)
        n = sizeof line - 128;
    if (error != 0)
        n += snprintf(line + n, sizeof line - (size_t)n - 1, ": %s",
                      strerror(error));
    line[n++] = '\n';
    if (write(STDERR_FILENO, line, (size_t)n) < 0)
        status = EXIT_WRONG;
    _exit(status);
}

void die(int error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    end(EXIT_WRONG, error, format, arguments);
}

void die_with(enum exit_status status, int error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    end(status, error, format, arguments);
}
