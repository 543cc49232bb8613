/* SPDX-License-Identifier: MIT */
/*
 * Live codes: targets and rules of a link. Whatever is changed, the whole is compiled before it is committed, so that
 * nothing is stored that the next start could not load.
 */
#include "editor_private.h"

#include "editor_live.h"
#include "linkpond/base/limits.h"

#define DRAIN_TIMEOUT_MS 5000

enum err live_compiles(struct live_call *self)
{
    struct live_code *code = NULL;
    enum err err = live_code_build(self->edit.db, self->edit.arena, cache_places(self->edit.editor->opts.cache),
                                   self->link.id, true, &code, &self->out->fault);

    live_code_free(code);
    return err;
}

static enum err run_call(struct db *db, void *arg, struct fault *fault)
{
    struct live_call *self = arg;
    struct edit *edit = &self->edit;

    (void)fault; /* the call has its own */
    enum err err = edit_open(edit, db, 1);
    err = err ? err : links_find(db, edit->arena, &edit->bounds, self->out->link_id, &self->link);
    if (!err && self->out->if_revision != 0 && self->out->if_revision != self->link.revision) {
        return ERR_PRECONDITION;
    }
    err = err ? err : self->run(self);
    err = err ? err : live_compiles(self);
    err = err ? err : targets_mark_link(db, self->link.id, edit->now_ms);
    if (err) {
        return err;
    }
    self->out->revision = self->link.revision + 1;
    edit_touch(edit, self->link.id, self->link.code, 0);
    return edit_witness(edit->actor, db, &(struct editor_seen){.id = self->out->target_id});
}

static void call_published(void *arg)
{
    struct live_call *self = arg;

    edit_publish(&self->edit);
}

static enum err submit(struct live_call *self)
{
    const struct writer_task task = {.run = run_call, .published = call_published, .arg = self};
    struct fault fault = {0};
    enum err err = writer_submit(self->edit.editor->opts.writer, &task, &fault);

    if (err && self->out->fault.message[0] == '\0') {
        self->out->fault = fault;
    }
    return err;
}

/* ---- targets ---- */

enum err editor_target_put(struct editor *self, const struct actor *actor, struct arena *arena, struct live_edit *edit,
                           int64_t target_id, const struct target_draft *draft)
{
    struct live_call call = {.edit = {.editor = self, .actor = actor, .arena = arena},
                             .out = edit,
                             .target_id = target_id,
                             .draft = draft,
                             .run = live_put_target};

    if (draft->presence.present >> TF_REPLACED & 1 || draft->presence.present >> TF_IMAGE & 1) {
        writer_drain(self->opts.writer, DRAIN_TIMEOUT_MS); /* what was taken before is counted from the ledger */
    }
    return submit(&call);
}

/* Is there a rule that would be left without a target, and so choose from the whole pool? */
static enum err only_one_named(struct live_call *self, const struct target *target, bool *named)
{
    struct rule *rules;
    size_t count = 0;
    enum err err = rules_of(self->edit.db, self->edit.arena, self->link.id, &rules, &count);

    *named = false;
    for (size_t i = 0; i < count; i++) {
        *named = *named || (rules[i].targets_count == 1 && rules[i].targets[0] == target->id);
    }
    return err;
}

static enum err delete_target(struct live_call *self)
{
    struct db *db = self->edit.db;
    struct target target;
    bool named = false;
    enum err err = live_find_target(self, &target);

    err = err ? err : only_one_named(self, &target, &named);
    if (!err && named) {
        return fault_set(&self->out->fault, ERR_CONFLICT, "target", "used_by_rule",
                         "A rule names this target alone; change the rule first.",
                         "有规则只使用这个子码，请先修改规则。");
    }
    err = err ? err : rules_target_leave(db, target.id);
    err = err ? err : targets_delete(db, target.id, self->edit.now_ms);
    return err ? err : live_audit_target(self, "target_delete", &target, NULL);
}

enum err editor_target_delete(struct editor *self, const struct actor *actor, struct arena *arena,
                              struct live_edit *edit, int64_t target_id)
{
    struct live_call call = {.edit = {.editor = self, .actor = actor, .arena = arena},
                             .out = edit,
                             .target_id = target_id,
                             .run = delete_target};

    return submit(&call);
}

static enum err refuse_order(struct live_call *self)
{
    return fault_set(&self->out->fault, ERR_INVALID, "targets", "not_the_pool",
                     "All targets of the link are needed, each once.", "需要列出该短链的全部子码，每个一次。");
}

static size_t place_in(const int64_t *ids, size_t count, int64_t id)
{
    size_t at = 0;

    while (at < count && ids[at] != id) {
        at++;
    }
    return at;
}

static void names_of(struct arena *arena, const int64_t *ids, size_t count, struct str_list *out)
{
    char memory[TARGET_NAME_MAX];

    out->items = ARENA_ARRAY(arena, str, count + 1);
    out->count = out->items ? count : 0;
    for (size_t i = 0; i < out->count; i++) {
        out->items[i] = arena_str(arena, target_name(ids[i], memory));
    }
}

static enum err audit_order(struct live_call *self, const struct target *pool, size_t count)
{
    struct audit_note note;
    struct str_list before, after;
    int64_t ids[LIMIT_TARGETS];

    for (size_t i = 0; i < count; i++) {
        ids[i] = pool[i].id;
    }
    names_of(self->edit.arena, ids, count, &before);
    names_of(self->edit.arena, self->ids, count, &after);
    audit_begin(&note, "link", "target_order", self->link.id, self->link.code);
    audit_list_of(&note, "targets", &before, &after);
    return edit_audit_end(self->edit.actor, &note, self->edit.db, self->edit.now_ms, true);
}

static enum err order_targets(struct live_call *self)
{
    struct target *pool = NULL;
    size_t count = 0;
    enum err err = targets_of(self->edit.db, self->edit.arena, self->link.id, &pool, &count);

    if (err || count != self->count) {
        return err ? err : refuse_order(self);
    }
    for (size_t i = 0; !err && i < count; i++) {
        size_t at = place_in(self->ids, count, pool[i].id);
        if (at == count) {
            return refuse_order(self);
        }
        err = targets_move(self->edit.db, self->link.id, pool[i].id, (int64_t)at);
    }
    return err ? err : audit_order(self, pool, count);
}

enum err editor_targets_order(struct editor *self, const struct actor *actor, struct arena *arena,
                              struct live_edit *edit, const int64_t *ids, size_t count)
{
    struct live_call call = {.edit = {.editor = self, .actor = actor, .arena = arena},
                             .out = edit,
                             .ids = ids,
                             .count = count,
                             .run = order_targets};

    return submit(&call);
}

/* ---- rules ---- */

/* The list as it reads, for the audit log, which cuts it. */
static str rules_text(struct arena *arena, const struct rule *rules, size_t count)
{
    struct json_writer json;
    struct buf text;

    buf_init_heap(&text, LIMIT_REPLY);
    json_writer_init(&json, &text);
    rule_json_write(&json, rules, count);
    str kept = arena_str(arena, str_slice(buf_str(&text), 0, AUDIT_TEXT_MAX * 2));
    buf_done(&text);
    return kept;
}

/* Where the first target is named that is not in the pool; `field` stays when all are. */
static void find_stranger(const struct live_call *self, const struct target *pool, size_t count, char *field,
                          size_t bytes)
{
    for (size_t i = 0; i < self->count; i++) {
        const struct rule *rule = &self->rules[i];
        for (size_t at = 0; at < rule->targets_count; at++) {
            size_t in_pool = 0;
            while (in_pool < count && pool[in_pool].id != rule->targets[at]) {
                in_pool++;
            }
            if (in_pool == count) {
                snprintf(field, bytes, "rules[%zu].targets[%zu]", i, at);
                return;
            }
        }
    }
}

static enum err refuse_rules(struct live_call *self)
{
    char field[sizeof self->out->fault.field] = "rules";
    struct target *pool = NULL;
    size_t count = 0;
    enum err err = targets_of(self->edit.db, self->edit.arena, self->link.id, &pool, &count);

    if (err) {
        return err;
    }
    find_stranger(self, pool, count, field, sizeof field);
    return fault_set(&self->out->fault, ERR_INVALID, field, "unknown_target",
                     "A rule names a target that this link does not have.", "规则使用了该短链没有的子码。");
}

enum err live_put_rules(struct live_call *self)
{
    struct edit *edit = &self->edit;
    struct rule *before = NULL;
    size_t count = 0;
    struct audit_note note;
    enum err err = rules_of(edit->db, edit->arena, self->link.id, &before, &count);

    err = err ? err : rules_put(edit->db, self->link.id, self->rules, self->count);
    if (err) {
        return err == ERR_CONFLICT ? refuse_rules(self) : err;
    }
    audit_begin(&note, "link", "rules", self->link.id, self->link.code);
    audit_text(&note, "rules", count > 0 ? rules_text(edit->arena, before, count) : STR(""),
               self->count > 0 ? rules_text(edit->arena, self->rules, self->count) : STR(""));
    return edit_audit_end(edit->actor, &note, edit->db, edit->now_ms, false);
}

enum err editor_rules_put(struct editor *self, const struct actor *actor, struct arena *arena, struct live_edit *edit,
                          struct rule *rules, size_t count)
{
    struct live_call call = {.edit = {.editor = self, .actor = actor, .arena = arena},
                             .out = edit,
                             .rules = rules,
                             .count = count,
                             .run = live_put_rules};

    return submit(&call);
}
