/* SPDX-License-Identifier: MIT */
/*
 * QR codes by libqrencode, drawn as one SVG path or as a 1-bit PNG. Both are sharp at any printing size: the SVG
 * because it is drawn by modules, the PNG because a module is always a whole number of pixels.
 */
#include "linkpond/http/qr.h"

#include <errno.h>
#include <png.h>
#include <qrencode.h>

struct plan {
    QRcode *code;
    int size, margin, total; /* total: modules with the quiet zone on both sides */
};

static enum err check(str text, const struct qr_opts *opts, struct plan *plan, QRecLevel *level, struct fault *fault)
{
    static const char levels[] = "LMQH"; /* in the order of enum QRecLevel */
    const char *letter = opts->level ? strchr(levels, opts->level) : &levels[1];
    plan->size = opts->size != 0 ? opts->size : QR_SIZE;
    plan->margin = opts->margin >= 0 ? opts->margin : QR_MARGIN;
    if (text.len == 0 || text.len > QR_TEXT_MAX) {
        fault_setf(fault, ERR_INVALID, "text", "too_long", "A QR code takes 1 to %d bytes.", QR_TEXT_MAX);
        fault_chinesef(fault, "二维码内容应为 1 到 %d 字节。", QR_TEXT_MAX);
        return ERR_INVALID;
    }
    if (plan->size < QR_SIZE_MIN || plan->size > QR_SIZE_MAX) {
        fault_setf(fault, ERR_INVALID, "size", "out_of_range", "The size is %d to %d pixels.", QR_SIZE_MIN,
                   QR_SIZE_MAX);
        fault_chinesef(fault, "尺寸应为 %d 到 %d 像素。", QR_SIZE_MIN, QR_SIZE_MAX);
        return ERR_INVALID;
    }
    if (plan->margin > QR_MARGIN_MAX) {
        fault_setf(fault, ERR_INVALID, "margin", "out_of_range", "The margin is 0 to %d modules.", QR_MARGIN_MAX);
        fault_chinesef(fault, "边距应为 0 到 %d 个模块。", QR_MARGIN_MAX);
        return ERR_INVALID;
    }
    if (!letter || *letter == '\0') {
        return fault_set(fault, ERR_INVALID, "level", "not_allowed", "The level is L, M, Q or H.",
                         "纠错等级只能是 L、M、Q、H。");
    }
    *level = (QRecLevel)(letter - levels);
    return OK;
}

static enum err make_plan(str text, const struct qr_opts *opts, struct plan *plan, struct fault *fault)
{
    QRecLevel level = QR_ECLEVEL_M;
    enum err err = check(text, opts, plan, &level, fault);
    if (err != OK) {
        return err;
    }
    plan->code = QRcode_encodeData((int)text.len, (const unsigned char *)text.ptr, 0, level);
    if (!plan->code) {
        return errno == ERANGE
                   ? fault_set(fault, ERR_INVALID, "text", "too_long", "Too long for a QR code of that level.",
                               "内容过长，无法生成该纠错等级的二维码。")
                   : ERR_NOMEM;
    }
    plan->total = plan->code->width + 2 * plan->margin;
    return OK;
}

/* Modules with the quiet zone; dark or not. */
static bool is_dark(const struct plan *plan, int x, int y)
{
    x -= plan->margin;
    y -= plan->margin;
    int width = plan->code->width;
    return x >= 0 && y >= 0 && x < width && y < width && (plan->code->data[y * width + x] & 1);
}

/* Runs of dark modules of one row as sub-paths. */
static void add_row(struct buf *out, const struct plan *plan, int y)
{
    int x = 0;
    while (x < plan->total) {
        int end = x;
        while (end < plan->total && is_dark(plan, end, y)) {
            end++;
        }
        if (end > x) {
            buf_addf(out, "M%d %dh%dv1h-%dz", x, y, end - x, end - x);
        }
        x = end > x ? end : x + 1;
    }
}

enum err qr_svg(struct buf *out, str text, const struct qr_opts *opts, struct fault *fault)
{
    struct plan plan = {0};
    enum err err = make_plan(text, opts, &plan, fault);
    if (err != OK) {
        return err;
    }
    buf_addf(out,
             "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" "
             "shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h%dv%dH0z\"/><path d=\"",
             plan.size, plan.size, plan.total, plan.total, plan.total, plan.total);
    for (int y = plan.margin; y < plan.total - plan.margin; y++) {
        add_row(out, &plan, y);
    }
    buf_add_c(out, "\"/></svg>\n");
    QRcode_free(plan.code);
    return out->overflow ? ERR_NOMEM : OK;
}

static void write_png(png_structp png, png_bytep bytes, png_size_t len)
{
    buf_add(png_get_io_ptr(png), (str){(const char *)bytes, len});
}

static void flush_png(png_structp png)
{
    (void)png;
}

static void write_rows(png_structp png, const struct plan *plan, int scale)
{
    uint8_t row[(QR_SIZE_MAX + 7) / 8];
    int offset = (plan->size - plan->total * scale) / 2;
    for (int y = 0; y < plan->size; y++) {
        memset(row, 0xff, sizeof row);
        for (int x = 0; x < plan->size; x++) {
            bool inside = x >= offset && y >= offset;
            if (inside && is_dark(plan, (x - offset) / scale, (y - offset) / scale)) {
                row[x / 8] = (uint8_t)(row[x / 8] & ~(0x80 >> (x % 8)));
            }
        }
        png_write_row(png, row);
    }
}

/* libpng leaves by longjmp on an error; everything it needs is released by the caller. */
static bool draw(png_structp png, png_infop info, const struct plan *plan, int scale)
{
    if (setjmp(png_jmpbuf(png))) {
        return false;
    }
    png_set_IHDR(png, info, (png_uint_32)plan->size, (png_uint_32)plan->size, 1, PNG_COLOR_TYPE_GRAY,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    write_rows(png, plan, scale);
    png_write_end(png, info);
    return true;
}

enum err qr_png(struct buf *out, str text, const struct qr_opts *opts, struct fault *fault)
{
    struct plan plan = {0};
    enum err err = make_plan(text, opts, &plan, fault);
    if (err != OK) {
        return err;
    }
    int scale = plan.total > 0 ? plan.size / plan.total : 0;
    if (scale < 1) {
        err = fault_setf(fault, ERR_INVALID, "size", "too_small", "This code needs at least %d pixels.", plan.total);
        fault_chinesef(fault, "该二维码至少需要 %d 像素。", plan.total);
        QRcode_free(plan.code);
        return err;
    }
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (info) {
        png_set_write_fn(png, out, write_png, flush_png);
    }
    bool drawn = info && draw(png, info, &plan, scale);
    png_destroy_write_struct(&png, &info);
    QRcode_free(plan.code);
    return drawn && !out->overflow ? OK : ERR_NOMEM;
}
