/* SPDX-License-Identifier: MIT */
/*
 * Rows are taken apart as they come: numbers into arrays, everything else into a dictionary and a code for each row.
 * Only the order is sorted at the end; a column's blob is its array read in that order. Keeping whole rows and encoding
 * them column by column was rejected: every column would walk through all of their texts.
 */
#include <stdlib.h>

#include "chunk_bytes.h"
#include "chunk_dict.h"
#include "varint.h"

#define DICTS    (CHUNK_COLUMNS - CHUNK_CLASS)
#define NUMBERS  (CHUNK_VISITOR + 1)
#define TERM_MAX (INT64_MAX >> CHUNK_KIND_BITS)
#define RUN      4096 /* bytes handed on at once */
_Static_assert(CHUNK_LINK == 0 && CHUNK_VISITOR + 1 == CHUNK_CLASS, "numbers first");

struct place {
    int64_t link_id, time_ms, id;
    uint32_t row;
};
struct chunk_builder {
    size_t rows, rows_max;
    uint64_t seed;
    struct arena texts;
    struct place *order;       /* of a sorted builder */
    int64_t *numbers[NUMBERS]; /* each rows_max long, as are the next */
    uint16_t *codes[DICTS];
    struct chunk_dict dicts[DICTS];
};

struct chunk_builder *chunk_builder_new(size_t rows_max, size_t text_bytes_max, uint64_t seed)
{
    struct chunk_builder *self = calloc(1, sizeof *self);
    bool whole = self != NULL;

    BUG_ON(rows_max == 0 || rows_max > CHUNK_ROWS_MAX);
    if (!self) {
        return NULL;
    }
    self->rows_max = rows_max;
    self->seed = seed;
    arena_init(&self->texts, text_bytes_max);
    self->order = malloc(rows_max * sizeof *self->order);
    whole = self->order != NULL;
    for (size_t i = 0; i < NUMBERS; i++) {
        self->numbers[i] = malloc(rows_max * sizeof *self->numbers[i]);
        whole = whole && self->numbers[i];
    }
    for (size_t i = 0; i < DICTS; i++) {
        self->codes[i] = malloc(rows_max * sizeof *self->codes[i]);
        whole = whole && self->codes[i];
    }
    if (!whole) {
        chunk_builder_free(self);
        return NULL;
    }
    return self;
}

void chunk_builder_free(struct chunk_builder *self)
{
    if (!self) {
        return;
    }
    for (size_t i = 0; i < DICTS; i++) {
        chunk_dict_done(&self->dicts[i]);
        free(self->codes[i]);
    }
    for (size_t i = 0; i < NUMBERS; i++) {
        free(self->numbers[i]);
    }
    free(self->order);
    arena_done(&self->texts);
    free(self);
}

void chunk_builder_reset(struct chunk_builder *self)
{
    for (size_t i = 0; i < DICTS; i++) {
        chunk_dict_reset(&self->dicts[i]);
    }
    arena_reset(&self->texts);
    self->rows = 0;
}

size_t chunk_builder_rows(const struct chunk_builder *self)
{
    return self->rows;
}

/* ---- gathering */

static enum err put(struct chunk_builder *self, enum chunk_column column, const struct click_value *value)
{
    size_t at = (size_t)column - CHUNK_CLASS;

    if (value->term < 0 || value->term > TERM_MAX) {
        return ERR_CORRUPT; /* nothing of ours */
    }
    return chunk_dict_put(&self->dicts[at], &self->texts, self->seed, value, &self->codes[at][self->rows]);
}

static enum err put_facts(struct chunk_builder *self, const struct click_facts *facts)
{
    const unsigned numbers[] = {
        [CHUNK_CLASS - CHUNK_CLASS] = facts->class,           [CHUNK_OUTCOME - CHUNK_CLASS] = facts->outcome,
        [CHUNK_SIGNALS - CHUNK_CLASS] = facts->signals,       [CHUNK_FLAGS - CHUNK_CLASS] = facts->flags,
        [CHUNK_VISITOR_BY - CHUNK_CLASS] = facts->visitor_by, [CHUNK_SOURCE_BY - CHUNK_CLASS] = facts->source_by,
        [CHUNK_CHANNEL_BY - CHUNK_CLASS] = facts->channel_by, [CHUNK_SCENE - CHUNK_CLASS] = facts->scene,
    };
    enum err err = OK;

    self->numbers[CHUNK_LINK][self->rows] = facts->link_id;
    self->numbers[CHUNK_ID][self->rows] = facts->id;
    self->numbers[CHUNK_TIME][self->rows] = facts->time_ms;
    self->numbers[CHUNK_VISITOR][self->rows] = facts->visitor;
    for (size_t i = 0; err == OK && i < ARRAY_LEN(numbers); i++) {
        const struct click_value value = {.term = numbers[i]};
        err = put(self, (enum chunk_column)(CHUNK_CLASS + i), &value);
    }
    return err;
}

enum err chunk_builder_add(struct chunk_builder *self, const struct click_row *row)
{
    const struct click_value ip = {.text = row->ip};

    if (self->rows == self->rows_max) {
        return ERR_TOO_LARGE;
    }
    enum err err = put_facts(self, &row->facts);
    if (err == OK) {
        err = put(self, CHUNK_IP, &ip);
    }
    for (size_t i = 0; err == OK && i < CLICK_COLUMNS; i++) {
        err = put(self, (enum chunk_column)(CHUNK_VALUE + i), &row->values[i]);
    }
    self->rows += err == OK;
    return err;
}

static int in_order(const void *left, const void *right)
{
    const struct place *a = left, *b = right;

    if (a->link_id != b->link_id) {
        return a->link_id < b->link_id ? -1 : 1;
    }
    if (a->time_ms != b->time_ms) {
        return a->time_ms < b->time_ms ? -1 : 1;
    }
    return (a->id > b->id) - (a->id < b->id);
}

void chunk_builder_sort(struct chunk_builder *self, struct chunk_bounds *out)
{
    struct chunk_bounds bounds = {INT64_MAX, INT64_MIN, INT64_MAX, INT64_MIN};

    BUG_ON(self->rows == 0);
    for (size_t i = 0; i < self->rows; i++) {
        int64_t id = self->numbers[CHUNK_ID][i], time_ms = self->numbers[CHUNK_TIME][i];
        bounds.min_ms = time_ms < bounds.min_ms ? time_ms : bounds.min_ms;
        bounds.max_ms = time_ms > bounds.max_ms ? time_ms : bounds.max_ms;
        bounds.min_id = id < bounds.min_id ? id : bounds.min_id;
        bounds.max_id = id > bounds.max_id ? id : bounds.max_id;
        self->order[i] = (struct place){self->numbers[CHUNK_LINK][i], time_ms, id, (uint32_t)i};
    }
    qsort(self->order, self->rows, sizeof *self->order, in_order);
    *out = bounds;
}

/* ---- blobs */

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
    size_t count = 1;

    for (size_t i = 1; i < self->rows; i++) {
        count += self->order[i].link_id != self->order[i - 1].link_id;
    }
    sink_head(sink, CHUNK_RUNS, 0, self->rows, count);
    uint64_t before = 0;
    for (size_t from = 0, to = 0; from < self->rows; from = to) {
        uint64_t link_id = (uint64_t)self->order[from].link_id;
        for (to = from; to < self->rows && (uint64_t)self->order[to].link_id == link_id; to++) {
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
        sink_number(sink, (uint64_t)numbers[self->order[i].row] - (uint64_t)least, width);
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
    bool hex = text.len > 0 && text.len <= CHUNK_HEX_MAX && text.len % 2 == 0;

    for (size_t i = 0; hex && i < text.len; i++) {
        hex = hex_digits[(uint8_t)text.ptr[i]] != 0;
    }
    return hex;
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
    for (size_t i = 0; i + 1 < text.len; i += 2) {
        unsigned high = hex_digits[(uint8_t)text.ptr[i]] - 1U, low = hex_digits[(uint8_t)text.ptr[i + 1]] - 1U;
        self->bytes[self->len++] = (uint8_t)(high << 4 | low);
    }
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

/* What a column of different values would take either way. */
struct sizes {
    size_t codes, plain;
    size_t width;
    bool same_head; /* of all entries, as plain values */
};

static struct sizes measure(const struct chunk_builder *self, const struct chunk_dict *dict, const uint16_t *codes)
{
    struct sizes sizes = {.width = dict->count == 1 ? 0 : dict->count <= 256 ? 1 : 2, .same_head = true};
    uint64_t first = head_of(&dict->entries[0], true);

    sizes.codes = self->rows * sizes.width;
    sizes.plain = dict->count == 1 || dict->count <= self->rows / 8 ? SIZE_MAX : 0; /* not worth looking */
    for (size_t i = 0; i < dict->count && sizes.plain == 0; i++) {
        uint64_t head = head_of(&dict->entries[i], false);
        sizes.codes += varint_bytes(head) + chunk_value_bytes(head);
        sizes.same_head = sizes.same_head && head_of(&dict->entries[i], true) == first;
    }
    if (sizes.plain == 0 && sizes.same_head) {
        sizes.plain = varint_bytes(first) + self->rows * chunk_value_bytes(first);
        return sizes;
    }
    for (size_t i = 0; sizes.plain != SIZE_MAX && i < self->rows; i++) {
        uint64_t head = head_of(&dict->entries[codes[i]], true);
        sizes.plain += varint_bytes(head) + chunk_value_bytes(head);
    }
    return sizes;
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
        const struct click_value *value = &dict->entries[codes[self->order[i].row]];
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
    struct sizes sizes = measure(self, dict, codes);

    if (column >= CHUNK_IP && sizes.plain < sizes.codes) {
        plain_blob(self, dict, codes, sizes.same_head, sink);
        return;
    }
    sink_head(sink, CHUNK_CODES, sizes.width, self->rows, dict->count);
    for (size_t i = 0; sizes.width > 0 && i < self->rows; i++) {
        sink_number(sink, codes[self->order[i].row], sizes.width);
    }
    for (size_t i = 0; i < dict->count; i++) {
        uint64_t head = head_of(&dict->entries[i], false);
        sink_varint(sink, head);
        sink_bytes(sink, &dict->entries[i], head);
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
        uint8_t *bytes = (uint8_t *)out->ptr + start;
        uint32_t sum = htole32(chunk_sum(bytes, out->len - start, CHUNK_KEY(chunk_id, column)));
        memcpy(bytes, &sum, sizeof sum);
    }
}
