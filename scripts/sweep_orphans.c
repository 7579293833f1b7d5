/*
 * sweep_orphans.c - one sweep at a time, and nothing left over from the last.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: SIGKILL cannot be caught, so a program that must clean up after its
 * own violent death needs somebody else to do it. Here two do:
 *   a *guard*, a process of its own that reads from a line whose other end the
 *   sweep holds: the kernel closes that end however the sweep dies;
 *   the next sweep, should the guard have been killed too.
 * Both know what is left by a file, .running, which every program that a sweep
 * starts inherits open. Two files are locked with flock: .lock by the living
 * sweep (or the guard while it cleans up) and not inherited, so that whoever
 * has it knows that no sweep is alive; .running by all that a sweep started,
 * so that whoever can lock it knows that nothing is left.
 * Left out: programs that close descriptors they did not open. They end by
 * themselves or not at all.
 */
#include "sweep.h"

#include "../bench/lib/clock.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE_MS = 5000, GUARD_PATIENCE_MS = 100, NAP_MS = 10 };

static int guard_line = -1;

static void nap(void)
{
    struct timespec time = clock_timespec((uint64_t)NAP_MS * NS_PER_MS);
    nanosleep(&time, NULL);
}

/* Tries for so long; false when somebody else keeps the lock. */
static bool lock_file(int file, unsigned patience_ms)
{
    uint64_t end = clock_now() + (uint64_t)patience_ms * NS_PER_MS;
    while (flock(file, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK || clock_now() >= end)
            return false;
        nap();
    }
    return true;
}

/* --------------------------------------------------------------- orphans */

/* Whether a process has the file open for reading and writing, as those have
 * that inherited it. */
static bool holds(const char *id, const struct stat *file)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%.20s/fd", id);
    DIR *open_files = opendir(path);
    bool found = false;
    if (open_files == NULL)
        return false;
    for (struct dirent *e; !found && (e = readdir(open_files)) != NULL;) {
        struct stat target, link;
        int at = dirfd(open_files);
        found = fstatat(at, e->d_name, &target, 0) == 0 &&
                target.st_dev == file->st_dev &&
                target.st_ino == file->st_ino &&
                fstatat(at, e->d_name, &link, AT_SYMLINK_NOFOLLOW) == 0 &&
                (link.st_mode & 0600) == 0600;
    }
    closedir(open_files);
    return found;
}

/* Kills every process but this one that has the file open. */
static void kill_holders(const struct stat *file)
{
    DIR *proc = opendir("/proc");
    if (proc == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(proc)) != NULL;) {
        pid_t id = (pid_t)atoi(entry->d_name);
        if (isdigit((unsigned char)entry->d_name[0]) && id != getpid() &&
            holds(entry->d_name, file))
            kill(id, SIGKILL);
    }
    closedir(proc);
}

/* Ends what an earlier sweep left running; the caller has .lock. Looks again
 * until the file can be locked: one that is killed may just have forked. */
static bool orphans_end(int running)
{
    struct stat file;
    if (fstat(running, &file) != 0)
        return false;
    uint64_t end = clock_now() + (uint64_t)PATIENCE_MS * NS_PER_MS;
    while (!lock_file(running, 0)) {
        if (clock_now() >= end)
            return false;
        kill_holders(&file);
        nap();
    }
    return true;
}

/* ----------------------------------------------------------------- guard */

/* Reads the directory's name and waits for the other end to be closed. Its
 * last byte is a line end when the sweep ended in good order. */
static bool guard_wait(int from, char *directory, size_t room)
{
    size_t n = 0;
    ssize_t got;
    while ((got = read(from, directory + n, room - 1 - n)) != 0) {
        if (got < 0 && errno != EINTR)
            return false;
        n += got > 0 ? (size_t)got : 0;
    }
    directory[n] = '\0';
    return n > 0 && directory[n - 1] != '\n';
}

static _Noreturn void guard_become(int from)
{
    static char directory[8192], path[8300];
    setsid(); /* what is sent to the sweep's group is not for the guard */
    prctl(PR_SET_NAME, "sweep-guard");
    int nothing = open("/dev/null", O_RDWR);
    dup2(from, STDIN_FILENO);
    dup2(nothing, STDOUT_FILENO);
    dup2(nothing, STDERR_FILENO);
    close_range(3, ~0u, 0);
    if (!guard_wait(STDIN_FILENO, directory, sizeof directory))
        _exit(0);
    snprintf(path, sizeof path, "%s/.lock", directory);
    int lock = open(path, O_RDWR | O_CLOEXEC);
    snprintf(path, sizeof path, "%s/.running", directory);
    int running = open(path, O_RDWR | O_CLOEXEC);
    /* When the lock is taken, another sweep is at work and has cleaned up. */
    if (lock >= 0 && running >= 0 && lock_file(lock, GUARD_PATIENCE_MS))
        orphans_end(running);
    _exit(0);
}

void guard_start(void)
{
    int ends[2], status;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        die(errno, "line to the guard");
    /* A child's child: it is nobody that the sweep would wait for. */
    pid_t child = fork();
    if (child < 0)
        die(errno, "fork");
    if (child == 0) {
        close(ends[1]);
        if (fork() == 0)
            guard_become(ends[0]);
        _exit(0);
    }
    waitpid(child, &status, 0);
    close(ends[0]);
    guard_line = ends[1];
}

/* Without a signal when the guard has been killed: the next sweep will do its
 * work then. */
static void guard_tell(const char *text)
{
    (void)send(guard_line, text, strlen(text), MSG_NOSIGNAL);
}

void guard_dismiss(void)
{
    guard_tell("\n");
    close(guard_line);
}

/* ----------------------------------------------------------------- lock */

static void make_directories(const char *path)
{
    char *copy = text_copy(path);
    for (char *slash = strchr(copy + 1, '/'); slash != NULL;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(copy, 0777) != 0 && errno != EEXIST)
            die(errno, "%s", copy);
        *slash = '/';
    }
    if (mkdir(copy, 0777) != 0 && errno != EEXIST)
        die(errno, "%s", copy);
    free(copy);
}

static int open_or_die(const char *path, int flags)
{
    int file = open(path, O_RDWR | O_CREAT | flags, 0666);
    if (file < 0)
        die(errno, "%s", path);
    return file;
}

static void lock_busy(const char *path)
{
    char *owner = text_of_file(path);
    die(0, "%s: locked by process %s: another sweep is running here", path,
        owner == NULL ? "?" : owner);
}

void session_lock(const char *results)
{
    make_directories(results);
    char *path = text_format("%s/.lock", results);
    char *running_path = text_format("%s/.running", results);
    int lock = open_or_die(path, O_CLOEXEC);
    if (!lock_file(lock, PATIENCE_MS))
        lock_busy(path);
    if (ftruncate(lock, 0) != 0 || dprintf(lock, "%d\n", getpid()) < 0)
        die(errno, "%s", path);
    /* From here on the guard knows where to look. */
    guard_tell(results);
    if (!orphans_end(open_or_die(running_path, 0)))
        die(0, "%s: held by a program of an earlier sweep that cannot be ended",
            running_path);
    free(running_path);
    free(path);
}
