/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_BASE_GBK_H
#define LINKPOND_BASE_GBK_H

#include "linkpond/base/buf.h"

/*
 * Chinese text in the encoding of older Chinese software. True: `text` reads as GBK beyond doubt, and its UTF-8 was
 * added to `out` (at most one and a half times the bytes). False: it does not, `out` is untouched: plain ASCII, pairs
 * with a second byte below 0x80 (which Latin-1 words have as well), anything that is no GBK, or the C library has no
 * converter. The caller has found that the text is no UTF-8. Thread-safe.
 */
bool gbk_to_utf8(struct buf *out, str text);

#endif
