/*
 * stats_lesson_check.c - lessons that no time decides: a command and its exit
 * status.
 *
 * Teaches: "a queue of one blocks its producer" is true or false, not fast or
 * slow; a test says so once, and a stopwatch would only blur it.
 * Look at: the outcome is kept beside the run, with the command. What was
 * found is read from there again, also on another machine.
 * Left out: judging by what the command prints. Its status is the answer; what
 * it says, when that is short, is told beside.
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

/* Lines are id, status, command and what it said; the last one of this lesson
 * counts, and only if the command is still the same. */
static int kept_status(const struct results *results,
                       const struct lesson *lesson, char said[CHECK_SAID])
{
    FILE *file = kept_open(results, "re");
    char *line = NULL;
    size_t room = 0;
    int status = -1;
    while (file && getline(&line, &room, file) > 0) {
        line[strcspn(line, "\n")] = '\0';
        char *rest = line, *id = strsep(&rest, "\t");
        const char *number = strsep(&rest, "\t");
        const char *command = strsep(&rest, "\t");
        if (!command || strcmp(id, lesson->id) != 0 ||
            strcmp(command, lesson->check) != 0)
            continue;
        status = (int)strtol(number, NULL, 10);
        snprintf(said, CHECK_SAID, "%s", rest ? rest : "");
    }
    free(line);
    if (file)
        fclose(file);
    return status;
}

/* All that it prints, its lines joined; "" when that is too much to be told. */
static void said_read(FILE *from, char said[CHECK_SAID])
{
    size_t n = 0, all = 0;
    for (int c; (c = getc(from)) != EOF; all++)
        if (c == '\n' && n + 3 < CHECK_SAID) {
            said[n++] = ';';
            said[n++] = ' ';
        } else if (n + 1 < CHECK_SAID)
            said[n++] = (char)(c < ' ' ? ' ' : c);
    while (n && (said[n - 1] == ' ' || said[n - 1] == ';'))
        n--;
    said[all < CHECK_SAID - 32 ? n : 0] = '\0';
}

/* Runs a command for at most a minute; 124 when that was not enough, as
 * timeout(1) says it. */
static int run_check(const char *command, char said[CHECK_SAID])
{
    setenv("BUILD", "build", 0);
    setenv("LESSON_CHECK", command, 1);
    /* A suite of Check would add to the log of one that called us. */
    unsetenv("CK_TAP_LOG_FILE_NAME");
    FILE *from = popen("exec timeout -k 5 60 sh -c \"$LESSON_CHECK\" "
                       "</dev/null 2>/dev/null",
                       "re");
    if (!from)
        fail("sh", strerror(errno));
    said_read(from, said);
    int status = pclose(from);
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
                 bool run, char said[CHECK_SAID])
{
    *said = '\0';
    int status = kept_status(results, lesson, said);
    if (check_decides(status) || !run)
        return status;
    status = run_check(lesson->check, said);
    FILE *file = kept_open(results, "ae");
    fprintf(file, "%s\t%d\t%s\t%s\n", lesson->id, status, lesson->check, said);
    if (fclose(file))
        fail(name + 1, strerror(errno));
    return status;
}
