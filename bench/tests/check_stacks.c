/*
 * check_stacks.c - tests of bench/lib/stacks.c.
 * SPDX-License-Identifier: MIT
 *
 * Newer kernels can mark guards inside a mapping; so that the older way is
 * tested there too, a test may forbid itself that one call with seccomp(2).
 */
#include "suite.h"
#include "../lib/stacks.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MARK_A_GUARD = 102 }; /* MADV_GUARD_INSTALL, Linux 6.13 */

/* From here on madvise(MADV_GUARD_INSTALL) fails as on an older kernel.
 * False when the system does not allow that. */
static bool forget_marked_guards(void)
{
    struct sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_madvise, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                 offsetof(struct seccomp_data, args[2])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MARK_A_GUARD, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINVAL),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {.len = sizeof program / sizeof program[0],
                                .filter = program};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

/* Whether writing to `address` ends a process with SIGSEGV. */
static bool is_forbidden(char *address)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        signal(SIGSEGV, SIG_DFL);
        *(volatile char *)address = 1;
        _exit(0);
    }
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV;
}

/* Every stack is aligned, large enough, and ends before the next begins. A
 * small one ends a word below a cache line. */
static void check_layout(const struct stacks *stacks, size_t wanted)
{
    size_t bytes, below = stacks->guards == GUARDS_WORD ? sizeof(uint64_t) : 0;
    const char *end = stacks->base;
    for (size_t i = 0; i < stacks->count; i++) {
        const char *low = stacks_at(stacks, i, &bytes);
        if (low < end || bytes < wanted || ((uintptr_t)low + below) % 64 != 0 ||
            bytes % 64 != 0)
            ck_abort_msg("stack %zu: at %p, %zu bytes, after %p", i,
                         (const void *)low, bytes, (const void *)end);
        end = low + bytes;
        ck_assert_ptr_eq(end, stacks_top(stacks, i));
    }
    ck_assert(end <= stacks->base + stacks->bytes);
}

/* Both ends of each stack can be written; what stands there stays. The low
 * end of a small one is its guard. */
static void check_use(const struct stacks *stacks, size_t step)
{
    size_t bytes, first = stacks->guards == GUARDS_WORD ? 64 : 0;
    for (size_t i = 0; i < stacks->count; i += step) {
        char *low = stacks_at(stacks, i, &bytes);
        low[first] = (char)i;
        low[bytes - 1] = (char)~i;
    }
    for (size_t i = 0; i < stacks->count; i += step) {
        char *low = stacks_at(stacks, i, &bytes);
        if (low[first] != (char)i || low[bytes - 1] != (char)~i)
            ck_abort_msg("stack %zu has lost what was written", i);
    }
}

static void check_guard(const struct stacks *stacks, size_t i)
{
    size_t bytes;
    char *low = stacks_at(stacks, i, &bytes);
    if (SUITE_SANITIZED)
        return;
    ck_assert_msg(is_forbidden(low - 1), "stack %zu has no guard", i);
    ck_assert_msg(!is_forbidden(low), "stack %zu cannot be used", i);
}

START_TEST(stacks_do_not_overlap)
{
    static const size_t sizes[] = {500, 1024, 4096, 4097, 16384, 65536, 100000};
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        struct stacks stacks = stacks_create(100, sizes[s]);
        ck_assert_uint_eq(stacks.count, 100);
        check_layout(&stacks, sizes[s]);
        check_use(&stacks, 1);
        stacks_destroy(&stacks);
    }
}
END_TEST

/* Stacks whose hot ends all fell on the same offset within a page would
 * evict each other from the cache. */
START_TEST(neighbours_start_at_different_offsets)
{
    enum { PAGE_LINES = 64 };
    struct stacks stacks = stacks_create(PAGE_LINES, 65536);
    size_t bytes, distinct = 0;
    bool seen[PAGE_LINES] = {false};
    for (size_t i = 0; i < PAGE_LINES; i++) {
        const char *low = stacks_at(&stacks, i, &bytes);
        size_t line = (uintptr_t)(low + bytes) % 4096 / 64;
        distinct += !seen[line];
        seen[line] = true;
    }
    ck_assert_uint_ge(distinct, 16);
    stacks_destroy(&stacks);
}
END_TEST

START_TEST(each_has_a_guard)
{
    struct stacks stacks = stacks_create(10, 65536);
    ck_assert_int_ne(stacks.guards, GUARDS_GROUPED);
    for (size_t i = 0; i < 10; i++)
        check_guard(&stacks, i);
    stacks_destroy(&stacks);
}
END_TEST

START_TEST(each_has_a_guard_on_older_kernels_too)
{
    if (!forget_marked_guards()) {
        suite_skip("mapped guards", "no seccomp here");
        return;
    }
    struct stacks stacks = stacks_create(10, 65536);
    ck_assert_int_eq(stacks.guards, GUARDS_MAPPED);
    check_layout(&stacks, 65536);
    check_use(&stacks, 1);
    for (size_t i = 0; i < 10; i++)
        check_guard(&stacks, i);
    stacks_destroy(&stacks);
}
END_TEST

/* The exit status of a process that looks at the guard word of stack 3. */
static int look_at_word(const struct stacks *stacks)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        stacks_check_word(stacks, 3);
        _exit(0);
    }
    waitpid(child, &status, 0);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* Too small for a page of its own: an overflow is seen afterwards. */
START_TEST(a_small_one_is_guarded_by_a_word)
{
    struct stacks stacks = stacks_create(10, 640);
    size_t bytes;
    ck_assert_int_eq(stacks.guards, GUARDS_WORD);
    check_use(&stacks, 1);
    ck_assert_int_eq(look_at_word(&stacks), 0);
    char *low = stacks_at(&stacks, 3, &bytes);
    low[0]++;
    ck_assert_int_eq(look_at_word(&stacks), 1);
    (void)stacks_at(&stacks, 3, &bytes); /* ready to be used again */
    ck_assert_int_eq(look_at_word(&stacks), 0);
    stacks_destroy(&stacks);
}
END_TEST

/* How many bytes of a mapping are in memory. */
static size_t resident(const struct stacks *stacks)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), count = 0;
    size_t pages = (stacks->bytes + page - 1) / page;
    unsigned char *in = calloc(pages, 1);
    ck_assert_int_eq(mincore(stacks->base, stacks->bytes, in), 0);
    for (size_t p = 0; p < pages; p++)
        count += in[p] & 1;
    free(in);
    return count * page;
}

/* What is reserved and never asked for takes no memory. */
START_TEST(a_million_of_which_few_are_used)
{
    static const size_t sizes[] = {700, 65536};
    enum { MILLION = 1000000, HUGE_PAGE = 2 << 20, USED = 10 };
    for (size_t s = 0; s < 2; s++) {
        struct stacks stacks = stacks_create(MILLION, sizes[s]);
        for (size_t i = 0; i < USED; i++) {
            size_t bytes;
            char *low = stacks_at(&stacks, i, &bytes);
            low[bytes - 1] = 1;
        }
        if (s == 0)
            ck_assert_uint_le(resident(&stacks), 2 * HUGE_PAGE);
        stacks_destroy(&stacks);
    }
}
END_TEST

enum { VERY_MANY = 40000 };

static void check_very_many(void)
{
    struct stacks stacks = stacks_create(VERY_MANY, 16384);
    check_layout(&stacks, 16384);
    check_use(&stacks, 23);
    check_guard(&stacks, 0);
    size_t last = VERY_MANY - 1;
    check_guard(&stacks, last - last % stacks.group);
    if (stacks.guards != GUARDS_GROUPED)
        check_guard(&stacks, last);
    stacks_destroy(&stacks);
}

START_TEST(forty_thousand)
{
    check_very_many();
}
END_TEST

START_TEST(forty_thousand_on_older_kernels_too)
{
    if (forget_marked_guards())
        check_very_many();
    else
        suite_skip("40,000 mapped guards", "no seccomp here");
}
END_TEST

START_TEST(destroying_gives_the_memory_back)
{
    struct stacks stacks = stacks_create(10, 65536);
    char *base = stacks.base;
    stacks_destroy(&stacks);
    ck_assert_ptr_null(stacks.base);
    ck_assert_int_eq(msync(base, 4096, MS_ASYNC), -1);
    ck_assert_int_eq(errno, ENOMEM);
    stacks_destroy(&stacks); /* nothing left to do */
}
END_TEST

START_TEST(a_default_holds_an_ordinary_item)
{
    ck_assert_uint_ge(stacks_bytes_for(0), 64 * 1024);
    ck_assert_uint_ge(stacks_bytes_for(1024), 1024);
}
END_TEST

int main(void)
{
    Suite *suite;
    TCase *tests = suite_begin(&suite, "stacks");
    tcase_add_test(tests, stacks_do_not_overlap);
    tcase_add_test(tests, neighbours_start_at_different_offsets);
    tcase_add_test(tests, each_has_a_guard);
    tcase_add_test(tests, each_has_a_guard_on_older_kernels_too);
    tcase_add_test(tests, a_small_one_is_guarded_by_a_word);
    tcase_add_test(tests, a_million_of_which_few_are_used);
    tcase_add_test(tests, forty_thousand);
    tcase_add_test(tests, forty_thousand_on_older_kernels_too);
    tcase_add_test(tests, destroying_gives_the_memory_back);
    tcase_add_test(tests, a_default_holds_an_ordinary_item);
    return suite_end(suite);
}
