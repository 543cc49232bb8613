/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "linkpond/store/chunks.h"

static const char table[] = "chunk_column", column_name[] = "data";

static struct chunk_parts *parts_of(struct chunk_source *source)
{
    return (struct chunk_parts *)(void *)((char *)source - offsetof(struct chunk_parts, source));
}

static enum err read_bytes(struct chunk_source *source, size_t offset, size_t len, str *out)
{
    struct chunk_parts *self = parts_of(source);

    if (len > self->cap) {
        uint8_t *bigger = realloc(self->bytes, len);
        if (!bigger) {
            return ERR_NOMEM;
        }
        self->bytes = bigger;
        self->cap = len;
    }
    *out = (str){(const char *)self->bytes, len};
    return len > 0 ? db_blob_read(self->db, offset, len, self->bytes) : OK;
}

void chunk_parts_init(struct chunk_parts *self, struct db *db)
{
    *self = (struct chunk_parts){.source = {.read = read_bytes}, .db = db};
}

void chunk_parts_done(struct chunk_parts *self)
{
    if (self->db) {
        db_blob_close(self->db);
    }
    free(self->bytes);
}

static enum err turn_to(struct chunk_parts *self, int64_t chunk_id, enum chunk_column column)
{
    return db_blob_open(self->db, table, column_name, CHUNK_KEY(chunk_id, column), &self->source.len);
}

enum err chunks_find_link(struct chunk_parts *self, const struct chunk_info *info, int64_t link_id, size_t *from,
                          size_t *to)
{
    enum err err = info->rows > 0 && info->rows <= CHUNK_ROWS_MAX ? turn_to(self, info->id, CHUNK_LINK) : ERR_CORRUPT;

    if (err != OK) {
        return err == ERR_NOT_FOUND ? ERR_CORRUPT : err;
    }
    return chunk_find_link(&self->source, (size_t)info->rows, link_id, from, to);
}

enum err chunks_load_some(struct chunk_parts *self, struct chunk *chunk, size_t all_rows, size_t from, uint64_t columns)
{
    enum err err = OK;

    for (uint64_t left = columns & ~chunk->columns; err == OK && left; left &= left - 1) {
        enum chunk_column column = (enum chunk_column)__builtin_ctzll(left);
        err = turn_to(self, chunk->id, column);
        if (err == OK) {
            err = chunk_open_some(chunk, column, &self->source, all_rows, from);
        } else if (err == ERR_NOT_FOUND) {
            err = chunks_open_missing(self->db, chunk, column);
        }
    }
    return err;
}
