/* SPDX-License-Identifier: MIT */
#include "linkpond/model/sums.h"
#include "sums_bytes.h"

/* A day's bytes as an ordered list of cells; the format stands in sums.c. */

uint32_t sums_key(enum click_class class, enum click_outcome outcome)
{
    return sums_key_of((size_t) class, (size_t)outcome);
}

bool sums_key_split(uint32_t key, enum click_class *class, enum click_outcome *outcome)
{
    if (key == SUMS_KEY_SCANS || (key - 1) / KEY_CLASS_STRIDE >= CLASS_COUNT ||
        (key - 1) % KEY_CLASS_STRIDE >= OUTCOME_COUNT) {
        return false;
    }
    *class = (enum click_class)((key - 1) / KEY_CLASS_STRIDE);
    *outcome = (enum click_outcome)((key - 1) % KEY_CLASS_STRIDE);
    return true;
}

static bool unpack_quarter(str *rest, uint32_t quarter, uint32_t entries, struct sums_cell *cells, size_t *count)
{
    uint64_t next_key = 0;

    for (uint32_t i = 0; i < entries; i++) {
        uint32_t step = 0, value = 0;
        enum click_class class;
        enum click_outcome outcome;
        if (!sums_take_varint(rest, &step) || !sums_take_varint(rest, &value) || value == 0) {
            return false;
        }
        uint64_t key = next_key + step;
        if (key != SUMS_KEY_SCANS && (key > UINT16_MAX || !sums_key_split((uint32_t)key, &class, &outcome))) {
            return false;
        }
        cells[(*count)++] = (struct sums_cell){quarter, (uint32_t)key, value};
        next_key = key + 1;
    }
    return entries > 0;
}

bool sums_unpack(str bytes, struct sums_cell *cells, size_t *count)
{
    uint64_t quarter = 0;

    *count = 0;
    while (bytes.len > 0) {
        uint32_t gap = 0, entries = 0;
        if (!sums_take_varint(&bytes, &gap) || !sums_take_varint(&bytes, &entries)) {
            return false;
        }
        quarter += gap;
        if (quarter >= QUARTERS_PER_DAY || !unpack_quarter(&bytes, (uint32_t)quarter, entries, cells, count)) {
            return false;
        }
        quarter++;
    }
    return true;
}

void sums_pack(const struct sums_cell *cells, size_t count, struct buf *out)
{
    uint32_t next_quarter = 0;

    for (size_t from = 0, to = 0; from < count; from = to) {
        uint32_t entries = 0, next_key = 0;
        for (to = from; to < count && cells[to].quarter == cells[from].quarter; to++) {
            entries += cells[to].count > 0;
        }
        if (entries == 0) {
            continue;
        }
        sums_add_varint(out, cells[from].quarter - next_quarter);
        sums_add_varint(out, entries);
        next_quarter = cells[from].quarter + 1;
        for (size_t i = from; i < to; i++) {
            if (cells[i].count > 0) {
                sums_add_varint(out, cells[i].key - next_key);
                sums_add_varint(out, cells[i].count > UINT32_MAX ? UINT32_MAX : (uint32_t)cells[i].count);
                next_key = cells[i].key + 1;
            }
        }
    }
}

static int order(const struct sums_cell *a, const struct sums_cell *b)
{
    if (a->quarter != b->quarter) {
        return a->quarter < b->quarter ? -1 : 1;
    }
    return (a->key > b->key) - (a->key < b->key);
}

size_t sums_cells_add(const struct sums_cell *a, size_t a_count, const struct sums_cell *b, size_t b_count,
                      struct sums_cell *out)
{
    size_t i = 0, j = 0, count = 0;

    while (i < a_count || j < b_count) {
        int which = i == a_count ? 1 : j == b_count ? -1 : order(&a[i], &b[j]);
        if (which < 0) {
            out[count++] = a[i++];
        } else if (which > 0) {
            out[count++] = b[j++];
        } else {
            out[count] = a[i++];
            out[count++].count += b[j++].count;
        }
    }
    return count;
}
