/* SPDX-License-Identifier: MIT */
/* /api/v1/radar: what customers did with the links that are for them, and the key events that rules watch for, the
 * latest first; with `after` only what was told since, for who asks again and again. */
#include "linkpond/store/radar.h"

#include "linkpond/api/call.h"
#include "linkpond/api/routes.h"
#include "linkpond/store/keys.h"

#include "customer_view.h"

static void write_link(struct json_writer *json, const struct radar_item *item)
{
    char link[32];

    json_name(json, "link");
    if (item->link_id == 0) {
        json_null(json);
        return;
    }
    snprintf(link, sizeof link, "lnk_%lld", (long long)item->link_id);
    json_object(json);
    json_put_str(json, "id", str_from_c(link));
    json_put_str(json, "short_url", item->short_url);
    json_put_str(json, "title", item->title);
    json_object_end(json);
}

static void write_rule(struct json_writer *json, const struct radar_item *item)
{
    json_name(json, "rule");
    if (item->rule_id == 0) {
        json_null(json);
        return;
    }
    json_object(json);
    json_put_i64(json, "id", item->rule_id);
    json_put_str(json, "name", item->rule);
    json_object_end(json);
}

static void write_item(struct json_writer *json, const struct radar_item *item, bool chinese)
{
    char customer[32] = "", event[32] = "";

    if (item->customer_id > 0) {
        snprintf(customer, sizeof customer, "cus_%lld", (long long)item->customer_id);
    }
    if (item->event_id > 0) {
        snprintf(event, sizeof event, "evt_%lld", (long long)item->event_id);
    }
    json_object(json);
    json_put_i64(json, "id", item->id);
    json_put_str(json, "kind", notice_name(item->kind));
    json_put_str(json, "title", notice_title(item->kind, chinese));
    json_put_time(json, "time", item->time_ms);
    json_put_str(json, "customer", item->customer);
    json_put_opt(json, "customer_id", str_from_c(customer));
    json_put_opt(json, "customer_name", item->name);
    json_put_opt(json, "owner", item->owner);
    write_link(json, item);
    write_rule(json, item);
    json_put_opt(json, "event", str_from_c(event));
    json_object_end(json);
}

static bool read_numbers(struct request *request, struct reply *reply, struct radar_filter *filter)
{
    str text;

    if (request_query(request, "link", &text) &&
        (!str_starts(text, STR("lnk_")) || !str_to_i64(str_from(text, 4), &filter->link_id) || filter->link_id <= 0)) {
        call_bad_query(request, reply, "link", "unknown", "A link is lnk_ and its number.", "短链应为 lnk_ 加编号。");
        return false;
    }
    if (request_query(request, "customer", &filter->customer) &&
        customer_id_read(filter->customer, &filter->customer_id)) {
        filter->customer = (str){0};
    }
    return call_query_i64(request, reply, "rule", 1, INT64_MAX, &filter->rule_id) &&
           call_query_i64(request, reply, "after", 0, INT64_MAX, &filter->after_id);
}

static bool read_filter(struct request *request, struct reply *reply, struct radar_filter *filter)
{
    int64_t limit = 100;
    enum notice_kind kind;

    if (!call_query_i64(request, reply, "limit", 1, LIMIT_PAGE, &limit)) {
        return false;
    }
    filter->limit = (size_t)limit;
    if (request_query(request, "kind", &filter->kind) &&
        (!notice_find(filter->kind, &kind) || kind < NOTICE_LINK_OPENED || kind > NOTICE_KEY_EVENT)) {
        call_bad_query(request, reply, "kind", "not_allowed",
                       "link_opened, link_reopened, link_forwarded or key_event.",
                       "只能是 link_opened、link_reopened、link_forwarded 或 key_event。");
        return false;
    }
    request_query(request, "owner", &filter->owner);
    return read_numbers(request, reply, filter) && call_query_cursor_id(request, reply, &filter->before_id);
}

static void radar_list(struct ctx *ctx, struct request *request, struct reply *reply)
{
    const struct bounds bounds = call_bounds(request);
    struct radar_filter filter = {.bounds = &bounds};
    if (!read_filter(request, reply, &filter)) {
        return;
    }
    struct db *db = call_reader(ctx, request, reply);
    if (!db) {
        return;
    }
    struct radar_page page;
    struct json_writer json;
    int64_t total = 0;
    enum err err = radar_news_list(db, request->arena, &filter, &page, &total);
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

const struct route api_radar_routes[] = {
    {METHOD_GET, "/api/v1/radar", PLANE_ADMIN, radar_list, SCOPE_CUSTOMERS_READ,
     "List what sales are told of customers", 0, "kind customer owner link rule after limit cursor"},
    {0},
};
