/* SPDX-License-Identifier: MIT */
#include "linkpond/store/radar_rules.h"

#include "linkpond/base/buf.h"

#include "row.h"
#include "rule_about_bind.h"

static enum err run_for(struct db *db, enum sql_id sql, int64_t id)
{
    struct stmt *stmt = db_stmt(db, sql);

    stmt_bind_i64(stmt, "id", id);
    return stmt_run(stmt);
}

/* ---- rules ---- */

static void bind(struct stmt *stmt, const struct radar_rule *rule, int64_t now_ms)
{
    stmt_bind_str(stmt, "name", rule->name);
    stmt_bind_i64(stmt, "visits", rule->condition.visits);
    stmt_bind_i64(stmt, "days", rule->condition.days);
    bind_rule_about(stmt, &rule->about);
    stmt_bind_i64(stmt, "enabled", rule->enabled);
    stmt_bind_i64(stmt, "since_ms", rule->since_ms);
    stmt_bind_i64(stmt, "now_ms", now_ms);
}

enum err radar_rules_insert(struct db *db, struct radar_rule *rule)
{
    struct stmt *stmt = db_stmt(db, SQL_RADAR_RULE_INSERT);

    bind(stmt, rule, rule->created_ms);
    stmt_bind_str(stmt, "kind", radar_kind_name(rule->condition.kind));
    enum err err = stmt_run(stmt);
    if (!err) {
        rule->id = db_last_id(db);
    }
    return err;
}

enum err radar_rules_update(struct db *db, const struct radar_rule *rule, bool anew)
{
    struct stmt *stmt = db_stmt(db, SQL_RADAR_RULE_UPDATE);

    bind(stmt, rule, rule->updated_ms);
    stmt_bind_i64(stmt, "id", rule->id);
    enum err err = row_run(db, stmt);
    err = err || !anew ? err : run_for(db, SQL_RADAR_RULE_ANEW, rule->id);
    return err || !anew ? err : run_for(db, SQL_RADAR_RULE_NO_DUE, rule->id);
}

enum err radar_rules_delete(struct db *db, int64_t id)
{
    struct stmt *stmt = db_stmt(db, SQL_RADAR_RULE_DELETE);

    stmt_bind_i64(stmt, "id", id);
    return row_run(db, stmt);
}

enum err radar_rules_size(struct db *db, int64_t *count)
{
    return row_i64(db_stmt(db, SQL_RADAR_RULE_SIZE), count);
}

static bool read_rule(struct stmt *row, struct arena *arena, struct radar_rule *out)
{
    *out = (struct radar_rule){.id = stmt_i64(row, 0),
                               .name = row_str(row, 1, arena),
                               .condition = {.visits = stmt_i64(row, 3), .days = stmt_i64(row, 4)},
                               .about = {.link_id = stmt_i64(row, 5),
                                         .label_id = stmt_i64(row, 6),
                                         .type = row_str(row, 7, arena),
                                         .label_kind = row_str(row, 12, arena),
                                         .label = row_str(row, 13, arena)},
                               .enabled = stmt_i64(row, 8) != 0,
                               .since_ms = stmt_i64(row, 9),
                               .created_ms = stmt_i64(row, 10),
                               .updated_ms = stmt_i64(row, 11)};
    return radar_kind_find(stmt_str(row, 2), &out->condition.kind);
}

enum err radar_rules_find(struct db *db, struct arena *arena, int64_t id, struct radar_rule *out)
{
    struct stmt *row = db_stmt(db, SQL_RADAR_RULE_FIND);

    stmt_bind_i64(row, "id", id);
    if (!stmt_next(row)) {
        return row_missing(row);
    }
    if (!read_rule(row, arena, out)) {
        stmt_reset(row);
        return ERR_CORRUPT;
    }
    return row_done(row, arena);
}

struct stmt *radar_rules_each(struct db *db)
{
    return db_stmt(db, SQL_RADAR_RULE_EACH);
}

bool radar_rules_next(struct stmt *rows, struct radar_rule *out)
{
    if (!stmt_next(rows)) {
        return false;
    }
    if (!read_rule(rows, NULL, out)) {
        stmt_fail(rows, ERR_CORRUPT);
        return false;
    }
    return true;
}

enum err radar_rules_load(struct db *db, struct arena *arena, struct radar_rule **out, size_t *count)
{
    struct radar_rule *rules = ARENA_ARRAY(arena, struct radar_rule, RADAR_RULES_MAX);
    struct stmt *rows = radar_rules_each(db);
    size_t n = 0;

    while (rules && n < RADAR_RULES_MAX && stmt_next(rows)) {
        if (!read_rule(rows, arena, &rules[n++])) {
            stmt_fail(rows, ERR_CORRUPT);
            break;
        }
    }
    enum err err = stmt_err(rows);
    stmt_reset(rows);
    err = err ? err : arena->overflow ? ERR_NOMEM : OK;
    if (!err) {
        *out = rules;
        *count = n;
    }
    return err;
}

enum err radar_rules_of_link(struct db *db, const struct radar_rule *rules, size_t count, int64_t link_id,
                             uint64_t *bits)
{
    struct stmt *rows = db_stmt(db, SQL_RADAR_RULE_OF_LINK);

    *bits = 0;
    stmt_bind_i64(rows, "link_id", link_id);
    while (stmt_next(rows)) {
        int64_t id = stmt_i64(rows, 0);
        for (size_t i = 0; i < count; i++) {
            *bits |= rules[i].id == id ? UINT64_C(1) << i : 0;
        }
    }
    return stmt_err(rows);
}

/* ---- people ---- */

static void bind_person(struct stmt *stmt, int64_t rule_id, int64_t customer_id, str name)
{
    stmt_bind_i64(stmt, "rule_id", rule_id);
    stmt_bind_i64(stmt, "customer_id", customer_id);
    stmt_bind_str(stmt, "name", name);
}

enum err radar_person_find(struct db *db, int64_t rule_id, int64_t customer_id, str name, struct radar_person *out)
{
    struct stmt *row = db_stmt(db, SQL_RADAR_PERSON_FIND);
    str rest, first, more;

    *out = (struct radar_person){.last_ms = INT64_MIN, .told_ms = INT64_MIN};
    bind_person(row, rule_id, customer_id, name);
    if (!stmt_next(row)) {
        return stmt_err(row);
    }
    out->last_ms = stmt_i64(row, 0);
    out->told_ms = stmt_time(row, 1);
    for (rest = stmt_str(row, 2); rest.len > 0 && out->openings.count < RADAR_VISITS_MAX; rest = more) {
        str_cut(rest, ' ', &first, &more);
        if (!str_to_i64(first, &out->openings.times_ms[out->openings.count++])) {
            stmt_reset(row);
            return ERR_CORRUPT;
        }
    }
    return row_done(row, NULL);
}

enum err radar_person_put(struct db *db, int64_t rule_id, int64_t customer_id, str name,
                          const struct radar_person *person)
{
    struct stmt *stmt = db_stmt(db, SQL_RADAR_PERSON_PUT);
    char memory[RADAR_VISITS_MAX * 21];
    struct buf openings;

    buf_init_fixed(&openings, memory, sizeof memory);
    for (size_t i = 0; i < person->openings.count; i++) {
        buf_add_c(&openings, i > 0 ? " " : "");
        buf_add_i64(&openings, person->openings.times_ms[i]);
    }
    bind_person(stmt, rule_id, customer_id, name);
    stmt_bind_i64(stmt, "last_ms", person->last_ms);
    stmt_bind_time_opt(stmt, "told_ms", person->told_ms);
    stmt_bind_str(stmt, "openings", buf_str(&openings));
    return stmt_run(stmt);
}

enum err radar_person_merged(struct db *db, int64_t from_id, int64_t into_id)
{
    static const enum sql_id moves[] = {SQL_RADAR_PERSON_MOVE, SQL_RADAR_NEWS_MOVE};
    enum err err = OK;

    for (size_t i = 0; i < ARRAY_LEN(moves) && !err; i++) {
        struct stmt *stmt = db_stmt(db, moves[i]);
        stmt_bind_i64(stmt, "into_id", into_id);
        stmt_bind_i64(stmt, "from_id", from_id);
        err = stmt_run(stmt);
    }
    return err ? err : run_for(db, SQL_RADAR_PERSON_DROP, from_id);
}

enum err radar_person_forget(struct db *db, int64_t customer_id)
{
    enum err err = run_for(db, SQL_RADAR_PERSON_DROP, customer_id);

    return err ? err : run_for(db, SQL_RADAR_NEWS_DROP, customer_id);
}

/* ---- events ---- */

enum err radar_due_any(struct db *db, bool *any)
{
    int64_t there = 0;
    enum err err = row_i64(db_stmt(db, SQL_RADAR_DUE_ANY), &there);

    *any = there != 0;
    return err;
}

enum err radar_due_list(struct db *db, struct arena *arena, size_t limit, struct radar_due **out, size_t *count)
{
    struct stmt *rows = db_stmt(db, SQL_RADAR_DUE_LIST);
    struct radar_due *due = ARENA_ARRAY(arena, struct radar_due, limit);
    size_t n = 0;

    stmt_bind_i64(rows, "limit", (int64_t)limit);
    while (due && n < limit && stmt_next(rows)) {
        due[n++] = (struct radar_due){.event_id = stmt_i64(rows, 0),
                                      .rule_id = stmt_i64(rows, 1),
                                      .type = row_str(rows, 2, arena),
                                      .time_ms = stmt_i64(rows, 3),
                                      .customer_id = stmt_i64(rows, 4),
                                      .link_id = stmt_i64(rows, 5)};
    }
    enum err err = stmt_err(rows);
    stmt_reset(rows);
    err = err ? err : arena->overflow ? ERR_NOMEM : OK;
    if (!err) {
        *out = due;
        *count = n;
    }
    return err;
}

enum err radar_due_done(struct db *db, const struct radar_due *due)
{
    struct stmt *stmt = db_stmt(db, SQL_RADAR_DUE_DONE);

    stmt_bind_i64(stmt, "event_id", due->event_id);
    stmt_bind_i64(stmt, "rule_id", due->rule_id);
    return stmt_run(stmt);
}

/* ---- what is told ---- */

enum err radar_about(struct db *db, struct arena *arena, int64_t link_id, int64_t customer_id, struct radar_about *out)
{
    struct stmt *row = db_stmt(db, SQL_RADAR_ABOUT);

    stmt_bind_i64(row, "link_id", link_id);
    stmt_bind_i64(row, "customer_id", customer_id);
    if (!stmt_next(row)) {
        return row_missing(row);
    }
    *out = (struct radar_about){.link_id = stmt_i64(row, 0),
                                .called = row_str(row, 1, arena),
                                .title = row_str(row, 2, arena),
                                .short_url = row_str(row, 3, arena),
                                .customer_id = stmt_i64(row, 4),
                                .name = row_str(row, 5, arena),
                                .owner_id = stmt_i64(row, 6),
                                .owner = row_str(row, 7, arena)};
    return row_done(row, arena);
}
