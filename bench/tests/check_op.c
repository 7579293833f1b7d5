/*
 * check_op.c - tests of bench/lib/op.c: waiting by blocking and by trying.
 * SPDX-License-Identifier: MIT
 *
 * Both ways must come to the same answers, so most tests run twice: once
 * with op_block(), once with a loop of op_try() and poll(2). A third time
 * they run under a storm of signals, which no answer may show.
 */
#include "suite.h"
#include "../lib/clock.h"
#include "../lib/kernels.h"
#include "../lib/op.h"
#include "../strategy.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

/* -------------------------------------------------------------- the ways */

static int64_t by_trying(struct op *op)
{
    int64_t result;
    if (op->kind == OP_SLEEP)
        return op_block(op); /* time is the caller's */
    while (!op_try(op, &result)) {
        struct readiness ready = op_readiness(op);
        ck_assert_int_ge(ready.fd, 0);
        struct pollfd watched = {.fd = ready.fd, .events = ready.events};
        (void)poll(&watched, 1, -1);
        if (ready.owned)
            close(ready.fd);
    }
    return result;
}

enum { BLOCKING, TRYING, BLOCKING_IN_A_STORM, TRYING_IN_A_STORM, WAYS };

static atomic_int way;

static int64_t wait_this_way(struct op *op)
{
    bool blocks = way == BLOCKING || way == BLOCKING_IN_A_STORM;
    return blocks ? op_block(op) : by_trying(op);
}

/* await() asks the linked strategy how to wait. */
const struct strategy strategy = {.summary = "under test",
                                  .await = wait_this_way};
const char *const strategy_names[] = {NULL};

static void nothing(int signal_number)
{
    (void)signal_number;
}

static sigset_t storm_signal;

/* Other threads are started with the storm's signal blocked: it is meant for
 * the one that waits. */
static void block_signal(void)
{
    sigemptyset(&storm_signal);
    sigaddset(&storm_signal, SIGALRM);
    pthread_sigmask(SIG_BLOCK, &storm_signal, NULL);
}

/* Chooses the way; in a storm a signal comes every 200 us, and no call is
 * restarted by the system. */
static void choose(int chosen)
{
    struct sigaction action = {.sa_handler = nothing};
    struct itimerval storm = {.it_interval.tv_usec = 200,
                              .it_value.tv_usec = 200};
    way = chosen;
    signal(SIGPIPE, SIG_IGN);
    if (way < BLOCKING_IN_A_STORM)
        return;
    sigaction(SIGALRM, &action, NULL);
    pthread_sigmask(SIG_UNBLOCK, &storm_signal, NULL);
    setitimer(ITIMER_REAL, &storm, NULL);
}

/* ---------------------------------------------------------- pipes, sockets */

static void make_pipe(int ends[2])
{
    ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
}

static void make_sockets(int ends[2])
{
    int pair[2];
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair),
                     0);
    ends[0] = pair[0];
    ends[1] = pair[1];
}

static void (*const makers[])(int ends[2]) = {make_pipe, make_sockets};
enum { MAKERS = 2 };

enum { LARGE = 1 << 20 }; /* more than any pipe or socket holds */

static unsigned char letter(size_t i)
{
    return (unsigned char)(i * 31 + i / 251);
}

/* Writes LARGE bytes, slowly, in another thread, with plain calls. */
static void *write_large(void *argument)
{
    const int *fd = argument;
    static unsigned char data[LARGE];
    for (size_t i = 0; i < LARGE; i++)
        data[i] = letter(i);
    for (size_t done = 0; done < LARGE;) {
        size_t chunk = LARGE - done < 5000 ? LARGE - done : 5000;
        ssize_t n = write(*fd, data + done, chunk);
        done += n > 0 ? (size_t)n : 0;
        suite_nap(20);
    }
    close(*fd);
    return NULL;
}

START_TEST(reading_until_the_end)
{
    static unsigned char data[LARGE + 1];
    for (size_t m = 0; m < MAKERS; m++) {
        pthread_t writer;
        int ends[2];
        makers[m](ends);
        pthread_create(&writer, NULL, write_large, &ends[1]);
        if (m == 0)
            choose(_i);
        ck_assert_int_eq(await_read_all(ends[0], data, sizeof data, -1), LARGE);
        pthread_join(writer, NULL);
        for (size_t i = 0; i < LARGE; i++)
            if (data[i] != letter(i))
                ck_abort_msg("byte %zu is wrong", i);
        ck_assert_int_eq(await(op_read(ends[0], data, 1, -1)), 0);
        close(ends[0]);
    }
}
END_TEST

/* Reads to the end, slowly, and counts wrong bytes. */
struct reading {
    int fd;
    size_t bytes, wrong;
};

static void *read_large(void *argument)
{
    struct reading *reading = argument;
    unsigned char data[5000];
    ssize_t n;
    while ((n = read(reading->fd, data, sizeof data)) != 0) {
        for (ssize_t i = 0; i < n; i++)
            reading->wrong += data[i] != letter(reading->bytes++);
        suite_nap(20);
    }
    return NULL;
}

START_TEST(writing_more_than_fits)
{
    static unsigned char data[LARGE];
    for (size_t i = 0; i < LARGE; i++)
        data[i] = letter(i);
    for (size_t m = 0; m < MAKERS; m++) {
        pthread_t reader;
        int ends[2];
        makers[m](ends);
        struct reading reading = {.fd = ends[0]};
        pthread_create(&reader, NULL, read_large, &reading);
        if (m == 0)
            choose(_i);
        ck_assert_int_eq(await_write_all(ends[1], data, LARGE, -1), LARGE);
        close(ends[1]);
        pthread_join(reader, NULL);
        ck_assert_uint_eq(reading.bytes, LARGE);
        ck_assert_uint_eq(reading.wrong, 0);
        close(ends[0]);
    }
}
END_TEST

START_TEST(writing_to_nobody_is_an_error)
{
    choose(_i);
    for (size_t m = 0; m < MAKERS; m++) {
        int ends[2];
        makers[m](ends);
        close(ends[0]);
        ck_assert_int_eq(await(op_write(ends[1], "x", 1, -1)), -EPIPE);
        ck_assert_int_eq(await_write_all(ends[1], "xyz", 3, -1), -EPIPE);
        close(ends[1]);
    }
}
END_TEST

START_TEST(trying_says_when_it_would_wait)
{
    char byte;
    for (size_t m = 0; m < MAKERS; m++) {
        int ends[2];
        int64_t result = 4711;
        makers[m](ends);
        struct op op = op_read(ends[0], &byte, 1, -1);
        ck_assert(!op_try(&op, &result));
        struct readiness ready = op_readiness(&op);
        ck_assert_int_eq(ready.fd, ends[0]);
        ck_assert_int_eq(ready.events, POLLIN);
        ck_assert(!ready.owned);
        ck_assert_int_eq(write(ends[1], "x", 1), 1);
        ck_assert(op_try(&op, &result));
        ck_assert_int_eq(result, 1);
        ck_assert_int_eq(byte, 'x');
        op = op_write(ends[1], "y", 1, -1);
        ck_assert_int_eq(op_readiness(&op).events, POLLOUT);
        op = op_sleep(0);
        ck_assert(!op_try(&op, &result));
        close(ends[0]);
        close(ends[1]);
    }
}
END_TEST

/* Somebody has made the descriptor non-blocking: waiting still waits. */
static void *write_late(void *argument)
{
    suite_settle();
    if (write(*(const int *)argument, "late", 4) != 4)
        abort();
    return NULL;
}

START_TEST(non_blocking_descriptors_are_waited_for)
{
    pthread_t writer;
    int ends[2];
    char data[4];
    make_pipe(ends);
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    pthread_create(&writer, NULL, write_late, &ends[1]);
    choose(_i);
    ck_assert_int_eq(await_read_all(ends[0], data, 4, -1), 4);
    pthread_join(writer, NULL);
}
END_TEST

/* ---------------------------------------------------------------- network */

static socklen_t listen_here(int *listener, struct sockaddr_in *address)
{
    socklen_t bytes = sizeof *address;
    *address = (struct sockaddr_in){.sin_family = AF_INET,
                                    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    *listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(*listener, (struct sockaddr *)address, bytes), 0);
    ck_assert_int_eq(listen(*listener, 5), 0);
    ck_assert_int_eq(getsockname(*listener, (struct sockaddr *)address, &bytes),
                     0);
    return bytes;
}

/* Connects, after a while, with plain calls, and says hello. */
static void *connect_late(void *argument)
{
    const struct sockaddr_in *address = argument;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    suite_settle();
    if (connect(fd, (const struct sockaddr *)address, sizeof *address) != 0 ||
        write(fd, "hello", 5) != 5)
        abort();
    close(fd);
    return NULL;
}

START_TEST(accepting)
{
    struct sockaddr_in address;
    pthread_t client;
    int listener;
    char data[8];
    listen_here(&listener, &address);
    pthread_create(&client, NULL, connect_late, &address);
    choose(_i);
    int64_t fd = await(op_accept(listener));
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(fcntl((int)fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    ck_assert_int_eq(await_read_all((int)fd, data, sizeof data, -1), 5);
    ck_assert_int_eq(memcmp(data, "hello", 5), 0);
    pthread_join(client, NULL);
}
END_TEST

START_TEST(connecting)
{
    struct sockaddr_in address;
    int listener, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char byte;
    socklen_t bytes = listen_here(&listener, &address);
    choose(_i);
    ck_assert_int_eq(await(op_connect(fd, (struct sockaddr *)&address, bytes)),
                     0);
    int64_t other = await(op_accept(listener));
    ck_assert_int_ge(other, 0);
    ck_assert_int_eq(await(op_write((int)other, "x", 1, -1)), 1);
    ck_assert_int_eq(await(op_read(fd, &byte, 1, -1)), 1);
    ck_assert_int_eq(byte, 'x');
}
END_TEST

/* Makes room in a full queue of connections, after a while. */
static void *accept_late(void *argument)
{
    suite_settle();
    while (accept(*(const int *)argument, NULL, NULL) >= 0)
        continue;
    return NULL;
}

/* The listener's queue is full, so a connection is long under way: it must
 * be waited for and not begun a second time, also when interrupted. */
START_TEST(connecting_may_take_a_while)
{
    enum { FILLERS = 4 };
    struct sockaddr_in address;
    pthread_t acceptor;
    int listener, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    socklen_t bytes = listen_here(&listener, &address);
    ck_assert_int_eq(listen(listener, 0), 0);
    for (int f = 0; f < FILLERS; f++) {
        int filler = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        (void)connect(filler, (struct sockaddr *)&address, bytes);
    }
    pthread_create(&acceptor, NULL, accept_late, &listener);
    pthread_detach(acceptor);
    choose(_i);
    ck_assert_int_eq(await(op_connect(fd, (struct sockaddr *)&address, bytes)),
                     0);
}
END_TEST

START_TEST(connecting_to_nobody_is_refused)
{
    struct sockaddr_in address;
    int listener, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    socklen_t bytes = listen_here(&listener, &address);
    close(listener);
    choose(_i);
    ck_assert_int_eq(await(op_connect(fd, (struct sockaddr *)&address, bytes)),
                     -ECONNREFUSED);
}
END_TEST

/* ------------------------------------------------------------------- files */

START_TEST(files_at_an_offset)
{
    char name[SUITE_PATH_BYTES], data[10];
    suite_scratch(name);
    int fd = mkstemp(name);
    ck_assert_int_ge(fd, 0);
    unlink(name);
    choose(_i);
    ck_assert_int_eq(await_write_all(fd, "0123456789", 10, 0), 10);
    ck_assert_int_eq(await_write_all(fd, "xy", 2, 4), 2);
    ck_assert_int_eq(await(op_fsync(fd)), 0);
    ck_assert_int_eq(await_read_all(fd, data, 10, 0), 10);
    ck_assert_int_eq(memcmp(data, "0123xy6789", 10), 0);
    ck_assert_int_eq(await_read_all(fd, data, 10, 7), 3); /* the end */
    ck_assert_int_eq(memcmp(data, "789", 3), 0);
    /* An offset leaves the descriptor where it stands: at the beginning. */
    ck_assert_int_eq(await(op_read(fd, data, 2, -1)), 2);
    ck_assert_int_eq(memcmp(data, "01", 2), 0);
    close(fd);
}
END_TEST

START_TEST(errors_come_as_negative_errno)
{
    char byte;
    int ends[2];
    make_pipe(ends);
    choose(_i);
    ck_assert_int_eq(await(op_read(-1, &byte, 1, -1)), -EBADF);
    ck_assert_int_eq(await(op_write(-1, &byte, 1, 0)), -EBADF);
    ck_assert_int_eq(await(op_fsync(-1)), -EBADF);
    ck_assert_int_eq(await(op_fsync(ends[0])), -EINVAL);
    ck_assert_int_eq(await(op_read(ends[0], &byte, 1, 5)), -ESPIPE);
    ck_assert_int_eq(await(op_accept(ends[0])), -ENOTSOCK);
}
END_TEST

/* ---------------------------------------------------------------- children */

START_TEST(waiting_for_a_child)
{
    pid_t late = fork();
    if (late == 0) {
        suite_settle();
        _exit(7);
    }
    pid_t killed = fork();
    if (killed == 0) {
        pause();
        _exit(0);
    }
    choose(_i);
    int64_t status = await(op_wait_child(late));
    ck_assert_int_ge(status, 0);
    ck_assert(WIFEXITED((int)status));
    ck_assert_int_eq(WEXITSTATUS((int)status), 7);
    kill(killed, SIGKILL);
    status = await(op_wait_child(killed));
    ck_assert(WIFSIGNALED((int)status));
    ck_assert_int_eq(WTERMSIG((int)status), SIGKILL);
    ck_assert_int_eq(await(op_wait_child(late)), -ECHILD); /* reaped */
}
END_TEST

/* -------------------------------------------------------------------- time */

START_TEST(sleeping_long_enough)
{
    choose(_i);
    for (uint64_t ms = 0; ms <= 30; ms += 10) {
        uint64_t t0 = clock_now();
        ck_assert_int_eq(await(op_sleep(ms * NS_PER_MS)), 0);
        ck_assert_uint_ge(clock_now() - t0, ms * NS_PER_MS);
    }
}
END_TEST

/* ------------------------------------------------------------------- locks */

struct contest {
    struct lock lock;
    uint64_t count; /* guarded by the lock */
};

static void count_up(struct contest *contest, uint64_t times)
{
    for (uint64_t n = 0; n < times; n++) {
        lock_acquire(&contest->lock);
        contest->count++;
        lock_release(&contest->lock);
    }
}

static void *count_in_thread(void *contest)
{
    count_up(contest, suite_effort(20000));
    return NULL;
}

/* Between threads and between processes. */
START_TEST(a_lock_excludes)
{
    struct contest *contest =
        mmap(NULL, sizeof *contest, PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_t thread;
    ck_assert_ptr_ne(contest, MAP_FAILED);
    ck_assert_int_eq(lock_init(&contest->lock), 0);
    pid_t child = fork();
    if (child == 0) {
        count_up(contest, suite_effort(20000));
        _exit(0);
    }
    pthread_create(&thread, NULL, count_in_thread, contest);
    choose(_i);
    count_up(contest, suite_effort(20000));
    pthread_join(thread, NULL);
    ck_assert_int_eq(await(op_wait_child(child)), 0);
    ck_assert_uint_eq(contest->count, 3 * suite_effort(20000));
    lock_destroy(&contest->lock);
}
END_TEST

/* One process sleeps for the lock, another one lets it go. */
START_TEST(releasing_wakes_other_processes)
{
    struct contest *contest =
        mmap(NULL, sizeof *contest, PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(contest, MAP_FAILED);
    ck_assert_int_eq(lock_init(&contest->lock), 0);
    lock_acquire(&contest->lock);
    pid_t child = fork();
    if (child == 0) {
        choose(_i);
        count_up(contest, 1);
        _exit(0);
    }
    suite_settle();
    ck_assert_uint_eq(contest->count, 0);
    lock_release(&contest->lock);
    ck_assert_int_eq(await(op_wait_child(child)), 0);
    ck_assert_uint_eq(contest->count, 1);
}
END_TEST

int main(void)
{
    Suite *suite;
    TCase *tests = suite_begin(&suite, "op");
    tcase_add_checked_fixture(tests, block_signal, NULL);
    tcase_add_loop_test(tests, reading_until_the_end, 0, WAYS);
    tcase_add_loop_test(tests, writing_more_than_fits, 0, WAYS);
    tcase_add_loop_test(tests, writing_to_nobody_is_an_error, 0, WAYS);
    tcase_add_test(tests, trying_says_when_it_would_wait);
    tcase_add_loop_test(tests, non_blocking_descriptors_are_waited_for, 0,
                        WAYS);
    tcase_add_loop_test(tests, accepting, 0, WAYS);
    tcase_add_loop_test(tests, connecting, 0, WAYS);
    tcase_add_loop_test(tests, connecting_may_take_a_while, BLOCKING_IN_A_STORM,
                        WAYS);
    tcase_add_loop_test(tests, connecting_to_nobody_is_refused, 0, WAYS);
    tcase_add_loop_test(tests, files_at_an_offset, 0, WAYS);
    tcase_add_loop_test(tests, errors_come_as_negative_errno, 0, WAYS);
    tcase_add_loop_test(tests, waiting_for_a_child, 0, WAYS);
    tcase_add_loop_test(tests, sleeping_long_enough, 0, WAYS);
    tcase_add_loop_test(tests, a_lock_excludes, 0, WAYS);
    tcase_add_loop_test(tests, releasing_wakes_other_processes, 0, WAYS);
    return suite_end(suite);
}
