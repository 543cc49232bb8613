/* SPDX-License-Identifier: MIT */
#include "editor_private.h"

#include "linkpond/base/clock.h"
#include "linkpond/base/log.h"
#include "linkpond/base/utf8.h"
#include "linkpond/engine/fold.h"
#include "linkpond/model/utm.h"
#include "linkpond/store/users.h"

#include "linkpond/engine/publish.h"

/*
 * Campaigns, channels, tags. A redirect knows its channel by key, so when a channel gets
 * another key all its links are published again: page by page, because there may be very many.
 */
#define PAGE_LINKS      256
#define LABEL_ARENA_MAX ((size_t)8 * 1024 * 1024)

struct label_call {
    struct editor *editor;
    const struct actor *actor;
    struct db *db;
    struct label *label;
    int64_t from_id, into_id;
    int64_t channel_id; /* whose links are to be published again; 0 = none */
};

/* ---- checks ---- */

static enum err check_text(const char *field, str text, size_t bytes_max, struct fault *fault)
{
    if (text.len > bytes_max) {
        fault_setf(fault, ERR_INVALID, field, "too_long", "At most %zu bytes.", bytes_max);
        fault_chinesef(fault, "最多 %zu 字节。", bytes_max);
        return ERR_INVALID;
    }
    if (!utf8_valid(text) || utf8_has_control(text)) {
        return fault_set(fault, ERR_INVALID, field, "control_character", "UTF-8 without control characters.",
                         "必须是不含控制字符的 UTF-8 文本。");
    }
    return OK;
}

static enum err check_key(str key, struct fault *fault)
{
    if (key.len == 0) {
        return fault_set(fault, ERR_INVALID, "key", "required", "A key is needed.", "请填写 key。");
    }
    if (str_find_char(key, ',', 0) >= 0) {
        return fault_set(fault, ERR_INVALID, "key", "bad_character", "This must not contain a comma.",
                         "不能包含逗号。");
    }
    return check_text("key", key, LIMIT_TAG, fault);
}

static enum err check_template(const struct label *label, struct fault *fault)
{
    enum err err = OK;

    for (int i = 0; !err && i < UTM_COUNT; i++) {
        char field[32];
        snprintf(field, sizeof field, "utm_template.%s", utm_name((enum utm)i).ptr);
        err = check_text(field, label->utm[i], LIMIT_UTM, fault);
        err = err ? err : utm_template_check(label->utm[i], field, fault);
    }
    return err;
}

enum err edit_check_label(const struct label *label, struct fault *fault)
{
    const struct {
        const char *field;
        str text;
    } TEXTS[] = {
        {"name", label->name},
        {"names.zh", label->name_zh},
        {"names.en", label->name_en},
        {"channel_group", label->channel_group},
        {"region", label->region},
        {"location", label->location},
        {"cost_centre", label->cost_centre},
    };
    enum err err = check_key(label->key, fault);

    for (size_t i = 0; !err && i < ARRAY_LEN(TEXTS); i++) {
        err = check_text(TEXTS[i].field, TEXTS[i].text, LIMIT_NAME, fault);
    }
    return err ? err : check_template(label, fault);
}

static enum err check_user(struct db *db, int64_t user_id, const char *field, struct fault *fault)
{
    struct arena arena;
    struct user user;

    if (user_id == 0) {
        return OK;
    }
    arena_init(&arena, 64 * 1024);
    enum err err = users_find(db, &arena, user_id, &user);
    arena_done(&arena);
    return err == ERR_NOT_FOUND
               ? fault_set(fault, ERR_INVALID, field, "unknown", "There is no such user.", "没有该用户。")
               : err;
}

/* ---- publishing the links of a channel ---- */

static enum err publish_page(struct label_call *self, const struct links_filter *filter, int64_t *after_id,
                             size_t *count)
{
    int64_t ids[PAGE_LINKS];
    struct arena texts;

    arena_init(&texts, LABEL_ARENA_MAX);
    enum err err = links_list_ids(self->db, &texts, filter, *after_id, ids, PAGE_LINKS, count);
    for (size_t i = 0; !err && i < *count; i++) {
        *after_id = ids[i];
        err = publish_link(self->db, self->editor->opts.cache, &texts, ids[i], 0);
        err = err == ERR_NOMEM && !texts.overflow ? OK : err; /* the cache has dropped it and knows */
    }
    arena_done(&texts);
    return err;
}

static void links_published(void *arg)
{
    struct label_call *self = arg;
    enum err err = OK;

    for (int bin = 0; self->channel_id != 0 && !err && bin < 2; bin++) {
        struct links_filter filter = {
            .bounds = BOUNDS_ALL, .channel_id = self->channel_id, .state = -1, .archived = -1, .bin = bin == 1};
        int64_t after_id = 0;
        size_t count = PAGE_LINKS;
        while (!err && count == PAGE_LINKS) {
            err = publish_page(self, &filter, &after_id, &count);
        }
    }
    if (err) {
        log_event(LOG_ERROR, "channel_not_published", "%s", err_text(err, false));
    }
}

static enum err submit(struct label_call *self, enum err (*run)(struct db *, void *, struct fault *),
                       struct fault *fault)
{
    return writer_submit(self->editor->opts.writer,
                         &(struct writer_task){.run = run, .published = links_published, .arg = self}, fault);
}

/* ---- the audit log ---- */

static enum err tell_put(struct label_call *self, const struct label *before)
{
    return edit_audit_label(self->actor, self->db, before, self->label);
}

/* What is about to go; `into` is what takes its place. */
static enum err tell_end(struct label_call *self, const char *verb, int64_t id, int64_t into_id)
{
    struct audit_note note;
    struct arena arena;
    struct label label, into = {0};

    arena_init(&arena, 64 * 1024);
    enum err err = labels_find_id(self->db, &arena, id, &label);
    err = err || !into_id ? err : labels_find_id(self->db, &arena, into_id, &into);
    if (!err) {
        audit_begin(&note, label_kind_name(label.kind).ptr, verb, id, label.key);
        audit_text(&note, "into", STR(""), into.key);
        err = edit_audit_end(self->actor, &note, self->db, clock_now_ms(), false);
    }
    arena_done(&arena);
    return err;
}

/* ---- put ---- */

static enum err update_label(struct label_call *self, struct db *db)
{
    struct arena arena;
    struct label before;

    arena_init(&arena, 64 * 1024);
    enum err err = labels_find_id(db, &arena, self->label->id, &before);
    if (!err) {
        self->label->kind = before.kind;
        bool renamed = before.kind == LABEL_CHANNEL && !str_eq(before.key, self->label->key);
        self->channel_id = renamed ? before.id : 0;
        err = labels_update(db, self->label);
        err = err ? err : tell_put(self, &before);
    }
    arena_done(&arena);
    return err;
}

static enum err put_label(struct db *db, void *arg, struct fault *fault)
{
    struct label_call *self = arg;
    struct label *label = self->label;
    enum err err = check_user(db, label->owner_id, "owner", fault);

    self->db = db;
    label->updated_ms = clock_now_ms();
    if (!err && label->id == 0) {
        label->created_ms = label->updated_ms;
        err = labels_insert(db, label);
        err = err ? err : tell_put(self, NULL);
    } else if (!err) {
        err = update_label(self, db);
    }
    if (err == ERR_CONFLICT) {
        return fault_set(fault, err, "key", "taken", "That key exists; merge the two instead.",
                         "该名称已存在，可改用合并。");
    }
    return err ? err : edit_witness(self->actor, db, &(struct editor_seen){.id = label->id});
}

enum err editor_label_put(struct editor *self, const struct actor *actor, struct label *label, struct fault *fault)
{
    struct label_call call = {.editor = self, .actor = actor, .label = label};

    label->key = str_trim(label->key);
    enum err err = edit_check_label(label, fault);
    return err ? err : submit(&call, put_label, fault);
}

/* ---- delete ---- */

static enum err delete_label(struct db *db, void *arg, struct fault *fault)
{
    struct label_call *self = arg;

    self->db = db;
    enum err err = tell_end(self, "delete", self->from_id, 0);
    err = err ? err : labels_delete(db, self->from_id);

    if (err == ERR_CONFLICT) {
        return fault_set(fault, err, "key", "in_use", "Links still name it; merge or archive it instead.",
                         "仍有短链在使用，请改为合并或归档。");
    }
    return err ? err : edit_witness(self->actor, db, &(struct editor_seen){.id = self->from_id});
}

enum err editor_label_delete(struct editor *self, const struct actor *actor, int64_t id, struct fault *fault)
{
    struct label_call call = {.editor = self, .actor = actor, .from_id = id};

    return submit(&call, delete_label, fault);
}

/* ---- merge ---- */

static enum err merge_sums(struct db *db, enum label_kind kind, int64_t from_id, int64_t into_id)
{
    if (kind == LABEL_TAG) {
        return OK; /* tags have no sums of their own */
    }
    return fold_merge(db, kind == LABEL_CAMPAIGN ? SUMS_CAMPAIGN : SUMS_CHANNEL, from_id, into_id);
}

static enum err merge_labels(struct db *db, void *arg, struct fault *fault)
{
    struct label_call *self = arg;
    struct arena arena;
    struct label from = {0};

    self->db = db;
    arena_init(&arena, 64 * 1024);
    enum err err = labels_find_id(db, &arena, self->from_id, &from);
    err = err ? err : tell_end(self, "merge", self->from_id, self->into_id);
    err = err ? err : labels_merge(db, self->from_id, self->into_id, clock_now_ms());
    err = err ? err : merge_sums(db, from.kind, self->from_id, self->into_id);
    arena_done(&arena);
    if (!err && from.kind == LABEL_CHANNEL) {
        self->channel_id = self->into_id;
    }
    if (err == ERR_INVALID) {
        return fault_set(fault, err, "into", "not_allowed", "Merge two different ones of one kind.",
                         "只能合并同类的两个不同项。");
    }
    return err ? err : edit_witness(self->actor, db, &(struct editor_seen){.id = self->into_id});
}

enum err editor_label_merge(struct editor *self, const struct actor *actor, int64_t from_id, int64_t into_id,
                            struct fault *fault)
{
    struct label_call call = {.editor = self, .actor = actor, .from_id = from_id, .into_id = into_id};

    return submit(&call, merge_labels, fault);
}
