/*
 * sweep_once.c - what an experiment wants run once, after the last block.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: not everything that a chart needs is a time. A table of costs, or
 * how full a queue was, is printed by a program; kept in the run's directory,
 * it belongs to the same machine and hour as the samples.
 * Look at: once_run. What fails is told in one line and takes nothing from
 * the samples.
 * Left out: repeating it. What is run once has no interval.
 */
#include "sweep.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ONCE_LIMIT_S = 60 };

/* The command as the user's shell would get it: `build/x` is the program of
 * this build, wherever that is. */
static char *once_command(const char *command, const char *build)
{
    static const char usual[] = "build/";
    size_t n = sizeof usual - 1;
    if (strncmp(command, usual, n) != 0)
        return text_copy(command);
    char *quoted = text_quote(build);
    char *whole = text_format("%s/%s", quoted, command + n);
    free(quoted);
    return whole;
}

/* Why there is nothing to keep, or NULL. The caller frees. */
static char *once_failure(const struct child *child)
{
    int status = child->status;
    const char *said = child->error == NULL ? "" : child->error;
    if (child->timed_out)
        return text_format("still running after %d s", ONCE_LIMIT_S);
    if (WIFSIGNALED(status))
        return text_format("ended by signal %d", WTERMSIG(status));
    if (status != 0)
        return text_format("exit status %d: %.*s", WEXITSTATUS(status),
                           (int)strcspn(said, "\n"), said);
    if (child->out == NULL || *child->out == '\0')
        return text_copy("printed nothing");
    return NULL;
}

/* Makes the directory that a file is kept in, which may be there already. */
static void directory_make(const char *path)
{
    char *directory = text_copy(path);
    *strrchr(directory, '/') = '\0';
    if (mkdir(directory, 0777) != 0 && errno != EEXIST)
        die(errno, "%s", directory);
    free(directory);
}

/* Runs one; false when the sweep was told to stop. */
static bool once_run(const char *path, const char *file, const char *command)
{
    progress_step("once", file);
    struct child child =
        child_run((char *[]){"/bin/sh", "-c", (char *)(uintptr_t)command, NULL},
                  ONCE_LIMIT_S);
    bool going = child.interrupted == 0;
    char *failure = going ? once_failure(&child) : NULL;
    progress_clear();
    if (failure != NULL)
        fprintf(stderr, "sweep: once: %s: not made: %s\n", file, failure);
    else if (going) {
        directory_make(path);
        text_save(path, child.out);
    }
    free(failure);
    child_free(&child);
    return going;
}

bool session_once(const struct session *session, const char *build)
{
    const json_t *experiments = json_object_get(session->facts, "experiments");
    bool going = true;
    size_t i, j;
    const json_t *experiment, *once;
    json_array_foreach(experiments, i, experiment)
    {
        json_array_foreach(json_object_get(experiment, "once"), j, once)
        {
            const char *file = json_string_value(json_object_get(once, "file"));
            const char *command =
                json_string_value(json_object_get(once, "command"));
            char *path = session_path(session, file);
            char *whole = once_command(command, build);
            if (going && access(path, F_OK) != 0)
                going = once_run(path, file, whole);
            free(whole);
            free(path);
        }
    }
    return going;
}
