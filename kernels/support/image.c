/*
 * image.c - a JPEG photo made into a small PNG, by libgd.
 * SPDX-License-Identifier: MIT
 *
 * Teaches: a library costs its user something before the first call. libgd
 * brings some 50 others with it: linked with it, every program here took 12 ms
 * to start instead of 1.6 (two-core virtual machine), whatever it then did. So
 * no strategy is linked with it; it is loaded when the first kernel asks, and
 * only that run pays, in its set-up.
 * Look for: setup_ns of `thumbnails`, and of no other kernel.
 * Left out: a checkpoint() inside libgd. Under `gil` a resize is like a call
 * of a C extension that keeps the interpreter lock.
 */
#include "image.h"
#include "fold.h"

#include <dlfcn.h>
#include <errno.h>
#include <gd.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>

/* The functions of libgd in use, with the types that its header gives. */
static struct {
    __typeof__(&gdImageCreateFromJpegPtr) from_jpeg;
    __typeof__(&gdImageCreateTrueColor) create;
    __typeof__(&gdImageCopyResampled) resample;
    __typeof__(&gdImagePngPtr) to_png;
    __typeof__(&gdImageDestroy) destroy;
    __typeof__(&gdFree) release;
    __typeof__(&gdSetErrorMethod) on_error;
} gd;

static const char *refusal;

/* libgd would print what it thinks of a broken file. */
static void say_nothing(int priority, const char *format, va_list arguments)
{
    (void)priority;
    (void)format;
    (void)arguments;
}

static void load(void)
{
    const struct {
        const char *name;
        void *pointer;
    } functions[] = {{"gdImageCreateFromJpegPtr", &gd.from_jpeg},
                     {"gdImageCreateTrueColor", &gd.create},
                     {"gdImageCopyResampled", &gd.resample},
                     {"gdImagePngPtr", &gd.to_png},
                     {"gdImageDestroy", &gd.destroy},
                     {"gdFree", &gd.release},
                     {"gdSetErrorMethod", &gd.on_error}};
    void *library = dlopen("libgd.so.3", RTLD_NOW | RTLD_LOCAL);

    refusal = library == NULL ? "libgd.so.3 cannot be loaded" : NULL;
    for (size_t f = 0;
         f < sizeof functions / sizeof functions[0] && refusal == NULL; f++) {
        void *found = dlsym(library, functions[f].name);

        if (found == NULL)
            refusal = "this libgd lacks a function";
        memcpy(functions[f].pointer, &found, sizeof found);
    }
    if (refusal == NULL)
        gd.on_error(say_nothing);
}

const char *image_load(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, load);
    return refusal;
}

static uint64_t fold_pixels(gdImagePtr image)
{
    const int size[2] = {gdImageSX(image), gdImageSY(image)};
    uint64_t fold = mix64((uint64_t)size[0] << 32 | (uint64_t)size[1]);

    for (int y = 0; y < size[1]; y++)
        fold = fold_bytes(fold, image->tpixels[y],
                          (size_t)size[0] * sizeof image->tpixels[y][0]);
    return fold;
}

/* The photo scaled, or itself when it is small enough; NULL without memory. */
static gdImagePtr scaled(gdImagePtr photo, unsigned longest)
{
    const int64_t wide = gdImageSX(photo), high = gdImageSY(photo);
    const int64_t longer = wide > high ? wide : high;
    int to_wide, to_high;
    gdImagePtr small;

    if (longer <= (int64_t)longest)
        return photo;
    to_wide = (int)(wide * longest / longer);
    to_high = (int)(high * longest / longer);
    to_wide += to_wide == 0;
    to_high += to_high == 0;
    small = gd.create(to_wide, to_high);
    if (small != NULL)
        gd.resample(small, photo, 0, 0, 0, 0, to_wide, to_high, (int)wide,
                    (int)high);
    return small;
}

int thumbnail_make(const void *jpeg, size_t bytes, unsigned longest,
                   struct thumbnail *thumbnail)
{
    gdImagePtr photo, small;
    int png_bytes = 0;

    if (image_load() != NULL)
        return -ENOSYS;
    if (bytes > INT_MAX ||
        (photo = gd.from_jpeg((int)bytes, (void *)(uintptr_t)jpeg)) == NULL)
        return -EBADMSG;
    small = scaled(photo, longest);
    if (small != NULL) {
        thumbnail->pixels = fold_pixels(small);
        thumbnail->png = gd.to_png(small, &png_bytes);
        thumbnail->bytes = (size_t)png_bytes;
        if (small != photo)
            gd.destroy(small);
    }
    gd.destroy(photo);
    return small == NULL || thumbnail->png == NULL ? -ENOMEM : 0;
}

void thumbnail_free(struct thumbnail *thumbnail)
{
    if (thumbnail->png != NULL)
        gd.release(thumbnail->png);
    *thumbnail = (struct thumbnail){0};
}
