/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_HTTP_QR_PLAN_H
#define LINKPOND_SRC_HTTP_QR_PLAN_H

#include "linkpond/http/qr.h"

/* How a caption stands under a code: at most two lines, as large as fits. Pure. */
struct qr_caption {
    str lines[2];
    int count;  /* 0 = none */
    bool cut;   /* the last line has lost its end; an ellipsis stands for it */
    int em;     /* height of a character in pixels */
    int height; /* of the whole strip */
};
void qr_caption_plan(str text, int size, struct qr_caption *out);
/* The base line of line i, from the top of the strip. */
int qr_caption_base(const struct qr_caption *self, int i);
/* A line's text with its ellipsis, in memory. */
str qr_caption_line(const struct qr_caption *self, int i, char memory[QR_CAPTION_MAX + 4]);

/* What a picture will be, all checks passed. */
struct qr_plan {
    uint8_t *modules;  /* of the code alone, width x width; the lowest bit: dark */
    int width;         /* in modules */
    int size;          /* in pixels */
    int margin, total; /* in modules; the total with the quiet zone on both sides */
    uint32_t dark, light;
    struct qr_caption caption;
    const uint8_t *logo;
    int logo_from, logo_to; /* modules kept free for it, in both directions, quiet zone counted; equal = none */
};
enum err qr_plan_make(struct qr_plan *self, str text, const struct qr_opts *opts, struct fault *fault);
void qr_plan_done(struct qr_plan *self);
/* Modules with the quiet zone; dark or not. */
bool qr_plan_is_dark(const struct qr_plan *self, int x, int y);

#endif
