/*
 * check_generator.c - tests of bench/lib/generator.c.
 * SPDX-License-Identifier: MIT
 */
#include "suite.h"
#include "../lib/coroutine.h"
#include "../lib/die.h"
#include "../lib/generator.h"
#include "../../kernels/kernel.h"

#include <pthread.h>

enum { FEW = 4, BODY_BYTES = 8192 };

/* Stacks from malloc, so that AddressSanitizer and valgrind see each byte. */
static void *stacks[FEW];
static size_t stack_bytes;

static void make_stacks(void)
{
    stack_bytes = generator_stack_bytes(BODY_BYTES);
    for (size_t i = 0; i < FEW; i++) {
        stacks[i] = malloc(stack_bytes);
        ck_assert_ptr_nonnull(stacks[i]);
    }
}

static void free_stacks(void)
{
    for (size_t i = 0; i < FEW; i++)
        free(stacks[i]);
}

static struct generator *make(size_t i, generator_body body, void *argument)
{
    return generator_make(stacks[i], stack_bytes, body, argument);
}

static void yields(struct generator_step step, int64_t value)
{
    ck_assert(!step.finished);
    ck_assert_int_eq(step.value, value);
}

static void finishes(struct generator_step step, int64_t result)
{
    ck_assert(step.finished);
    ck_assert_int_eq(step.value, result);
}

/* ------------------------------------------------------- values both ways */

/* Effective Python, item 40. */
static _Noreturn int64_t minimize(void *argument)
{
    (void)argument;
    int64_t least = generator_yield(0);
    for (;;) {
        int64_t sent = generator_yield(least);
        least = sent < least ? sent : least;
    }
}

START_TEST(minimum_of_the_numbers_so_far)
{
    static const int64_t sent[] = {10, 4, 22, -1}, least[] = {10, 4, 4, -1};
    struct generator *g = make(0, minimize, NULL);
    yields(generator_next(g), 0);
    for (size_t i = 0; i < 4; i++)
        yields(generator_send(g, sent[i]), least[i]);
    generator_discard(g);
}
END_TEST

/* Yields the numbers below its argument; the result is what it was sent in
 * all. */
static int64_t count_up(void *argument)
{
    int64_t sum = 0;
    for (int64_t n = 0; n < *(const int64_t *)argument; n++)
        sum += generator_yield(n);
    return sum;
}

START_TEST(the_last_step_has_the_result)
{
    int64_t most = 3;
    struct generator *g = make(0, count_up, &most);
    yields(generator_next(g), 0);
    yields(generator_send(g, 100), 1);
    yields(generator_send(g, 20), 2);
    finishes(generator_send(g, 3), 123);
}
END_TEST

START_TEST(next_sends_zero)
{
    int64_t most = 3;
    struct generator *g = make(0, count_up, &most);
    for (int64_t n = 0; n < most; n++)
        yields(generator_next(g), n);
    finishes(generator_next(g), 0);
}
END_TEST

START_TEST(it_may_finish_without_a_yield)
{
    int64_t most = 0;
    finishes(generator_next(make(0, count_up, &most)), 0);
}
END_TEST

START_TEST(what_has_finished_stays_finished)
{
    int64_t most = 1;
    struct generator *g = make(0, count_up, &most);
    yields(generator_next(g), 0);
    finishes(generator_send(g, 7), 7);
    for (int n = 0; n < 3; n++) {
        finishes(generator_next(g), 0);
        finishes(generator_send(g, 5), 0);
    }
}
END_TEST

static bool begun;

static int64_t begin(void *argument)
{
    (void)argument;
    begun = true;
    return generator_yield(INT64_MIN);
}

START_TEST(made_is_not_begun)
{
    struct generator *g = make(0, begin, NULL);
    ck_assert(!begun);
    yields(generator_next(g), INT64_MIN);
    ck_assert(begun);
    finishes(generator_send(g, INT64_MAX), INT64_MAX);
}
END_TEST

/* ------------------------------------------------------ requests, answers */

struct request {
    int64_t left, right;
};

static int64_t ask_for_sum(int64_t left, int64_t right)
{
    const struct request request = {left, right};
    return generator_yield(generator_value(&request));
}

/* It never adds up anything itself. */
static int64_t sum_of_four(void *argument)
{
    (void)argument;
    return ask_for_sum(ask_for_sum(1, 2), ask_for_sum(30, 40));
}

START_TEST(structures_travel_by_address)
{
    struct generator *g = make(0, sum_of_four, NULL);
    struct generator_step step = generator_next(g);
    int questions = 0;
    for (; !step.finished; questions++) {
        const struct request *request = generator_address(step.value);
        step = generator_send(g, request->left + request->right);
    }
    ck_assert_int_eq(questions, 3);
    ck_assert_int_eq(step.value, 73);
}
END_TEST

/* A walk through a tree of calls, each of which yields: Python would need
 * `yield from` at every level. */
static void walk(int64_t from, int64_t to)
{
    if (from == to)
        return;
    int64_t middle = (from + to) / 2;
    walk(from, middle);
    generator_yield(middle);
    walk(middle + 1, to);
}

static int64_t walk_100(void *argument)
{
    (void)argument;
    walk(0, 100);
    return -1;
}

START_TEST(any_function_of_the_body_may_yield)
{
    struct generator *g = make(0, walk_100, NULL);
    for (int64_t n = 0; n < 100; n++)
        yields(generator_next(g), n);
    finishes(generator_next(g), -1);
}
END_TEST

/* ---------------------------------------------------------------- nesting */

/* Takes numbers from another generator, and yields their squares. */
static int64_t squares_of(void *argument)
{
    struct generator *source = argument;
    for (struct generator_step step; !(step = generator_next(source)).finished;)
        generator_yield(step.value * step.value);
    return 1000;
}

START_TEST(a_generator_may_resume_another)
{
    int64_t most = 5;
    struct generator *source = make(0, count_up, &most);
    struct generator *squares = make(1, squares_of, source);
    struct generator *again = make(2, squares_of, squares);
    for (int64_t n = 0; n < most; n++)
        yields(generator_next(again), n * n * n * n);
    finishes(generator_next(again), 1000);
    finishes(generator_next(squares), 0);
    finishes(generator_next(source), 0);
}
END_TEST

/* One may be begun here and gone on with by another generator. */
START_TEST(yield_goes_to_the_last_resumer)
{
    int64_t most = 4;
    struct generator *source = make(0, count_up, &most);
    yields(generator_next(source), 0);
    yields(generator_next(source), 1);
    struct generator *squares = make(1, squares_of, source);
    yields(generator_next(squares), 4);
    yields(generator_next(source), 3);
    finishes(generator_next(squares), 1000);
}
END_TEST

/* An item of an event loop is a coroutine that may use generators. */
static void coroutine_with_generator(void *argument)
{
    int64_t most = 100, sum = 0;
    struct generator *g = make(1, count_up, &most);
    for (struct generator_step step; !(step = generator_next(g)).finished;) {
        sum += step.value;
        coroutine_yield();
    }
    *(int64_t *)argument = sum;
}

START_TEST(coroutines_may_use_generators)
{
    int64_t sum = 0;
    int resumes = 0;
    struct coroutine *c =
        coroutine_make(stacks[0], stack_bytes, coroutine_with_generator, &sum);
    for (; !coroutine_ended(c); resumes++)
        coroutine_resume(c);
    ck_assert_int_eq(sum, 4950);
    ck_assert_int_eq(resumes, 101);
}
END_TEST

/* ------------------------------------------------------------ many, again */

/* Sends every one of them a number a step, in turn. */
START_TEST(many_at_once)
{
    enum { COUNT = 5000, STEPS = 8 };
    size_t count = suite_effort(COUNT), bytes = generator_stack_bytes(1024);
    struct generator **many = calloc(count, sizeof *many);
    char *field = malloc(count * bytes);
    ck_assert(many != NULL && field != NULL);
    for (size_t i = 0; i < count; i++) {
        many[i] = generator_make(field + i * bytes, bytes, minimize, NULL);
        yields(generator_next(many[i]), 0);
    }
    for (int64_t step = 0; step < STEPS; step++)
        for (size_t i = 0; i < count; i++) {
            int64_t sent = (int64_t)i - (step % 2 == 0 ? step : 0);
            int64_t least = (int64_t)i - (step - step % 2);
            if (generator_send(many[i], sent).value != least)
                ck_abort_msg("generator %zu, step %d", i, (int)step);
        }
    for (size_t i = 0; i < count; i++)
        generator_discard(many[i]);
    free(field);
    free(many);
}
END_TEST

/* Finished or given up halfway or before the start: the stack is free for
 * the next one. A fiber left behind each time would stop ThreadSanitizer,
 * which has room for some thousands. */
START_TEST(a_stack_can_be_used_again)
{
    int64_t most = 2;
    for (int n = 0; n < 10000; n++) {
        struct generator *g = make(0, count_up, &most);
        if (n % 8 > 3)
            yields(generator_next(g), 0);
        if (n % 8 == 7) {
            yields(generator_next(g), 1);
            finishes(generator_send(g, n), n);
        } else {
            generator_discard(g);
            finishes(generator_next(g), 0);
        }
    }
}
END_TEST

struct minimum {
    size_t stack;
    int64_t first, least;
};

static void *minimum_in_thread(void *argument)
{
    struct minimum *minimum = argument;
    struct generator *g = make(minimum->stack, minimize, NULL);
    generator_next(g);
    for (int64_t n = 0; n < 10000; n++)
        minimum->least = generator_send(g, minimum->first - n).value;
    generator_discard(g);
    return NULL;
}

START_TEST(threads_do_not_mix_their_generators)
{
    pthread_t threads[FEW];
    struct minimum minima[FEW];
    for (size_t t = 0; t < FEW; t++) {
        minima[t] = (struct minimum){.stack = t, .first = (int64_t)t};
        pthread_create(&threads[t], NULL, minimum_in_thread, &minima[t]);
    }
    for (size_t t = 0; t < FEW; t++) {
        pthread_join(threads[t], NULL);
        ck_assert_int_eq(minima[t].least, (int64_t)t - 9999);
    }
}
END_TEST

/* ---------------------------------------------------------------- misuse */

/* Each ends the program; Check runs a test in a process of its own. */
START_TEST(no_send_before_the_first_yield)
{
    generator_send(make(0, minimize, NULL), 10);
}
END_TEST

START_TEST(no_yield_outside)
{
    generator_yield(1);
}
END_TEST

static struct generator *itself;

static int64_t resume_itself(void *argument)
{
    (void)argument;
    return generator_next(itself).value;
}

START_TEST(none_resumes_itself)
{
    itself = make(0, resume_itself, NULL);
    generator_next(itself);
}
END_TEST

static int64_t stop_without_yield(void *argument)
{
    (void)argument;
    coroutine_yield();
    return 0;
}

START_TEST(no_waiting_inside)
{
    generator_next(make(0, stop_without_yield, NULL));
}
END_TEST

static void yield_as_if_generator(void *argument)
{
    (void)argument;
    generator_yield(1);
}

static int64_t resume_a_coroutine(void *argument)
{
    (void)argument;
    coroutine_resume(
        coroutine_make(stacks[1], stack_bytes, yield_as_if_generator, NULL));
    return 0;
}

START_TEST(no_yield_from_a_coroutine_within)
{
    generator_next(make(0, resume_a_coroutine, NULL));
}
END_TEST

int main(void)
{
    Suite *suite;
    TCase *tests = suite_begin(&suite, "generator");
    tcase_add_checked_fixture(tests, make_stacks, free_stacks);
    tcase_add_test(tests, minimum_of_the_numbers_so_far);
    tcase_add_test(tests, the_last_step_has_the_result);
    tcase_add_test(tests, next_sends_zero);
    tcase_add_test(tests, it_may_finish_without_a_yield);
    tcase_add_test(tests, what_has_finished_stays_finished);
    tcase_add_test(tests, made_is_not_begun);
    tcase_add_test(tests, structures_travel_by_address);
    tcase_add_test(tests, any_function_of_the_body_may_yield);
    tcase_add_test(tests, a_generator_may_resume_another);
    tcase_add_test(tests, yield_goes_to_the_last_resumer);
    tcase_add_test(tests, coroutines_may_use_generators);
    tcase_add_test(tests, many_at_once);
    tcase_add_test(tests, a_stack_can_be_used_again);
    tcase_add_test(tests, threads_do_not_mix_their_generators);
    tcase_add_exit_test(tests, no_send_before_the_first_yield, EXIT_WRONG);
    tcase_add_exit_test(tests, no_yield_outside, EXIT_WRONG);
    tcase_add_exit_test(tests, none_resumes_itself, EXIT_WRONG);
    tcase_add_exit_test(tests, no_waiting_inside, EXIT_WRONG);
    tcase_add_exit_test(tests, no_yield_from_a_coroutine_within, EXIT_WRONG);
    return suite_end(suite);
}
