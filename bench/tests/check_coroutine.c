/*
 * check_coroutine.c - tests of bench/lib/coroutine.c and the context switch.
 * SPDX-License-Identifier: MIT
 */
#include "suite.h"
#include "../lib/coroutine.h"
#include "../lib/stacks.h"
#include "../../kernels/kernel.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST = 8 };

static struct stacks stacks;

static void make_stacks(void)
{
    stacks = stacks_create(MOST, stacks_bytes_for(0));
}

static void free_stacks(void)
{
    stacks_destroy(&stacks);
}

/* A coroutine on stack number i. */
static struct coroutine *make(size_t i, coroutine_function function,
                              void *argument)
{
    size_t bytes;
    void *stack = stacks_at(&stacks, i, &bytes);
    return coroutine_make(stack, bytes, function, argument);
}

/* ---------------------------------------------------------------- order */

static char story[100];

static void tell(char what)
{
    story[strlen(story)] = what;
}

static void tell_three(void *argument)
{
    const char *words = argument;
    tell(words[0]);
    coroutine_yield();
    tell(words[1]);
    coroutine_yield();
    tell(words[2]);
}

START_TEST(resume_and_yield_take_turns)
{
    struct coroutine *a = make(0, tell_three, "abc");
    struct coroutine *b = make(1, tell_three, "xyz");
    ck_assert_str_eq(story, ""); /* made is not begun */
    coroutine_resume(a);
    tell('1');
    coroutine_resume(b);
    coroutine_resume(b);
    tell('2');
    coroutine_resume(a);
    coroutine_resume(a);
    ck_assert(coroutine_ended(a));
    ck_assert(!coroutine_ended(b));
    tell('3');
    coroutine_resume(b);
    ck_assert(coroutine_ended(b));
    ck_assert_str_eq(story, "a1xy2bc3z");
}
END_TEST

START_TEST(a_stack_can_be_used_again)
{
    for (int n = 0; n < 20; n++) {
        struct coroutine *c = make(0, tell_three, "abc");
        memset(story, 0, sizeof story);
        while (!coroutine_ended(c))
            coroutine_resume(c);
        ck_assert_str_eq(story, "abc");
    }
}
END_TEST

START_TEST(one_that_is_given_up_can_be_discarded)
{
    struct coroutine *c = make(0, tell_three, "abc");
    coroutine_resume(c);
    coroutine_discard(c);
    c = make(0, tell_three, "xyz");
    while (!coroutine_ended(c))
        coroutine_resume(c);
    ck_assert_str_eq(story, "axyz");
}
END_TEST

static unsigned climb(unsigned depth)
{
    if (depth == 0)
        return 0;
    coroutine_yield();
    unsigned below = climb(depth - 1);
    coroutine_yield();
    return below + 1;
}

static void climb_40(void *argument)
{
    *(unsigned *)argument = climb(40);
}

START_TEST(it_may_yield_from_any_depth)
{
    unsigned depth = 0, resumes = 0;
    struct coroutine *c = make(0, climb_40, &depth);
    for (; !coroutine_ended(c); resumes++)
        coroutine_resume(c);
    ck_assert_uint_eq(depth, 40);
    ck_assert_uint_eq(resumes, 2 * 40 + 1);
}
END_TEST

/* -------------------------------------------------------------- nesting */

static struct coroutine *outer, *inner;

static void inner_main(void *argument)
{
    (void)argument;
    ck_assert_ptr_eq(coroutine_current(), inner);
    tell('i');
    coroutine_yield();
    ck_assert_ptr_eq(coroutine_current(), inner);
    tell('j');
}

static void outer_main(void *argument)
{
    (void)argument;
    ck_assert_ptr_eq(coroutine_current(), outer);
    inner = make(1, inner_main, NULL);
    coroutine_resume(inner);
    ck_assert_ptr_eq(coroutine_current(), outer);
    tell('o');
    coroutine_yield(); /* to main, not to inner */
    tell('p');
    coroutine_resume(inner);
    ck_assert(coroutine_ended(inner));
    ck_assert_ptr_eq(coroutine_current(), outer);
    tell('q');
}

START_TEST(a_coroutine_may_resume_another)
{
    ck_assert_ptr_null(coroutine_current());
    outer = make(0, outer_main, NULL);
    coroutine_resume(outer);
    ck_assert_ptr_null(coroutine_current());
    tell('m');
    coroutine_resume(outer);
    ck_assert(coroutine_ended(outer));
    ck_assert_str_eq(story, "iompjq");
}
END_TEST

/* Begun by main, gone on with by another coroutine: yield goes back to
 * whoever resumed it last. */
static void resume_inner(void *argument)
{
    (void)argument;
    tell('(');
    coroutine_resume(inner);
    tell(')');
}

START_TEST(yield_goes_to_the_last_resumer)
{
    inner = make(1, tell_three, "abc");
    coroutine_resume(inner);
    coroutine_resume(make(0, resume_inner, NULL));
    coroutine_resume(inner);
    ck_assert(coroutine_ended(inner));
    ck_assert_str_eq(story, "a(b)c");
}
END_TEST

/* ------------------------------------------------- send and yield a value */

/* The generator of Effective Python's item 40: it is sent numbers and yields
 * the least so far. */
struct generator {
    int sent, yielded;
};

static void minimize(void *argument)
{
    struct generator *generator = argument;
    coroutine_yield();
    int least = generator->sent;
    for (;;) {
        generator->yielded = least;
        coroutine_yield();
        if (generator->sent < least)
            least = generator->sent;
    }
}

START_TEST(minimum_of_the_numbers_so_far)
{
    static const int sent[] = {10, 4, 22, -1}, expected[] = {10, 4, 4, -1};
    struct generator generator = {0};
    struct coroutine *c = make(0, minimize, &generator);
    coroutine_resume(c);
    for (size_t i = 0; i < 4; i++) {
        generator.sent = sent[i];
        coroutine_resume(c);
        ck_assert_int_eq(generator.yielded, expected[i]);
    }
    coroutine_discard(c);
}
END_TEST

/* ------------------------------------------------------------------ many */

struct adder {
    struct coroutine *coroutine;
    uint64_t number, sum;
};

static void add_up(void *argument)
{
    struct adder *adder = argument;
    for (uint64_t n = 0; n < 5; n++) {
        uint64_t before = adder->sum;
        coroutine_yield();
        adder->sum = before + adder->number * n;
    }
}

START_TEST(many_at_once)
{
    enum { COUNT = 10000 };
    static struct adder adders[COUNT];
    uint64_t count = suite_effort(COUNT), left = count;
    struct stacks many = stacks_create(count, stacks_bytes_for(0));
    for (uint64_t i = 0; i < count; i++) {
        size_t bytes;
        void *stack = stacks_at(&many, i, &bytes);
        adders[i].number = i;
        adders[i].coroutine = coroutine_make(stack, bytes, add_up, &adders[i]);
    }
    while (left > 0)
        for (uint64_t i = 0; i < count; i++) {
            if (coroutine_ended(adders[i].coroutine))
                continue;
            coroutine_resume(adders[i].coroutine);
            left -= coroutine_ended(adders[i].coroutine);
        }
    for (uint64_t i = 0; i < count; i++)
        if (adders[i].sum != 10 * i)
            ck_abort_msg("coroutine %zu: sum %zu", (size_t)i,
                         (size_t)adders[i].sum);
    stacks_destroy(&many);
}
END_TEST

/* ------------------------------------------------------------- registers */

/*
 * Keeps more values alive across each pause than there are registers that a
 * call must preserve, whole numbers and floating point, and mixes them so
 * that losing any one changes the result.
 */
static uint64_t churn(uint64_t seed, void (*pause)(void))
{
    uint64_t a = seed, b = seed + 1, c = seed + 2, d = seed + 3, e = seed + 4,
             f = seed + 5, g = seed + 6, h = seed + 7;
    double p = 1.5 + (double)(seed % 97), q = 2.5, r = 3.5, s = 4.5, t = 5.5,
           u = 6.5, v = 7.5, w = 8.5, x = 9.5;
    for (int n = 0; n < 200; n++) {
        pause();
        a = mix64(a + h);
        b = mix64(b ^ a);
        c = mix64(c + b);
        d = mix64(d ^ c);
        pause();
        e = mix64(e + d);
        f = mix64(f ^ e);
        g = mix64(g + f);
        h = mix64(h ^ g);
        pause();
        p = p * 0.75 + x;
        q = q * 0.5 + p;
        r = r * 0.25 + q;
        s = s * 0.75 + r;
        t = t * 0.5 + s;
        pause();
        u = u * 0.25 + t;
        v = v * 0.75 + u;
        w = w * 0.5 + v;
        x = x * 0.25 + w - p;
    }
    double sum = p + q + r + s + t + u + v + w + x;
    uint64_t bits;
    memcpy(&bits, &sum, sizeof bits);
    return a ^ b ^ c ^ d ^ e ^ f ^ g ^ h ^ bits;
}

static void no_pause(void)
{
}

struct churner {
    uint64_t seed, result;
};

static void churn_inside(void *argument)
{
    struct churner *churner = argument;
    churner->result = churn(churner->seed, coroutine_yield);
}

/* The resumers' registers must survive as well as the coroutine's: here the
 * pause of one is to resume another. */
static struct coroutine *resumed;

static void resume_it(void)
{
    if (!coroutine_ended(resumed))
        coroutine_resume(resumed);
}

START_TEST(registers_survive_on_both_sides)
{
    for (uint64_t seed = 0; seed < 50; seed++) {
        struct churner inside = {.seed = seed};
        resumed = make(0, churn_inside, &inside);
        uint64_t outside = churn(seed + 1000, resume_it);
        while (!coroutine_ended(resumed))
            coroutine_resume(resumed);
        ck_assert_uint_eq(inside.result, churn(seed, no_pause));
        ck_assert_uint_eq(outside, churn(seed + 1000, no_pause));
    }
}
END_TEST

/* A stack that is misaligned by 8 makes vector instructions fault. */
static void align(void *argument)
{
    struct {
        alignas(16) char bytes[64];
    } on_stack;
    atomic_signal_fence(memory_order_seq_cst);
    *(uintptr_t *)argument = (uintptr_t)on_stack.bytes % 16;
    snprintf(on_stack.bytes, sizeof on_stack.bytes, "%.3f %Lf", 0.5, 0.25L);
}

START_TEST(stacks_are_aligned_for_vectors)
{
    for (size_t i = 0; i < MOST; i++) {
        uintptr_t off = 1;
        coroutine_resume(make(i, align, &off));
        ck_assert_uint_eq(off, 0);
    }
}
END_TEST

/* --------------------------------------------------------------- threads */

static void *churn_in_thread(void *argument)
{
    struct churner *churner = argument;
    struct coroutine *c = make(churner->seed, churn_inside, churner);
    while (!coroutine_ended(c))
        coroutine_resume(c);
    return NULL;
}

START_TEST(threads_do_not_mix_their_coroutines)
{
    pthread_t threads[MOST];
    struct churner churners[MOST];
    for (size_t t = 0; t < MOST; t++) {
        churners[t] = (struct churner){.seed = t};
        pthread_create(&threads[t], NULL, churn_in_thread, &churners[t]);
    }
    for (size_t t = 0; t < MOST; t++) {
        pthread_join(threads[t], NULL);
        ck_assert_uint_eq(churners[t].result, churn(t, no_pause));
    }
}
END_TEST

/* -------------------------------------------------------------- overflow */

/* Goes deeper than any stack; it would end, but never gets there. */
static uint64_t bottomless(uint64_t depth)
{
    volatile char frame[256];
    if (depth == UINT64_MAX)
        return 0;
    frame[depth % sizeof frame] = (char)depth;
    return bottomless(depth + 1) + (uint64_t)frame[0];
}

static void overflow(void *argument)
{
    *(uint64_t *)argument = bottomless(0);
}

/* The guard ends it before the neighbour's stack is touched. */
START_TEST(an_overflow_hits_the_guard)
{
    uint64_t depth;
    int status;
    if (SUITE_SANITIZED) {
        suite_skip("coroutine overflow", "a sanitizer catches it first");
        return;
    }
    pid_t child = fork();
    if (child == 0) {
        signal(SIGSEGV, SIG_DFL);
        coroutine_resume(make(1, overflow, &depth));
        _exit(0);
    }
    waitpid(child, &status, 0);
    ck_assert(WIFSIGNALED(status));
    ck_assert_int_eq(WTERMSIG(status), SIGSEGV);
}
END_TEST

/* ------------------------------------------------------------- deep down */

/* A switch is in line, so it meets frames of every kind: here one whose size
 * is known only when it runs, at some depth. */
static uint64_t with_array(size_t length, unsigned depth)
{
    volatile unsigned char array[length];
    for (size_t i = 0; i < length; i++)
        array[i] = (unsigned char)(i + depth);
    uint64_t sum = depth == 0 ? 0 : with_array(length + 1, depth - 1);
    coroutine_yield();
    for (size_t i = 0; i < length; i++)
        sum += array[i];
    return sum;
}

static void sum_of_arrays(void *argument)
{
    *(uint64_t *)argument = with_array(10, 20);
}

START_TEST(frames_of_any_size_survive)
{
    uint64_t sums[2] = {0}, expected = 0;
    for (unsigned depth = 0; depth <= 20; depth++)
        for (unsigned i = 0; i < 30 - depth; i++)
            expected += i + depth;
    struct coroutine *a = make(0, sum_of_arrays, &sums[0]);
    struct coroutine *b = make(1, sum_of_arrays, &sums[1]);
    while (!coroutine_ended(a) || !coroutine_ended(b)) {
        if (!coroutine_ended(a))
            coroutine_resume(a);
        if (!coroutine_ended(b))
            coroutine_resume(b);
    }
    ck_assert_uint_eq(sums[0], expected);
    ck_assert_uint_eq(sums[1], expected);
}
END_TEST

int main(void)
{
    Suite *suite;
    TCase *tests = suite_begin(&suite, "coroutine");
    tcase_add_checked_fixture(tests, make_stacks, free_stacks);
    tcase_add_test(tests, resume_and_yield_take_turns);
    tcase_add_test(tests, a_stack_can_be_used_again);
    tcase_add_test(tests, one_that_is_given_up_can_be_discarded);
    tcase_add_test(tests, it_may_yield_from_any_depth);
    tcase_add_test(tests, a_coroutine_may_resume_another);
    tcase_add_test(tests, yield_goes_to_the_last_resumer);
    tcase_add_test(tests, minimum_of_the_numbers_so_far);
    tcase_add_test(tests, many_at_once);
    tcase_add_test(tests, registers_survive_on_both_sides);
    tcase_add_test(tests, frames_of_any_size_survive);
    tcase_add_test(tests, stacks_are_aligned_for_vectors);
    tcase_add_test(tests, threads_do_not_mix_their_coroutines);
    tcase_add_test(tests, an_overflow_hits_the_guard);
    return suite_end(suite);
}
