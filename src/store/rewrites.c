/* SPDX-License-Identifier: MIT */
#include "linkpond/store/rewrites.h"

#include <endian.h>
#include <stdlib.h>

#include "linkpond/model/link.h"
#include "row.h"

enum err rewrites_insert(struct db *db, struct rewrite *rewrite)
{
    struct stmt *stmt = db_stmt(db, SQL_REWRITE_INSERT);

    stmt_bind_i64(stmt, "kind", rewrite->kind);
    stmt_bind_i64(stmt, "dry_run", rewrite->dry_run);
    stmt_bind_i64(stmt, "from_ms", rewrite->from_ms);
    stmt_bind_i64(stmt, "to_ms", rewrite->to_ms);
    stmt_bind_i64(stmt, "created_ms", rewrite->created_ms);
    enum err err = stmt_run(stmt);
    if (err == OK) {
        rewrite->id = db_last_id(db);
    }
    return err;
}

static void read_counts(struct stmt *row, int column, int64_t out[REWRITE_COUNTS])
{
    row_bytes(row, column, out, sizeof(int64_t) * REWRITE_COUNTS);
    for (size_t i = 0; i < REWRITE_COUNTS; i++) {
        out[i] = (int64_t)le64toh((uint64_t)out[i]);
    }
}

static void read_row(struct stmt *row, struct arena *arena, struct rewrite *out)
{
    *out = (struct rewrite){
        .id = stmt_i64(row, 0),
        .kind = (enum rewrite_kind)stmt_i64(row, 1),
        .state = (enum rewrite_state)stmt_i64(row, 2),
        .dry_run = stmt_i64(row, 3) != 0,
        .from_ms = stmt_i64(row, 4),
        .to_ms = stmt_i64(row, 5),
        .rules = stmt_i64(row, 6),
        .seq_end = stmt_i64(row, 7),
        .position = stmt_i64(row, 8),
        .chunks = stmt_i64(row, 9),
        .chunks_done = stmt_i64(row, 10),
        .rows = stmt_i64(row, 11),
        .changed = stmt_i64(row, 12),
        .damaged = stmt_i64(row, 13),
        .failure = row_str(row, 15, arena),
        .created_ms = stmt_i64(row, 16),
        .started_ms = stmt_time(row, 17),
        .finished_ms = stmt_time(row, 18),
    };
    read_counts(row, 14, out->counts);
}

static enum err find(struct stmt *row, struct arena *arena, struct rewrite *out)
{
    if (!stmt_next(row)) {
        return row_missing(row);
    }
    read_row(row, arena, out);
    return row_done(row, arena);
}

enum err rewrites_find(struct db *db, struct arena *arena, int64_t id, struct rewrite *out)
{
    struct stmt *row = db_stmt(db, SQL_REWRITE_FIND);

    stmt_bind_i64(row, "id", id);
    return find(row, arena, out);
}

enum err rewrites_first(struct db *db, struct arena *arena, struct rewrite *out)
{
    return find(db_stmt(db, SQL_REWRITE_FIRST_UNFINISHED), arena, out);
}

enum err rewrites_any(struct db *db, bool *any)
{
    int64_t found = 0;
    enum err err = row_i64(db_stmt(db, SQL_REWRITE_ANY_UNFINISHED), &found);

    *any = err == OK && found != 0;
    return err;
}

struct stmt *rewrites_each_unfinished(struct db *db)
{
    return db_stmt(db, SQL_REWRITE_EACH_UNFINISHED);
}

struct stmt *rewrites_each_latest(struct db *db)
{
    return db_stmt(db, SQL_REWRITE_EACH_LATEST);
}

bool rewrites_next(struct stmt *rows, struct rewrite *out)
{
    bool found = stmt_next(rows);

    if (found) {
        read_row(rows, NULL, out);
    }
    return found;
}

enum err rewrites_update(struct db *db, const struct rewrite *rewrite)
{
    struct stmt *stmt = db_stmt(db, SQL_REWRITE_UPDATE);
    uint64_t counts[REWRITE_COUNTS];

    for (size_t i = 0; i < REWRITE_COUNTS; i++) {
        counts[i] = htole64((uint64_t)rewrite->counts[i]);
    }
    stmt_bind_i64(stmt, "state", rewrite->state);
    stmt_bind_i64(stmt, "rules", rewrite->rules);
    stmt_bind_i64(stmt, "seq_end", rewrite->seq_end);
    stmt_bind_i64(stmt, "position", rewrite->position);
    stmt_bind_i64(stmt, "chunks", rewrite->chunks);
    stmt_bind_i64(stmt, "chunks_done", rewrite->chunks_done);
    stmt_bind_i64(stmt, "rows", rewrite->rows);
    stmt_bind_i64(stmt, "changed", rewrite->changed);
    stmt_bind_i64(stmt, "damaged", rewrite->damaged);
    stmt_bind_blob(stmt, "counts", (str){(const char *)counts, sizeof counts});
    stmt_bind_str(stmt, "failure", rewrite->failure);
    stmt_bind_time_opt(stmt, "started_ms", rewrite->started_ms);
    stmt_bind_time_opt(stmt, "finished_ms", rewrite->finished_ms);
    stmt_bind_i64(stmt, "id", rewrite->id);
    return row_run(db, stmt);
}

enum err rewrites_forget_old(struct db *db, int64_t kept)
{
    struct stmt *stmt = db_stmt(db, SQL_REWRITE_FORGET_OLD);

    stmt_bind_i64(stmt, "kept", kept);
    return stmt_run(stmt);
}

/* ---- what one is about */

enum err rewrites_subject_insert(struct db *db, int64_t rewrite_id, int64_t subject, int64_t detail)
{
    struct stmt *stmt = db_stmt(db, SQL_REWRITE_SUBJECT_INSERT);

    stmt_bind_i64(stmt, "rewrite_id", rewrite_id);
    stmt_bind_i64(stmt, "subject", subject);
    stmt_bind_i64(stmt, "detail", detail);
    return stmt_run(stmt);
}

enum err rewrites_subjects(struct db *db, int64_t rewrite_id, int64_t after, struct rewrite_subject *out, size_t *count)
{
    struct stmt *rows = db_stmt(db, SQL_REWRITE_SUBJECTS);
    size_t found = 0;

    stmt_bind_i64(rows, "rewrite_id", rewrite_id);
    stmt_bind_i64(rows, "after", after);
    stmt_bind_i64(rows, "limit", (int64_t)*count);
    while (stmt_next(rows)) {
        out[found++] = (struct rewrite_subject){stmt_i64(rows, 0), stmt_i64(rows, 1)};
    }
    *count = found;
    return stmt_err(rows);
}

enum err rewrites_subjects_delete(struct db *db, int64_t rewrite_id, int64_t to)
{
    struct stmt *stmt = db_stmt(db, SQL_REWRITE_SUBJECTS_DELETE);

    stmt_bind_i64(stmt, "rewrite_id", rewrite_id);
    stmt_bind_i64(stmt, "to", to);
    return stmt_run(stmt);
}

enum err rewrites_waiting(struct db *db, enum rewrite_kind kind, int64_t *id, int64_t *subjects)
{
    struct stmt *row = db_stmt(db, SQL_REWRITE_WAITING);

    stmt_bind_i64(row, "kind", kind);
    if (!stmt_next(row)) {
        return row_missing(row);
    }
    *id = stmt_i64(row, 0);
    *subjects = stmt_i64(row, 1);
    return row_done(row, NULL);
}

enum err rewrites_count_unfinished(struct db *db, int64_t *count)
{
    return row_i64(db_stmt(db, SQL_REWRITE_COUNT_UNFINISHED), count);
}

/* ---- links that are going */

enum err gone_links_load(struct db *db, struct gone_links *out)
{
    struct stmt *rows = db_stmt(db, SQL_REWRITE_GONE_LINKS);
    size_t cap = 0;

    *out = (struct gone_links){0};
    stmt_bind_i64(rows, "kind", REWRITE_PURGE);
    while (stmt_next(rows)) {
        if (out->count == cap) {
            cap = cap > 0 ? cap * 2 : 16;
            struct gone_link *bigger = realloc(out->items, cap * sizeof *bigger);
            if (!bigger) {
                stmt_reset(rows);
                gone_links_done(out);
                return ERR_NOMEM;
            }
            out->items = bigger;
        }
        out->items[out->count++] = (struct gone_link){stmt_i64(rows, 0), stmt_i64(rows, 1)};
    }
    return stmt_err(rows);
}

void gone_links_done(struct gone_links *self)
{
    free(self->items);
    *self = (struct gone_links){0};
}

bool gone_links_hold(const struct gone_links *self, int64_t link_id, int64_t seq)
{
    size_t from = 0, to = self->count;

    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (self->items[middle].link_id < link_id) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return from < self->count && self->items[from].link_id == link_id && seq <= self->items[from].seq_end;
}
