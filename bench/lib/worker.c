/*
 * worker.c - what every strategy calls to run an item, and what an item
 * calls back.
 * SPDX-License-Identifier: MIT
 */
#include "../strategy.h"
#include "clock.h"
#include "memory.h"
#include "op.h"
#include "trace.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

atomic_bool checkpoint_wanted;

/* Which worker the calling thread is. Coroutines of one thread share it:
 * they are one worker with many items under way. */
static _Thread_local struct {
    size_t index;
    struct tally *tally;
    uint64_t cpu_before;
    void *parcel; /* where a copy of it is, or NULL */
} self;

struct share share_of(uint64_t items, size_t workers, size_t w)
{
    uint64_t least = items / workers, longer = items % workers;
    uint64_t first = w * least + (w < longer ? w : longer);
    return (struct share){.first = first, .last = first + least + (w < longer)};
}

void worker_enter(const struct run *run, size_t index)
{
    (void)run;
    self.index = index;
    self.tally = &memory.tallies[index];
    /* A refused pin is no error: a container may forbid it, and the mask of
     * the whole process holds in any case. */
    (void)topology_pin(memory.cores[index % memory.cores_count]);
    trace_enter(index);
    self.cpu_before = clock_thread_cpu();
}

void worker_leave(void)
{
    self.tally->busy_ns += clock_thread_cpu() - self.cpu_before;
    trace_leave();
}

size_t worker_index(void)
{
    return self.index;
}

/* ---------------------------------------------------------------- items */

size_t stages_of(const struct run *run)
{
    size_t count = 0;
    if (run->kernel->stages == NULL)
        return 1;
    while (run->kernel->stages[count].name != NULL)
        count++;
    return count;
}

const char *stage_name(const struct run *run, size_t s)
{
    return run->kernel->stages == NULL ? "item" : run->kernel->stages[s].name;
}

/* One byte more: calloc may answer NULL for none at all. */
void *carry_make(const struct run *run)
{
    return calloc(1, run->kernel->carry_bytes + 1);
}

void carry_drop(const struct run *run, void *carry)
{
    if (run->kernel->drop != NULL)
        run->kernel->drop(carry);
    free(carry);
}

static int stages_in_order(const struct run *run, uint64_t i, uint64_t *answer)
{
    void *carry = carry_make(run);
    int error = carry == NULL ? -ENOMEM : 0;
    if (carry == NULL)
        return error;
    for (const struct stage *s = run->kernel->stages;
         error == 0 && s->name != NULL; s++)
        error = s->work(run, i, carry, answer);
    carry_drop(run, carry);
    return error;
}

static int whole_item(const struct run *run, uint64_t i, uint64_t *answer)
{
    return run->kernel->stages == NULL ? run->kernel->item(run, i, answer)
                                       : stages_in_order(run, i, answer);
}

static void item_begins(uint64_t i)
{
    if (memory.latency != NULL)
        latency_begin(memory.latency, i);
}

static void item_ends(uint64_t i)
{
    if (memory.latency != NULL)
        latency_end(memory.latency, i);
}

static int traced_item(const struct run *run, uint64_t i, uint64_t *answer)
{
    struct trace_item item;
    trace_item_begin(&item, i);
    int error = whole_item(run, i, answer);
    trace_item_end(&item);
    return error;
}

int compute_stage(const struct run *run, uint64_t i, size_t s, void *carry,
                  uint64_t *answer)
{
    struct trace_item item;
    if (run->kernel->stages == NULL)
        return compute_item(run, i, answer);
    if (s == 0)
        item_begins(i);
    if (trace_on)
        trace_stage_begin(&item, stage_name(run, s), i);
    int error = run->kernel->stages[s].work(run, i, carry, answer);
    if (trace_on)
        trace_item_end(&item);
    if (s + 1 == stages_of(run))
        item_ends(i);
    return error;
}

int compute_item(const struct run *run, uint64_t i, uint64_t *answer)
{
    item_begins(i);
    int error =
        trace_on ? traced_item(run, i, answer) : whole_item(run, i, answer);
    item_ends(i);
    return error;
}

static void book(const struct run *run, struct tally *tally, uint64_t i,
                 int error, uint64_t answer)
{
    if (error == 0)
        tally_add(tally, run->round, i, answer);
    else
        tally_fail(tally, run->round, i, -error);
    memory.answers[i] = answer;
}

void book_item(const struct run *run, size_t worker, uint64_t i, int error,
               uint64_t answer)
{
    book(run, &memory.tallies[worker], i, error, answer);
}

int run_item(const struct run *run, uint64_t i)
{
    uint64_t answer = 0;
    int error = compute_item(run, i, &answer);
    book(run, self.tally, i, error, answer);
    return error;
}

/* ------------------------------------------------- what an item calls */

void parcel_at(void *bytes)
{
    self.parcel = bytes;
}

struct parcel item_parcel(const struct run *run, uint64_t i)
{
    struct parcel parcel = {0};
    if (run->kernel->parcel != NULL)
        parcel = run->kernel->parcel(run, i);
    if (self.parcel != NULL)
        parcel.bytes = self.parcel;
    return parcel;
}

static const char *const await_names[] = {
    [OP_SLEEP] = "await sleep",           [OP_READ] = "await read",
    [OP_WRITE] = "await write",           [OP_FSYNC] = "await fsync",
    [OP_CONNECT] = "await connect",       [OP_ACCEPT] = "await accept",
    [OP_WAIT_CHILD] = "await wait_child", [OP_LOCK] = "await lock"};

int64_t await(struct op op)
{
    int64_t (*wait)(struct op *) =
        strategy.await == NULL ? op_block : strategy.await;
    if (!trace_on)
        return wait(&op);
    struct trace_item *item =
        trace_await_begin(op.kind == OP_SLEEP ? op.ns : 0);
    int64_t result = wait(&op);
    trace_await_end(item, await_names[op.kind]);
    return result;
}

/* A trace shows each wait by itself. */
size_t await_in_order(struct op *ops, int64_t *results, size_t count)
{
    if (strategy.await_in_order != NULL && !trace_on)
        return strategy.await_in_order(ops, results, count);
    for (size_t o = 0; o < count; o++) {
        results[o] = await(ops[o]);
        if (!op_complete(&ops[o], results[o]))
            return o + 1;
    }
    return count;
}

uint64_t now_ns(void)
{
    return clock_now();
}

void checkpoint_taken(void)
{
    if (strategy.checkpoint != NULL)
        strategy.checkpoint();
}

void run_branch(struct branch *branch)
{
    struct trace_item traced;
    if (trace_on)
        trace_branch_begin(&traced);
    branch->answer = branch->function(branch->run, branch->argument);
    if (trace_on)
        trace_item_end(&traced);
}

void branch_spawn(struct branch *branch)
{
    if (strategy.spawn != NULL)
        strategy.spawn(branch);
    else
        branch->answer = branch->function(branch->run, branch->argument);
}

uint64_t branch_sync(struct branch *branch)
{
    return strategy.sync != NULL ? strategy.sync(branch) : branch->answer;
}

/* ---------------------------------------------------------------- lock */

/* A process-shared mutex in the kernel's opaque bytes: one that is private
 * to each process would contend on nothing. */
static pthread_mutex_t *mutex_of(struct lock *lock)
{
    _Static_assert(sizeof(pthread_mutex_t) <= sizeof lock->opaque,
                   "struct lock is too small for a mutex");
    return (pthread_mutex_t *)(void *)lock->opaque;
}

int lock_init(struct lock *lock)
{
    pthread_mutexattr_t attributes;
    int error = pthread_mutexattr_init(&attributes);
    if (error == 0)
        error =
            pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    if (error == 0)
        error = pthread_mutex_init(mutex_of(lock), &attributes);
    pthread_mutexattr_destroy(&attributes);
    return -error;
}

/* The free lock is taken without a detour; only waiting is the strategy's
 * business. */
void lock_acquire(struct lock *lock)
{
    if (pthread_mutex_trylock(mutex_of(lock)) != 0)
        (void)await((struct op){.kind = OP_LOCK, .lock = lock});
}

void lock_release(struct lock *lock)
{
    pthread_mutex_unlock(mutex_of(lock));
}

void lock_destroy(struct lock *lock)
{
    pthread_mutex_destroy(mutex_of(lock));
}

/* The wait itself, for op.c. */
void lock_wait(struct lock *lock)
{
    pthread_mutex_lock(mutex_of(lock));
}
