/* SPDX-License-Identifier: MIT */
#include "linkpond/model/click_pack.h"

#include <endian.h>

#include "linkpond/base/hash.h"
#include "varint.h"

#define VERSION       1
#define HEAD_BYTES    5 /* version, sum */
#define IP_BYTES      16
#define PRESENT_BYTES 5
#define FACTS_BYTES   (2 + 6 * VARINT_BYTES + 3 + 1 + IP_BYTES + PRESENT_BYTES)
_Static_assert(FACTS_BYTES + VARINT_BYTES <= CLICK_PACK_SLACK, "the numbers of a row fit behind the end");
_Static_assert(CLICK_COLUMNS <= 8 * PRESENT_BYTES, "a row's values are told by that many bits");
_Static_assert(CLASS_COUNT <= 16 && OUTCOME_COUNT <= 16, "two to a byte");
_Static_assert(VISITOR_BY_COUNT <= 16 && SCENE_COUNT <= 16 && BY_COUNT <= 16, "two to a byte");
_Static_assert(CLICK_PACK_BYTES_MAX <= UINT16_MAX, "the length of a row is two bytes");

/* Distances wrap, so that any two numbers have one. */
static uint64_t zigzag(uint64_t distance)
{
    return distance << 1 ^ (distance >> 63 ? UINT64_MAX : 0);
}

static uint64_t unzigzag(uint64_t value)
{
    return value >> 1 ^ (value & 1 ? UINT64_MAX : 0);
}

static uint32_t checksum(const uint8_t *bytes, size_t len, int64_t first_id)
{
    return (uint32_t)hash_xxh3(bytes + HEAD_BYTES, len - HEAD_BYTES, (uint64_t)first_id);
}

static uint8_t two(unsigned low, unsigned high)
{
    BUG_ON(low > 15 || high > 15);
    return (uint8_t)(low | high << 4);
}

/* ---- writing */

void click_pack_init(struct click_pack *self)
{
    self->first_id = self->last_id = self->last_ms = 0;
    self->rows = 0;
    self->len = HEAD_BYTES;
}

/* Up to the values; room for it is behind every end. */
static uint8_t *put_facts(uint8_t *at, const struct click_pack *pack, const struct click_row *row)
{
    const struct click_facts *facts = &row->facts;

    at = varint_put(at, pack->rows > 0 ? (uint64_t)facts->id - (uint64_t)pack->last_id : 0);
    at = varint_put(at, zigzag((uint64_t)facts->time_ms - (uint64_t)pack->last_ms));
    at = varint_put(at, (uint64_t)facts->link_id);
    *at++ = two(facts->class, facts->outcome);
    at = varint_put(at, facts->signals);
    at = varint_put(at, facts->flags);
    at = varint_put(at, (uint64_t)facts->visitor);
    *at++ = two(facts->visitor_by, facts->scene);
    *at++ = two(facts->source_by, facts->channel_by);
    BUG_ON(row->ip.len > IP_BYTES);
    *at++ = (uint8_t)row->ip.len;
    for (size_t i = 0; i < row->ip.len; i++) {
        *at++ = (uint8_t)row->ip.ptr[i];
    }
    return at;
}

/* The values and which of them are there; NULL when they would go past `end`. */
static uint8_t *put_values(uint8_t *at, const uint8_t *end, const struct click_row *row, uint64_t *out)
{
    uint64_t present = 0;

    for (size_t i = 0; i < CLICK_COLUMNS; i++) {
        const struct click_value *value = &row->values[i];
        if (value->term == 0 && value->text.len == 0) {
            continue;
        }
        size_t len = value->term == 0 ? value->text.len : 0;
        if (len + VARINT_BYTES > (size_t)(end - at)) {
            return NULL;
        }
        BUG_ON(value->term < 0);
        present |= CLICK_BIT(i);
        at = varint_put(at, len > 0 ? (uint64_t)len << 1 | 1 : (uint64_t)value->term << 1);
        if (len > 0) {
            memcpy(at, value->text.ptr, len);
            at += len;
        }
    }
    *out = present;
    return at;
}

bool click_pack_add(struct click_pack *self, const struct click_row *row)
{
    uint8_t *start = self->bytes + self->len;
    uint64_t present = 0;

    BUG_ON(self->rows > 0 && row->facts.id <= self->last_id);
    if (self->rows == CLICK_PACK_ROWS_MAX) {
        return false;
    }
    uint8_t *values = put_facts(start + 2, self, row) + PRESENT_BYTES;
    uint8_t *end = put_values(values, self->bytes + sizeof self->bytes, row, &present);
    bool fits = end && end <= self->bytes + CLICK_PACK_BYTES_MAX;
    BUG_ON(!fits && self->rows == 0);
    if (!fits) {
        return false;
    }
    present = htole64(present);
    memcpy(values - PRESENT_BYTES, &present, PRESENT_BYTES);
    uint16_t length = htole16((uint16_t)(end - start - 2));
    memcpy(start, &length, sizeof length);
    self->first_id = self->rows > 0 ? self->first_id : row->facts.id;
    self->last_id = row->facts.id;
    self->last_ms = row->facts.time_ms;
    self->rows++;
    self->len = (size_t)(end - self->bytes);
    return true;
}

str click_pack_bytes(struct click_pack *self)
{
    uint32_t sum = htole32(checksum(self->bytes, self->len, self->first_id));

    BUG_ON(self->rows == 0);
    self->bytes[0] = VERSION;
    memcpy(self->bytes + 1, &sum, sizeof sum);
    return (str){(const char *)self->bytes, self->len};
}

bool click_pack_resume(struct click_pack *self, str bytes, int64_t first_id)
{
    struct click_pack_reader reader;
    struct click_facts facts;

    click_pack_init(self);
    if (!click_pack_open(&reader, bytes, first_id)) {
        return false;
    }
    while (click_pack_next(&reader, &facts)) {
    }
    if (reader.damaged) {
        return false;
    }
    memcpy(self->bytes, bytes.ptr, bytes.len);
    self->first_id = first_id;
    self->last_id = reader.id;
    self->last_ms = reader.time_ms;
    self->rows = reader.rows;
    self->len = bytes.len;
    return true;
}

/* ---- reading */

bool click_pack_open(struct click_pack_reader *self, str bytes, int64_t first_id)
{
    const uint8_t *start = (const uint8_t *)bytes.ptr;
    uint32_t sum = 0;

    self->rows = 0;
    self->damaged = bytes.len <= HEAD_BYTES || bytes.len > CLICK_PACK_BYTES_MAX || start[0] != VERSION;
    if (!self->damaged) {
        memcpy(&sum, start + 1, sizeof sum);
        self->damaged = le32toh(sum) != checksum(start, bytes.len, first_id);
    }
    if (self->damaged) {
        self->start = self->at = self->end = NULL;
        return false;
    }
    self->start = start;
    self->at = start + HEAD_BYTES;
    self->end = start + bytes.len;
    self->id = first_id;
    self->time_ms = 0;
    return true;
}

static bool damaged(struct click_pack_reader *self)
{
    self->damaged = true;
    self->at = self->end;
    return false;
}

/* Bounds of the row at `at`; false when it is not whole. */
static bool enter_row(struct click_pack_reader *self)
{
    uint16_t length = 0;

    if (self->end - self->at < (ptrdiff_t)sizeof length) {
        return false;
    }
    memcpy(&length, self->at, sizeof length);
    if (le16toh(length) > self->end - self->at - (ptrdiff_t)sizeof length) {
        return false;
    }
    self->row_end = self->at + sizeof length + le16toh(length);
    return true;
}

/* Numbers that we never write would be read past the end of somebody's table. */
static bool is_known(const struct click_facts *facts)
{
    return facts->class < CLASS_COUNT && facts->outcome < OUTCOME_COUNT && facts->visitor_by < VISITOR_BY_COUNT &&
           facts->scene < SCENE_COUNT && facts->source_by < BY_COUNT && facts->channel_by < BY_COUNT;
}

/* The row from behind its length to its values. */
static bool take_facts(struct click_pack_reader *self, struct click_facts *out)
{
    struct varint_cursor row = {self->at + sizeof(uint16_t), self->row_end, false};

    self->id = (int64_t)((uint64_t)self->id + varint_take(&row));
    self->time_ms = (int64_t)((uint64_t)self->time_ms + unzigzag(varint_take(&row)));
    out->id = self->id;
    out->time_ms = self->time_ms;
    out->link_id = (int64_t)varint_take(&row);
    unsigned kind = varint_take_byte(&row);
    out->class = (enum click_class)(kind & 15);
    out->outcome = (enum click_outcome)(kind >> 4);
    out->signals = (unsigned)varint_take(&row);
    out->flags = (unsigned)varint_take(&row);
    out->visitor = (int64_t)varint_take(&row);
    unsigned who = varint_take_byte(&row), by = varint_take_byte(&row);
    out->visitor_by = (enum visitor_by)(who & 15);
    out->scene = (enum click_scene)(who >> 4);
    out->source_by = (enum click_by)(by & 15);
    out->channel_by = (enum click_by)(by >> 4);
    self->ip.len = varint_take_byte(&row);
    self->ip.ptr = (const char *)varint_take_bytes(&row, self->ip.len);
    const uint8_t *present = varint_take_bytes(&row, PRESENT_BYTES);
    if (row.bad || self->ip.len > IP_BYTES || !is_known(out)) {
        return false;
    }
    self->present = 0;
    memcpy(&self->present, present, PRESENT_BYTES);
    self->present = le64toh(self->present);
    self->values = row.at;
    return (self->present & ~CLICK_EVERYTHING) == 0;
}

bool click_pack_next(struct click_pack_reader *self, struct click_facts *out)
{
    int64_t before = self->id;

    if (self->at == self->end) {
        return false;
    }
    if (self->rows == CLICK_PACK_ROWS_MAX || !enter_row(self) || !take_facts(self, out)) {
        return damaged(self);
    }
    if (self->rows > 0 ? out->id <= before : out->id != before) {
        return damaged(self);
    }
    self->rows++;
    self->at = self->row_end;
    return true;
}

bool click_pack_turn(struct click_pack_reader *self)
{
    struct click_facts facts;
    struct click_pack_mark mark = {self->id, self->time_ms, (uint16_t)(self->at - self->start)};

    while (click_pack_next(self, &facts)) {
        self->marks[self->rows - 1] = mark;
        mark = (struct click_pack_mark){self->id, self->time_ms, (uint16_t)(self->at - self->start)};
    }
    return !self->damaged;
}

bool click_pack_previous(struct click_pack_reader *self, struct click_facts *out)
{
    if (self->rows == 0 || self->damaged) {
        return false;
    }
    const struct click_pack_mark *mark = &self->marks[--self->rows];
    self->id = mark->id;
    self->time_ms = mark->time_ms;
    self->at = self->start + mark->at;
    return enter_row(self) && take_facts(self, out); /* it was read before */
}

static struct click_value take_value(struct varint_cursor *row)
{
    uint64_t number = varint_take(row);

    if (!(number & 1)) {
        return (struct click_value){.term = (int64_t)(number >> 1)};
    }
    const char *text = (const char *)varint_take_bytes(row, number >> 1);
    return (struct click_value){.text = {text, text ? (size_t)(number >> 1) : 0}};
}

bool click_pack_values(struct click_pack_reader *self, uint64_t wanted, struct click_value out[CLICK_COLUMNS])
{
    struct varint_cursor row = {self->values, self->row_end, false};

    for (uint64_t none = wanted & ~self->present; none; none &= none - 1) {
        out[__builtin_ctzll(none)] = (struct click_value){0};
    }
    wanted &= self->present;
    for (uint64_t left = self->present; wanted; left &= left - 1) {
        unsigned column = (unsigned)__builtin_ctzll(left);
        struct click_value value = take_value(&row);
        if (wanted & CLICK_BIT(column)) {
            out[column] = value;
            wanted &= ~CLICK_BIT(column);
        }
    }
    return row.bad ? damaged(self) : true;
}

/* Values that fill their row exactly. */
static bool values_are_whole(const struct click_pack_reader *self)
{
    struct varint_cursor row = {self->values, self->row_end, false};

    for (uint64_t left = self->present; left; left &= left - 1) {
        take_value(&row);
    }
    return !row.bad && row.at == row.end;
}

bool click_pack_verify(str bytes, int64_t first_id, int64_t last_id, int64_t rows)
{
    struct click_pack_reader reader;
    struct click_facts facts;
    bool whole = click_pack_open(&reader, bytes, first_id);

    while (whole && click_pack_next(&reader, &facts)) {
        whole = values_are_whole(&reader);
    }
    return whole && !reader.damaged && reader.id == last_id && (int64_t)reader.rows == rows;
}
