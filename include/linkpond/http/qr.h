/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_HTTP_QR_H
#define LINKPOND_HTTP_QR_H

#include "linkpond/base/buf.h"
#include "linkpond/base/err.h"
#include "linkpond/base/limits.h"

/* QR codes (ISO/IEC 18004) of short URLs. Pure but for memory and the font file. */
#define QR_TEXT_MAX     1024 /* what people print is far shorter; more makes a code no phone reads */
#define QR_SIZE_MIN     64
#define QR_SIZE_MAX     4096
#define QR_SIZE         512
#define QR_MARGIN_MAX   16
#define QR_MARGIN       4 /* the quiet zone the standard asks for */
#define QR_CAPTION_MAX  LIMIT_NAME
#define QR_CONTRAST_MIN 4.0 /* below it cheap cameras and faded print no longer tell the two apart */

/* The picture in the middle, QR_LOGO_EDGE pixels square: red, green, blue, opacity (not multiplied in), a byte each. */
#define QR_LOGO_EDGE  256
#define QR_LOGO_BYTES ((size_t)QR_LOGO_EDGE * QR_LOGO_EDGE * 4)

struct qr_font;
struct qr_opts {
    int size;             /* edge of the code in pixels, margin included; 0 = QR_SIZE */
    int margin;           /* modules of quiet zone; -1 = QR_MARGIN */
    char level;           /* error correction 'L' 'M' 'Q' 'H'; 0 = 'M'. With a logo it is H */
    bool coloured;        /* else black on white */
    uint32_t dark, light; /* 0xRRGGBB */
    str caption;          /* written below the code, which makes the picture higher; UTF-8, empty = none */
    struct qr_font *font; /* what a PNG's caption is drawn with; an SVG leaves that to who shows it */
    const uint8_t *logo;  /* QR_LOGO_BYTES; NULL = none */
    const char *logo_id;  /* an SVG shows the element of that id, a unit square, instead of bringing the logo along */
};
/* Add the image to `out`. ERR_INVALID names the field: text, size, margin, level, dark (codes "inverted" and
 * "low_contrast": most readers want dark on light), caption ("no_font": a PNG without a font); a PNG smaller than one
 * pixel per module is refused. ERR_NOMEM: out overflowed. PNG modules are whole pixels, what is left over goes to the
 * margin. */
enum err qr_svg(struct buf *out, str text, const struct qr_opts *opts, struct fault *fault);
enum err qr_png(struct buf *out, str text, const struct qr_opts *opts, struct fault *fault);
/* The logo by itself. */
enum err qr_logo_png(struct buf *out, const uint8_t logo[QR_LOGO_BYTES]);
/* As an SVG's <image> with these attributes of place and size. */
enum err qr_logo_svg(struct buf *out, const uint8_t logo[QR_LOGO_BYTES], const char *attributes);

/* The contrast ratio of two colours, 1 to 21 (WCAG 2.2, "contrast ratio"). */
double qr_contrast(uint32_t a, uint32_t b);
/* "1a2B3c", with or without a '#'. */
bool qr_colour_parse(str text, uint32_t *out);

/* ---- fonts (qr_font.c): one handle for one thread ---------------------------------------------------------------- */
/* The first of the known fonts with Chinese characters that this machine has. ERR_NOT_FOUND: none. */
enum err qr_font_open(struct qr_font **out);
void qr_font_close(struct qr_font *self);
/* How many pixels wide the text is at that height of a character. */
int qr_font_width(struct qr_font *self, str text, int em);
/* Adds the text, its base line at y, to a coverage map of width x height bytes. */
struct qr_map {
    uint8_t *bytes;
    int width, height;
};
void qr_font_draw(struct qr_font *self, str text, int em, int x, int y, const struct qr_map *map);

#endif
