/*
 * timeline_try.c - a program traced until nothing disturbs it.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: a picture of one run shows the machine as well as the program. How
 * long a thread was ready and had no core is known, so a run that others
 * disturbed can be told without looking at how long it took.
 * Left out: telling others from itself. More workers than cores disturb each
 * other, and then all tries are used up.
 */
#include "timeline_try.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATH_BYTES = 4096 };

static const double hardly = 0.02; /* of the time of all runs */

extern char **environ;

/* The program of that name beside this one. */
static const char *beside(const char *name)
{
    static char path[PATH_BYTES];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    if (n < 0)
        die(errno, "/proc/self/exe");
    path[n] = '\0';
    char *end = strrchr(path, '/') + 1;
    if (strchr(name, '/') != NULL ||
        (size_t)(end - path) + strlen(name) >= sizeof path)
        die_with(EXIT_USAGE, 0, "%s: not the name of a program beside this one",
                 name);
    strcpy(end, name);
    return path;
}

/* argv, then --trace FILE. */
static char **with_trace(char **argv, char *file)
{
    static char option[] = "--trace";
    size_t n = 0;
    while (argv[n] != NULL)
        n++;
    char **longer = calloc(n + 3, sizeof *longer);
    if (longer == NULL)
        die(ENOMEM, "memory");
    memcpy(longer, argv, n * sizeof *longer);
    longer[n] = option;
    longer[n + 1] = file;
    return longer;
}

/* Runs it without its output; answers its exit status. */
static int run(const char *program, char **argv)
{
    posix_spawn_file_actions_t actions;
    pid_t child;
    int status = 0;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null",
                                     O_WRONLY, 0);
    int error = posix_spawn(&child, program, &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0)
        die(error, "%s", program);
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            die(errno, "waitpid");
    return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_WRONG;
}

static void print_file(const char *path)
{
    char buffer[PATH_BYTES];
    size_t n;
    FILE *in = fopen(path, "re");
    if (in == NULL)
        die(errno, "%s", path);
    while ((n = fread(buffer, 1, sizeof buffer, in)) > 0)
        fwrite(buffer, 1, n, stdout);
    fclose(in);
    if (fflush(stdout) != 0 || ferror(stdout))
        die(errno, "standard output");
}

static void temporary(char path[PATH_BYTES])
{
    const char *directory = getenv("TMPDIR");
    snprintf(path, PATH_BYTES, "%s/timeline.XXXXXX",
             directory != NULL && *directory != '\0' ? directory : "/tmp");
    int file = mkstemp(path);
    if (file < 0)
        die(errno, "%s", path);
    close(file);
}

/* Traces it once into `fresh`; keeps that in `best` when it has lost less. */
static int try_once(const char *program, char **argv, char *fresh,
                    const char *best, double *least)
{
    char **longer = with_trace(argv, fresh);
    int status = run(program, longer);
    free(longer);
    if (status != 0)
        return status;
    struct trace trace;
    const char *why = trace_load(&trace, fresh);
    double lost = trace_lost(&trace);
    trace_free(&trace);
    if (why != NULL) {
        fprintf(stderr, "timeline: %s: %s\n", program, why);
        return EXIT_WRONG;
    }
    if (lost < *least) {
        *least = lost;
        if (rename(fresh, best) != 0)
            die(errno, "%s", best);
    }
    return 0;
}

int trace_try(uint64_t tries, char **argv)
{
    char fresh[PATH_BYTES], best[PATH_BYTES];
    const char *program = beside(argv[0]);
    double least = 2;
    int status = 0;
    temporary(fresh);
    temporary(best);
    for (uint64_t t = 0; t < tries && status == 0 && least > hardly; t++)
        status = try_once(program, argv, fresh, best, &least);
    if (status == 0)
        print_file(best);
    unlink(fresh);
    unlink(best);
    return status;
}
