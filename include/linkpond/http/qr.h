/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_HTTP_QR_H
#define LINKPOND_HTTP_QR_H

#include "linkpond/base/buf.h"
#include "linkpond/base/err.h"

/* QR codes (ISO/IEC 18004) of short URLs. Pure but for memory. */
#define QR_TEXT_MAX   1024 /* what people print is far shorter; more makes a code no phone reads */
#define QR_SIZE_MIN   64
#define QR_SIZE_MAX   4096
#define QR_SIZE       512
#define QR_MARGIN_MAX 16
#define QR_MARGIN     4 /* the quiet zone the standard asks for */

struct qr_opts {
    int size;   /* edge in pixels, margin included; 0 = QR_SIZE */
    int margin; /* modules of quiet zone; -1 = QR_MARGIN */
    char level; /* error correction 'L' 'M' 'Q' 'H'; 0 = 'M' */
};
/* Add the image to `out`. ERR_INVALID names the field (text, size, margin, level); a PNG smaller than one pixel per
 * module is refused. ERR_NOMEM: out overflowed. PNG modules are whole pixels, what is left over goes to the margin. */
enum err qr_svg(struct buf *out, str text, const struct qr_opts *opts, struct fault *fault);
enum err qr_png(struct buf *out, str text, const struct qr_opts *opts, struct fault *fault);

#endif
