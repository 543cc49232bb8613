/* SPDX-License-Identifier: MIT */
#include "linkpond/store/clicks.h"

#include "row.h"

enum { FACT_COLUMNS = 12, COLUMN_IP = FACT_COLUMNS, COLUMN_WIDE, COLUMN_SINGLE = FACT_COLUMNS };

/* Places of click_insert's parameters: the facts, the address, then the values, each in the order of its table. */
enum { PLACE_IP = FACT_COLUMNS + 1, PLACE_VALUES };

static void put_facts(struct stmt *stmt, const struct click_facts *facts)
{
    const int64_t numbers[FACT_COLUMNS] = {
        facts->id,    facts->time_ms, facts->link_id,    facts->class,     facts->outcome,    facts->signals,
        facts->flags, facts->visitor, facts->visitor_by, facts->source_by, facts->channel_by, facts->scene,
    };

    for (int i = 0; i < FACT_COLUMNS; i++) {
        stmt_put_i64(stmt, i + 1, numbers[i]);
    }
}

/* By place and without binding what is NULL anyway: finding 41 names cost more than a tenth of a click. */
enum err clicks_insert(struct db *db, const struct click_row *row)
{
    struct stmt *stmt = db_stmt(db, SQL_CLICK_INSERT);

    put_facts(stmt, &row->facts);
    if (row->ip.len > 0) {
        stmt_put_blob(stmt, PLACE_IP, row->ip);
    }
    for (int i = 0; i < CLICK_COLUMNS; i++) {
        const struct click_value *value = &row->values[i];
        if (value->term != 0) {
            stmt_put_i64(stmt, (int)PLACE_VALUES + i, value->term);
        } else if (value->text.len > 0) {
            stmt_put_str(stmt, (int)PLACE_VALUES + i, value->text);
        }
    }
    return stmt_run(stmt);
}

static enum sql_id narrow_text(int single)
{
    static const enum sql_id texts[CLICK_COLUMNS] = {
#define SCAN_TEXT(constant, column) [CLICK_##constant] = SQL_CLICK_SCAN_##constant,
        CLICK_VALUE_TABLE(SCAN_TEXT)
#undef SCAN_TEXT
    };

    return single < 0 ? SQL_CLICK_SCAN_FACTS : texts[single];
}

void clicks_scan(struct clicks_scan *self, struct db *db, int64_t from_id, int64_t to_id, bool descending,
                 uint64_t columns)
{
    const bool narrow = !descending && (columns & (columns - 1)) == 0 && !(columns & CLICK_WITH_IP);
    enum sql_id text = descending ? SQL_CLICK_SCAN_ALL_DESC : SQL_CLICK_SCAN_ALL;

    *self = (struct clicks_scan){.columns = columns, .single = -1};
    if (narrow) {
        self->single = columns ? __builtin_ctzll(columns) : -1;
        text = narrow_text(self->single);
    }
    self->rows = db_stmt(db, text);
    stmt_bind_i64(self->rows, "from_id", from_id);
    stmt_bind_i64(self->rows, "to_id", to_id);
}

bool clicks_scan_next(struct clicks_scan *self)
{
    struct stmt *row = self->rows;

    if (!stmt_next(row)) {
        return false;
    }
    self->facts = (struct click_facts){
        .id = stmt_i64(row, 0),
        .time_ms = stmt_i64(row, 1),
        .link_id = stmt_i64(row, 2),
        .class = (enum click_class)stmt_i64(row, 3),
        .outcome = (enum click_outcome)stmt_i64(row, 4),
        .signals = (unsigned)stmt_i64(row, 5),
        .flags = (unsigned)stmt_i64(row, 6),
        .visitor = stmt_i64(row, 7),
        .visitor_by = (enum visitor_by)stmt_i64(row, 8),
        .source_by = (enum click_by)stmt_i64(row, 9),
        .channel_by = (enum click_by)stmt_i64(row, 10),
        .scene = (enum click_scene)stmt_i64(row, 11),
    };
    return true;
}

struct click_value clicks_scan_value(const struct clicks_scan *self, enum click_column column)
{
    const int at = self->single >= 0 ? (int)COLUMN_SINGLE : (int)COLUMN_WIDE + (int)column;

    BUG_ON(!(self->columns & CLICK_BIT(column)));
    if (stmt_is_int(self->rows, at)) {
        return (struct click_value){.term = stmt_i64(self->rows, at), .text = STR("")};
    }
    return (struct click_value){.text = stmt_str(self->rows, at)};
}

str clicks_scan_ip(const struct clicks_scan *self)
{
    BUG_ON(!(self->columns & CLICK_WITH_IP));
    return stmt_blob(self->rows, COLUMN_IP);
}

static enum err run_delete(struct db *db, struct stmt *stmt, int64_t *deleted)
{
    enum err err = stmt_run(stmt);

    if (!err && deleted) {
        *deleted = db_changes(db);
    }
    return err;
}

enum err clicks_delete_link(struct db *db, int64_t link_id, int64_t *deleted)
{
    struct stmt *stmt = db_stmt(db, SQL_CLICK_DELETE_LINK);

    stmt_bind_i64(stmt, "link_id", link_id);
    return run_delete(db, stmt, deleted);
}

enum err clicks_delete_range(struct db *db, int64_t from_id, int64_t to_id, int64_t *deleted)
{
    struct stmt *stmt = db_stmt(db, SQL_CLICK_DELETE_RANGE);

    stmt_bind_i64(stmt, "from_id", from_id);
    stmt_bind_i64(stmt, "to_id", to_id);
    return run_delete(db, stmt, deleted);
}

enum err clicks_count(struct db *db, int64_t *count)
{
    return row_i64(db_stmt(db, SQL_CLICK_COUNT), count);
}
