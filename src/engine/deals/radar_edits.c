/* SPDX-License-Identifier: MIT */
#include "linkpond/engine/radar_edits.h"

#include "linkpond/store/audit.h"

struct rule_change {
    const struct customer_edits *edits;
    const struct radar_rule_draft *draft;
    struct radar_rule *rule;
    int64_t id;
    struct audit_note note;
};

static enum err run(struct rule_change *change, enum err (*task)(struct db *, void *, struct fault *),
                    struct fault *fault)
{
    return editor_run(change->edits->editor, &(struct writer_task){.run = task, .arg = change}, fault);
}

static enum err tell(struct rule_change *self, struct db *db, bool only_if_changed)
{
    const struct customer_edits *edits = self->edits;

    return audit_end(&self->note, db, edits->actor->user_id, edits->actor->key_id, edits->now_ms, only_if_changed);
}

/* A rule of visits or of a return names no type, one of events names nothing else. */
static enum err check(const struct radar_rule *rule, struct fault *fault)
{
    bool of_events = rule->condition.kind == RADAR_EVENT;

    if (of_events != (rule->about.type.len > 0)) {
        return fault_set(fault, ERR_INVALID, "type", of_events ? "required" : "not_allowed",
                         of_events ? "Say which events." : "Only a rule of events has a type.",
                         of_events ? "请提供事件类型。" : "只有 event 规则有事件类型。");
    }
    if (of_events && (rule->about.link_id || rule->about.label_id)) {
        return fault_set(fault, ERR_INVALID, rule->about.link_id ? "link" : "type", "not_allowed",
                         "A rule of events is about no links.", "event 规则不限定短链。");
    }
    return radar_condition_check(&rule->condition, fault);
}

static enum err run_add(struct db *db, void *arg, struct fault *fault)
{
    struct rule_change *self = arg;
    int64_t count = 0;
    enum err err = radar_rules_size(db, &count);

    if (!err && count >= RADAR_RULES_MAX) {
        return fault_set(fault, ERR_CONFLICT, "", "too_many", "There are 50 rules; take one away first.",
                         "规则已达 50 条，请先删除一些。");
    }
    err = err ? err : radar_rules_insert(db, self->rule);
    if (err) {
        return err;
    }
    audit_begin(&self->note, "radar_rule", "create", self->rule->id, self->rule->name);
    return tell(self, db, false);
}

enum err radar_rule_add(const struct customer_edits *self, struct radar_rule *rule, struct fault *fault)
{
    struct rule_change change = {.edits = self, .rule = rule};
    enum err err = check(rule, fault);

    rule->created_ms = rule->updated_ms = rule->since_ms = self->now_ms;
    return err ? err : run(&change, run_add, fault);
}

static void apply(const struct radar_rule_draft *draft, struct radar_rule *rule)
{
    const struct radar_rule *said = &draft->rule;

    rule->name = draft->has_name ? said->name : rule->name;
    rule->condition.visits = draft->has_visits ? said->condition.visits : rule->condition.visits;
    rule->condition.days = draft->has_days ? said->condition.days : rule->condition.days;
    rule->enabled = draft->has_enabled ? said->enabled : rule->enabled;
    if (draft->has_about) {
        rule->about = said->about;
    }
}

static bool is_other(const struct radar_rule *a, const struct radar_rule *b)
{
    return a->condition.visits != b->condition.visits || a->condition.days != b->condition.days ||
           a->about.link_id != b->about.link_id || a->about.label_id != b->about.label_id ||
           !str_eq(a->about.type, b->about.type);
}

static enum err run_change(struct db *db, void *arg, struct fault *fault)
{
    struct rule_change *self = arg;
    struct radar_rule before;
    enum err err = radar_rules_find(db, self->edits->arena, self->id, &before);

    if (err) {
        return err;
    }
    struct radar_rule after = before;
    apply(self->draft, &after);
    bool anew = is_other(&before, &after) || (after.enabled && !before.enabled);
    after.updated_ms = self->edits->now_ms;
    after.since_ms = anew ? self->edits->now_ms : before.since_ms;
    err = check(&after, fault);
    err = err ? err : radar_rules_update(db, &after, anew);
    audit_begin(&self->note, "radar_rule", "update", after.id, after.name);
    audit_text(&self->note, "name", before.name, after.name);
    audit_i64(&self->note, "visits", before.condition.visits, after.condition.visits);
    audit_i64(&self->note, "days", before.condition.days, after.condition.days);
    audit_i64(&self->note, "link", before.about.link_id, after.about.link_id);
    audit_text(&self->note, "label", before.about.label, after.about.label);
    audit_text(&self->note, "type", before.about.type, after.about.type);
    audit_bool(&self->note, "enabled", before.enabled, after.enabled);
    *self->rule = after;
    return err ? err : tell(self, db, true);
}

enum err radar_rule_change(const struct customer_edits *self, int64_t id, const struct radar_rule_draft *draft,
                           struct radar_rule *changed, struct fault *fault)
{
    struct rule_change change = {.edits = self, .draft = draft, .id = id, .rule = changed};

    return run(&change, run_change, fault);
}

static enum err run_remove(struct db *db, void *arg, struct fault *fault)
{
    struct rule_change *self = arg;
    struct radar_rule before;
    (void)fault;
    enum err err = radar_rules_find(db, self->edits->arena, self->id, &before);

    err = err ? err : radar_rules_delete(db, self->id);
    if (err) {
        return err;
    }
    audit_begin(&self->note, "radar_rule", "delete", self->id, before.name);
    return tell(self, db, false);
}

enum err radar_rule_remove(const struct customer_edits *self, int64_t id, struct fault *fault)
{
    struct rule_change change = {.edits = self, .id = id};

    return run(&change, run_remove, fault);
}
