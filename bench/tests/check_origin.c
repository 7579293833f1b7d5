/*
 * check_origin.c - tests of the origin server from a program's side: its
 * control socket, its end, and clients that behave as no browser does.
 * SPDX-License-Identifier: MIT
 *
 * bench/tests/origin.sh has what a shell and curl can see.
 */
#include "suite.h"
#include "../lib/clock.h"
#include "../../kernels/support/body_hash.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* ------------------------------------------------------ a running server */

enum { LINES = 16384, MOST_ARGUMENTS = 16 };

static struct origin {
    pid_t pid;
    int control;
    uint16_t port;
    char greeting[LINES];
} origin;

/* The server's program stands in the folder above this one's; false, said
 * once, where it was left out of the build. */
static bool find_origin(char path[PATH_MAX])
{
    const ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - 16);
    ck_assert_int_gt(n, 0);
    path[n] = '\0';
    for (int up = 0; up < 2; up++)
        *strrchr(path, '/') = '\0';
    strcat(path, "/origin");
    if (access(path, X_OK) == 0)
        return true;
    suite_skip("origin", "the origin server is not built here");
    return false;
}

/* Becomes the server, with options written as one text. */
static _Noreturn void become(const char *path, const char *options, int control)
{
    char text[512], number[16], *arguments[MOST_ARGUMENTS] = {"origin"};
    int count = 1;
    snprintf(text, sizeof text, "%s", options);
    for (char *word = strtok(text, " "); word != NULL; word = strtok(NULL, " "))
        arguments[count++] = word;
    snprintf(number, sizeof number, "%d", control);
    arguments[count++] = "--control";
    arguments[count] = number;
    execv(path, arguments);
    _exit(127);
}

/* Reads from the control socket until the text ends with `end`. */
static void hear(char *text, size_t room, const char *end)
{
    size_t n = 0;
    text[0] = '\0';
    while (n < strlen(end) || strcmp(text + n - strlen(end), end) != 0) {
        const ssize_t got = recv(origin.control, text + n, room - n - 1, 0);
        ck_assert_int_gt(got, 0);
        n += (size_t)got;
        text[n] = '\0';
    }
}

/* Starts the server at one end of a pair of sockets. */
static void launch(const char *path, const char *options, const int ends[2])
{
    origin.control = ends[0];
    origin.pid = fork();
    ck_assert_int_ge(origin.pid, 0);
    if (origin.pid == 0) {
        close(ends[0]);
        become(path, options, ends[1]);
    }
    close(ends[1]);
}

static bool start(const char *options)
{
    char path[PATH_MAX];
    int ends[2];
    unsigned port;
    if (!find_origin(path))
        return false;
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    launch(path, options, ends);
    hear(origin.greeting, sizeof origin.greeting, "ready\n");
    ck_assert_int_eq(sscanf(origin.greeting, "port %u\n", &port), 1);
    origin.port = (uint16_t)port;
    return true;
}

/* Closes the control socket; the server must then end by itself, well. */
static void stop(void)
{
    int status;
    close(origin.control);
    ck_assert_int_eq(waitpid(origin.pid, &status, 0), origin.pid);
    ck_assert_int_eq(status, 0);
}

static void tell(const char *line, char *answer, size_t room)
{
    ck_assert_int_eq(send(origin.control, line, strlen(line), 0),
                     (int)strlen(line));
    hear(answer, room, "\n");
}

/* One number of the server's statistics. */
static uint64_t stat_now(const char *name)
{
    char json[1024], quoted[64];
    tell("stats\n", json, sizeof json);
    snprintf(quoted, sizeof quoted, "\"%s\":", name);
    const char *at = strstr(json, quoted);
    ck_assert_ptr_nonnull(at);
    return strtoull(at + strlen(quoted), NULL, 10);
}

static int client(void)
{
    struct sockaddr_in there = {.sin_family = AF_INET,
                                .sin_port = htons(origin.port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&there, sizeof there), 0);
    return fd;
}

static void ask(int fd, const char *text)
{
    ck_assert_int_eq(send(fd, text, strlen(text), MSG_NOSIGNAL),
                     (int)strlen(text));
}

/* Reads until the end, or until `room` is full. */
static size_t answer(int fd, char *text, size_t room)
{
    size_t n = 0;
    ssize_t got;
    while (n < room - 1 && (got = recv(fd, text + n, room - 1 - n, 0)) > 0)
        n += (size_t)got;
    text[n] = '\0';
    return n;
}

/* A whole exchange on a connection of its own. */
static size_t exchange(const char *question, char *text, size_t room)
{
    int fd = client();
    ask(fd, question);
    const size_t n = answer(fd, text, room);
    close(fd);
    return n;
}

#define GET(path) "GET " path " HTTP/1.1\r\nHost: o\r\n\r\n"
#define GET_LAST(path)                                                         \
    "GET " path " HTTP/1.1\r\nHost: o\r\nConnection: close\r\n\r\n"

/* --------------------------------------------------------------- control */

START_TEST(greets_and_answers)
{
    char text[LINES], line[256];
    if (!start("--latency 0 --size 9000"))
        return;
    const char *flag = strstr(origin.greeting, "flag cn 9000 ");
    ck_assert_ptr_nonnull(flag);
    ck_assert_ptr_nonnull(strstr(origin.greeting, "\nphoto 7 "));
    const size_t n = exchange(GET_LAST("/flags/cn.png"), text, sizeof text);
    ck_assert_uint_gt(n, 9000);
    snprintf(line, sizeof line, "flag cn 9000 %016llx\n",
             (unsigned long long)body_hash_of(text + n - 9000, 9000));
    ck_assert_int_eq(strncmp(flag, line, strlen(line)), 0);

    ck_assert_uint_eq(stat_now("requests"), 1);
    ck_assert_uint_eq(stat_now("ok"), 1);
    ck_assert_uint_eq(stat_now("bytes_sent"), n);
    tell("reset\n", line, sizeof line);
    ck_assert_str_eq(line, "ok\n");
    ck_assert_uint_eq(stat_now("requests"), 0);
    tell("nonsense\n", line, sizeof line);
    ck_assert_str_eq(line, "unknown\n");
    stop();
}
END_TEST

START_TEST(ends_when_its_starter_is_killed)
{
    char path[PATH_MAX];
    int ends[2], status;
    if (!find_origin(path))
        return;
    /* Who starts the server is a child of this test. The test keeps the
     * control socket open and inherits what the child leaves behind. */
    ck_assert_int_eq(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    const pid_t starter = fork();
    if (starter == 0) {
        launch(path, "--photos 0", ends);
        for (;;)
            pause();
    }
    close(ends[1]);
    origin.control = ends[0];
    hear(origin.greeting, sizeof origin.greeting, "ready\n");
    kill(starter, SIGKILL);
    ck_assert_int_eq(waitpid(starter, &status, 0), starter);
    ck_assert_int_gt(waitpid(-1, &status, 0), 0);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}
END_TEST

/* ------------------------------------------------------ unusual clients */

START_TEST(refuses_what_it_does_not_understand)
{
    static char large[12000], target[2000], text[LINES];
    memset(large, 'x', sizeof large - 1);
    memset(target, 'y', sizeof target - 1);
    char *head = malloc(LINES), *path = malloc(LINES);
    snprintf(head, LINES, "GET / HTTP/1.1\r\nX: %s\r\n\r\n", large);
    snprintf(path, LINES, "GET /%s HTTP/1.1\r\n\r\n", target);
    const struct {
        const char *question, *answer;
    } cases[] = {
        {"nonsense\r\n\r\n", "HTTP/1.1 501 "},
        {"GET / HTTP/x\r\n\r\n", "HTTP/1.1 400 "},
        {"GET nowhere HTTP/1.1\r\n\r\n", "HTTP/1.1 400 "},
        {"FROB / HTTP/1.1\r\n\r\n", "HTTP/1.1 501 "},
        {head, "HTTP/1.1 431 "},
        {path, "HTTP/1.1 414 "},
        {"PUT /upload/a HTTP/1.1\r\nContent-Length: 16777217\r\n\r\n",
         "HTTP/1.1 413 "},
        {"PUT /upload/a HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
         "HTTP/1.1 400 "},
        {"DELETE /flags/cn.png HTTP/1.1\r\nConnection: close\r\n\r\n",
         "HTTP/1.1 405 "},
        {"POST /flags/cn.png HTTP/1.1\r\nContent-Length: 0\r\n"
         "Connection: close\r\n\r\n",
         "HTTP/1.1 405 "},
        {GET_LAST("/flags/xx.png"), "HTTP/1.1 404 "},
        {GET_LAST("/flags/CN.png"), "HTTP/1.1 404 "},
        {GET_LAST("/photos/8.jpg"), "HTTP/1.1 404 "},
        {GET_LAST("/upload/a"), "HTTP/1.1 404 "},
        {GET_LAST("/flags/../../etc/passwd"), "HTTP/1.1 404 "},
        {"GET /flags/cn.png HTTP/1.0\r\n\r\n", "HTTP/1.1 200 "},
    };
    const size_t count = sizeof cases / sizeof *cases;
    if (!start("--latency 0"))
        return;
    for (size_t c = 0; c < count; c++) {
        exchange(cases[c].question, text, sizeof text);
        ck_assert_msg(strncmp(text, cases[c].answer, strlen(cases[c].answer)) ==
                          0,
                      "%.60s: %.60s", cases[c].question, text);
    }
    SUITE_UNTIL(stat_now("open_connections") == 0);
    stop();
    free(head);
    free(path);
}
END_TEST

START_TEST(answers_in_order_what_is_sent_ahead)
{
    char text[LINES];
    if (!start("--latency 2ms --p99 20ms"))
        return;
    exchange("PUT /upload/1?item=1 HTTP/1.1\r\nContent-Length: 1\r\n\r\na"
             "PUT /upload/2?item=2 HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"
             "HEAD /flags/jp.png HTTP/1.1\r\n\r\n"
             "POST /upload/3 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n"
             "Connection: close\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\n\r\n",
             text, sizeof text);
    const char *at = text;
    static const char *const wanted[] = {
        "\r\n\r\n1 d24ec4f1a98c6e5b\n", "\r\n\r\n3 44bc2cf5ad770999\n",
        "Content-Length: 8192\r\n", "\r\n\r\n3 44bc2cf5ad770999\n"};
    for (size_t w = 0; w < 4; w++) {
        at = strstr(at, wanted[w]);
        ck_assert_msg(at != NULL, "%zu: %s", w, text);
        at += strlen(wanted[w]);
    }
    ck_assert_uint_eq(stat_now("uploads"), 3);
    ck_assert_uint_eq(stat_now("upload_bytes"), 7);
    ck_assert_uint_eq(stat_now("peak_requests"), 1);
    stop();
}
END_TEST

START_TEST(reads_requests_in_single_bytes)
{
    static const char question[] =
        "PUT /upload/x?item=4&attempt=1 HTTP/1.1\r\nContent-Length: 3\r\n"
        "Connection: close\r\n\r\nabc";
    char text[LINES];
    if (!start("--latency 0"))
        return;
    int fd = client();
    for (size_t b = 0; b < sizeof question - 1; b++) {
        ck_assert_int_eq(send(fd, question + b, 1, MSG_NOSIGNAL), 1);
        suite_nap(200);
    }
    answer(fd, text, sizeof text);
    ck_assert_ptr_nonnull(strstr(text, "3 44bc2cf5ad770999\n"));
    close(fd);
    stop();
}
END_TEST

START_TEST(survives_clients_that_go_away)
{
    char text[LINES];
    if (!start("--latency 1ms --size 4000000 --photos 0"))
        return;
    for (int c = 0; c < 50; c++) {
        int fd = client();
        ask(fd, GET("/flags/cn.png"));
        if (c % 3 != 0)
            ck_assert_int_gt(recv(fd, text, (size_t)(c % 3) * 100, 0), 0);
        close(fd);
    }
    SUITE_UNTIL(stat_now("open_connections") == 0);
    ck_assert_uint_eq(stat_now("requests"), 50);
    exchange(GET_LAST("/stats"), text, sizeof text);
    ck_assert_ptr_nonnull(strstr(text, "\"requests\":50,"));
    stop();
}
END_TEST

/* Opens `count` connections into `fds`; fewer where descriptors are few. */
static size_t connect_many(int *fds, size_t count)
{
    struct rlimit limit;
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = limit.rlim_max;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    if (limit.rlim_cur < count + 100)
        count = limit.rlim_cur - 100;
    for (size_t c = 0; c < count; c++)
        fds[c] = client();
    return count;
}

enum { MANY = 2000 };

START_TEST(keeps_many_requests_at_once)
{
    static int fds[MANY];
    if (!start("--stall 100 --photos 0"))
        return;
    const size_t count = connect_many(fds, MANY);
    for (size_t c = 0; c < count; c++)
        ask(fds[c], GET("/flags/fr.png"));
    SUITE_UNTIL(stat_now("requests") == count);
    ck_assert_uint_eq(stat_now("peak_requests"), count);
    ck_assert_uint_eq(stat_now("peak_connections"), count);
    for (size_t c = 0; c < count; c++)
        close(fds[c]);
    SUITE_UNTIL(stat_now("open_connections") == 0);
    ck_assert_uint_eq(stat_now("stalled"), count);
    stop();
}
END_TEST

START_TEST(answers_many_connections)
{
    static int fds[MANY];
    static char text[LINES];
    if (!start("--latency 5ms --photos 0"))
        return;
    const size_t count = connect_many(fds, MANY);
    for (size_t c = 0; c < count; c++)
        ask(fds[c], GET_LAST("/flags/fr.png"));
    for (size_t c = 0; c < count; c++) {
        ck_assert_uint_gt(answer(fds[c], text, sizeof text), 8192);
        ck_assert_int_eq(strncmp(text, "HTTP/1.1 200 OK\r\n", 17), 0);
        close(fds[c]);
    }
    ck_assert_uint_eq(stat_now("ok"), count);
    stop();
}
END_TEST

/* ------------------------------------------------------- fates on the wire */

START_TEST(fails_on_demand)
{
    static char text[200000];
    if (!start("--latency 0 --cut 100"))
        return;
    size_t n = exchange(GET("/flags/cn.png"), text, sizeof text);
    ck_assert_ptr_nonnull(strstr(text, "\r\nContent-Length: 8192\r\n"));
    ck_assert_uint_lt(n, 8192);
    ck_assert_uint_gt(n, 4096);
    stop();

    ck_assert(start("--latency 0 --malformed 100"));
    n = exchange(GET("/flags/cn.png"), text, sizeof text);
    ck_assert_uint_gt(n, 0);
    ck_assert_int_ne(strncmp(text, "HTTP/", 5), 0);
    stop();
}
END_TEST

START_TEST(endless_answers_end_with_the_client)
{
    char text[5000];
    if (!start("--latency 0 --endless 100"))
        return;
    ck_assert_uint_eq(exchange(GET("/flags/cn.png?item=0"), text, sizeof text),
                      sizeof text - 1);
    ck_assert_ptr_null(strstr(text, "\r\n\r\n"));
    ck_assert_uint_eq(exchange(GET("/flags/cn.png?item=1"), text, sizeof text),
                      sizeof text - 1);
    ck_assert_ptr_nonnull(strstr(text, "chunked\r\n\r\n10\r\n0123"));
    SUITE_UNTIL(stat_now("open_connections") == 0);
    stop();
}
END_TEST

START_TEST(bandwidth_is_an_upper_bound)
{
    static char text[LINES];
    if (!start("--latency 0 --bandwidth 50000"))
        return;
    const uint64_t from = clock_now();
    const size_t n = exchange(GET_LAST("/flags/cn.png"), text, sizeof text);
    ck_assert_uint_gt(n, 8192);
    ck_assert_uint_ge(clock_now() - from, (uint64_t)n * NS_PER_S / 50000);
    stop();
}
END_TEST

int main(void)
{
    Suite *suite;
    TCase *tests = suite_begin(&suite, "origin");
    tcase_add_test(tests, greets_and_answers);
    tcase_add_test(tests, ends_when_its_starter_is_killed);
    tcase_add_test(tests, refuses_what_it_does_not_understand);
    tcase_add_test(tests, answers_in_order_what_is_sent_ahead);
    tcase_add_test(tests, reads_requests_in_single_bytes);
    tcase_add_test(tests, survives_clients_that_go_away);
    tcase_add_test(tests, keeps_many_requests_at_once);
    tcase_add_test(tests, answers_many_connections);
    tcase_add_test(tests, fails_on_demand);
    tcase_add_test(tests, endless_answers_end_with_the_client);
    tcase_add_test(tests, bandwidth_is_an_upper_bound);
    return suite_end(suite);
}
