/* SPDX-License-Identifier: MIT */
#include "linkpond/api/link_select.h"

bool link_select_list(struct request *request, struct reply *reply, const struct json *json, const char *name)
{
    if (!json || json->type != JSON_ARRAY || json->count == 0) {
        call_bad_query(request, reply, name, "required", "A list with at least one item is needed.",
                       "请提供至少一项。");
        return false;
    }
    if (json->count > LIMIT_BULK) {
        call_bad_query(request, reply, name, "too_many", "At most 1,000 items in one call.", "一次最多 1000 项。");
        return false;
    }
    return true;
}

static bool make_room(struct request *request, struct reply *reply, size_t count, struct link_selection *out)
{
    *out = (struct link_selection){.picks = ARENA_ARRAY(request->arena, struct link_pick, count)};
    if (!out->picks) {
        reply_problem(reply, request, ERR_NOMEM, NULL);
    }
    return out->picks != NULL;
}

/* ---- named ---- */

static void pick_one(struct ctx *ctx, struct request *request, struct db *db, str text, struct link_selection *out)
{
    struct link_ref ref = {.text = text};
    struct link_pick *pick = &out->picks[out->count++];
    request_query(request, "domain", &ref.domain);
    pick->err = text.len > 0 ? link_ref_find(db, request->actor, &ref, ctx->engine->fold_case, &pick->id, NULL, NULL)
                             : ERR_NOT_FOUND;
}

static bool select_refs(struct ctx *ctx, struct request *request, struct reply *reply, struct db *db,
                        const struct json *refs, struct link_selection *out)
{
    if (!link_select_list(request, reply, refs, "refs") || !make_room(request, reply, refs->count, out)) {
        return false;
    }
    JSON_EACH(item, refs)
    {
        pick_one(ctx, request, db, item->type == JSON_STRING ? item->string : (str){0}, out);
    }
    return true;
}

/* ---- by a filter ---- */

static bool select_filter(const struct link_params *params, struct reply *reply, struct db *db,
                          struct link_selection *out)
{
    struct request *request = params->request;
    struct bounds bounds = call_bounds(request);
    struct links_filter filter;
    size_t found = 0;
    int64_t *ids = ARENA_ARRAY(request->arena, int64_t, LIMIT_BULK + 1);
    if (!link_call_filter(params, reply, db, &bounds, &filter) || !make_room(request, reply, LIMIT_BULK, out)) {
        return false;
    }
    enum err err = ids ? links_list_ids(db, request->arena, &filter, 0, ids, LIMIT_BULK + 1, &found) : ERR_NOMEM;
    if (err != OK) {
        reply_problem(reply, request, err, NULL);
        return false;
    }
    if (found > LIMIT_BULK) {
        call_bad_query(request, reply, "filter", "too_many", "More than 1,000 links match; narrow the filter.",
                       "匹配的短链超过 1000 条，请缩小范围。");
        return false;
    }
    for (size_t i = 0; i < found; i++) {
        out->picks[out->count++] = (struct link_pick){.id = ids[i]};
    }
    return true;
}

bool link_select(struct ctx *ctx, struct request *request, struct reply *reply, struct db *db,
                 const struct json *object, struct link_selection *out)
{
    const struct json *refs = json_get(object, STR("refs"));
    const struct json *filter = json_get(object, STR("filter"));
    if (!refs == !filter) {
        call_bad_query(request, reply, "refs", "required", "Give either refs or filter.",
                       "请提供 refs 或 filter 之一。");
        return false;
    }
    if (refs) {
        return select_refs(ctx, request, reply, db, refs, out);
    }
    if (filter->type != JSON_OBJECT || filter->count == 0) {
        call_bad_query(request, reply, "filter", "required", "Name at least one condition.",
                       "请至少填写一个筛选条件。");
        return false;
    }
    return select_filter(&(struct link_params){.request = request, .object = filter, .zone = ctx->engine->zone}, reply,
                         db, out);
}

/* ---- by the query ---- */

static bool has_condition(const struct request *request)
{
    static const char *const conditions[] = {"q",      "tag",   "campaign", "channel",      "owner",
                                             "domain", "state", "archived", "created_from", "created_to"};
    str text;
    for (size_t i = 0; i < ARRAY_LEN(conditions); i++) {
        if (request_query(request, conditions[i], &text) && text.len > 0) {
            return true;
        }
    }
    return false;
}

bool link_select_query(struct ctx *ctx, struct request *request, struct reply *reply, struct db *db,
                       struct link_selection *out)
{
    str refs, piece;
    if (!request_query(request, "refs", &refs)) {
        if (!has_condition(request)) {
            call_bad_query(request, reply, "refs", "required", "Name the links (refs), or at least one condition.",
                           "请提供 refs 或至少一个筛选条件。");
            return false;
        }
        return select_filter(&(struct link_params){.request = request, .zone = ctx->engine->zone}, reply, db, out);
    }
    if (!make_room(request, reply, LIMIT_BULK, out)) {
        return false;
    }
    while (str_next(&refs, ',', &piece)) {
        if (out->count == LIMIT_BULK) {
            call_bad_query(request, reply, "refs", "too_many", "At most 1,000 items in one call.",
                           "一次最多 1000 项。");
            return false;
        }
        pick_one(ctx, request, db, str_trim(piece), out);
    }
    if (out->count == 0) {
        call_bad_query(request, reply, "refs", "required", "Name at least one link.", "请至少提供一条短链。");
    }
    return out->count > 0;
}

bool link_select_all_found(struct request *request, struct reply *reply, const struct link_selection *selection)
{
    for (size_t i = 0; i < selection->count; i++) {
        if (selection->picks[i].err != OK) {
            struct fault fault = {0};
            char field[32];
            snprintf(field, sizeof field, "refs[%zu]", i);
            enum err err = fault_set(&fault, selection->picks[i].err, field,
                                     selection->picks[i].err == ERR_AMBIGUOUS ? "ambiguous" : "unknown",
                                     "No link goes by that name, or several do.", "没有该短链，或有多条同名。");
            reply_problem(reply, request, err, &fault);
            return false;
        }
    }
    return true;
}
