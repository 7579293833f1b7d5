/*
 * stats_blocks.c - which blocks count, and how that is said.
 *
 * Teaches: a run is left out for what others did meanwhile, never for its own
 * time. What counts is decided a block at a time: a ratio taken within a block
 * needs both of its sides, and a neighbour who stays for a second disturbs
 * whoever happens to run then.
 * Look at: blocks_choose. Disturbed blocks are left out only while enough
 * others remain; a median of fewer would say less than one that has been
 * disturbed, so then all count, and every chart says how many of them were.
 * Left out: the rule itself. scripts/lib/disturbance.h has it, for the sweep
 * too, which queues another block for each one that was disturbed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stats.h"

#include <math.h>
#include <stdlib.h>

static int by_number(const void *a, const void *b)
{
    const struct block *x = a, *y = b;
    return (x->number > y->number) - (x->number < y->number);
}

/* Every block that a sample of the plan belongs to, once, ascending. */
static size_t blocks_list(const struct results *results, struct block *list)
{
    size_t n = 0, different = 0;
    for (size_t i = 0; i < results->samples_n; i++)
        if (results->samples[i].of)
            list[n++] = (struct block){.number = results->samples[i].block};
    if (n)
        qsort(list, n, sizeof *list, by_number);
    for (size_t i = 0; i < n; i++)
        if (!i || list[i].number != list[i - 1].number)
            list[different++] = list[i];
    return different;
}

static struct block *block_of(struct block *list, size_t n, long number)
{
    const struct block key = {.number = number};
    return n ? bsearch(&key, list, n, sizeof *list, by_number) : NULL;
}

/* Adds up what went on beside all samples of each block, and judges it.
 * Samples of old runs do not say for how long they looked: those count as
 * undisturbed. */
static void blocks_judge(const struct results *results, struct block *list,
                         size_t n)
{
    double cores =
        json_number_value(json_object_get(results->machine, "effective_cores"));
    for (size_t i = 0; i < results->samples_n; i++) {
        const struct sample *sample = &results->samples[i];
        const json_t *window = json_object_get(sample->outside, "window_ns");
        if (sample->of && json_is_number(window))
            disturbance_add(&block_of(list, n, sample->block)->beside,
                            sample->outside);
    }
    for (size_t b = 0; b < n; b++)
        list[b].disturbed = disturbance_judge(&list[b].beside, cores);
}

static void blocks_count(struct results *results, const struct block *list,
                         size_t n)
{
    for (size_t b = 0; b < n; b++) {
        results->disturbed_n += list[b].disturbed != 0;
        for (unsigned bit = 0; bit < DISTURBANCES; bit++)
            results->disturbed_by[bit] += (list[b].disturbed >> bit) & 1;
    }
    if (n - results->disturbed_n >= BLOCKS_LEAST)
        results->left_out_n = results->disturbed_n;
}

void blocks_choose(struct results *results)
{
    struct block *list = allocate(results->samples_n, sizeof *list);
    size_t n = blocks_list(results, list);
    blocks_judge(results, list, n);
    blocks_count(results, list, n);
    results->blocks = allocate(n, sizeof *results->blocks);
    for (size_t b = 0; b < n; b++)
        if (!list[b].disturbed || !results->left_out_n)
            results->blocks[results->blocks_n++] = list[b].number;
    free(list);
}

/* ----------------------------------------------------------------- texts */

const char *blocks_text(const struct results *results)
{
    static char text[96];
    const char *plural = results->blocks_n == 1 ? "" : "s";
    if (results->left_out_n)
        snprintf(text, sizeof text,
                 "%zu block%s (%zu more disturbed: left out)",
                 results->blocks_n, plural, results->left_out_n);
    else if (results->disturbed_n)
        snprintf(text, sizeof text, "%zu block%s, %zu of %s disturbed",
                 results->blocks_n, plural, results->disturbed_n,
                 results->blocks_n == 1 ? "it" : "them");
    else
        snprintf(text, sizeof text, "%zu block%s", results->blocks_n, plural);
    return text;
}

void blocks_words(const struct results *results)
{
    const char *separator = " By reason:";
    size_t n = results->blocks_n, out = results->left_out_n;
    printf("%zu block%s count%s.", n, n == 1 ? "" : "s", n == 1 ? "s" : "");
    if (out)
        printf(" %zu more %s disturbed from outside and left out.", out,
               out == 1 ? "was" : "were");
    else if (results->disturbed_n)
        printf(" %zu of them %s disturbed from outside, and count all the "
               "same: without them fewer than %d remain.",
               results->disturbed_n, results->disturbed_n == 1 ? "was" : "were",
               BLOCKS_LEAST);
    else
        printf(" None was seen to be disturbed from outside.");
    for (unsigned bit = 0; bit < DISTURBANCES; bit++)
        if (results->disturbed_by[bit]) {
            printf("%s %s %zu", separator, disturbance_name(1U << bit),
                   results->disturbed_by[bit]);
            separator = ",";
        }
    puts(results->disturbed_n ? "." : "");
}
