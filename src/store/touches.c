/* SPDX-License-Identifier: MIT */
#include "linkpond/store/touches.h"

#include "linkpond/store/terms.h"

#include "row.h"

enum err touches_put(struct db *db, int64_t customer_id, const struct touch *touch, bool *fresh)
{
    struct stmt *stmt = db_stmt(db, SQL_TOUCH_PUT);
    int place = 1;

    stmt_put_i64(stmt, place++, customer_id);
    stmt_put_i64(stmt, place++, touch->time_ms);
    stmt_put_i64(stmt, place++, touch->click_id);
    stmt_put_i64(stmt, place++, touch->generation);
    stmt_put_i64(stmt, place++, touch->link_id);
    for (int i = 0; i < TOUCH_TERMS; i++) {
        stmt_put_i64(stmt, place++, touch->terms[i]);
    }
    stmt_put_i64(stmt, place++, touch->scene);
    stmt_put_i64(stmt, place, (int64_t)touch->flags);
    enum err err = stmt_run(stmt);
    *fresh = err == OK && db_changes(db) > 0;
    return err;
}

struct stmt *touches_each(struct db *db, int64_t customer_id)
{
    struct stmt *rows = db_stmt(db, SQL_TOUCH_EACH);

    stmt_bind_i64(rows, "customer_id", customer_id);
    return rows;
}

bool touches_next(struct stmt *rows, struct touch *out)
{
    if (!stmt_next(rows)) {
        return false;
    }
    *out = (struct touch){
        .time_ms = stmt_i64(rows, 0),
        .click_id = stmt_i64(rows, 1),
        .generation = (int)stmt_i64(rows, 2),
        .link_id = stmt_i64(rows, 3),
        .scene = (int)stmt_i64(rows, 4 + TOUCH_TERMS),
        .flags = (unsigned)stmt_i64(rows, 5 + TOUCH_TERMS),
    };
    for (int i = 0; i < TOUCH_TERMS; i++) {
        out->terms[i] = stmt_i64(rows, 4 + i);
    }
    return true;
}

static enum err of_link(struct db *db, enum sql_id text, int64_t link_id)
{
    struct stmt *stmt = db_stmt(db, text);

    stmt_bind_i64(stmt, "link_id", link_id);
    return stmt_run(stmt);
}

enum err touches_purge_link(struct db *db, int64_t link_id)
{
    enum err err = of_link(db, SQL_TOUCH_PURGE_CUSTOMERS, link_id);

    return err ? err : of_link(db, SQL_TOUCH_PURGE_LINK, link_id);
}

/* The ledger's own dictionary takes it well that others add to it: it looks again for the next id. */
enum err touches_term(struct db *db, str text, int64_t *id)
{
    int64_t max = 0;

    *id = 0;
    if (text.len == 0) {
        return OK;
    }
    enum err err = terms_find(db, text, id);
    if (err != ERR_NOT_FOUND) {
        return err;
    }
    err = terms_max_id(db, &max);
    err = err ? err : terms_insert(db, max + 1, text);
    if (err == OK) {
        *id = max + 1;
    }
    return err;
}
