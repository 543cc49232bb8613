/* SPDX-License-Identifier: MIT */
#include "linkpond/base/percent.h"

int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    if (c >= 'A' && c <= 'F') {
        return c - 'A' + 10;
    }
    return -1;
}

bool hex_read(str text, uint8_t *out, size_t len)
{
    bool good = text.len == 2 * len;

    for (size_t i = 0; good && i < len; i++) {
        char first = text.ptr[2 * i], second = text.ptr[2 * i + 1];
        int high = hex_value(first), low = hex_value(second);
        good = high >= 0 && low >= 0 && !(first >= 'A' && first <= 'F') && !(second >= 'A' && second <= 'F');
        out[i] = good ? (uint8_t)(high << 4 | low) : 0;
    }
    return good;
}

/* The byte that "%XX" at s[at] stands for; -1 when that is no escape. */
static int escaped_byte(str s, size_t at)
{
    if (s.len - at < 3 || s.ptr[at] != '%') {
        return -1;
    }
    int high = hex_value(s.ptr[at + 1]);
    int low = hex_value(s.ptr[at + 2]);
    return high < 0 || low < 0 ? -1 : high << 4 | low;
}

bool percent_decode(struct buf *out, str s)
{
    for (size_t at = 0; at < s.len; at++) {
        int byte = (unsigned char)s.ptr[at];
        if (byte == '%') {
            byte = escaped_byte(s, at);
            at += 2;
        }
        if (byte <= 0) {
            return false;
        }
        buf_add_char(out, (char)byte);
    }
    return !out->overflow;
}

void percent_decode_form(struct buf *out, str s)
{
    for (size_t at = 0; at < s.len; at++) {
        int byte = escaped_byte(s, at);
        if (byte >= 0) {
            at += 2;
        } else {
            byte = s.ptr[at] == '+' ? ' ' : (unsigned char)s.ptr[at];
        }
        if (byte != 0) {
            buf_add_char(out, (char)byte);
        }
    }
}

/* RFC 3986 section 2.3. */
static bool unreserved(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_' || c == '~';
}

str percent_form_text(struct arena *arena, str s)
{
    char *memory = arena_alloc(arena, s.len + 1);
    if (!memory) {
        return (str){0};
    }
    struct buf out;
    buf_init_fixed(&out, memory, s.len + 1);
    percent_decode_form(&out, s);
    return buf_str(&out);
}

void percent_encode(struct buf *out, str s)
{
    static const char digits[] = "0123456789ABCDEF";

    for (size_t at = 0; at < s.len; at++) {
        unsigned char byte = (unsigned char)s.ptr[at];
        if (unreserved(s.ptr[at])) {
            buf_add_char(out, s.ptr[at]);
        } else {
            char escape[3] = {'%', digits[byte >> 4], digits[byte & 15]};
            buf_add(out, (str){escape, sizeof escape});
        }
    }
}

bool query_next(str *rest, struct query_param *out)
{
    str piece;

    while (str_next(rest, '&', &piece)) {
        if (piece.len > 0) {
            out->raw = piece;
            out->has_value = str_cut(piece, '=', &out->name, &out->value);
            return true;
        }
    }
    return false;
}
