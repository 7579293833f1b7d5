/*
 * libcurl_multi.c - the requests of the kernel fetch through libcurl's multi
 * interface.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: what one would use instead. libcurl keeps connections, watches
 * them and tells which transfers are over; this program gives it an epoll set,
 * a timer and the next request. It has the command line, the answers and the
 * digest of a strategy, but runs one kernel only, so it is none.
 * Look for: its requests a second beside those of `event_loop` and `uring`.
 * What libcurl does besides (proxies, cookies, TLS, twenty protocols) it pays
 * for in every transfer.
 *   https://curl.se/libcurl/c/libcurl-multi.html
 * Left out: HTTP/2, which would send all requests through one connection.
 */
#include "../strategy.h"
#include "../lib/clock.h"
#include "../lib/crew.h"
#include "../../kernels/support/body_hash.h"
#include "../../kernels/support/download.h"

#include <curl/curl.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { BATCH = 256, URL = 128 };

/* One request under way, and the handle that is used for it and those after
 * it. */
struct transfer {
    CURL *easy;
    const struct run *run;
    uint64_t item, began_ns, bytes;
    unsigned attempt;
    struct body_hash hash;
    char url[URL];
};

static struct {
    CURLM *multi;
    int epoll;
    struct transfer *transfers;
    size_t count;
    uint64_t next, done;      /* items begun, items over */
    uint64_t wake_ns;         /* when libcurl wants to be called; 0: never */
    struct timer_heap pauses; /* transfers that will be tried again */
} peer;

/* -------------------------------------------------------- what libcurl asks */

/* Watches a socket as libcurl says. */
static int on_socket(CURL *easy, curl_socket_t fd, int what, void *context,
                     void *known)
{
    struct epoll_event event = {
        .events = (what & CURL_POLL_IN ? (uint32_t)EPOLLIN : 0) |
                  (what & CURL_POLL_OUT ? (uint32_t)EPOLLOUT : 0),
        .data.fd = fd,
    };
    (void)easy;
    (void)context;
    if (what == CURL_POLL_REMOVE) {
        epoll_ctl(peer.epoll, EPOLL_CTL_DEL, fd, NULL);
        return 0;
    }
    if (epoll_ctl(peer.epoll, known == NULL ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd,
                  &event) != 0)
        die(errno, "epoll cannot watch descriptor %d", fd);
    curl_multi_assign(peer.multi, fd, &peer);
    return 0;
}

static int on_timer(CURLM *multi, long ms, void *context)
{
    (void)multi;
    (void)context;
    peer.wake_ns = ms < 0 ? 0 : clock_now() + (uint64_t)ms * NS_PER_MS;
    return 0;
}

static size_t on_body(char *bytes, size_t one, size_t count, void *context)
{
    struct transfer *transfer = context;

    transfer->bytes += one * count;
    if (transfer->bytes > download_most_bytes(transfer->run, transfer->item))
        return 0;
    body_hash_add(&transfer->hash, bytes, one * count);
    return one * count;
}

/* --------------------------------------------------------------- transfers */

static void transfer_create(struct transfer *transfer, const struct run *run)
{
    bool kept = option_number(run, "connections") == 1;
    CURL *easy = curl_easy_init();

    if (easy == NULL)
        die(ENOMEM, "libcurl");
    *transfer = (struct transfer){.easy = easy, .run = run};
    curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, kept ? 0L : 1L);
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, kept ? 0L : 1L);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS,
                     (long)(option_number(run, "timeout") / NS_PER_MS));
}

/* Hands the current attempt at the current item to libcurl. */
static void transfer_begin(struct transfer *transfer)
{
    const struct downloads *downloads = transfer->run->shared;
    struct origin_request request =
        download_request(transfer->run, transfer->item, transfer->attempt);

    snprintf(transfer->url, sizeof transfer->url,
             "http://127.0.0.1:%" PRIu16 "%s?item=%" PRIu64 "&attempt=%u",
             downloads->origin.port, request.path, transfer->item,
             transfer->attempt);
    curl_easy_setopt(transfer->easy, CURLOPT_URL, transfer->url);
    transfer->bytes = 0;
    transfer->began_ns = clock_now();
    body_hash_begin(&transfer->hash);
    if (curl_multi_add_handle(peer.multi, transfer->easy) != CURLM_OK)
        die(0, "libcurl takes no more transfers");
}

static void transfer_next(struct transfer *transfer)
{
    if (peer.next == transfer->run->items)
        return;
    transfer->item = peer.next++;
    transfer->attempt = 0;
    transfer_begin(transfer);
}

/* libcurl's result as http_exchange() would put it. */
static int error_of(const struct transfer *transfer, CURLcode code)
{
    long header_bytes = 0;

    switch (code) {
    case CURLE_OK:
        return 0;
    case CURLE_OPERATION_TIMEDOUT:
        curl_easy_getinfo(transfer->easy, CURLINFO_HEADER_SIZE, &header_bytes);
        return header_bytes > 0 || transfer->bytes > 0 ? -EMSGSIZE : -ETIMEDOUT;
    case CURLE_WRITE_ERROR:
        return -EMSGSIZE;
    case CURLE_UNSUPPORTED_PROTOCOL: /* taken for HTTP/0.9 */
    case CURLE_WEIRD_SERVER_REPLY:
        return -EBADMSG;
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
        return -ECONNRESET;
    case CURLE_COULDNT_CONNECT:
        return -ECONNREFUSED;
    default:
        return -EIO;
    }
}

static void transfer_book(struct transfer *transfer, int error,
                          enum outcome outcome)
{
    uint64_t answer = 0;

    if (error == 0)
        answer = download_book(
            transfer->run, transfer->item,
            (struct result){.ns = clock_now() - transfer->began_ns,
                            .outcome = (uint8_t)outcome,
                            .attempts = (uint8_t)(transfer->attempt + 1)},
            body_hash_end(&transfer->hash));
    book_item(transfer->run, 0, transfer->item, error, answer);
    peer.done++;
    transfer_next(transfer);
}

static void transfer_end(struct transfer *transfer, CURLcode code)
{
    enum outcome outcome = OUTCOMES;
    uint64_t pause_ns;
    long status = 0;

    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_multi_remove_handle(peer.multi, transfer->easy);

    int error =
        download_outcome(error_of(transfer, code), (unsigned)status, &outcome);

    if (error == 0 &&
        download_again(transfer->run, outcome, transfer->attempt, &pause_ns))
        timer_heap_push(&peer.pauses, clock_now() + pause_ns, transfer);
    else
        transfer_book(transfer, error, outcome);
}

/* ------------------------------------------------------------------ the run */

static const char *peer_start(const struct run *run)
{
    if (strcmp(run->kernel->name, "fetch") != 0)
        return "libcurl has nothing to do for this kernel";
    peer.count = crew_inflight(run);
    peer.multi = curl_multi_init();
    peer.epoll = epoll_create1(EPOLL_CLOEXEC);
    peer.transfers = calloc(peer.count, sizeof *peer.transfers);
    if (peer.multi == NULL || peer.epoll < 0 || peer.transfers == NULL)
        die(ENOMEM, "libcurl");
    curl_multi_setopt(peer.multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(peer.multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(peer.multi, CURLMOPT_MAXCONNECTS, (long)peer.count);
    for (size_t t = 0; t < peer.count; t++)
        transfer_create(&peer.transfers[t], run);
    return NULL;
}

static void peer_stop(const struct run *run)
{
    (void)run;
    for (size_t t = 0; t < peer.count; t++)
        curl_easy_cleanup(peer.transfers[t].easy);
    curl_multi_cleanup(peer.multi);
    timer_heap_free(&peer.pauses);
    free(peer.transfers);
    close(peer.epoll);
}

/* Milliseconds until libcurl or a pause wants to be looked after. */
static int patience(void)
{
    uint64_t now = clock_now(), soonest = peer.wake_ns, pause;

    if (timer_heap_soonest(&peer.pauses, &pause) &&
        (soonest == 0 || pause < soonest))
        soonest = pause;
    if (soonest == 0)
        return -1;
    return soonest <= now ? 0 : (int)((soonest - now) / NS_PER_MS + 1);
}

/* Lets libcurl read and write where it can, and see to its own timers. */
static void serve(void)
{
    struct epoll_event events[BATCH];
    int running, n = epoll_wait(peer.epoll, events, BATCH, patience());

    for (int e = 0; e < n; e++)
        curl_multi_socket_action(
            peer.multi, events[e].data.fd,
            (events[e].events & (EPOLLIN | EPOLLHUP | EPOLLERR)
                 ? CURL_CSELECT_IN
                 : 0) |
                (events[e].events & EPOLLOUT ? CURL_CSELECT_OUT : 0),
            &running);
    if (peer.wake_ns != 0 && peer.wake_ns <= clock_now()) {
        peer.wake_ns = 0;
        curl_multi_socket_action(peer.multi, CURL_SOCKET_TIMEOUT, 0, &running);
    }
}

/* Ends the transfers that libcurl says are over. */
static void collect(void)
{
    const CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(peer.multi, &left)) != NULL) {
        struct transfer *transfer;
        CURLcode code = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
        transfer_end(transfer, code);
    }
}

static void try_again(void)
{
    struct transfer *transfer;
    uint64_t now = clock_now();

    while ((transfer = timer_heap_pop_due(&peer.pauses, now)) != NULL) {
        transfer->attempt++;
        transfer_begin(transfer);
    }
}

static void peer_run(const struct run *run)
{
    worker_enter(run, 0);
    peer.next = peer.done = 0;
    for (size_t t = 0; t < peer.count; t++)
        transfer_next(&peer.transfers[t]);
    while (peer.done < run->items) {
        serve();
        collect();
        try_again();
    }
    worker_leave();
}

static const struct option_spec peer_options[] = {CREW_OPTION, {0}};

const struct strategy strategy = {
    .summary = "the requests of fetch through libcurl's multi interface",
    .one_worker = true,
    .for_waiting = true,
    .options = peer_options,
    .start = peer_start,
    .run = peer_run,
    .stop = peer_stop,
    .inflight = crew_inflight,
};
