/*
 * image.h - a JPEG photo made into a small PNG, by libgd.
 * SPDX-License-Identifier: MIT
 *
 * Safe from any thread; nothing in here waits, and nothing in here comes to a
 * checkpoint(): a library does not know of one. Decoding, resizing and
 * encoding a photo is one piece of computing of some milliseconds.
 */
#ifndef IMAGE_H
#define IMAGE_H

#include <stddef.h>
#include <stdint.h>

/* A PNG file in memory, and what it shows. */
struct thumbnail {
    void *png; /* ends with thumbnail_free() */
    size_t bytes;
    uint64_t pixels; /* width, height and every pixel, folded */
};

/*
 * Makes libgd ready. NULL, or one line that says why it cannot be had; the
 * text lives as long as the program. To be called in setup, so that forked
 * workers inherit it; thumbnail_make() calls it itself where that was in
 * another program.
 */
const char *image_load(void);

/*
 * Decodes a JPEG file of so many bytes and scales it, its proportions kept,
 * until the longer side has `longest` pixels; a smaller one stays as it is.
 * 0 or -errno: -EBADMSG when it is no JPEG, -ENOSYS without libgd.
 */
int thumbnail_make(const void *jpeg, size_t bytes, unsigned longest,
                   struct thumbnail *thumbnail);

/* Leaves the thumbnail empty. Does nothing to an empty one. */
void thumbnail_free(struct thumbnail *thumbnail);

#endif
