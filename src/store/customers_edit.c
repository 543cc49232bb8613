/* SPDX-License-Identifier: MIT */
/* Customers as people change them, and the rules by which they are tagged. */
#include "linkpond/store/customers.h"

#include "linkpond/store/radar_rules.h"

#include "row.h"
#include "rule_about_bind.h"

static enum err run_for(struct db *db, enum sql_id sql, int64_t id)
{
    struct stmt *stmt = db_stmt(db, sql);

    stmt_bind_i64(stmt, "id", id);
    return stmt_run(stmt);
}

enum err customers_update(struct db *db, const struct customer *customer, int64_t now_ms)
{
    struct stmt *stmt = db_stmt(db, SQL_CUSTOMER_UPDATE);

    stmt_bind_str(stmt, "name", customer->name);
    stmt_bind_i64(stmt, "now_ms", now_ms);
    stmt_bind_str(stmt, "notes", customer->notes);
    stmt_bind_id_opt(stmt, "owner_id", customer->owner_id);
    stmt_bind_i64(stmt, "id", customer->id);
    enum err err = row_run(db, stmt);
    return err ? err : run_for(db, SQL_CUSTOMER_CLEAR_NOTES, customer->id);
}

enum err customers_set_stage(struct db *db, int64_t id, int64_t stage_id)
{
    struct stmt *stmt = db_stmt(db, SQL_CUSTOMER_SET_STAGE);

    stmt_bind_id_opt(stmt, "stage_id", stage_id);
    stmt_bind_i64(stmt, "id", id);
    enum err err = row_run(db, stmt);
    return err ? err : customers_recount(db, id);
}

enum err customers_forget(struct db *db, int64_t id, int64_t now_ms)
{
    static const enum sql_id gone[] = {SQL_IDENTITY_FORGET, SQL_CUSTOMER_FORGET_EVENTS, SQL_CUSTOMER_FORGET_TAGS};
    struct stmt *stmt = db_stmt(db, SQL_CUSTOMER_FORGET);

    stmt_bind_i64(stmt, "now_ms", now_ms);
    stmt_bind_i64(stmt, "id", id);
    enum err err = row_run(db, stmt);
    for (size_t i = 0; i < ARRAY_LEN(gone) && !err; i++) {
        err = run_for(db, gone[i], id);
    }
    return err ? err : radar_person_forget(db, id);
}

enum err customers_count_of_owner(struct db *db, int64_t owner_id, int64_t *count)
{
    struct stmt *row = db_stmt(db, SQL_CUSTOMER_COUNT_OF_OWNER);

    stmt_bind_i64(row, "id", owner_id);
    return row_i64(row, count);
}

enum err customers_hand_over(struct db *db, int64_t from_id, int64_t into_id, int64_t now_ms, int64_t most,
                             int64_t *count)
{
    struct stmt *stmt = db_stmt(db, SQL_CUSTOMER_HAND_OVER);

    stmt_bind_i64(stmt, "into_id", into_id);
    stmt_bind_i64(stmt, "now_ms", now_ms);
    stmt_bind_i64(stmt, "from_id", from_id);
    stmt_bind_i64(stmt, "most", most);
    enum err err = stmt_run(stmt);
    *count = err ? 0 : db_changes(db);
    return err;
}

/* ---- rules that tag ---------------------------------------------------------------------------------------------- */

enum err tag_rules_insert(struct db *db, struct tag_rule *rule)
{
    struct stmt *stmt = db_stmt(db, SQL_TAG_RULE_INSERT);

    stmt_bind_i64(stmt, "tag_id", rule->tag_id);
    bind_rule_about(stmt, &rule->about);
    stmt_bind_i64(stmt, "now_ms", rule->created_ms);
    enum err err = stmt_run(stmt);
    if (!err) {
        rule->id = db_last_id(db);
    }
    return err;
}

enum err tag_rules_delete(struct db *db, int64_t id)
{
    struct stmt *stmt = db_stmt(db, SQL_TAG_RULE_DELETE);

    stmt_bind_i64(stmt, "id", id);
    return row_run(db, stmt);
}

enum err tag_rules_size(struct db *db, int64_t *count)
{
    return row_i64(db_stmt(db, SQL_TAG_RULE_SIZE), count);
}

struct stmt *tag_rules_each(struct db *db)
{
    return db_stmt(db, SQL_TAG_RULE_EACH);
}

bool tag_rules_next(struct stmt *rows, struct tag_rule *out)
{
    if (!stmt_next(rows)) {
        return false;
    }
    *out = (struct tag_rule){.id = stmt_i64(rows, 0),
                             .tag_id = stmt_i64(rows, 1),
                             .about = {.link_id = stmt_i64(rows, 2),
                                       .label_id = stmt_i64(rows, 3),
                                       .type = stmt_str(rows, 4),
                                       .label_kind = stmt_str(rows, 6),
                                       .label = stmt_str(rows, 7)},
                             .tag = stmt_str(rows, 5),
                             .created_ms = stmt_i64(rows, 8)};
    return true;
}
