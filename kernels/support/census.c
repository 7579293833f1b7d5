/*
 * census.c - what a process still holds when no item is under way in it.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: /proc says what a process has. /proc/self/fd holds a link for
 * every descriptor, /proc/self/task/N/children the children of a thread,
 * zombies among them.
 * Look for: what is counted is what items make. A strategy opens files of
 * its own at any time: an epoll, a ring.
 * Left out: systems without /proc, where nothing is counted.
 */
#include "census.h"

#include <ctype.h>
#include <dirent.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct holding {
    uint64_t descriptors, children;
};

/* Each process has its own, on purpose: a forked one begins anew. */
static struct {
    pthread_mutex_t lock;
    pid_t process;
    uint64_t under_way;
    struct holding before, reported;
} self = {.lock = PTHREAD_MUTEX_INITIALIZER};

static bool counts(int directory, const char *name)
{
    char target[64];
    const ssize_t n = readlinkat(directory, name, target, sizeof target - 1);

    if (n < 0)
        return false;
    target[n] = '\0';
    return strncmp(target, "pipe:", 5) == 0 ||
           strstr(target, "pidfd") != NULL ||
           strncmp(target, "/memfd:child", 12) == 0;
}

/* Numbers in a text that is a list of them. */
static uint64_t numbers_in(FILE *text)
{
    uint64_t count = 0;
    bool inside = false;

    for (int c; (c = getc(text)) != EOF;) {
        const bool digit = isdigit(c) != 0;

        count += digit && !inside;
        inside = digit;
    }
    return count;
}

static uint64_t children_of(const char *thread)
{
    char path[64];

    snprintf(path, sizeof path, "/proc/self/task/%.20s/children", thread);

    FILE *text = fopen(path, "re");

    if (text == NULL)
        return 0;

    const uint64_t count = numbers_in(text);

    fclose(text);
    return count;
}

static struct holding look(void)
{
    struct holding now = {0};
    const struct dirent *entry;
    DIR *open_files = opendir("/proc/self/fd");
    DIR *threads = opendir("/proc/self/task");

    while (open_files != NULL && (entry = readdir(open_files)) != NULL)
        now.descriptors += counts(dirfd(open_files), entry->d_name);
    while (threads != NULL && (entry = readdir(threads)) != NULL)
        now.children += isdigit((unsigned char)entry->d_name[0])
                            ? children_of(entry->d_name)
                            : 0;
    if (open_files != NULL)
        closedir(open_files);
    if (threads != NULL)
        closedir(threads);
    return now;
}

void census_enter(void)
{
    pthread_mutex_lock(&self.lock);
    if (self.process != getpid()) {
        self.process = getpid();
        self.under_way = 0;
        self.before = look();
        self.reported = self.before;
    }
    self.under_way++;
    pthread_mutex_unlock(&self.lock);
}

/* Adds how much there is more than was reported: what one item leaves
 * behind counts once, however many come after it. */
static void report(_Atomic uint64_t *sum, uint64_t now, uint64_t *reported)
{
    if (now <= *reported)
        return;
    atomic_fetch_add(sum, now - *reported);
    *reported = now;
}

void census_leave(struct census *census)
{
    pthread_mutex_lock(&self.lock);
    if (--self.under_way == 0) {
        const struct holding now = look();

        report(&census->descriptors, now.descriptors,
               &self.reported.descriptors);
        report(&census->children, now.children, &self.reported.children);
    }
    pthread_mutex_unlock(&self.lock);
}
