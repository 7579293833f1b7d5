/*
 * pipeline.c - threads for each stage of an item, joined by queues.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: stages that wait for different things overlap, and the slowest one
 * sets the rate: more workers help there and nowhere else. Between the stages
 * stand bounded queues: one that is full stops those before it, so memory
 * stays bounded however slow the last stage is. The end travels the same way:
 * close the first queue, join it, close the next (Effective Python, item 39).
 * Look for: `thumbnails` against `sequential`; the polls of `--queue polling`,
 * that item's first version, and the processor time they take with `--nap 0`;
 * peak_queue and peak_carried with `--capacity 0` and a slow last stage.
 * With --trace the trace counts, too, how full each queue is: scripts/stats
 * draws that.
 * Left out: handing several items over at once, and moving workers between
 * stages while it runs. A kernel without stages is a pipeline of one.
 */
#include "strategy.h"
#include "lib/clock.h"
#include "lib/parse.h"
#include "lib/queue.h"
#include "lib/trace.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_STAGES = 16, MOST_STAGE_WORKERS = 10000, CLEARLY_BUSY = 50 };

enum form { FORM_BLOCKING, FORM_POLLING };

/* An item on its way. The first stage gives it its carry. */
struct job {
    uint64_t i, answer;
    void *carry;
};

/* What one thread counts for itself. */
struct counts {
    uint64_t polls;      /* looks at a queue to take something, and looks */
    uint64_t idle_polls; /* for room in vain; those that were in vain */
    uint64_t busy_ns, blocked_ns;
};

/* A stage at work: the queue in front of it and who takes from there. */
struct station {
    struct queue *in;
    char name[48]; /* of that queue, in a trace */
    size_t workers;
    size_t first_index; /* of its workers */
    struct counts sum;  /* of its workers, all rounds */
};

struct worker {
    const struct run *run;
    size_t index, stage;
    pthread_t thread;
    struct counts counts;
};

static struct {
    enum form form;
    uint64_t nap_ns;
    size_t capacity, stages;
    struct station stations[MOST_STAGES];
    struct counts feeder; /* the thread that fills the first queue */
    size_t peak_queue;    /* of the queues between stages */
    atomic_size_t carried, peak_carried;
    uint64_t cpu_ns; /* of the process, in all rounds */
} line;

/* ------------------------------------------------- workers of each stage */

/* Reads "4,2,1" into the stations. NULL, or why not. */
static const char *deal_as_listed(const char *list)
{
    static char why[128];
    size_t s = 0;
    const char *at = list;
    for (;; s++) {
        char word[16];
        uint64_t workers = 0;
        size_t length = strcspn(at, ",");
        snprintf(word, sizeof word, "%.*s", (int)length, at);
        if (length >= sizeof word ||
            !number_parse(word, 1, MOST_STAGE_WORKERS, &workers)) {
            snprintf(why, sizeof why,
                     "--stage-workers %.40s: must be numbers from 1 to %d, "
                     "with commas",
                     list, MOST_STAGE_WORKERS);
            return why;
        }
        if (s < line.stages)
            line.stations[s].workers = (size_t)workers;
        if (at[length] == '\0')
            break;
        at += length + 1;
    }
    if (s + 1 == line.stages)
        return NULL;
    snprintf(why, sizeof why,
             "--stage-workers %.40s: %zu numbers, but the kernel has %zu "
             "stage%s",
             list, s + 1, line.stages, line.stages == 1 ? "" : "s");
    return why;
}

/* One for each stage, and the rest to the stages in turn. */
static void deal_in_turn(size_t workers)
{
    for (size_t s = 0; s < line.stages; s++) {
        struct share share = share_of(workers, line.stages, s);
        size_t its = (size_t)(share.last - share.first);
        line.stations[s].workers = its == 0 ? 1 : its;
    }
}

static const char *pipeline_configure(struct run *run)
{
    const char *list = option_text(run, "stage-workers"), *why = NULL;
    line.stages = stages_of(run);
    if (line.stages > MOST_STAGES)
        die(0, "more than %d stages", MOST_STAGES);
    line.form = (enum form)option_number(run, "queue");
    line.nap_ns = option_number(run, "nap");
    line.capacity = (size_t)option_number(run, "capacity");
    if (*list == '\0')
        deal_in_turn(run->workers);
    else
        why = deal_as_listed(list);
    run->workers = 0;
    for (size_t s = 0; s < line.stages; s++) {
        line.stations[s].first_index = run->workers;
        run->workers += line.stations[s].workers;
    }
    return why;
}

/* ------------------------------------------------ the two forms of queue */

static void nap(void)
{
    struct timespec time = clock_timespec(line.nap_ns);
    if (line.nap_ns == 0)
        sched_yield();
    else
        nanosleep(&time, NULL);
}

/* Asks until there is something; false when there never will be. */
static bool poll_get(struct counts *mine, struct queue *queue, void **thing)
{
    for (;;) {
        mine->polls++;
        if (queue_try_get(queue, thing))
            return true;
        mine->idle_polls++;
        if (queue_drained(queue))
            return false;
        nap();
    }
}

/* Asks until there is room. False when memory runs out: a queue without a
 * bound always has room, and none is closed while jobs are on their way. */
static bool poll_put(struct counts *mine, struct queue *queue, void *thing)
{
    while (!queue_try_put(queue, thing)) {
        mine->polls++;
        mine->idle_polls++;
        if (line.capacity == 0)
            return false;
        nap();
    }
    return true;
}

static bool get(struct counts *mine, struct queue *queue, void **thing)
{
    uint64_t began = clock_now();
    bool got = line.form == FORM_BLOCKING ? queue_get(queue, thing)
                                          : poll_get(mine, queue, thing);
    mine->blocked_ns += clock_now() - began;
    return got;
}

static void put(struct counts *mine, struct queue *queue, void *thing)
{
    uint64_t began = clock_now();
    if (!(line.form == FORM_BLOCKING ? queue_put(queue, thing)
                                     : poll_put(mine, queue, thing)))
        die(ENOMEM, "a queue");
    mine->blocked_ns += clock_now() - began;
}

/* ---------------------------------------------------------------- a job */

/* The first stage has got a job. Without memory its carry stays NULL. */
static void begin(const struct run *run, struct job *job)
{
    size_t now = atomic_fetch_add(&line.carried, 1) + 1;
    size_t peak = atomic_load(&line.peak_carried);
    while (now > peak &&
           !atomic_compare_exchange_weak(&line.peak_carried, &peak, now))
        continue;
    job->carry = carry_make(run);
}

/* The last stage is done with it, or one has failed. */
static void finish(struct worker *me, struct job *job, int error)
{
    if (job->carry != NULL)
        carry_drop(me->run, job->carry);
    book_item(me->run, me->index, job->i, error, job->answer);
    free(job);
    atomic_fetch_sub(&line.carried, 1);
}

/* A failed item ends here, and the others go on. */
static void work_on(struct worker *me, struct job *job)
{
    uint64_t began = clock_now();
    if (me->stage == 0)
        begin(me->run, job);
    int error = job->carry == NULL ? -ENOMEM
                                   : compute_stage(me->run, job->i, me->stage,
                                                   job->carry, &job->answer);
    me->counts.busy_ns += clock_now() - began;
    if (error == 0 && me->stage + 1 < line.stages)
        put(&me->counts, line.stations[me->stage + 1].in, job);
    else
        finish(me, job, error);
}

/* -------------------------------------------------------------- a round */

static void *work(void *argument)
{
    struct worker *me = argument;
    struct queue *in = line.stations[me->stage].in;
    void *thing;

    worker_enter(me->run, me->index);
    while (get(&me->counts, in, &thing)) {
        work_on(me, thing);
        queue_task_done(in);
    }
    worker_leave();
    return NULL;
}

static void start_station(const struct run *run, size_t stage,
                          struct worker *workers)
{
    struct station *station = &line.stations[stage];
    for (size_t w = 0; w < station->workers; w++) {
        struct worker *worker = &workers[station->first_index + w];
        *worker = (struct worker){
            .run = run, .index = station->first_index + w, .stage = stage};
        int error = pthread_create(&worker->thread, NULL, work, worker);
        if (error != 0)
            die(error, "worker %zu of %zu", worker->index + 1, run->workers);
    }
}

static void feed(const struct run *run)
{
    for (uint64_t i = 0; i < run->items; i++) {
        struct job *job = calloc(1, sizeof *job);
        if (job == NULL)
            die(ENOMEM, "item %" PRIu64, i);
        job->i = i;
        put(&line.feeder, line.stations[0].in, job);
    }
}

/* Ends each stage after the one before: when all that its queue held has been
 * worked on, nobody puts into the next queue any more. */
static void close_in_turn(void)
{
    for (size_t s = 0; s < line.stages; s++) {
        queue_close(line.stations[s].in);
        queue_join(line.stations[s].in);
    }
}

static void end_station(struct station *station, struct worker *workers)
{
    for (size_t w = 0; w < station->workers; w++) {
        struct worker *worker = &workers[station->first_index + w];
        pthread_join(worker->thread, NULL);
        station->sum.polls += worker->counts.polls;
        station->sum.idle_polls += worker->counts.idle_polls;
        station->sum.busy_ns += worker->counts.busy_ns;
        station->sum.blocked_ns += worker->counts.blocked_ns;
    }
    queue_destroy(station->in);
}

/* How often queues were asked, by all workers and by who fills the first. */
static struct counts counts_of_all(void)
{
    struct counts all = line.feeder;
    for (size_t s = 0; s < line.stages; s++) {
        all.polls += line.stations[s].sum.polls;
        all.idle_polls += line.stations[s].sum.idle_polls;
    }
    return all;
}

static void queue_changed(void *name, size_t length)
{
    trace_counter(name, length);
}

static void make_queues(const struct run *run)
{
    for (size_t s = 0; s < line.stages; s++) {
        struct station *station = &line.stations[s];
        station->in = queue_create(line.capacity);
        if (station->in == NULL)
            die(ENOMEM, "a queue for %zu items", line.capacity);
        if (!trace_on)
            continue;
        snprintf(station->name, sizeof station->name, "queue before %.32s",
                 stage_name(run, s));
        queue_watch(station->in, queue_changed, station->name);
        trace_counter(station->name, 0);
    }
}

/* What a reader of the trace cannot count: one value each, of all rounds. */
static void trace_totals(void)
{
    struct counts all = counts_of_all();
    trace_counter("capacity", line.capacity);
    trace_counter("polls", all.polls);
    trace_counter("idle polls", all.idle_polls);
    trace_counter("processor time, ns", line.cpu_ns);
}

static void pipeline_run(const struct run *run)
{
    struct worker *workers = calloc(run->workers, sizeof *workers);
    if (workers == NULL)
        die(ENOMEM, "%zu workers", run->workers);
    uint64_t cpu_began = clock_read(CLOCK_PROCESS_CPUTIME_ID);
    make_queues(run);
    for (size_t s = 0; s < line.stages; s++)
        start_station(run, s, workers);
    feed(run);
    close_in_turn();
    for (size_t s = 0; s < line.stages; s++) {
        size_t peak = queue_peak(line.stations[s].in);
        if (s > 0 && peak > line.peak_queue)
            line.peak_queue = peak;
        end_station(&line.stations[s], workers);
    }
    line.cpu_ns += clock_read(CLOCK_PROCESS_CPUTIME_ID) - cpu_began;
    if (trace_on)
        trace_totals();
    free(workers);
}

/* ------------------------------------------------------------- its report */

/* Items between the first stage's beginning and the last one's end. */
static uint64_t pipeline_inflight(const struct run *run)
{
    uint64_t most = run->workers + (line.stages - 1) * line.capacity;
    bool unbounded = line.capacity == 0 && line.stages > 1;
    return unbounded || most > run->items ? run->items : most;
}

/* How much of its workers' time a stage was at work, in percent. */
static uint64_t percent_busy(const struct station *station)
{
    const struct counts *sum = &station->sum;
    uint64_t all = sum->busy_ns + sum->blocked_ns;
    return all == 0 ? 0 : sum->busy_ns * 100 / all;
}

/* Which stage the others wait for, where it is clear. */
static void say_which_stage(const struct run *run, struct verdict *verdict)
{
    size_t slowest = 0;
    for (size_t s = 1; s < line.stages; s++)
        if (percent_busy(&line.stations[s]) >
            percent_busy(&line.stations[slowest]))
            slowest = s;
    uint64_t percent = percent_busy(&line.stations[slowest]);
    if (line.stages > 1 && percent >= CLEARLY_BUSY)
        verdict_say(verdict,
                    "stage %s sets the rate: busy %" PRIu64 " %% of the time",
                    stage_name(run, slowest), percent);
}

static void pipeline_figures(const struct run *run, struct verdict *verdict)
{
    static const char *const names[][2] = {
        {"stage_1_busy_ns", "stage_1_blocked_ns"},
        {"stage_2_busy_ns", "stage_2_blocked_ns"},
        {"stage_3_busy_ns", "stage_3_blocked_ns"},
        {"stage_4_busy_ns", "stage_4_blocked_ns"},
    };
    struct counts all = counts_of_all();
    verdict_figure(verdict, "polls", all.polls);
    verdict_figure(verdict, "idle_polls", all.idle_polls);
    verdict_figure(verdict, "peak_queue", line.peak_queue);
    verdict_figure(verdict, "peak_carried", line.peak_carried);
    for (size_t s = 0; s < line.stages && s < sizeof names / sizeof *names;
         s++) {
        verdict_figure(verdict, names[s][0], line.stations[s].sum.busy_ns);
        verdict_figure(verdict, names[s][1], line.stations[s].sum.blocked_ns);
    }
    if (line.form == FORM_POLLING)
        verdict_say(verdict,
                    "%" PRIu64 " polls for %" PRIu64 " items, %" PRIu64
                    " in vain",
                    all.polls, run->items * run->rounds, all.idle_polls);
    else
        say_which_stage(run, verdict);
}

/* -------------------------------------------------------------- strategy */

static const struct option_spec options[] = {
    {.name = "stage-workers",
     .argument = "LIST",
     .kind = OPTION_TEXT,
     .fallback = "",
     .help = "workers of each stage, such as 4,2,1, instead of --workers"},
    {.name = "capacity",
     .argument = "N",
     .kind = OPTION_NUMBER,
     .fallback = "16",
     .most = 1 << 24,
     .help = "how many items each queue holds; 0: no bound"},
    {.name = "queue",
     .argument = "FORM",
     .kind = OPTION_CHOICE,
     .fallback = "blocking",
     .choices = "blocking polling",
     .help = "who finds nothing in a queue: is woken, or naps and asks again"},
    {.name = "nap",
     .argument = "TIME",
     .kind = OPTION_DURATION,
     .fallback = "10ms",
     .most = 10ull * NS_PER_S,
     .help = "how long a polling worker naps; 0s: only lets others run"},
    {.name = NULL},
};

const struct strategy strategy = {
    .summary = "threads for each stage, joined by bounded queues",
    /* A kernel that only computes is a pipeline of one stage: a pool. */
    .for_waiting = true,
    .options = options,
    .configure = pipeline_configure,
    .run = pipeline_run,
    .inflight = pipeline_inflight,
    .figures = pipeline_figures,
};
