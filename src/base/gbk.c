/* SPDX-License-Identifier: MIT */
#include "linkpond/base/gbk.h"

#include <iconv.h>

/*
 * The table of some 21,000 characters is glibc's (iconv; its module comes with the C library), opened for each text:
 * a converter is no thing to share between threads, and such texts are rare. What is Chinese is decided here, before:
 * "caf\xe9s" would convert as well.
 */
#define TEXT_BYTES_MAX 4096

static bool reads_as_gbk(str text)
{
    size_t pairs = 0, at = 0;

    while (at < text.len) {
        unsigned char first = (unsigned char)text.ptr[at];
        if (first < 0x80) {
            at++;
            continue;
        }
        unsigned char second = at + 1 < text.len ? (unsigned char)text.ptr[at + 1] : 0;
        if (first == 0x80 || first == 0xff || second <= 0x80 || second == 0xff) {
            return false;
        }
        pairs++;
        at += 2;
    }
    return pairs > 0;
}

bool gbk_to_utf8(struct buf *out, str text)
{
    char from[TEXT_BYTES_MAX], to[TEXT_BYTES_MAX + TEXT_BYTES_MAX / 2];

    if (text.len > sizeof from || !reads_as_gbk(text)) {
        return false;
    }
    iconv_t converter = iconv_open("UTF-8", "GBK");
    if (converter == (iconv_t)-1) { /* NOLINT: the manual's way to say so */
        return false;
    }
    memcpy(from, text.ptr, text.len);
    char *in = from, *at = to;
    size_t left = text.len, room = sizeof to;
    bool whole = iconv(converter, &in, &left, &at, &room) != (size_t)-1 && left == 0;
    iconv_close(converter);
    if (whole) {
        buf_add(out, (str){to, (size_t)(at - to)});
    }
    return whole;
}
