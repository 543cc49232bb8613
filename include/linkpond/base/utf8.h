/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_BASE_UTF8_H
#define LINKPOND_BASE_UTF8_H

#include "linkpond/base/buf.h"

/* RFC 3629: no surrogates, no overlong forms, up to U+10FFFF. */
/* The sequence that starts at s[at]: its length 1-4 and its code point; 0 (and *code_point untouched) when it is
 * invalid, cut off, or at the end. */
size_t utf8_decode(str s, size_t at, uint32_t *code_point);
bool utf8_valid(str s);
/* The longest prefix of at most bytes_max that does not cut a sequence. */
str utf8_cut(str s, size_t bytes_max);
/* Adds s with each invalid byte replaced by U+FFFD and NUL dropped. */
void utf8_repair(struct buf *out, str s);
/* Bytes 0x00-0x1F and 0x7F, or U+0080-U+009F, U+2028, U+2029, bidi overrides U+202A-202E, U+2066-2069. */
bool utf8_has_control(str s);
bool utf8_is_control(uint32_t code_point);

#endif
