/* SPDX-License-Identifier: MIT */
#include "linkpond/engine/customer_edits.h"

#include "linkpond/store/audit.h"
#include "linkpond/store/events.h"
#include "linkpond/store/labels.h"
#include "linkpond/store/stages.h"
#include "linkpond/store/users.h"

struct change {
    const struct customer_edits *edits;
    const struct customer_draft *draft;
    int64_t id, other;
    const struct stage *stages;
    size_t count;
    str tag;
    struct tag_rule *rule;
    int64_t result;
    struct audit_note note;
};

static struct bounds bounds_of(const struct actor *actor)
{
    return (struct bounds){.by_owner = actor->owner_bound,
                           .by_domain = actor->domain_bound,
                           .owner_id = actor->owner_id,
                           .domain_id = actor->domain_id};
}

static enum err see(struct change *self, struct db *db, int64_t id, struct customer *out)
{
    const struct bounds bounds = bounds_of(self->edits->actor);

    return customers_see(db, self->edits->arena, id, &bounds, out);
}

static enum err tell(struct change *self, struct db *db, bool only_if_changed)
{
    const struct customer_edits *edits = self->edits;

    return audit_end(&self->note, db, edits->actor->user_id, edits->actor->key_id, edits->now_ms, only_if_changed);
}

/* ---- fields and tags --------------------------------------------------------------------------------------------- */

static enum err take_owner(struct change *self, struct db *db, struct customer *customer, struct fault *fault)
{
    const struct actor *actor = self->edits->actor;
    struct user user = {0};

    if (!self->draft->has_owner) {
        return OK;
    }
    enum err err = self->draft->owner.len > 0 ? users_find_key(db, self->edits->arena, self->draft->owner, &user) : OK;
    if (err == ERR_NOT_FOUND) {
        return fault_set(fault, ERR_INVALID, "owner", "unknown", "There is no such user.", "没有该用户。");
    }
    if (err == OK && actor->owner_bound && user.id != actor->owner_id) {
        return fault_set(fault, ERR_INVALID, "owner", "not_allowed", "You may give your customers to nobody else.",
                         "你不能把客户转给他人。");
    }
    customer->owner_id = user.id;
    customer->owner = user.key;
    return err;
}

static enum err tag_of(struct change *self, struct db *db, str key, int64_t *id, struct fault *fault)
{
    struct label label;
    enum err err = labels_find(db, self->edits->arena, LABEL_TAG, key, &label);

    if (err == ERR_NOT_FOUND && self->edits->strict_dictionary) {
        return fault_set(fault, ERR_INVALID, "tags", "unknown", "There is no such tag.", "没有该标签。");
    }
    if (err == ERR_NOT_FOUND) {
        return labels_ensure(db, LABEL_TAG, key, self->edits->now_ms, id);
    }
    *id = err ? 0 : label.id;
    return err;
}

static enum err add_tags(struct change *self, struct db *db, int64_t id, const struct str_list *tags,
                         struct fault *fault)
{
    enum err err = OK;

    for (size_t i = 0; i < tags->count && !err; i++) {
        int64_t tag_id;
        err = tag_of(self, db, tags->items[i], &tag_id, fault);
        err = err ? err : customers_tag(db, id, tag_id, self->edits->now_ms);
    }
    return err;
}

static enum err drop_tags(struct change *self, struct db *db, int64_t id, const struct str_list *tags)
{
    enum err err = OK;

    for (size_t i = 0; i < tags->count && !err; i++) {
        struct label label;
        err = labels_find(db, self->edits->arena, LABEL_TAG, tags->items[i], &label);
        err = err == ERR_NOT_FOUND ? OK : err ? err : customers_untag(db, id, label.id);
    }
    return err;
}

static enum err change_tags(struct change *self, struct db *db, int64_t id, struct fault *fault)
{
    const struct customer_draft *draft = self->draft;
    struct str_list before = {0}, after = {0};
    enum err err = customers_tags(db, self->edits->arena, id, &before);

    err = err || !draft->has_tags ? err : drop_tags(self, db, id, &before);
    err = err ? err : drop_tags(self, db, id, &draft->remove_tags);
    err = err || !draft->has_tags ? err : add_tags(self, db, id, &draft->tags, fault);
    err = err ? err : add_tags(self, db, id, &draft->add_tags, fault);
    err = err ? err : customers_tags(db, self->edits->arena, id, &after);
    if (!err && after.count > LIMIT_TAGS) {
        err = fault_set(fault, ERR_INVALID, "tags", "too_many", "A customer has 50 tags at most.",
                        "每位客户最多 50 个标签。");
    }
    if (!err) {
        audit_list_of(&self->note, "tags", &before, &after);
    }
    return err;
}

/* Whom events led further cannot be set back: what happened has happened. */
static enum err change_stage(struct change *self, struct db *db, const struct customer *before, struct fault *fault)
{
    struct arena *arena = self->edits->arena;
    int64_t stage_id = 0;
    struct customer after;

    if (!self->draft->has_stage) {
        return OK;
    }
    enum err err = self->draft->stage.len > 0 ? stages_find(db, self->draft->stage, &stage_id) : OK;
    if (err == ERR_NOT_FOUND) {
        return fault_set(fault, ERR_INVALID, "stage", "unknown", "There is no such step.", "没有该阶段。");
    }
    err = err ? err : customers_set_stage(db, before->id, stage_id);
    err = err ? err : customers_find(db, arena, before->id, &after);
    if (!err && stage_id > 0 && after.stage_id != stage_id) {
        return fault_set(fault, ERR_INVALID, "stage", "not_allowed", "Events have led further than that.",
                         "已发生的事件使客户处于更靠后的阶段。");
    }
    if (!err) {
        audit_text(&self->note, "stage", before->stage_set, after.stage_set);
    }
    return err;
}

static enum err run_change(struct db *db, void *arg, struct fault *fault)
{
    struct change *self = arg;
    const struct customer_draft *draft = self->draft;
    struct customer before, after;
    enum err err = see(self, db, self->id, &before);

    if (!err && draft->if_revision > 0 && draft->if_revision != before.revision) {
        err = ERR_PRECONDITION;
    }
    after = before;
    err = err ? err : take_owner(self, db, &after, fault);
    if (err) {
        return err;
    }
    after.name = draft->has_name ? draft->name : before.name;
    after.notes = draft->has_notes ? draft->notes : before.notes;
    audit_begin(&self->note, "customer", "update", before.id, STR(""));
    audit_text(&self->note, "owner", before.owner, after.owner);
    if (!str_eq(before.name, after.name)) {
        audit_bool(&self->note, "name", before.name.len > 0, after.name.len > 0);
    }
    if (!str_eq(before.notes, after.notes)) {
        audit_bool(&self->note, "notes", before.notes.len > 0, after.notes.len > 0);
    }
    err = customers_update(db, &after, self->edits->now_ms);
    err = err ? err : change_stage(self, db, &before, fault);
    err = err ? err : change_tags(self, db, before.id, fault);
    self->result = before.id;
    return err ? err : tell(self, db, true);
}

static enum err run(struct change *change, enum err (*task)(struct db *, void *, struct fault *), struct fault *fault)
{
    return editor_run(change->edits->editor, &(struct writer_task){.run = task, .arg = change}, fault);
}

enum err customer_change(const struct customer_edits *self, int64_t id, const struct customer_draft *draft,
                         int64_t *changed, struct fault *fault)
{
    struct change change = {.edits = self, .draft = draft, .id = id};
    enum err err = run(&change, run_change, fault);

    if (!err) {
        *changed = change.result;
    }
    return err;
}

/* ---- two that are one, and one nobody is to know ----------------------------------------------------------------- */

static enum err run_join(struct db *db, void *arg, struct fault *fault)
{
    struct change *self = arg;
    struct customer one, other;
    enum err err = see(self, db, self->id, &one);

    err = err ? err : see(self, db, self->other, &other);
    if (err == ERR_NOT_FOUND && self->other > 0 && see(self, db, self->id, &one) == OK) {
        return fault_set(fault, ERR_INVALID, "with", "unknown", "There is no such customer.", "没有该客户。");
    }
    if (err) {
        return err;
    }
    if (one.id == other.id) {
        return fault_set(fault, ERR_INVALID, "with", "not_allowed", "That is the same customer.", "是同一位客户。");
    }
    err = customers_merge(db, one.id, other.id, STR(""), 0, self->edits->now_ms, &self->result);
    err = err ? err : events_look_again(db, self->result);
    audit_begin(&self->note, "customer", "merge", self->result, STR(""));
    audit_i64(&self->note, "merged", 0, self->result == one.id ? other.id : one.id);
    return err ? err : tell(self, db, false);
}

enum err customer_join(const struct customer_edits *self, int64_t id, int64_t with, int64_t *survivor,
                       struct fault *fault)
{
    struct change change = {.edits = self, .id = id, .other = with};
    enum err err = run(&change, run_join, fault);

    if (!err) {
        *survivor = change.result;
    }
    return err;
}

static enum err run_forget(struct db *db, void *arg, struct fault *fault)
{
    struct change *self = arg;
    struct customer customer;
    (void)fault;
    enum err err = see(self, db, self->id, &customer);

    err = err ? err : customers_forget(db, customer.id, self->edits->now_ms);
    err = err ? err : audit_forget(db, STR("customer"), customer.id);
    if (err) {
        return err;
    }
    audit_begin(&self->note, "customer", "forget", customer.id, STR(""));
    return tell(self, db, false);
}

enum err customer_forget(const struct customer_edits *self, int64_t id, struct fault *fault)
{
    struct change change = {.edits = self, .id = id};

    return run(&change, run_forget, fault);
}

/* ---- stages ------------------------------------------------------------------------------------------------------ */

static struct str_list keys_of(struct arena *arena, const struct stage *stages, size_t count)
{
    struct str_list list = {.items = ARENA_ARRAY(arena, str, count + 1)};

    for (size_t i = 0; list.items && i < count; i++) {
        list.items[list.count++] = stages[i].key;
    }
    return list;
}

static enum err run_stages(struct db *db, void *arg, struct fault *fault)
{
    struct change *self = arg;
    struct arena *arena = self->edits->arena;
    struct stage *before = NULL;
    size_t count = 0;
    (void)fault;
    enum err err = stages_list(db, arena, &before, &count);

    err = err ? err : stages_put(db, self->stages, self->count, self->edits->now_ms);
    if (err) {
        return err;
    }
    const struct str_list keys_before = keys_of(arena, before, count);
    const struct str_list keys_after = keys_of(arena, self->stages, self->count);
    audit_begin(&self->note, "stages", "update", 0, STR(""));
    audit_list_of(&self->note, "stages", &keys_before, &keys_after);
    return tell(self, db, false);
}

enum err stages_choose(const struct customer_edits *self, const struct stage *stages, size_t count, struct fault *fault)
{
    struct change change = {.edits = self, .stages = stages, .count = count};
    enum err err = stages_check(stages, count, fault);

    return err ? err : run(&change, run_stages, fault);
}

/* ---- rules that tag ---------------------------------------------------------------------------------------------- */

static enum err run_rule_add(struct db *db, void *arg, struct fault *fault)
{
    struct change *self = arg;
    int64_t count = 0;
    enum err err = tag_rules_size(db, &count);

    if (!err && count >= TAG_RULES_MAX) {
        return fault_set(fault, ERR_CONFLICT, "", "too_many", "There are 500 rules; take one away first.",
                         "规则已达 500 条，请先删除一些。");
    }
    err = err ? err : tag_of(self, db, self->tag, &self->rule->tag_id, fault);
    err = err ? err : tag_rules_insert(db, self->rule);
    if (err) {
        return err;
    }
    audit_begin(&self->note, "tag_rule", "create", self->rule->id, self->tag);
    return tell(self, db, false);
}

enum err tag_rule_add(const struct customer_edits *self, str tag, struct tag_rule *rule, struct fault *fault)
{
    struct change change = {.edits = self, .tag = tag, .rule = rule};

    rule->created_ms = self->now_ms;
    return run(&change, run_rule_add, fault);
}

static enum err run_rule_remove(struct db *db, void *arg, struct fault *fault)
{
    struct change *self = arg;
    (void)fault;
    enum err err = tag_rules_delete(db, self->id);

    if (err) {
        return err;
    }
    audit_begin(&self->note, "tag_rule", "delete", self->id, STR(""));
    return tell(self, db, false);
}

enum err tag_rule_remove(const struct customer_edits *self, int64_t id, struct fault *fault)
{
    struct change change = {.edits = self, .id = id};

    return run(&change, run_rule_remove, fault);
}
