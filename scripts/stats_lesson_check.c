/*
 * stats_lesson_check.c - lessons that no time decides: a command and its exit
 * status.
 *
 * Teaches: "a queue of one blocks its producer" is true or false, not fast or
 * slow; a test says so once, and a stopwatch would only blur it.
 * Look at: the outcome is kept beside the run, with the command. What was
 * found is read from there again, also on another machine.
 * Left out: what the command prints. Its status is the answer.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stats_lessons.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

static const char name[] = "/checks.tsv";

static FILE *kept_open(const struct results *results, const char *mode)
{
    size_t bytes = strlen(results->directory) + sizeof name;
    char *path = allocate(bytes, 1);
    snprintf(path, bytes, "%s%s", results->directory, name);
    FILE *file = fopen(path, mode);
    if (!file && (errno != ENOENT || *mode == 'a'))
        fail(path, strerror(errno));
    free(path);
    return file;
}

/* Lines are id, status and command; the last one of this lesson counts, and
 * only if the command is still the same. */
static int kept_status(const struct results *results,
                       const struct lesson *lesson)
{
    FILE *file = kept_open(results, "re");
    char *line = NULL;
    size_t room = 0;
    int status = -1;
    while (file && getline(&line, &room, file) > 0) {
        line[strcspn(line, "\n")] = '\0';
        char *rest = line, *id = strsep(&rest, "\t");
        const char *number = strsep(&rest, "\t");
        if (rest && !strcmp(id, lesson->id) && !strcmp(rest, lesson->check))
            status = (int)strtol(number, NULL, 10);
    }
    free(line);
    if (file)
        fclose(file);
    return status;
}

/* Runs a command for at most a minute; 124 when that was not enough, as
 * timeout(1) says it. */
static int run_check(const char *command)
{
    setenv("BUILD", "build", 0);
    setenv("LESSON_CHECK", command, 1);
    /* A suite of Check would add to the log of one that called us. */
    unsetenv("CK_TAP_LOG_FILE_NAME");
    int status = system("exec timeout -k 5 60 sh -c \"$LESSON_CHECK\" "
                        "</dev/null >/dev/null 2>&1");
    if (status == -1)
        fail("sh", strerror(errno));
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Whether a status says anything of the claim: it does not when the command
 * took too long, or cannot run here. */
static bool check_decides(int status)
{
    return status >= 0 && status != 77 && (status < 124 || status > 127);
}

int check_status(const struct results *results, const struct lesson *lesson,
                 bool run)
{
    int status = kept_status(results, lesson);
    if (check_decides(status) || !run)
        return status;
    status = run_check(lesson->check);
    FILE *file = kept_open(results, "ae");
    fprintf(file, "%s\t%d\t%s\n", lesson->id, status, lesson->check);
    if (fclose(file))
        fail(name + 1, strerror(errno));
    return status;
}
