/*
 * check_deque.c - tests of bench/lib/deque.c.
 * SPDX-License-Identifier: MIT
 *
 * A lock-free deque that is wrong is wrong rarely, so most of this is
 * counting: millions of things, each of which must come out exactly once.
 */
#include "suite.h"
#include "../lib/deque.h"
#include "../../kernels/kernel.h"

#include <pthread.h>
#include <string.h>

enum { THIEVES = 3 };

/* Things are numbers from 1 in disguise: NULL means "nothing". */
static void *thing_of(uintptr_t number)
{
    return (void *)number;
}

/* ----------------------------------------------------------- one thread */

START_TEST(the_owner_takes_the_youngest)
{
    struct deque deque;
    ck_assert_int_eq(deque_init(&deque), 0);
    for (uintptr_t n = 1; n <= 1000; n++)
        deque_push(&deque, thing_of(n));
    for (uintptr_t n = 1000; n >= 1; n--)
        ck_assert_ptr_eq(deque_take(&deque), thing_of(n));
    ck_assert_ptr_null(deque_take(&deque));
    deque_destroy(&deque);
}
END_TEST

START_TEST(a_thief_takes_the_oldest)
{
    struct deque deque;
    bool lost = true;
    ck_assert_int_eq(deque_init(&deque), 0);
    for (uintptr_t n = 1; n <= 1000; n++)
        deque_push(&deque, thing_of(n));
    for (uintptr_t n = 1; n <= 1000; n++) {
        ck_assert_ptr_eq(deque_steal(&deque, &lost), thing_of(n));
        ck_assert(!lost);
    }
    ck_assert_ptr_null(deque_steal(&deque, &lost));
    ck_assert(!lost);
    deque_destroy(&deque);
}
END_TEST

START_TEST(an_empty_deque_can_be_used_again)
{
    struct deque deque;
    bool lost;
    ck_assert_int_eq(deque_init(&deque), 0);
    for (uintptr_t n = 1; n <= 2000; n++) {
        ck_assert_ptr_null(deque_take(&deque));
        ck_assert_ptr_null(deque_steal(&deque, &lost));
        deque_push(&deque, thing_of(n));
        void *thing = n % 2 ? deque_take(&deque) : deque_steal(&deque, &lost);
        ck_assert_ptr_eq(thing, thing_of(n));
    }
    deque_destroy(&deque);
}
END_TEST

/* The ring is cut in the middle each time it has to grow. */
START_TEST(growing_keeps_the_order)
{
    struct deque deque;
    bool lost;
    uintptr_t in = 1, oldest = 1;
    ck_assert_int_eq(deque_init(&deque), 0);
    for (; in <= 200; in++)
        deque_push(&deque, thing_of(in));
    for (; oldest <= 150; oldest++)
        ck_assert_ptr_eq(deque_steal(&deque, &lost), thing_of(oldest));
    for (; in <= 100000; in++)
        deque_push(&deque, thing_of(in));
    for (; oldest <= 50000; oldest++)
        ck_assert_ptr_eq(deque_steal(&deque, &lost), thing_of(oldest));
    while (--in >= oldest)
        ck_assert_ptr_eq(deque_take(&deque), thing_of(in));
    ck_assert_ptr_null(deque_take(&deque));
    deque_destroy(&deque);
}
END_TEST

/* --------------------------------------------------------- many threads */

/* One deque, its owner, and thieves that mark what they get. */
struct raid {
    struct deque deque;
    atomic_uchar *seen; /* by number */
    uint64_t *contents; /* by number: written by the owner before a push */
    _Atomic uint64_t unwritten; /* contents that did not arrive */
    _Atomic uint64_t misled;    /* thieves told "empty" when it was not */
    atomic_bool over;
    atomic_uint ready;
    pthread_t thieves[THIEVES];
};

/* Pushes a thing after writing its contents. */
static void push(struct raid *raid, uint64_t number)
{
    raid->contents[number] = mix64(number);
    deque_push(&raid->deque, thing_of(number));
}

/* Whoever gets a thing must see what was written before it was pushed. */
static void mark(struct raid *raid, const void *thing)
{
    if (raid->contents[(uintptr_t)thing] != mix64((uintptr_t)thing))
        atomic_fetch_add(&raid->unwritten, 1);
    atomic_fetch_add_explicit(&raid->seen[(uintptr_t)thing], 1,
                              memory_order_relaxed);
}

static void *steal(void *argument)
{
    struct raid *raid = argument;
    bool over = false;
    atomic_fetch_add(&raid->ready, 1);
    for (;;) {
        bool lost;
        void *thing = deque_steal(&raid->deque, &lost);
        if (thing != NULL)
            mark(raid, thing);
        else if (over && !lost)
            return NULL;
        else
            over = atomic_load(&raid->over);
    }
}

static void raid_join_in(struct raid *raid, void *(*thief)(void *))
{
    for (size_t t = 0; t < THIEVES; t++)
        pthread_create(&raid->thieves[t], NULL, thief, raid);
}

static void raid_prepare(struct raid *raid, uint64_t things)
{
    memset(raid, 0, sizeof *raid);
    ck_assert_int_eq(deque_init(&raid->deque), 0);
    raid->seen = calloc(things + 1, sizeof *raid->seen);
    raid->contents = calloc(things + 1, sizeof *raid->contents);
    ck_assert_ptr_nonnull(raid->seen);
    ck_assert_ptr_nonnull(raid->contents);
}

static void raid_begin(struct raid *raid, uint64_t things)
{
    raid_prepare(raid, things);
    raid_join_in(raid, steal);
    SUITE_UNTIL(atomic_load(&raid->ready) == THIEVES);
}

static void raid_end(struct raid *raid, uint64_t things)
{
    atomic_store(&raid->over, true);
    for (size_t t = 0; t < THIEVES; t++)
        pthread_join(raid->thieves[t], NULL);
    for (uint64_t n = 1; n <= things; n++)
        if (raid->seen[n] != 1)
            ck_abort_msg("thing %llu came out %u times", (unsigned long long)n,
                         raid->seen[n]);
    ck_assert_uint_eq(raid->unwritten, 0);
    ck_assert_uint_eq(raid->misled, 0);
    free(raid->contents);
    free(raid->seen);
    deque_destroy(&raid->deque);
}

/* The owner pushes bursts and takes some back, so that the deque is now
 * long, now short, and grows under the thieves' hands. */
START_TEST(everything_comes_out_once)
{
    static struct raid raid;
    uint64_t things = suite_effort(2000000), pushed = 0;
    raid_begin(&raid, things);
    for (uint64_t turn = 0; pushed < things; turn++) {
        uint64_t dice = random_at(41, turn);
        for (uint64_t n = dice % 600; n > 0 && pushed < things; n--)
            push(&raid, ++pushed);
        for (uint64_t n = dice / 1024 % 600; n > 0; n--) {
            void *thing = deque_take(&raid.deque);
            if (thing == NULL)
                break;
            mark(&raid, thing);
        }
    }
    raid_end(&raid, things);
}
END_TEST

/* Never more than one thing inside: owner and thieves always want the
 * same one, and exactly one of them must get it. */
START_TEST(the_last_one_goes_to_one)
{
    static struct raid raid;
    uint64_t things = suite_effort(2000000);
    raid_begin(&raid, things);
    for (uint64_t n = 1; n <= things; n++) {
        push(&raid, n);
        /* A pause of changing length lets thieves come first, too. */
        for (uint64_t pause = n % 64; pause > 32; pause--)
            atomic_signal_fence(memory_order_seq_cst);
        void *thing = deque_take(&raid.deque);
        if (thing != NULL)
            mark(&raid, thing);
    }
    raid_end(&raid, things);
}
END_TEST

/* Two inside: the owner takes without a race while a thief is on its way,
 * and must not be overtaken between its claim and its look. */
START_TEST(the_last_two_go_once_each)
{
    static struct raid raid;
    uint64_t things = suite_effort(2000000) / 2 * 2;
    raid_begin(&raid, things);
    for (uint64_t n = 1; n <= things; n += 2) {
        void *thing;
        push(&raid, n);
        push(&raid, n + 1);
        while ((thing = deque_take(&raid.deque)) != NULL)
            mark(&raid, thing);
    }
    raid_end(&raid, things);
}
END_TEST

/* Steals until told that there is nothing; then there must be nothing. */
static void *steal_until_empty(void *argument)
{
    struct raid *raid = argument;
    void *thing;
    bool lost;
    while ((thing = deque_steal(&raid->deque, &lost)) != NULL || lost)
        if (thing != NULL)
            mark(raid, thing);
    if ((thing = deque_steal(&raid->deque, &lost)) != NULL) {
        mark(raid, thing);
        atomic_fetch_add(&raid->misled, 1);
    }
    return NULL;
}

START_TEST(a_loser_is_told_so)
{
    static struct raid raid;
    uint64_t things = suite_effort(400000);
    raid_prepare(&raid, things);
    for (uint64_t n = 1; n <= things; n++)
        push(&raid, n);
    raid_join_in(&raid, steal_until_empty);
    raid_end(&raid, things);
}
END_TEST

int main(void)
{
    Suite *suite;
    TCase *tests = suite_begin(&suite, "deque");
    tcase_add_test(tests, the_owner_takes_the_youngest);
    tcase_add_test(tests, a_thief_takes_the_oldest);
    tcase_add_test(tests, an_empty_deque_can_be_used_again);
    tcase_add_test(tests, growing_keeps_the_order);
    tcase_add_test(tests, everything_comes_out_once);
    tcase_add_test(tests, the_last_one_goes_to_one);
    tcase_add_test(tests, the_last_two_go_once_each);
    tcase_add_test(tests, a_loser_is_told_so);
    return suite_end(suite);
}
