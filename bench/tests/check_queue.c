/*
 * check_queue.c - tests of bench/lib/queue.c.
 * SPDX-License-Identifier: MIT
 */
#include "suite.h"
#include "../lib/queue.h"
#include "../../kernels/kernel.h"

#include <pthread.h>
#include <sched.h>
#include <string.h>

/* Things are numbers in disguise; 0 is as good as any other. */
static void *thing_of(uintptr_t number)
{
    return (void *)number;
}

static uintptr_t get(struct queue *queue)
{
    void *thing = NULL;
    ck_assert(queue_get(queue, &thing));
    return (uintptr_t)thing;
}

/* ----------------------------------------------------------- one thread */

START_TEST(first_in_first_out)
{
    struct queue *queue = queue_create(5);
    uintptr_t in = 0, out = 0;
    /* Lengths that do not divide the capacity move the ring round. */
    for (int turn = 0; turn < 50; turn++) {
        for (int n = 0; n < 3; n++)
            ck_assert(queue_put(queue, thing_of(in++)));
        ck_assert_uint_eq(queue_length(queue), 3);
        for (int n = 0; n < 3; n++)
            ck_assert_uint_eq(get(queue), out++);
    }
    ck_assert_uint_eq(queue_length(queue), 0);
    ck_assert_uint_eq(queue_peak(queue), 3);
    queue_destroy(queue);
}
END_TEST

START_TEST(try_get_does_not_wait)
{
    struct queue *queue = queue_create(0);
    void *thing = NULL;
    ck_assert(!queue_try_get(queue, &thing));
    ck_assert(!queue_drained(queue)); /* empty, but not closed */
    queue_put(queue, thing_of(7));
    ck_assert(queue_try_get(queue, &thing));
    ck_assert_ptr_eq(thing, thing_of(7));
    ck_assert(!queue_try_get(queue, &thing));
    queue_destroy(queue);
}
END_TEST

struct lengths {
    size_t seen[16], n;
};

static void length_seen(void *context, size_t length)
{
    struct lengths *lengths = context;
    ck_assert_uint_lt(lengths->n, 16);
    lengths->seen[lengths->n++] = length;
}

START_TEST(who_watches_sees_every_length)
{
    static const size_t wanted[] = {1, 2, 1, 2, 1, 0};
    struct queue *queue = queue_create(2);
    struct lengths lengths = {.n = 0};
    void *thing;
    queue_watch(queue, length_seen, &lengths);
    ck_assert(queue_put(queue, thing_of(1)));
    ck_assert(queue_try_put(queue, thing_of(2)));
    ck_assert(!queue_try_put(queue, thing_of(3))); /* changes nothing */
    get(queue);
    ck_assert(queue_put(queue, thing_of(4)));
    get(queue);
    ck_assert(queue_try_get(queue, &thing));
    ck_assert(!queue_try_get(queue, &thing));
    ck_assert_uint_eq(lengths.n, 6);
    ck_assert_mem_eq(lengths.seen, wanted, sizeof wanted);
    queue_destroy(queue);
}
END_TEST

START_TEST(try_put_does_not_wait)
{
    struct queue *queue = queue_create(2);
    ck_assert(queue_try_put(queue, thing_of(1)));
    ck_assert(queue_try_put(queue, thing_of(2)));
    ck_assert(!queue_try_put(queue, thing_of(3)));
    ck_assert_uint_eq(get(queue), 1);
    ck_assert(queue_try_put(queue, thing_of(4)));
    queue_close(queue);
    ck_assert_uint_eq(get(queue), 2);
    ck_assert(!queue_try_put(queue, thing_of(5))); /* room, but closed */
    ck_assert_uint_eq(get(queue), 4);
    ck_assert_uint_eq(queue_peak(queue), 2);
    queue_destroy(queue);
}
END_TEST

START_TEST(without_a_bound_it_grows)
{
    enum { THINGS = 100000 };
    struct queue *queue = queue_create(0);
    uintptr_t in = 0, out = 0;
    /* The ring is about to wrap when it first has to grow. */
    for (; in < 40; in++)
        queue_put(queue, thing_of(in));
    for (; out < 30; out++)
        ck_assert_uint_eq(get(queue), out);
    for (; in < THINGS; in++)
        ck_assert(queue_put(queue, thing_of(in)));
    ck_assert_uint_eq(queue_length(queue), THINGS - 30);
    ck_assert_uint_eq(queue_peak(queue), THINGS - 30);
    for (; out < THINGS; out++)
        ck_assert_uint_eq(get(queue), out);
    queue_destroy(queue);
}
END_TEST

START_TEST(closing_leaves_what_is_inside)
{
    struct queue *queue = queue_create(4);
    void *thing = thing_of(99);
    queue_put(queue, thing_of(1));
    queue_put(queue, thing_of(2));
    queue_close(queue);
    queue_close(queue);
    ck_assert(!queue_put(queue, thing_of(3)));
    ck_assert_uint_eq(get(queue), 1);
    ck_assert(!queue_drained(queue));
    ck_assert_uint_eq(get(queue), 2);
    ck_assert(queue_drained(queue));
    ck_assert(!queue_get(queue, &thing));
    ck_assert(!queue_try_get(queue, &thing));
    ck_assert_ptr_eq(thing, thing_of(99)); /* nothing taken, nothing set */
    queue_destroy(queue);
}
END_TEST

START_TEST(join_returns_at_once_when_nothing_is_open)
{
    struct queue *queue = queue_create(2);
    queue_join(queue);
    queue_put(queue, thing_of(1));
    get(queue);
    queue_task_done(queue);
    queue_join(queue);
    queue_destroy(queue);
}
END_TEST

/* ---------------------------------------------------------- two threads */

/* A thread that makes one call, and whether it has come back. */
struct caller {
    struct queue *queue;
    void (*call)(struct caller *caller);
    void *thing;
    bool answer;
    atomic_bool began, back;
    pthread_t thread;
};

static void call_put(struct caller *caller)
{
    caller->answer = queue_put(caller->queue, caller->thing);
}

static void call_get(struct caller *caller)
{
    caller->answer = queue_get(caller->queue, &caller->thing);
}

static void call_join(struct caller *caller)
{
    queue_join(caller->queue);
}

static void *caller_main(void *argument)
{
    struct caller *caller = argument;
    atomic_store(&caller->began, true);
    caller->call(caller);
    atomic_store(&caller->back, true);
    return NULL;
}

static void caller_start(struct caller *caller)
{
    ck_assert_int_eq(pthread_create(&caller->thread, NULL, caller_main, caller),
                     0);
    SUITE_UNTIL(atomic_load(&caller->began));
}

static bool caller_waits(struct caller *caller)
{
    suite_settle();
    return !atomic_load(&caller->back);
}

START_TEST(put_waits_for_room)
{
    struct queue *queue = queue_create(2);
    struct caller producer = {
        .queue = queue, .call = call_put, .thing = thing_of(3)};
    queue_put(queue, thing_of(1));
    queue_put(queue, thing_of(2));
    caller_start(&producer);
    ck_assert(caller_waits(&producer));
    ck_assert_uint_eq(get(queue), 1);
    pthread_join(producer.thread, NULL);
    ck_assert(producer.answer);
    ck_assert_uint_eq(get(queue), 2);
    ck_assert_uint_eq(get(queue), 3);
    ck_assert_uint_eq(queue_peak(queue), 2);
    queue_destroy(queue);
}
END_TEST

START_TEST(get_waits_for_a_thing)
{
    struct queue *queue = queue_create(2);
    struct caller consumer = {.queue = queue, .call = call_get};
    caller_start(&consumer);
    ck_assert(caller_waits(&consumer));
    queue_put(queue, thing_of(5));
    pthread_join(consumer.thread, NULL);
    ck_assert(consumer.answer);
    ck_assert_ptr_eq(consumer.thing, thing_of(5));
    queue_destroy(queue);
}
END_TEST

enum { CALLERS = 5 };

/* Starts several that all wait, closes, and joins them: all say false. */
static void check_closing_wakes(struct queue *queue,
                                void (*call)(struct caller *caller))
{
    struct caller callers[CALLERS];
    for (size_t c = 0; c < CALLERS; c++) {
        callers[c] = (struct caller){
            .queue = queue, .call = call, .thing = thing_of(c), .answer = true};
        caller_start(&callers[c]);
    }
    for (size_t c = 0; c < CALLERS; c++)
        ck_assert(caller_waits(&callers[c]));
    queue_close(queue);
    for (size_t c = 0; c < CALLERS; c++) {
        pthread_join(callers[c].thread, NULL);
        ck_assert(!callers[c].answer);
        ck_assert_ptr_eq(callers[c].thing, thing_of(c));
    }
}

START_TEST(closing_wakes_those_who_take)
{
    struct queue *queue = queue_create(1);
    check_closing_wakes(queue, call_get);
    queue_destroy(queue);
}
END_TEST

START_TEST(closing_wakes_those_who_put)
{
    struct queue *queue = queue_create(1);
    queue_put(queue, thing_of(77));
    check_closing_wakes(queue, call_put);
    ck_assert_uint_eq(get(queue), 77);
    ck_assert_uint_eq(queue_length(queue), 0);
    queue_destroy(queue);
}
END_TEST

START_TEST(join_waits_for_task_done)
{
    struct queue *queue = queue_create(0);
    struct caller producer = {.queue = queue, .call = call_join};
    queue_put(queue, thing_of(1));
    queue_put(queue, thing_of(2));
    caller_start(&producer);
    get(queue);
    get(queue);
    ck_assert(caller_waits(&producer)); /* taken is not done */
    queue_task_done(queue);
    ck_assert(caller_waits(&producer));
    queue_task_done(queue);
    pthread_join(producer.thread, NULL);
    queue_destroy(queue);
}
END_TEST

/* ------------------------------------------- the programs of the book */

/* What two threads did, in the order in which they did it. A note is made
 * before the other one can go on, so there is one right order. */
struct book {
    struct queue *queue;
    char said[100];
    atomic_uint notes;
    atomic_bool may_go;
};

static void note(struct book *book, const char *what)
{
    strcat(book->said, what);
    atomic_fetch_add(&book->notes, 1);
}

static void *book_consumer(void *argument)
{
    struct book *book = argument;
    SUITE_UNTIL(atomic_load(&book->may_go));
    note(book, "gets 1; ");
    ck_assert_uint_eq(get(book->queue), 1);
    SUITE_UNTIL(atomic_load(&book->notes) == 3);
    note(book, "gets 2");
    ck_assert_uint_eq(get(book->queue), 2);
    return NULL;
}

START_TEST(a_full_queue_of_one_blocks_the_producer)
{
    struct book book = {.queue = queue_create(1)};
    struct caller producer = {
        .queue = book.queue, .call = call_put, .thing = thing_of(2)};
    pthread_t consumer;
    pthread_create(&consumer, NULL, book_consumer, &book);
    queue_put(book.queue, thing_of(1));
    note(&book, "has put 1; ");
    caller_start(&producer);
    ck_assert(caller_waits(&producer));
    atomic_store(&book.may_go, true);
    pthread_join(producer.thread, NULL);
    note(&book, "has put 2; ");
    pthread_join(consumer, NULL);
    ck_assert_str_eq(book.said, "has put 1; gets 1; has put 2; gets 2");
    queue_destroy(book.queue);
}
END_TEST

static void *book_worker(void *argument)
{
    struct book *book = argument;
    note(book, "waits; ");
    ck_assert_uint_eq(get(book->queue), 1);
    note(book, "works; ");
    SUITE_UNTIL(atomic_load(&book->may_go));
    note(book, "is done; ");
    queue_task_done(book->queue);
    return NULL;
}

START_TEST(join_comes_back_after_the_work)
{
    struct book book = {.queue = queue_create(0)};
    struct caller producer = {.queue = book.queue, .call = call_join};
    pthread_t consumer;
    pthread_create(&consumer, NULL, book_worker, &book);
    SUITE_UNTIL(atomic_load(&book.notes) == 1);
    queue_put(book.queue, thing_of(1));
    SUITE_UNTIL(atomic_load(&book.notes) == 2);
    caller_start(&producer);
    ck_assert(caller_waits(&producer));
    atomic_store(&book.may_go, true);
    pthread_join(producer.thread, NULL);
    note(&book, "joined");
    pthread_join(consumer, NULL);
    ck_assert_str_eq(book.said, "waits; works; is done; joined");
    queue_destroy(book.queue);
}
END_TEST

/* --------------------------------------------------------- many threads */

enum { MOST_THREADS = 4, MOST_EACH = 120 };

/* One trial: several producers put numbered things, several consumers take
 * them and mark them. */
struct trial {
    struct queue *queue;
    size_t producers, consumers, each;
    bool polls; /* nobody waits inside the queue */
    atomic_uint seen[MOST_THREADS * MOST_EACH];
    atomic_uint unordered; /* things of one producer that overtook */
};

struct party {
    struct trial *trial;
    size_t index;
    pthread_t thread;
};

static bool trial_put(struct trial *trial, void *thing)
{
    if (!trial->polls)
        return queue_put(trial->queue, thing);
    while (!queue_try_put(trial->queue, thing))
        sched_yield();
    return true;
}

static bool trial_get(struct trial *trial, void **thing)
{
    if (!trial->polls)
        return queue_get(trial->queue, thing);
    while (!queue_try_get(trial->queue, thing)) {
        if (queue_drained(trial->queue))
            return false;
        sched_yield();
    }
    return true;
}

static void *produce(void *argument)
{
    struct party *me = argument;
    for (size_t n = 0; n < me->trial->each; n++)
        if (!trial_put(me->trial, thing_of(me->index * MOST_EACH + n)))
            abort();
    return NULL;
}

/* What one consumer gets of one producer is in the producer's order. */
static void *consume(void *argument)
{
    struct party *me = argument;
    size_t next[MOST_THREADS] = {0};
    void *thing;
    while (trial_get(me->trial, &thing)) {
        size_t producer = (uintptr_t)thing / MOST_EACH;
        size_t n = (uintptr_t)thing % MOST_EACH;
        if (n < next[producer])
            atomic_fetch_add(&me->trial->unordered, 1);
        next[producer] = n + 1;
        atomic_fetch_add(&me->trial->seen[(uintptr_t)thing], 1);
        queue_task_done(me->trial->queue);
    }
    return NULL;
}

static void trial_run(struct trial *trial, size_t capacity)
{
    struct party producers[MOST_THREADS], consumers[MOST_THREADS];
    trial->queue = queue_create(capacity);
    for (size_t c = 0; c < trial->consumers; c++) {
        consumers[c] = (struct party){.trial = trial, .index = c};
        pthread_create(&consumers[c].thread, NULL, consume, &consumers[c]);
    }
    for (size_t p = 0; p < trial->producers; p++) {
        producers[p] = (struct party){.trial = trial, .index = p};
        pthread_create(&producers[p].thread, NULL, produce, &producers[p]);
    }
    for (size_t p = 0; p < trial->producers; p++)
        pthread_join(producers[p].thread, NULL);
    if (capacity % 2 == 0)
        queue_join(trial->queue);
    queue_close(trial->queue);
    for (size_t c = 0; c < trial->consumers; c++)
        pthread_join(consumers[c].thread, NULL);
    if (capacity > 0)
        ck_assert_uint_le(queue_peak(trial->queue), capacity);
    ck_assert_uint_eq(queue_length(trial->queue), 0);
    queue_join(trial->queue);
    queue_destroy(trial->queue);
}

static void trial_judge(const struct trial *trial, uint64_t number)
{
    ck_assert_uint_eq(trial->unordered, 0);
    for (size_t thing = 0; thing < MOST_THREADS * MOST_EACH; thing++) {
        bool put = thing / MOST_EACH < trial->producers &&
                   thing % MOST_EACH < trial->each;
        if (trial->seen[thing] != put)
            ck_abort_msg("trial %llu: thing %zu was seen %u times",
                         (unsigned long long)number, thing, trial->seen[thing]);
    }
}

START_TEST(nothing_is_lost_or_doubled)
{
    static struct trial trial;
    for (uint64_t t = 0; t < suite_effort(1500); t++) {
        uint64_t dice = random_at(38, t);
        memset(&trial, 0, sizeof trial);
        trial.producers = 1 + dice % MOST_THREADS;
        trial.consumers = 1 + dice / 8 % MOST_THREADS;
        trial.each = dice / 64 % (MOST_EACH + 1);
        trial.polls = dice >> 40 & 1;
        trial_run(&trial, dice / 65536 % 9);
        trial_judge(&trial, t);
    }
}
END_TEST

int main(void)
{
    Suite *suite;
    TCase *tests = suite_begin(&suite, "queue");
    tcase_add_test(tests, first_in_first_out);
    tcase_add_test(tests, try_get_does_not_wait);
    tcase_add_test(tests, try_put_does_not_wait);
    tcase_add_test(tests, who_watches_sees_every_length);
    tcase_add_test(tests, without_a_bound_it_grows);
    tcase_add_test(tests, closing_leaves_what_is_inside);
    tcase_add_test(tests, join_returns_at_once_when_nothing_is_open);
    tcase_add_test(tests, put_waits_for_room);
    tcase_add_test(tests, get_waits_for_a_thing);
    tcase_add_test(tests, closing_wakes_those_who_take);
    tcase_add_test(tests, closing_wakes_those_who_put);
    tcase_add_test(tests, join_waits_for_task_done);
    tcase_add_test(tests, a_full_queue_of_one_blocks_the_producer);
    tcase_add_test(tests, join_comes_back_after_the_work);
    tcase_add_test(tests, nothing_is_lost_or_doubled);
    return suite_end(suite);
}
