/*
 * check_loop.c - tests of bench/lib/loop.c: coroutines on epoll and timers.
 * SPDX-License-Identifier: MIT
 *
 * Each test is a small kernel of its own that is run by one event loop in
 * one thread. Items that wait for each other show that the loop goes on with
 * one while another waits: under a plain loop over the items they would hang.
 */
#include "suite.h"
#include "../lib/clock.h"
#include "../lib/kernels.h"
#include "../lib/loop.h"
#include "../lib/memory.h"
#include "../strategy.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

const struct strategy strategy = {.summary = "under test", .await = loop_await};
const char *const strategy_names[] = {NULL};

/* Runs `items` items, `inflight` at a time; each must succeed. */
static void run_items(int (*item)(const struct run *, uint64_t, uint64_t *),
                      uint64_t items, uint64_t inflight)
{
    struct kernel kernel = {.name = "test", .item = item};
    struct run wanted = {
        .kernel = &kernel, .items = items, .rounds = 1, .workers = 1};
    struct topology topology = topology_read(TOPOLOGY_COMPACT);
    struct loop loop;
    memory_create(&wanted, &topology, 1);
    topology_free(&topology);
    loop_create(&loop, memory.run, inflight);
    worker_enter(memory.run, 0);
    loop_run(&loop, 0, items);
    worker_leave();
    loop_destroy(&loop);
    struct tally expected = tally_expected(items, 1);
    const struct tally *tally = &memory.tallies[0];
    if (tally->failed > 0)
        ck_abort_msg("item %zu: %s", (size_t)tally->failed_item,
                     strerror((int)tally->failed_error));
    ck_assert_uint_eq(tally->ran, expected.ran);
    ck_assert_uint_eq(tally->ledger, expected.ledger);
}

/* ---------------------------------------------------------------- sleeping */

static uint64_t began, latest, awake;
static bool woke_early, woke_late;

/* Item 0 sleeps far longer than any other, and began first. */
static int sleep_long_or_short(const struct run *run, uint64_t i,
                               uint64_t *answer)
{
    uint64_t ns = (i == 0 ? 500 : i % 50) * NS_PER_MS, t0 = clock_now();
    int error = (int)await(op_sleep(ns));
    woke_early |= clock_now() < t0 + ns;
    woke_late |= i == 0 && awake != run->items - 1;
    awake++;
    *answer = 0;
    return error;
}

START_TEST(a_long_sleep_holds_up_nobody)
{
    run_items(sleep_long_or_short, 200, 200);
    ck_assert_uint_eq(awake, 200);
    ck_assert(!woke_early);
    ck_assert(!woke_late);
}
END_TEST

enum { NAP_MS = 100 };

static int nap(const struct run *run, uint64_t i, uint64_t *answer)
{
    (void)run;
    (void)i;
    *answer = 0;
    int error = (int)await(op_sleep(NAP_MS * NS_PER_MS));
    latest = clock_now();
    return error;
}

/* Two thousand naps one after the other take 200 s; at once, about 0.1 s.
 * A tenth of the sum is far from both. */
START_TEST(sleeping_overlaps)
{
    const uint64_t items = 2000;
    began = clock_now();
    run_items(nap, items, items);
    ck_assert_uint_lt(latest - began, items * NAP_MS * NS_PER_MS / 10);
    ck_assert_uint_ge(latest - began, NAP_MS * NS_PER_MS);
}
END_TEST

/* With fewer in flight than there are items, a member takes the next when
 * it is done with one. */
static uint64_t under_way, most_under_way;

static int count_under_way(const struct run *run, uint64_t i, uint64_t *answer)
{
    (void)run;
    under_way++;
    if (under_way > most_under_way)
        most_under_way = under_way;
    int error = (int)await(op_sleep(i % 3 * NS_PER_MS));
    under_way--;
    *answer = 0;
    return error;
}

START_TEST(no_more_in_flight_than_asked_for)
{
    run_items(count_under_way, 200, 7);
    ck_assert_uint_eq(most_under_way, 7);
}
END_TEST

/* --------------------------------------------------------- pipes, sockets */

static int ends[2];

/* Item 0 reads what item 1 writes; more than the pipe holds. */
static int read_or_write(const struct run *run, uint64_t i, uint64_t *answer)
{
    enum { BYTES = 1 << 20 };
    static char in[BYTES], out[BYTES];
    (void)run;
    *answer = 0;
    if (i == 0) {
        int64_t n = await_read_all(ends[0], in, sizeof in, -1);
        return n != BYTES ? -EIO : memcmp(in, out, BYTES) != 0 ? -EBADMSG : 0;
    }
    for (size_t b = 0; b < BYTES; b++)
        out[b] = (char)(b * 31 + b / 251);
    int64_t n = await_write_all(ends[1], out, sizeof out, -1);
    return n != BYTES ? -EIO : 0;
}

START_TEST(a_reader_and_a_writer_take_turns)
{
    ck_assert_int_eq(pipe(ends), 0);
    run_items(read_or_write, 2, 2);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends),
                     0);
    run_items(read_or_write, 2, 2);
}
END_TEST

/* All but the last wait to read one byte from the same pipe; epoll holds a
 * descriptor only once. */
static int share_a_pipe(const struct run *run, uint64_t i, uint64_t *answer)
{
    char byte = 'x';
    *answer = 0;
    if (i < run->items - 1)
        return await(op_read(ends[0], &byte, 1, -1)) == 1 ? 0 : -EIO;
    for (uint64_t n = 1; n < run->items; n++)
        if (await(op_write(ends[1], &byte, 1, -1)) != 1)
            return -EIO;
    return 0;
}

START_TEST(several_may_wait_for_the_same_descriptor)
{
    ck_assert_int_eq(pipe(ends), 0);
    run_items(share_a_pipe, 20, 20);
}
END_TEST

/* One listens, the others connect and say their number. */
static struct sockaddr_in address;
static int listener;

static int listen_or_connect(const struct run *run, uint64_t i,
                             uint64_t *answer)
{
    *answer = 0;
    if (i > 0) {
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        int64_t error = await(
            op_connect(fd, (const struct sockaddr *)&address, sizeof address));
        if (error == 0 && await_write_all(fd, &i, sizeof i, -1) != sizeof i)
            error = -EIO;
        close(fd);
        return (int)error;
    }
    uint64_t sum = 0, number;
    for (uint64_t n = 1; n < run->items; n++) {
        int64_t fd = await(op_accept(listener));
        if (fd < 0)
            return (int)fd;
        if (await_read_all((int)fd, &number, sizeof number, -1) !=
            sizeof number)
            return -EIO;
        sum += number;
        close((int)fd);
    }
    return sum == run->items * (run->items - 1) / 2 ? 0 : -EBADMSG;
}

START_TEST(a_server_and_its_clients_in_one_thread)
{
    socklen_t bytes = sizeof address;
    address = (struct sockaddr_in){.sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, bytes), 0);
    ck_assert_int_eq(listen(listener, 64), 0);
    ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&address, &bytes),
                     0);
    run_items(listen_or_connect, 33, 33);
}
END_TEST

/* --------------------------------------------------------------- children */

static int wait_for_child(const struct run *run, uint64_t i, uint64_t *answer)
{
    (void)run;
    *answer = 0;
    pid_t child = fork();
    if (child == 0) {
        suite_nap((9 - i % 10) * 2000);
        _exit((int)i);
    }
    int64_t status = await(op_wait_child(child));
    if (status < 0)
        return (int)status;
    return WIFEXITED((int)status) && WEXITSTATUS((int)status) == (int)i
               ? 0
               : -EBADMSG;
}

START_TEST(children_are_waited_for_side_by_side)
{
    run_items(wait_for_child, 20, 20);
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
}
END_TEST

int main(void)
{
    Suite *suite;
    TCase *tests = suite_begin(&suite, "loop");
    tcase_add_test(tests, a_long_sleep_holds_up_nobody);
    tcase_add_test(tests, sleeping_overlaps);
    tcase_add_test(tests, no_more_in_flight_than_asked_for);
    tcase_add_test(tests, a_reader_and_a_writer_take_turns);
    tcase_add_test(tests, several_may_wait_for_the_same_descriptor);
    tcase_add_test(tests, a_server_and_its_clients_in_one_thread);
    tcase_add_test(tests, children_are_waited_for_side_by_side);
    return suite_end(suite);
}
