/* SPDX-License-Identifier: MIT */
#include "linkpond/store/domain_blocks.h"

#include "row.h"

static const str STATE_NAMES[BLOCK_STATES] = {
#define STATE_NAME(constant, name) [constant] = STR_INIT(name),
    BLOCK_STATE_TABLE(STATE_NAME)
#undef STATE_NAME
};
static const str APPS[] = {
#define APP_NAME(name) STR_INIT(name),
    BLOCK_APP_TABLE(APP_NAME)
#undef APP_NAME
};

str block_state_name(enum block_state state)
{
    return (unsigned)state < BLOCK_STATES ? STATE_NAMES[state] : (str){0};
}

int block_state_find(str name)
{
    for (int i = 0; i < BLOCK_STATES; i++) {
        if (str_eq(name, STATE_NAMES[i])) {
            return i;
        }
    }
    return -1;
}

bool block_app_is(str name)
{
    for (size_t i = 0; i < ARRAY_LEN(APPS); i++) {
        if (str_eq(name, APPS[i])) {
            return true;
        }
    }
    return false;
}

static void read_row(struct stmt *row, struct arena *arena, struct domain_block *out)
{
    int state = block_state_find(stmt_str(row, 2));

    *out = (struct domain_block){
        .domain_id = stmt_i64(row, 0),
        .app = row_str(row, 1, arena),
        .state = state < 0 ? BLOCK_OK : (enum block_state)state,
        .since_ms = stmt_i64(row, 3),
        .user_id = stmt_i64(row, 4),
        .user = row_str(row, 5, arena),
        .note = row_str(row, 6, arena),
        .updated_ms = stmt_i64(row, 7),
        .found = stmt_i64(row, 8) != 0,
    };
}

enum err domain_blocks_put(struct db *db, const struct domain_block *block)
{
    struct stmt *stmt = db_stmt(db, SQL_DOMAIN_BLOCK_PUT);

    stmt_bind_i64(stmt, "domain_id", block->domain_id);
    stmt_bind_str(stmt, "app", block->app);
    stmt_bind_str(stmt, "state", block_state_name(block->state));
    stmt_bind_i64(stmt, "since_ms", block->since_ms);
    stmt_bind_id_opt(stmt, "user_id", block->user_id);
    stmt_bind_i64(stmt, "found", block->found);
    stmt_bind_str(stmt, "note", block->note);
    stmt_bind_i64(stmt, "updated_ms", block->updated_ms);
    return stmt_run(stmt);
}

enum err domain_blocks_find(struct db *db, struct arena *arena, int64_t domain_id, str app, struct domain_block *out)
{
    struct stmt *row = db_stmt(db, SQL_DOMAIN_BLOCK_FIND);

    stmt_bind_i64(row, "domain_id", domain_id);
    stmt_bind_str(row, "app", app);
    if (!stmt_next(row)) {
        return row_missing(row);
    }
    read_row(row, arena, out);
    return row_done(row, arena);
}

struct stmt *domain_blocks_each(struct db *db, int64_t domain_id)
{
    struct stmt *rows = db_stmt(db, SQL_DOMAIN_BLOCK_EACH);

    stmt_bind_i64(rows, "domain_id", domain_id);
    return rows;
}

bool domain_blocks_next(struct stmt *rows, struct domain_block *out)
{
    bool found = stmt_next(rows);

    if (found) {
        read_row(rows, NULL, out);
    }
    return found;
}
