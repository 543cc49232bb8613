/* SPDX-License-Identifier: MIT */
/*
 * A drawn code has few colours and is smallest, and exact, with a palette; a photo as JPEG. Colours of a JPEG are kept
 * at full resolution: coloured modules are no larger than what is halved otherwise.
 */
#include "image.h"

#include <stdio.h> /* jpeglib.h needs it */
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <png.h>
#include <setjmp.h>

#define COLOURS_MAX   256
#define COLOUR_SLOTS  1024 /* a power of two, sparse */
#define SMALLEST_EDGE 240

/* ---- PNG with a palette ---- */

struct palette {
    uint32_t colours[COLOURS_MAX];
    uint16_t slots[COLOUR_SLOTS]; /* place in colours + 1 */
    int count;
};

/* The colour's place; -1: there are too many. */
static int place_of(struct palette *self, uint32_t colour)
{
    size_t slot = (colour * 2654435761u) >> 22;
    while (self->slots[slot] > 0 && self->colours[self->slots[slot] - 1] != colour) {
        slot = (slot + 1) % COLOUR_SLOTS;
    }
    if (self->slots[slot] == 0) {
        if (self->count == COLOURS_MAX) {
            return -1;
        }
        self->colours[self->count++] = colour;
        self->slots[slot] = (uint16_t)self->count;
    }
    return self->slots[slot] - 1;
}

static bool use_palette(const struct image *in, struct palette *palette, uint8_t *places)
{
    size_t count = (size_t)in->width * (size_t)in->height;
    for (size_t i = 0; i < count; i++) {
        const uint8_t *at = in->pixels + i * 4;
        int place = place_of(palette, (uint32_t)at[0] << 16 | (uint32_t)at[1] << 8 | at[2]);
        if (place < 0) {
            return false;
        }
        places[i] = (uint8_t)place;
    }
    return true;
}

static bool write_png(const struct image *in, const struct palette *palette, const uint8_t *places, size_t bytes_max,
                      struct image_file *out)
{
    uint8_t colours[COLOURS_MAX * 3];
    png_image png = {.version = PNG_IMAGE_VERSION, .width = (png_uint_32)in->width, .height = (png_uint_32)in->height};
    png.format = PNG_FORMAT_RGB_COLORMAP;
    png.colormap_entries = (png_uint_32)palette->count;
    for (int i = 0; i < palette->count; i++) {
        colours[3 * i] = (uint8_t)(palette->colours[i] >> 16);
        colours[3 * i + 1] = (uint8_t)(palette->colours[i] >> 8);
        colours[3 * i + 2] = (uint8_t)palette->colours[i];
    }
    png_alloc_size_t len = bytes_max;
    *out = (struct image_file){.kind = 'P', .width = in->width, .height = in->height, .bytes = malloc(bytes_max)};
    bool done = out->bytes && png_image_write_to_memory(&png, out->bytes, &len, 0, places, 0, colours) != 0;
    out->len = len;
    png_image_free(&png);
    return done;
}

/* False: not with a palette, or not in so many bytes. */
static bool try_png(const struct image *in, size_t bytes_max, struct image_file *out)
{
    struct palette palette = {.count = 0};
    uint8_t *places = malloc((size_t)in->width * (size_t)in->height);
    *out = (struct image_file){0};
    bool done = places && use_palette(in, &palette, places) && write_png(in, &palette, places, bytes_max, out);
    free(places);
    return done;
}

/* ---- JPEG ---- */

struct failure {
    struct jpeg_error_mgr base; /* first: the library knows no more of it */
    jmp_buf back;
};

static void fail(j_common_ptr jpeg)
{
    longjmp(((struct failure *)jpeg->err)->back, 1);
}

static void write_lines(struct jpeg_compress_struct *jpeg, const struct image *in, int quality)
{
    jpeg->image_width = (JDIMENSION)in->width;
    jpeg->image_height = (JDIMENSION)in->height;
    jpeg->input_components = 4;
    jpeg->in_color_space = JCS_EXT_RGBX;
    jpeg_set_defaults(jpeg);
    jpeg_set_quality(jpeg, quality, TRUE);
    jpeg->comp_info[0].h_samp_factor = 1;
    jpeg->comp_info[0].v_samp_factor = 1;
    jpeg->optimize_coding = TRUE;
    jpeg_start_compress(jpeg, TRUE);
    while (jpeg->next_scanline < jpeg->image_height) {
        JSAMPROW row = in->pixels + (size_t)jpeg->next_scanline * (size_t)in->width * 4;
        jpeg_write_scanlines(jpeg, &row, 1);
    }
    jpeg_finish_compress(jpeg);
}

static bool try_jpeg(const struct image *in, int quality, struct image_file *out)
{
    struct jpeg_compress_struct jpeg;
    struct failure failure;
    unsigned long len = 0;
    *out = (struct image_file){.kind = 'J', .width = in->width, .height = in->height};
    jpeg.err = jpeg_std_error(&failure.base);
    failure.base.error_exit = fail;
    jpeg_create_compress(&jpeg);
    if (setjmp(failure.back)) {
        jpeg_destroy_compress(&jpeg);
        return false;
    }
    jpeg_mem_dest(&jpeg, &out->bytes, &len);
    write_lines(&jpeg, in, quality);
    out->len = len;
    jpeg_destroy_compress(&jpeg);
    return true;
}

/* ---- the smaller of both ---- */

static bool try_at_this_size(const struct image *in, size_t bytes_max, struct image_file *out)
{
    static const int qualities[] = {85, 75, 62, 50};
    struct image_file png, jpeg = {0};
    bool exact = try_png(in, bytes_max, &png);
    for (size_t i = 0; i < sizeof qualities / sizeof *qualities; i++) {
        if (!try_jpeg(in, qualities[i], &jpeg)) {
            break;
        }
        if (exact && png.len <= jpeg.len) {
            break;
        }
        if (jpeg.len <= bytes_max) {
            *out = jpeg;
            return true;
        }
        free(jpeg.bytes);
        jpeg = (struct image_file){0};
    }
    *out = png;
    return exact;
}

enum image_verdict image_encode(const struct image *in, size_t bytes_max, struct image_file *out)
{
    struct image now = *in;
    while (!try_at_this_size(&now, bytes_max, out)) {
        int longest = now.width > now.height ? now.width : now.height;
        struct image smaller;
        if (longest * 3 / 4 < SMALLEST_EDGE || !image_upright(&now, longest * 3 / 4, &smaller)) {
            return IMAGE_TOO_LARGE; /* nothing but noise */
        }
        now = smaller;
    }
    return IMAGE_GOOD;
}
