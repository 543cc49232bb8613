/* SPDX-License-Identifier: MIT */
/*
 * Walks over the days of links and scopes. A link's last days stand packed in the row of its figures, and what folds
 * have not brought home yet in rows of link_gain.
 */
#include "linkpond/model/link.h"
#include "linkpond/store/sums.h"

static void put_number(struct buf *out, uint32_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        buf_add_char(out, (char)(value >> 8 * i & 0xFF));
    }
}

static uint32_t number(const char *bytes, size_t count)
{
    uint32_t value = 0;

    for (size_t i = 0; i < count; i++) {
        value |= (uint32_t)(unsigned char)bytes[i] << 8 * i;
    }
    return value;
}

void sums_packed_add(struct buf *out, int64_t day, str quarters)
{
    if (quarters.len > UINT16_MAX || day != (int32_t)day) {
        out->overflow = true;
        return;
    }
    put_number(out, (uint32_t)day, 4);
    put_number(out, (uint32_t)quarters.len, 2);
    buf_add(out, quarters);
}

bool sums_older_add(struct buf *older, int64_t day, str quarters)
{
    if (buf_str(older).len + SUMS_PACKED_HEAD + quarters.len > SUMS_OLDER_BYTES_MAX || day != (int32_t)day) {
        return false;
    }
    sums_packed_add(older, day, quarters);
    return true;
}

bool sums_packed_next(str *packed, int64_t *day, str *quarters)
{
    if (packed->len < SUMS_PACKED_HEAD || packed->len - SUMS_PACKED_HEAD < number(packed->ptr + 4, 2)) {
        return false;
    }
    size_t bytes = number(packed->ptr + 4, 2);
    *day = (int32_t)number(packed->ptr, 4);
    *quarters = (str){packed->ptr + SUMS_PACKED_HEAD, bytes};
    *packed = str_from(*packed, SUMS_PACKED_HEAD + bytes);
    return true;
}

/* ---- walks ---- */

static struct sums_days in_days(struct stmt *rows, int64_t from_day, int64_t to_day)
{
    stmt_bind_i64(rows, "from_day", from_day);
    stmt_bind_i64(rows, "to_day", to_day);
    return (struct sums_days){.stmt = rows, .from_day = from_day, .to_day = to_day};
}

static struct sums_days of_links(struct db *db, struct stmt *rows, int64_t link_id, int64_t from_day, int64_t to_day)
{
    struct sums_days days = in_days(rows, from_day, to_day);

    days.gains_of = db;
    days.link_id = link_id;
    return days;
}

struct sums_days sums_link_days(struct db *db, int64_t link_id, int64_t from_day, int64_t to_day)
{
    struct stmt *rows = db_stmt(db, SQL_SUMS_LINK_DAYS);

    stmt_bind_i64(rows, "link_id", link_id);
    return of_links(db, rows, link_id, from_day, to_day);
}

struct sums_days sums_scope_days(struct db *db, enum sums_scope scope, int64_t scope_id, int64_t from_day,
                                 int64_t to_day)
{
    struct stmt *rows = db_stmt(db, SQL_SUMS_SCOPE_DAYS);

    stmt_bind_i64(rows, "scope", scope);
    stmt_bind_i64(rows, "scope_id", scope_id);
    return in_days(rows, from_day, to_day);
}

struct sums_days sums_all_link_days(struct db *db, int64_t from_day, int64_t to_day)
{
    return of_links(db, db_stmt(db, SQL_SUMS_ALL_LINK_DAYS), 0, from_day, to_day);
}

struct sums_days sums_all_scope_days(struct db *db, enum sums_scope scope, int64_t from_day, int64_t to_day)
{
    struct stmt *rows = db_stmt(db, SQL_SUMS_ALL_SCOPE_DAYS);

    stmt_bind_i64(rows, "scope", scope);
    return in_days(rows, from_day, to_day);
}

/* The next of the row at hand: the packed ones, then its own. */
static bool next_here(struct sums_days *self, int64_t *day, str *bytes)
{
    if (sums_packed_next(&self->older, day, bytes)) {
        return true;
    }
    *day = self->day;
    *bytes = self->quarters;
    self->quarters = STR("");
    return bytes->len > 0;
}

static bool next_stored(struct sums_days *self)
{
    if (!stmt_next(self->stmt)) {
        return false;
    }
    self->id = stmt_i64(self->stmt, 0);
    self->day = stmt_i64(self->stmt, 1);
    self->quarters = stmt_blob(self->stmt, 2);
    self->older = stmt_blob(self->stmt, 3);
    return true;
}

/* The stored ones are at their end. */
static void turn_to_gains(struct sums_days *self)
{
    struct stmt *rows = db_stmt(self->gains_of, SQL_GAIN_DAYS);
    int64_t part = gains_part_of(self->link_id);

    stmt_put_i64(rows, 1, self->link_id != 0 ? part << 32 : INT64_MIN);
    stmt_put_i64(rows, 2, self->link_id != 0 ? (part + 1) << 32 : INT64_MAX);
    self->stmt = rows;
    self->gains = true;
    self->gain = (struct gain_row){0};
}

/* The next link of the row at hand, or of the next row. */
static bool next_gain(struct sums_days *self)
{
    while (self->gain.at == self->gain.count) {
        if (!stmt_next(self->stmt)) {
            return false;
        }
        if (!gain_row_open(&self->gain, stmt_blob(self->stmt, 0), stmt_blob(self->stmt, 1))) {
            stmt_fail(self->stmt, ERR_CORRUPT);
            return false;
        }
        if (self->link_id != 0) {
            gain_row_keep(&self->gain, self->link_id);
        }
    }
    self->id = gain_number(&self->gain, GAIN_LINK);
    self->older = gain_row_take(&self->gain);
    return true;
}

static bool next_row(struct sums_days *self)
{
    if (!self->gains) {
        if (next_stored(self)) {
            return true;
        }
        if (!self->gains_of || stmt_err(self->stmt)) {
            return false;
        }
        turn_to_gains(self);
    }
    return next_gain(self);
}

bool sums_all_days_next(struct sums_days *self, int64_t *id, int64_t *day, str *bytes)
{
    do {
        while (next_here(self, day, bytes)) {
            if (*day >= self->from_day && *day < self->to_day) {
                *id = self->id;
                return true;
            }
        }
    } while (next_row(self));
    return false;
}

bool sums_days_next(struct sums_days *self, int64_t *day, str *bytes)
{
    int64_t id;

    return sums_all_days_next(self, &id, day, bytes);
}
