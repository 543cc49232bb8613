/* SPDX-License-Identifier: MIT */
#include "editor_private.h"

#include "linkpond/store/users.h"

#include "linkpond/engine/domain_host.h"

static enum err unknown(struct fault *fault, const char *field)
{
    return fault_set(fault, ERR_INVALID, field, "unknown", "There is nothing by that name.", "没有找到该名称。");
}

const struct domain *edit_domain(const struct edit *self, int64_t id)
{
    for (size_t i = 0; i < self->domains_count; i++) {
        if (self->domains[i].id == id) {
            return &self->domains[i];
        }
    }
    return NULL;
}

static const struct domain *domain_by_host(const struct edit *self, str text)
{
    char memory[DOMAIN_HOST_MAX];
    str host;

    if (!domain_host_normalize(text, memory, &host)) {
        return NULL;
    }
    for (size_t i = 0; i < self->domains_count; i++) {
        if (str_eq(self->domains[i].host, host)) {
            return &self->domains[i];
        }
    }
    return NULL;
}

static const struct domain *own_domain(const struct edit *self)
{
    if (self->actor->domain_bound) {
        return edit_domain(self, self->actor->domain_id);
    }
    for (size_t i = 0; i < self->domains_count; i++) {
        if (self->domains[i].is_default) {
            return &self->domains[i];
        }
    }
    return NULL;
}

enum err edit_resolve_domain(struct edit *self, struct link *link, const struct link_draft *draft, bool fresh,
                             struct fault *fault)
{
    bool named = link_draft_has(draft, LF_DOMAIN) && str_trim(draft->domain).len > 0;
    int64_t before = link->domain_id;

    if (!fresh && !link_draft_has(draft, LF_DOMAIN)) {
        return OK;
    }
    const struct domain *domain = named ? domain_by_host(self, draft->domain) : own_domain(self);
    if (!domain || (self->actor->domain_bound && domain->id != self->actor->domain_id)) {
        return named ? unknown(fault, "domain")
                     : fault_set(fault, ERR_INVALID, "domain", "required", "There is no default domain.",
                                 "没有默认域名。");
    }
    if (domain->id != before && !self->undoing && (!domain->enabled || !domain->shareable)) {
        return fault_set(fault, ERR_INVALID, "domain", "not_shareable",
                         domain->enabled ? "That domain is closed for new links; those it has go on working."
                                         : "That domain is switched off.",
                         domain->enabled ? "该域名已停止新建短链，已有短链照常可用。" : "该域名已停用。");
    }
    link->domain_id = domain->id;
    link->domain = domain->host;
    return OK;
}

/* Whose a new link is when nobody is named: the owner that a key is bound to, else who asks. */
static enum err own_owner(struct edit *self, int64_t id, str *key)
{
    struct user user = {0};
    enum err err = self->own_owner.len > 0 ? OK : users_find(self->db, self->arena, id, &user);

    if (!err && self->own_owner.len == 0) {
        self->own_owner = user.key;
    }
    *key = self->own_owner;
    return err == ERR_NOT_FOUND ? OK : err;
}

enum err edit_resolve_owner(struct edit *self, struct link *link, const struct link_draft *draft, bool fresh,
                            struct fault *fault)
{
    struct user user;

    bool bound = self->actor->owner_bound;
    if (fresh && link->owner.len == 0 && (bound || !link_draft_has(draft, LF_OWNER))) {
        link->owner_id = bound ? self->actor->owner_id : self->actor->user_id;
        return own_owner(self, link->owner_id, &link->owner);
    }
    if (link->owner.len > 0 && link->owner_id == 0 &&
        !edit_word_find(self, EDIT_WORD_OWNER, link->owner, &link->owner_id)) {
        enum err err = users_find_key(self->db, self->arena, link->owner, &user);
        if (err) {
            return err == ERR_NOT_FOUND ? unknown(fault, "owner") : err;
        }
        link->owner_id = user.id;
        edit_word_note(self, EDIT_WORD_OWNER, link->owner, user.id);
    }
    /* A bound key can neither give its links away nor take others': they would be out of its sight. */
    bool away = self->actor->owner_bound && link->owner_id != self->actor->owner_id;
    return away && (fresh || link_draft_has(draft, LF_OWNER)) ? unknown(fault, "owner") : OK;
}

/* With all that is known of it, where the caller has said what it is like. */
static enum err make_channel(struct edit *self, str key, int64_t owner_id, int64_t *id, struct fault *fault)
{
    struct label label = *self->channel;

    label.kind = LABEL_CHANNEL;
    label.key = key;
    label.owner_id = owner_id;
    label.created_ms = label.updated_ms = self->now_ms;
    enum err err = edit_check_label(&label, fault);
    err = err ? err : labels_insert(self->db, &label);
    err = err ? err : edit_audit_label(self->actor, self->db, NULL, &label);
    *id = err ? *id : label.id;
    return err;
}

static enum err ask_label(struct edit *self, enum label_kind kind, str key, const char *field, int64_t *id,
                          struct fault *fault)
{
    struct label label;

    if (!self->editor->opts.strict_dictionary) {
        return labels_ensure(self->db, kind, key, self->now_ms, id);
    }
    enum err err = labels_find(self->db, self->arena, kind, key, &label);
    if (!err) {
        *id = label.id;
    }
    return err == ERR_NOT_FOUND ? unknown(fault, field) : err;
}

static enum err resolve_label(struct edit *self, enum label_kind kind, str key, const char *field, int64_t *id,
                              struct fault *fault)
{
    if (edit_word_find(self, (int)kind, key, id)) {
        return OK;
    }
    enum err err = ask_label(self, kind, key, field, id, fault);
    if (!err) {
        edit_word_note(self, (int)kind, key, *id);
    }
    return err;
}

/* A channel that is described. */
static enum err resolve_described(struct edit *self, struct link *link, struct fault *fault)
{
    struct label label;
    int64_t owner_id = self->channel->owner.len > 0 ? link->owner_id : 0;

    if (edit_word_find(self, LABEL_CHANNEL, link->channel, &link->channel_id)) {
        return OK;
    }
    enum err err = labels_find(self->db, self->arena, LABEL_CHANNEL, link->channel, &label);
    if (err == ERR_NOT_FOUND) {
        err = self->editor->opts.strict_dictionary
                  ? unknown(fault, "channel")
                  : make_channel(self, link->channel, owner_id, &link->channel_id, fault);
    } else if (!err) {
        link->channel_id = label.id;
    }
    if (!err) {
        edit_word_note(self, LABEL_CHANNEL, link->channel, link->channel_id);
    }
    return err;
}

enum err edit_resolve_labels(struct edit *self, struct link *link, struct fault *fault)
{
    enum err err = OK;

    if (link->campaign.len > 0 && link->campaign_id == 0) {
        err = resolve_label(self, LABEL_CAMPAIGN, link->campaign, "campaign", &link->campaign_id, fault);
    }
    if (!err && link->channel.len > 0 && link->channel_id == 0 && self->channel) {
        err = resolve_described(self, link, fault);
    } else if (!err && link->channel.len > 0 && link->channel_id == 0) {
        err = resolve_label(self, LABEL_CHANNEL, link->channel, "channel", &link->channel_id, fault);
    }
    return err;
}

static enum err tag_ids(struct edit *self, const struct link *link, int64_t ids[LIMIT_TAGS], size_t *count,
                        struct fault *fault)
{
    enum err err = OK;

    *count = 0;
    for (size_t i = 0; !err && i < link->tags.count && *count < LIMIT_TAGS; i++) {
        err = resolve_label(self, LABEL_TAG, link->tags.items[i], "tags", &ids[(*count)++], fault);
    }
    return err;
}

enum err edit_put_tags(struct edit *self, const struct link *link, struct fault *fault)
{
    int64_t ids[LIMIT_TAGS];
    size_t count;
    enum err err = tag_ids(self, link, ids, &count, fault);

    return err ? err : links_tags_set(self->db, link->id, ids, count);
}

enum err edit_put_first_tags(struct edit *self, const struct link *link, struct fault *fault)
{
    int64_t ids[LIMIT_TAGS];
    size_t count;
    enum err err = tag_ids(self, link, ids, &count, fault);

    for (size_t i = 0; !err && i < count; i++) {
        err = links_tags_add(self->db, link->id, ids[i]);
    }
    return err;
}

static bool is_on(const struct url *url, str domain_host)
{
    char memory[HOST_TEXT_MAX];
    unsigned port;
    str host;
    str name = domain_host_name(domain_host, &port);

    return port != 0 && url->port == port && host_normalize(url->host, memory, &host) && str_eq(host, name);
}

static enum err check_loop(const struct edit *self, str text, const char *field, struct fault *fault)
{
    struct url url;

    if (text.len == 0 || !url_split(text, &url)) {
        return OK;
    }
    for (size_t i = 0; i < self->domains_count; i++) {
        if (is_on(&url, self->domains[i].host)) {
            return fault_set(fault, ERR_INVALID, field, "own_host",
                             "The address is on a short domain of this server, which would make a loop.",
                             "网址指向本系统的短链域名，会造成循环跳转。");
        }
    }
    return OK;
}

enum err edit_check_loops(struct edit *self, const struct link *link, struct fault *fault)
{
    enum err err = check_loop(self, link->url, "url", fault);

    return err ? err : check_loop(self, link->fallback_url, "fallback_url", fault);
}
