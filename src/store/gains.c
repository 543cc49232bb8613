/* SPDX-License-Identifier: MIT */
#include "linkpond/store/gains.h"

#include "linkpond/model/link.h"
#include "linkpond/store/sums.h"
#include "row.h"

#define PART_BYTES_MAX ((size_t)1 << 30) /* a part's links and all of their days */

/* ---- gathering ---- */

void gains_init(struct gains *self)
{
    *self = (struct gains){0};
    buf_init_heap(&self->links, PART_BYTES_MAX);
    buf_init_heap(&self->days, PART_BYTES_MAX);
}

void gains_done(struct gains *self)
{
    buf_done(&self->links);
    buf_done(&self->days);
}

void gains_reset(struct gains *self)
{
    buf_reset(&self->links);
    buf_reset(&self->days);
    self->count = 0;
    self->reserved = false;
}

void gains_add_link(struct gains *self, const struct link_stat *gain)
{
    const int64_t row[GAIN_KINDS] = {
        [GAIN_LINK] = gain->link_id,      [GAIN_CLICKS] = gain->clicks,
        [GAIN_VISITORS] = gain->visitors, [GAIN_BOTS] = gain->bots,
        [GAIN_TOTAL] = gain->total,       [GAIN_SCANS] = gain->scans,
        [GAIN_RESERVED] = gain->reserved, [GAIN_LAST_MS] = gain->last_ms == TIME_NONE ? 0 : gain->last_ms,
    };

    self->reserved = self->reserved || gain->reserved != 0;
    buf_add(&self->links, (str){(const char *)row, sizeof row});
    self->count++;
}

void gains_add_day(struct gains *self, int64_t day, str quarters)
{
    size_t before = self->days.len;

    BUG_ON(self->count == 0);
    sums_packed_add(&self->days, day, quarters);
    if (!self->links.overflow) {
        int64_t *rows = (int64_t *)(void *)self->links.ptr;
        rows[(self->count - 1) * GAIN_KINDS + GAIN_DAYS_BYTES] += (int64_t)(self->days.len - before);
    }
}

/* ---- what waits ---- */

static int64_t first_id(int64_t part)
{
    return part << 32;
}

static struct stmt *of_part(struct db *db, enum sql_id text, int64_t part)
{
    struct stmt *stmt = db_stmt(db, text);

    stmt_put_i64(stmt, 1, first_id(part));
    stmt_put_i64(stmt, 2, first_id(part + 1));
    return stmt;
}

enum err gains_waiting(struct db *db, int64_t part, struct gains_waiting *out)
{
    struct stmt *row = of_part(db, SQL_GAIN_LAST, part);

    *out = (struct gains_waiting){0};
    if (!stmt_next(row)) {
        return stmt_err(row);
    }
    *out = (struct gains_waiting){.links = stmt_i64(row, 1), .rows = stmt_i64(row, 0) - first_id(part) + 1};
    return row_done(row, NULL);
}

enum err gains_pack(const struct gains *self, struct buf *out)
{
    if (self->links.overflow || self->days.overflow) {
        return ERR_NOMEM;
    }
    return link_table_pack((const int64_t *)(const void *)self->links.ptr, GAIN_KINDS, self->count, out);
}

enum err gains_store(const struct gains *self, struct db *db, int64_t part, const struct gains_waiting *before)
{
    struct buf numbers;

    BUG_ON(self->reserved);
    buf_init_heap(&numbers, PART_BYTES_MAX);
    enum err err = gains_pack(self, &numbers);
    if (!err) {
        struct stmt *stmt = db_stmt(db, SQL_GAIN_INSERT);
        stmt_put_i64(stmt, 1, first_id(part) + before->rows);
        stmt_put_i64(stmt, 2, before->links + (int64_t)self->count);
        stmt_put_blob(stmt, 3, buf_str(&numbers));
        stmt_put_blob(stmt, 4, buf_str(&self->days));
        err = stmt_run(stmt);
    }
    buf_done(&numbers);
    return err;
}

enum err gains_delete(struct db *db, int64_t part)
{
    return stmt_run(of_part(db, SQL_GAIN_DELETE, part));
}

enum err gains_delete_all(struct db *db)
{
    struct stmt *stmt = db_stmt(db, SQL_GAIN_DELETE);

    stmt_put_i64(stmt, 1, INT64_MIN);
    stmt_put_i64(stmt, 2, INT64_MAX);
    return stmt_run(stmt);
}

enum err gains_next_part(struct db *db, int64_t part, int64_t *out)
{
    struct stmt *row = db_stmt(db, SQL_GAIN_NEXT);
    int64_t id = 0;

    stmt_put_i64(row, 1, first_id(part));
    enum err err = row_i64(row, &id);
    if (!err) {
        *out = id >> 32;
    }
    return err;
}

enum err gains_any(struct db *db, bool *any)
{
    int64_t part;
    enum err err = gains_next_part(db, 0, &part);

    *any = err == OK;
    return err == ERR_NOT_FOUND ? OK : err;
}

bool gains_add_numbers(str numbers, int64_t link_id, struct link_stat *stat)
{
    struct gain_row row;

    if (!gain_row_open(&row, numbers, STR(""))) {
        return false;
    }
    gain_row_keep(&row, link_id);
    if (row.at < row.count) {
        gain_row_add(&row, stat);
    }
    return true;
}

enum err gains_of_link(struct db *db, int64_t link_id, struct link_stat *stat)
{
    struct stmt *rows = of_part(db, SQL_GAIN_NUMBERS, gains_part_of(link_id));

    while (stmt_next(rows)) {
        if (!gains_add_numbers(stmt_blob(rows, 0), link_id, stat)) {
            stmt_fail(rows, ERR_CORRUPT);
            break;
        }
    }
    return stmt_err(rows);
}

/* ---- a row ---- */

bool gain_row_open(struct gain_row *self, str numbers, str days)
{
    self->at = 0;
    self->days = days;
    return link_table_open(numbers, GAIN_KINDS, &self->count, self->numbers);
}

str gain_row_take(struct gain_row *self)
{
    int64_t bytes = gain_number(self, GAIN_DAYS_BYTES);
    size_t len = bytes < 0 || (uint64_t)bytes > self->days.len ? self->days.len : (size_t)bytes;
    str days = {self->days.ptr, len};

    self->days = str_from(self->days, len);
    self->at++;
    return days;
}

void gain_row_keep(struct gain_row *self, int64_t link_id)
{
    size_t place = link_numbers_place(&self->numbers[GAIN_LINK], self->count, link_id);

    while (self->at < place) {
        gain_row_take(self);
    }
    if (self->at < self->count) {
        self->count = self->at + (gain_number(self, GAIN_LINK) == link_id);
    }
}

void gain_row_add(const struct gain_row *self, struct link_stat *stat)
{
    int64_t last_ms = gain_number(self, GAIN_LAST_MS);

    stat->clicks += gain_number(self, GAIN_CLICKS);
    stat->visitors += gain_number(self, GAIN_VISITORS);
    stat->bots += gain_number(self, GAIN_BOTS);
    stat->total += gain_number(self, GAIN_TOTAL);
    stat->scans += gain_number(self, GAIN_SCANS);
    stat->reserved += gain_number(self, GAIN_RESERVED);
    stat->last_ms = last_ms != 0 && last_ms > stat->last_ms ? last_ms : stat->last_ms; /* TIME_NONE is the least */
}
