/*
 * sweep_child.c - runs a program so that nothing of it is left behind.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: ending a *tree* of processes. Killing the child is not enough,
 * its children live on; killing its process group is not enough, a daemon
 * leaves the group. The sweep therefore is a "subreaper": whoever loses its
 * parent becomes the sweep's own child, can be seen, killed and reaped.
 * Look at: child_end_tree. A process left over from one arm would take time
 * from every arm after it, and nobody would know why those are slow.
 * Left out: limits on memory.
 */
#include "sweep.h"

#include "../bench/lib/clock.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    OUTPUT_MOST = 1 << 20, /* more of a program's output is thrown away */
    STRAY_GRACE_MS = 100,
    FIRST_NAP_US = 50, /* most of those who are late are late by little */
    TREE_GRACE_MS = 5000,
};

/* Signals come as data on this descriptor, so that one poll waits for the
 * child, its output and Ctrl-C alike. */
static int signals = -1;
static sigset_t original_mask;
static int stop_signal;
static uint64_t lives_ns;

void child_start(void)
{
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGCHLD);
    sigaddset(&mask, SIGINT);
    sigaddset(&mask, SIGTERM);
    sigaddset(&mask, SIGHUP);
    if (sigprocmask(SIG_BLOCK, &mask, &original_mask) != 0)
        die(errno, "sigprocmask");
    /* What a shell started in the background ignores SIGINT, and an ignored
     * signal does not reach the descriptor either. */
    signal(SIGINT, SIG_DFL);
    signal(SIGHUP, SIG_DFL);
    signals = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
    if (signals < 0)
        die(errno, "signalfd");
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0)
        die(errno, "subreaper");
}

int child_stop_signal(void)
{
    struct signalfd_siginfo info;
    while (read(signals, &info, sizeof info) == (ssize_t)sizeof info)
        if (info.ssi_signo != SIGCHLD)
            stop_signal = (int)info.ssi_signo;
    return stop_signal;
}

uint64_t child_lives_ns(void)
{
    return lives_ns;
}

/* -------------------------------------------------------------- the tree */

struct process {
    pid_t id, parent;
    bool ours, zombie;
};

/* Reads /proc/PID/stat: `id (name) state parent ...`. The name may hold
 * anything, blanks and brackets too, so look for the last bracket. */
static bool process_read(const char *id, struct process *process)
{
    char path[64], state;
    snprintf(path, sizeof path, "/proc/%.20s/stat", id);
    char *line = text_of_file(path);
    const char *name_end = line == NULL ? NULL : strrchr(line, ')');
    int parent;
    bool good = name_end != NULL &&
                sscanf(name_end + 1, " %c %d", &state, &parent) == 2;
    if (good)
        *process = (struct process){
            .id = atoi(id), .parent = parent, .zombie = state == 'Z'};
    free(line);
    return good;
}

static size_t processes_read(struct process **list)
{
    DIR *proc = opendir("/proc");
    if (proc == NULL)
        die(errno, "/proc");
    size_t n = 0, room = 0;
    *list = NULL;
    for (struct dirent *entry; (entry = readdir(proc)) != NULL;) {
        if (!isdigit((unsigned char)entry->d_name[0]))
            continue;
        if (n == room) {
            room = room == 0 ? 256 : 2 * room;
            *list = realloc(*list, room * sizeof **list);
            if (*list == NULL)
                die(ENOMEM, "memory");
        }
        n += process_read(entry->d_name, &(*list)[n]);
    }
    closedir(proc);
    return n;
}

/* Marks every descendant of this process: pass over the list until a pass
 * finds no new one. */
static void processes_mark(struct process *list, size_t n)
{
    for (bool more = true; more;) {
        more = false;
        for (size_t i = 0; i < n; i++) {
            bool child = list[i].parent == getpid();
            for (size_t j = 0; !child && j < n; j++)
                child = list[j].ours && list[j].id == list[i].parent;
            if (child && !list[i].ours)
                more = list[i].ours = true;
        }
    }
}

/* Sends a signal to every living descendant, 0 for none; returns how many
 * there are. */
static size_t descendants(int signal_number)
{
    struct process *list;
    size_t n = processes_read(&list), alive = 0;
    processes_mark(list, n);
    for (size_t i = 0; i < n; i++)
        if (list[i].ours && !list[i].zombie) {
            alive++;
            if (signal_number != 0)
                kill(list[i].id, signal_number);
        }
    free(list);
    return alive;
}

/* Reaps what has ended. Returns whether any child, dead or alive, is left;
 * *status gets the status of `main_child` when that was among them. */
static bool reap(pid_t main_child, int *status, bool *ended)
{
    for (;;) {
        int one;
        pid_t id = waitpid(-1, &one, WNOHANG);
        if (id == main_child) {
            *status = one;
            *ended = true;
        }
        if (id <= 0)
            return id == 0;
    }
}

static void nap_us(uint64_t us)
{
    struct timespec nap = clock_timespec(us * NS_PER_US);
    nanosleep(&nap, NULL);
}

/* Kills until no descendant is left. A new one may be forked between the
 * look and the kill, so looking once is not enough. */
static void child_end_tree(pid_t child, struct child *result, bool *ended)
{
    for (unsigned ms = 0; ms < TREE_GRACE_MS; ms++) {
        descendants(SIGKILL);
        if (!reap(child, &result->status, ended))
            return;
        nap_us(1000);
    }
    die(0, "%d: cannot be killed; is its disk or device hanging?", child);
}

/* The main child has ended. Others of its tree may be on their way out; who
 * is still there after a moment is a stray. */
static size_t child_strays(pid_t child, struct child *result, bool *ended)
{
    uint64_t end = clock_now() + (uint64_t)STRAY_GRACE_MS * NS_PER_MS;
    for (uint64_t us = FIRST_NAP_US; clock_now() < end;
         us += us < 1000 ? us : 0) {
        if (!reap(child, &result->status, ended))
            return 0;
        nap_us(us);
    }
    return descendants(0);
}

/* --------------------------------------------------------------- running */

struct stream {
    int file;
    char *text;
    size_t bytes;
};

/* Takes what is there, but not for ever: some programs never fall silent.
 * Closes the stream at its end. */
static void stream_drain(struct stream *stream)
{
    char piece[65536];
    ssize_t n;
    for (int turn = 0; turn < 16 && stream->file >= 0; turn++) {
        n = read(stream->file, piece, sizeof piece);
        if (n < 0)
            return;
        if (n == 0) {
            close(stream->file);
            stream->file = -1;
            return;
        }
        size_t keep = (size_t)n;
        if (keep > OUTPUT_MOST - stream->bytes)
            keep = OUTPUT_MOST - stream->bytes;
        stream->text = realloc(stream->text, stream->bytes + keep + 1);
        if (stream->text == NULL)
            die(ENOMEM, "memory");
        memcpy(stream->text + stream->bytes, piece, keep);
        stream->bytes += keep;
        stream->text[stream->bytes] = '\0';
    }
}

static struct stream stream_open(int *write_end)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        die(errno, "pipe");
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    *write_end = ends[1];
    return (struct stream){.file = ends[0]};
}

/* In the new process. If the sweep is killed outright, so is the child. */
static _Noreturn void child_become(char *const argv[], int out, int error,
                                   pid_t sweep)
{
    int nothing = open("/dev/null", O_RDONLY);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != sweep) /* it was killed before the line above */
        _exit(126);
    setpgid(0, 0); /* Ctrl-C is for the sweep to act on */
    sigprocmask(SIG_SETMASK, &original_mask, NULL);
    if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 ||
        dup2(out, STDOUT_FILENO) < 0 || dup2(error, STDERR_FILENO) < 0)
        _exit(126);
    execvp(argv[0], argv);
    dprintf(STDERR_FILENO, "%s: %s\n", argv[0], strerror(errno));
    _exit(127);
}

struct child child_run(char *const argv[], double limit_s)
{
    struct child result = {0};
    int out_end, error_end;
    struct stream out = stream_open(&out_end);
    struct stream error = stream_open(&error_end);
    uint64_t start = clock_now();
    uint64_t end = start + (uint64_t)(limit_s * NS_PER_S);

    pid_t sweep = getpid(), child = fork();
    if (child < 0)
        die(errno, "fork");
    if (child == 0)
        child_become(argv, out_end, error_end, sweep);
    close(out_end);
    close(error_end);

    for (bool ended = false; !ended;) {
        struct pollfd watched[] = {{.fd = signals, .events = POLLIN},
                                   {.fd = out.file, .events = POLLIN},
                                   {.fd = error.file, .events = POLLIN}};
        uint64_t now = clock_now();
        int wait_ms = now < end ? (int)((end - now) / NS_PER_MS) + 1 : 0;
        poll(watched, 3, wait_ms);
        stream_drain(&out);
        stream_drain(&error);
        result.interrupted = child_stop_signal();
        reap(child, &result.status, &ended);
        result.timed_out = !ended && clock_now() >= end;
        if (result.interrupted != 0 || result.timed_out)
            child_end_tree(child, &result, &ended);
    }
    lives_ns += clock_now() - start;
    bool ended = true;
    result.strays = child_strays(child, &result, &ended);
    if (result.strays > 0)
        child_end_tree(child, &result, &ended);
    stream_drain(&out);
    stream_drain(&error);
    if (out.file >= 0)
        close(out.file);
    if (error.file >= 0)
        close(error.file);
    result.out = out.text;
    result.error = error.text;
    return result;
}

void child_free(struct child *child)
{
    free(child->out);
    free(child->error);
}

char *child_line(char *const argv[])
{
    struct child child = child_run(argv, 10);
    char *line = NULL;
    if (child.status == 0 && child.out != NULL) {
        child.out[strcspn(child.out, "\n")] = '\0';
        line = text_copy(child.out);
    }
    child_free(&child);
    return line;
}
