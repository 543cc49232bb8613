/* SPDX-License-Identifier: MIT */
/*
 * Rows are taken apart as they come: numbers into arrays, everything else into a dictionary and a code for each row.
 * Most values are those of the row before, which is seen without a look-up. A column whose first thousand values are
 * all different, as request ids are, is not looked up any more: its dictionary becomes a plain list. Only the order is
 * sorted at the end, and dictionaries of texts are numbered in it; a column's blob is its array read in that order.
 * Keeping whole rows and encoding them column by column was rejected: every column would walk through all of their
 * texts.
 */
#include <stdlib.h>

#include "chunk_build.h"
#include "chunk_bytes.h"
#include "linkpond/base/order.h"

#define TERM_MAX  (INT64_MAX >> CHUNK_KIND_BITS)
#define LOOKED_AT 1024 /* rows that tell whether a column's values come again */

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
    self->spare = malloc(rows_max * sizeof *self->spare);
    whole = self->order && self->spare;
    for (size_t i = 0; i < CHUNK_NUMBERS; i++) {
        self->numbers[i] = malloc(rows_max * sizeof *self->numbers[i]);
        whole = whole && self->numbers[i];
    }
    for (size_t i = 0; i < CHUNK_DICTS; i++) {
        self->codes[i] = malloc(rows_max * sizeof *self->codes[i]);
        whole = whole && self->codes[i];
        self->last_terms[i] = CHUNK_NO_TERM;
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
    for (size_t i = 0; i < CHUNK_DICTS; i++) {
        chunk_dict_done(&self->dicts[i]);
        free(self->codes[i]);
    }
    for (size_t i = 0; i < CHUNK_NUMBERS; i++) {
        free(self->numbers[i]);
    }
    free(self->order);
    free(self->spare);
    arena_done(&self->texts);
    free(self);
}

void chunk_builder_reset(struct chunk_builder *self)
{
    for (size_t i = 0; i < CHUNK_DICTS; i++) {
        chunk_dict_reset(&self->dicts[i]);
        self->last_terms[i] = CHUNK_NO_TERM;
    }
    arena_reset(&self->texts);
    self->rows = 0;
}

size_t chunk_builder_rows(const struct chunk_builder *self)
{
    return self->rows;
}

size_t chunk_builder_text_bytes(const struct chunk_builder *self)
{
    return self->texts.used;
}

/* ---- gathering */

static enum err put_other(struct chunk_builder *self, enum chunk_column column, const struct click_value *value)
{
    size_t at = (size_t)column - CHUNK_CLASS;
    struct chunk_dict *dict = &self->dicts[at];

    if (value->term < 0 || value->term > TERM_MAX) {
        return ERR_CORRUPT; /* nothing of ours */
    }
    if (column >= CHUNK_IP && self->rows == LOOKED_AT && dict->count == LOOKED_AT) {
        chunk_dict_make_plain(dict);
    }
    self->last_terms[at] = value->term != 0 || value->text.len == 0 ? value->term : CHUNK_NO_TERM;
    enum err err = chunk_dict_put(dict, &self->texts, self->seed, value, &self->last_codes[at]);
    self->codes[at][self->rows] = self->last_codes[at];
    return err;
}

static inline enum err put(struct chunk_builder *self, enum chunk_column column, const struct click_value *value)
{
    size_t at = (size_t)column - CHUNK_CLASS;

    if (value->term != self->last_terms[at] || (value->term == 0 && value->text.len > 0)) {
        return put_other(self, column, value);
    }
    self->codes[at][self->rows] = self->last_codes[at];
    return OK;
}

static enum err put_facts(struct chunk_builder *self, const struct click_facts *facts)
{
    const unsigned numbers[] = {
        /* NOLINTNEXTLINE(misc-redundant-expression): the first is at 0 */
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

void chunk_builder_sort(struct chunk_builder *self, struct chunk_bounds *out)
{
    const struct order_key keys[] = {
        {self->numbers[CHUNK_LINK], sizeof(int64_t)},
        {self->numbers[CHUNK_TIME], sizeof(int64_t)},
        {self->numbers[CHUNK_ID], sizeof(int64_t)},
    };
    struct chunk_bounds bounds = {INT64_MAX, INT64_MIN, INT64_MAX, INT64_MIN};

    BUG_ON(self->rows == 0);
    for (size_t i = 0; i < self->rows; i++) {
        int64_t id = self->numbers[CHUNK_ID][i], time_ms = self->numbers[CHUNK_TIME][i];
        bounds.min_ms = time_ms < bounds.min_ms ? time_ms : bounds.min_ms;
        bounds.max_ms = time_ms > bounds.max_ms ? time_ms : bounds.max_ms;
        bounds.min_id = id < bounds.min_id ? id : bounds.min_id;
        bounds.max_id = id > bounds.max_id ? id : bounds.max_id;
    }
    order_rows(keys, ARRAY_LEN(keys), self->rows, self->order, self->spare);
    for (size_t i = CHUNK_IP - CHUNK_CLASS; i < CHUNK_DICTS; i++) {
        if (self->dicts[i].texts > 1 && !self->dicts[i].plain) { /* neighbours often begin alike */
            chunk_dict_renumber(&self->dicts[i], self->order, self->rows, self->codes[i], self->spare);
        }
    }
    *out = bounds;
}
