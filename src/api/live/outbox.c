/* SPDX-License-Identifier: MIT */
/* /api/v1/outbox: what is to be told and what was, with what came back. */
#include "linkpond/store/outbox.h"

#include "linkpond/api/edit_call.h"
#include "linkpond/api/routes.h"
#include "robots.h"

static void write_item(struct json_writer *json, const struct outbox_item *item, bool chinese)
{
    json_object(json);
    json_put_i64(json, "id", item->id);
    json_put_str(json, "message", item->message);
    json_name(json, "robot");
    json_object(json);
    json_put_i64(json, "id", item->robot_id);
    json_put_str(json, "name", item->robot_name);
    json_put_str(json, "kind", robot_kind_name(item->robot_kind));
    json_object_end(json);
    json_put_str(json, "kind", notice_name(item->notice.kind));
    json_put_str(json, "title", notice_title(item->notice.kind, chinese));
    json_put_bool(json, "urgent", item->urgent);
    json_put_str(json, "subject", item->notice.subject);
    json_name(json, "facts");
    json_raw(json, item->facts);
    json_name(json, "digest");
    if (item->digest_id) {
        json_i64(json, item->digest_id);
    } else {
        json_null(json);
    }
    json_put_str(json, "state", outbox_state_name(item->state));
    json_put_i64(json, "attempts", item->attempts);
    json_put_i64(json, "status", item->status);
    json_put_opt(json, "error", item->error);
    json_put_time(json, "created_at", item->created_ms);
    json_put_time(json, "due_at", item->state == OUTBOX_WAITING ? item->due_ms : INT64_MIN);
    json_put_time(json, "tried_at", item->tried_ms);
    json_put_time(json, "sent_at", item->sent_ms);
    json_object_end(json);
}

static bool read_filter(struct request *request, struct reply *reply, struct outbox_filter *filter)
{
    int64_t limit = 100;
    enum outbox_state state;
    str text;

    if (!call_query_i64(request, reply, "limit", 1, LIMIT_PAGE, &limit) ||
        !call_query_i64(request, reply, "robot", 1, INT64_MAX, &filter->robot_id)) {
        return false;
    }
    filter->limit = (size_t)limit;
    if (request_query(request, "state", &text)) {
        if (!outbox_state_find(text, &state)) {
            call_bad_query(request, reply, "state", "not_allowed", "waiting, sent or dead.",
                           "只能是 waiting、sent 或 dead。");
            return false;
        }
        filter->state = (int)state;
    }
    return call_query_cursor_id(request, reply, &filter->before_id);
}

static void outbox_get_list(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct outbox_filter filter = {.state = -1};
    if (!call_unbound(request, reply) || !read_filter(request, reply, &filter)) {
        return;
    }
    struct db *db = call_reader(ctx, request, reply);
    if (!db) {
        return;
    }
    struct outbox_page page;
    struct json_writer json;
    int64_t total;
    enum err err = outbox_list(db, request->arena, &filter, &page, &total);
    readers_give(ctx->engine->readers, db);
    if (err != OK) {
        reply_problem(reply, request, err, NULL);
        return;
    }
    call_list_begin(reply, &json);
    for (size_t i = 0; i < page.count; i++) {
        write_item(&json, &page.items[i], request->chinese);
    }
    call_list_end(&json, page.more ? cursor_encode_id(request->arena, page.items[page.count - 1].id) : (str){0}, total);
}

static enum err write_retried(struct edit_call *edit, struct db *db, const struct editor_seen *seen)
{
    struct outbox_item item;
    struct json_writer json;
    enum err err = outbox_find(db, edit->request->arena, seen->id, &item);
    if (err == OK) {
        reply_json_begin(edit->reply, 200, &json);
        write_item(&json, &item, edit->request->chinese);
    }
    return err;
}

static void outbox_retry_one(struct ctx *ctx, struct request *request, struct reply *reply)
{
    int64_t id;
    struct fault fault = {0};
    if (!call_unbound(request, reply) || !robots_path_id(request, reply, &id)) {
        return;
    }
    struct edit_call edit = {.ctx = ctx, .request = request, .reply = reply, .write = write_retried};
    enum err err = editor_outbox_retry(ctx->engine->editor, edit_call_actor(&edit), id, &fault);
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return;
    }
    notifier_wake(ctx->engine->notifier);
    edit_call_answer(&edit, &(struct editor_seen){.id = id});
}

const struct route api_outbox_routes[] = {
    {METHOD_GET, "/api/v1/outbox", PLANE_ADMIN, outbox_get_list, SCOPE_ADMIN,
     "List notices that wait, were sent or died", 0, "state robot limit cursor"},
    {METHOD_POST, "/api/v1/outbox/:id/retry", PLANE_ADMIN, outbox_retry_one, SCOPE_ADMIN, "Send a notice again", 0,
     NULL},
    {0},
};
