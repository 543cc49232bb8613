/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_TESTS_SUPPORT_XDB_FILE_H
#define LINKPOND_TESTS_SUPPORT_XDB_FILE_H

#include <stdlib.h>
#include <string.h>

#include "linkpond/base/addr.h"

/* An xdb file made by hand, from ranges in order of address, none of them across a border of the first two bytes. */
#define XDB_FILE_HEAD  (256 + 65536 * 8)
#define XDB_FILE_MADE  1700000000
#define XDB_FILE_BYTES (XDB_FILE_HEAD + 64 * 1024)

struct xdb_range {
    const char *first, *last, *text; /* first NULL: the end */
};
struct xdb_file {
    uint8_t *bytes; /* free it */
    size_t len, first, entry_bytes;
};

static inline void xdb_file_number(uint8_t *at, size_t bytes, size_t value)
{
    for (size_t i = 0; i < bytes; i++) {
        at[i] = (uint8_t)(value >> (8 * i));
    }
}

static inline size_t xdb_file_read(const uint8_t *at)
{
    return (size_t)at[0] | (size_t)at[1] << 8 | (size_t)at[2] << 16 | (size_t)at[3] << 24;
}

/* Gives the row of the first two bytes. */
static inline size_t xdb_file_addr(uint8_t *at, int ip_version, const char *text)
{
    struct addr addr;

    BUG_ON(!addr_parse(str_from_c(text), &addr) || addr_is_v4(&addr) != (ip_version == 4));
    const uint8_t *from = addr.bytes + (ip_version == 4 ? 12 : 0);
    for (size_t i = 0; i < 16 && ip_version == 6; i++) {
        at[i] = from[i];
    }
    for (size_t i = 0; i < 4 && ip_version == 4; i++) {
        at[i] = from[3 - i];
    }
    return (size_t)from[0] << 8 | from[1];
}

static inline struct xdb_file xdb_file_make(unsigned version, int ip_version, const struct xdb_range *ranges)
{
    struct xdb_file self = {.bytes = calloc(1, XDB_FILE_BYTES), .entry_bytes = ip_version == 4 ? 14 : 38};
    size_t width = ip_version == 4 ? 4 : 16, texts = XDB_FILE_HEAD, count = 0;

    BUG_ON(!self.bytes);
    for (; ranges[count].first; count++) {
        texts += strlen(ranges[count].text);
    }
    self.first = texts;
    texts = XDB_FILE_HEAD;
    for (size_t i = 0; i < count; i++) {
        size_t len = strlen(ranges[i].text), at = self.first + i * self.entry_bytes;
        BUG_ON(at + self.entry_bytes > XDB_FILE_BYTES);
        memcpy(self.bytes + texts, ranges[i].text, len);
        size_t row = xdb_file_addr(self.bytes + at, ip_version, ranges[i].first);
        xdb_file_addr(self.bytes + at + width, ip_version, ranges[i].last);
        xdb_file_number(self.bytes + at + 2 * width, 2, len);
        xdb_file_number(self.bytes + at + 2 * width + 2, 4, texts);
        uint8_t *vector = self.bytes + 256 + row * 8;
        xdb_file_number(vector, 4, xdb_file_read(vector) ? xdb_file_read(vector) : at);
        xdb_file_number(vector + 4, 4, at + self.entry_bytes);
        texts += len;
    }
    self.len = self.first + count * self.entry_bytes;
    xdb_file_number(self.bytes, 2, version);
    xdb_file_number(self.bytes + 4, 4, XDB_FILE_MADE);
    xdb_file_number(self.bytes + 8, 4, self.first);
    xdb_file_number(self.bytes + 12, 4, self.len - self.entry_bytes);
    if (version == 3) {
        xdb_file_number(self.bytes + 16, 2, (size_t)ip_version);
        xdb_file_number(self.bytes + 18, 2, 4);
    }
    return self;
}

static inline str xdb_file_str(const struct xdb_file *self)
{
    return (str){(const char *)self->bytes, self->len};
}

#endif
