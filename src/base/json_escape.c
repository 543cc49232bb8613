/* SPDX-License-Identifier: MIT */
#include "json_escape.h"

static int hex_digit(int c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int32_t json_escape_unit(str s, size_t from)
{
    int32_t unit = 0;
    for (size_t i = from; i < from + 4; i++) {
        int digit = i < s.len ? hex_digit((unsigned char)s.ptr[i]) : -1;
        if (digit < 0) {
            return -1;
        }
        unit = unit * 16 + digit;
    }
    return unit;
}

bool json_escape_is_high(int32_t unit)
{
    return unit >= 0xD800 && unit <= 0xDBFF;
}

bool json_escape_is_low(int32_t unit)
{
    return unit >= 0xDC00 && unit <= 0xDFFF;
}

static size_t utf8_put(char *out, uint32_t point)
{
    if (point < 0x80) {
        out[0] = (char)point;
        return 1;
    }
    if (point < 0x800) {
        out[0] = (char)(0xC0 | point >> 6);
        out[1] = (char)(0x80 | (point & 0x3F));
        return 2;
    }
    if (point < 0x10000) {
        out[0] = (char)(0xE0 | point >> 12);
        out[1] = (char)(0x80 | (point >> 6 & 0x3F));
        out[2] = (char)(0x80 | (point & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | point >> 18);
    out[1] = (char)(0x80 | (point >> 12 & 0x3F));
    out[2] = (char)(0x80 | (point >> 6 & 0x3F));
    out[3] = (char)(0x80 | (point & 0x3F));
    return 4;
}

/* Undoes the escape at raw[*at] (already found valid), moves *at behind it, returns the bytes written. */
static size_t unescape_one(str raw, size_t *at, char *out)
{
    static const char NAMED[] = "b\bf\fn\nr\rt\t";
    char c = raw.ptr[*at + 1];
    if (c != 'u') {
        const char *named = strchr(NAMED, c);
        if (named) {
            c = named[1];
        }
        *out = c;
        *at += 2;
        return 1;
    }
    uint32_t point = (uint32_t)json_escape_unit(raw, *at + 2);
    *at += 6;
    if (json_escape_is_high((int32_t)point)) {
        uint32_t low = (uint32_t)json_escape_unit(raw, *at + 2);
        point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
        *at += 6;
    }
    return utf8_put(out, point);
}

/* An escape is never shorter than what it stands for, so the copy fits in raw.len. */
enum err json_unescape(struct arena *arena, str raw, str *plain)
{
    if (str_find_char(raw, '\\', 0) < 0) {
        *plain = raw;
        return OK;
    }
    char *out = ARENA_ARRAY(arena, char, raw.len);
    if (!out) {
        return ERR_NOMEM;
    }
    size_t len = 0;
    for (size_t at = 0; at < raw.len;) {
        if (raw.ptr[at] == '\\') {
            len += unescape_one(raw, &at, out + len);
        } else {
            out[len++] = raw.ptr[at++];
        }
    }
    *plain = (str){out, len};
    return OK;
}
