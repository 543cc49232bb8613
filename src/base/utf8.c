/* SPDX-License-Identifier: MIT */
#include "linkpond/base/utf8.h"

#define REPLACEMENT STR("\xEF\xBF\xBD") /* U+FFFD */

static bool continuation(unsigned char byte)
{
    return (byte & 0xC0) == 0x80;
}

/* Length promised by a lead byte and its payload bits; 0 for bytes that never lead (RFC 3629 section 4: C0, C1 and
 * F5-FF do not appear). */
static size_t lead_len(unsigned char lead, uint32_t *bits)
{
    if (lead < 0x80) {
        *bits = lead;
        return 1;
    }
    if (lead >= 0xC2 && lead <= 0xDF) {
        *bits = lead & 0x1Fu;
        return 2;
    }
    if (lead >= 0xE0 && lead <= 0xEF) {
        *bits = lead & 0x0Fu;
        return 3;
    }
    if (lead >= 0xF0 && lead <= 0xF4) {
        *bits = lead & 0x07u;
        return 4;
    }
    return 0;
}

size_t utf8_decode(str s, size_t at, uint32_t *code_point)
{
    static const uint32_t smallest[5] = {0, 0, 0x80, 0x800, 0x10000};
    uint32_t value = 0;

    if (at >= s.len) {
        return 0;
    }
    size_t len = lead_len((unsigned char)s.ptr[at], &value);
    if (len == 0 || len > s.len - at) {
        return 0;
    }
    for (size_t i = 1; i < len; i++) {
        unsigned char byte = (unsigned char)s.ptr[at + i];
        if (!continuation(byte)) {
            return 0;
        }
        value = value << 6 | (byte & 0x3Fu);
    }
    if (value < smallest[len] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) {
        return 0;
    }
    *code_point = value;
    return len;
}

bool utf8_valid(str s)
{
    uint32_t code_point;

    for (size_t at = 0, len; at < s.len; at += len) {
        len = utf8_decode(s, at, &code_point);
        if (len == 0) {
            return false;
        }
    }
    return true;
}

str utf8_cut(str s, size_t bytes_max)
{
    uint32_t code_point;

    if (s.len <= bytes_max) {
        return s;
    }
    for (size_t back = 1; back <= 3 && back <= bytes_max; back++) {
        if (utf8_decode(s, bytes_max - back, &code_point) > back) {
            return str_slice(s, 0, bytes_max - back);
        }
    }
    return str_slice(s, 0, bytes_max);
}

void utf8_repair(struct buf *out, str s)
{
    uint32_t code_point;

    for (size_t at = 0, len; at < s.len; at += len) {
        len = utf8_decode(s, at, &code_point);
        if (len == 0) {
            buf_add(out, REPLACEMENT);
            len = 1;
        } else if (code_point != 0) {
            buf_add(out, str_slice(s, at, at + len));
        }
    }
}

bool utf8_is_control(uint32_t code_point)
{
    return code_point < 0x20 || (code_point >= 0x7F && code_point <= 0x9F) || code_point == 0x2028 ||
           code_point == 0x2029 || (code_point >= 0x202A && code_point <= 0x202E) ||
           (code_point >= 0x2066 && code_point <= 0x2069);
}

bool utf8_has_control(str s)
{
    uint32_t code_point;

    for (size_t at = 0; at < s.len;) {
        size_t len = utf8_decode(s, at, &code_point);
        if (len && utf8_is_control(code_point)) {
            return true;
        }
        at += len ? len : 1;
    }
    return false;
}
