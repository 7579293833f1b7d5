/*
 * flags.c - the twenty flags of Fluent Python's examples, drawn with libgd.
 * SPDX-License-Identifier: MIT
 *
 * Those of the twenty countries with the most people in that book's list,
 * simplified: stripes, discs, stars, no coats of arms. A PNG of such a flag
 * has about a thousand bytes; a chunk of a private kind, which every reader of
 * PNG skips, fills it up to the size asked for, so that all flags cost the
 * same to send (Portable Network Graphics, 3rd edition, W3C 2025, 5.3-5.4).
 * Left out: exact proportions and shades.
 */
#include "pictures.h"
#include "../../kernel.h"
#include "../../../bench/lib/die.h"

#include <endian.h>
#include <errno.h>
#include <gd.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 240, HEIGHT = 160, STRIPES = 3, MOST_CORNERS = 20 };

enum {
    WHITE = 0xffffff,
    BLACK = 0x000000,
    RED = 0xce1126,
    GREEN = 0x007a3d,
    BLUE = 0x0038a8,
    YELLOW = 0xfcd116,
    NAVY = 0x1c2f6b,
    SKY = 0x007fff,
    GOLD = 0xc09300,
    SAFFRON = 0xff9933,
};

/* ------------------------------------------------------------ the shapes */

static void box(gdImagePtr image, int left, int top, int right, int bottom,
                int colour)
{
    gdImageFilledRectangle(image, left, top, right - 1, bottom - 1, colour);
}

static void disc(gdImagePtr image, int x, int y, int radius, int colour)
{
    gdImageFilledEllipse(image, x, y, 2 * radius, 2 * radius, colour);
}

/* A crescent open to the right, by `shift` pixels. */
static void crescent(gdImagePtr image, int x, int y, int radius, int shift,
                     int colour, int behind)
{
    disc(image, x, y, radius, colour);
    disc(image, x + shift, y, radius * 4 / 5, behind);
}

/* A star with `points` tips, one of them turned by `turn` radians from the
 * top; `depth` is how far in its inner corners lie, 0..1. */
static void star(gdImagePtr image, int x, int y, int radius, int points,
                 double depth, double turn, int colour)
{
    gdPoint corners[MOST_CORNERS * 2];

    for (int c = 0; c < 2 * points; c++) {
        const double angle = turn + M_PI * c / points,
                     reach = c % 2 == 0 ? radius : radius * depth;
        corners[c].x = (int)lround(x + reach * sin(angle));
        corners[c].y = (int)lround(y - reach * cos(angle));
    }
    gdImageFilledPolygon(image, corners, 2 * points, colour);
}

/* The five-pointed star that most flags have. */
static void star5(gdImagePtr image, int x, int y, int radius, int colour)
{
    star(image, x, y, radius, 5, 0.382, 0, colour);
}

static void triangle(gdImagePtr image, gdPoint a, gdPoint b, gdPoint c,
                     int colour)
{
    gdImageFilledPolygon(image, (gdPoint[]){a, b, c}, 3, colour);
}

/* ------------------------------------- what single flags have on stripes */

static void china(gdImagePtr image)
{
    static const gdPoint small[] = {{80, 16}, {96, 32}, {96, 56}, {80, 72}};

    star5(image, 40, 40, 24, YELLOW);
    for (size_t s = 0; s < sizeof small / sizeof *small; s++)
        star(image, small[s].x, small[s].y, 8, 5, 0.382,
             atan2(40 - small[s].x, small[s].y - 40), YELLOW);
}

static void india(gdImagePtr image)
{
    disc(image, WIDTH / 2, HEIGHT / 2, 23, NAVY);
    disc(image, WIDTH / 2, HEIGHT / 2, 20, WHITE);
    star(image, WIDTH / 2, HEIGHT / 2, 21, 16, 0.2, 0, NAVY);
    disc(image, WIDTH / 2, HEIGHT / 2, 4, NAVY);
}

static void united_states(gdImagePtr image)
{
    for (int s = 0; s < 13; s++)
        box(image, 0, s * HEIGHT / 13, WIDTH, (s + 1) * HEIGHT / 13,
            s % 2 == 0 ? RED : WHITE);
    box(image, 0, 0, 96, 7 * HEIGHT / 13, NAVY);
    for (int row = 0; row < 9; row++)
        for (int column = row % 2; column < 11; column += 2)
            star5(image, 8 + column * 8, 9 + row * 8 + row / 2, 4, WHITE);
}

static void brazil(gdImagePtr image)
{
    gdPoint rhombus[] = {{16, 80}, {120, 14}, {224, 80}, {120, 146}};

    gdImageFilledPolygon(image, rhombus, 4, YELLOW);
    disc(image, 120, 80, 38, NAVY);
    gdImageSetThickness(image, 6);
    gdImageArc(image, 108, 152, 150, 150, 251, 307, WHITE);
    gdImageSetThickness(image, 1);
    for (int s = 0; s < 7; s++)
        disc(image, 96 + s * 8, 92 + s * s % 5 * 4, 2, WHITE);
}

static void pakistan(gdImagePtr image)
{
    box(image, 0, 0, 60, HEIGHT, WHITE);
    disc(image, 150, 80, 46, WHITE);
    disc(image, 162, 70, 40, 0x01411c);
    star(image, 176, 56, 15, 5, 0.382, 0.8, WHITE);
}

static void bangladesh(gdImagePtr image)
{
    disc(image, 108, 80, 48, RED);
}

static void japan(gdImagePtr image)
{
    disc(image, 120, 80, 48, RED);
}

static void mexico(gdImagePtr image)
{
    disc(image, 120, 80, 18, 0x8c6a3a);
    disc(image, 120, 74, 12, WHITE);
    star(image, 120, 76, 13, 3, 0.4, 0, 0x6b4a1e);
    gdImageSetThickness(image, 3);
    gdImageArc(image, 120, 82, 44, 40, 20, 160, GREEN);
    gdImageSetThickness(image, 1);
}

static void philippines(gdImagePtr image)
{
    triangle(image, (gdPoint){0, 0}, (gdPoint){0, HEIGHT - 1},
             (gdPoint){138, 80}, WHITE);
    star(image, 46, 80, 26, 8, 0.5, 0, YELLOW);
    disc(image, 46, 80, 14, YELLOW);
    star5(image, 12, 18, 9, YELLOW);
    star5(image, 12, 142, 9, YELLOW);
    star5(image, 118, 80, 9, YELLOW);
}

static void vietnam(gdImagePtr image)
{
    star5(image, 120, 84, 48, 0xffff00);
}

static void ethiopia(gdImagePtr image)
{
    disc(image, 120, 80, 36, BLUE);
    star5(image, 120, 82, 28, YELLOW);
    star5(image, 120, 82, 18, BLUE);
}

static void egypt(gdImagePtr image)
{
    triangle(image, (gdPoint){100, 62}, (gdPoint){140, 62}, (gdPoint){120, 92},
             GOLD);
    box(image, 112, 64, 128, 98, GOLD);
    disc(image, 120, 62, 6, GOLD);
}

static void iran(gdImagePtr image)
{
    for (int x = 0; x < WIDTH; x += 12) {
        box(image, x + 2, 50, x + 8, 54, WHITE);
        box(image, x + 2, 106, x + 8, 110, WHITE);
    }
    crescent(image, 116, 80, 18, 8, RED, WHITE);
    box(image, 118, 60, 123, 99, RED);
}

static void turkey(gdImagePtr image)
{
    crescent(image, 85, 80, 40, 10, WHITE, 0xe30a17);
    star(image, 138, 80, 20, 5, 0.382, -M_PI / 2, WHITE);
}

static void congo(gdImagePtr image)
{
    gdPoint edge[] = {{0, 160}, {0, 112},  {186, 0},
                      {240, 0}, {240, 44}, {54, 160}},
            band[] = {{0, 160}, {0, 122},  {202, 0},
                      {240, 0}, {240, 34}, {38, 160}};

    gdImageFilledPolygon(image, edge, 6, YELLOW);
    gdImageFilledPolygon(image, band, 6, RED);
    star5(image, 44, 42, 32, YELLOW);
}

/* -------------------------------------------------------------- the table */

enum layout { ACROSS, UPRIGHT };

static const struct flag {
    const char *code;
    enum layout layout;
    int stripes[STRIPES];
    void (*more)(gdImagePtr image);
} flags[FLAGS] = {
    {"cn", ACROSS, {0xde2910, 0xde2910, 0xde2910}, china},
    {"in", ACROSS, {SAFFRON, WHITE, 0x138808}, india},
    {"us", ACROSS, {WHITE, WHITE, WHITE}, united_states},
    {"id", ACROSS, {RED, -1, WHITE}, NULL},
    {"br", ACROSS, {0x009b3a, 0x009b3a, 0x009b3a}, brazil},
    {"pk", ACROSS, {0x01411c, 0x01411c, 0x01411c}, pakistan},
    {"ng", UPRIGHT, {0x008751, WHITE, 0x008751}, NULL},
    {"bd", ACROSS, {0x006a4e, 0x006a4e, 0x006a4e}, bangladesh},
    {"ru", ACROSS, {WHITE, BLUE, 0xd52b1e}, NULL},
    {"jp", ACROSS, {WHITE, WHITE, WHITE}, japan},
    {"mx", UPRIGHT, {0x006847, WHITE, RED}, mexico},
    {"ph", ACROSS, {BLUE, -1, RED}, philippines},
    {"vn", ACROSS, {0xda251d, 0xda251d, 0xda251d}, vietnam},
    {"et", ACROSS, {0x078930, YELLOW, 0xda121a}, ethiopia},
    {"eg", ACROSS, {RED, WHITE, BLACK}, egypt},
    {"de", ACROSS, {BLACK, 0xdd0000, 0xffce00}, NULL},
    {"ir", ACROSS, {0x239f40, WHITE, 0xda0000}, iran},
    {"tr", ACROSS, {0xe30a17, 0xe30a17, 0xe30a17}, turkey},
    {"cd", ACROSS, {SKY, SKY, SKY}, congo},
    {"fr", UPRIGHT, {0x0055a4, WHITE, 0xef4135}, NULL},
};

/* Three stripes of equal width; a colour of -1 in the middle leaves two. */
static void draw_stripes(gdImagePtr image, const struct flag *flag)
{
    const int count = flag->stripes[1] < 0 ? 2 : STRIPES;

    for (int s = 0; s < count; s++) {
        const int colour = flag->stripes[count == 2 ? 2 * s : s];
        if (flag->layout == ACROSS)
            box(image, 0, s * HEIGHT / count, WIDTH, (s + 1) * HEIGHT / count,
                colour);
        else
            box(image, s * WIDTH / count, 0, (s + 1) * WIDTH / count, HEIGHT,
                colour);
    }
}

/* ---------------------------------------------------------------- padding */

enum { PNG_END = 12, CHUNK_FRAME = 12 };

/* The check sum that ends each chunk of a PNG: CRC-32 of kind and data. */
static uint32_t crc32(const unsigned char *at, size_t bytes)
{
    uint32_t crc = UINT32_MAX;

    for (size_t b = 0; b < bytes; b++) {
        crc ^= at[b];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
    }
    return ~crc;
}

static void put_big_endian(unsigned char *at, uint32_t number)
{
    number = htobe32(number);
    memcpy(at, &number, sizeof number);
}

/* Writes a chunk of `bytes` bytes in all: length, kind, random data, check
 * sum. The kind's letters say: ancillary, private, safe to copy. */
static void write_padding(unsigned char *at, size_t bytes, uint64_t series)
{
    const size_t data = bytes - CHUNK_FRAME;

    put_big_endian(at, (uint32_t)data);
    memcpy(at + 4, "paDd", 4);
    for (size_t d = 0; d < data; d += sizeof series) {
        const uint64_t random = htole64(random_at(series, d));
        const size_t left = data - d;
        memcpy(at + 8 + d, &random,
               left < sizeof random ? left : sizeof random);
    }
    put_big_endian(at + 8 + data, crc32(at + 4, 4 + data));
}

/* Copies the PNG with padding before its last chunk, which is empty. */
static struct picture pad(const unsigned char *png, size_t bytes, size_t size,
                          uint64_t series)
{
    if (size < bytes + CHUNK_FRAME)
        die_with(EXIT_USAGE, 0, "--size: %zu: a flag needs at least %zu", size,
                 bytes + CHUNK_FRAME);
    unsigned char *padded = malloc(size);
    if (padded == NULL)
        die(ENOMEM, "flags");
    memcpy(padded, png, bytes - PNG_END);
    write_padding(padded + bytes - PNG_END, size - bytes, series);
    memcpy(padded + size - PNG_END, png + bytes - PNG_END, PNG_END);
    return (struct picture){padded, size};
}

const char *flag_code(unsigned f)
{
    return flags[f].code;
}

struct picture flag_draw(unsigned f, size_t size, uint64_t seed)
{
    gdImagePtr image = gdImageCreateTrueColor(WIDTH, HEIGHT);
    int bytes = 0;

    if (image == NULL)
        die(ENOMEM, "flags");
    draw_stripes(image, &flags[f]);
    if (flags[f].more != NULL)
        flags[f].more(image);
    void *png = gdImagePngPtr(image, &bytes);
    gdImageDestroy(image);
    if (png == NULL)
        die(ENOMEM, "flags");
    struct picture padded =
        pad(png, (size_t)bytes, size, random_at(seed ^ 0x666c6167u, f));
    gdFree(png);
    return padded;
}
