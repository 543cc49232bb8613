/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_BASE_PERCENT_H
#define LINKPOND_BASE_PERCENT_H

#include "linkpond/base/arena.h"
#include "linkpond/base/buf.h"

/* RFC 3986 percent-encoding. */
/* Strict, for paths: refuses a bad %XX, %00 and a raw NUL; '+' stays. Returns false and leaves a partial out; false
 * as well when out overflows. */
bool percent_decode(struct buf *out, str s);
/* Lenient, for query values and forms: '+' is a space, a bad %XX stays as it is, NUL and %00 are
 * dropped. */
void percent_decode_form(struct buf *out, str s);
/* percent_decode_form into the arena; the empty slice when memory ran out. */
str percent_form_text(struct arena *arena, str s);
/* Of one hexadecimal digit in either case; -1 for anything else. */
int hex_value(char c);
/* What buf_add_hex wrote, back: exactly two lower-case digits for each of `len` bytes, so that one value has one
 * spelling. False: it is not that; out is then not to be used. */
bool hex_read(str text, uint8_t *out, size_t len);
/* Encodes every byte except unreserved (A-Z a-z 0-9 - . _ ~). */
void percent_encode(struct buf *out, str s);

/* Walks "a=1&b=2": each parameter's raw name and raw value (borrowed). A parameter without '=' has
 * has_value false. Empty pieces ("&&") are skipped. */
struct query_param {
    str raw;   /* the whole "name=value" as it stands */
    str name;  /* raw, undecoded */
    str value; /* raw, undecoded */
    bool has_value;
};
bool query_next(str *rest, struct query_param *out);
#endif
