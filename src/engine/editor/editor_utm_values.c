/* SPDX-License-Identifier: MIT */
#include "editor_private.h"

#include "linkpond/base/clock.h"
#include "linkpond/base/utf8.h"
#include "linkpond/store/utm_values.h"

/* The dictionary of UTM values. Nothing is published: links carry their values themselves, and reports read the
 * dictionary when they run. */

struct values_call {
    const struct actor *actor;
    struct arena *arena;
    struct db *db;
    int64_t id; /* of the one to change; 0 = none */
    const struct utm_value_draft *drafts;
    struct utm_value_result *results;
    size_t count;
    bool merge, dry_run, dry_run_done;
};

/* ---- checks ---- */

static enum err check_text(const char *field, str text, size_t bytes_max, struct fault *fault)
{
    if (text.len > bytes_max) {
        fault_setf(fault, ERR_INVALID, field, "too_long", "At most %zu bytes.", bytes_max);
        fault_chinesef(fault, "最多 %zu 字节。", bytes_max);
        return ERR_INVALID;
    }
    return utf8_valid(text) && !utf8_has_control(text)
               ? OK
               : fault_set(fault, ERR_INVALID, field, "control_character", "UTF-8 without control characters.",
                           "必须是不含控制字符的 UTF-8 文本。");
}

static enum err check_value(const struct utm_value *value, struct fault *fault)
{
    char memory[LIMIT_UTM];
    enum err err = check_text("value", value->value, LIMIT_UTM, fault);

    err = err ? err : check_text("names.zh", value->name_zh, LIMIT_NAME, fault);
    err = err ? err : check_text("names.en", value->name_en, LIMIT_NAME, fault);
    for (size_t i = 0; !err && i < value->aliases.count; i++) {
        err = check_text("aliases", value->aliases.items[i], LIMIT_UTM, fault);
    }
    if (!err && utm_fold(value->value, memory).len == 0) {
        err = fault_set(fault, ERR_INVALID, "value", "required", "A value is needed.", "请填写值。");
    }
    return err;
}

static bool is_like(str a, str b)
{
    char left[LIMIT_UTM], right[LIMIT_UTM];

    return str_eq(utm_fold(a, left), utm_fold(b, right));
}

/* Without blank ones, and without those that fold like the value or like one before. */
static enum err keep_aliases(struct arena *arena, struct utm_value *value, const struct str_list *from,
                             struct fault *fault)
{
    str *kept = ARENA_ARRAY(arena, str, from->count + 1);
    size_t count = 0;

    if (!kept) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < from->count; i++) {
        str alias = str_trim(from->items[i]);
        bool known = is_like(alias, (str){0}) || is_like(alias, value->value);
        for (size_t j = 0; j < count && !known; j++) {
            known = is_like(alias, kept[j]);
        }
        if (!known) {
            kept[count++] = alias;
        }
    }
    value->aliases = (struct str_list){.items = kept, .count = count};
    return count <= LIMIT_UTM_ALIASES ? OK
                                      : fault_set(fault, ERR_INVALID, "aliases", "too_many",
                                                  "A value has at most 20 aliases.", "一个值最多 20 个别名。");
}
_Static_assert(LIMIT_UTM_ALIASES == 20, "the refusal names the number");

/* ---- one value ---- */

/* A value that gets another spelling keeps the old one as an alias, unless the aliases are given too: or its history
 * would fall apart. */
static enum err settle_aliases(struct values_call *self, const struct utm_value_draft *draft, str before,
                               struct utm_value *value, struct fault *fault)
{
    struct str_list aliases = draft->has_aliases ? draft->aliases : value->aliases;

    if (!draft->has_aliases && before.len > 0 && !is_like(before, value->value)) {
        str *items = ARENA_ARRAY(self->arena, str, aliases.count + 1);
        if (!items) {
            return ERR_NOMEM;
        }
        for (size_t i = 0; i < aliases.count; i++) {
            items[i] = aliases.items[i];
        }
        items[aliases.count] = before;
        aliases = (struct str_list){.items = items, .count = aliases.count + 1};
    }
    return keep_aliases(self->arena, value, &aliases, fault);
}

static enum err overlay(struct values_call *self, const struct utm_value_draft *draft, struct utm_value *value,
                        struct fault *fault)
{
    str before = value->value;

    value->value = draft->has_value ? str_trim(draft->value) : value->value;
    value->name_zh = draft->has_name_zh ? draft->name_zh : value->name_zh;
    value->name_en = draft->has_name_en ? draft->name_en : value->name_en;
    value->archived = draft->has_archived ? draft->archived : value->archived;
    enum err err = settle_aliases(self, draft, before, value, fault);
    return err ? err : check_value(value, fault);
}

/* Whose spelling is in the way, so that people can go there. */
static enum err check_spelling(struct values_call *self, const struct utm_value *value, str spelling, const char *field,
                               struct utm_value_result *out)
{
    struct utm_value holder;
    enum err err = utm_values_find_spelling(self->db, self->arena, value->field, spelling, &holder);

    if (err == ERR_NOT_FOUND || (!err && holder.id == value->id)) {
        return OK;
    }
    if (err) {
        return err;
    }
    out->existing_id = holder.id;
    str shown = utf8_cut(spelling, 60), owner = utf8_cut(holder.value, 60);
    err = fault_setf(&out->fault, ERR_CONFLICT, field, "taken", STR_FMT " stands for " STR_FMT " already.",
                     STR_ARG(shown), STR_ARG(owner));
    fault_chinesef(&out->fault, STR_FMT " 已归入 " STR_FMT "。", STR_ARG(shown), STR_ARG(owner));
    return err;
}

static enum err check_spellings(struct values_call *self, const struct utm_value *value, struct utm_value_result *out)
{
    enum err err = check_spelling(self, value, value->value, "value", out);

    for (size_t i = 0; !err && i < value->aliases.count; i++) {
        err = check_spelling(self, value, value->aliases.items[i], "aliases", out);
    }
    return err;
}

static enum err check_room(struct values_call *self, struct fault *fault)
{
    int64_t count = 0;
    enum err err = utm_values_size(self->db, &count);

    return err || count < LIMIT_UTM_VALUES ? err
                                           : fault_set(fault, ERR_INVALID, "", "too_many",
                                                       "The dictionary holds 5,000 values.", "词典最多 5000 个值。");
}
_Static_assert(LIMIT_UTM_VALUES == 5000, "the refusal names the number");

static enum err write_value(struct values_call *self, struct utm_value *value, struct utm_value_result *out)
{
    enum err err = check_spellings(self, value, out);

    value->updated_ms = clock_now_ms();
    if (!err && value->id != 0) {
        return utm_values_update(self->db, value);
    }
    err = err ? err : check_room(self, &out->fault);
    value->created_ms = value->updated_ms;
    return err ? err : utm_values_insert(self->db, value);
}

/* What the draft is about: the value of that id, or of that spelling when merging, or a new one. */
static enum err start(struct values_call *self, const struct utm_value_draft *draft, struct utm_value *value,
                      struct fault *fault)
{
    struct utm_value found;

    *value = (struct utm_value){.field = (enum utm)draft->field};
    if (self->id != 0) {
        enum err err = utm_values_find(self->db, self->arena, self->id, value);
        bool moved = !err && draft->field >= 0 && (enum utm)draft->field != value->field;
        return moved ? fault_set(fault, ERR_INVALID, "field", "not_allowed", "A value stays in its field.",
                                 "值所属的字段不能更改。")
                     : err;
    }
    if (draft->field < 0 || !draft->has_value) {
        return fault_set(fault, ERR_INVALID, draft->field < 0 ? "field" : "value", "required",
                         "A field and a value are needed.", "请填写字段和值。");
    }
    enum err err = self->merge && draft->value.len <= LIMIT_UTM
                       ? utm_values_find_spelling(self->db, self->arena, value->field, draft->value, &found)
                       : ERR_NOT_FOUND;
    if (!err && is_like(found.value, draft->value)) {
        return utm_values_find(self->db, self->arena, found.id, value);
    }
    return err == ERR_NOT_FOUND ? OK : err;
}

static enum err tell(struct values_call *self, const char *verb, const struct utm_value *before,
                     const struct utm_value *after)
{
    struct audit_note note;

    audit_begin(&note, "utm_value", verb, after->id, after->value);
    audit_text(&note, "field", before->value.len ? utm_name(before->field) : STR(""), utm_name(after->field));
    audit_text(&note, "value", before->value, after->value);
    audit_list_of(&note, "aliases", &before->aliases, &after->aliases);
    audit_text(&note, "names.zh", before->name_zh, after->name_zh);
    audit_text(&note, "names.en", before->name_en, after->name_en);
    audit_bool(&note, "archived", before->archived, after->archived);
    return edit_audit_end(self->actor, &note, self->db, clock_now_ms(), before->value.len > 0);
}

static enum err put_one(struct values_call *self, size_t i)
{
    struct utm_value_result *out = &self->results[i];
    struct utm_value value;
    enum err err = start(self, &self->drafts[i], &value, &out->fault);
    struct utm_value before = value;

    out->existed = !err && value.id != 0;
    err = err ? err : overlay(self, &self->drafts[i], &value, &out->fault);
    err = err ? err : write_value(self, &value, out);
    err = err ? err : tell(self, out->existed ? "update" : "create", &before, &value);
    out->value = value;
    return err;
}

/* ---- the calls ---- */

static enum err run_one(struct db *db, void *arg, struct fault *fault)
{
    struct values_call *self = arg;

    (void)fault; /* the result has its own */
    self->db = db;
    enum err err = put_one(self, 0);
    return err ? err : edit_witness(self->actor, db, &(struct editor_seen){.id = self->results->value.id});
}

void editor_utm_value_put(struct editor *self, const struct actor *actor, struct arena *arena, int64_t id,
                          const struct utm_value_draft *draft, struct utm_value_result *out)
{
    struct values_call call = {.actor = actor, .arena = arena, .id = id, .drafts = draft, .results = out, .count = 1};
    struct fault fault = {0};

    *out = (struct utm_value_result){0};
    out->err = writer_submit(self->opts.writer, &(struct writer_task){.run = run_one, .arg = &call}, &fault);
    if (out->err && out->fault.message[0] == '\0') {
        out->fault = fault;
    }
}

static enum err run_nested(struct values_call *self, size_t i)
{
    enum err err = db_nested(self->db);

    if (err) {
        return err;
    }
    self->results[i] = (struct utm_value_result){0};
    err = put_one(self, i);
    self->results[i].err = err;
    if (edit_ends_all(err)) {
        return err;
    }
    return err ? db_nested_rollback(self->db) : db_nested_release(self->db);
}

static enum err run_many(struct db *db, void *arg, struct fault *fault)
{
    struct values_call *self = arg;
    enum err err = OK;

    (void)fault;
    self->db = db;
    for (size_t i = 0; !err && i < self->count; i++) {
        err = run_nested(self, i);
    }
    if (!err && !self->dry_run) {
        err = edit_witness(self->actor, db, &(struct editor_seen){.count = self->count});
    }
    self->dry_run_done = !err && self->dry_run;
    return self->dry_run_done ? ERR_PRECONDITION : err; /* any error makes the writer roll back */
}

enum err editor_utm_values_merge(struct editor *self, const struct actor *actor, struct arena *arena,
                                 const struct utm_value_draft *drafts, size_t count, bool dry_run,
                                 struct utm_value_result *results)
{
    struct values_call call = {.actor = actor,
                               .arena = arena,
                               .drafts = drafts,
                               .results = results,
                               .count = count,
                               .merge = true,
                               .dry_run = dry_run};
    struct fault fault = {0};
    enum err err = writer_submit(self->opts.writer, &(struct writer_task){.run = run_many, .arg = &call}, &fault);

    return call.dry_run_done ? OK : err;
}

static enum err run_delete(struct db *db, void *arg, struct fault *fault)
{
    struct values_call *self = arg;
    struct arena arena;
    struct utm_value value;
    struct audit_note note;

    (void)fault;
    arena_init(&arena, 64 * 1024);
    enum err err = utm_values_find(db, &arena, self->id, &value);
    err = err ? err : utm_values_delete(db, self->id);
    if (!err) {
        audit_begin(&note, "utm_value", "delete", self->id, value.value);
        err = edit_audit_end(self->actor, &note, db, clock_now_ms(), false);
    }
    arena_done(&arena);
    return err ? err : edit_witness(self->actor, db, &(struct editor_seen){.id = self->id});
}

enum err editor_utm_value_delete(struct editor *self, const struct actor *actor, int64_t id, struct fault *fault)
{
    struct values_call call = {.actor = actor, .id = id};

    return writer_submit(self->opts.writer, &(struct writer_task){.run = run_delete, .arg = &call}, fault);
}
