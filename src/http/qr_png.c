/* SPDX-License-Identifier: MIT */
/*
 * A code as a PNG: a module is a whole number of pixels, so that it is sharp. Two colours take a bit a pixel; a caption
 * has shades in between, of which sixteen are enough, and takes half a byte; only a logo takes three bytes. Made row by
 * row, since the largest has 50 MiB of pixels.
 */
#include <png.h>
#include <stdlib.h>
#include <zlib.h>

#include "qr_plan.h"

struct drawing {
    const struct qr_plan *plan;
    int scale, offset; /* pixels of a module; where the first one begins */
    int height;        /* caption included */
    int bits;          /* of a pixel: 1, 4, or 24 */
    struct qr_map map; /* the caption's */
    uint8_t *row;
    int row_of; /* the row of modules that it holds; -1 = none */
};

static void write_png(png_structp png, png_bytep bytes, png_size_t len)
{
    buf_add(png_get_io_ptr(png), (str){(const char *)bytes, len});
}

static void flush_png(png_structp png)
{
    (void)png;
}

static bool dark_at(const struct drawing *self, int x, int y)
{
    bool inside = x >= self->offset && y >= self->offset;
    return inside && qr_plan_is_dark(self->plan, (x - self->offset) / self->scale, (y - self->offset) / self->scale);
}

/* Does the row of pixels look like the one before? All of a row of modules do, but where there is a logo. */
static bool same_row(struct drawing *self, int y)
{
    const struct qr_plan *plan = self->plan;
    int module = y >= self->offset && y < plan->size ? (y - self->offset) / self->scale : -1;
    bool plain = module >= 0 && !(plan->logo && module >= plan->logo_from && module < plan->logo_to);
    bool same = plain && self->row_of == module;
    self->row_of = plain ? module : -1;
    return same;
}

/* ---- from one colour to the other: all bits of a pixel set is the ground ---- */

static void put_shade(struct drawing *self, int x, unsigned shade)
{
    int per_byte = 8 / self->bits;
    int shift = (per_byte - 1 - x % per_byte) * self->bits;
    unsigned mask = ((1U << self->bits) - 1) << shift;
    uint8_t *at = &self->row[x / per_byte];
    *at = (uint8_t)((*at & ~mask) | shade << shift);
}

static void shade_row(struct drawing *self, int y)
{
    const struct qr_map *map = &self->map;
    const unsigned ground = (1U << self->bits) - 1;
    memset(self->row, 0xff, (size_t)(self->plan->size * self->bits + 7) / 8);
    for (int x = 0; y < self->plan->size && x < self->plan->size; x++) {
        if (dark_at(self, x, y)) {
            put_shade(self, x, 0);
        }
    }
    for (int x = 0; y >= self->plan->size && x < map->width; x++) {
        unsigned ink = map->bytes[(size_t)(y - self->plan->size) * (size_t)map->width + (size_t)x];
        if (ink > 0) {
            put_shade(self, x, ground - (ink * ground + 127) / 255);
        }
    }
}

/* ---- all colours ---- */

static void put_colour(uint8_t *pixel, uint32_t colour)
{
    pixel[0] = (uint8_t)(colour >> 16);
    pixel[1] = (uint8_t)(colour >> 8);
    pixel[2] = (uint8_t)colour;
}

/* `share` of 255 parts of the colour over what is there. */
static void blend(uint8_t *pixel, const uint8_t colour[3], unsigned share)
{
    for (int i = 0; i < 3; i++) {
        pixel[i] = (uint8_t)((colour[i] * share + pixel[i] * (255 - share) + 127) / 255);
    }
}

static void caption_row(struct drawing *self, int y)
{
    uint8_t dark[3];
    put_colour(dark, self->plan->dark);
    for (int x = 0; self->map.bytes && x < self->plan->size; x++) {
        blend(self->row + 3 * x, dark, self->map.bytes[(size_t)y * (size_t)self->map.width + (size_t)x]);
    }
}

/* The mean of the logo's pixels that one pixel of the picture covers, those that are seen through counting less. */
static void logo_pixel(const uint8_t *logo, int x, int y, int edge, uint8_t *pixel)
{
    int x0 = x * QR_LOGO_EDGE / edge, x1 = (x + 1) * QR_LOGO_EDGE / edge;
    int y0 = y * QR_LOGO_EDGE / edge, y1 = (y + 1) * QR_LOGO_EDGE / edge;
    unsigned sums[3] = {0}, opacity = 0, count = 0;
    for (int v = y0; v < y1 || v == y0; v++) {
        for (int u = x0; u < x1 || u == x0; u++) {
            const uint8_t *at = logo + 4 * ((size_t)v * QR_LOGO_EDGE + (size_t)u);
            for (int i = 0; i < 3; i++) {
                sums[i] += (unsigned)at[i] * at[3];
            }
            opacity += at[3];
            count++;
        }
    }
    if (opacity > 0) {
        blend(pixel,
              (uint8_t[3]){(uint8_t)(sums[0] / opacity), (uint8_t)(sums[1] / opacity), (uint8_t)(sums[2] / opacity)},
              opacity / count);
    }
}

static void logo_row(struct drawing *self, int y)
{
    const struct qr_plan *plan = self->plan;
    int from = self->offset + (plan->logo_from + 1) * self->scale; /* a module of ground stays on each side */
    int edge = (plan->logo_to - plan->logo_from - 2) * self->scale;
    for (int x = 0; y >= from && y < from + edge && x < edge; x++) {
        logo_pixel(plan->logo, x, y - from, edge, self->row + 3 * (from + x));
    }
}

static void colour_row(struct drawing *self, int y)
{
    const struct qr_plan *plan = self->plan;
    for (int x = 0; x < plan->size; x++) {
        bool dark = y < plan->size && dark_at(self, x, y);
        put_colour(self->row + 3 * x, dark ? plan->dark : plan->light);
    }
    if (y >= plan->size) {
        caption_row(self, y - plan->size);
    } else if (plan->logo) {
        logo_row(self, y);
    }
}

/* ---- the file ---- */

static void set_palette(png_structp png, png_infop info, const struct drawing *self)
{
    png_color palette[16];
    uint8_t pixel[3], dark[3];
    int count = 1 << self->bits;
    put_colour(dark, self->plan->dark);
    for (int i = 0; i < count; i++) {
        put_colour(pixel, self->plan->light);
        blend(pixel, dark, 255 - 255 * (unsigned)i / (unsigned)(count - 1));
        palette[i] = (png_color){pixel[0], pixel[1], pixel[2]};
    }
    png_set_PLTE(png, info, palette, count);
}

/* libpng leaves by longjmp on an error; everything it needs is released by the caller. */
static bool write_all(png_structp png, png_infop info, struct drawing *self)
{
    const struct qr_plan *plan = self->plan;
    bool colours = self->bits == 24, plain = plan->dark == 0 && plan->light == 0xffffff;
    if (setjmp(png_jmpbuf(png))) {
        return false;
    }
    png_set_IHDR(png, info, (png_uint_32)plan->size, (png_uint_32)self->height, colours ? 8 : self->bits,
                 colours ? PNG_COLOR_TYPE_RGB
                 : plain ? PNG_COLOR_TYPE_GRAY
                         : PNG_COLOR_TYPE_PALETTE,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (!colours && !plain) {
        set_palette(png, info, self);
    }
    png_set_filter(png, 0, PNG_FILTER_UP); /* rows repeat; to choose among filters costs time and gains little */
    if (self->bits == 4) { /* nearly all that is there to find are runs: half the time, and no byte more */
        png_set_compression_strategy(png, Z_RLE);
    }
    png_write_info(png, info);
    for (int y = 0; y < self->height; y++) {
        bool same = same_row(self, y);
        if (!same && colours) {
            colour_row(self, y);
        } else if (!same) {
            shade_row(self, y);
        }
        png_write_row(png, self->row);
    }
    png_write_end(png, info);
    return true;
}

static bool make_file(struct buf *out, struct drawing *self)
{
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (info) {
        png_set_write_fn(png, out, write_png, flush_png);
    }
    bool written = info && write_all(png, info, self);
    png_destroy_write_struct(&png, &info);
    return written && !out->overflow;
}

static enum err draw_caption(struct drawing *self, struct qr_font *font, struct fault *fault)
{
    const struct qr_caption *caption = &self->plan->caption;
    char memory[QR_CAPTION_MAX + 4];
    if (caption->count == 0) {
        return OK;
    }
    if (!font) {
        return fault_set(fault, ERR_INVALID, "caption", "no_font",
                         "This server has no font for captions in PNG: install fonts-wqy-microhei, or use SVG.",
                         "服务器没有可用于 PNG 文字的字体：请安装 fonts-wqy-microhei，或改用 SVG。");
    }
    self->map = (struct qr_map){.width = self->plan->size, .height = caption->height};
    self->map.bytes = calloc((size_t)self->map.width, (size_t)self->map.height);
    if (!self->map.bytes) {
        return ERR_NOMEM;
    }
    for (int i = 0; i < caption->count; i++) {
        str line = qr_caption_line(caption, i, memory);
        int em = caption->em, width = qr_font_width(font, line, em);
        if (width > self->map.width) { /* broad letters: the plan only guesses */
            em = em * self->map.width / width;
            width = qr_font_width(font, line, em);
        }
        qr_font_draw(font, line, em, (self->map.width - width) / 2, qr_caption_base(caption, i), &self->map);
    }
    return OK;
}

enum err qr_png(struct buf *out, str text, const struct qr_opts *opts, struct fault *fault)
{
    struct qr_plan plan;
    enum err err = qr_plan_make(&plan, text, opts, fault);
    if (err != OK) {
        return err;
    }
    struct drawing drawing = {.plan = &plan, .scale = plan.size / plan.total, .row_of = -1};
    drawing.height = plan.size + plan.caption.height;
    drawing.offset = (plan.size - plan.total * drawing.scale) / 2;
    if (drawing.scale < 1) {
        fault_setf(fault, ERR_INVALID, "size", "too_small", "This code needs at least %d pixels.", plan.total);
        fault_chinesef(fault, "该二维码至少需要 %d 像素。", plan.total);
        err = ERR_INVALID;
    }
    err = err ? err : draw_caption(&drawing, opts->font, fault);
    drawing.bits = plan.logo ? 24 : drawing.map.bytes ? 4 : 1;
    drawing.row = err ? NULL : malloc((size_t)plan.size * 3);
    if (err == OK) {
        err = drawing.row && make_file(out, &drawing) ? OK : ERR_NOMEM;
    }
    free(drawing.row);
    free(drawing.map.bytes);
    qr_plan_done(&plan);
    return err;
}

/* ---- the logo ---- */

static bool write_logo(png_structp png, png_infop info, const uint8_t *logo)
{
    if (setjmp(png_jmpbuf(png))) {
        return false;
    }
    png_set_IHDR(png, info, QR_LOGO_EDGE, QR_LOGO_EDGE, 8, PNG_COLOR_TYPE_RGB_ALPHA, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    for (size_t y = 0; y < QR_LOGO_EDGE; y++) {
        png_write_row(png, logo + y * QR_LOGO_EDGE * 4);
    }
    png_write_end(png, info);
    return true;
}

enum err qr_logo_png(struct buf *out, const uint8_t logo[QR_LOGO_BYTES])
{
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (info) {
        png_set_write_fn(png, out, write_png, flush_png);
    }
    bool written = info && write_logo(png, info, logo);
    png_destroy_write_struct(&png, &info);
    return written && !out->overflow ? OK : ERR_NOMEM;
}
