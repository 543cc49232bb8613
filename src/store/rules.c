/* SPDX-License-Identifier: MIT */
/*
 * Rules as rows: the rule, a row for each value of its conditions, a row for each of its targets. Three statements read
 * a link's list, each in the rules' order, so they are merged as they come.
 */
#include "linkpond/store/rules.h"

#include "row.h"

/* ---- writing ---- */

static enum err run_on_link(struct db *db, enum sql_id text, int64_t link_id)
{
    struct stmt *stmt = db_stmt(db, text);

    stmt_bind_i64(stmt, "link_id", link_id);
    return stmt_run(stmt);
}

static enum err put_value(struct db *db, int64_t rule_id, int64_t number, const struct rule_condition *condition,
                          size_t position)
{
    struct stmt *stmt = db_stmt(db, SQL_RULE_CONDITION_INSERT);

    stmt_bind_i64(stmt, "rule_id", rule_id);
    stmt_bind_i64(stmt, "condition", number);
    stmt_bind_i64(stmt, "position", (int64_t)position);
    stmt_bind_str(stmt, "fact", rule_fact_name(condition->fact));
    stmt_bind_i64(stmt, "negated", condition->negated);
    stmt_bind_str(stmt, "name", condition->name);
    stmt_bind_str(stmt, "holiday", condition->holiday);
    if (position < condition->values_count) {
        stmt_bind_str(stmt, "value", condition->values[position]);
    } else {
        stmt_bind_null(stmt, "value");
    }
    return stmt_run(stmt);
}

static enum err put_conditions(struct db *db, const struct rule *rule)
{
    enum err err = OK;

    for (size_t i = 0; i < rule->conditions_count; i++) {
        const struct rule_condition *condition = &rule->conditions[i];
        size_t rows = condition->values_count > 0 ? condition->values_count : 1;
        for (size_t k = 0; !err && k < rows; k++) {
            err = put_value(db, rule->id, (int64_t)i, condition, k);
        }
    }
    return err;
}

static enum err put_targets(struct db *db, const struct rule *rule)
{
    enum err err = OK;

    for (size_t i = 0; !err && i < rule->targets_count; i++) {
        struct stmt *stmt = db_stmt(db, SQL_RULE_TARGET_INSERT);
        stmt_bind_i64(stmt, "rule_id", rule->id);
        stmt_bind_i64(stmt, "position", (int64_t)i);
        stmt_bind_i64(stmt, "target_id", rule->targets[i]);
        err = stmt_run(stmt);
    }
    return err;
}

static enum err put_rule(struct db *db, int64_t link_id, struct rule *rule, size_t position)
{
    struct stmt *stmt = db_stmt(db, SQL_RULE_INSERT);

    stmt_bind_id_opt(stmt, "id", rule->id);
    stmt_bind_i64(stmt, "link_id", link_id);
    stmt_bind_i64(stmt, "position", (int64_t)position);
    stmt_bind_str(stmt, "name", rule->name);
    stmt_bind_i64(stmt, "enabled", rule->enabled);
    stmt_bind_i64(stmt, "sticky", rule->sticky);
    stmt_bind_str(stmt, "choice", rule_choice_name(rule->choice));
    enum err err = stmt_run(stmt);
    if (!err && rule->id == 0) {
        rule->id = db_last_id(db);
    }
    err = err ? err : put_conditions(db, rule);
    return err ? err : put_targets(db, rule);
}

/* Only ids that the link's rules have now are kept, each once. */
static enum err settle_ids(struct db *db, int64_t link_id, struct rule *rules, size_t count)
{
    struct stmt *rows = db_stmt(db, SQL_RULE_OF);
    int64_t own[LIMIT_RULES];
    size_t own_count = 0;

    stmt_bind_i64(rows, "link_id", link_id);
    while (own_count < LIMIT_RULES && stmt_next(rows)) {
        own[own_count++] = stmt_i64(rows, 0);
    }
    enum err err = stmt_err(rows);
    stmt_reset(rows);
    for (size_t i = 0; i < count; i++) {
        int64_t wanted = rules[i].id;
        rules[i].id = 0;
        for (size_t k = 0; k < own_count && wanted != 0; k++) {
            if (own[k] == wanted) {
                rules[i].id = wanted;
                own[k] = 0;
                break;
            }
        }
    }
    return err;
}

enum err rules_put(struct db *db, int64_t link_id, struct rule *rules, size_t count)
{
    enum err err = settle_ids(db, link_id, rules, count);

    err = err ? err : run_on_link(db, SQL_RULE_DROP_CONDITIONS, link_id);
    err = err ? err : run_on_link(db, SQL_RULE_DROP_TARGETS, link_id);
    err = err ? err : run_on_link(db, SQL_RULE_DROP, link_id);
    for (size_t i = 0; !err && i < count; i++) {
        err = put_rule(db, link_id, &rules[i], i);
    }
    return err;
}

enum err rules_target_leave(struct db *db, int64_t target_id)
{
    struct stmt *stmt = db_stmt(db, SQL_RULE_TARGET_LEAVE);

    stmt_bind_i64(stmt, "target_id", target_id);
    return stmt_run(stmt);
}

/* ---- reading: the lists of a rule are written while they are read, hence the casts ---- */

static enum err read_rules(struct db *db, struct arena *arena, int64_t link_id, struct rule *rules, size_t *count)
{
    struct stmt *rows = db_stmt(db, SQL_RULE_OF);

    stmt_bind_i64(rows, "link_id", link_id);
    for (*count = 0; *count < LIMIT_RULES && stmt_next(rows); (*count)++) {
        int choice = rule_choice_find(stmt_str(rows, 4));
        rules[*count] = (struct rule){
            .id = stmt_i64(rows, 0),
            .name = row_str(rows, 1, arena),
            .enabled = stmt_i64(rows, 2) != 0,
            .sticky = stmt_i64(rows, 3) != 0,
            .choice = choice < 0 ? CHOOSE_FIRST : (enum rule_choice)choice,
        };
    }
    enum err err = stmt_err(rows);
    stmt_reset(rows);
    return err;
}

static struct rule *rule_of_id(struct rule *rules, size_t count, int64_t id)
{
    for (size_t i = 0; i < count; i++) {
        if (rules[i].id == id) {
            return &rules[i];
        }
    }
    return NULL;
}

/* The condition that the row at hand belongs to: the rule's latest, or a new one. NULL: out of memory, or more than
 * there can be. */
static struct rule_condition *condition_at(struct stmt *rows, struct arena *arena, struct rule *rule)
{
    size_t number = (size_t)stmt_i64(rows, 1);
    int fact = rule_fact_find(stmt_str(rows, 2));

    if (!rule->conditions) {
        rule->conditions = ARENA_ARRAY(arena, struct rule_condition, LIMIT_RULE_CONDITIONS);
    }
    if (!rule->conditions || number >= LIMIT_RULE_CONDITIONS || fact < 0) {
        return NULL;
    }
    struct rule_condition *condition = (struct rule_condition *)&rule->conditions[number];
    if (number >= rule->conditions_count) {
        rule->conditions_count = number + 1;
        *condition = (struct rule_condition){
            .fact = (enum rule_fact)fact,
            .negated = stmt_i64(rows, 3) != 0,
            .name = row_str(rows, 4, arena),
            .holiday = row_str(rows, 5, arena),
            .values = ARENA_ARRAY(arena, str, LIMIT_RULE_VALUES),
        };
    }
    return condition->values ? condition : NULL;
}

static enum err read_conditions(struct db *db, struct arena *arena, int64_t link_id, struct rule *rules, size_t count)
{
    struct stmt *rows = db_stmt(db, SQL_RULE_CONDITIONS_OF);

    stmt_bind_i64(rows, "link_id", link_id);
    while (stmt_next(rows)) {
        struct rule *rule = rule_of_id(rules, count, stmt_i64(rows, 0));
        struct rule_condition *condition = rule ? condition_at(rows, arena, rule) : NULL;
        if (!condition || condition->values_count == LIMIT_RULE_VALUES) {
            stmt_fail(rows, arena->overflow ? ERR_NOMEM : ERR_CORRUPT);
            break;
        }
        if (!stmt_is_null(rows, 6)) {
            ((str *)condition->values)[condition->values_count++] = row_str(rows, 6, arena);
        }
    }
    enum err err = stmt_err(rows);
    stmt_reset(rows);
    return err;
}

static enum err read_targets(struct db *db, struct arena *arena, int64_t link_id, struct rule *rules, size_t count)
{
    struct stmt *rows = db_stmt(db, SQL_RULE_TARGETS_OF);

    stmt_bind_i64(rows, "link_id", link_id);
    while (stmt_next(rows)) {
        struct rule *rule = rule_of_id(rules, count, stmt_i64(rows, 0));
        if (rule && !rule->targets) {
            rule->targets = ARENA_ARRAY(arena, int64_t, LIMIT_TARGETS);
        }
        if (!rule || !rule->targets || rule->targets_count == LIMIT_TARGETS) {
            stmt_fail(rows, arena->overflow ? ERR_NOMEM : ERR_CORRUPT);
            break;
        }
        ((int64_t *)rule->targets)[rule->targets_count++] = stmt_i64(rows, 1);
    }
    enum err err = stmt_err(rows);
    stmt_reset(rows);
    return err;
}

enum err rules_of(struct db *db, struct arena *arena, int64_t link_id, struct rule **out, size_t *count)
{
    struct rule *rules = ARENA_ARRAY(arena, struct rule, LIMIT_RULES);
    size_t found = 0;

    if (!rules) {
        return ERR_NOMEM;
    }
    enum err err = read_rules(db, arena, link_id, rules, &found);
    err = err ? err : read_conditions(db, arena, link_id, rules, found);
    err = err ? err : read_targets(db, arena, link_id, rules, found);
    if (err || arena->overflow) {
        return err ? err : ERR_NOMEM;
    }
    *out = rules;
    *count = found;
    return OK;
}
