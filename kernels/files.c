/*
 * files.c - write one file, make sure it is on the disk, read it back.
 *
 * Teaches: which part of file work is waiting. fsync waits for the disk, and
 * such waits overlap, also under a lock that is let go meanwhile. Writing
 * without it (`--mode buffered`) only copies to memory: there is next to
 * nothing to overlap. Formatting the lines of a file (`--mode lines`) is
 * computing (both from the notes on Effective Python, item 37).
 * Look for: elapsed time against items in flight, with fsync and without; and
 * `gil` beside `threads` with `--mode lines`.
 * Left out: reading from the disk. What was just written comes back from
 * memory.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernel.h"
#include "support/fold.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum mode { MODE_FSYNC, MODE_BUFFERED, MODE_LINES };

enum {
    BLOCK = 65536, /* bytes in hand at a time, whatever the size of the file */
    LONGEST_LINE = 80,
    LINES_PER_CHECKPOINT = 64, /* about 30 us */
    /* With --mode lines, unless the user says otherwise: a million. */
    LINES_ITEMS = 40,
    LINES_SIZE = 25000,
};

static const struct option_spec files_options[] = {
    {.name = "mode",
     .argument = "MODE",
     .kind = OPTION_CHOICE,
     .fallback = "fsync",
     .choices = "fsync buffered lines",
     .help = "wait for the disk; only copy to memory; format lines of text"},
    {.name = "directory",
     .argument = "PATH",
     .kind = OPTION_TEXT,
     .fallback = "",
     .help = "where the files go, if not in $TMPDIR or else /var/tmp"},
    {.name = NULL},
};

/* Not /tmp by itself: it often is memory, and fsync has nothing to wait for. */
static const char *files_directory(const struct run *run)
{
    const char *given = option_text(run, "directory");
    const char *usual = getenv("TMPDIR");

    if (*given != '\0')
        return given;
    return usual != NULL && *usual != '\0' ? usual : "/var/tmp";
}

/*
 * A new file without a name: unlinked at once, so that nothing is left behind
 * however the program ends. Returns a descriptor or -errno. The path is not
 * on the stack, which may be a coroutine's and small.
 */
static int files_open(const struct run *run)
{
    char *path;

    if (asprintf(&path, "%s/manyways-XXXXXX", files_directory(run)) < 0)
        return -ENOMEM;

    int fd = mkostemp(path, O_CLOEXEC);

    if (fd < 0)
        fd = -errno;
    else
        unlink(path);
    free(path);
    return fd;
}

/* Refuses a directory that takes no files, in words that name it. */
static const char *files_configure(struct run *run)
{
    static char refusal[VERDICT_TEXT];
    const int fd = files_open(run);

    if (fd < 0) {
        snprintf(refusal, sizeof refusal, "--directory: %s: %s",
                 files_directory(run), strerror(-fd));
        return refusal;
    }
    close(fd);
    if (option_number(run, "mode") == MODE_LINES) {
        if (!option_given(run, "items"))
            run->items = LINES_ITEMS;
        if (!option_given(run, "size"))
            run->size = LINES_SIZE;
    }
    return NULL;
}

/* ---------------------------------------------------- fsync, buffered */

/* The bytes of item i from `offset` on, drawn from the seed. */
static void files_fill(const struct run *run, uint64_t i, uint64_t offset,
                       unsigned char *block, size_t bytes)
{
    const uint64_t series = random_at(run->seed, i);

    for (size_t at = 0; at < bytes; at += sizeof(uint64_t)) {
        const uint64_t word = htole64(mix64(series + offset + at));
        const size_t left = bytes - at;

        memcpy(block + at, &word, left < sizeof word ? left : sizeof word);
    }
}

static size_t files_bytes_at(const struct run *run, uint64_t offset)
{
    return run->size - offset < BLOCK ? run->size - offset : BLOCK;
}

/* Writes the last block and has the file put on the disk, in order. What a
 * short write has left is written after all, and put there too. */
static int files_write_last(int fd, const unsigned char *block, size_t bytes,
                            uint64_t offset)
{
    struct op ops[] = {op_write(fd, block, bytes, (int64_t)offset),
                       op_fsync(fd)};
    int64_t results[2];
    const size_t done = await_in_order(ops, results, 2);

    if (done == 2 || results[0] < 0)
        return (int)results[done - 1];

    const size_t written = (size_t)results[0];
    const int64_t rest = await_write_all(fd, block + written, bytes - written,
                                         (int64_t)(offset + written));

    return rest < 0 ? (int)rest : (int)await(op_fsync(fd));
}

static int files_write(const struct run *run, uint64_t i, int fd,
                       unsigned char *block)
{
    for (uint64_t offset = 0; offset < run->size; offset += BLOCK) {
        const size_t bytes = files_bytes_at(run, offset);
        const bool last = offset + bytes == run->size;

        files_fill(run, i, offset, block, bytes);
        checkpoint();

        if (last && option_number(run, "mode") == MODE_FSYNC)
            return files_write_last(fd, block, bytes, offset);

        const int64_t done = await_write_all(fd, block, bytes, (int64_t)offset);

        if (done < 0)
            return (int)done;
    }
    return 0;
}

/* Folds what the file really holds. A file that ends early is an error. */
static int files_read(const struct run *run, int fd, unsigned char *block,
                      uint64_t *fold)
{
    *fold = 0;
    for (uint64_t offset = 0; offset < run->size; offset += BLOCK) {
        const size_t bytes = files_bytes_at(run, offset);
        const int64_t done = await_read_all(fd, block, bytes, (int64_t)offset);

        if (done < 0)
            return (int)done;
        if ((size_t)done < bytes)
            return -EIO;
        *fold = fold_bytes(*fold, block, bytes);
        checkpoint();
    }
    return 0;
}

/* The fold of what the file ought to hold. */
static uint64_t files_expected(const struct run *run, uint64_t i,
                               unsigned char *block)
{
    uint64_t fold = 0;

    for (uint64_t offset = 0; offset < run->size; offset += BLOCK) {
        const size_t bytes = files_bytes_at(run, offset);

        files_fill(run, i, offset, block, bytes);
        fold = fold_bytes(fold, block, bytes);
    }
    return fold;
}

/* -------------------------------------------------------------- lines */

/* Folds a block of text and writes it behind the last one; with fd -1, as
 * the check has it, only folds it. */
static int files_flush(int fd, const char *text, size_t bytes, uint64_t *fold)
{
    *fold = fold_bytes(*fold, text, bytes);
    if (fd < 0)
        return 0;
    checkpoint();

    const int64_t done = await_write_all(fd, text, bytes, -1);

    return done < 0 ? (int)done : 0;
}

/* A number from 0 to 1000, exactly the same on every machine. */
static double files_reading(uint64_t series, uint64_t at)
{
    return (double)(mix64(series + at) >> 11) * 0x1p-53 * 1000;
}

/* Formats the lines of item i and hands them on a block at a time, as stdio
 * would. */
static int files_format(const struct run *run, uint64_t i, int fd, char *block,
                        uint64_t *fold)
{
    const uint64_t series = random_at(run->seed, i);
    size_t used = 0;
    int error = 0;

    *fold = 0;
    for (uint64_t line = 1; line <= run->size && error == 0; line++) {
        used += (size_t)snprintf(block + used, LONGEST_LINE,
                                 "line %" PRIu64 " of file %" PRIu64
                                 ": %.6f %.6f\n",
                                 line, i, files_reading(series, 2 * line),
                                 files_reading(series, 2 * line + 1));
        if (used > BLOCK - LONGEST_LINE || line == run->size) {
            error = files_flush(fd, block, used, fold);
            used = 0;
        } else if (fd >= 0 && line % LINES_PER_CHECKPOINT == 0) {
            checkpoint();
        }
    }
    return error;
}

/* -------------------------------------------------------------- kernel */

static int files_round_trip(const struct run *run, uint64_t i, int fd,
                            void *block, uint64_t *answer)
{
    const int error = files_write(run, i, fd, block);

    return error != 0 ? error : files_read(run, fd, block, answer);
}

static int files_item(const struct run *run, uint64_t i, uint64_t *answer)
{
    const int fd = files_open(run);
    void *block = malloc(BLOCK);
    int error;

    if (fd < 0)
        error = fd;
    else if (block == NULL)
        error = -ENOMEM;
    else if (option_number(run, "mode") == MODE_LINES)
        error = files_format(run, i, fd, block, answer);
    else
        error = files_round_trip(run, i, fd, block, answer);
    free(block);
    if (fd >= 0)
        close(fd);
    return error;
}

static bool files_check(const struct run *run, struct verdict *verdict)
{
    const bool lines = option_number(run, "mode") == MODE_LINES;
    void *block = malloc(BLOCK);
    uint64_t i = 0, right;

    if (block == NULL) {
        verdict_say(verdict, "no memory for the check");
        return false;
    }
    for (; i < run->items; i++) {
        if (lines)
            files_format(run, i, -1, block, &right);
        else
            right = files_expected(run, i, block);
        if (run->answers[i] != right)
            break;
    }
    free(block);
    if (i == run->items)
        return true;
    verdict_say(verdict, "file %" PRIu64 " held something else", i);
    return false;
}

KERNEL(files) = {
    .summary = "write, fsync, read back and verify a file",
    .item_is = "one file",
    .size_is = "bytes in a file; with --mode lines, lines",
    .bound = BOUND_IO,
    .items = 640,
    .size = BLOCK,
    .most_items = 1 << 24,
    .most_size = 1 << 30,
    .quick = "--items 160",
    .small = "--items 14 --size 3000",
    .options = files_options,
    .configure = files_configure,
    .item = files_item,
    .check = files_check,
};
