/* SPDX-License-Identifier: MIT */
/*
 * A column's blob from what was gathered. What would be smaller decides between codes and plain values, but for columns
 * that gathering found to hold hardly anything twice.
 */
#include "chunk_build.h"
#include "chunk_bytes.h"
#include "varint.h"

#define RUN 4096 /* bytes handed on at once */

/* Bytes on their way into a buffer, so that small ones do not go one by one. */
struct sink {
    struct buf *out;
    size_t len;
    uint8_t bytes[RUN];
};

static void sink_flush(struct sink *self)
{
    buf_add(self->out, (str){(const char *)self->bytes, self->len});
    self->len = 0;
}

/* Of at most 8 bytes, little end first. */
static void sink_number(struct sink *self, uint64_t number, size_t width)
{
    if (self->len + sizeof number > sizeof self->bytes) {
        sink_flush(self);
    }
    number = htole64(number);
    memcpy(self->bytes + self->len, &number, sizeof number);
    self->len += width;
}

/* Each row's code, in order, of 1 or 2 bytes. */
static void sink_codes(struct sink *self, const struct chunk_builder *builder, const uint16_t *codes, size_t width)
{
    const uint32_t *order = builder->order;

    for (size_t i = 0, to = 0; i < builder->rows; i = to) {
        uint8_t *at = self->bytes;
        sink_flush(self);
        to = builder->rows - i < RUN / width ? builder->rows : i + RUN / width;
        for (size_t row = i; row < to; row++) {
            uint16_t code = codes[order[row]];
            at[0] = (uint8_t)code;
            at[width - 1] = (uint8_t)(code >> 8 * (width - 1));
            at += width;
        }
        self->len = (size_t)(at - self->bytes);
    }
}

static void sink_varint(struct sink *self, uint64_t number)
{
    if (self->len + VARINT_BYTES > sizeof self->bytes) {
        sink_flush(self);
    }
    self->len = (size_t)(varint_put(self->bytes + self->len, number) - self->bytes);
}

static void sink_text(struct sink *self, str text)
{
    if (self->len + text.len > sizeof self->bytes) {
        sink_flush(self);
    }
    if (text.len > sizeof self->bytes) {
        buf_add(self->out, text);
        return;
    }
    memcpy(self->bytes + self->len, text.ptr, text.len);
    self->len += text.len;
}

static void sink_head(struct sink *self, enum chunk_encoding encoding, size_t width, size_t rows, size_t count)
{
    sink_number(self, 0, CHUNK_SUM_BYTES);
    sink_number(self, CHUNK_VERSION | (uint64_t)encoding << 8 | (uint64_t)width << 16, 4);
    sink_number(self, rows, 4);
    sink_number(self, count, 4);
}

static void links_blob(const struct chunk_builder *self, struct sink *sink)
{
    const int64_t *links = self->numbers[CHUNK_LINK];
    size_t count = 1;

    for (size_t i = 1; i < self->rows; i++) {
        count += links[self->order[i]] != links[self->order[i - 1]];
    }
    sink_head(sink, CHUNK_RUNS, 0, self->rows, count);
    uint64_t before = 0;
    for (size_t from = 0, to = 0; from < self->rows; from = to) {
        uint64_t link_id = (uint64_t)links[self->order[from]];
        for (to = from; to < self->rows && (uint64_t)links[self->order[to]] == link_id; to++) {
        }
        sink_varint(sink, link_id - before);
        sink_varint(sink, to - from);
        before = link_id;
    }
}

static void numbers_blob(const struct chunk_builder *self, enum chunk_column column, struct sink *sink)
{
    const int64_t *numbers = self->numbers[column];
    int64_t least = INT64_MAX, most = INT64_MIN;
    size_t width = 0;

    for (size_t i = 0; i < self->rows; i++) {
        least = numbers[i] < least ? numbers[i] : least;
        most = numbers[i] > most ? numbers[i] : most;
    }
    for (uint64_t range = (uint64_t)most - (uint64_t)least; range > 0; range >>= 8) {
        width++;
    }
    sink_head(sink, CHUNK_OFFSETS, width, self->rows, 0);
    sink_number(sink, (uint64_t)least, sizeof least);
    for (size_t i = 0; width > 0 && i < self->rows; i++) {
        sink_number(sink, (uint64_t)numbers[self->order[i]] - (uint64_t)least, width);
    }
    sink_number(sink, 0, CHUNK_PADDING);
}

/* 1 + the digit's value; 0 = no lower-case digit. */
static const uint8_t hex_digits[256] = {
    ['0'] = 1, ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9, ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
};

static bool is_hex(str text)
{
    unsigned others = 0;

    if (text.len == 0 || text.len > CHUNK_HEX_MAX || text.len % 2 != 0) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        others += hex_digits[(uint8_t)text.ptr[i]] == 0;
    }
    return others == 0;
}

static uint64_t head_of(const struct click_value *value, bool hex)
{
    if (value->term != 0 || value->text.len == 0) {
        return (uint64_t)value->term << CHUNK_KIND_BITS | CHUNK_TERM;
    }
    return hex && is_hex(value->text) ? (uint64_t)value->text.len / 2 << CHUNK_KIND_BITS | CHUNK_HEX
                                      : (uint64_t)value->text.len << CHUNK_KIND_BITS | CHUNK_TEXT;
}

static void sink_hex(struct sink *self, str text)
{
    if (self->len + CHUNK_HEX_MAX / 2 > sizeof self->bytes) {
        sink_flush(self);
    }
    uint8_t *at = self->bytes + self->len;
    for (size_t i = 0; i + 1 < text.len; i += 2) {
        unsigned high = hex_digits[(uint8_t)text.ptr[i]] - 1U, low = hex_digits[(uint8_t)text.ptr[i + 1]] - 1U;
        *at++ = (uint8_t)(high << 4 | low);
    }
    self->len = (size_t)(at - self->bytes);
}

static void sink_bytes(struct sink *self, const struct click_value *value, uint64_t head)
{
    if ((head & 3) == CHUNK_TEXT) {
        sink_text(self, value->text);
    } else if ((head & 3) == CHUNK_HEX) {
        sink_hex(self, value->text);
    }
}

static size_t varint_bytes(uint64_t value)
{
    uint8_t bytes[VARINT_BYTES];

    return (size_t)(varint_put(bytes, value) - bytes);
}

static size_t width_of(const struct chunk_dict *dict)
{
    return dict->count == 1 ? 0 : dict->count <= 256 ? 1 : 2;
}

static bool heads_are_same(const struct chunk_dict *dict)
{
    uint64_t first = head_of(&dict->entries[0], true);
    bool same = true;

    for (size_t i = 1; same && i < dict->count; i++) {
        same = head_of(&dict->entries[i], true) == first;
    }
    return same;
}

static size_t codes_bytes(const struct chunk_builder *self, const struct chunk_dict *dict)
{
    size_t bytes = self->rows * width_of(dict);

    for (size_t i = 0; i < dict->count; i++) {
        uint64_t head = head_of(&dict->entries[i], false);
        bytes += varint_bytes(head) + chunk_value_bytes(head);
    }
    return bytes;
}

static size_t plain_bytes(const struct chunk_builder *self, const struct chunk_dict *dict, const uint16_t *codes,
                          bool same_head)
{
    uint64_t head = head_of(&dict->entries[0], true);
    size_t bytes = 0;

    if (same_head) {
        return varint_bytes(head) + self->rows * chunk_value_bytes(head);
    }
    for (size_t i = 0; i < self->rows; i++) {
        head = head_of(&dict->entries[codes[i]], true);
        bytes += varint_bytes(head) + chunk_value_bytes(head);
    }
    return bytes;
}

/* Are values one behind the other smaller than a dictionary and codes? */
static bool is_plain(const struct chunk_builder *self, const struct chunk_dict *dict, const uint16_t *codes,
                     bool *same_head)
{
    if (!dict->plain && (dict->count == 1 || dict->count <= self->rows / 8)) { /* not worth looking */
        return false;
    }
    *same_head = heads_are_same(dict);
    return dict->plain || plain_bytes(self, dict, codes, *same_head) < codes_bytes(self, dict);
}

static void plain_blob(const struct chunk_builder *self, const struct chunk_dict *dict, const uint16_t *codes,
                       bool same_head, struct sink *sink)
{
    uint64_t head = head_of(&dict->entries[0], true);

    sink_head(sink, CHUNK_PLAIN, 0, self->rows, same_head);
    if (same_head) {
        sink_varint(sink, head);
    }
    for (size_t i = 0; i < self->rows; i++) {
        const struct click_value *value = &dict->entries[codes[self->order[i]]];
        if (!same_head) {
            head = head_of(value, true);
            sink_varint(sink, head);
        }
        sink_bytes(sink, value, head);
    }
}

static void codes_blob(const struct chunk_builder *self, enum chunk_column column, struct sink *sink)
{
    const struct chunk_dict *dict = &self->dicts[column - CHUNK_CLASS];
    const uint16_t *codes = self->codes[column - CHUNK_CLASS];
    size_t width = width_of(dict);
    bool same_head = false;

    if (column >= CHUNK_IP && is_plain(self, dict, codes, &same_head)) {
        plain_blob(self, dict, codes, same_head, sink);
        return;
    }
    sink_head(sink, CHUNK_CODES, width, self->rows, dict->count);
    for (size_t i = 0; i < dict->count; i++) {
        uint64_t head = head_of(&dict->entries[i], false);
        sink_varint(sink, head);
        sink_bytes(sink, &dict->entries[i], head);
    }
    if (width > 0) {
        sink_codes(sink, self, codes, width);
    }
}

void chunk_builder_column(const struct chunk_builder *self, int64_t chunk_id, enum chunk_column column, struct buf *out)
{
    struct sink sink = {.out = out};
    size_t start = out->len;

    BUG_ON(self->rows == 0);
    if (column == CHUNK_LINK) {
        links_blob(self, &sink);
    } else if (column < CHUNK_CLASS) {
        numbers_blob(self, column, &sink);
    } else {
        codes_blob(self, column, &sink);
    }
    sink_flush(&sink);
    if (!out->overflow) {
        chunk_blob_readdress(out->ptr + start, out->len - start, chunk_id, column);
    }
}

void chunk_blob_readdress(void *bytes, size_t len, int64_t chunk_id, enum chunk_column column)
{
    uint32_t sum = htole32(chunk_sum(bytes, len, CHUNK_KEY(chunk_id, column)));

    memcpy(bytes, &sum, sizeof sum);
}
