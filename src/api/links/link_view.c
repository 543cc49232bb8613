/* SPDX-License-Identifier: MIT */
#include "linkpond/api/link_view.h"

#include "linkpond/base/host.h"
#include "linkpond/base/percent.h"
#include "linkpond/model/paste.h"

#define DOMAINS_MAX 4096

enum err link_view_load(struct link_view *self, struct ctx *ctx, struct request *request, struct db *db)
{
    *self = (struct link_view){.arena = request->arena,
                               .db = db,
                               .admin_url = ctx->admin_url,
                               .destinations = ctx->engine->destinations,
                               .now_ms = request->now_ms,
                               .chinese = request->chinese};
    struct stmt *rows = domains_each(db);
    struct domain row;
    size_t cap = 0;
    while (domains_next(rows, &row) && self->domains_count < DOMAINS_MAX) {
        struct domain *list = ARENA_GROW(self->arena, self->domains, self->domains_count, &cap);
        if (!list) {
            stmt_reset(rows);
            return ERR_NOMEM;
        }
        self->domains = list;
        struct domain *kept = &self->domains[self->domains_count++];
        *kept = row;
        kept->host = arena_str(self->arena, row.host);
        kept->scheme = arena_str(self->arena, row.scheme);
    }
    return stmt_err(rows);
}

static const struct domain *find_domain(const struct link_view *self, int64_t id)
{
    for (size_t i = 0; i < self->domains_count; i++) {
        if (self->domains[i].id == id) {
            return &self->domains[i];
        }
    }
    return NULL;
}

static str address_on(const struct link_view *self, const struct domain *domain, str host, str path)
{
    size_t cap = path.len * 3 + 16 + LIMIT_HOST;
    char *memory = arena_alloc(self->arena, cap);
    if (!memory) {
        return (str){0};
    }
    struct buf out;
    buf_init_fixed(&out, memory, cap);
    buf_add(&out, domain ? domain->scheme : STR("https"));
    buf_add(&out, STR("://"));
    buf_add(&out, host);
    str segment;
    while (str_next(&path, '/', &segment)) { /* imported aliases may have slashes, which stay */
        buf_add_char(&out, '/');
        percent_encode(&out, segment);
    }
    return buf_str(&out);
}

str link_short_url(const struct link_view *self, const struct link *link)
{
    str path = link->aliases.count > 0 ? link->aliases.items[0] : link->code;
    return address_on(self, find_domain(self, link->domain_id), link->domain, path);
}

static bool is_open(const struct domain *domain)
{
    return domain->enabled && domain->shareable;
}

/* Codes work wherever a domain serves all; an alias belongs to its domain. */
static str share_url(const struct link_view *self, const struct link *link)
{
    const struct domain *own = find_domain(self, link->domain_id);
    for (size_t i = 0; own && !is_open(own) && i < self->domains_count; i++) {
        const struct domain *domain = &self->domains[i];
        if (domain->is_default && domain->serves_all && is_open(domain)) {
            return address_on(self, domain, domain->host, link->code);
        }
    }
    return link_short_url(self, link);
}

str link_qr_url(const struct link_view *self, const struct link *link)
{
    return arena_f(self->arena, "%s/api/v1/links/lnk_%lld/qr", self->admin_url, (long long)link->id);
}

bool link_host_is_public(str host_and_port)
{
    str host;
    unsigned port;
    struct addr addr;
    if (!host_split_port(host_and_port, &host, &port)) {
        return false;
    }
    if (addr_parse(host, &addr)) {
        return !addr_is_private(&addr);
    }
    return !str_ieq(host, STR("localhost")) && !str_iends(host, STR(".localhost"));
}

/* Words for programs, and for people a sentence that names the field. */
static void write_note(const struct link_view *self, struct json_writer *json, const struct utm_note *note)
{
    json_object(json);
    json_put_str(json, "code", str_from_c(utm_note_code(note->kind)));
    json_put_str(json, "field", utm_name(note->field));
    if (note->kind == UTM_NOTE_NORMALISED) {
        json_put_str(json, "from", note->from);
        json_put_str(json, "to", note->to);
    }
    json_put_str(json, "detail", str_from_c(utm_note_text(note->kind, self->chinese)));
    json_object_end(json);
}

void link_view_notes(const struct link_view *self, struct json_writer *json, const struct utm_notes *notes)
{
    for (size_t i = 0; i < notes->count; i++) {
        write_note(self, json, &notes->items[i]);
    }
}

void link_view_warn(const struct link_view *self, struct json_writer *json, const struct link *link,
                    const struct utm_notes *notes)
{
    const struct domain *domain = find_domain(self, link->domain_id);
    if (!link_host_is_public(link->domain)) {
        json_c(json, "short_url_not_public");
    }
    if (domain && !domain->enabled) {
        json_c(json, "domain_disabled");
    } else if (domain && !domain->shareable) {
        json_c(json, "domain_closed");
    }
    if (!destination_lists_judge(self->destinations, link->url).passes) {
        json_c(json, "destination_denied"); /* visits are stopped */
    }
    if (paste_url_notes(link->url) & (1U << PASTE_WECHAT_CARD | 1U << PASTE_SCAN_ONLY)) {
        json_c(json, "target_breaks_behind_redirect"); /* WeChat takes these only when tapped or scanned as they are */
    }
    if (notes) {
        link_view_notes(self, json, notes);
    }
}

static void write_list(struct json_writer *json, const char *name, const struct str_list *list)
{
    json_name(json, name);
    json_array(json);
    for (size_t i = 0; i < list->count; i++) {
        json_str(json, list->items[i]);
    }
    json_array_end(json);
}

static void write_counts(struct json_writer *json, const struct link_counts *counts)
{
    json_name(json, "counts");
    json_object(json);
    json_put_i64(json, "clicks", counts->clicks);
    json_put_i64(json, "visitors", counts->visitors);
    json_put_i64(json, "bots", counts->bots);
    json_put_i64(json, "total", counts->total);
    json_put_i64(json, "scans", counts->scans);
    json_put_time(json, "last_at", counts->last_ms);
    json_object_end(json);
}

static void write_names(const struct link_view *self, struct json_writer *json, const struct link *link)
{
    json_put_str(json, "id", arena_f(self->arena, "lnk_%lld", (long long)link->id));
    json_put_str(json, "code", link->code);
    write_list(json, "aliases", &link->aliases);
    json_put_opt(json, "alias", link->aliases.count > 0 ? link->aliases.items[0] : (str){0});
    json_put_str(json, "domain", link->domain);
    json_put_str(json, "short_url", link_short_url(self, link));
    json_put_str(json, "share_url", share_url(self, link));
    json_put_str(json, "qr_url", link_qr_url(self, link));
    json_put_str(json, "url", link->url);
    json_put_opt(json, "title", link->title);
}

static void write_place(struct json_writer *json, const struct link *link)
{
    write_list(json, "tags", &link->tags);
    json_put_opt(json, "campaign", link->campaign);
    json_put_opt(json, "channel", link->channel);
    json_put_opt(json, "source", link->source);
    for (int i = 0; i < UTM_COUNT; i++) {
        str name = utm_name((enum utm)i);
        json_name_str(json, name);
        if (link->utm[i].len > 0) {
            json_str(json, link->utm[i]);
        } else {
            json_null(json);
        }
    }
    json_put_opt(json, "owner", link->owner);
    json_put_opt(json, "customer", link->customer);
    json_put_opt(json, "external_id", link->external_id);
}

static void write_behaviour(struct json_writer *json, const struct link *link)
{
    json_put_i64(json, "redirect_status", link->redirect_status);
    json_put_time(json, "valid_from", link->valid_from_ms);
    json_put_time(json, "valid_until", link->valid_until_ms);
    json_name(json, "max_clicks");
    if (link->max_clicks > 0) {
        json_i64(json, link->max_clicks);
    } else {
        json_null(json);
    }
    json_put_opt(json, "fallback_url", link->fallback_url);
    json_put_bool(json, "forward_query", link->forward_query);
    json_put_str(json, "query_conflict", link->visitor_wins ? STR("visitor") : STR("target"));
    json_put_opt(json, "click_id_param", link->click_id_param);
    json_put_bool(json, "enabled", link->enabled);
    json_put_bool(json, "archived", link->archived);
    json_put_bool(json, "crawlable", link->crawlable);
    json_put_bool(json, "has_rules", link->live);
    json_name(json, "targets_summary");
    if (!link->live) {
        json_null(json);
        return;
    }
    json_object(json);
    json_put_i64(json, "targets", link->targets);
    json_put_i64(json, "enabled", link->targets_enabled);
    json_put_i64(json, "rules", link->rules);
    json_object_end(json);
}

void link_view_write(const struct link_view *self, struct json_writer *json, const struct link *link,
                     const struct utm_notes *notes)
{
    json_object(json);
    write_names(self, json, link);
    write_place(json, link);
    write_behaviour(json, link);
    json_put_str(json, "notes", link->notes);
    json_name(json, "metadata");
    json_raw(json, link->metadata.len > 0 ? link->metadata : STR("{}"));
    json_put_str(json, "state", link_state_name(link_state_at(link, self->now_ms)));
    json_put_time(json, "deleted_at", link->deleted_ms);
    write_counts(json, &link->counts);
    json_put_opt(json, "created_by", link->created_by);
    json_put_time(json, "created_at", link->created_ms);
    json_put_time(json, "updated_at", link->updated_ms);
    json_name(json, "warnings");
    json_array(json);
    link_view_warn(self, json, link, notes);
    json_array_end(json);
    json_object_end(json);
}
