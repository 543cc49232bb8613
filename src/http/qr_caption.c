/* SPDX-License-Identifier: MIT */
/*
 * A caption's lines and their size. Who shows an SVG has fonts that we do not know, so the width of a text is judged by
 * its characters: Chinese ones are as wide as high, others a little over half of that. That errs to the wide side, and
 * PNG and SVG are laid out alike.
 */
#include "linkpond/base/utf8.h"
#include "qr_plan.h"

#define EM_SHARE       14   /* a character's height: this part of the code's edge */
#define EM_SHARE_SMALL 22   /* and not less than this part, so that it can be read where the code can be scanned */
#define NARROW         0.62 /* width of a Latin letter, in its height */
#define FIRST_WIDE     0x2e80
#define USED           0.92 /* of the picture's width */
#define LINE           1.35
#define PADDING        0.5

static double char_width(uint32_t c)
{
    return c >= FIRST_WIDE ? 1.0 : NARROW;
}

static double width_of(str text)
{
    double width = 0;
    uint32_t c = 0;
    for (size_t at = 0, len; (len = utf8_decode(text, at, &c)) > 0; at += len) {
        width += char_width(c);
    }
    return width;
}

/* As much of the start as fits; a line that goes on breaks behind a blank when there is one in its second half. */
static size_t fitting(str text, double room)
{
    double width = 0;
    size_t at = 0, blank = 0;
    uint32_t c = 0;
    for (size_t len; (len = utf8_decode(text, at, &c)) > 0; at += len) {
        width += char_width(c);
        if (width > room) {
            return blank * 2 > at ? blank : at;
        }
        blank = c == ' ' ? at + len : blank;
    }
    return text.len;
}

void qr_caption_plan(str text, int size, struct qr_caption *out)
{
    *out = (struct qr_caption){0};
    text = str_trim(text);
    if (text.len == 0) {
        return;
    }
    double largest = (double)size / EM_SHARE, smallest = (double)size / EM_SHARE_SMALL, room = size * USED;
    double fits = room / width_of(text);
    double em = fits < largest ? fits : largest;
    out->count = 1;
    out->lines[0] = text;
    if (em < smallest) {
        em = smallest;
        size_t first = fitting(text, room / em);
        str rest = str_trim(str_from(text, first));
        size_t second = fitting(rest, room / em);
        out->cut = second < rest.len;
        second = out->cut ? fitting(rest, room / em - 1) : second;
        out->lines[0] = str_trim(str_slice(text, 0, first));
        out->lines[1] = str_slice(rest, 0, second);
        out->count = rest.len > 0 ? 2 : 1;
    }
    out->em = (int)em > 0 ? (int)em : 1;
    out->height = (int)(em * (LINE * out->count + PADDING) + 0.5);
}

int qr_caption_base(const struct qr_caption *self, int i)
{
    return (int)(self->em * (1.0 + LINE * i));
}

str qr_caption_line(const struct qr_caption *self, int i, char memory[QR_CAPTION_MAX + 4])
{
    struct buf line;
    buf_init_fixed(&line, memory, QR_CAPTION_MAX + 4);
    buf_add(&line, self->lines[i]);
    if (self->cut && i == self->count - 1) {
        buf_add(&line, STR("\u2026"));
    }
    return buf_str(&line);
}
