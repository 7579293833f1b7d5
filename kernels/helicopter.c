/*
 * helicopter.c - slow devices are talked to while positions are computed
 * (Effective Python, item 37).
 *
 * Half of the items are conversations with a device that takes its time over
 * each call. The other half compute a helicopter's flight. The number that
 * matters is the response time: how much later than the device was done did
 * the program take notice?
 *
 * Teaches: waiting and computing do not get in each other's way, even under
 * a global lock - until somebody measures when the answers arrive. A thread
 * that has waited must get the lock back from one that computes, and that
 * one keeps it for a whole switch interval: the convoy effect (Beazley,
 * "Understanding the Python GIL", PyCon 2010).
 * Look for: the response times in the note. `threads` with a core to spare:
 * a fifth of a millisecond. `gil`: two switch intervals of 5 ms, one for each
 * system call; many times that when several compute. `event_loop`: as long
 * as all flights together, because one that computes holds up all others.
 * Then the total. `gil` with `--items 6 --devices 5 --workers 6 --calls 1`
 * (the book's five threads, beside a main program that computes) takes hardly
 * longer than `threads`; with 20 short calls it does.
 * The first half of the items converses, the second half computes. A static
 * split then gives the one to some workers and the other to the rest, and
 * both go on at once, be it with 2, 5 or 10 workers. Taking turns, even and
 * odd, all of 5 workers would first converse and then compute. A pool hands
 * out items in order: it needs more workers than there are conversations.
 * Left out: priorities; a computation that can be left in the middle.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernel.h"
#include "support/fold.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    NS_PER_MS = 1000000,
    MS_PER_HOUR = 3600000,
    MOST_CALLS = 1 << 16,
    MOST_RESPONSES = 1 << 24,
    STRETCH = 16384 /* steps between two checkpoints: below 100 us */
};

static const struct option_spec helicopter_options[] = {
    {.name = "devices",
     .argument = "N",
     .kind = OPTION_NUMBER,
     .fallback = "0",
     .help = "how many items, the first ones, converse; 0: half of them"},
    {.name = "calls",
     .argument = "N",
     .kind = OPTION_NUMBER,
     .fallback = "20",
     .least = 1,
     .most = MOST_CALLS,
     .help = "calls in a conversation, which share its --size milliseconds"},
    {.name = "steps",
     .argument = "N",
     .kind = OPTION_NUMBER,
     .fallback = "40000000",
     .most = (uint64_t)1 << 40,
     .help = "steps of each flight; 0: nothing is computed"},
    {.name = NULL},
};

/* ------------------------------------------------------ conversations */

/* Items 0..conversations-1 converse, the others compute. */
static uint64_t helicopter_conversations(const struct run *run)
{
    const uint64_t devices = option_number(run, "devices");

    return devices != 0 ? devices : (run->items + 1) / 2;
}

static uint64_t helicopter_flights(const struct run *run)
{
    return run->items - helicopter_conversations(run);
}

static uint64_t helicopter_responses(const struct run *run)
{
    return helicopter_conversations(run) * option_number(run, "calls");
}

/* How long the device takes over one call. */
static uint64_t helicopter_call_ns(const struct run *run)
{
    return run->size * NS_PER_MS / option_number(run, "calls");
}

/* One call is two system calls, as on a socket: one sends the command, one
 * waits for the answer. The first answer comes without a command, so that a
 * conversation of one call is the book's one blocking call. 0 or -errno. */
static int helicopter_call(uint64_t c, uint64_t call_ns)
{
    const uint64_t command_ns = c > 0 ? call_ns / 10 : 0;
    const int64_t status = c > 0 ? await(op_sleep(command_ns)) : 0;

    return (int)(status < 0 ? status : await(op_sleep(call_ns - command_ns)));
}

/* What device i says to call c. */
static uint64_t helicopter_reading(const struct run *run, uint64_t i,
                                   uint64_t c)
{
    return random_at(run->seed + i, c);
}

static int helicopter_converse(const struct run *run, uint64_t i,
                               uint64_t *answer)
{
    const uint64_t calls = option_number(run, "calls");
    const uint64_t call_ns = helicopter_call_ns(run);
    uint64_t *response = (uint64_t *)run->shared + i * calls;
    uint64_t fold = 0;

    for (uint64_t c = 0; c < calls; c++) {
        const uint64_t began = now_ns();
        const int error = helicopter_call(c, call_ns);

        if (error != 0)
            return error;
        const uint64_t took = now_ns() - began;
        response[c] = took > call_ns ? took - call_ns : 0;
        fold = mix64(fold ^ helicopter_reading(run, i, c));
    }
    *answer = fold;
    return 0;
}

static bool helicopter_conversation_right(const struct run *run, uint64_t i)
{
    uint64_t fold = 0;

    for (uint64_t c = 0; c < option_number(run, "calls"); c++)
        fold = mix64(fold ^ helicopter_reading(run, i, c));
    return fold == run->answers[i];
}

/* ------------------------------------------------------------- flights */

/*
 * Where the helicopter is and was a step before, in millionths of a metre
 * from the lighthouse around which it flies. Every step it is drawn towards it,
 * in proportion to the distance, north and east differently.
 *
 * The method is Verlet's, in whole numbers: next = 2 now - before + pull(now).
 * It knows no direction of time. Whoever exchanges now and before flies the
 * same way back, to the very number: Levesque, Verlet, "Molecular dynamics
 * and time reversibility", Journal of Statistical Physics 72, 1993. The check
 * does so.
 */
struct flight {
    int64_t north, east, north_before, east_before;
};

enum { NORTH_PULL = 1000003, EAST_PULL = 700001, METRE = 1000000 };

/* A place within some kilometres, drawn from the seed; at rest. */
static struct flight helicopter_takes_off(const struct run *run, uint64_t i)
{
    const int64_t north = (int64_t)(random_at(run->seed, 2 * i) % 8000);
    const int64_t east = (int64_t)(random_at(run->seed, 2 * i + 1) % 8000);

    return (struct flight){
        .north = north * METRE,
        .east = east * METRE,
        .north_before = north * METRE,
        .east_before = east * METRE,
    };
}

static void helicopter_step(struct flight *at)
{
    const int64_t north = at->north, east = at->east;

    at->north = 2 * north - at->north_before - north / NORTH_PULL;
    at->east = 2 * east - at->east_before - east / EAST_PULL;
    at->north_before = north;
    at->east_before = east;
}

static struct flight helicopter_flies(struct flight at, uint64_t steps)
{
    while (steps > 0) {
        uint64_t stretch = steps < STRETCH ? steps : STRETCH;

        steps -= stretch;
        while (stretch-- > 0)
            helicopter_step(&at);
        checkpoint();
    }
    return at;
}

static struct flight helicopter_turns_round(struct flight at)
{
    return (struct flight){
        .north = at.north_before,
        .east = at.east_before,
        .north_before = at.north,
        .east_before = at.east,
    };
}

/* Where each flight has ended, behind the response times. */
static struct flight *helicopter_landings(const struct run *run)
{
    return (struct flight *)((uint64_t *)run->shared +
                             helicopter_responses(run));
}

static int helicopter_compute(const struct run *run, uint64_t flight,
                              uint64_t *answer)
{
    struct flight *landing = helicopter_landings(run) + flight;

    *landing = helicopter_flies(helicopter_takes_off(run, flight),
                                option_number(run, "steps"));
    *answer = fold_bytes(0, landing, sizeof *landing);
    return 0;
}

/* Whether the way back, without a stop, leads to where it took off. */
static bool helicopter_flight_right(const struct run *run, uint64_t flight,
                                    uint64_t answer)
{
    const uint64_t steps = option_number(run, "steps");
    const struct flight landing = helicopter_landings(run)[flight];
    const struct flight start = helicopter_takes_off(run, flight);
    struct flight back = helicopter_turns_round(landing);

    for (uint64_t step = 0; step < steps; step++)
        helicopter_step(&back);
    back = helicopter_turns_round(back);
    return answer == fold_bytes(0, &landing, sizeof landing) &&
           memcmp(&back, &start, sizeof back) == 0;
}

/* ---------------------------------------------------------------- both */

static const char *helicopter_configure(struct run *run)
{
    if (option_number(run, "devices") > run->items)
        return "--devices: more than --items";
    if (helicopter_responses(run) > MOST_RESPONSES)
        return "--items, --calls: more than 16777216 calls";
    return NULL;
}

static size_t helicopter_bytes(const struct run *run)
{
    return helicopter_responses(run) * sizeof(uint64_t) +
           helicopter_flights(run) * sizeof(struct flight);
}

static int helicopter_item(const struct run *run, uint64_t i, uint64_t *answer)
{
    const uint64_t conversations = helicopter_conversations(run);

    return i < conversations
               ? helicopter_converse(run, i, answer)
               : helicopter_compute(run, i - conversations, answer);
}

static int compare_numbers(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

/* The response times, sorted where they stand, in three figures. */
static void helicopter_report(const struct run *run, struct verdict *verdict)
{
    uint64_t *sorted = run->shared;
    const uint64_t n = helicopter_responses(run);

    qsort(sorted, n, sizeof *sorted, compare_numbers);
    const uint64_t p50 = sorted[(n - 1) / 2], p99 = sorted[(99 * n - 1) / 100],
                   most = sorted[n - 1];
    verdict_figure(verdict, "response_p50_ns", p50);
    verdict_figure(verdict, "response_p99_ns", p99);
    verdict_figure(verdict, "response_max_ns", most);
    verdict_say(verdict,
                "devices waited for the program %.3f ms at the median, %.3f "
                "at the 99th percentile, %.3f at the most (%" PRIu64 " calls)",
                (double)p50 / NS_PER_MS, (double)p99 / NS_PER_MS,
                (double)most / NS_PER_MS, n);
}

static bool helicopter_check(const struct run *run, struct verdict *verdict)
{
    const uint64_t conversations = helicopter_conversations(run);
    const uint64_t least_ns =
        helicopter_call_ns(run) * option_number(run, "calls") * run->rounds;

    if (run->wall_ns < least_ns) {
        verdict_say(verdict, "all was done before one device could answer");
        return false;
    }
    for (uint64_t i = 0; i < run->items; i++) {
        if (i < conversations ? helicopter_conversation_right(run, i)
                              : helicopter_flight_right(run, i - conversations,
                                                        run->answers[i]))
            continue;
        verdict_say(verdict, "item %" PRIu64 ", a %s, has a wrong answer", i,
                    i < conversations ? "conversation" : "flight");
        return false;
    }
    helicopter_report(run, verdict);
    return true;
}

KERNEL(helicopter) = {
    .summary = "slow device calls go on while positions are computed",
    .item_is = "a conversation with a device; or, in the second half, a flight",
    .size_is = "milliseconds that the device takes over a conversation",
    .bound = BOUND_IO,
    .items = 10,
    .size = 100,
    .most_items = 1 << 20,
    .most_size = MS_PER_HOUR,
    .quick = "--size 10 --calls 2 --steps 3000000",
    .small = "--items 6 --size 4 --calls 4 --steps 20000",
    .options = helicopter_options,
    .configure = helicopter_configure,
    .shared_bytes = helicopter_bytes,
    .item = helicopter_item,
    .check = helicopter_check,
};
