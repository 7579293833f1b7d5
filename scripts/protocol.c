/*
 * protocol.c - who may go on when: the textbooks' programs on queues, futures
 * and generators, and the order in which they print.
 *
 * Teaches: what a queue or a future promises is an order, not a speed. Of two
 * lines one comes first because somebody waits for it, and everything else
 * may come as it likes.
 * Look at: the waits. Between lines whose order the book's program leaves to
 * chance, a turn is taken here on purpose; the one order that is the claim is
 * left to the queue or the future alone, and a nap gives a wrong one the time
 * to show.
 * Left out: speed, and more than two threads (bench/tests/check_queue.c and
 * check_executor.c have many).
 *
 * SPDX-License-Identifier: MIT
 */
#include "../bench/lib/clock.h"
#include "../bench/lib/die.h"
#include "../bench/lib/executor.h"
#include "../bench/lib/generator.h"
#include "../bench/lib/queue.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static const char usage[] =
    "Usage: protocol bounded | join | future | minimize\n"
    "Prints what two threads do, in the order in which they do it.\n"
    "\n"
    "  bounded   a put into a full queue waits for room (Effective Python, "
    "39)\n"
    "  join      a queue's join waits for what was put to be done (the same)\n"
    "  future    a future is not done, then done, and calls back (Fluent\n"
    "            Python, 17)\n"
    "  minimize  a generator is sent numbers and yields the least so far\n"
    "            (Effective Python, 40)\n"
    "\n"
    "Exit status: 0 the order is the book's; 1 it is not; 2 wrong usage. Who\n"
    "waits longer than 20 s is ended by SIGALRM.\n";

enum {
    NAP_MS = 50,  /* for what must not happen to happen */
    LIMIT_S = 20, /* for what must happen */
    TEXT = 1000,
};

/* ---------------------------------------------------------------- the log */

/* What was said so far. The mutex makes saying and what is said one step. */
static struct {
    pthread_mutex_t mutex;
    pthread_cond_t grown;
    char text[TEXT];
} told = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, ""};

static void say_locked(const char *line)
{
    size_t n = strlen(told.text);
    snprintf(told.text + n, TEXT - n, "%s\n", line);
    puts(line);
    pthread_cond_broadcast(&told.grown);
}

static void say(const char *line)
{
    pthread_mutex_lock(&told.mutex);
    say_locked(line);
    pthread_mutex_unlock(&told.mutex);
}

/* Takes a turn: waits until the other one has said this. */
static void await_line(const char *line)
{
    pthread_mutex_lock(&told.mutex);
    while (strstr(told.text, line) == NULL)
        pthread_cond_wait(&told.grown, &told.mutex);
    pthread_mutex_unlock(&told.mutex);
}

static void nap(void)
{
    nanosleep(&(struct timespec){.tv_nsec = NAP_MS * (long)NS_PER_MS}, NULL);
}

static pthread_t start(void *(*function)(void *), void *argument)
{
    pthread_t thread;
    int error = pthread_create(&thread, NULL, function, argument);
    if (error != 0)
        die(error, "thread");
    return thread;
}

static struct queue *queue_of(size_t capacity)
{
    struct queue *queue = queue_create(capacity);
    if (queue == NULL)
        die(ENOMEM, "queue");
    return queue;
}

/* ---------------------------------------------------------------- bounded */

/* The nap lets a second put that does not wait go on before its time. Taking
 * and saying so is one step, or the producer could speak in between. */
static void *bounded_consumer(void *queue)
{
    void *thing;
    await_line("Producer put 1\n");
    nap();
    pthread_mutex_lock(&told.mutex);
    queue_get(queue, &thing);
    say_locked("Consumer got 1");
    pthread_mutex_unlock(&told.mutex);
    await_line("Producer done\n");
    queue_get(queue, &thing);
    say("Consumer got 2");
    say("Consumer done");
    return NULL;
}

static const char *bounded(void)
{
    static int things[2];
    struct queue *queue = queue_of(1);
    pthread_t consumer = start(bounded_consumer, queue);
    queue_put(queue, &things[0]);
    say("Producer put 1");
    queue_put(queue, &things[1]);
    say("Producer put 2");
    say("Producer done");
    pthread_join(consumer, NULL);
    queue_destroy(queue);
    return "Producer put 1\n"
           "Consumer got 1\n"
           "Producer put 2\n"
           "Producer done\n"
           "Consumer got 2\n"
           "Consumer done\n";
}

/* ------------------------------------------------------------------- join */

static void *join_consumer(void *queue)
{
    void *work;
    say("Consumer waiting");
    queue_get(queue, &work);
    await_line("Producer waiting\n");
    say("Consumer working");
    nap();
    say("Consumer done");
    queue_task_done(queue);
    return NULL;
}

static const char *join(void)
{
    static int work;
    struct queue *queue = queue_of(0);
    pthread_t consumer = start(join_consumer, queue);
    await_line("Consumer waiting\n");
    say("Producer putting");
    queue_put(queue, &work);
    say("Producer waiting");
    queue_join(queue);
    say("Producer done");
    pthread_join(consumer, NULL);
    queue_destroy(queue);
    return "Consumer waiting\n"
           "Producer putting\n"
           "Producer waiting\n"
           "Consumer working\n"
           "Consumer done\n"
           "Producer done\n";
}

/* ----------------------------------------------------------------- future */

/* Seen by a task in another process, too. */
static struct shared {
    atomic_bool open;
    atomic_uint called;
} * shared;

static int wait_at_gate(void *context, uint64_t n, uint64_t *answer)
{
    (void)context;
    while (!atomic_load(&shared->open))
        nanosleep(&(struct timespec){.tv_nsec = (long)NS_PER_MS}, NULL);
    *answer = n + 1;
    return 0;
}

static void call_back(void *context, struct future *future)
{
    (void)context;
    if (future_done(future))
        atomic_fetch_add(&shared->called, 1);
}

static void say_future(struct future *future)
{
    say(future_done(future) ? "done: yes" : "done: no");
    say(atomic_load(&shared->called) == 0   ? "called back: no"
        : atomic_load(&shared->called) == 1 ? "called back: once"
                                            : "called back: several times");
}

/* One who waits for at most so long must have waited for so long. */
static void say_result(struct future *future)
{
    uint64_t answer = 0, began = clock_now(),
             limit = (uint64_t)NAP_MS * NS_PER_MS;
    int error = future_result(future, &answer, (int64_t)limit);
    if (error == -ETIMEDOUT)
        say(clock_now() - began >= limit ? "result: timed out"
                                         : "result: timed out too early");
    else
        say(error == 0 && answer == 42 ? "result: 42" : "result: wrong");
}

/* The callback runs in the worker, as soon as the future is done. */
static void await_callback(void)
{
    for (int naps = 0; naps < 100 && atomic_load(&shared->called) == 0; naps++)
        nap();
}

static void future_by(struct executor *executor)
{
    atomic_store(&shared->open, false);
    atomic_store(&shared->called, 0);
    struct future *future = executor_submit(executor, wait_at_gate, NULL, 41);
    future_when_done(future, call_back, NULL);
    say_future(future);
    say_result(future);
    atomic_store(&shared->open, true);
    future_result(future, NULL, FOREVER);
    await_callback();
    say_result(future);
    say_future(future);
    future_free(future);
    executor_free(executor);
}

static const char *future(void)
{
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        die(errno, "shared memory");
    say("threads");
    future_by(executor_threads(1, NULL));
    say("processes");
    future_by(executor_processes(1, NULL));
#define BOOK                                                                   \
    "done: no\ncalled back: no\nresult: timed out\n"                           \
    "result: 42\ndone: yes\ncalled back: once\n"
    return "threads\n" BOOK "processes\n" BOOK;
}

/* --------------------------------------------------------------- minimize */

enum { GENERATOR_BYTES = 1024 }; /* what its body needs besides the switch */

static _Noreturn int64_t minimize_body(void *argument)
{
    (void)argument;
    int64_t least = generator_yield(0);
    for (;;) {
        int64_t sent = generator_yield(least);
        least = sent < least ? sent : least;
    }
}

static const char *minimize(void)
{
    static const int64_t sent[] = {10, 4, 22, -1};
    size_t bytes = generator_stack_bytes(GENERATOR_BYTES);
    void *stack = malloc(bytes);
    if (stack == NULL)
        die(ENOMEM, "stack");
    struct generator *least = generator_make(stack, bytes, minimize_body, NULL);
    generator_next(least);
    for (size_t i = 0; i < sizeof sent / sizeof *sent; i++) {
        char line[32];
        snprintf(line, sizeof line, "%d",
                 (int)generator_send(least, sent[i]).value);
        say(line);
    }
    generator_discard(least);
    free(stack);
    return "10\n4\n4\n-1\n";
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        const char *(*run)(void); /* answers what should have been said */
    } programs[] = {{"bounded", bounded},
                    {"join", join},
                    {"future", future},
                    {"minimize", minimize}};
    size_t count = sizeof programs / sizeof *programs;

    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        fputs(usage, stdout);
        return EXIT_RIGHT;
    }
    for (size_t p = 0; argc == 2 && p < count; p++)
        if (strcmp(argv[1], programs[p].name) == 0) {
            alarm(LIMIT_S);
            bool right = strcmp(programs[p].run(), told.text) == 0;
            if (!right)
                die_with(EXIT_WRONG, 0, "%s: not the order of the book",
                         argv[1]);
            return fflush(stdout) == 0 ? EXIT_RIGHT : EXIT_WRONG;
        }
    fputs(usage, stderr);
    return EXIT_USAGE;
}
