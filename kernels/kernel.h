/*
 * kernel.h - what a kernel is, and the only ways in which it may wait.
 * SPDX-License-Identifier: MIT
 *
 * A kernel is WHAT is computed: `items` independent pieces of work in each of
 * `rounds` rounds. How they are run - one after the other, by threads, by
 * processes, by coroutines - is a strategy's business (bench/strategy.h); no
 * kernel knows which strategy runs it, no strategy knows a kernel by name.
 *
 * To add a kernel, add one file to this folder:
 *
 *     #include "kernel.h"
 *
 *     static int square_item(const struct run *run, uint64_t i,
 *                            uint64_t *answer)
 *     {
 *         *answer = (i + run->seed) * (i + run->seed);
 *         return 0;
 *     }
 *     ...
 *     KERNEL(square) = {
 *         .summary = "squares", .bound = BOUND_CPU, .items = 1000,
 *         .item = square_item, .check = square_check,
 *     };
 *
 * Rules, and what breaks without them:
 * - State lives in run->shared or on the item's stack, never in a static:
 *   forked and exec'd workers would each have a static of their own.
 * - Shared memory holds no pointers: an exec'd worker maps it elsewhere.
 * - An item waits only through await() and lock_acquire(): a coroutine
 *   strategy that meets a plain sleep(2) stops every item, not one.
 * - An item that computes for long calls checkpoint() at least every 100 us,
 *   as an interpreter looks for a thread switch between two byte codes.
 * - Errors are -errno, returned: coroutines share one errno.
 * - Every kernel has a check. A wrong answer never gets a time.
 * - No threads, fork for parallelism, epoll, timing or printing in here.
 *
 * Left out: items that depend on each other within a round. What must come
 * after something else goes into the next round.
 */
#ifndef KERNEL_H
#define KERNEL_H

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

/* ------------------------------------------------------------- options */

enum option_kind {
    OPTION_NUMBER,   /* a whole number, least..most */
    OPTION_DURATION, /* 350ms, 5us, 2s, 10ns; kept in nanoseconds */
    OPTION_CHOICE,   /* one word of `choices`; kept as its position, from 0 */
    OPTION_TEXT,     /* any text */
    OPTION_FLAG,     /* takes no value: "yes" where it is given, else "no" */
};

/*
 * One option that a kernel or a strategy declares for itself. A table of
 * them ends with an entry whose name is NULL. `fallback` is the value in
 * force when the option is not given, written as a user would write it.
 */
struct option_spec {
    const char *name;     /* without the dashes: "latency" */
    const char *argument; /* what --help calls its value: "TIME" */
    enum option_kind kind;
    const char *fallback;
    const char *choices;  /* OPTION_CHOICE: "first second third" */
    uint64_t least, most; /* NUMBER, DURATION; most 0 means no limit */
    bool hidden;          /* not shown by --help: internal use */
    const char *help;     /* one sentence, no full stop */
};

/* ----------------------------------------------------------------- run */

struct kernel;

/*
 * One run of one kernel, as an item sees it. It lives in memory that all
 * workers share, so a worker that was forked before round 7 still reads
 * round 7 here. Items only read it.
 */
struct run {
    const struct kernel *kernel;
    uint64_t items;  /* in each round; at least 1 */
    uint64_t size;   /* what it counts is the kernel's to say */
    uint64_t rounds; /* at least 1 */
    uint64_t seed;
    uint64_t round; /* the round under way, from 0 */
    size_t workers; /* how many workers the strategy has */
    void *shared;   /* the kernel's own shared_bytes, zeroed before setup */

    /* For `check` alone, after the last round. */
    const uint64_t *answers; /* of the last round, one per item */
    uint64_t wall_ns;        /* from the first item to the last, all rounds */

    const struct settings *settings; /* behind option_number(), below */
};

/*
 * The value of an option that this run's kernel or strategy declares:
 * a number, nanoseconds, or the position of the chosen word. Asking for a
 * name that neither declares ends the program: it is a mistake in the
 * source. Safe from any worker.
 */
uint64_t option_number(const struct run *run, const char *name);
/* The same for OPTION_TEXT; the text lives as long as the program. */
const char *option_text(const struct run *run, const char *name);
/* Whether the user gave --items, --size or --rounds ("items", ...) or one
 * of the declared options, rather than leaving it to its default. */
bool option_given(const struct run *run, const char *name);

/* -------------------------------------------------------------- kernel */

enum bound {
    BOUND_NONE,   /* does nothing: measures the harness itself */
    BOUND_CPU,    /* limited by the processor */
    BOUND_MEMORY, /* limited by memory bandwidth */
    BOUND_SHARED, /* limited by a variable that all workers write */
    BOUND_IO,     /* waits most of the time */
};

enum { VERDICT_FIGURES = 12, VERDICT_TEXT = 240 };

/* What a check found, to be shown to the user and kept in the JSON. */
struct verdict {
    char text[VERDICT_TEXT]; /* why it is wrong; or, when right, a remark */
    struct {
        const char *name; /* "lost": a field of the JSON object */
        uint64_t value;
    } figures[VERDICT_FIGURES];
};

/* Puts one line into verdict->text, as printf does. */
void verdict_say(struct verdict *verdict, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Adds a named figure. The name is not copied. */
void verdict_figure(struct verdict *verdict, const char *name, uint64_t value);

/*
 * One of the steps of an item that a kernel names, so that `pipeline` may run
 * each step of all items apart, and other strategies all steps of an item in
 * a row. What a step leaves for the next one stands in `carry`: carry_bytes
 * of memory, zeroed before the first step, in one process, but not always on
 * the same thread. The last step stores the answer. 0 or -errno; after an
 * error the later steps are left out.
 */
struct stage {
    const char *name; /* "resize"; NULL ends a table of them */
    int (*work)(const struct run *run, uint64_t i, void *carry,
                uint64_t *answer);
};

/*
 * Bytes that an item is given and gives back changed, as a function has an
 * argument and a result. count 0: none.
 */
struct parcel {
    void *bytes;
    size_t count;
};

struct kernel {
    const char *name;      /* set by KERNEL() */
    const char *summary;   /* one line for --list */
    const char *item_is;   /* what one item is: "all divisors of one number" */
    const char *size_is;   /* what --size counts; NULL: it has no meaning */
    const char *rounds_is; /* what a round is; NULL: a plain repetition */
    enum bound bound;

    /* In force when the options are not given. rounds 0 means 1. `items`
     * is sized so that `sequential` takes 0.3-1 s on a common machine. */
    uint64_t items, size, rounds;
    uint64_t most_items, most_size; /* refused above; 0 means 2^32 */

    /* How much stack an item needs at the most, everything it calls
     * included; 0 means up to 64 KiB. Kernels that keep very many items
     * waiting say so, and get small stacks: below 4096 bytes. */
    size_t stack_bytes;

    /* Strategies that keep all items under way at once keep no more than
     * so many of this kernel's, unless --inflight says otherwise; 0: no
     * limit. For items that are dear in something else than time. */
    uint64_t most_inflight;

    /* Command-line arguments of smaller forms, read by scripts from
     * `--list --json`: `quick` for a sweep of minutes (about 0.1 s
     * sequential; NULL: such a sweep leaves the kernel out), `small` for
     * the test matrix (a few milliseconds). */
    const char *quick, *small;

    const struct option_spec *options; /* or NULL */

    /*
     * Optional. Called once, before anything is allocated, when all options
     * are known: may change run->items, size or rounds (see option_given).
     * Answers NULL, or one line that says why this run is refused.
     */
    const char *(*configure)(struct run *run);

    /* Optional: how many bytes of shared memory the kernel wants. */
    size_t (*shared_bytes)(const struct run *run);

    /* Optional: fills run->shared before the first round, in one thread,
     * outside the time. 0 or -errno; or calls cannot_run(). */
    int (*setup)(const struct run *run);

    /*
     * Item i of round run->round. Stores the answer and returns 0, or
     * returns -errno, which makes the whole run fail with that reason. May
     * be called by any worker, for different i at the same time; for one i
     * and one round it is called exactly once. Must not keep the answer
     * pointer. NULL for a kernel that has stages.
     */
    int (*item)(const struct run *run, uint64_t i, uint64_t *answer);

    /*
     * Optional: the parcel of item i, in run->shared, which no other item
     * touches. The item asks item_parcel() for it. Most strategies leave it
     * where it is; `process_pool` sends it to the process that runs the
     * item, and back.
     */
    struct parcel (*parcel)(const struct run *run, uint64_t i);

    /* Instead of `item`: its steps, in order. */
    const struct stage *stages;
    size_t carry_bytes;
    /* Optional: gives back what a carry holds, once, when its item is over,
     * however far it came. */
    void (*drop)(void *carry);

    /*
     * After the last round: is the work right? Called once, in one thread,
     * outside the time, and only when every item ran exactly once a round.
     * Looks at run->answers, run->shared and run->wall_ns. Returns false
     * and says why with verdict_say().
     */
    bool (*check)(const struct run *run, struct verdict *verdict);

    /* Optional, of kernels that wait: the nanoseconds that no item can go
     * below, because what it waits for takes so long; 0 when that depends. A
     * run that seems faster measured something else. */
    uint64_t (*least_ns)(const struct run *run);

    /* Optional: undoes setup. Called also when the run failed. */
    void (*teardown)(const struct run *run);
};

/* Makes a kernel known to every strategy: KERNEL(gcd) = { ... }; */
#define KERNEL(name_)                                                          \
    static struct kernel name_##_kernel;                                       \
    __attribute__((constructor)) static void name_##_register(void)            \
    {                                                                          \
        name_##_kernel.name = #name_;                                          \
        kernel_register(&name_##_kernel);                                      \
    }                                                                          \
    static struct kernel name_##_kernel

void kernel_register(const struct kernel *kernel);

/* ------------------------------------------------------------- waiting */

enum op_kind {
    OP_SLEEP,
    OP_READ,
    OP_WRITE,
    OP_FSYNC,
    OP_CONNECT,
    OP_ACCEPT,
    OP_WAIT_CHILD,
    OP_LOCK,
};

/*
 * Something that takes time but no processor. Ops say what is to be done
 * (read these bytes), not what is hoped for (tell me when I can): the first
 * can be built on the second and not the reverse, and files have no
 * readiness. Make one with the functions below.
 */
struct op {
    enum op_kind kind;
    union {
        int fd;
        pid_t child; /* WAIT_CHILD */
    };
    union {
        void *buffer;                   /* READ, WRITE */
        const struct sockaddr *address; /* CONNECT */
        struct lock *lock;              /* LOCK */
    };
    union {
        size_t bytes;            /* READ, WRITE */
        socklen_t address_bytes; /* CONNECT */
        uint64_t ns;             /* SLEEP */
    };
    union {
        int64_t offset; /* READ, WRITE: in a file; -1: where it stands */
        bool started;   /* CONNECT, the strategy's own: it is under way */
    };
    uint64_t deadline_ns; /* by now_ns(); 0: waits for ever */
};

/*
 * Waits until `op` is done, in the way of the strategy that runs this item,
 * and returns what the system call would: a count, a descriptor, a child's
 * wait status, 0; or -errno. Reads and writes may be short. An interrupted
 * call is taken up again and never shows as -EINTR. Only to be called from
 * inside an item.
 */
int64_t await(struct op op);

/* The same until all bytes have moved. Returns the count, smaller only when
 * the input ended; or -errno. */
int64_t await_read_all(int fd, void *buffer, size_t bytes, int64_t offset);
int64_t await_write_all(int fd, const void *buffer, size_t bytes,
                        int64_t offset);

/*
 * Several ops, each to begin when the one before has moved all its bytes:
 * send the question, read the answer. Most strategies wait for one after the
 * other; `uring` hands them over linked, and waits once. Returns how many
 * have been carried out, the last of which may have failed or been short;
 * results[] has as many.
 */
size_t await_in_order(struct op *ops, int64_t *results, size_t count);

/* The monotonic clock, in nanoseconds: for deadlines, and for kernels whose
 * purpose is a response time. */
uint64_t now_ns(void);

/* The same op, given up at `deadline_ns` by now_ns(): await() then answers
 * -ETIMEDOUT, and what was to be waited for may still come about later. Has
 * no effect on sleeps, locks, fsync and files, which end by themselves. */
static inline struct op op_until(struct op op, uint64_t deadline_ns)
{
    op.deadline_ns = deadline_ns;
    return op;
}

static inline struct op op_sleep(uint64_t ns)
{
    return (struct op){.kind = OP_SLEEP, .ns = ns};
}

/* At most `bytes` bytes from `offset`, or from where the descriptor stands
 * when offset is -1 (pipes and sockets have no other way). */
static inline struct op op_read(int fd, void *buffer, size_t bytes,
                                int64_t offset)
{
    return (struct op){.kind = OP_READ,
                       .fd = fd,
                       .buffer = buffer,
                       .bytes = bytes,
                       .offset = offset};
}

static inline struct op op_write(int fd, const void *buffer, size_t bytes,
                                 int64_t offset)
{
    return (struct op){.kind = OP_WRITE,
                       .fd = fd,
                       .buffer = (void *)(uintptr_t)buffer,
                       .bytes = bytes,
                       .offset = offset};
}

static inline struct op op_fsync(int fd)
{
    return (struct op){.kind = OP_FSYNC, .fd = fd};
}

static inline struct op op_connect(int fd, const struct sockaddr *address,
                                   socklen_t address_bytes)
{
    return (struct op){.kind = OP_CONNECT,
                       .fd = fd,
                       .address = address,
                       .address_bytes = address_bytes};
}

/* Answers the new descriptor, close-on-exec. */
static inline struct op op_accept(int fd)
{
    return (struct op){.kind = OP_ACCEPT, .fd = fd};
}

/* Answers the status as waitpid(2) gives it; the child is reaped. */
static inline struct op op_wait_child(pid_t child)
{
    return (struct op){.kind = OP_WAIT_CHILD, .child = child};
}

/*
 * Between two steps of a long computation. Costs one load and one branch
 * that is never taken; under `gil` it is where the lock may change hands.
 */
extern atomic_bool checkpoint_wanted;
void checkpoint_taken(void);

static inline void checkpoint(void)
{
    if (__builtin_expect(
            atomic_load_explicit(&checkpoint_wanted, memory_order_relaxed),
            false))
        checkpoint_taken();
}

/* -------------------------------------------------------------- shared */

/*
 * A mutual-exclusion lock that works between threads and between processes;
 * put it into run->shared. Waiting for it counts as waiting: under `gil` the
 * interpreter lock is let go meanwhile. An item must not await() anything
 * else while it holds one.
 */
struct lock {
    alignas(64) unsigned char opaque[64];
};

int lock_init(struct lock *lock); /* 0 or -errno */
void lock_acquire(struct lock *lock);
void lock_release(struct lock *lock);
void lock_destroy(struct lock *lock);

/* The parcel of item i: that of kernel->parcel, or the copy that came to
 * this process. Only valid until the item ends. */
struct parcel item_parcel(const struct run *run, uint64_t i);

/* Which worker runs this item, 0..run->workers-1. Two items that run at the
 * same moment on different workers see different numbers. */
size_t worker_index(void);

/* ----------------------------------------------------------- task tree */

/*
 * A branch of a task tree. An item that divides its work spawns one half and
 * does the other itself, then waits for the first:
 *
 *     struct branch left = branch_of(run, tree, n - 1);
 *     branch_spawn(&left);
 *     uint64_t right = tree(run, n - 2);
 *     return branch_sync(&left) + right;
 *
 * Most strategies call the function at once, in place; `stealing` and
 * `openmp` let an idle worker take it. The branch stays where it is (on the
 * spawner's stack) until branch_sync has returned its answer, and branches
 * are synced in the reverse order of spawning. A branch must not await().
 * The model is Cilk's: Frigo, Leiserson, Randall, "The implementation of the
 * Cilk-5 multithreaded language", PLDI 1998.
 */
struct branch {
    uint64_t (*function)(const struct run *run, uint64_t argument);
    const struct run *run;
    uint64_t argument;
    uint64_t answer;
    atomic_bool done;
};

static inline struct branch
branch_of(const struct run *run,
          uint64_t (*function)(const struct run *, uint64_t), uint64_t argument)
{
    return (struct branch){
        .function = function, .run = run, .argument = argument};
}

void branch_spawn(struct branch *branch);
uint64_t branch_sync(struct branch *branch);

/* ------------------------------------------------------------- helpers */

/*
 * Starts another program of this project, build/<name>, for this run: a
 * server, say. It gets `arguments` (ended by NULL) and after them
 * `--control FD`: one end of a stream socket, whose other end is the result
 * (close-on-exec); or -errno. The helper must end when the socket is closed,
 * and is killed when this program ends, even by a signal. It runs on cores
 * that no worker is pinned to, where there are any. Only to be called in
 * setup. Its processor time counts for no one.
 */
int helper_start(const char *name, const char *const *arguments);

/* Closes the socket and waits until the helper has ended; after a second it
 * is killed. */
void helper_stop(int control);

/* Ends the program with exit status 77 and one line that says why this
 * kernel cannot run here. Only to be called in setup. */
_Noreturn void cannot_run(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* -------------------------------------------------------------- mixing */

/*
 * A strong 64-bit mix: every bit of the input reaches every bit of the
 * output, and no two inputs share an output. Good as a hash and, fed with
 * seed and index, as a source of repeatable random numbers. SplitMix64:
 * Steele, Lea, Flood, "Fast splittable pseudorandom number generators",
 * OOPSLA 2014.
 */
static inline uint64_t mix64(uint64_t x)
{
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/* The i-th number of the random series that `seed` names. */
static inline uint64_t random_at(uint64_t seed, uint64_t i)
{
    return mix64(mix64(seed) ^ i);
}

#endif
