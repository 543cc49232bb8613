/* SPDX-License-Identifier: MIT */
#include "chunk_bytes.h"
#include "linkpond/model/chunk.h"

/*
 * A few rows of a chunk, out of blobs that are not read whole: the head says where a row's number or code stands, and
 * of a dictionary only what the rows need is kept. What comes out is a chunk of these rows, so that whoever reads rows
 * need not know. Sums cover whole blobs and are not looked at; everything else is checked as chunk.c does.
 */
struct part {
    struct chunk *chunk;
    enum chunk_column column;
    struct chunk_source *source;
    size_t all_rows, from;
    struct chunk_head head;
};

static enum err read_part(const struct part *self, size_t offset, size_t len, struct varint_cursor *out)
{
    str bytes = {0};

    if (offset > self->source->len || len > self->source->len - offset) {
        return ERR_CORRUPT;
    }
    enum err err = self->source->read(self->source, offset, len, &bytes);
    *out = (struct varint_cursor){(const uint8_t *)bytes.ptr, (const uint8_t *)bytes.ptr + bytes.len, false};
    return err;
}

static enum err read_head(struct part *self)
{
    struct varint_cursor at;
    enum err err = read_part(self, 0, sizeof self->head, &at);

    if (err != OK) {
        return err;
    }
    memcpy(&self->head, at.at, sizeof self->head);
    self->head.rows = le32toh(self->head.rows);
    self->head.count = le32toh(self->head.count);
    bool good = self->head.version == CHUNK_VERSION && self->head.zero == 0 && self->head.rows == self->all_rows &&
                self->head.count <= CHUNK_ROWS_MAX && self->from + self->chunk->rows <= self->all_rows;
    return good ? OK : ERR_CORRUPT;
}

static enum err open_numbers(const struct part *self, struct chunk_numbers *out)
{
    const size_t width = self->head.width, rows = self->chunk->rows, first = CHUNK_HEAD + sizeof out->base;
    struct varint_cursor base, at;
    uint8_t *offsets = ARENA_ARRAY(self->chunk->arena, uint8_t, rows * width + CHUNK_PADDING);

    if (self->head.encoding != CHUNK_OFFSETS || width > sizeof out->base || self->head.count != 0 ||
        self->source->len != first + self->all_rows * width + CHUNK_PADDING) {
        return ERR_CORRUPT;
    }
    enum err err = offsets ? read_part(self, CHUNK_HEAD, sizeof out->base, &base) : ERR_NOMEM;
    if (err != OK) {
        return err;
    }
    memcpy(&out->base, base.at, sizeof out->base);
    out->base = (int64_t)le64toh((uint64_t)out->base);
    err = read_part(self, first + self->from * width, rows * width, &at);
    if (err == OK && width > 0) {
        memcpy(offsets, at.at, rows * width);
    }
    out->width = (unsigned)width;
    out->mask = width < sizeof out->base ? (UINT64_C(1) << 8 * width) - 1 : UINT64_MAX;
    out->offsets = offsets;
    return err;
}

/* Entry i is row i's. */
static enum err make_entries(const struct part *self, struct chunk_codes *out, struct click_value **entries)
{
    size_t rows = self->chunk->rows;
    uint8_t *codes = ARENA_ARRAY(self->chunk->arena, uint8_t, rows);

    *entries = ARENA_ARRAY(self->chunk->arena, struct click_value, rows);
    if (!codes || !*entries) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < rows; i++) {
        codes[i] = (uint8_t)i;
    }
    *out =
        (struct chunk_codes){.encoding = CHUNK_CODES, .width = 1, .codes8 = codes, .count = rows, .entries = *entries};
    return OK;
}

/* ---- codes */

static enum err read_codes(const struct part *self, uint16_t codes[CHUNK_SOME_ROWS], size_t *most)
{
    const size_t width = self->head.width;
    struct varint_cursor at;
    size_t start = self->source->len - self->all_rows * width + self->from * width;
    enum err err = read_part(self, start, self->chunk->rows * width, &at);

    *most = 0;
    for (size_t i = 0; err == OK && i < self->chunk->rows; i++) {
        codes[i] = 0;
        for (size_t b = 0; b < width; b++) {
            codes[i] = (uint16_t)(codes[i] | at.at[i * width + b] << 8 * b);
        }
        *most = codes[i] > *most ? codes[i] : *most;
    }
    return err != OK ? err : *most < self->head.count ? OK : ERR_CORRUPT;
}

/* Entries up to the last that a row needs; those of the rows are kept. */
static enum err take_entries(const struct part *self, struct varint_cursor at, const uint16_t codes[CHUNK_SOME_ROWS],
                             size_t most, struct click_value *entries)
{
    struct chunk_values values;
    struct click_value value;
    bool lent = false;
    enum err err = OK;

    chunk_values_init(&values, at);
    for (size_t entry = 0; err == OK && entry <= most; entry++) {
        err = chunk_take_value(self->column, &values, &value, &lent);
        for (size_t i = 0; err == OK && i < self->chunk->rows; i++) {
            if (codes[i] == entry) {
                entries[i] = value;
                err = chunk_keep_text(self->chunk->arena, &entries[i]);
            }
        }
    }
    return err;
}

static enum err open_codes(const struct part *self, struct chunk_codes *out)
{
    const size_t width = self->head.width;
    uint16_t codes[CHUNK_SOME_ROWS];
    struct click_value *entries = NULL;
    struct varint_cursor at;
    size_t most = 0;

    if (width > 2 || self->source->len < CHUNK_HEAD + self->all_rows * width) {
        return ERR_CORRUPT;
    }
    enum err err = make_entries(self, out, &entries);
    err = err == OK ? read_codes(self, codes, &most) : err;
    err = err == OK ? read_part(self, CHUNK_HEAD, self->source->len - CHUNK_HEAD - self->all_rows * width, &at) : err;
    return err == OK ? take_entries(self, at, codes, most, entries) : err;
}

/* ---- plain values */

static enum err open_same_heads(const struct part *self, struct click_value *entries)
{
    char hex[CHUNK_HEX_MAX];
    struct varint_cursor at;
    size_t left = self->source->len - CHUNK_HEAD;
    enum err err = read_part(self, CHUNK_HEAD, left < VARINT_BYTES ? left : VARINT_BYTES, &at);

    if (err != OK) {
        return err;
    }
    const uint8_t *start = at.at;
    uint64_t head = varint_take(&at), len = chunk_value_bytes(head);
    size_t first = CHUNK_HEAD + (size_t)(at.at - start);
    if (at.bad || !chunk_is_lone_head(head) || len > left || len * self->all_rows != self->source->len - first) {
        return ERR_CORRUPT;
    }
    err = read_part(self, first + self->from * len, self->chunk->rows * len, &at);
    for (size_t i = 0; err == OK && i < self->chunk->rows; i++) {
        entries[i] = chunk_lone_value(head, at.at + i * len, hex);
        err = chunk_keep_text(self->chunk->arena, &entries[i]);
    }
    return err;
}

static enum err open_each(const struct part *self, struct click_value *entries)
{
    struct chunk_values values;
    struct click_value value;
    struct varint_cursor at;
    bool lent = false;
    enum err err = read_part(self, CHUNK_HEAD, self->source->len - CHUNK_HEAD, &at);

    if (err != OK) {
        return err;
    }
    chunk_values_init(&values, at);
    for (size_t row = 0; err == OK && row < self->from + self->chunk->rows; row++) {
        err = chunk_take_value(self->column, &values, &value, &lent);
        if (err == OK && row >= self->from) {
            entries[row - self->from] = value;
            err = chunk_keep_text(self->chunk->arena, &entries[row - self->from]);
        }
    }
    return err;
}

static enum err open_plain(const struct part *self, struct chunk_codes *out)
{
    struct click_value *entries = NULL;

    if (self->head.width != 0 || self->head.count > 1 || self->column < CHUNK_IP) {
        return ERR_CORRUPT;
    }
    enum err err = make_entries(self, out, &entries);
    if (err != OK) {
        return err;
    }
    return self->head.count == 1 ? open_same_heads(self, entries) : open_each(self, entries);
}

enum err chunk_open_some(struct chunk *self, enum chunk_column column, struct chunk_source *source, size_t all_rows,
                         size_t from)
{
    struct part part = {.chunk = self, .column = column, .source = source, .all_rows = all_rows, .from = from};

    BUG_ON(column == CHUNK_LINK || self->rows == 0 || self->rows > CHUNK_SOME_ROWS);
    enum err err = all_rows > 0 && all_rows <= CHUNK_ROWS_MAX ? read_head(&part) : ERR_CORRUPT;
    if (err != OK) {
        return err;
    }
    err = ERR_CORRUPT;
    if (column < CHUNK_CLASS) {
        err = open_numbers(&part, &self->numbers[column]);
    } else if (part.head.encoding == CHUNK_CODES) {
        err = open_codes(&part, &self->codes[column]);
    } else if (part.head.encoding == CHUNK_PLAIN) {
        err = open_plain(&part, &self->codes[column]);
    }
    self->columns |= err == OK ? CHUNK_BIT(column) : 0;
    return err;
}

/* ---- whose rows */

enum err chunk_find_link(struct chunk_source *source, size_t all_rows, int64_t link_id, size_t *from, size_t *to)
{
    struct chunk none = {.rows = 0};
    struct part part = {.chunk = &none, .column = CHUNK_LINK, .source = source, .all_rows = all_rows};
    struct varint_cursor at;
    uint64_t id = 0;
    size_t row = 0;
    enum err err = read_head(&part);

    *from = *to = 0;
    if (err == OK && (part.head.encoding != CHUNK_RUNS || part.head.width != 0)) {
        err = ERR_CORRUPT;
    }
    err = err == OK ? read_part(&part, CHUNK_HEAD, source->len - CHUNK_HEAD, &at) : err;
    for (size_t i = 0; err == OK && i < part.head.count; i++) {
        id += varint_take(&at);
        uint64_t rows = varint_take(&at);
        if (at.bad || rows == 0 || rows > all_rows - row) {
            return ERR_CORRUPT;
        }
        if ((int64_t)id >= link_id) {
            *from = row;
            *to = (int64_t)id == link_id ? row + (size_t)rows : row;
            return OK;
        }
        row += (size_t)rows;
    }
    return err;
}

enum err chunk_set_link(struct chunk *self, int64_t link_id)
{
    int64_t *ids = ARENA_ARRAY(self->arena, int64_t, 1);
    uint32_t *firsts = ARENA_ARRAY(self->arena, uint32_t, 2);

    if (!ids || !firsts) {
        return ERR_NOMEM;
    }
    ids[0] = link_id;
    firsts[1] = (uint32_t)self->rows;
    self->links = (struct chunk_links){1, ids, firsts};
    self->columns |= CHUNK_BIT(CHUNK_LINK);
    return OK;
}
