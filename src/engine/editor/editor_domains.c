/* SPDX-License-Identifier: MIT */
#include "editor_private.h"

#include "linkpond/base/clock.h"
#include "linkpond/base/log.h"

#include "linkpond/engine/domain_host.h"
#include "linkpond/engine/publish.h"

/* Hosts that serve short links. The whole table of hosts is published anew on every change: it is small. */
#define DOMAIN_ARENA_MAX ((size_t)4 * 1024 * 1024)

struct domain_call {
    struct edit edit;
    struct domain *domain;
    int64_t id; /* to delete */
};

static enum err check_texts(struct domain *domain, char memory[DOMAIN_HOST_MAX], struct fault *fault)
{
    if (!domain_host_normalize(domain->host, memory, &domain->host)) {
        return fault_set(fault, ERR_INVALID, "host", "bad_host", "This is not a valid host name.", "域名不正确。");
    }
    if (!str_eq(domain->scheme, STR("https")) && !str_eq(domain->scheme, STR("http"))) {
        return fault_set(fault, ERR_INVALID, "scheme", "not_allowed", "The scheme is http or https.",
                         "scheme 只能是 http 或 https。");
    }
    if (domain->code_length != 0 && (domain->code_length < LIMIT_CODE_MIN || domain->code_length > LIMIT_CODE_MAX)) {
        fault_setf(fault, ERR_INVALID, "code_length", "out_of_range", "From %d to %d.", LIMIT_CODE_MIN, LIMIT_CODE_MAX);
        fault_chinesef(fault, "应在 %d 到 %d 之间。", LIMIT_CODE_MIN, LIMIT_CODE_MAX);
        return ERR_INVALID;
    }
    return OK;
}

static enum err check_address(struct edit *edit, const char *field, str *address, struct fault *fault)
{
    char memory[LIMIT_URL];
    struct buf stored;

    if (str_trim(address->len ? *address : STR("")).len == 0) {
        *address = (str){0};
        return OK;
    }
    buf_init_fixed(&stored, memory, sizeof memory);
    enum err err = url_check(*address, &edit->policy, field, &stored, fault);
    if (err) {
        return err;
    }
    *address = arena_str(edit->arena, buf_str(&stored));
    return address->len > 0 ? OK : ERR_NOMEM;
}

static enum err check_addresses(struct edit *edit, struct domain *domain, struct fault *fault)
{
    enum err err = check_address(edit, "root_url", &domain->root_url, fault);

    err = err ? err : check_address(edit, "not_found_url", &domain->not_found_url, fault);
    return err ? err : check_address(edit, "expired_url", &domain->expired_url, fault);
}

static bool is_open(const struct domain *domain)
{
    return domain->enabled && domain->shareable;
}

/* Who takes the default over: the oldest domain that is open, before all one on which every code works. */
static const struct domain *successor_of(const struct edit *edit, int64_t id)
{
    const struct domain *found = NULL;

    for (size_t i = 0; i < edit->domains_count; i++) {
        const struct domain *domain = &edit->domains[i];
        if (domain->id != id && is_open(domain) && (!found || (domain->serves_all && !found->serves_all))) {
            found = domain;
        }
    }
    return found;
}

/* There is always one default, and new links can be made there: it is left by making another one the default, or by
 * closing it, and then it moves on by itself to *successor. */
static enum err check_default(const struct edit *edit, struct domain *domain, const struct domain **successor,
                              struct fault *fault)
{
    const struct domain *before = edit_domain(edit, domain->id);

    *successor = NULL;
    if (before && before->is_default && !domain->is_default) {
        return fault_set(fault, ERR_CONFLICT, "is_default", "last_default", "Make another domain the default first.",
                         "请先将其他域名设为默认。");
    }
    if (!domain->is_default || is_open(domain)) {
        return OK;
    }
    if (!before || !before->is_default) {
        return fault_set(fault, ERR_INVALID, "is_default", "not_shareable",
                         "The default domain must be enabled and open for new links.",
                         "默认域名必须启用并可用于新建短链。");
    }
    *successor = successor_of(edit, domain->id);
    domain->is_default = false;
    return *successor ? OK
                      : fault_set(fault, ERR_CONFLICT, domain->shareable ? "enabled" : "shareable", "last_open",
                                  "This is the last domain on which links can be made; add or open another one first.",
                                  "这是最后一个可新建短链的域名，请先新增或开放其他域名。");
}

static bool out_of_bounds(const struct edit *edit, int64_t id)
{
    return edit->actor->domain_bound && id != edit->actor->domain_id;
}

static enum err tell_put(struct edit *edit, const struct domain *before, const struct domain *after)
{
    const struct domain none = {.enabled = true, .shareable = true, .serves_all = true};
    const struct domain *from = before ? before : &none;
    struct audit_note note;

    audit_begin(&note, "domain", before ? "update" : "create", after->id, after->host);
    audit_text(&note, "host", from->host, after->host);
    audit_text(&note, "scheme", from->scheme, after->scheme);
    audit_bool(&note, "is_default", from->is_default, after->is_default);
    audit_bool(&note, "enabled", from->enabled, after->enabled);
    audit_bool(&note, "shareable", from->shareable, after->shareable);
    audit_text(&note, "serves", from->serves_all ? STR("all") : STR("own"),
               after->serves_all ? STR("all") : STR("own"));
    audit_text(&note, "root_url", from->root_url, after->root_url);
    audit_text(&note, "not_found_url", from->not_found_url, after->not_found_url);
    audit_text(&note, "expired_url", from->expired_url, after->expired_url);
    audit_i64(&note, "code_length", from->code_length, after->code_length);
    return edit_audit_end(edit->actor, &note, edit->db, edit->now_ms, before != NULL);
}

/* The default has moved on to it, because the one before was closed. */
static enum err make_default(struct edit *edit, int64_t id)
{
    struct domain before, after;
    enum err err = domains_find(edit->db, edit->arena, id, &before);

    if (err) {
        return err;
    }
    after = before;
    after.is_default = true;
    after.updated_ms = edit->now_ms;
    err = domains_update(edit->db, &after);
    return err ? err : tell_put(edit, &before, &after);
}

static enum err put_domain(struct db *db, void *arg, struct fault *fault)
{
    struct domain_call *self = arg;
    struct domain *domain = self->domain;
    const struct domain *successor = NULL;
    enum err err = edit_open(&self->edit, db, 1);

    if (!err && out_of_bounds(&self->edit, domain->id)) {
        return ERR_NOT_FOUND;
    }
    err = err ? err : check_addresses(&self->edit, domain, fault);
    err = err ? err : check_default(&self->edit, domain, &successor, fault);
    if (err) {
        return err;
    }
    struct domain before;
    bool fresh = domain->id == 0;
    domain->updated_ms = self->edit.now_ms;
    err = fresh ? OK : domains_find(db, self->edit.arena, domain->id, &before);
    if (err) {
        return err;
    }
    if (fresh) {
        domain->created_ms = self->edit.now_ms;
        err = domains_insert(db, domain);
    } else {
        err = domains_update(db, domain);
    }
    if (err == ERR_CONFLICT) {
        return fault_set(fault, err, "host", "taken", "That domain exists.", "该域名已存在。");
    }
    err = err ? err : tell_put(&self->edit, fresh ? NULL : &before, domain);
    err = err || !successor ? err : make_default(&self->edit, successor->id);
    return err ? err : edit_witness(self->edit.actor, db, &(struct editor_seen){.id = domain->id});
}

static enum err delete_domain(struct db *db, void *arg, struct fault *fault)
{
    struct domain_call *self = arg;
    enum err err = edit_open(&self->edit, db, 1);
    const struct domain *domain = err ? NULL : edit_domain(&self->edit, self->id);

    if (err) {
        return err;
    }
    if (!domain || out_of_bounds(&self->edit, self->id)) {
        return ERR_NOT_FOUND;
    }
    if (domain->is_default) {
        return fault_set(fault, ERR_CONFLICT, "", "last_default", "The default domain stays.", "默认域名不能删除。");
    }
    struct audit_note note;
    audit_begin(&note, "domain", "delete", self->id, domain->host);
    err = domains_delete(db, self->id);
    if (err == ERR_CONFLICT) {
        return fault_set(fault, err, "", "in_use", "Links, aliases or keys name that domain; disable it instead.",
                         "仍有短链、后缀或密钥使用该域名，可改为停用。");
    }
    err = err ? err : edit_audit_end(self->edit.actor, &note, db, self->edit.now_ms, false);
    return err ? err : edit_witness(self->edit.actor, db, &(struct editor_seen){.id = self->id});
}

static void hosts_published(void *arg)
{
    struct domain_call *self = arg;
    struct arena arena;

    arena_init(&arena, DOMAIN_ARENA_MAX);
    enum err err = publish_hosts(self->edit.db, self->edit.editor->opts.cache, &arena);
    if (err) {
        log_event(LOG_ERROR, "hosts_not_published", "%s", err_text(err, false));
    }
    arena_done(&arena);
}

static enum err submit(struct domain_call *self, enum err (*run)(struct db *, void *, struct fault *),
                       struct fault *fault)
{
    struct arena arena;

    arena_init(&arena, DOMAIN_ARENA_MAX);
    self->edit.arena = &arena;
    enum err err = writer_submit(self->edit.editor->opts.writer,
                                 &(struct writer_task){.run = run, .published = hosts_published, .arg = self}, fault);
    arena_done(&arena);
    return err;
}

enum err editor_domain_put(struct editor *self, const struct actor *actor, struct domain *domain, struct fault *fault)
{
    char memory[DOMAIN_HOST_MAX];
    struct domain checked = *domain; /* whose texts end with this call */
    struct domain_call call = {.edit = {.editor = self, .actor = actor}, .domain = &checked};
    enum err err = check_texts(&checked, memory, fault);

    err = err ? err : submit(&call, put_domain, fault);
    if (!err) {
        domain->id = checked.id;
        domain->created_ms = checked.created_ms;
        domain->updated_ms = checked.updated_ms;
    }
    return err;
}

enum err editor_domain_delete(struct editor *self, const struct actor *actor, int64_t id, struct fault *fault)
{
    struct domain_call call = {.edit = {.editor = self, .actor = actor}, .id = id};

    return submit(&call, delete_domain, fault);
}
