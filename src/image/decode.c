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

static bool fits(unsigned long width, unsigned long height)
{
    return width > 0 && height > 0 && width <= IMAGE_EDGE_MAX && height <= IMAGE_EDGE_MAX &&
           width * height <= (unsigned long)IMAGE_PIXELS_MAX;
}

static bool make_room(struct image *out, unsigned long width, unsigned long height)
{
    *out = (struct image){.width = (int)width, .height = (int)height, .pixels = malloc(width * height * 4)};
    return out->pixels != NULL;
}

/* ---- PNG ---- */

static enum image_verdict decode_png(const uint8_t *bytes, size_t len, struct image *out)
{
    png_image png = {.version = PNG_IMAGE_VERSION};
    enum image_verdict verdict = IMAGE_UNREADABLE;
    if (!png_image_begin_read_from_memory(&png, bytes, len)) {
        return IMAGE_UNREADABLE;
    }
    if (!fits(png.width, png.height)) {
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

static void read_lines(struct jpeg_decompress_struct *jpeg, struct image *out)
{
    while (jpeg->output_scanline < jpeg->output_height) {
        JSAMPROW row = out->pixels + (size_t)jpeg->output_scanline * (size_t)out->width * 4;
        jpeg_read_scanlines(jpeg, &row, 1);
    }
}

static enum image_verdict decode_jpeg(const uint8_t *bytes, size_t len, struct image *out)
{
    struct jpeg_decompress_struct jpeg;
    struct failure failure;
    jpeg.err = jpeg_std_error(&failure.base);
    failure.base.error_exit = fail;
    failure.base.output_message = say_nothing;
    jpeg_create_decompress(&jpeg);
    if (setjmp(failure.back)) {
        jpeg_destroy_decompress(&jpeg);
        return IMAGE_UNREADABLE;
    }
    jpeg_mem_src(&jpeg, bytes, (unsigned long)len);
    jpeg_read_header(&jpeg, TRUE);
    if (!fits(jpeg.image_width, jpeg.image_height)) {
        jpeg_destroy_decompress(&jpeg);
        return IMAGE_TOO_LARGE;
    }
    jpeg.out_color_space = JCS_EXT_RGBA; /* opacity is then full */
    jpeg_start_decompress(&jpeg);
    if (!make_room(out, jpeg.output_width, jpeg.output_height)) {
        jpeg_destroy_decompress(&jpeg);
        return IMAGE_UNREADABLE;
    }
    read_lines(&jpeg, out);
    jpeg_finish_decompress(&jpeg);
    jpeg_destroy_decompress(&jpeg);
    return IMAGE_GOOD;
}

enum image_verdict image_decode(const uint8_t *bytes, size_t len, struct image *out)
{
    *out = (struct image){0};
    if (len >= 8 && memcmp(bytes, "\x89PNG\r\n\x1a\n", 8) == 0) {
        return decode_png(bytes, len, out);
    }
    return len >= 3 && memcmp(bytes, "\xff\xd8\xff", 3) == 0 ? decode_jpeg(bytes, len, out) : IMAGE_UNREADABLE;
}

/* ---- to size ---- */

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
    out[3] = (uint8_t)(opacity / count);
}

void image_fit(const struct image *in, int edge, uint8_t *out)
{
    int longest = in->width > in->height ? in->width : in->height;
    int width = (int)((long)in->width * edge / longest), height = (int)((long)in->height * edge / longest);
    width = width > 0 ? width : 1;
    height = height > 0 ? height : 1;
    memset(out, 0, (size_t)edge * (size_t)edge * 4);
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
            int box[4] = {(int)((long)x * in->width / width), (int)((long)y * in->height / height),
                          (int)((long)(x + 1) * in->width / width), (int)((long)(y + 1) * in->height / height)};
            box[2] += box[2] == box[0];
            box[3] += box[3] == box[1];
            size_t at = (size_t)((edge - height) / 2 + y) * (size_t)edge + (size_t)((edge - width) / 2 + x);
            mean(in, box, out + at * 4);
        }
    }
}
