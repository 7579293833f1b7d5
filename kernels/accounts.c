/*
 * accounts.c - deposits into many accounts: one lock for all of them, a few
 * locks, or a lock for each.
 *
 * Teaches: a coarse lock is simple and makes everybody wait for everybody;
 * fine locks let those go on side by side who would have met only by
 * sharing a lock, not an account. They pay only where holders would have met
 * at all: not under `gil`, where nobody loses it while he holds another
 * lock, and not with one worker.
 * Look for: elapsed time against `--locks` from 1 to 1024 under `threads`: most
 * is won by the first few locks. The same line under `gil` is flat. With
 * `--held 0` a lock is held for so short a time that moving it between cores
 * costs more than waiting for it.
 * Left out: transfers from one account to another. They take two locks, and
 * everybody must take them in the same order or two will wait for each other.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernel.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
    ACCOUNTS = 1024,
    APART = 128, /* bytes, so that neighbours share no cache line */
    MOST_HELD = 10000,
    STRETCH = 10000 /* steps of work between two checkpoints: 50 us */
};

struct account {
    alignas(APART) uint64_t balance;
    uint64_t deposits;
};

struct guard {
    alignas(APART) struct lock lock;
};

struct shared {
    struct account accounts[ACCOUNTS];
    struct guard guards[ACCOUNTS]; /* the first --locks of them in use */
};

static const struct option_spec accounts_options[] = {
    {.name = "locks",
     .argument = "N",
     .kind = OPTION_NUMBER,
     .fallback = "1024",
     .least = 1,
     .most = ACCOUNTS,
     .help = "how many locks the 1024 accounts have, dealt out in turn"},
    {.name = "held",
     .argument = "N",
     .kind = OPTION_NUMBER,
     .fallback = "100",
     .most = MOST_HELD,
     .help = "steps of work, of some 5 ns each, while a lock is held"},
    {.name = NULL},
};

static size_t accounts_bytes(const struct run *run)
{
    (void)run;
    return sizeof(struct shared);
}

static int accounts_setup(const struct run *run)
{
    struct shared *shared = run->shared;
    int error = 0;

    for (size_t a = 0; a < ACCOUNTS && error == 0; a++)
        error = lock_init(&shared->guards[a].lock);
    return error;
}

/* ----------------------------------------------------------- deposits */

struct deposit {
    size_t account;
    uint64_t amount;
};

/* The k-th deposit of item i. */
static struct deposit deposit_at(const struct run *run, uint64_t i, uint64_t k)
{
    const uint64_t random = random_at(run->seed, i * run->size + k);

    return (struct deposit){.account = random % ACCOUNTS,
                            .amount = random >> 44};
}

/* What is booked in the end: its computing takes time. */
static uint64_t booked(uint64_t amount, uint64_t steps)
{
    while (steps-- > 0)
        amount = mix64(amount);
    return amount;
}

static int accounts_item(const struct run *run, uint64_t i, uint64_t *answer)
{
    struct shared *shared = run->shared;
    const uint64_t locks = option_number(run, "locks");
    const uint64_t held = option_number(run, "held");
    const uint64_t stretch = STRETCH / (held + 1) + 1;
    uint64_t sum = 0;

    for (uint64_t k = 0; k < run->size; k++) {
        const struct deposit deposit = deposit_at(run, i, k);
        struct account *account = &shared->accounts[deposit.account];
        struct lock *lock = &shared->guards[deposit.account % locks].lock;

        lock_acquire(lock);
        const uint64_t amount = booked(deposit.amount, held);

        account->balance += amount;
        account->deposits++;
        lock_release(lock);
        sum += amount;
        if (k % stretch == 0)
            checkpoint();
    }
    *answer = sum;
    return 0;
}

/* ---------------------------------------------------------- the check */

/* Adds up what item i must have deposited; whether it says the same. */
static bool books_item(const struct run *run, uint64_t i,
                       struct account books[ACCOUNTS])
{
    const uint64_t held = option_number(run, "held");
    uint64_t sum = 0;

    for (uint64_t k = 0; k < run->size; k++) {
        const struct deposit deposit = deposit_at(run, i, k);
        const uint64_t amount = booked(deposit.amount, held);

        books[deposit.account].balance += amount * run->rounds;
        books[deposit.account].deposits += run->rounds;
        sum += amount;
    }
    return run->answers[i] == sum;
}

static bool same_books(const struct run *run, const struct account *books,
                       struct verdict *verdict)
{
    const struct shared *shared = run->shared;

    for (size_t a = 0; a < ACCOUNTS; a++)
        if (shared->accounts[a].balance != books[a].balance ||
            shared->accounts[a].deposits != books[a].deposits) {
            verdict_say(verdict,
                        "account %zu has %" PRIu64
                        " deposits instead of %" PRIu64 ", or another balance",
                        a, shared->accounts[a].deposits, books[a].deposits);
            return false;
        }
    return true;
}

static bool accounts_check(const struct run *run, struct verdict *verdict)
{
    struct account *books = aligned_alloc(APART, ACCOUNTS * sizeof *books);
    bool right = books != NULL;

    if (books == NULL) {
        verdict_say(verdict, "no memory for the check");
        return false;
    }
    for (size_t a = 0; a < ACCOUNTS; a++)
        books[a] = (struct account){0};
    for (uint64_t i = 0; i < run->items && right; i++) {
        right = books_item(run, i, books);
        if (!right)
            verdict_say(verdict, "item %" PRIu64 " has a wrong answer", i);
    }
    right = right && same_books(run, books, verdict);
    free(books);
    return right;
}

static void accounts_teardown(const struct run *run)
{
    struct shared *shared = run->shared;

    for (size_t a = 0; a < ACCOUNTS; a++)
        lock_destroy(&shared->guards[a].lock);
}

KERNEL(accounts) = {
    .summary = "deposits into many accounts, under one lock or many",
    .item_is = "a number of deposits",
    .size_is = "deposits per item",
    .bound = BOUND_SHARED,
    .items = 40,
    .size = 20000,
    .most_items = 1 << 20,
    .small = "--items 14 --size 500",
    .options = accounts_options,
    .shared_bytes = accounts_bytes,
    .setup = accounts_setup,
    .item = accounts_item,
    .check = accounts_check,
    .teardown = accounts_teardown,
};
