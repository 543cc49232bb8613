/* SPDX-License-Identifier: MIT */
#include "linkpond/model/sums.h"

#include "linkpond/base/clock.h"
#include "sums_bytes.h"

/*
 * The bytes of a day: for each quarter with anything in it, in order
 *
 *   varint gap      quarters skipped since the one before
 *   varint entries  how many follow, at least 1
 *   entries x { varint key step, varint count }
 *
 * Key 0 is the scans; a cell's key is 1 + class * 16 + outcome, so rows added to either table later do not move the
 * keys of stored days. Steps: the first key as it is, later ones as the distance to the key before, minus one. A quiet
 * link's quarter takes four or five bytes. Varints are LEB128, little end first.
 */

static uint32_t add_saturating(uint32_t a, uint32_t b)
{
    return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

static uint32_t add_clamped(uint32_t value, int delta)
{
    int64_t sum = (int64_t)value + delta;

    return sum < 0 ? 0 : sum > UINT32_MAX ? UINT32_MAX : (uint32_t)sum;
}

void sums_add(struct sums_day *self, int64_t time_ms, enum click_class class, enum click_outcome outcome, bool qr,
              int delta)
{
    BUG_ON((unsigned)class >= CLASS_COUNT || (unsigned)outcome >= OUTCOME_COUNT);
    int64_t in_day = time_ms % MS_PER_DAY;
    if (in_day < 0) {
        in_day += MS_PER_DAY;
    }
    struct sums_quarter *quarter = &self->quarters[in_day / MS_PER_QUARTER];
    uint32_t *cell = &quarter->cells[(size_t) class * OUTCOME_COUNT + (size_t)outcome];
    *cell = add_clamped(*cell, delta);
    if (qr && click_counts(class, outcome)) {
        quarter->scans = add_clamped(quarter->scans, delta);
    }
}

void sums_merge(struct sums_day *into, const struct sums_day *from)
{
    for (size_t q = 0; q < QUARTERS_PER_DAY; q++) {
        for (size_t i = 0; i < SUMS_CELLS; i++) {
            into->quarters[q].cells[i] = add_saturating(into->quarters[q].cells[i], from->quarters[q].cells[i]);
        }
        into->quarters[q].scans = add_saturating(into->quarters[q].scans, from->quarters[q].scans);
    }
}

void sums_add_varint(struct buf *out, uint32_t value)
{
    while (value >= 0x80) {
        buf_add_char(out, (char)(value | 0x80));
        value >>= 7;
    }
    buf_add_char(out, (char)value);
}

static void add_entry(struct buf *out, unsigned key, uint32_t count, unsigned *next_key)
{
    sums_add_varint(out, key - *next_key);
    sums_add_varint(out, count);
    *next_key = key + 1;
}

static unsigned quarter_entries(const struct sums_quarter *quarter)
{
    unsigned entries = quarter->scans > 0;

    for (size_t i = 0; i < SUMS_CELLS; i++) {
        entries += quarter->cells[i] > 0;
    }
    return entries;
}

static void encode_quarter(const struct sums_quarter *quarter, struct buf *out)
{
    unsigned next_key = 0;

    if (quarter->scans > 0) {
        add_entry(out, 0, quarter->scans, &next_key);
    }
    for (size_t i = 0; i < SUMS_CELLS; i++) {
        if (quarter->cells[i] > 0) {
            add_entry(out, sums_key_of(i / OUTCOME_COUNT, i % OUTCOME_COUNT), quarter->cells[i], &next_key);
        }
    }
}

void sums_encode(const struct sums_day *self, struct buf *out)
{
    unsigned next_quarter = 0;

    for (unsigned q = 0; q < QUARTERS_PER_DAY; q++) {
        unsigned entries = quarter_entries(&self->quarters[q]);
        if (entries > 0) {
            sums_add_varint(out, q - next_quarter);
            sums_add_varint(out, entries);
            encode_quarter(&self->quarters[q], out);
            next_quarter = q + 1;
        }
    }
}

bool sums_take_varint(str *rest, uint32_t *out)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < 5 && i < rest->len; i++) {
        unsigned char byte = (unsigned char)rest->ptr[i];
        value |= (uint64_t)(byte & 0x7F) << (7 * i);
        if (byte < 0x80) {
            *rest = str_from(*rest, i + 1);
            *out = (uint32_t)value;
            return value <= UINT32_MAX;
        }
    }
    return false;
}

/* Where a key's count lives, or NULL for a key that stands for nothing. */
static uint32_t *slot_of(struct sums_quarter *quarter, uint64_t key)
{
    if (key == 0) {
        return &quarter->scans;
    }
    uint64_t class = (key - 1) / KEY_CLASS_STRIDE, outcome = (key - 1) % KEY_CLASS_STRIDE;
    if (class >= CLASS_COUNT || outcome >= OUTCOME_COUNT) {
        return NULL;
    }
    return &quarter->cells[class * OUTCOME_COUNT + outcome];
}

static bool decode_quarter(str *rest, uint32_t entries, struct sums_quarter *quarter)
{
    uint64_t next_key = 0;

    for (uint32_t i = 0; i < entries; i++) {
        uint32_t step = 0, count = 0;
        if (!sums_take_varint(rest, &step) || !sums_take_varint(rest, &count) || count == 0) {
            return false;
        }
        uint32_t *slot = slot_of(quarter, next_key + step);
        if (!slot) {
            return false;
        }
        *slot = add_saturating(*slot, count);
        next_key += (uint64_t)step + 1;
    }
    return entries > 0;
}

bool sums_decode(str bytes, struct sums_day *into)
{
    uint64_t quarter = 0;

    while (bytes.len > 0) {
        uint32_t gap = 0, entries = 0;
        if (!sums_take_varint(&bytes, &gap) || !sums_take_varint(&bytes, &entries)) {
            return false;
        }
        quarter += gap;
        if (quarter >= QUARTERS_PER_DAY || !decode_quarter(&bytes, entries, &into->quarters[quarter])) {
            return false;
        }
        quarter++;
    }
    return true;
}

uint64_t sums_quarter_clicks(const struct sums_quarter *self)
{
    uint64_t clicks = 0;

    for (size_t i = 0; i < SUMS_CELLS; i++) {
        if (click_counts((enum click_class)(i / OUTCOME_COUNT), (enum click_outcome)(i % OUTCOME_COUNT))) {
            clicks += self->cells[i];
        }
    }
    return clicks;
}
