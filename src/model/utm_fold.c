/* SPDX-License-Identifier: MIT */
#include "linkpond/base/utf8.h"
#include "linkpond/model/utm.h"

int utm_find(str name)
{
    for (int i = 0; i < UTM_COUNT; i++) {
        if (str_eq(name, utm_name((enum utm)i))) {
            return i;
        }
    }
    return -1;
}

static bool is_blank(uint32_t point)
{
    return point == ' ' || (point >= '\t' && point <= '\r') || point == 0xA0 || point == 0x3000;
}

/* Full-width forms stand in the order of ASCII. */
static uint32_t narrow(uint32_t point)
{
    return point >= 0xFF01 && point <= 0xFF5E ? point - 0xFF01 + '!' : point;
}

static char lower(uint32_t point)
{
    return (char)(point >= 'A' && point <= 'Z' ? point - 'A' + 'a' : point);
}

str utm_fold(str value, char memory[LIMIT_UTM])
{
    size_t len = 0;
    bool blank = false; /* seen, and written once something follows */

    value = utf8_cut(value, LIMIT_UTM);
    for (size_t at = 0, size = 0; at<value.len; at += size> 0 ? size : 1) {
        uint32_t point = 0;
        size = utf8_decode(value, at, &point);
        if (size > 0 && is_blank(point)) {
            blank = len > 0;
            continue;
        }
        if (blank) {
            memory[len++] = ' ';
            blank = false;
        }
        if (size > 0 && narrow(point) < 0x80) {
            memory[len++] = lower(narrow(point));
        } else {
            memcpy(memory + len, value.ptr + at, size > 0 ? size : 1); /* an invalid byte stays as it is */
            len += size > 0 ? size : 1;
        }
    }
    return (str){memory, len};
}
