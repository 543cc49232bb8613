/* SPDX-License-Identifier: MIT */
#include "linkpond/store/labels.h"

#include "labels_row.h"
#include "linkpond/store/gains.h"
#include "links_source.h"
#include "row.h"

static const str kind_names[LABEL_KINDS] = {
    [LABEL_CAMPAIGN] = STR_INIT("campaign"),
    [LABEL_CHANNEL] = STR_INIT("channel"),
    [LABEL_TAG] = STR_INIT("tag"),
};

str label_kind_name(enum label_kind kind)
{
    return kind < LABEL_KINDS ? kind_names[kind] : STR("");
}

static enum label_kind find_kind(str name)
{
    int kind = LABEL_CAMPAIGN;

    while (kind < LABEL_TAG && !str_eq(name, kind_names[kind])) {
        kind++;
    }
    return (enum label_kind)kind;
}

void labels_read(struct stmt *row, struct arena *arena, struct label *out)
{
    *out = (struct label){
        .id = stmt_i64(row, 0),
        .kind = find_kind(stmt_str(row, 1)),
        .key = row_str(row, 2, arena),
        .name = row_str(row, 3, arena),
        .name_zh = row_str(row, 4, arena),
        .name_en = row_str(row, 5, arena),
        .channel_group = row_str(row, 6, arena),
        .region = row_str(row, 7, arena),
        .location = row_str(row, 8, arena),
        .cost_centre = row_str(row, 9, arena),
        .owner_id = stmt_i64(row, 10),
        .owner = row_str(row, 11, arena),
        .archived = stmt_i64(row, 12),
        .created_ms = stmt_i64(row, 13),
        .updated_ms = stmt_i64(row, 14),
        .counts.last_ms = TIME_NONE,
    };
    for (int i = 0; i < UTM_COUNT; i++) {
        out->utm[i] = row_str(row, 15 + i, arena);
    }
}

static enum err find(struct stmt *row, struct arena *arena, struct label *out)
{
    struct label label;

    if (!stmt_next(row)) {
        return row_missing(row);
    }
    labels_read(row, arena, &label);
    enum err err = row_done(row, arena);
    if (!err) {
        *out = label;
    }
    return err;
}

static void bind_label(struct stmt *stmt, const struct label *label)
{
    stmt_bind_str(stmt, "key", label->key);
    stmt_bind_str(stmt, "name", label->name);
    stmt_bind_str(stmt, "name_zh", label->name_zh);
    stmt_bind_str(stmt, "name_en", label->name_en);
    stmt_bind_str(stmt, "channel_group", label->channel_group);
    stmt_bind_str(stmt, "region", label->region);
    stmt_bind_str(stmt, "location", label->location);
    stmt_bind_str(stmt, "cost_centre", label->cost_centre);
    stmt_bind_id_opt(stmt, "owner_id", label->owner_id);
    stmt_bind_i64(stmt, "archived", label->archived);
    for (int i = 0; i < UTM_COUNT; i++) {
        stmt_bind_str(stmt, utm_name((enum utm)i).ptr, label->utm[i]);
    }
    stmt_bind_i64(stmt, "updated_ms", label->updated_ms);
}

enum err labels_insert(struct db *db, struct label *label)
{
    struct stmt *stmt = db_stmt(db, SQL_LABEL_INSERT);

    bind_label(stmt, label);
    stmt_bind_str(stmt, "kind", label_kind_name(label->kind));
    stmt_bind_i64(stmt, "created_ms", label->created_ms);
    enum err err = stmt_run(stmt);
    if (!err) {
        label->id = db_last_id(db);
    }
    return err;
}

enum err labels_update(struct db *db, const struct label *label)
{
    struct stmt *stmt = db_stmt(db, SQL_LABEL_UPDATE);

    bind_label(stmt, label);
    stmt_bind_i64(stmt, "id", label->id);
    return row_run(db, stmt);
}

enum err labels_ensure(struct db *db, enum label_kind kind, str key, int64_t now_ms, int64_t *id)
{
    struct stmt *row = db_stmt(db, SQL_LABEL_ID);

    stmt_bind_str(row, "kind", label_kind_name(kind));
    stmt_bind_str(row, "key", key);
    enum err err = row_i64(row, id);
    if (err != ERR_NOT_FOUND) {
        return err;
    }
    struct stmt *stmt = db_stmt(db, SQL_LABEL_ENSURE);
    stmt_bind_str(stmt, "kind", label_kind_name(kind));
    stmt_bind_str(stmt, "key", key);
    stmt_bind_i64(stmt, "now_ms", now_ms);
    err = stmt_run(stmt);
    if (err) {
        return err;
    }
    row = db_stmt(db, SQL_LABEL_ID);
    stmt_bind_str(row, "kind", label_kind_name(kind));
    stmt_bind_str(row, "key", key);
    return row_i64(row, id);
}

enum err labels_find(struct db *db, struct arena *arena, enum label_kind kind, str key, struct label *out)
{
    struct stmt *row = db_stmt(db, SQL_LABEL_FIND);

    stmt_bind_str(row, "kind", label_kind_name(kind));
    stmt_bind_str(row, "key", key);
    return find(row, arena, out);
}

enum err labels_find_id(struct db *db, struct arena *arena, int64_t id, struct label *out)
{
    struct stmt *row = db_stmt(db, SQL_LABEL_FIND_ID);

    stmt_bind_i64(row, "id", id);
    return find(row, arena, out);
}

static enum err has_few(struct db *db, const struct label *label, bool *few)
{
    static const enum sql_id texts[LABEL_KINDS] = {
        [LABEL_CAMPAIGN] = SQL_LINK_SOURCE_CAMPAIGN,
        [LABEL_CHANNEL] = SQL_LINK_SOURCE_CHANNEL,
        [LABEL_TAG] = SQL_LINK_SOURCE_TAG,
    };
    struct stmt *rows = db_stmt(db, texts[label->kind]);
    size_t count = 0;

    stmt_bind_i64(rows, "of", label->id);
    stmt_bind_i64(rows, "after_id", 0);
    stmt_bind_i64(rows, "limit", LINKS_FEW + 1);
    while (stmt_next(rows)) {
        count++;
    }
    *few = count <= LINKS_FEW;
    return stmt_err(rows);
}

static enum err sum_few(struct db *db, const struct bounds *bounds, struct label *label)
{
    static const enum sql_id texts[LABEL_KINDS] = {
        [LABEL_CAMPAIGN] = SQL_LABEL_SUMS_CAMPAIGN,
        [LABEL_CHANNEL] = SQL_LABEL_SUMS_CHANNEL,
        [LABEL_TAG] = SQL_LABEL_SUMS_TAG,
    };
    struct stmt *row = db_stmt(db, texts[label->kind]);

    bounds_bind(row, bounds);
    stmt_bind_i64(row, "id", label->id);
    if (!stmt_next(row)) {
        return row_missing(row);
    }
    label->links = stmt_i64(row, 0);
    label->counts = (struct link_counts){
        .clicks = stmt_i64(row, 1),
        .visitors = stmt_i64(row, 2),
        .bots = stmt_i64(row, 3),
        .total = stmt_i64(row, 4),
        .scans = stmt_i64(row, 5),
        .last_ms = stmt_time(row, 6),
    };
    return row_done(row, NULL);
}

/* One look at all links by their columns is sooner done than many by the index. */
static enum err sum(struct db *db, struct arena *arena, const struct bounds *bounds, struct label *label)
{
    bool few = true, waits = false;
    enum err err = has_few(db, label, &few);

    err = err ? err : gains_any(db, &waits); /* which is added to columns only */
    if (err) {
        return err;
    }
    return few && !waits ? sum_few(db, bounds, label) : labels_sum_up(db, arena, bounds, label, 1);
}

enum err labels_find_full(struct db *db, struct arena *arena, enum label_kind kind, str key,
                          const struct bounds *bounds, struct label *out)
{
    struct label label = {.kind = kind};
    bool own = false;
    enum err err = db_snapshot_begin(db, &own);

    if (err) {
        return err;
    }
    err = labels_find(db, arena, kind, key, &label);
    err = err ? err : sum(db, arena, bounds, &label);
    db_snapshot_end(db, own);
    if (!err) {
        *out = label;
    }
    return err;
}

/* ---- merging ---- */

static enum err move(struct db *db, enum sql_id text, int64_t from_id, int64_t to_id, int64_t now_ms)
{
    struct stmt *stmt = db_stmt(db, text);

    if (to_id != 0) {
        stmt_bind_i64(stmt, "to_id", to_id);
    }
    if (now_ms != 0) {
        stmt_bind_i64(stmt, "now_ms", now_ms);
    }
    stmt_bind_i64(stmt, "from_id", from_id);
    return stmt_run(stmt);
}

static enum err move_links(struct db *db, enum label_kind kind, int64_t from_id, int64_t to_id, int64_t now_ms)
{
    if (kind != LABEL_TAG) {
        return move(db, kind == LABEL_CAMPAIGN ? SQL_LABEL_MOVE_CAMPAIGN : SQL_LABEL_MOVE_CHANNEL, from_id, to_id,
                    now_ms);
    }
    enum err err = move(db, SQL_LABEL_MOVE_TAG_MARK, from_id, 0, now_ms);
    err = err ? err : move(db, SQL_LABEL_MOVE_TAG, from_id, to_id, 0);
    return err ? err : move(db, SQL_LABEL_DROP_TAG, from_id, 0, 0);
}

static enum err find_kind_of(struct db *db, int64_t id, enum label_kind *kind)
{
    struct stmt *row = db_stmt(db, SQL_LABEL_FIND_ID);

    stmt_bind_i64(row, "id", id);
    if (!stmt_next(row)) {
        return row_missing(row);
    }
    *kind = find_kind(stmt_str(row, 1));
    return row_done(row, NULL);
}

/* Customers' tags, the rules that put them or tell of visits, and costs. */
static enum err move_deals(struct db *db, int64_t from_id, int64_t to_id)
{
    static const enum sql_id moves[] = {SQL_LABEL_MOVE_CUSTOMERS, SQL_LABEL_MOVE_RULES, SQL_LABEL_MOVE_RADAR_RULES,
                                        SQL_LABEL_MOVE_COSTS};
    struct stmt *stmt;
    enum err err = OK;

    for (size_t i = 0; i < ARRAY_LEN(moves) && !err; i++) {
        stmt = db_stmt(db, moves[i]);
        stmt_bind_i64(stmt, "to_id", to_id);
        stmt_bind_i64(stmt, "from_id", from_id);
        err = stmt_run(stmt);
    }
    stmt = db_stmt(db, SQL_LABEL_DROP_CUSTOMERS);
    stmt_bind_i64(stmt, "from_id", from_id);
    return err ? err : stmt_run(stmt);
}

enum err labels_merge(struct db *db, int64_t from_id, int64_t to_id, int64_t now_ms)
{
    enum label_kind from_kind = LABEL_CAMPAIGN;
    enum label_kind to_kind = LABEL_CAMPAIGN;
    enum err err = find_kind_of(db, from_id, &from_kind);

    err = err ? err : find_kind_of(db, to_id, &to_kind);
    if (!err && (from_kind != to_kind || from_id == to_id)) {
        err = ERR_INVALID;
    }
    err = err ? err : move_links(db, from_kind, from_id, to_id, now_ms);
    err = err ? err : move_deals(db, from_id, to_id);
    return err ? err : labels_delete(db, from_id);
}

enum err labels_delete(struct db *db, int64_t id)
{
    struct stmt *stmt = db_stmt(db, SQL_LABEL_DELETE);

    stmt_bind_i64(stmt, "id", id);
    return row_run(db, stmt);
}

enum err labels_hand_over(struct db *db, int64_t from_id, int64_t into_id, int64_t now_ms, int64_t *count)
{
    struct stmt *stmt = db_stmt(db, SQL_LABEL_HAND_OVER);

    stmt_bind_i64(stmt, "into_id", into_id);
    stmt_bind_i64(stmt, "now_ms", now_ms);
    stmt_bind_i64(stmt, "from_id", from_id);
    enum err err = stmt_run(stmt);
    *count = err ? 0 : db_changes(db);
    return err;
}

enum err labels_count_of_owner(struct db *db, int64_t owner_id, int64_t *count)
{
    struct stmt *row = db_stmt(db, SQL_LABEL_COUNT_OF_OWNER);

    stmt_bind_i64(row, "id", owner_id);
    return row_i64(row, count);
}
