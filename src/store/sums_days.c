/* SPDX-License-Identifier: MIT */
/*
 * Walks over the days of links and scopes. A link's last days stand packed in the row of its figures: for each its day
 * in 4 bytes, how many bytes follow in 2 (little end first), and those (model/sums.h).
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

bool sums_older_add(struct buf *older, int64_t day, str quarters)
{
    if (buf_str(older).len + SUMS_OLDER_HEAD + quarters.len > SUMS_OLDER_BYTES_MAX || day != (int32_t)day) {
        return false;
    }
    put_number(older, (uint32_t)day, 4);
    put_number(older, (uint32_t)quarters.len, 2);
    buf_add(older, quarters);
    return true;
}

bool sums_older_next(str *older, int64_t *day, str *quarters)
{
    if (older->len < SUMS_OLDER_HEAD || older->len - SUMS_OLDER_HEAD < number(older->ptr + 4, 2)) {
        return false;
    }
    size_t bytes = number(older->ptr + 4, 2);
    *day = (int32_t)number(older->ptr, 4);
    *quarters = (str){older->ptr + SUMS_OLDER_HEAD, bytes};
    *older = (str){older->ptr + SUMS_OLDER_HEAD + bytes, older->len - SUMS_OLDER_HEAD - bytes};
    return true;
}

/* ---- walks ---- */

static struct sums_days in_days(struct stmt *rows, int64_t from_day, int64_t to_day)
{
    stmt_bind_i64(rows, "from_day", from_day);
    stmt_bind_i64(rows, "to_day", to_day);
    return (struct sums_days){.stmt = rows, .from_day = from_day, .to_day = to_day};
}

struct sums_days sums_link_days(struct db *db, int64_t link_id, int64_t from_day, int64_t to_day)
{
    struct stmt *rows = db_stmt(db, SQL_SUMS_LINK_DAYS);

    stmt_bind_i64(rows, "link_id", link_id);
    return in_days(rows, from_day, to_day);
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
    return in_days(db_stmt(db, SQL_SUMS_ALL_LINK_DAYS), from_day, to_day);
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
    if (sums_older_next(&self->older, day, bytes)) {
        return true;
    }
    *day = self->day;
    *bytes = self->quarters;
    self->quarters = STR("");
    return bytes->len > 0;
}

bool sums_all_days_next(struct sums_days *self, int64_t *id, int64_t *day, str *bytes)
{
    for (;;) {
        while (next_here(self, day, bytes)) {
            if (*day >= self->from_day && *day < self->to_day) {
                *id = self->id;
                return true;
            }
        }
        if (!stmt_next(self->stmt)) {
            return false;
        }
        self->id = stmt_i64(self->stmt, 0);
        self->day = stmt_i64(self->stmt, 1);
        self->quarters = stmt_blob(self->stmt, 2);
        self->older = stmt_blob(self->stmt, 3);
    }
}

bool sums_days_next(struct sums_days *self, int64_t *day, str *bytes)
{
    int64_t id;

    return sums_all_days_next(self, &id, day, bytes);
}
