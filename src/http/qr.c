/* SPDX-License-Identifier: MIT */
/*
 * QR codes by libqrencode: what is asked for is checked here and laid out in modules; qr_svg.c and qr_png.c draw it. A
 * logo hides modules, which the error correction gives back: its level is then the highest (it restores some 30 % of a
 * code, ISO/IEC 18004 table 8) and the hole is some 4 % of the area, in the middle, away from the patterns by which
 * a reader finds the code.
 */
#include <errno.h>
#include <math.h>
#include <qrencode.h>
#include <stdlib.h>

#include "linkpond/base/percent.h"
#include "linkpond/base/utf8.h"
#include "qr_plan.h"

#define BLACK 0x000000
#define WHITE 0xffffff
#define LOGO_SHARE                                                                                                     \
    0.20 /* of the code's edge; with more, zbar takes a dark logo for a pattern of the code now and then */
#define LOGO_SMALLEST 5 /* modules; less shows nothing */

/* ---- colours ---- */

static double channel(uint32_t byte)
{
    double c = (double)byte / 255.0;
    return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static double luminance(uint32_t colour)
{
    return 0.2126 * channel(colour >> 16 & 0xff) + 0.7152 * channel(colour >> 8 & 0xff) +
           0.0722 * channel(colour & 0xff);
}

double qr_contrast(uint32_t a, uint32_t b)
{
    double one = luminance(a) + 0.05, other = luminance(b) + 0.05;
    return one > other ? one / other : other / one;
}

bool qr_colour_parse(str text, uint32_t *out)
{
    uint32_t colour = 0;
    text = str_starts(text, STR("#")) ? str_from(text, 1) : text;
    for (size_t i = 0; i < text.len; i++) {
        int digit = hex_value(text.ptr[i]);
        if (digit < 0 || text.len != 6) {
            return false;
        }
        colour = colour << 4 | (uint32_t)digit;
    }
    *out = text.len == 6 ? colour : *out;
    return text.len == 6;
}

static enum err check_colours(const struct qr_plan *plan, struct fault *fault)
{
    if (luminance(plan->dark) >= luminance(plan->light)) {
        return fault_set(fault, ERR_INVALID, "dark", "inverted",
                         "The modules must be darker than the ground: many phones do not read it the other way round.",
                         "码点颜色必须比底色深，否则很多手机无法识别。");
    }
    double ratio = qr_contrast(plan->dark, plan->light);
    if (ratio < QR_CONTRAST_MIN) {
        fault_setf(fault, ERR_INVALID, "dark", "low_contrast",
                   "The colours are too much alike to be read: a contrast of %.1f, at least %.0f is needed.", ratio,
                   QR_CONTRAST_MIN);
        fault_chinesef(fault, "两种颜色太接近，难以识别：对比度 %.1f，至少需要 %.0f。", ratio, QR_CONTRAST_MIN);
        return ERR_INVALID;
    }
    return OK;
}

/* ---- what is asked for ---- */

static enum err check_text(str text, struct fault *fault)
{
    if (text.len == 0 || text.len > QR_TEXT_MAX) {
        fault_setf(fault, ERR_INVALID, "text", "too_long", "A QR code takes 1 to %d bytes.", QR_TEXT_MAX);
        fault_chinesef(fault, "二维码内容应为 1 到 %d 字节。", QR_TEXT_MAX);
        return ERR_INVALID;
    }
    return OK;
}

static enum err check_sizes(const struct qr_plan *plan, struct fault *fault)
{
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
    return OK;
}

static enum err check_caption(str caption, struct fault *fault)
{
    if (caption.len > QR_CAPTION_MAX) {
        fault_setf(fault, ERR_INVALID, "caption", "too_long", "At most %d bytes.", QR_CAPTION_MAX);
        fault_chinesef(fault, "最多 %d 字节。", QR_CAPTION_MAX);
        return ERR_INVALID;
    }
    if (!utf8_valid(caption) || utf8_has_control(caption)) {
        return fault_set(fault, ERR_INVALID, "caption", "control_character", "UTF-8 without control characters.",
                         "必须是不含控制字符的 UTF-8 文本。");
    }
    return OK;
}

static enum err choose_level(const struct qr_opts *opts, QRecLevel *level, struct fault *fault)
{
    static const char levels[] = "LMQH"; /* in the order of enum QRecLevel */
    const char *letter = opts->level ? strchr(levels, opts->level) : &levels[1];
    if (!letter || *letter == '\0') {
        return fault_set(fault, ERR_INVALID, "level", "not_allowed", "The level is L, M, Q or H.",
                         "纠错等级只能是 L、M、Q、H。");
    }
    *level = opts->logo ? QR_ECLEVEL_H : (QRecLevel)(letter - levels);
    return OK;
}

/* ---- the plan ---- */

/* An odd number of modules, as the code's own width is, so that the hole is in the very middle. */
static void place_logo(struct qr_plan *self)
{
    int modules = (int)((double)self->width * LOGO_SHARE);
    modules -= modules % 2 == 0;
    modules = modules < LOGO_SMALLEST ? LOGO_SMALLEST : modules;
    self->logo_from = self->margin + (self->width - modules) / 2;
    self->logo_to = self->logo_from + modules;
}

static enum err encode(struct qr_plan *self, str text, QRecLevel level, struct fault *fault)
{
    QRcode *code = QRcode_encodeData((int)text.len, (const unsigned char *)text.ptr, 0, level);
    if (!code) {
        return errno == ERANGE
                   ? fault_set(fault, ERR_INVALID, "text", "too_long", "Too long for a QR code of that level.",
                               "内容过长，无法生成该纠错等级的二维码。")
                   : ERR_NOMEM;
    }
    size_t bytes = (size_t)code->width * (size_t)code->width;
    self->width = code->width;
    self->total = code->width + 2 * self->margin;
    self->modules = malloc(bytes);
    if (self->modules) {
        memcpy(self->modules, code->data, bytes);
    }
    QRcode_free(code);
    return self->modules ? OK : ERR_NOMEM;
}

enum err qr_plan_make(struct qr_plan *self, str text, const struct qr_opts *opts, struct fault *fault)
{
    QRecLevel level = QR_ECLEVEL_M;
    *self = (struct qr_plan){.size = opts->size != 0 ? opts->size : QR_SIZE,
                             .margin = opts->margin >= 0 ? opts->margin : QR_MARGIN,
                             .dark = opts->coloured ? opts->dark : BLACK,
                             .light = opts->coloured ? opts->light : WHITE,
                             .logo = opts->logo};
    enum err err = check_text(text, fault);
    err = err ? err : check_sizes(self, fault);
    err = err ? err : choose_level(opts, &level, fault);
    err = err ? err : check_colours(self, fault);
    err = err ? err : check_caption(opts->caption, fault);
    err = err ? err : encode(self, text, level, fault);
    if (err != OK) {
        return err;
    }
    qr_caption_plan(opts->caption, self->size, &self->caption);
    if (self->logo) {
        place_logo(self);
    }
    return OK;
}

void qr_plan_done(struct qr_plan *self)
{
    free(self->modules);
    self->modules = NULL;
}

static bool in_hole(const struct qr_plan *self, int x, int y)
{
    return x >= self->logo_from && x < self->logo_to && y >= self->logo_from && y < self->logo_to;
}

bool qr_plan_is_dark(const struct qr_plan *self, int x, int y)
{
    if (in_hole(self, x, y)) {
        return false;
    }
    x -= self->margin;
    y -= self->margin;
    return x >= 0 && y >= 0 && x < self->width && y < self->width && (self->modules[y * self->width + x] & 1);
}
