/* SPDX-License-Identifier: MIT */
#include "linkpond/base/buf.h"

#include <stdarg.h>

/*
 * Heap buffers hold one byte more than `cap`, so a NUL always fits behind what was built. Fixed buffers use every
 * byte they were given: a caller that wants exactly 22 digits gives 22 bytes.
 */

#define FIRST_CAP 256

void buf_init_fixed(struct buf *self, void *memory, size_t cap)
{
    *self = (struct buf){.ptr = memory, .cap = cap, .cap_max = cap};
}

void buf_init_heap(struct buf *self, size_t cap_max)
{
    *self = (struct buf){.cap_max = cap_max};
}

void buf_done(struct buf *self)
{
    if (self->owned) {
        free(self->ptr);
    }
    *self = (struct buf){0};
}

void buf_reset(struct buf *self)
{
    self->len = 0;
    self->overflow = false;
}

static bool grow(struct buf *self, size_t need)
{
    size_t cap = self->cap ? self->cap : FIRST_CAP;

    while (cap < need) {
        cap = cap > SIZE_MAX / 2 ? SIZE_MAX : cap * 2;
    }
    if (cap > self->cap_max) {
        cap = self->cap_max;
    }
    if (cap == SIZE_MAX) {
        return false;
    }
    char *ptr = realloc(self->ptr, cap + 1);
    if (!ptr) {
        return false;
    }
    self->ptr = ptr;
    self->cap = cap;
    self->owned = true;
    return true;
}

/* Room for `bytes` more, or the flag. */
static bool reserve(struct buf *self, size_t bytes)
{
    if (self->overflow) {
        return false;
    }
    if (bytes <= self->cap - self->len) {
        return true;
    }
    if (bytes > self->cap_max - self->len || !grow(self, self->len + bytes)) {
        self->overflow = true;
        return false;
    }
    return true;
}

void buf_add(struct buf *self, str s)
{
    if (s.len && reserve(self, s.len)) {
        memcpy(self->ptr + self->len, s.ptr, s.len);
        self->len += s.len;
    }
}

void buf_add_c(struct buf *self, const char *text)
{
    buf_add(self, str_from_c(text));
}

void buf_add_char(struct buf *self, char c)
{
    if (reserve(self, 1)) {
        self->ptr[self->len++] = c;
    }
}

void buf_add_u64(struct buf *self, uint64_t value)
{
    char digits[20];
    size_t at = sizeof digits;

    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    buf_add(self, (str){digits + at, sizeof digits - at});
}

void buf_add_i64(struct buf *self, int64_t value)
{
    /* The sign and the digits go together or not at all. */
    char memory[21];
    struct buf number;

    buf_init_fixed(&number, memory, sizeof memory);
    if (value < 0) {
        buf_add_char(&number, '-');
    }
    buf_add_u64(&number, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
    buf_add(self, buf_str(&number));
}

void buf_add_hex(struct buf *self, const void *bytes, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *from = bytes;

    if (len > SIZE_MAX / 2) {
        self->overflow = true;
        return;
    }
    if (!len || !reserve(self, len * 2)) {
        return;
    }
    for (size_t i = 0; i < len; i++) {
        self->ptr[self->len++] = digits[from[i] >> 4];
        self->ptr[self->len++] = digits[from[i] & 15];
    }
}

/* printf always ends with a NUL; a fixed buffer that the text fills to the brim has no byte for it. */
__attribute__((format(printf, 2, 0))) static void add_exact_fit(struct buf *self, const char *format, va_list args)
{
    char *text = NULL;
    int len = vasprintf(&text, format, args);

    if (len < 0) {
        self->overflow = true;
        return;
    }
    buf_add(self, (str){text, (size_t)len});
    free(text);
}

void buf_add_base64(struct buf *self, const void *data, size_t len)
{
    const uint8_t *bytes = data;
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < len; i += 3) {
        uint32_t word = (uint32_t)bytes[i] << 16;
        word |= i + 1 < len ? (uint32_t)bytes[i + 1] << 8 : 0;
        word |= i + 2 < len ? bytes[i + 2] : 0;
        buf_add_char(self, digits[word >> 18]);
        buf_add_char(self, digits[(word >> 12) & 63]);
        buf_add_char(self, i + 1 < len ? digits[(word >> 6) & 63] : '=');
        buf_add_char(self, i + 2 < len ? digits[word & 63] : '=');
    }
}

void buf_addf(struct buf *self, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    int need = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (need < 0) {
        self->overflow = true;
        return;
    }
    if (need == 0 || !reserve(self, (size_t)need)) {
        return;
    }
    va_start(args, format);
    if (self->owned || (size_t)need < self->cap - self->len) {
        vsnprintf(self->ptr + self->len, (size_t)need + 1, format, args);
        self->len += (size_t)need;
    } else {
        add_exact_fit(self, format, args);
    }
    va_end(args);
}

str buf_str(const struct buf *self)
{
    return self->ptr ? (str){self->ptr, self->len} : (str){"", 0};
}

const char *buf_c(struct buf *self)
{
    if (!self->owned && self->len == self->cap && self->cap) {
        self->overflow = true;
    }
    if (self->overflow || !self->ptr || (!self->owned && !self->cap)) {
        return "";
    }
    self->ptr[self->len] = '\0';
    return self->ptr;
}
