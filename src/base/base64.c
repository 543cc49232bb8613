/* SPDX-License-Identifier: MIT */
#include "linkpond/base/base64.h"

#include <string.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static str without_padding(str text)
{
    for (int i = 0; i < 2 && text.len % 4 == (i == 0 ? 0 : 3) && str_ends(text, STR("=")); i++) {
        text.len--;
    }
    return text;
}

bool base64_decode(str text, uint8_t *out, size_t cap, size_t *len)
{
    uint32_t bits = 0;
    unsigned count = 0;
    size_t done = 0;

    text = without_padding(text);
    if (text.len % 4 == 1) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        const char *digit = memchr(digits, text.ptr[i], sizeof digits - 1);
        if (!digit) {
            return false;
        }
        bits = bits << 6 | (uint32_t)(digit - digits);
        count += 6;
        if (count < 8) {
            continue;
        }
        if (done == cap) {
            return false;
        }
        count -= 8;
        out[done++] = (uint8_t)(bits >> count);
        bits &= (1U << count) - 1;
    }
    if (bits != 0) {
        return false;
    }
    *len = done;
    return true;
}
