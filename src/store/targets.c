/* SPDX-License-Identifier: MIT */
#include "linkpond/store/targets.h"

#include "linkpond/store/target_events.h"

#include "row.h"

#define NAME_PREFIX "tgt_"

static const str kind_names[TARGET_KIND_COUNT] = {
#define KIND_NAME(constant, name) [constant] = STR_INIT(name),
    TARGET_KIND_TABLE(KIND_NAME)
#undef KIND_NAME
};
static const str cap_on_names[CAP_ON_COUNT] = {
#define CAP_ON_NAME(constant, name) [constant] = STR_INIT(name),
    TARGET_CAP_ON_TABLE(CAP_ON_NAME)
#undef CAP_ON_NAME
};

static int find_name(const str *names, size_t count, str name)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq(names[i], name)) {
            return (int)i;
        }
    }
    return -1;
}

str target_kind_name(enum target_kind kind)
{
    return (size_t)kind < TARGET_KIND_COUNT ? kind_names[kind] : (str){0};
}

int target_kind_find(str name)
{
    return find_name(kind_names, TARGET_KIND_COUNT, name);
}

str target_cap_on_name(enum target_cap_on what)
{
    return (size_t)what < CAP_ON_COUNT ? cap_on_names[what] : (str){0};
}

int target_cap_on_find(str name)
{
    return find_name(cap_on_names, CAP_ON_COUNT, name);
}

str target_name(int64_t id, char memory[TARGET_NAME_MAX])
{
    int len = snprintf(memory, TARGET_NAME_MAX, NAME_PREFIX "%lld", (long long)id);

    return (str){memory, (size_t)len};
}

int64_t target_name_read(str text)
{
    int64_t id = 0;

    if (!str_starts(text, STR(NAME_PREFIX)) || !str_to_i64(str_from(text, sizeof NAME_PREFIX - 1), &id)) {
        return 0;
    }
    char memory[TARGET_NAME_MAX];
    return id > 0 && str_eq(text, target_name(id, memory)) ? id : 0;
}

/* ---- reading ---- */

static int64_t read_cap(struct stmt *row, int column)
{
    return stmt_is_null(row, column) ? TARGET_NO_CAP : stmt_i64(row, column);
}

static void read(struct stmt *row, struct arena *arena, struct target *out)
{
    int kind = target_kind_find(stmt_str(row, 3));
    int cap_on = target_cap_on_find(stmt_str(row, 18));

    *out = (struct target){
        .id = stmt_i64(row, 0),
        .link_id = stmt_i64(row, 1),
        .position = stmt_i64(row, 2),
        .kind = kind < 0 ? TARGET_URL : (enum target_kind)kind,
        .name = row_str(row, 4, arena),
        .url = row_str(row, 5, arena),
        .image_id = stmt_i64(row, 6),
        .title = row_str(row, 7, arena),
        .hint = row_str(row, 8, arena),
        .staff_id = stmt_i64(row, 9),
        .staff = row_str(row, 10, arena),
        .weight = (int)stmt_i64(row, 11),
        .enabled = stmt_i64(row, 12) != 0,
        .valid_from_ms = stmt_time(row, 13),
        .valid_until_ms = stmt_time(row, 14),
        .cap_total = read_cap(row, 15),
        .cap_day = read_cap(row, 16),
        .cap_hour = read_cap(row, 17),
        .cap_on = cap_on < 0 ? CAP_ON_SHOWN : (enum target_cap_on)cap_on,
        .reserved_before = stmt_i64(row, 19),
        .joined_before = stmt_i64(row, 20),
        .replaced_ms = stmt_time(row, 21),
        .deleted_ms = stmt_time(row, 22),
        .created_ms = stmt_i64(row, 23),
        .updated_ms = stmt_i64(row, 24),
    };
}

enum err targets_find(struct db *db, struct arena *arena, int64_t id, struct target *out)
{
    struct stmt *row = db_stmt(db, SQL_TARGET_FIND);
    struct target target;

    stmt_bind_i64(row, "id", id);
    if (!stmt_next(row)) {
        return row_missing(row);
    }
    read(row, arena, &target);
    enum err err = row_done(row, arena);
    if (!err) {
        *out = target;
    }
    return err;
}

enum err targets_of(struct db *db, struct arena *arena, int64_t link_id, struct target **out, size_t *count)
{
    struct stmt *rows = db_stmt(db, SQL_TARGET_OF);
    struct target *list = NULL;
    size_t found = 0, cap = 0;

    stmt_bind_i64(rows, "link_id", link_id);
    while (stmt_next(rows)) {
        list = ARENA_GROW(arena, list, found, &cap);
        if (!list) {
            stmt_reset(rows);
            return ERR_NOMEM;
        }
        read(rows, arena, &list[found++]);
    }
    if (stmt_err(rows) || arena->overflow) {
        return stmt_err(rows) ? stmt_err(rows) : ERR_NOMEM;
    }
    *out = list;
    *count = found;
    return OK;
}

enum err targets_next_position(struct db *db, int64_t link_id, int64_t *position, int64_t *count)
{
    struct stmt *row = db_stmt(db, SQL_TARGET_NEXT_POSITION);

    stmt_bind_i64(row, "link_id", link_id);
    if (!stmt_next(row)) {
        return row_missing(row);
    }
    int64_t next = stmt_i64(row, 0), found = stmt_i64(row, 1);
    stmt_reset(row);
    if (!stmt_err(row)) {
        *position = next;
        *count = found;
    }
    return stmt_err(row);
}

struct stmt *targets_links_each(struct db *db)
{
    return db_stmt(db, SQL_TARGET_LINKS_EACH);
}

bool targets_links_next(struct stmt *rows, int64_t *link_id)
{
    bool found = stmt_next(rows);

    if (found) {
        *link_id = stmt_i64(rows, 0);
    }
    return found;
}

/* ---- writing ---- */

static void bind_cap(struct stmt *stmt, const char *name, int64_t cap)
{
    if (cap == TARGET_NO_CAP) {
        stmt_bind_null(stmt, name);
    } else {
        stmt_bind_i64(stmt, name, cap);
    }
}

static void bind_target(struct stmt *stmt, const struct target *target)
{
    stmt_bind_i64(stmt, "position", target->position);
    stmt_bind_str(stmt, "kind", target_kind_name(target->kind));
    stmt_bind_str(stmt, "name", target->name);
    stmt_bind_str(stmt, "url", target->url);
    stmt_bind_id_opt(stmt, "image_id", target->image_id);
    stmt_bind_str(stmt, "title", target->title);
    stmt_bind_str(stmt, "hint", target->hint);
    stmt_bind_id_opt(stmt, "staff_id", target->staff_id);
    stmt_bind_i64(stmt, "weight", target->weight);
    stmt_bind_i64(stmt, "enabled", target->enabled);
    stmt_bind_time_opt(stmt, "valid_from_ms", target->valid_from_ms);
    stmt_bind_time_opt(stmt, "valid_until_ms", target->valid_until_ms);
    bind_cap(stmt, "cap_total", target->cap_total);
    bind_cap(stmt, "cap_day", target->cap_day);
    bind_cap(stmt, "cap_hour", target->cap_hour);
    stmt_bind_str(stmt, "cap_on", target_cap_on_name(target->cap_on));
    stmt_bind_i64(stmt, "reserved_before", target->reserved_before);
    stmt_bind_i64(stmt, "joined_before", target->joined_before);
    stmt_bind_time_opt(stmt, "replaced_ms", target->replaced_ms);
    stmt_bind_i64(stmt, "updated_ms", target->updated_ms);
}

enum err targets_insert(struct db *db, struct target *target)
{
    struct stmt *stmt = db_stmt(db, SQL_TARGET_INSERT);

    bind_target(stmt, target);
    stmt_bind_i64(stmt, "link_id", target->link_id);
    stmt_bind_i64(stmt, "created_ms", target->created_ms);
    enum err err = stmt_run(stmt);
    if (!err) {
        target->id = db_last_id(db);
    }
    return err;
}

enum err targets_update(struct db *db, const struct target *target)
{
    struct stmt *stmt = db_stmt(db, SQL_TARGET_UPDATE);

    bind_target(stmt, target);
    stmt_bind_i64(stmt, "id", target->id);
    return row_run(db, stmt);
}

enum err targets_move(struct db *db, int64_t link_id, int64_t id, int64_t position)
{
    struct stmt *stmt = db_stmt(db, SQL_TARGET_MOVE);

    stmt_bind_i64(stmt, "position", position);
    stmt_bind_i64(stmt, "id", id);
    stmt_bind_i64(stmt, "link_id", link_id);
    return row_run(db, stmt);
}

enum err targets_delete(struct db *db, int64_t id, int64_t now_ms)
{
    struct stmt *stmt = db_stmt(db, SQL_TARGET_DELETE);

    stmt_bind_i64(stmt, "now_ms", now_ms);
    stmt_bind_i64(stmt, "id", id);
    return row_run(db, stmt);
}

enum err targets_mark_link(struct db *db, int64_t link_id, int64_t now_ms)
{
    struct stmt *stmt = db_stmt(db, SQL_TARGET_MARK_LINK);

    stmt_bind_i64(stmt, "link_id", link_id);
    stmt_bind_i64(stmt, "now_ms", now_ms);
    return row_run(db, stmt);
}

enum err targets_purge(struct db *db, int64_t link_id)
{
    static const enum sql_id texts[] = {SQL_TARGET_VISITOR_PURGE, SQL_TARGET_CHANNEL_PURGE, SQL_TARGET_HOUR_PURGE,
                                        SQL_TARGET_PURGE};
    enum err err = target_events_purge(db, link_id);

    for (size_t i = 0; !err && i < ARRAY_LEN(texts); i++) {
        struct stmt *stmt = db_stmt(db, texts[i]);
        stmt_bind_i64(stmt, "link_id", link_id);
        err = stmt_run(stmt);
    }
    return err;
}
