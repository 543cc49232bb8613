/* SPDX-License-Identifier: MIT */
#include "editor_private.h"

#include "linkpond/model/utm.h"
#include "linkpond/store/users.h"

/* What the audit log says of links: one line for each that an edit has changed. An import is one line for all. */

struct text_field {
    const char *name;
    size_t offset;
};
#define AT(member) offsetof(struct link, member)
static const struct text_field text_fields[] = {
    {"url", AT(url)},
    {"domain", AT(domain)},
    {"title", AT(title)},
    {"notes", AT(notes)},
    {"metadata", AT(metadata)},
    {"campaign", AT(campaign)},
    {"channel", AT(channel)},
    {"owner", AT(owner)},
    {"customer", AT(customer)},
    {"external_id", AT(external_id)},
    {"source", AT(source)},
    {"utm_source", AT(utm[UTM_SOURCE])},
    {"utm_medium", AT(utm[UTM_MEDIUM])},
    {"utm_campaign", AT(utm[UTM_CAMPAIGN])},
    {"utm_term", AT(utm[UTM_TERM])},
    {"utm_content", AT(utm[UTM_CONTENT])},
    {"utm_id", AT(utm[UTM_ID])},
    {"fallback_url", AT(fallback_url)},
    {"click_id_param", AT(click_id_param)},
};

static str text_of(const struct link *link, size_t field)
{
    return *(const str *)((const char *)link + text_fields[field].offset);
}

static void compare(struct audit_note *note, const struct link *before, const struct link *after)
{
    for (size_t i = 0; i < ARRAY_LEN(text_fields); i++) {
        audit_text(note, text_fields[i].name, text_of(before, i), text_of(after, i));
    }
    audit_list_of(note, "aliases", &before->aliases, &after->aliases);
    audit_list_of(note, "tags", &before->tags, &after->tags);
    audit_i64(note, "redirect_status", before->redirect_status, after->redirect_status);
    audit_time(note, "valid_from", before->valid_from_ms, after->valid_from_ms);
    audit_time(note, "valid_until", before->valid_until_ms, after->valid_until_ms);
    audit_i64(note, "max_clicks", before->max_clicks, after->max_clicks);
    audit_bool(note, "forward_query", before->forward_query, after->forward_query);
    audit_text(note, "query_conflict", before->visitor_wins ? STR("visitor") : STR("target"),
               after->visitor_wins ? STR("visitor") : STR("target"));
    audit_bool(note, "enabled", before->enabled, after->enabled);
    audit_bool(note, "archived", before->archived, after->archived);
    audit_bool(note, "crawlable", before->crawlable, after->crawlable);
}

enum err edit_audit_end(const struct actor *actor, struct audit_note *note, struct db *db, int64_t now_ms,
                        bool only_if_changed)
{
    return audit_end(note, db, actor->user_id, actor->key_id, now_ms, only_if_changed);
}

enum err edit_audit_user(struct audit_note *note, struct db *db, const char *field, int64_t before_id, int64_t after_id)
{
    struct arena arena;
    struct user before = {0}, after = {0};

    if (before_id == after_id) {
        return OK;
    }
    arena_init(&arena, 64 * 1024);
    enum err err = before_id ? users_find(db, &arena, before_id, &before) : OK;
    err = err || !after_id ? err : users_find(db, &arena, after_id, &after);
    if (!err) {
        audit_text(note, field, before.key, after.key);
    }
    arena_done(&arena);
    return err;
}

enum err edit_audit_label(const struct actor *actor, struct db *db, const struct label *before,
                          const struct label *after)
{
    const struct label none = {.kind = after->kind};
    const struct label *from = before ? before : &none;
    struct audit_note note;

    audit_begin(&note, label_kind_name(after->kind).ptr, before ? "update" : "create", after->id, after->key);
    audit_text(&note, "key", from->key, after->key);
    audit_text(&note, "name", from->name, after->name);
    audit_text(&note, "names.zh", from->name_zh, after->name_zh);
    audit_text(&note, "names.en", from->name_en, after->name_en);
    audit_text(&note, "channel_group", from->channel_group, after->channel_group);
    audit_text(&note, "region", from->region, after->region);
    audit_text(&note, "location", from->location, after->location);
    audit_text(&note, "cost_centre", from->cost_centre, after->cost_centre);
    audit_bool(&note, "archived", from->archived, after->archived);
    for (int i = 0; i < UTM_COUNT; i++) {
        audit_text(&note, utm_name((enum utm)i).ptr, from->utm[i], after->utm[i]);
    }
    enum err err = edit_audit_user(&note, db, "owner", from->owner_id, after->owner_id);
    return err ? err : edit_audit_end(actor, &note, db, after->updated_ms, before != NULL);
}

enum err edit_audit_link(struct edit *self, const char *verb, const struct link *before, const struct link *after)
{
    struct audit_note note;
    struct link blank;

    if (self->quiet) {
        return OK;
    }
    link_init(&blank);
    audit_begin(&note, "link", verb, after->id, after->code);
    compare(&note, before ? before : &blank, after);
    return edit_audit_end(self->actor, &note, self->db, self->now_ms, before != NULL);
}

enum err edit_audit_action(struct edit *self, const struct link *link, enum link_action action)
{
    static const char *const verbs[] = {[LINK_DELETE] = "delete", [LINK_RESTORE] = "restore", [LINK_PURGE] = "purge"};
    struct audit_note note;

    /* What was purged is not kept here either. */
    enum err err = action == LINK_PURGE ? audit_forget(self->db, STR("link"), link->id) : OK;
    audit_begin(&note, "link", verbs[action], link->id, action == LINK_PURGE ? STR("") : link->code);
    return err ? err : edit_audit_end(self->actor, &note, self->db, self->now_ms, false);
}

/* ---- an import, which is many calls and one line ---- */

enum err edit_audit_import(struct edit *self, const struct import_trail *trail, int64_t made, int64_t changed)
{
    struct audit_note note;
    int64_t all_made = trail->made + made, all_changed = trail->changed + changed;

    if (made == 0 && changed == 0) {
        return OK;
    }
    audit_begin(&note, "import", "run", 0, STR(""));
    audit_i64(&note, "created", 0, all_made);
    audit_i64(&note, "updated", 0, all_changed);
    enum err err = OK;
    if (trail->line_id) {
        json_object_end(&note.json);
        err = audit_change(self->db, trail->line_id, buf_str(&note.text));
    } else {
        err = edit_audit_end(self->actor, &note, self->db, self->now_ms, false);
    }
    self->trail = *trail;
    self->trail.line_id = trail->line_id ? trail->line_id : note.line.id;
    self->trail.made = all_made;
    self->trail.changed = all_changed;
    return err;
}
