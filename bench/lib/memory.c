/*
 * memory.c - the memory that all workers of a run share.
 * SPDX-License-Identifier: MIT
 */
#include "memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* What stands at the beginning, and tells where the rest is. */
struct header {
    struct run run;
    size_t cores_count;
    size_t tallies_at, answers_at, cores_at, kernel_at, bytes;
    size_t latency_at; /* 0: not kept */
};

struct memory memory = {.descriptor = -1};

/* Room for `count` things of `size` bytes, on a page of its own so that no
 * cache line holds parts of two. */
static size_t place(struct header *header, size_t count, size_t size)
{
    size_t at = header->bytes, bytes;
    if (__builtin_mul_overflow(count, size, &bytes) ||
        __builtin_add_overflow(bytes, at + 4095, &header->bytes))
        die(ENOMEM, "shared memory");
    header->bytes &= ~(size_t)4095;
    return at;
}

static void *map(int descriptor, size_t bytes)
{
    void *base =
        mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    if (base == MAP_FAILED)
        die(errno, "shared memory of %zu bytes", bytes);
    return base;
}

static void find_parts(char *base, int descriptor)
{
    const struct header *header = (const struct header *)base;
    memory = (struct memory){
        .descriptor = descriptor,
        .run = (struct run *)base,
        .tallies = (struct tally *)(base + header->tallies_at),
        .answers = (uint64_t *)(base + header->answers_at),
        .cores = (int *)(base + header->cores_at),
        .cores_count = header->cores_count,
        .latency = header->latency_at == 0
                       ? NULL
                       : (struct latency *)(base + header->latency_at),
    };
}

void memory_create(const struct run *run, const struct topology *topology,
                   size_t cores)
{
    size_t kernel_bytes =
        run->kernel->shared_bytes == NULL ? 0 : run->kernel->shared_bytes(run);
    struct header header = {.cores_count = cores};
    place(&header, 1, sizeof header);
    header.tallies_at = place(&header, run->workers, sizeof(struct tally));
    header.answers_at = place(&header, run->items, sizeof(uint64_t));
    header.cores_at = place(&header, cores, sizeof(int));
    if (run->kernel->bound == BOUND_IO)
        header.latency_at = place(&header, 1, latency_bytes(run->items));
    header.kernel_at = place(&header, 1, kernel_bytes);

    int descriptor = memfd_create("manyways", MFD_CLOEXEC);
    if (descriptor < 0 || ftruncate(descriptor, (off_t)header.bytes) != 0)
        die(errno, "shared memory of %zu bytes", header.bytes);
    char *base = map(descriptor, header.bytes);
    header.run = *run;
    header.run.shared = base + header.kernel_at;
    memcpy(base, &header, sizeof header);
    find_parts(base, descriptor);
    header.run.answers = memory.answers;
    *memory.run = header.run;
    memcpy(memory.cores, topology->os_numbers, cores * sizeof(int));
    if (memory.latency != NULL)
        latency_make(memory.latency, run->items);
}

void memory_attach(int descriptor, const struct settings *settings)
{
    static struct run run;
    struct stat status;
    struct header *header;
    if (fstat(descriptor, &status) != 0 ||
        (size_t)status.st_size < sizeof *header)
        die(errno, "descriptor %d holds no shared memory", descriptor);
    char *base = map(descriptor, (size_t)status.st_size);
    header = (struct header *)base;
    if (header->bytes != (size_t)status.st_size)
        die(0, "descriptor %d holds no shared memory", descriptor);
    find_parts(base, descriptor);
    run = header->run;
    run.kernel = settings->kernel;
    run.settings = settings;
    run.shared = base + header->kernel_at;
    run.answers = memory.answers;
    memory.run = &run;
    /* Its tally travels back in its report. */
    size_t bytes = run.workers * sizeof *memory.tallies;
    memory.tallies = aligned_alloc(alignof(struct tally), bytes);
    if (memory.tallies == NULL)
        die(ENOMEM, "tallies");
    memset(memory.tallies, 0, bytes);
}
