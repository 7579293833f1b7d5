/*
 * thumbnails.c - download a photo, make it small, upload it (Effective
 * Python, item 39).
 *
 * Teaches: work in stages that are limited by different things: waiting for
 * an answer, the processor, waiting again. Run apart, one stage's waiting
 * hides behind another one's computing, and the slowest sets the rate.
 * Look for: `pipeline` against `sequential`, with one worker a stage and with
 * more at the slowest; the time lines of the stages. `--mode sleep` leaves
 * the work out and only waits at each stage, for experiments with the queues
 * alone.
 * Left out: a checkpoint() inside libgd, which knows of none: under `gil` a
 * whole photo is made small in one go, some milliseconds.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernel.h"
#include "support/body_hash.h"
#include "support/image.h"
#include "support/origin_client.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum mode { MODE_IMAGES, MODE_SLEEP };

enum {
    STAGES = 3,
    MOST_DIGITS = 9,
    MOST_PHOTO = 1 << 18, /* bytes */
    RECEIPT = 64,         /* bytes of the answer to an upload */
};

/* A server on this machine that is silent for so long is not coming back. */
static const uint64_t patience_ns = 30000000000;

static const struct option_spec thumbnails_options[] = {
    {.name = "mode",
     .argument = "MODE",
     .kind = OPTION_CHOICE,
     .fallback = "images",
     .choices = "images sleep",
     .help = "real photos from a server; only wait at each stage"},
    ORIGIN_DELAY_OPTIONS("6ms"),
    {.name = "photos",
     .argument = "N",
     .kind = OPTION_NUMBER,
     .fallback = "8",
     .least = 1,
     .most = ORIGIN_PHOTOS,
     .help = "how many different photos the server has"},
    {.name = "times",
     .argument = "A,B,C",
     .kind = OPTION_TEXT,
     .fallback = "200us,200us,200us",
     .help = "with --mode sleep: how long each stage waits"},
    {.name = NULL},
};

/* In run->shared. */
struct thumbnails {
    struct origin origin;
    uint64_t times[STAGES]; /* sleep: nanoseconds */
    /* images: each photo as the first item that had it got it, for the check */
    unsigned char photos[][MOST_PHOTO];
};

/* What an item's stages hand on. */
struct carry {
    uint64_t fold; /* sleep: of the stages that have passed */
    char *photo;
    struct thumbnail thumbnail;
};

static bool sleeps(const struct run *run)
{
    return option_number(run, "mode") == MODE_SLEEP;
}

/* --------------------------------------------------------------- sleep */

/* Reads one time such as 200us and goes on behind it. */
static bool read_time(const char **text, uint64_t *ns)
{
    static const struct {
        const char *name;
        uint64_t ns;
    } units[] = {{"ns", 1}, {"us", 1000}, {"ms", 1000000}, {"s", 1000000000}};
    const size_t digits = strspn(*text, "0123456789");
    const char *unit = *text + digits;
    const size_t length = strcspn(unit, ",");

    if (digits == 0 || digits > MOST_DIGITS)
        return false;
    for (size_t u = 0; u < sizeof units / sizeof units[0]; u++) {
        if (strlen(units[u].name) != length ||
            strncmp(unit, units[u].name, length) != 0)
            continue;
        *ns = strtoull(*text, NULL, 10) * units[u].ns;
        *text = unit + length;
        return true;
    }
    return false;
}

static bool read_times(const char *text, uint64_t times[STAGES])
{
    for (size_t s = 0; s < STAGES; s++) {
        if (!read_time(&text, &times[s]) ||
            *text != (s + 1 < STAGES ? ',' : '\0'))
            return false;
        text += *text == ',';
    }
    return true;
}

/* A stage of the sleeping form: waits, and leaves a trace of its number. */
static int nap(const struct run *run, struct carry *carry, size_t stage)
{
    const struct thumbnails *mine = run->shared;
    const uint64_t ns = mine->times[stage];

    carry->fold = mix64(carry->fold + stage + 1);
    return ns == 0 ? 0 : (int)await(op_sleep(ns));
}

static uint64_t naps_answer(const struct run *run, uint64_t i)
{
    uint64_t fold = random_at(run->seed, i);

    for (size_t s = 0; s < STAGES; s++)
        fold = mix64(fold + s + 1);
    return fold;
}

/* -------------------------------------------------------------- images */

static size_t photo_of(const struct thumbnails *mine, uint64_t i)
{
    return i % mine->origin.photos;
}

/* One exchange with the server, over a connection that is kept. */
static int exchange(const struct thumbnails *mine,
                    struct origin_request *request, struct http_memory *body,
                    unsigned wanted)
{
    struct http_reply reply = {
        .body = http_to_memory, .context = body, .most_bytes = body->room};
    int error;

    request->deadline_ns = now_ns() + patience_ns;
    request->kept = true;
    error = origin_exchange(&mine->origin, request, &reply);
    return error != 0 || reply.status == wanted ? error : -EPROTO;
}

/* Downloads the item's photo, and is content only with the very bytes that
 * the server announced when it started. */
static int download_photo(const struct thumbnails *mine, uint64_t i,
                          struct carry *carry)
{
    const struct origin_file *file = &mine->origin.photo[photo_of(mine, i)];
    struct origin_request request = {
        .method = "GET", .path = file->path, .item = i};
    struct http_memory body = {.bytes = malloc(file->bytes),
                               .room = file->bytes};
    int error;

    carry->photo = body.bytes;
    if (body.bytes == NULL)
        return -ENOMEM;
    error = exchange(mine, &request, &body, 200);
    if (error == 0 && (body.used != file->bytes ||
                       body_hash_of(body.bytes, body.used) != file->hash))
        error = -EBADMSG;
    return error;
}

/* The photo is given back as soon as it is no longer needed: what lies in the
 * queue behind this stage is small. */
static int resize_photo(const struct run *run, uint64_t i, struct carry *carry)
{
    struct thumbnails *mine = run->shared;
    const size_t photo = photo_of(mine, i),
                 bytes = mine->origin.photo[photo].bytes;
    const int error = thumbnail_make(carry->photo, bytes, (unsigned)run->size,
                                     &carry->thumbnail);

    if (i < mine->origin.photos && run->round == 0)
        memcpy(mine->photos[i], carry->photo, bytes);
    free(carry->photo);
    carry->photo = NULL;
    return error;
}

/* Uploads the thumbnail; the server answers how many bytes it got, and their
 * hash. */
static int upload_thumbnail(const struct thumbnails *mine, uint64_t i,
                            const struct thumbnail *thumbnail)
{
    char path[ORIGIN_PATH], receipt[RECEIPT] = "";
    struct origin_request request = {.method = "PUT",
                                     .path = path,
                                     .item = i,
                                     .attempt = 1,
                                     .body = thumbnail->png,
                                     .body_bytes = thumbnail->bytes};
    struct http_memory body = {.bytes = receipt, .room = RECEIPT - 1};
    uint64_t bytes, hash;
    int error;

    snprintf(path, sizeof path, "/upload/%" PRIu64 ".png", i);
    error = exchange(mine, &request, &body, 201);
    if (error == 0 &&
        (sscanf(receipt, "%" SCNu64 " %" SCNx64, &bytes, &hash) != 2 ||
         bytes != thumbnail->bytes ||
         hash != body_hash_of(thumbnail->png, thumbnail->bytes)))
        error = -EBADMSG;
    return error;
}

static uint64_t thumbnail_answer(uint64_t i, uint64_t pixels)
{
    return mix64(pixels ^ mix64(i));
}

/* -------------------------------------------------------------- stages */

static int download(const struct run *run, uint64_t i, void *memory,
                    uint64_t *answer)
{
    struct carry *carry = memory;

    (void)answer;
    carry->fold = random_at(run->seed, i);
    return sleeps(run) ? nap(run, carry, 0)
                       : download_photo(run->shared, i, carry);
}

static int resize(const struct run *run, uint64_t i, void *memory,
                  uint64_t *answer)
{
    (void)answer;
    return sleeps(run) ? nap(run, memory, 1) : resize_photo(run, i, memory);
}

static int upload(const struct run *run, uint64_t i, void *memory,
                  uint64_t *answer)
{
    struct carry *carry = memory;
    const int error = sleeps(run)
                          ? nap(run, carry, 2)
                          : upload_thumbnail(run->shared, i, &carry->thumbnail);

    *answer = sleeps(run) ? carry->fold
                          : thumbnail_answer(i, carry->thumbnail.pixels);
    return error;
}

static void drop(void *memory)
{
    struct carry *carry = memory;

    free(carry->photo);
    thumbnail_free(&carry->thumbnail);
}

static const struct stage thumbnails_stages[] = {{"download", download},
                                                 {"resize", resize},
                                                 {"upload", upload},
                                                 {NULL, NULL}};

/* -------------------------------------------------------------- set-up */

static const char *thumbnails_configure(struct run *run)
{
    uint64_t times[STAGES];

    if (!read_times(option_text(run, "times"), times))
        return "--times: must be three times such as 200us,200us,1ms";
    if (option_given(run, "times") && !sleeps(run))
        return "--times: only with --mode sleep";
    return origin_delay_refusal(run);
}

static size_t thumbnails_bytes(const struct run *run)
{
    const size_t photos = sleeps(run) ? 0 : option_number(run, "photos");

    return sizeof(struct thumbnails) + photos * MOST_PHOTO;
}

static int start_server(const struct run *run, struct origin *origin)
{
    const struct origin_argument more[] = {
        {"photos", option_number(run, "photos")}, {NULL, 0}};

    return origin_start(origin, run, more);
}

static int thumbnails_setup(const struct run *run)
{
    struct thumbnails *mine = run->shared;
    const char *refusal;
    int error;

    (void)read_times(option_text(run, "times"), mine->times);
    if (sleeps(run))
        return 0;
    refusal = image_load();
    if (refusal != NULL)
        cannot_run("%s", refusal);
    error = start_server(run, &mine->origin);
    if (error == 0 && mine->origin.photos != option_number(run, "photos"))
        error = -EPROTO;
    for (size_t p = 0; p < mine->origin.photos && error == 0; p++)
        if (mine->origin.photo[p].bytes > MOST_PHOTO)
            error = -EFBIG;
    return error;
}

static void thumbnails_teardown(const struct run *run)
{
    struct thumbnails *mine = run->shared;

    if (!sleeps(run))
        origin_stop(&mine->origin);
}

/* --------------------------------------------------------------- check */

/* Makes the thumbnail of each photo once more, one after the other. */
static bool make_again(const struct run *run, uint64_t pixels[ORIGIN_PHOTOS])
{
    const struct thumbnails *mine = run->shared;
    const struct origin *origin = &mine->origin;

    for (size_t p = 0; p < origin->photos && p < run->items; p++) {
        const struct origin_file *file = &origin->photo[p];
        struct thumbnail thumbnail = {0};

        if (body_hash_of(mine->photos[p], file->bytes) != file->hash ||
            thumbnail_make(mine->photos[p], file->bytes, (unsigned)run->size,
                           &thumbnail) != 0)
            return false;
        pixels[p] = thumbnail.pixels;
        thumbnail_free(&thumbnail);
    }
    return true;
}

static bool compare(const struct run *run, const uint64_t *pixels,
                    struct verdict *verdict)
{
    const struct thumbnails *mine = run->shared;

    for (uint64_t i = 0; i < run->items; i++) {
        const uint64_t right =
            sleeps(run) ? naps_answer(run, i)
                        : thumbnail_answer(i, pixels[photo_of(mine, i)]);

        if (run->answers[i] != right) {
            verdict_say(verdict, "item %" PRIu64 " has a wrong answer", i);
            return false;
        }
    }
    return true;
}

/* The server must have seen one download and one upload an item. */
static bool ask_server(const struct run *run, struct verdict *verdict)
{
    const struct thumbnails *mine = run->shared;
    const uint64_t wanted = 2 * run->items * run->rounds;
    struct origin_stats stats = {0};

    if (origin_ask(&mine->origin, &stats) != 0 || stats.requests != wanted) {
        verdict_say(verdict,
                    "the server has seen %" PRIu64 " requests, not %" PRIu64,
                    stats.requests, wanted);
        return false;
    }
    verdict_figure(verdict, "requests", stats.requests);
    verdict_figure(verdict, "peak_requests", stats.peak_requests);
    verdict_say(verdict,
                "the server has seen %" PRIu64 " requests, at most %" PRIu64
                " at once",
                stats.requests, stats.peak_requests);
    return true;
}

static bool thumbnails_check(const struct run *run, struct verdict *verdict)
{
    uint64_t pixels[ORIGIN_PHOTOS] = {0};

    if (sleeps(run))
        return compare(run, pixels, verdict);
    if (!make_again(run, pixels)) {
        verdict_say(verdict, "a photo is not what the server sent");
        return false;
    }
    return compare(run, pixels, verdict) && ask_server(run, verdict);
}

/* Sleeping stages take what each is told to, and have no server. */
static uint64_t thumbnails_least_ns(const struct run *run)
{
    return sleeps(run) ? 0 : origin_least_ns(run);
}

KERNEL(thumbnails) = {
    .summary = "download a photo, make it small, upload it",
    .item_is = "one photo",
    .size_is = "the longer side of a thumbnail, in pixels",
    .bound = BOUND_IO,
    .items = 40,
    .size = 128,
    .most_items = 1 << 24,
    .most_size = 4096,
    .most_inflight = 128,
    .quick = "--items 8 --photos 4",
    .small = "--items 8 --photos 2 --size 16 --latency 1ms",
    .options = thumbnails_options,
    .configure = thumbnails_configure,
    .shared_bytes = thumbnails_bytes,
    .setup = thumbnails_setup,
    .stages = thumbnails_stages,
    .carry_bytes = sizeof(struct carry),
    .drop = drop,
    .check = thumbnails_check,
    .least_ns = thumbnails_least_ns,
    .teardown = thumbnails_teardown,
};
