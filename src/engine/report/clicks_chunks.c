/* SPDX-License-Identifier: MIT */
#include "clicks_chunks.h"

#include <stdlib.h>

#include "linkpond/base/clock.h"
#include "linkpond/engine/ledger.h"
#include "linkpond/store/sums.h"

/* ---- open chunks */

void open_chunks_init(struct open_chunks *self, struct db *db)
{
    self->db = db;
    self->uses = 0;
    for (size_t i = 0; i < OPEN_CHUNKS; i++) {
        self->slots[i].chunk.id = 0;
        self->slots[i].used_at = 0;
        arena_init(&self->slots[i].arena, LEDGER_CHUNK_BYTES);
    }
}

void open_chunks_done(struct open_chunks *self)
{
    for (size_t i = 0; i < OPEN_CHUNKS; i++) {
        arena_done(&self->slots[i].arena);
    }
}

enum err open_chunks_get(struct open_chunks *self, int64_t id, size_t rows, uint64_t columns, const struct chunk **out)
{
    struct open_chunk *slot = &self->slots[0];

    for (size_t i = 1; i < OPEN_CHUNKS && slot->chunk.id != id; i++) {
        bool better = self->slots[i].chunk.id == id || self->slots[i].used_at < slot->used_at;
        slot = better ? &self->slots[i] : slot;
    }
    if (slot->chunk.id != id) {
        arena_reset(&slot->arena);
        chunk_init(&slot->chunk, id, rows, &slot->arena);
    }
    slot->used_at = ++self->uses;
    *out = &slot->chunk;
    return chunks_load_more(self->db, &slot->chunk, columns);
}

/* ---- a few rows */

void few_rows_init(struct few_rows *self, struct db *db)
{
    chunk_parts_init(&self->parts, db);
    arena_init(&self->arena, LEDGER_CHUNK_BYTES);
}

void few_rows_done(struct few_rows *self)
{
    chunk_parts_done(&self->parts);
    arena_done(&self->arena);
}

enum err few_rows_open(struct few_rows *self, const struct chunk_info *info, int64_t link_id, size_t from, size_t to,
                       struct some_rows **out)
{
    struct some_rows *some = ARENA_NEW(&self->arena, struct some_rows);

    if (!some) {
        return ERR_NOMEM;
    }
    chunk_init(&some->chunk, info->id, to - from, &self->arena);
    some->from = from;
    some->all_rows = (size_t)info->rows;
    *out = some;
    return chunk_set_link(&some->chunk, link_id);
}

enum err few_rows_load(struct few_rows *self, struct some_rows *some, uint64_t columns)
{
    return chunks_load_some(&self->parts, &some->chunk, some->all_rows, some->from, columns);
}

/* ---- one click */

static enum err time_in(struct db *db, const struct chunk_info *info, struct arena *arena, int64_t click_id,
                        int64_t *time_ms)
{
    struct chunk chunk;
    enum err err = chunks_load(db, info, CHUNK_BIT(CHUNK_ID) | CHUNK_BIT(CHUNK_TIME), arena, &chunk);

    for (size_t row = 0; err == OK && row < chunk.rows; row++) {
        if (chunk_number(&chunk.numbers[CHUNK_ID], row) == click_id) {
            *time_ms = chunk_number(&chunk.numbers[CHUNK_TIME], row);
            return OK;
        }
    }
    return err == OK ? ERR_NOT_FOUND : err;
}

enum err clicks_chunk_time(struct db *db, int64_t click_id, int64_t *time_ms)
{
    struct stmt *rows = chunks_each_with(db, click_id);
    struct chunk_info info;
    struct arena arena;
    enum err err = ERR_NOT_FOUND;

    arena_init(&arena, LEDGER_CHUNK_BYTES);
    while (err == ERR_NOT_FOUND && chunks_next(rows, &info)) {
        err = time_in(db, &info, &arena, click_id, time_ms);
        arena_reset(&arena);
    }
    arena_done(&arena);
    if (err == ERR_NOT_FOUND) {
        return stmt_err(rows) != OK ? stmt_err(rows) : err;
    }
    stmt_reset(rows);
    return err;
}
