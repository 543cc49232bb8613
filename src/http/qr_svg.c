/* SPDX-License-Identifier: MIT */
/*
 * A code as one path, drawn by modules, so that it is sharp at any printing size. Presentation attributes only: the
 * picture may stand inside a page whose policy forbids style attributes. The caption is text, so that it can be found
 * and read aloud; the logo is a PNG within.
 */
#include "linkpond/http/html.h"
#include "qr_plan.h"

#define FONTS "PingFang SC, Microsoft YaHei, Noto Sans CJK SC, WenQuanYi Micro Hei, sans-serif"

static const char *colour_text(uint32_t colour, char memory[8])
{
    snprintf(memory, 8, "#%06x", colour & 0xffffffU);
    return memory;
}

/* Runs of dark modules of one row as sub-paths. */
static void add_row(struct buf *out, const struct qr_plan *plan, int y)
{
    int x = 0;
    while (x < plan->total) {
        int end = x;
        while (end < plan->total && qr_plan_is_dark(plan, end, y)) {
            end++;
        }
        if (end > x) {
            buf_addf(out, "M%d %dh%dv1h-%dz", x, y, end - x, end - x);
        }
        x = end > x ? end : x + 1;
    }
}

static void add_caption(struct buf *out, const struct qr_plan *plan, double module)
{
    char memory[QR_CAPTION_MAX + 4], colour[8];
    for (int i = 0; i < plan->caption.count; i++) {
        buf_addf(out,
                 "<text x=\"%.1f\" y=\"%.2f\" font-size=\"%.2f\" text-anchor=\"middle\" font-family=\"" FONTS
                 "\" fill=\"%s\">",
                 plan->total / 2.0, plan->total + qr_caption_base(&plan->caption, i) / module,
                 plan->caption.em / module, colour_text(plan->dark, colour));
        html_escape(out, qr_caption_line(&plan->caption, i, memory));
        buf_add_c(out, "</text>");
    }
}

enum err qr_logo_svg(struct buf *out, const uint8_t logo[QR_LOGO_BYTES], const char *attributes)
{
    struct buf png;
    buf_init_heap(&png, 4 * QR_LOGO_BYTES);
    enum err err = qr_logo_png(&png, logo);
    if (err == OK) {
        buf_addf(out, "<image %s href=\"data:image/png;base64,", attributes);
        buf_add_base64(out, png.ptr, png.len);
        buf_add_c(out, "\"/>");
    }
    buf_done(&png);
    return err;
}

static enum err add_logo(struct buf *out, const struct qr_plan *plan, const char *id)
{
    char place[96];
    int from = plan->logo_from + 1, edge = plan->logo_to - plan->logo_from - 2; /* a module of ground on each side */
    if (id) {
        buf_addf(out, "<use href=\"#%s\" transform=\"translate(%d %d) scale(%d)\"/>", id, from, from, edge);
        return OK;
    }
    snprintf(place, sizeof place, "x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"", from, from, edge, edge);
    return qr_logo_svg(out, plan->logo, place);
}

enum err qr_svg(struct buf *out, str text, const struct qr_opts *opts, struct fault *fault)
{
    struct qr_plan plan;
    char light[8], dark[8];
    enum err err = qr_plan_make(&plan, text, opts, fault);
    if (err != OK) {
        return err;
    }
    double module = (double)plan.size / plan.total; /* in pixels */
    double height = plan.total + plan.caption.height / module;
    buf_addf(out,
             "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %.6g\" "
             "shape-rendering=\"crispEdges\"><path fill=\"%s\" d=\"M0 0h%dv%.6gH0z\"/><path fill=\"%s\" d=\"",
             plan.size, plan.size + plan.caption.height, plan.total, height, colour_text(plan.light, light), plan.total,
             height, colour_text(plan.dark, dark));
    for (int y = plan.margin; y < plan.total - plan.margin; y++) {
        add_row(out, &plan, y);
    }
    buf_add_c(out, "\"/>");
    err = plan.logo ? add_logo(out, &plan, opts->logo_id) : OK;
    add_caption(out, &plan, module);
    buf_add_c(out, "</svg>\n");
    qr_plan_done(&plan);
    return err == OK && out->overflow ? ERR_NOMEM : err;
}
