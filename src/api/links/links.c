/* SPDX-License-Identifier: MIT */
/*
 * /api/v1/links: create, find, list, change, bin, restore. Every change goes through the editor, so that when the
 * answer is sent visitors already see it.
 */
#include "linkpond/api/live_call.h"
#include "linkpond/api/routes.h"

static enum err write_created(struct edit_call *edit, struct db *db, const struct editor_seen *seen)
{
    struct request *request = edit->request;
    const struct link_result *result = seen->links;
    enum err err = link_call_write(edit->ctx, request, edit->reply, db, result->existed ? 200 : 201, &result->link,
                                   &result->notes);
    if (err == OK && result->existed) {
        reply_header_static(edit->reply, "Link-Existed", "true");
    } else if (err == OK) {
        reply_header(edit->reply, request, "Location",
                     arena_f(request->arena, "/api/v1/links/lnk_%lld", (long long)result->link.id));
    }
    return err;
}

static void links_create(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct link_draft draft;
    if (!link_call_draft(request, reply, live_draft_decode, &draft)) {
        return;
    }
    struct link_result result = {0};
    struct edit_call edit = {.ctx = ctx, .request = request, .reply = reply, .write = write_created};
    editor_link_create(ctx->engine->editor, edit_call_actor(&edit), request->arena, &draft, NULL, &result);
    if (result.err != OK) {
        link_call_problem(ctx, request, reply, &result);
        return;
    }
    edit_call_answer(&edit, &(struct editor_seen){.links = &result, .count = 1});
}

static void links_get(struct ctx *ctx, struct request *request, struct reply *reply)
{
    int64_t id;
    if (!link_call_ref(ctx, request, reply, &id)) {
        return;
    }
    struct db *db = call_reader(ctx, request, reply);
    if (!db) {
        return;
    }
    struct bounds bounds = call_bounds(request);
    struct link link;
    enum err err = links_find(db, request->arena, &bounds, id, &link);
    err = err != OK ? err : link_call_write(ctx, request, reply, db, 200, &link, NULL);
    readers_give(ctx->engine->readers, db);
    if (err != OK) {
        reply_problem(reply, request, err, NULL);
    }
}

static enum err write_changed(struct edit_call *edit, struct db *db, const struct editor_seen *seen)
{
    return link_call_write(edit->ctx, edit->request, edit->reply, db, 200, &seen->links->link, &seen->links->notes);
}

static void links_update_one(struct ctx *ctx, struct request *request, struct reply *reply)
{
    int64_t id, revision = 0;
    struct link_draft draft;
    if (!link_call_ref(ctx, request, reply, &id) || !link_call_draft(request, reply, link_draft_decode, &draft)) {
        return;
    }
    enum err err = request_if_match(request, &revision);
    if (err != OK) {
        reply_problem(reply, request, err, NULL);
        return;
    }
    struct link_result result = {0};
    struct edit_call edit = {.ctx = ctx, .request = request, .reply = reply, .write = write_changed};
    editor_link_update(ctx->engine->editor, edit_call_actor(&edit), request->arena, id, &draft, revision, &result);
    if (result.err != OK) {
        link_call_problem(ctx, request, reply, &result);
        return;
    }
    edit_call_answer(&edit, &(struct editor_seen){.links = &result, .count = 1});
}

static void act_on_link(struct ctx *ctx, struct request *request, struct reply *reply, enum link_action action)
{
    int64_t id;
    if (!link_call_ref(ctx, request, reply, &id)) {
        return;
    }
    struct link_result result = {0};
    struct edit_call edit = {.ctx = ctx,
                             .request = request,
                             .reply = reply,
                             .write = action == LINK_RESTORE ? write_changed : edit_call_gone};
    editor_link_action(ctx->engine->editor, edit_call_actor(&edit), request->arena, id, action, &result);
    if (result.err != OK) {
        link_call_problem(ctx, request, reply, &result);
        return;
    }
    edit_call_answer(&edit, &(struct editor_seen){.links = &result, .count = 1});
}

static void links_delete(struct ctx *ctx, struct request *request, struct reply *reply)
{
    bool purge = false;
    if (!call_query_bool(request, reply, "purge", &purge)) {
        return;
    }
    if (purge && !(request->actor->scopes & SCOPE_ADMIN)) {
        struct fault fault = {0};
        enum err err = fault_set(&fault, ERR_FORBIDDEN, "purge", "scope", "Purging needs the scope admin.",
                                 "彻底删除需要 admin 权限。");
        reply_problem(reply, request, err, &fault);
        return;
    }
    act_on_link(ctx, request, reply, purge ? LINK_PURGE : LINK_DELETE);
    if (purge) {
        rewriter_wake(ctx->engine->rewriter);
    }
}

static void links_restore_one(struct ctx *ctx, struct request *request, struct reply *reply)
{
    act_on_link(ctx, request, reply, LINK_RESTORE);
}

/* ---- lists ---------------------------------------------------------------------------------------------------------
 */

/* "sort id key title": what links_after needs, bound to the order it was made in. */
static str encode_after(struct arena *arena, const struct link *last, enum links_sort sort)
{
    struct links_after after = links_after(last, sort);
    str text = arena_f(arena, "%d %lld %lld " STR_FMT, (int)sort, (long long)after.id, (long long)after.key,
                       STR_ARG(after.title));
    return cursor_encode(arena, text);
}

static bool decode_after(struct arena *arena, str cursor, enum links_sort sort, struct links_after *out)
{
    str text, sort_text, id_text, key_text;
    int64_t sort_value;
    if (!cursor_decode(arena, cursor, &text)) {
        return false;
    }
    return str_cut(text, ' ', &sort_text, &text) && str_cut(text, ' ', &id_text, &text) &&
           str_cut(text, ' ', &key_text, &out->title) && str_to_i64(sort_text, &sort_value) &&
           sort_value == (int64_t)sort && str_to_i64(id_text, &out->id) && str_to_i64(key_text, &out->key);
}

static bool list_page(struct request *request, struct reply *reply, struct links_filter *filter)
{
    int64_t limit = 50;
    str cursor;
    if (!call_query_i64(request, reply, "limit", 1, LIMIT_PAGE, &limit)) {
        return false;
    }
    filter->limit = (size_t)limit;
    if (request_query(request, "cursor", &cursor) &&
        !decode_after(request->arena, cursor, filter->sort, &filter->after)) {
        call_bad_cursor(request, reply);
        return false;
    }
    return true;
}

static void write_list(struct ctx *ctx, struct request *request, struct reply *reply, struct db *db,
                       const struct links_filter *filter)
{
    struct links_page page;
    struct links_total total;
    struct link_view view;
    enum err err = links_list(db, request->arena, filter, &page, &total);
    if (err == OK) {
        err = link_view_load(&view, ctx, request, db);
    }
    if (err != OK) {
        reply_problem(reply, request, err, NULL);
        return;
    }
    struct json_writer json;
    call_list_begin(reply, &json);
    for (size_t i = 0; i < page.count; i++) {
        link_view_write(&view, &json, &page.links[i], NULL);
    }
    str cursor = page.more ? encode_after(request->arena, &page.links[page.count - 1], filter->sort) : (str){0};
    call_list_end_counted(&json, cursor, total.count, total.exact);
}

static void links_get_list(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct db *db = call_reader(ctx, request, reply);
    if (!db) {
        return;
    }
    struct bounds bounds = call_bounds(request);
    struct link_params params = {.request = request, .zone = ctx->engine->zone};
    struct links_filter filter;
    if (link_call_filter(&params, reply, db, &bounds, &filter) && list_page(request, reply, &filter)) {
        write_list(ctx, request, reply, db, &filter);
    }
    readers_give(ctx->engine->readers, db);
}

const struct route api_link_routes[] = {
    {METHOD_POST, "/api/v1/links", PLANE_ADMIN, links_create, SCOPE_LINKS_WRITE, "Create a link", 0, NULL},
    {METHOD_GET, "/api/v1/links", PLANE_ADMIN, links_get_list, SCOPE_LINKS_READ, "List links", 0,
     LINK_CONDITIONS " sort limit cursor"},
    {METHOD_GET, "/api/v1/links/:ref", PLANE_ADMIN, links_get, SCOPE_LINKS_READ, "Fetch one link", 0, "domain"},
    {METHOD_PATCH, "/api/v1/links/:ref", PLANE_ADMIN, links_update_one, SCOPE_LINKS_WRITE, "Change a link", 0,
     "domain"},
    {METHOD_DELETE, "/api/v1/links/:ref", PLANE_ADMIN, links_delete, SCOPE_LINKS_WRITE, "Put a link in the bin", 0,
     "domain purge"},
    {METHOD_POST, "/api/v1/links/:ref/restore", PLANE_ADMIN, links_restore_one, SCOPE_LINKS_WRITE,
     "Take a link out of the bin", 0, "domain"},
    {0},
};
