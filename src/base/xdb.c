/* SPDX-License-Identifier: MIT */
#include "linkpond/base/xdb.h"

#include "linkpond/base/clock.h"

#define HEADER_BYTES  256
#define ROWS          65536
#define ROW_BYTES     8
#define HEAD_BYTES    (HEADER_BYTES + ROWS * ROW_BYTES)
#define ENTRY_V4      14
#define ENTRY_V6      38
#define POINTER_BYTES 4

static const uint8_t *bytes_at(const struct xdb *self, size_t at)
{
    return (const uint8_t *)self->bytes.ptr + at;
}

static uint32_t number_16(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8;
}

static uint32_t number_32(const uint8_t *bytes)
{
    return number_16(bytes) | number_16(bytes + 2) << 16;
}

/* ---- opening */

static enum err refuse(struct fault *fault, const char *code, const char *message, const char *message_zh)
{
    fault_set(fault, ERR_CORRUPT, "", code, message, message_zh);
    return ERR_CORRUPT;
}

static enum err read_header(struct xdb *self, struct fault *fault)
{
    if (self->bytes.len < HEAD_BYTES || self->bytes.len > UINT32_MAX) {
        return refuse(fault, "cut_short", "It is too short for an xdb file.", "文件过短，不是完整的 xdb 文件。");
    }
    const uint8_t *header = bytes_at(self, 0);
    uint32_t version = number_16(header), ip_version = version == 2 ? 4 : number_16(header + 16);
    size_t first = number_32(header + 8), last = number_32(header + 12);
    if ((version != 2 && version != 3) || (ip_version != 4 && ip_version != 6) ||
        (version == 3 && number_16(header + 18) != POINTER_BYTES)) {
        return refuse(fault, "unknown_version", "It is an xdb file of a version that is not known.",
                      "xdb 文件版本无法识别。");
    }
    self->ip_version = ip_version;
    self->made_ms = (int64_t)number_32(header + 4) * MS_PER_SECOND;
    self->entry_bytes = ip_version == 4 ? ENTRY_V4 : ENTRY_V6;
    if (first < HEAD_BYTES || last < first || (last - first) % self->entry_bytes != 0) {
        return refuse(fault, "bad_index", "Its index is damaged.", "文件索引已损坏。");
    }
    if (last + self->entry_bytes > self->bytes.len) {
        return refuse(fault, "cut_short", "It has been cut short, or is still being copied.",
                      "文件不完整，或仍在复制中。");
    }
    self->first = first;
    self->count = (last - first) / self->entry_bytes + 1;
    return OK;
}

static bool is_place(const struct xdb *self, size_t at)
{
    return at >= self->first && at <= self->first + self->count * self->entry_bytes &&
           (at - self->first) % self->entry_bytes == 0;
}

static bool rows_are_sound(const struct xdb *self)
{
    for (size_t i = 0; i < ROWS; i++) {
        const uint8_t *row = bytes_at(self, HEADER_BYTES + i * ROW_BYTES);
        size_t from = number_32(row), to = number_32(row + 4);
        bool none = from == 0 && to == 0;
        if (!none && (from > to || !is_place(self, from) || !is_place(self, to))) {
            return false;
        }
    }
    return true;
}

static bool entries_are_sound(const struct xdb *self)
{
    struct xdb_entry entry, before = {0};

    for (size_t i = 0; i < self->count; i++) {
        const uint8_t *tail = bytes_at(self, self->first + (i + 1) * self->entry_bytes - 6);
        size_t len = number_16(tail), at = number_32(tail + 2);
        if (at > self->bytes.len || len > self->bytes.len - at) {
            return false;
        }
        xdb_entry_at(self, i, &entry);
        if (memcmp(entry.first.bytes, entry.last.bytes, sizeof entry.first.bytes) > 0 ||
            (i > 0 && memcmp(before.last.bytes, entry.first.bytes, sizeof entry.first.bytes) >= 0)) {
            return false;
        }
        before = entry;
    }
    return true;
}

enum err xdb_open(str bytes, struct xdb *out, struct fault *fault)
{
    struct xdb self = {.bytes = bytes};
    enum err err = read_header(&self, fault);

    if (err) {
        return err;
    }
    if (!rows_are_sound(&self) || !entries_are_sound(&self)) {
        return refuse(fault, "bad_index", "Its index is damaged.", "文件索引已损坏。");
    }
    *out = self;
    return OK;
}

/* ---- reading */

static struct addr addr_at(const struct xdb *self, const uint8_t *bytes)
{
    struct addr addr = {{0}};

    if (self->ip_version == 6) {
        memcpy(addr.bytes, bytes, sizeof addr.bytes);
        return addr;
    }
    addr.bytes[10] = addr.bytes[11] = 0xFF;
    for (size_t i = 0; i < 4; i++) {
        addr.bytes[12 + i] = bytes[3 - i];
    }
    return addr;
}

void xdb_entry_at(const struct xdb *self, size_t index, struct xdb_entry *out)
{
    BUG_ON(index >= self->count);
    const uint8_t *entry = bytes_at(self, self->first + index * self->entry_bytes);
    size_t addr_bytes = self->ip_version == 6 ? 16 : 4;
    const uint8_t *tail = entry + 2 * addr_bytes;

    *out = (struct xdb_entry){
        .first = addr_at(self, entry),
        .last = addr_at(self, entry + addr_bytes),
        .text = str_slice(self->bytes, number_32(tail + 2), (size_t)number_32(tail + 2) + number_16(tail)),
    };
}

bool xdb_find(const struct xdb *self, const struct addr *addr, struct xdb_entry *out)
{
    if (addr_is_v4(addr) != (self->ip_version == 4)) {
        return false;
    }
    const uint8_t *start = addr->bytes + (self->ip_version == 4 ? 12 : 0);
    const uint8_t *row = bytes_at(self, HEADER_BYTES + ((size_t)start[0] << 8 | start[1]) * ROW_BYTES);
    size_t from = number_32(row), to = number_32(row + 4);
    if (to <= from) {
        return false;
    }
    size_t low = (from - self->first) / self->entry_bytes, high = (to - self->first) / self->entry_bytes;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        struct xdb_entry entry;
        xdb_entry_at(self, middle, &entry);
        if (memcmp(addr->bytes, entry.first.bytes, sizeof addr->bytes) < 0) {
            high = middle;
        } else if (memcmp(addr->bytes, entry.last.bytes, sizeof addr->bytes) > 0) {
            low = middle + 1;
        } else {
            *out = entry;
            return true;
        }
    }
    return false;
}
