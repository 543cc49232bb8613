/* SPDX-License-Identifier: MIT */
/*
 * A column's blob from what was gathered. What would be smaller decides between codes and plain values, but for columns
 * that gathering found to hold hardly anything twice.
 */
#include "chunk_build.h"
#include "chunk_bytes.h"

#define RUN 4096 /* bytes handed on at once */

/* Bytes on their way into a buffer, so that small ones do not go one by one; or only counted. */
struct sink {
    struct buf *out; /* NULL: nowhere */
    size_t gone, len;
    str before; /* the last text that a value may begin as */
    uint8_t bytes[RUN];
};

static void sink_hand_on(struct sink *self, str bytes)
{
    if (self->out) {
        buf_add(self->out, bytes);
    }
    self->gone += bytes.len;
}

static void sink_flush(struct sink *self)
{
    sink_hand_on(self, (str){(const char *)self->bytes, self->len});
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
        sink_hand_on(self, text);
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

static void sink_hex(struct sink *self, str text)
{
    if (self->len + CHUNK_HEX_MAX / 2 > sizeof self->bytes) {
        sink_flush(self);
    }
    self->len += chunk_hex_pack(text, self->bytes + self->len);
}

/* What follows a value's head. */
static void sink_bytes(struct sink *self, const struct click_value *value, uint64_t head)
{
    if ((head & 3) == CHUNK_HEX) {
        sink_hex(self, value->text);
    } else if ((head & 3) != CHUNK_TERM) {
        sink_text(self, str_slice(value->text, value->text.len - (size_t)chunk_value_bytes(head), value->text.len));
    }
}

static void sink_value(struct sink *self, const struct click_value *value)
{
    size_t shared = 0;
    uint64_t head = chunk_value_head(value, self->before, &shared);

    sink_varint(self, head);
    if (shared > 0) {
        sink_varint(self, shared);
    }
    sink_bytes(self, value, head);
    self->before = (head & 3) == CHUNK_TEXT || shared > 0 ? value->text : self->before;
}

static size_t width_of(const struct chunk_dict *dict)
{
    return dict->count == 1 ? 0 : dict->count <= 256 ? 1 : 2;
}

/* A column of values, and the forms it may get. */
enum form { CODED, EACH_WITH_HEAD, ONE_HEAD, FORMS };
struct column {
    const struct chunk_builder *builder;
    const struct chunk_dict *dict;
    const uint16_t *codes; /* by row, in order of gathering */
    uint64_t head;         /* of all values, for ONE_HEAD */
};

static void dictionary_blob(const struct column *self, struct sink *sink)
{
    size_t width = width_of(self->dict);

    sink_head(sink, CHUNK_CODES, width, self->builder->rows, self->dict->count);
    for (size_t i = 0; i < self->dict->count; i++) {
        sink_value(sink, &self->dict->entries[i]);
    }
    if (width > 0) {
        sink_codes(sink, self->builder, self->codes, width);
    }
}

static void plain_blob(const struct column *self, bool one_head, struct sink *sink)
{
    sink_head(sink, CHUNK_PLAIN, 0, self->builder->rows, one_head);
    if (one_head) {
        sink_varint(sink, self->head);
    }
    for (size_t i = 0; i < self->builder->rows; i++) {
        const struct click_value *value = &self->dict->entries[self->codes[self->builder->order[i]]];
        if (one_head) {
            sink_bytes(sink, value, self->head);
        } else {
            sink_value(sink, value);
        }
    }
}

static void values_blob(const struct column *self, enum form form, struct sink *sink)
{
    if (form == CODED) {
        dictionary_blob(self, sink);
    } else {
        plain_blob(self, form == ONE_HEAD, sink);
    }
}

/* Do all values have one head that needs nothing before it? */
static bool find_head(struct column *self)
{
    const struct click_value *entries = self->dict->entries;
    size_t shared = 0;
    bool same = true;

    self->head = chunk_value_head(&entries[0], (str){0}, &shared);
    for (size_t i = 1; same && i < self->dict->count; i++) {
        same = chunk_value_head(&entries[i], (str){0}, &shared) == self->head;
    }
    return same;
}

/* The form that takes the fewest bytes. */
static enum form choose_form(struct column *self)
{
    bool looked_up = !self->dict->plain;
    size_t least = SIZE_MAX;
    enum form best = CODED;

    if (looked_up && (self->dict->count == 1 || self->dict->count <= self->builder->rows / 8)) {
        return CODED; /* the others are not worth looking */
    }
    bool can[FORMS] = {looked_up, true, find_head(self)};
    if (!looked_up && can[ONE_HEAD] && (self->head & 3) != CHUNK_TEXT) {
        return ONE_HEAD; /* nothing to share */
    }
    for (enum form form = CODED; form < FORMS; form++) {
        struct sink counted = {.out = NULL};
        if (can[form]) {
            values_blob(self, form, &counted);
        }
        if (can[form] && counted.gone + counted.len < least) {
            least = counted.gone + counted.len;
            best = form;
        }
    }
    return best;
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
        struct column values = {self, &self->dicts[column - CHUNK_CLASS], self->codes[column - CHUNK_CLASS], 0};
        values_blob(&values, column >= CHUNK_IP ? choose_form(&values) : CODED, &sink);
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
