/* SPDX-License-Identifier: MIT */
/*
 * What a form asks while somebody types: is this alias free, what is wrong with this address, where will the visitor
 * end up. The editor answers by making the link and taking it back, so that nothing here can say other than what
 * happens when it is meant.
 */
#include "linkpond/api/link_call.h"
#include "linkpond/api/routes.h"
#include "linkpond/model/alias.h"
#include "linkpond/model/code.h"
#include "linkpond/model/paste.h"

#define TARGET STR("https://example.invalid/") /* RFC 2606: nobody's, so no rule about targets speaks up */

static enum err try_links(struct ctx *ctx, struct request *request, const struct link_draft *drafts, size_t count,
                          struct link_result *results)
{
    return editor_links_bulk(ctx->engine->editor, request->actor, request->arena, drafts, NULL, NULL, NULL, count, true,
                             results);
}

/* ---- aliases ---------------------------------------------------------------------------------------------------- */

#define SUGGESTIONS 6

static void alias_draft(struct link_draft *draft, str alias, str domain)
{
    link_draft_init(draft);
    draft->url = TARGET;
    draft->alias = alias;
    draft->domain = domain;
    draft->presence.present = UINT64_C(1) << LF_URL | UINT64_C(1) << LF_ALIAS;
    draft->presence.present |= domain.len > 0 ? UINT64_C(1) << LF_DOMAIN : 0;
}

/* What the alias could be instead: itself where it can be one, else what can be kept of it; then numbers behind it. */
static void suggest(struct arena *arena, str alias, str domain, struct link_draft drafts[SUGGESTIONS])
{
    char memory[ALIAS_SLUG_MAX];
    bool good = alias_check(alias, false, NULL, 0, NULL) == OK;
    str base = good ? alias : arena_str(arena, alias_slug(alias, memory));
    base = base.len >= LIMIT_ALIAS_MIN ? base : arena_f(arena, "go-" STR_FMT, STR_ARG(base));
    base = str_slice(base, 0, LIMIT_ALIAS - 4);
    for (int i = 0; i < SUGGESTIONS; i++) {
        str next = i == 0 && !good ? base : arena_f(arena, STR_FMT "-%d", STR_ARG(base), i + 1 + good);
        alias_draft(&drafts[i], next, domain);
    }
}

static enum err find_suggestion(struct ctx *ctx, struct request *request, str alias, str domain, str *out)
{
    struct link_draft drafts[SUGGESTIONS];
    struct link_result results[SUGGESTIONS];
    suggest(request->arena, alias, domain, drafts);
    enum err err = try_links(ctx, request, drafts, SUGGESTIONS, results);
    for (size_t i = SUGGESTIONS; err == OK && i > 0; i--) {
        *out = results[i - 1].err == OK ? drafts[i - 1].alias : *out;
    }
    return err;
}

static enum err write_existing(struct ctx *ctx, struct request *request, struct json_writer *json, int64_t id)
{
    struct bounds bounds = call_bounds(request);
    struct link_view view;
    struct link link;
    struct db *db = id > 0 ? readers_take(ctx->engine->readers, READER_WAIT_MS) : NULL;
    json_name(json, "existing");
    enum err err = db ? links_find(db, request->arena, &bounds, id, &link) : ERR_NOT_FOUND;
    err = err ? err : link_view_load(&view, ctx, request, db);
    if (err == OK) {
        link_view_write(&view, json, &link, NULL);
    } else {
        json_null(json);
    }
    readers_give(ctx->engine->readers, db);
    return err == ERR_NOT_FOUND ? OK : err;
}

static const char *fault_text(const struct request *request, enum err err, const struct fault *fault)
{
    const char *own = request->chinese && fault->message_zh[0] ? fault->message_zh : fault->message;
    return own[0] ? own : err_text(err, request->chinese);
}

static enum err write_verdict(struct ctx *ctx, struct request *request, struct reply *reply, str alias,
                              const struct link_result *result)
{
    str suggestion = {0}, domain = {0};
    struct json_writer json;
    bool available = result->err == OK;
    request_query(request, "domain", &domain);
    enum err err = available ? OK : find_suggestion(ctx, request, alias, domain, &suggestion);
    if (err != OK) {
        return err;
    }
    reply_json_begin(reply, 200, &json);
    json_object(&json);
    json_put_str(&json, "alias", alias);
    json_put_bool(&json, "available", available);
    json_put_opt(&json, "reason", str_from_c(available ? "" : result->fault.code));
    json_put_opt(&json, "detail", str_from_c(available ? "" : fault_text(request, result->err, &result->fault)));
    json_put_opt(&json, "suggestion", suggestion);
    err = write_existing(ctx, request, &json, available ? 0 : result->existing_id);
    json_object_end(&json);
    return err;
}

static void alias_is_free(struct ctx *ctx, struct request *request, struct reply *reply)
{
    str alias = {0}, domain = {0};
    struct link_draft draft;
    struct link_result result = {0};
    request_query(request, "alias", &alias);
    request_query(request, "domain", &domain);
    alias = str_trim(alias);
    if (alias.len == 0) {
        call_bad_query(request, reply, "alias", "required", "Which alias?", "请填写要检查的后缀。");
        return;
    }
    alias_draft(&draft, alias, domain);
    enum err err = try_links(ctx, request, &draft, 1, &result);
    bool about_alias = result.err == OK || strcmp(result.fault.field, "alias") == 0;
    err = err || about_alias ? err : result.err;
    err = err ? err : write_verdict(ctx, request, reply, alias, &result);
    if (err != OK) {
        reply_problem(reply, request, err, &result.fault);
    }
}

/* ---- addresses --------------------------------------------------------------------------------------------------- */

struct url_call {
    str text;
    struct link_draft draft;
    struct paste found;
    bool any;
    struct link_result result;
};

/* "text", and beside it the fields that the link will have. */
static bool read_url_call(struct request *request, struct reply *reply, struct url_call *self)
{
    const struct json *body;
    const str own = STR("text");
    struct fault fault = {0};
    if (!call_json(request, reply, &body)) {
        return false;
    }
    const struct json *text = json_get(body, STR("text"));
    if (!text || text->type != JSON_STRING || text->string.len > PASTE_TEXT_MAX) {
        const char *code = !text ? "required" : text->type != JSON_STRING ? "wrong_type" : "too_long";
        call_bad_query(request, reply, "text", code, "What was pasted, at most 16 KiB of text.",
                       "请提供粘贴的文字（不超过 16 KiB）。");
        return false;
    }
    self->text = text->string;
    link_draft_init(&self->draft);
    enum err err = link_call_draft_beside(request->arena, body, &own, 1, &self->draft, &fault);
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
    }
    return err == OK;
}

static enum err look(struct ctx *ctx, struct request *request, struct url_call *self)
{
    struct buf url;
    char *memory = arena_alloc(request->arena, 4 * PASTE_TEXT_MAX);
    if (!memory) {
        return ERR_NOMEM;
    }
    buf_init_fixed(&url, memory, 4 * PASTE_TEXT_MAX);
    self->any = paste_find_url(self->text, &url, &self->found);
    if (!self->any) {
        return OK;
    }
    self->draft.url = buf_str(&url);
    self->draft.presence.present |= UINT64_C(1) << LF_URL;
    return try_links(ctx, request, &self->draft, 1, &self->result);
}

static str preview(struct arena *arena, const struct link *link)
{
    struct buf out;
    char *memory = arena_alloc(arena, LIMIT_LOCATION);
    const struct url_merge merge = {.target = link->url, .forward_query = link->forward_query, .utm = link->utm};
    if (!memory) {
        return (str){0};
    }
    buf_init_fixed(&out, memory, LIMIT_LOCATION);
    return url_merge(&merge, &out) ? buf_str(&out) : (str){0};
}

static void write_changes(struct json_writer *json, unsigned changes)
{
    json_name(json, "changes");
    json_array(json);
    for (int i = 0; i < PASTE_CHANGES; i++) {
        if (changes >> i & 1) {
            json_c(json, paste_change_code((enum paste_change)i));
        }
    }
    json_array_end(json);
}

static void put_note(struct json_writer *json, const char *code, const char *detail)
{
    json_object(json);
    json_put_str(json, "code", str_from_c(code));
    json_put_str(json, "field", STR("url"));
    json_put_str(json, "detail", str_from_c(detail));
    json_object_end(json);
}

static void write_warnings(struct json_writer *json, const struct link_view *view, const struct url_call *self)
{
    json_name(json, "warnings");
    json_array(json);
    for (int i = 0; i < PASTE_NOTES; i++) {
        if (self->found.notes >> i & 1) {
            put_note(json, paste_note_code((enum paste_note)i), paste_note_text((enum paste_note)i, view->chinese));
        }
    }
    if (self->any && self->result.err == OK) {
        link_view_warn(view, json, &self->result.link, &self->result.notes);
    }
    json_array_end(json);
}

static void write_utm(struct json_writer *json, const struct link *link)
{
    json_name(json, "utm");
    json_object(json);
    for (int i = 0; i < UTM_COUNT; i++) {
        json_put_opt(json, utm_name((enum utm)i).ptr, link->utm[i]);
    }
    json_object_end(json);
}

static void write_details(struct json_writer *json, const struct request *request, unsigned changes)
{
    json_name(json, "details");
    json_array(json);
    for (int i = 0; i < PASTE_CHANGES; i++) {
        if (changes >> i & 1) {
            json_c(json, paste_change_text((enum paste_change)i, request->chinese));
        }
    }
    json_array_end(json);
}

static void write_url(struct request *request, struct reply *reply, const struct link_view *view,
                      const struct url_call *self)
{
    const struct link_result *result = &self->result;
    bool good = self->any && result->err == OK;
    struct json_writer json;
    reply_json_begin(reply, 200, &json);
    json_object(&json);
    json_put_bool(&json, "found", self->any);
    json_put_opt(&json, "url", good ? result->link.url : self->any ? self->draft.url : (str){0});
    write_changes(&json, self->found.changes);
    write_details(&json, request, self->found.changes);
    write_warnings(&json, view, self);
    if (good || !self->any) {
        json_name(&json, "problem");
        json_null(&json);
    } else {
        link_call_put_problem(&json, request, view, result);
    }
    json_put_opt(&json, "preview", good ? preview(request->arena, &result->link) : (str){0});
    write_utm(&json, &result->link);
    json_object_end(&json);
}

static void url_is_good(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct url_call call = {0};
    struct link_view view;
    if (!read_url_call(request, reply, &call)) {
        return;
    }
    enum err err = look(ctx, request, &call);
    struct db *db = err == OK ? call_reader(ctx, request, reply) : NULL;
    if (err == OK && !db) {
        return;
    }
    err = err ? err : link_view_load(&view, ctx, request, db);
    if (err == OK) {
        write_url(request, reply, &view, &call);
    } else {
        reply_problem(reply, request, err, NULL);
    }
    readers_give(ctx->engine->readers, db);
}

const struct route api_check_routes[] = {
    {METHOD_GET, "/api/v1/alias-check", PLANE_ADMIN, alias_is_free, SCOPE_LINKS_WRITE, "Is an alias free?", 0,
     "alias domain"},
    {METHOD_POST, "/api/v1/url-check", PLANE_ADMIN, url_is_good, SCOPE_LINKS_WRITE, "Find and judge a pasted address",
     0, NULL},
    {0},
};
