/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "linkpond/store/chunks.h"

#include "row.h"

/* ---- which there are */

struct stmt *chunks_each(struct db *db)
{
    return db_stmt(db, SQL_CHUNK_EACH);
}

struct stmt *chunks_each_in(struct db *db, int64_t from_ms, int64_t to_ms)
{
    struct stmt *rows = db_stmt(db, SQL_CHUNK_EACH_IN);

    stmt_bind_i64(rows, "from_ms", from_ms);
    stmt_bind_i64(rows, "to_ms", to_ms);
    return rows;
}

struct stmt *chunks_each_unfolded(struct db *db)
{
    return db_stmt(db, SQL_CHUNK_EACH_UNFOLDED);
}

struct stmt *chunks_each_with(struct db *db, int64_t click_id)
{
    struct stmt *rows = db_stmt(db, SQL_CHUNK_EACH_WITH);

    stmt_bind_i64(rows, "click_id", click_id);
    return rows;
}

bool chunks_next(struct stmt *rows, struct chunk_info *out)
{
    if (!stmt_next(rows)) {
        return false;
    }
    *out = (struct chunk_info){
        .id = stmt_i64(rows, 0),
        .rows = stmt_i64(rows, 1),
        .bounds = {.min_ms = stmt_i64(rows, 2),
                   .max_ms = stmt_i64(rows, 3),
                   .min_id = stmt_i64(rows, 4),
                   .max_id = stmt_i64(rows, 5)},
        .bytes = stmt_i64(rows, 6),
        .folded = stmt_i64(rows, 7),
        .seq = stmt_i64(rows, 8),
    };
    return true;
}

enum err chunks_list(struct stmt *rows, struct chunk_list *out)
{
    struct chunk_info info;

    while (chunks_next(rows, &info)) {
        if (out->count == out->cap) {
            out->cap = out->cap > 0 ? out->cap * 2 : 64;
            struct chunk_info *bigger = realloc(out->items, out->cap * sizeof *bigger);
            if (!bigger) {
                stmt_reset(rows);
                return ERR_NOMEM;
            }
            out->items = bigger;
        }
        out->items[out->count++] = info;
    }
    return stmt_err(rows);
}

static enum err find_one(struct stmt *row, struct chunk_info *out)
{
    if (!chunks_next(row, out)) {
        return row_missing(row);
    }
    return row_done(row, NULL);
}

enum err chunks_find(struct db *db, int64_t id, struct chunk_info *out)
{
    struct stmt *row = db_stmt(db, SQL_CHUNK_FIND);

    stmt_bind_i64(row, "id", id);
    return find_one(row, out);
}

enum err chunks_find_behind(struct db *db, int64_t after_seq, int64_t seq_end, struct chunk_info *out)
{
    struct stmt *row = db_stmt(db, SQL_CHUNK_NEXT);

    stmt_bind_i64(row, "after_seq", after_seq);
    stmt_bind_i64(row, "seq_end", seq_end);
    return find_one(row, out);
}

enum err chunks_extent(struct db *db, int64_t *count, int64_t *seq_end)
{
    struct stmt *row = db_stmt(db, SQL_CHUNK_EXTENT);

    if (!stmt_next(row)) {
        return row_missing(row);
    }
    *count = stmt_i64(row, 0);
    *seq_end = stmt_i64(row, 1);
    return row_done(row, NULL);
}

/* ---- columns */

/* A chunk that is older than the column holds nothing in it; any other has lost it. */
enum err chunks_open_missing(struct db *db, struct chunk *chunk, enum chunk_column column)
{
    struct stmt *row = db_stmt(db, SQL_CHUNK_COLUMNS);
    int64_t columns = 0;

    stmt_bind_i64(row, "id", chunk->id);
    enum err err = row_i64(row, &columns);
    if (err != OK || columns <= CHUNK_VALUE || column < columns) {
        return err == OK || err == ERR_NOT_FOUND ? ERR_CORRUPT : err;
    }
    chunk_open_nothing(chunk, column);
    return OK;
}

static enum err load_column(struct db *db, struct chunk *chunk, enum chunk_column column)
{
    struct stmt *row = db_stmt(db, SQL_CHUNK_COLUMN_FIND);

    stmt_bind_i64(row, "id", CHUNK_KEY(chunk->id, column));
    if (!stmt_next(row)) {
        return stmt_err(row) != OK ? stmt_err(row) : chunks_open_missing(db, chunk, column);
    }
    str stored = stmt_blob(row, 0), bytes = arena_str(chunk->arena, stored);
    stmt_reset(row);
    if (chunk->arena->overflow) {
        return ERR_NOMEM;
    }
    return chunk_open(chunk, column, bytes);
}

enum err chunks_load_more(struct db *db, struct chunk *chunk, uint64_t columns)
{
    enum err err = OK;

    for (uint64_t left = columns & ~chunk->columns; err == OK && left; left &= left - 1) {
        err = load_column(db, chunk, (enum chunk_column)__builtin_ctzll(left));
    }
    return err;
}

enum err chunks_load(struct db *db, const struct chunk_info *info, uint64_t columns, struct arena *arena,
                     struct chunk *out)
{
    chunk_init(out, info->id, info->rows > 0 ? (size_t)info->rows : 0, arena);
    return chunks_load_more(db, out, columns);
}

/* ---- writing */

static enum err insert_column(struct db *db, int64_t id, enum chunk_column column, str bytes)
{
    struct stmt *stmt = db_stmt(db, SQL_CHUNK_COLUMN_INSERT);

    stmt_bind_i64(stmt, "id", CHUNK_KEY(id, column));
    stmt_bind_blob(stmt, "data", bytes);
    return stmt_run(stmt);
}

static enum err insert_columns(struct db *db, const struct chunk_builder *builder, int64_t id, int64_t *bytes)
{
    struct buf blob;
    enum err err = OK;

    buf_init_heap(&blob, CHUNK_COLUMN_BYTES_MAX);
    for (int c = 0; err == OK && c < CHUNK_COLUMNS; c++) {
        buf_reset(&blob);
        chunk_builder_column(builder, id, (enum chunk_column)c, &blob);
        db_breathe(db);
        err = blob.overflow ? ERR_NOMEM : insert_column(db, id, (enum chunk_column)c, buf_str(&blob));
        *bytes += (int64_t)blob.len;
    }
    buf_done(&blob);
    return err;
}

static enum err insert_blobs(struct db *db, struct chunk_blobs *blobs, int64_t id)
{
    enum err err = OK;

    for (size_t c = 0, at = 0; err == OK && c < CHUNK_COLUMNS; at = blobs->ends[c++]) {
        chunk_blob_readdress(blobs->bytes.ptr + at, blobs->ends[c] - at, id, (enum chunk_column)c);
        err = insert_column(db, id, (enum chunk_column)c, str_slice(buf_str(&blobs->bytes), at, blobs->ends[c]));
    }
    return err;
}

static enum err settle(struct db *db, int64_t id, int64_t bytes, int64_t seq)
{
    struct stmt *stmt = db_stmt(db, SQL_CHUNK_SETTLE);

    stmt_bind_i64(stmt, "bytes", bytes);
    stmt_bind_i64(stmt, "seq", seq);
    stmt_bind_i64(stmt, "id", id);
    return row_run(db, stmt);
}

static enum err insert_row(struct db *db, int64_t rows, const struct chunk_bounds *bounds, bool folded, int64_t *id)
{
    struct stmt *stmt = db_stmt(db, SQL_CHUNK_INSERT);

    stmt_bind_i64(stmt, "rows", rows);
    stmt_bind_i64(stmt, "min_ms", bounds->min_ms);
    stmt_bind_i64(stmt, "max_ms", bounds->max_ms);
    stmt_bind_i64(stmt, "min_id", bounds->min_id);
    stmt_bind_i64(stmt, "max_id", bounds->max_id);
    stmt_bind_i64(stmt, "columns", CHUNK_COLUMNS);
    stmt_bind_i64(stmt, "folded", folded);
    enum err err = stmt_run(stmt);
    *id = err == OK ? db_last_id(db) : 0;
    return err;
}

static enum err insert(struct db *db, const struct chunk_builder *builder, const struct chunk_bounds *bounds,
                       bool folded, int64_t seq, int64_t *id)
{
    int64_t bytes = 0;
    enum err err = insert_row(db, (int64_t)chunk_builder_rows(builder), bounds, folded, id);

    err = err == OK ? insert_columns(db, builder, *id, &bytes) : err;
    return err == OK ? settle(db, *id, bytes, seq) : err;
}

enum err chunks_insert(struct db *db, const struct chunk_builder *builder, const struct chunk_bounds *bounds,
                       bool folded, int64_t *id)
{
    return insert(db, builder, bounds, folded, 0, id);
}

enum err chunks_replace(struct db *db, const struct chunk_info *info, const struct chunk_builder *builder,
                        const struct chunk_bounds *bounds)
{
    int64_t id = 0;
    enum err err = chunks_delete(db, info->id);

    return err == OK && bounds ? insert(db, builder, bounds, info->folded, info->seq, &id) : err;
}

/* ---- in two parts */

enum err chunk_blobs_make(struct chunk_blobs *self, const struct chunk_builder *builder,
                          const struct chunk_bounds *bounds)
{
    self->rows = (int64_t)chunk_builder_rows(builder);
    self->bounds = *bounds;
    buf_init_heap(&self->bytes, CHUNK_COLUMN_BYTES_MAX);
    for (int c = 0; c < CHUNK_COLUMNS; c++) {
        chunk_builder_column(builder, 0, (enum chunk_column)c, &self->bytes);
        self->ends[c] = self->bytes.len;
    }
    return self->bytes.overflow ? ERR_NOMEM : OK;
}

void chunk_blobs_done(struct chunk_blobs *self)
{
    buf_done(&self->bytes);
}

enum err chunks_replace_by_blobs(struct db *db, const struct chunk_info *info, struct chunk_blobs *blobs)
{
    int64_t id = 0;
    enum err err = chunks_delete(db, info->id);

    if (err != OK || !blobs) {
        return err;
    }
    err = insert_row(db, blobs->rows, &blobs->bounds, info->folded, &id);
    err = err == OK ? insert_blobs(db, blobs, id) : err;
    return err == OK ? settle(db, id, (int64_t)blobs->bytes.len, info->seq) : err;
}

enum err chunks_delete(struct db *db, int64_t id)
{
    struct stmt *columns = db_stmt(db, SQL_CHUNK_COLUMNS_DELETE);

    stmt_bind_i64(columns, "from_id", CHUNK_KEY(id, 0));
    stmt_bind_i64(columns, "to_id", CHUNK_KEY(id, 63));
    enum err err = stmt_run(columns);
    struct stmt *chunk = db_stmt(db, SQL_CHUNK_DELETE);
    stmt_bind_i64(chunk, "id", id);
    return err == OK ? row_run(db, chunk) : err;
}

enum err chunks_set_folded(struct db *db, int64_t id)
{
    struct stmt *stmt = db_stmt(db, SQL_CHUNK_SET_FOLDED);

    stmt_bind_i64(stmt, "id", id);
    return row_run(db, stmt);
}

enum err chunks_unfold_all(struct db *db)
{
    return stmt_run(db_stmt(db, SQL_CHUNK_UNFOLD_ALL));
}
