/*
 * photos.c - JPEGs that are as big and as busy as those of a camera.
 * SPDX-License-Identifier: MIT
 *
 * A sky and ground of two shades, hills, discs, and noise over all of it:
 * the noise is what makes a photo hard to compress, about 60 KB here.
 * Left out: beauty.
 */
#include "pictures.h"
#include "../../kernel.h"
#include "../../../bench/lib/die.h"

#include <errno.h>
#include <gd.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 640, HEIGHT = 480, QUALITY = 80, DISCS = 12, NOISE = 24 };

/* A colour between two others: all of `from` at 0, all of `to` at `whole`. */
static int blend(int from, int to, int at, int whole)
{
    int mixed = 0;

    for (int shift = 0; shift < 24; shift += 8) {
        const int a = from >> shift & 255, b = to >> shift & 255;
        mixed |= (a + (b - a) * at / whole) << shift;
    }
    return mixed;
}

static void draw_shades(gdImagePtr image, uint64_t series)
{
    const int top = (int)(random_at(series, 0) & 0xffffff),
              bottom = (int)(random_at(series, 1) & 0xffffff);

    for (int y = 0; y < HEIGHT; y++)
        gdImageLine(image, 0, y, WIDTH - 1, y, blend(top, bottom, y, HEIGHT));
}

static void draw_shapes(gdImagePtr image, uint64_t series)
{
    for (unsigned d = 0; d < DISCS; d++) {
        const uint64_t r = random_at(series, 2 + d);
        const int size = 20 + (int)(r >> 24 & 127);
        const int x = (int)((r >> 32 & 0xffff) % WIDTH),
                  y = (int)((r >> 48) % HEIGHT), colour = (int)(r & 0xffffff);
        if (d % 3 == 0)
            gdImageFilledRectangle(image, x, y, x + size, HEIGHT - 1, colour);
        else
            gdImageFilledEllipse(image, x, y, size, size, colour);
    }
}

/* One shade of `colour` lighter or darker, within what a byte holds. */
static int shade(int colour, int by)
{
    int shaded = 0;

    for (int shift = 0; shift < 24; shift += 8) {
        int part = (colour >> shift & 255) + by;
        part = part < 0 ? 0 : part > 255 ? 255 : part;
        shaded |= part << shift;
    }
    return shaded;
}

/* Eight pixels take their noise from one random number. */
static void draw_noise(gdImagePtr image, uint64_t series)
{
    for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x += 8) {
            uint64_t r = random_at(series, (uint64_t)(1000 + y * WIDTH + x));
            for (int p = x; p < x + 8; p++, r >>= 8)
                image->tpixels[y][p] =
                    shade(image->tpixels[y][p],
                          (int)(r & 255) * NOISE / 256 - NOISE / 2);
        }
    }
}

struct picture photo_draw(unsigned number, uint64_t seed)
{
    const uint64_t series = random_at(seed ^ 0x70686f746fu, number);
    gdImagePtr image = gdImageCreateTrueColor(WIDTH, HEIGHT);
    int bytes = 0;

    if (image == NULL)
        die(ENOMEM, "photos");
    draw_shades(image, series);
    draw_shapes(image, series);
    draw_noise(image, series);
    void *drawn = gdImageJpegPtr(image, &bytes, QUALITY);
    gdImageDestroy(image);
    unsigned char *copy = drawn == NULL ? NULL : malloc((size_t)bytes);
    if (copy == NULL)
        die(ENOMEM, "photos");
    memcpy(copy, drawn, (size_t)bytes);
    gdFree(drawn);
    return (struct picture){copy, (size_t)bytes};
}
