/* SPDX-License-Identifier: MIT */
#include "linkpond/store/repoints.h"

#include "row.h"

static const str STATE_NAMES[REPOINT_STATES] = {
#define STATE_NAME(constant, name) [constant] = STR_INIT(name),
    REPOINT_STATE_TABLE(STATE_NAME)
#undef STATE_NAME
};

str repoint_state_name(enum repoint_state state)
{
    return (unsigned)state < REPOINT_STATES ? STATE_NAMES[state] : (str){0};
}

static enum repoint_state state_of(str name)
{
    int i = 0;

    while (i < REPOINT_STATES - 1 && !str_eq(name, STATE_NAMES[i])) {
        i++;
    }
    return (enum repoint_state)i;
}

static void read_row(struct stmt *row, struct arena *arena, struct repoint *out)
{
    int how = repoint_how_find(stmt_str(row, 2));

    *out = (struct repoint){
        .id = stmt_i64(row, 0),
        .state = state_of(stmt_str(row, 1)),
        .how = how < 0 ? REPOINT_URL : (enum repoint_how)how,
        .target = row_str(row, 3, arena),
        .from_host = row_str(row, 4, arena),
        .chosen = row_str(row, 5, arena),
        .note = row_str(row, 6, arena),
        .last_id = stmt_i64(row, 7),
        .after_id = stmt_i64(row, 8),
        .undo_after_id = stmt_i64(row, 9),
        .force = stmt_i64(row, 10) != 0,
        .changed = stmt_i64(row, 11),
        .unchanged = stmt_i64(row, 12),
        .refused = stmt_i64(row, 13),
        .undone = stmt_i64(row, 14),
        .kept = stmt_i64(row, 15),
        .audit_id = stmt_i64(row, 16),
        .user = row_str(row, 17, arena),
        .created_ms = stmt_i64(row, 18),
        .updated_ms = stmt_i64(row, 19),
        .targets = stmt_i64(row, 20),
    };
}

enum err repoints_insert(struct db *db, struct repoint *repoint, int64_t now_ms)
{
    struct stmt *stmt = db_stmt(db, SQL_REPOINT_INSERT);

    stmt_bind_str(stmt, "how", repoint_how_name(repoint->how));
    stmt_bind_str(stmt, "target", repoint->target);
    stmt_bind_str(stmt, "from_host", repoint->from_host);
    stmt_bind_str(stmt, "chosen", repoint->chosen);
    stmt_bind_str(stmt, "note", repoint->note);
    stmt_bind_id_opt(stmt, "user_id", repoint->user_id);
    stmt_bind_i64(stmt, "now_ms", now_ms);
    enum err err = stmt_run(stmt);
    if (!err) {
        repoint->id = db_last_id(db);
    }
    return err;
}

enum err repoints_find(struct db *db, struct arena *arena, int64_t id, struct repoint *out)
{
    struct stmt *row = db_stmt(db, SQL_REPOINT_FIND);

    stmt_bind_i64(row, "id", id);
    if (!stmt_next(row)) {
        return row_missing(row);
    }
    read_row(row, arena, out);
    return row_done(row, arena);
}

enum err repoints_update(struct db *db, const struct repoint *repoint, int64_t now_ms)
{
    struct stmt *stmt = db_stmt(db, SQL_REPOINT_UPDATE);

    stmt_bind_i64(stmt, "id", repoint->id);
    stmt_bind_str(stmt, "state", repoint_state_name(repoint->state));
    stmt_bind_i64(stmt, "after_id", repoint->after_id);
    stmt_bind_i64(stmt, "undo_after_id", repoint->undo_after_id);
    stmt_bind_i64(stmt, "force", repoint->force);
    stmt_bind_i64(stmt, "changed", repoint->changed);
    stmt_bind_i64(stmt, "unchanged", repoint->unchanged);
    stmt_bind_i64(stmt, "refused", repoint->refused);
    stmt_bind_i64(stmt, "undone", repoint->undone);
    stmt_bind_i64(stmt, "kept", repoint->kept);
    stmt_bind_i64(stmt, "targets", repoint->targets);
    stmt_bind_i64(stmt, "audit_id", repoint->audit_id);
    stmt_bind_i64(stmt, "now_ms", now_ms);
    return row_run(db, stmt);
}

struct stmt *repoints_each(struct db *db)
{
    return db_stmt(db, SQL_REPOINT_EACH);
}

bool repoints_next(struct stmt *rows, struct repoint *out)
{
    bool found = stmt_next(rows);

    if (found) {
        read_row(rows, NULL, out);
    }
    return found;
}

/* ---- links ------------------------------------------------------------------------------------------------------- */

enum err repoint_links_put(struct db *db, int64_t repoint_id, const struct repoint_link *link)
{
    struct stmt *stmt = db_stmt(db, SQL_REPOINT_LINK_PUT);

    stmt_bind_i64(stmt, "repoint_id", repoint_id);
    stmt_bind_i64(stmt, "link_id", link->link_id);
    stmt_bind_str(stmt, "state", link->state);
    stmt_bind_str(stmt, "before", link->before);
    stmt_bind_i64(stmt, "revision", link->revision);
    stmt_bind_str(stmt, "why", link->why);
    return stmt_run(stmt);
}

static enum err take(struct stmt *rows, struct arena *arena, struct repoint_link *out, size_t cap, size_t *count)
{
    size_t found = 0;

    while (found < cap && stmt_next(rows)) {
        out[found++] = (struct repoint_link){.link_id = stmt_i64(rows, 0),
                                             .state = row_str(rows, 1, arena),
                                             .before = row_str(rows, 2, arena),
                                             .revision = stmt_i64(rows, 3),
                                             .why = row_str(rows, 4, arena),
                                             .code = row_str(rows, 5, arena)};
    }
    enum err err = stmt_err(rows);
    stmt_reset(rows);
    *count = found;
    return err ? err : arena->overflow ? ERR_NOMEM : OK;
}

enum err repoint_links_list(struct db *db, struct arena *arena, int64_t repoint_id, str state, int64_t after_id,
                            struct repoint_link *out, size_t cap, size_t *count)
{
    struct stmt *rows = db_stmt(db, SQL_REPOINT_LINK_EACH);

    stmt_bind_i64(rows, "repoint_id", repoint_id);
    stmt_bind_str(rows, "state", state);
    stmt_bind_i64(rows, "after_id", after_id);
    return take(rows, arena, out, cap, count);
}

enum err repoint_links_to_undo(struct db *db, struct arena *arena, const struct repoint *repoint,
                               struct repoint_link *out, size_t cap, size_t *count)
{
    struct stmt *rows = db_stmt(db, SQL_REPOINT_LINK_EACH_TO_UNDO);

    stmt_bind_i64(rows, "repoint_id", repoint->id);
    stmt_bind_i64(rows, "after_id", repoint->undo_after_id);
    stmt_bind_i64(rows, "force", repoint->force);
    return take(rows, arena, out, cap, count);
}

enum err repoint_links_forget(struct db *db, int64_t link_id)
{
    struct stmt *stmt = db_stmt(db, SQL_REPOINT_LINK_FORGET), *targets = db_stmt(db, SQL_REPOINT_TARGET_FORGET);

    stmt_bind_i64(stmt, "link_id", link_id);
    stmt_bind_i64(targets, "link_id", link_id);
    enum err err = stmt_run(stmt);
    return err ? err : stmt_run(targets);
}

/* ---- targets ----------------------------------------------------------------------------------------------------- */

enum err repoint_targets_put(struct db *db, int64_t repoint_id, int64_t link_id, const struct repoint_target *target)
{
    struct stmt *stmt = db_stmt(db, SQL_REPOINT_TARGET_PUT);

    stmt_bind_i64(stmt, "repoint_id", repoint_id);
    stmt_bind_i64(stmt, "link_id", link_id);
    stmt_bind_i64(stmt, "target_id", target->target_id);
    stmt_bind_str(stmt, "before", target->before);
    return stmt_run(stmt);
}

enum err repoint_targets_list(struct db *db, struct arena *arena, int64_t repoint_id, int64_t link_id,
                              struct repoint_target *out, size_t cap, size_t *count)
{
    struct stmt *rows = db_stmt(db, SQL_REPOINT_TARGET_EACH);
    size_t found = 0;

    stmt_bind_i64(rows, "repoint_id", repoint_id);
    stmt_bind_i64(rows, "link_id", link_id);
    while (found < cap && stmt_next(rows)) {
        out[found++] = (struct repoint_target){stmt_i64(rows, 0), row_str(rows, 1, arena)};
    }
    enum err err = stmt_err(rows);
    stmt_reset(rows);
    *count = found;
    return err ? err : arena->overflow ? ERR_NOMEM : OK;
}
