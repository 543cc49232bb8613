/* SPDX-License-Identifier: MIT */
#include "linkpond/model/chunk.h"

#include "chunk_bytes.h"

/* What a plain number stays under, so that nobody reads past the end of a table. */
static const uint64_t limits[CHUNK_IP] = {
    [CHUNK_CLASS] = CLASS_COUNT,       [CHUNK_OUTCOME] = OUTCOME_COUNT,       [CHUNK_SIGNALS] = UINT64_C(1) << 32,
    [CHUNK_FLAGS] = UINT64_C(1) << 32, [CHUNK_VISITOR_BY] = VISITOR_BY_COUNT, [CHUNK_SOURCE_BY] = BY_COUNT,
    [CHUNK_CHANNEL_BY] = BY_COUNT,     [CHUNK_SCENE] = SCENE_COUNT,
};

/* What is left of a blob behind its head. */
struct body {
    struct chunk_head head;
    struct varint_cursor at;
};

void chunk_init(struct chunk *self, int64_t id, size_t rows, struct arena *arena)
{
    self->id = id;
    self->rows = rows;
    self->columns = 0;
    self->arena = arena;
}

/* ---- opening */

static bool enter(const struct chunk *self, enum chunk_column column, str bytes, struct body *out)
{
    const uint8_t *start = (const uint8_t *)bytes.ptr;

    if (bytes.len < CHUNK_HEAD || bytes.len > CHUNK_COLUMN_BYTES_MAX) {
        return false;
    }
    memcpy(&out->head, start, sizeof out->head);
    out->head.sum = le32toh(out->head.sum);
    out->head.rows = le32toh(out->head.rows);
    out->head.count = le32toh(out->head.count);
    out->at = (struct varint_cursor){start + CHUNK_HEAD, start + bytes.len, false};
    return out->head.version == CHUNK_VERSION && out->head.zero == 0 && out->head.rows == self->rows &&
           self->rows > 0 && self->rows <= CHUNK_ROWS_MAX && out->head.count <= CHUNK_ROWS_MAX &&
           out->head.sum == chunk_sum(start, bytes.len, CHUNK_KEY(self->id, column));
}

static bool is_at_end(const struct varint_cursor *at)
{
    return !at->bad && at->at == at->end;
}

static enum err open_links(struct chunk *self, struct body *body)
{
    size_t count = body->head.count, row = 0;
    uint64_t id = 0;

    if (body->head.encoding != CHUNK_RUNS || body->head.width != 0 || count == 0 || count > self->rows) {
        return ERR_CORRUPT;
    }
    int64_t *ids = ARENA_ARRAY(self->arena, int64_t, count);
    uint32_t *firsts = ARENA_ARRAY(self->arena, uint32_t, count + 1);
    if (!ids || !firsts) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        id += varint_take(&body->at);
        uint64_t rows = varint_take(&body->at);
        ids[i] = (int64_t)id;
        firsts[i] = (uint32_t)row;
        if (body->at.bad || rows == 0 || rows > self->rows - row || (i > 0 && ids[i] <= ids[i - 1])) {
            return ERR_CORRUPT;
        }
        row += (size_t)rows;
    }
    firsts[count] = (uint32_t)row;
    self->links = (struct chunk_links){count, ids, firsts};
    return row == self->rows && is_at_end(&body->at) ? OK : ERR_CORRUPT;
}

static enum err open_numbers(struct chunk *self, struct body *body, struct chunk_numbers *out)
{
    unsigned width = body->head.width;
    int64_t base = 0;

    if (body->head.encoding != CHUNK_OFFSETS || width > sizeof base || body->head.count != 0 ||
        (size_t)(body->at.end - body->at.at) != sizeof base + self->rows * width + CHUNK_PADDING) {
        return ERR_CORRUPT;
    }
    memcpy(&base, body->at.at, sizeof base);
    *out = (struct chunk_numbers){
        .base = (int64_t)le64toh((uint64_t)base),
        .width = width,
        .mask = width < sizeof base ? (UINT64_C(1) << 8 * width) - 1 : UINT64_MAX,
        .offsets = body->at.at + sizeof base,
    };
    return OK;
}

enum err chunk_take_value(enum chunk_column column, struct chunk_values *values, struct click_value *out, bool *lent)
{
    uint64_t limit = column < CHUNK_IP ? limits[column] : UINT64_MAX;
    enum err err = chunk_values_next(values, out, lent);

    return err == OK && (column >= CHUNK_IP || !out->text.ptr) && (uint64_t)out->term < limit ? OK : ERR_CORRUPT;
}

/* Values one behind the other, to the end of the blob. */
static enum err take_values(const struct chunk *self, enum chunk_column column, struct varint_cursor at, size_t count,
                            struct click_value *out)
{
    struct chunk_values values;
    bool lent = false;
    enum err err = OK;

    chunk_values_init(&values, at);
    for (size_t i = 0; err == OK && i < count; i++) {
        err = chunk_take_value(column, &values, &out[i], &lent);
        err = err == OK && lent ? chunk_keep_text(self->arena, &out[i]) : err;
    }
    return err != OK || is_at_end(&values.at) ? err : ERR_CORRUPT;
}

/* Blocks of a fixed size, which compilers turn into a few vector instructions each. */
#define BLOCK 64

static bool codes8_are_below(const uint8_t *codes, size_t rows, size_t count)
{
    uint8_t most[BLOCK] = {0};
    size_t row = 0;

    for (; row + BLOCK <= rows; row += BLOCK) {
        for (size_t i = 0; i < BLOCK; i++) {
            most[i] = codes[row + i] > most[i] ? codes[row + i] : most[i];
        }
    }
    for (; row < rows; row++) {
        most[0] = codes[row] > most[0] ? codes[row] : most[0];
    }
    for (size_t i = 1; i < BLOCK; i++) {
        most[0] = most[i] > most[0] ? most[i] : most[0];
    }
    return most[0] < count;
}

static bool codes16_are_below(const uint16_t *codes, size_t rows, size_t count)
{
    uint16_t most[BLOCK] = {0};
    size_t row = 0;

    for (; row + BLOCK <= rows; row += BLOCK) {
        for (size_t i = 0; i < BLOCK; i++) {
            most[i] = codes[row + i] > most[i] ? codes[row + i] : most[i];
        }
    }
    for (; row < rows; row++) {
        most[0] = codes[row] > most[0] ? codes[row] : most[0];
    }
    for (size_t i = 1; i < BLOCK; i++) {
        most[0] = most[i] > most[0] ? most[i] : most[0];
    }
    return most[0] < count;
}

/* Two bytes each, as this machine reads them. */
static const uint16_t *codes16(struct chunk *self, const uint8_t *bytes)
{
    bool in_place = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ && (uintptr_t)bytes % _Alignof(uint16_t) == 0;

    if (in_place) {
        return (const uint16_t *)(const void *)bytes;
    }
    uint16_t *codes = ARENA_ARRAY(self->arena, uint16_t, self->rows);
    for (size_t i = 0; codes && i < self->rows; i++) {
        memcpy(&codes[i], bytes + i * sizeof *codes, sizeof *codes);
        codes[i] = le16toh(codes[i]);
    }
    return codes;
}

static enum err open_codes(struct chunk *self, enum chunk_column column, struct body *body, struct chunk_codes *out)
{
    unsigned width = body->head.width;
    size_t count = body->head.count;
    size_t left = (size_t)(body->at.end - body->at.at), codes_len = self->rows * width;

    if (width > 2 || codes_len > left || count == 0 || count > left - codes_len) {
        return ERR_CORRUPT;
    }
    const uint8_t *bytes = body->at.end - codes_len;
    body->at.end = bytes;
    struct click_value *entries = ARENA_ARRAY(self->arena, struct click_value, count);
    const uint16_t *wide = width == 2 ? codes16(self, bytes) : NULL;
    if (!entries || (width == 2 && !wide)) {
        return ERR_NOMEM;
    }
    *out = (struct chunk_codes){
        .encoding = CHUNK_CODES,
        .width = width,
        .codes8 = width == 1 ? bytes : NULL,
        .codes16 = wide,
        .count = count,
        .entries = entries,
    };
    bool below = width == 1 ? codes8_are_below(bytes, self->rows, count)
                            : width == 0 || codes16_are_below(wide, self->rows, count);
    return below ? take_values(self, column, body->at, count, entries) : ERR_CORRUPT;
}

static enum err open_plain(struct chunk *self, enum chunk_column column, struct body *body, struct chunk_codes *out)
{
    bool same_head = body->head.count == 1;

    if (body->head.width != 0 || body->head.count > 1) {
        return ERR_CORRUPT;
    }
    *out = (struct chunk_codes){.encoding = CHUNK_PLAIN, .head = same_head ? varint_take(&body->at) : 0};
    if (same_head) {
        uint64_t len = chunk_value_bytes(out->head), left = (uint64_t)(body->at.end - body->at.at);
        out->plain = body->at.at;
        return !body->at.bad && chunk_is_lone_head(out->head) && len <= left && len * self->rows == left ? OK
                                                                                                         : ERR_CORRUPT;
    }
    struct click_value *values = ARENA_ARRAY(self->arena, struct click_value, self->rows);
    out->values = values;
    return values ? take_values(self, column, body->at, self->rows, values) : ERR_NOMEM;
}

enum err chunk_open(struct chunk *self, enum chunk_column column, str bytes)
{
    struct body body;
    enum err err = ERR_CORRUPT;

    if (!enter(self, column, bytes, &body)) {
        return ERR_CORRUPT;
    }
    if (column == CHUNK_LINK) {
        err = open_links(self, &body);
    } else if (column < CHUNK_CLASS) {
        err = open_numbers(self, &body, &self->numbers[column]);
    } else if (body.head.encoding == CHUNK_CODES) {
        err = open_codes(self, column, &body, &self->codes[column]);
    } else if (body.head.encoding == CHUNK_PLAIN && column >= CHUNK_IP) {
        err = open_plain(self, column, &body, &self->codes[column]);
    }
    self->columns |= err == OK ? CHUNK_BIT(column) : 0;
    return err;
}

void chunk_open_nothing(struct chunk *self, enum chunk_column column)
{
    static const struct click_value nothing[1];

    BUG_ON(column < CHUNK_VALUE);
    self->codes[column] = (struct chunk_codes){.encoding = CHUNK_CODES, .count = 1, .entries = nothing};
    self->columns |= CHUNK_BIT(column);
}

/* ---- reading */

size_t chunk_links_find(const struct chunk_links *self, int64_t link_id)
{
    size_t from = 0, to = self->count;

    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (self->ids[middle] < link_id) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return from < self->count && self->ids[from] == link_id ? from : self->count;
}

size_t chunk_links_of_row(const struct chunk_links *self, size_t row)
{
    size_t from = 0, to = self->count;

    while (to - from > 1) {
        size_t middle = from + (to - from) / 2;
        if (self->firsts[middle] <= row) {
            from = middle;
        } else {
            to = middle;
        }
    }
    return from;
}

void chunk_numbers_read(const struct chunk_numbers *self, size_t from, size_t count, int64_t *out)
{
    for (size_t i = 0; i < count; i++) {
        out[i] = chunk_number(self, from + i);
    }
}

static struct click_value plain_value(const struct chunk_codes *self, size_t row, char *hex)
{
    return self->values ? self->values[row]
                        : chunk_lone_value(self->head, self->plain + row * chunk_value_bytes(self->head), hex);
}

struct click_value chunk_column_value(const struct chunk *self, enum chunk_column column, size_t row,
                                      char hex[CHUNK_HEX_MAX])
{
    const struct chunk_codes *codes = &self->codes[column];

    BUG_ON(!(self->columns & CHUNK_BIT(column)) || column < CHUNK_CLASS || row >= self->rows);
    return codes->encoding == CHUNK_PLAIN ? plain_value(codes, row, hex) : codes->entries[chunk_code(codes, row)];
}

/* Does the value's first byte agree? It seldom does. */
static bool starts_with(const uint8_t *value, bool in_hex, str text)
{
    static const char digits[] = "0123456789abcdef";

    return in_hex ? digits[value[0] >> 4] == text.ptr[0] && digits[value[0] & 15] == text.ptr[1]
                  : value[0] == (uint8_t)text.ptr[0];
}

static bool is_text(const struct chunk_codes *codes, size_t row, str text)
{
    char hex[CHUNK_HEX_MAX];

    return str_eq(plain_value(codes, row, hex).text, text);
}

/* Among texts of one length, all in hex or none. */
static size_t find_alike(const struct chunk_codes *codes, str text, size_t from, size_t to)
{
    bool in_hex = (codes->head & 3) == CHUNK_HEX;
    size_t row = from, len = (size_t)chunk_value_bytes(codes->head);

    if (text.len != (in_hex ? 2 * len : len)) {
        return to;
    }
    while (row < to && (!starts_with(codes->plain + row * len, in_hex, text) || !is_text(codes, row, text))) {
        row++;
    }
    return row;
}

static size_t find_in_plain(const struct chunk_codes *codes, str text, size_t from, size_t to)
{
    size_t row = from;

    if (!codes->values && (codes->head & 3) != CHUNK_TERM && text.len > 0) {
        return find_alike(codes, text, from, to);
    }
    while (row < to && !is_text(codes, row, text)) {
        row++;
    }
    return row;
}

size_t chunk_column_find(const struct chunk *self, enum chunk_column column, str text, size_t from, size_t to)
{
    const struct chunk_codes *codes = &self->codes[column];
    size_t row = from;

    BUG_ON(!(self->columns & CHUNK_BIT(column)) || column < CHUNK_IP || to > self->rows);
    if (codes->encoding == CHUNK_PLAIN) {
        return find_in_plain(codes, text, from, to);
    }
    for (size_t code = 0; code < codes->count; code++) {
        if (codes->entries[code].term != 0 || !str_eq(codes->entries[code].text, text)) {
            continue;
        }
        while (row < to && chunk_code(codes, row) != code) {
            row++;
        }
        return row;
    }
    return to;
}

int64_t chunk_column_number(const struct chunk *self, enum chunk_column column, size_t row)
{
    const struct chunk_codes *codes = &self->codes[column];

    BUG_ON(!(self->columns & CHUNK_BIT(column)) || column >= CHUNK_IP || row >= self->rows);
    if (column == CHUNK_LINK) {
        return self->links.ids[chunk_links_of_row(&self->links, row)];
    }
    return column < CHUNK_CLASS ? chunk_number(&self->numbers[column], row)
                                : codes->entries[chunk_code(codes, row)].term;
}

void chunk_facts(const struct chunk *self, size_t row, struct click_facts *out)
{
    BUG_ON((self->columns & CHUNK_FACTS) != CHUNK_FACTS || row >= self->rows);
    *out = (struct click_facts){
        .id = chunk_column_number(self, CHUNK_ID, row),
        .time_ms = chunk_column_number(self, CHUNK_TIME, row),
        .link_id = chunk_column_number(self, CHUNK_LINK, row),
        .class = (enum click_class)chunk_column_number(self, CHUNK_CLASS, row),
        .outcome = (enum click_outcome)chunk_column_number(self, CHUNK_OUTCOME, row),
        .signals = (unsigned)chunk_column_number(self, CHUNK_SIGNALS, row),
        .flags = (unsigned)chunk_column_number(self, CHUNK_FLAGS, row),
        .visitor = chunk_column_number(self, CHUNK_VISITOR, row),
        .visitor_by = (enum visitor_by)chunk_column_number(self, CHUNK_VISITOR_BY, row),
        .source_by = (enum click_by)chunk_column_number(self, CHUNK_SOURCE_BY, row),
        .channel_by = (enum click_by)chunk_column_number(self, CHUNK_CHANNEL_BY, row),
        .scene = (enum click_scene)chunk_column_number(self, CHUNK_SCENE, row),
    };
}
