/* SPDX-License-Identifier: MIT */
/* PNG by libpng, JPEG by libjpeg-turbo, told apart by their first bytes: a name or a type that came along proves
 * nothing. */
#include "image.h"

#include <stdio.h> /* jpeglib.h needs it */
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <png.h>
#include <setjmp.h>

#define EXIF_MARKER (JPEG_APP0 + 1)
#define EXIF_MAX    0xffff
#define SCANS_MAX   100 /* cameras and programs make ten */

static bool fits(const struct image_bounds *bounds, unsigned long width, unsigned long height)
{
    return width > 0 && height > 0 && width <= bounds->edge_max && height <= bounds->edge_max &&
           width * height <= bounds->pixels_max;
}

static bool make_room(struct image *out, unsigned long width, unsigned long height)
{
    *out = (struct image){.width = (int)width, .height = (int)height, .orientation = out->orientation};
    out->pixels = width * height <= IMAGE_PIXELS_MAX ? malloc(width * height * 4) : NULL;
    return out->pixels != NULL;
}

/* ---- PNG ---- */

static enum image_verdict decode_png(const uint8_t *bytes, size_t len, const struct image_bounds *bounds,
                                     struct image *out)
{
    png_image png = {.version = PNG_IMAGE_VERSION};
    enum image_verdict verdict = IMAGE_UNREADABLE;
    if (!png_image_begin_read_from_memory(&png, bytes, len)) {
        return IMAGE_UNREADABLE;
    }
    if (!fits(bounds, png.width, png.height) || (unsigned long)png.width * png.height > IMAGE_PIXELS_MAX) {
        verdict = IMAGE_TOO_LARGE;
    } else if (make_room(out, png.width, png.height)) {
        png.format = PNG_FORMAT_RGBA;
        verdict = png_image_finish_read(&png, NULL, out->pixels, 0, NULL) ? IMAGE_GOOD : IMAGE_UNREADABLE;
    }
    png_image_free(&png);
    return verdict;
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

static void say_nothing(j_common_ptr jpeg)
{
    (void)jpeg;
}

/* A file of a few thousand bytes can ask for thousands of passes over all pixels. */
static void count_scans(j_common_ptr jpeg)
{
    if (((j_decompress_ptr)jpeg)->input_scan_number > SCANS_MAX) {
        fail(jpeg);
    }
}

/* Ink to light, in place. Adobe's programs, which nearly all of these come from, store how much is left out. */
static void from_ink(uint8_t *row, size_t width, bool inverted)
{
    for (uint8_t *at = row; at < row + width * 4; at += 4) {
        unsigned black = inverted ? at[3] : 255u - at[3];
        for (int i = 0; i < 3; i++) {
            unsigned ink = inverted ? at[i] : 255u - at[i];
            at[i] = (uint8_t)(ink * black / 255);
        }
        at[3] = 255;
    }
}

static void read_lines(struct jpeg_decompress_struct *jpeg, struct image *out)
{
    while (jpeg->output_scanline < jpeg->output_height) {
        JSAMPROW row = out->pixels + (size_t)jpeg->output_scanline * (size_t)out->width * 4;
        jpeg_read_scanlines(jpeg, &row, 1);
        if (jpeg->out_color_space == JCS_CMYK) {
            from_ink(row, (size_t)out->width, jpeg->saw_Adobe_marker);
        }
    }
}

/* What a phone's photo has more of than is wanted need not be unpacked. */
static void choose_output(struct jpeg_decompress_struct *jpeg, const struct image_bounds *bounds)
{
    unsigned long longest = jpeg->image_width > jpeg->image_height ? jpeg->image_width : jpeg->image_height;
    bool ink = jpeg->jpeg_color_space == JCS_CMYK || jpeg->jpeg_color_space == JCS_YCCK;
    jpeg->out_color_space = ink ? JCS_CMYK : JCS_EXT_RGBA; /* opacity is then full */
    jpeg->scale_num = 1;
    jpeg->scale_denom = 1;
    while (bounds->wanted > 0 && jpeg->scale_denom < 8 && longest / (jpeg->scale_denom * 2) >= bounds->wanted) {
        jpeg->scale_denom *= 2;
    }
}

static enum image_verdict read_jpeg(struct jpeg_decompress_struct *jpeg, const struct image_bounds *bounds,
                                    struct image *out)
{
    jpeg_save_markers(jpeg, EXIF_MARKER, EXIF_MAX);
    jpeg_read_header(jpeg, TRUE);
    if (!fits(bounds, jpeg->image_width, jpeg->image_height)) {
        return IMAGE_TOO_LARGE;
    }
    out->orientation = 1;
    for (jpeg_saved_marker_ptr at = jpeg->marker_list; at && out->orientation == 1; at = at->next) {
        out->orientation = image_orientation(at->data, at->data_length);
    }
    choose_output(jpeg, bounds);
    jpeg_start_decompress(jpeg);
    if (!make_room(out, jpeg->output_width, jpeg->output_height)) {
        return IMAGE_UNREADABLE;
    }
    read_lines(jpeg, out);
    jpeg_finish_decompress(jpeg);
    return IMAGE_GOOD;
}

static enum image_verdict decode_jpeg(const uint8_t *bytes, size_t len, const struct image_bounds *bounds,
                                      struct image *out)
{
    struct jpeg_decompress_struct jpeg;
    struct jpeg_progress_mgr progress = {.progress_monitor = count_scans};
    struct failure failure;
    jpeg.err = jpeg_std_error(&failure.base);
    failure.base.error_exit = fail;
    failure.base.output_message = say_nothing;
    jpeg_create_decompress(&jpeg);
    jpeg.progress = &progress;
    if (setjmp(failure.back)) {
        jpeg_destroy_decompress(&jpeg);
        return IMAGE_UNREADABLE;
    }
    jpeg_mem_src(&jpeg, bytes, (unsigned long)len);
    enum image_verdict verdict = read_jpeg(&jpeg, bounds, out);
    jpeg_destroy_decompress(&jpeg);
    return verdict;
}

enum image_verdict image_decode(const uint8_t *bytes, size_t len, const struct image_bounds *bounds, struct image *out)
{
    *out = (struct image){.orientation = 1};
    if (len >= 8 && memcmp(bytes, "\x89PNG\r\n\x1a\n", 8) == 0) {
        return decode_png(bytes, len, bounds, out);
    }
    return len >= 3 && memcmp(bytes, "\xff\xd8\xff", 3) == 0 ? decode_jpeg(bytes, len, bounds, out) : IMAGE_UNREADABLE;
}
