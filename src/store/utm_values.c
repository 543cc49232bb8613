/* SPDX-License-Identifier: MIT */
#include "linkpond/store/utm_values.h"

#include "like.h"
#include "row.h"

static void read(struct stmt *row, struct arena *arena, struct utm_value *out)
{
    int field = utm_find(stmt_str(row, 1));

    *out = (struct utm_value){
        .id = stmt_i64(row, 0),
        .field = field < 0 ? UTM_SOURCE : (enum utm)field,
        .value = row_str(row, 2, arena),
        .name_zh = row_str(row, 3, arena),
        .name_en = row_str(row, 4, arena),
        .archived = stmt_i64(row, 5),
        .created_ms = stmt_i64(row, 6),
        .updated_ms = stmt_i64(row, 7),
    };
}

static enum err read_aliases(struct db *db, struct arena *arena, struct utm_value *value)
{
    struct stmt *rows = db_stmt(db, SQL_UTM_SPELLING_ALIASES);
    str *items = ARENA_ARRAY(arena, str, LIMIT_UTM_ALIASES);
    size_t count = 0;

    if (!items) {
        return ERR_NOMEM;
    }
    stmt_bind_i64(rows, "utm_value_id", value->id);
    while (count < LIMIT_UTM_ALIASES && stmt_next(rows)) {
        items[count++] = row_str(rows, 0, arena);
    }
    enum err err = stmt_err(rows);
    stmt_reset(rows);
    value->aliases = (struct str_list){.items = items, .count = count};
    return err ? err : arena->overflow ? ERR_NOMEM : OK;
}

static enum err find(struct stmt *row, struct arena *arena, struct utm_value *out)
{
    struct utm_value value;

    if (!stmt_next(row)) {
        return row_missing(row);
    }
    read(row, arena, &value);
    enum err err = row_done(row, arena);
    if (!err) {
        *out = value;
    }
    return err;
}

/* ---- writing ---- */

static void bind_value(struct stmt *stmt, const struct utm_value *value)
{
    stmt_bind_str(stmt, "value", value->value);
    stmt_bind_str(stmt, "name_zh", value->name_zh);
    stmt_bind_str(stmt, "name_en", value->name_en);
    stmt_bind_i64(stmt, "archived", value->archived);
    stmt_bind_i64(stmt, "updated_ms", value->updated_ms);
}

static enum err put_spelling(struct db *db, const struct utm_value *value, str spelling, int64_t position)
{
    struct stmt *stmt = db_stmt(db, SQL_UTM_SPELLING_INSERT);
    char memory[LIMIT_UTM];

    stmt_bind_str(stmt, "field", utm_name(value->field));
    stmt_bind_str(stmt, "folded", utm_fold(spelling, memory));
    stmt_bind_str(stmt, "spelling", spelling);
    stmt_bind_i64(stmt, "utm_value_id", value->id);
    stmt_bind_i64(stmt, "position", position);
    return stmt_run(stmt);
}

static enum err put_spellings(struct db *db, const struct utm_value *value)
{
    enum err err = put_spelling(db, value, value->value, 0);

    for (size_t i = 0; !err && i < value->aliases.count; i++) {
        err = put_spelling(db, value, value->aliases.items[i], (int64_t)i + 1);
    }
    return err;
}

static enum err drop_spellings(struct db *db, int64_t id)
{
    struct stmt *stmt = db_stmt(db, SQL_UTM_SPELLING_DROP);

    stmt_bind_i64(stmt, "utm_value_id", id);
    return stmt_run(stmt);
}

enum err utm_values_insert(struct db *db, struct utm_value *value)
{
    struct stmt *stmt = db_stmt(db, SQL_UTM_VALUE_INSERT);

    bind_value(stmt, value);
    stmt_bind_str(stmt, "field", utm_name(value->field));
    stmt_bind_i64(stmt, "created_ms", value->created_ms);
    enum err err = stmt_run(stmt);
    if (!err) {
        value->id = db_last_id(db);
        err = put_spellings(db, value);
    }
    return err;
}

enum err utm_values_update(struct db *db, const struct utm_value *value)
{
    struct stmt *stmt = db_stmt(db, SQL_UTM_VALUE_UPDATE);

    bind_value(stmt, value);
    stmt_bind_i64(stmt, "id", value->id);
    enum err err = row_run(db, stmt);
    err = err ? err : drop_spellings(db, value->id);
    return err ? err : put_spellings(db, value);
}

enum err utm_values_delete(struct db *db, int64_t id)
{
    enum err err = drop_spellings(db, id);

    if (err) {
        return err;
    }
    struct stmt *stmt = db_stmt(db, SQL_UTM_VALUE_DELETE);
    stmt_bind_i64(stmt, "id", id);
    return row_run(db, stmt);
}

/* ---- reading ---- */

enum err utm_values_find(struct db *db, struct arena *arena, int64_t id, struct utm_value *out)
{
    struct stmt *row = db_stmt(db, SQL_UTM_VALUE_FIND);
    struct utm_value value;

    stmt_bind_i64(row, "id", id);
    enum err err = find(row, arena, &value);
    err = err ? err : read_aliases(db, arena, &value);
    if (!err) {
        *out = value;
    }
    return err;
}

enum err utm_values_find_spelling(struct db *db, struct arena *arena, enum utm field, str spelling,
                                  struct utm_value *out)
{
    struct stmt *row = db_stmt(db, SQL_UTM_VALUE_FIND_SPELLING);
    char memory[LIMIT_UTM];

    stmt_bind_str(row, "field", utm_name(field));
    stmt_bind_str(row, "folded", utm_fold(spelling, memory));
    return find(row, arena, out);
}

enum err utm_values_size(struct db *db, int64_t *count)
{
    return row_i64(db_stmt(db, SQL_UTM_VALUE_SIZE), count);
}

enum err utm_values_any(struct db *db, enum utm field, bool *some, bool *open)
{
    struct stmt *row = db_stmt(db, SQL_UTM_VALUE_ANY);

    stmt_bind_str(row, "field", utm_name(field));
    if (!stmt_next(row)) {
        return row_missing(row);
    }
    *some = stmt_i64(row, 0);
    *open = stmt_i64(row, 1);
    return row_done(row, NULL);
}

static struct stmt *filtered(struct db *db, struct arena *arena, enum sql_id text,
                             const struct utm_values_filter *filter)
{
    struct stmt *rows = db_stmt(db, text);

    stmt_bind_str_opt(rows, "field", filter->field < 0 ? (str){0} : utm_name((enum utm)filter->field));
    stmt_bind_i64(rows, "archived", filter->archived);
    stmt_bind_str_opt(rows, "pattern", like_pattern(arena, filter->q));
    return rows;
}

static enum err list(struct db *db, struct arena *arena, const struct utm_values_filter *filter,
                     struct utm_values_page *out, int64_t *total)
{
    struct utm_values_page page = {.values = ARENA_ARRAY(arena, struct utm_value, filter->limit)};

    if (!page.values) {
        return ERR_NOMEM;
    }
    struct stmt *rows = filtered(db, arena, SQL_UTM_VALUE_LIST, filter);
    stmt_bind_i64(rows, "after_id", filter->after_id);
    stmt_bind_i64(rows, "limit", (int64_t)filter->limit + 1);
    while (page.count < filter->limit && stmt_next(rows)) {
        read(rows, arena, &page.values[page.count++]);
    }
    page.more = page.count == filter->limit && stmt_next(rows);
    stmt_reset(rows);
    enum err err = stmt_err(rows);
    for (size_t i = 0; !err && i < page.count; i++) {
        err = read_aliases(db, arena, &page.values[i]);
    }
    err = err ? err : row_i64(filtered(db, arena, SQL_UTM_VALUE_COUNT, filter), total);
    err = err ? err : arena->overflow ? ERR_NOMEM : OK;
    if (!err) {
        *out = page;
    }
    return err;
}

enum err utm_values_list(struct db *db, struct arena *arena, const struct utm_values_filter *filter,
                         struct utm_values_page *out, int64_t *total)
{
    bool own = false;

    if (filter->limit == 0 || filter->limit > LIMIT_PAGE) {
        return ERR_INVALID;
    }
    enum err err = db_snapshot_begin(db, &own);
    if (err) {
        return err;
    }
    err = list(db, arena, filter, out, total);
    db_snapshot_end(db, own);
    return err;
}

struct stmt *utm_spellings_each(struct db *db, enum utm field)
{
    struct stmt *rows = db_stmt(db, SQL_UTM_SPELLING_EACH);

    stmt_bind_str(rows, "field", utm_name(field));
    return rows;
}

bool utm_spellings_next(struct stmt *rows, struct utm_spelling *out)
{
    bool found = stmt_next(rows);

    if (found) {
        *out = (struct utm_spelling){stmt_str(rows, 0), stmt_str(rows, 1), stmt_i64(rows, 2)};
    }
    return found;
}
