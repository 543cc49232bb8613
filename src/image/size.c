/* SPDX-License-Identifier: MIT */
/* Pictures to size and the right way up. */
#include "image.h"

#include <stdlib.h>
#include <string.h>

/* The mean of what one pixel covers; what is seen through counts less. */
static void mean(const struct image *in, const int box[4], uint8_t *out)
{
    uint64_t sums[3] = {0}, opacity = 0, count = 0;
    for (int y = box[1]; y < box[3]; y++) {
        for (int x = box[0]; x < box[2]; x++) {
            const uint8_t *at = in->pixels + ((size_t)y * (size_t)in->width + (size_t)x) * 4;
            for (int i = 0; i < 3; i++) {
                sums[i] += (uint64_t)at[i] * at[3];
            }
            opacity += at[3];
            count++;
        }
    }
    for (int i = 0; i < 3; i++) {
        out[i] = (uint8_t)(opacity > 0 ? sums[i] / opacity : 0);
    }
    out[3] = (uint8_t)(count > 0 ? opacity / count : 0);
}

/* All of `in` as so many pixels, in rows of `stride` pixels. */
static void scale(const struct image *in, int width, int height, size_t stride, uint8_t *out)
{
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
            int box[4] = {(int)((long)x * in->width / width), (int)((long)y * in->height / height),
                          (int)((long)(x + 1) * in->width / width), (int)((long)(y + 1) * in->height / height)};
            box[2] += box[2] == box[0];
            box[3] += box[3] == box[1];
            mean(in, box, out + ((size_t)y * stride + (size_t)x) * 4);
        }
    }
}

static void edges(const struct image *in, int longest, int *width, int *height)
{
    int has = in->width > in->height ? in->width : in->height;
    *width = (int)((long)in->width * longest / has);
    *height = (int)((long)in->height * longest / has);
    *width = *width > 0 ? *width : 1;
    *height = *height > 0 ? *height : 1;
}

void image_fit(const struct image *in, int edge, uint8_t *out)
{
    int width, height;
    edges(in, edge, &width, &height);
    memset(out, 0, (size_t)edge * (size_t)edge * 4);
    size_t at = (size_t)((edge - height) / 2) * (size_t)edge + (size_t)((edge - width) / 2);
    scale(in, width, height, (size_t)edge, out + at * 4);
}

static void onto_white(struct image *self)
{
    for (uint8_t *at = self->pixels; at < self->pixels + (size_t)self->width * (size_t)self->height * 4; at += 4) {
        for (int i = 0; i < 3; i++) {
            at[i] = (uint8_t)((at[i] * at[3] + 255 * (255 - at[3])) / 255);
        }
        at[3] = 255;
    }
}

/* Which pixel of `in` stands at (x, y) once it is upright: EXIF's eight ways to hold a camera. */
static size_t held(const struct image *in, int x, int y)
{
    int right = in->width - 1, bottom = in->height - 1;
    const int from[8][2] = {{x, y}, {right - x, y},  {right - x, bottom - y}, {x, bottom - y},
                            {y, x}, {y, bottom - x}, {right - y, bottom - x}, {right - y, x}};
    const int *at = from[in->orientation - 1];
    return (size_t)at[1] * (size_t)in->width + (size_t)at[0];
}

static bool make_room(struct image *out, int width, int height)
{
    *out = (struct image){.width = width, .height = height, .orientation = 1};
    out->pixels = malloc((size_t)width * (size_t)height * 4);
    return out->pixels != NULL;
}

bool image_upright(const struct image *in, int edge, struct image *out)
{
    int longest = in->width > in->height ? in->width : in->height, width, height;
    bool on_its_side = in->orientation > 4;
    struct image small;
    edges(in, longest < edge ? longest : edge, &width, &height);
    if (!make_room(&small, width, height)) {
        return false;
    }
    scale(in, width, height, (size_t)width, small.pixels);
    small.orientation = in->orientation;
    onto_white(&small);
    if (!make_room(out, on_its_side ? height : width, on_its_side ? width : height)) {
        free(small.pixels);
        return false;
    }
    for (int y = 0; y < out->height; y++) {
        for (int x = 0; x < out->width; x++) {
            size_t at = (size_t)y * (size_t)out->width + (size_t)x;
            memcpy(out->pixels + at * 4, small.pixels + held(&small, x, y) * 4, 4);
        }
    }
    free(small.pixels);
    return true;
}
