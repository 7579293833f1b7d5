/*
 * pictures.h - the images that the origin server draws at its start.
 * SPDX-License-Identifier: MIT
 */
#ifndef ORIGIN_PICTURES_H
#define ORIGIN_PICTURES_H

#include <stddef.h>
#include <stdint.h>

enum { FLAGS = 20, PHOTOS = 8 };

/* An image file in memory, to be freed with free(). */
struct picture {
    unsigned char *bytes;
    size_t count;
};

/* The country code of flag f, two letters: "cn". f < FLAGS. */
const char *flag_code(unsigned f);
/* Flag f as a PNG of exactly `size` bytes, the same for the same seed and
 * different for different ones. Dies when the flag does not fit. */
struct picture flag_draw(unsigned f, size_t size, uint64_t seed);
/* A JPEG of 640 x 480 pixels, the same for the same number and seed. */
struct picture photo_draw(unsigned number, uint64_t seed);

#endif
