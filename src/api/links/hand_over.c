/* SPDX-License-Identifier: MIT */
/* POST /api/v1/users/:key/hand-over: who leaves hands their links and customers over. The work is done in short
 * transactions while the caller waits, at most for WORK_MS; what is left then is told, and asking again goes on. */
#include "linkpond/api/edit_call.h"
#include "linkpond/api/link_call.h"
#include "linkpond/api/routes.h"
#include "linkpond/base/clock.h"
#include "linkpond/store/users.h"

#define WORK_NS  (INT64_C(20) * 1000000000)
#define REFS_MAX 10000

struct wish {
    struct user from, to;
    const struct json *refs, *filter;
    bool all, dry_run;
    struct links_filter links;
    struct bounds bounds;
};

struct draft {
    str to;
    const struct json *refs, *filter;
    bool all, dry_run;
};
#define AT(member) offsetof(struct draft, member)
static const struct json_field fields[] = {
    {"to", JSON_KIND_STR, AT(to), JSON_REQUIRED, 1, LIMIT_TAG, 0},
    {"refs", JSON_KIND_JSON, AT(refs), 0, 0, 0, 0},
    {"filter", JSON_KIND_JSON, AT(filter), 0, 0, 0, 0},
    {"all", JSON_KIND_BOOL, AT(all), 0, 0, 0, 0},
    {"dry_run", JSON_KIND_BOOL, AT(dry_run), 0, 0, 0, 0},
};
#undef AT

static enum err check_draft(const struct draft *draft, struct fault *fault)
{
    if ((draft->refs != NULL) + (draft->filter != NULL) + (int)draft->all != 1) {
        return fault_set(fault, ERR_INVALID, "refs", "required", "Give one of refs, filter and all.",
                         "请提供 refs、filter、all 之一。");
    }
    if (draft->refs && draft->refs->type != JSON_ARRAY) {
        return fault_set(fault, ERR_INVALID, "refs", "wrong_type", "A list of links is needed.", "应为短链列表。");
    }
    if (draft->refs && (draft->refs->count == 0 || draft->refs->count > REFS_MAX)) {
        return fault_set(fault, ERR_INVALID, "refs", draft->refs->count ? "too_many" : "too_few",
                         "From 1 to 10,000 links; a filter takes any number.", "应为 1 到 10000 条；筛选不限数量。");
    }
    if (draft->filter && (draft->filter->type != JSON_OBJECT || draft->filter->count == 0)) {
        return fault_set(fault, ERR_INVALID, "filter", "required", "Name at least one condition.",
                         "请至少填写一个筛选条件。");
    }
    return OK;
}

/* Whom they go to: somebody who is here. */
static enum err find_heir(struct db *db, struct request *request, str key, struct wish *wish, struct fault *fault)
{
    enum err err = users_find_key(db, request->arena, key, &wish->to);
    if (err == ERR_NOT_FOUND) {
        return fault_set(fault, ERR_INVALID, "to", "unknown", "There is no such user.", "没有该用户。");
    }
    if (err != OK) {
        return err;
    }
    if (wish->to.disabled_ms != TIME_NONE) {
        return fault_set(fault, ERR_INVALID, "to", "user_disabled", "That user is disabled.", "该用户已停用。");
    }
    return wish->to.id != wish->from.id
               ? OK
               : fault_set(fault, ERR_INVALID, "to", "not_allowed", "That is the same user.", "不能移交给本人。");
}

/* On false the reply is the problem. */
static bool read_wish(struct ctx *ctx, struct request *request, struct reply *reply, struct db *db, struct wish *wish)
{
    const struct json *json;
    struct draft draft = {0};
    struct fault fault = {0};
    enum err err = users_find_key(db, request->arena, request->params[0], &wish->from);
    if (err != OK) {
        reply_problem(reply, request, err, NULL);
        return false;
    }
    if (!call_json(request, reply, &json)) {
        return false;
    }
    err = json_decode(request->arena, json, fields, ARRAY_LEN(fields), &draft, NULL, &fault);
    err = err != OK ? err : check_draft(&draft, &fault);
    err = err != OK ? err : find_heir(db, request, draft.to, wish, &fault);
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return false;
    }
    wish->refs = draft.refs;
    wish->filter = draft.filter;
    wish->all = draft.all;
    wish->dry_run = draft.dry_run;
    wish->bounds = call_bounds(request);
    struct link_params params = {.request = request, .object = draft.filter, .zone = ctx->engine->zone};
    return !draft.filter || link_call_filter(&params, reply, db, &wish->bounds, &wish->links);
}

/* The ids of refs; NULL after a problem. */
static int64_t *find_refs(struct ctx *ctx, struct request *request, struct reply *reply, struct db *db,
                          const struct json *refs)
{
    int64_t *ids = ARENA_ARRAY(request->arena, int64_t, refs->count);
    size_t i = 0;
    if (!ids) {
        reply_problem(reply, request, ERR_NOMEM, NULL);
        return NULL;
    }
    JSON_EACH(item, refs)
    {
        struct link_ref ref = {.text = item->type == JSON_STRING ? item->string : STR("")};
        enum err err = link_ref_find(db, request->actor, &ref, ctx->engine->fold_case, &ids[i], NULL, NULL);
        if (err != OK) {
            struct fault fault = {0};
            bool ambiguous = err == ERR_AMBIGUOUS;
            fault_set(&fault, ERR_INVALID, arena_f(request->arena, "refs[%zu]", i).ptr,
                      ambiguous ? "ambiguous" : "unknown", err_text(err, false), err_text(err, true));
            reply_problem(reply, request, ambiguous || err == ERR_NOT_FOUND ? ERR_INVALID : err, &fault);
            return NULL;
        }
        i++;
    }
    return ids;
}

static void answer(struct reply *reply, const struct wish *wish, const struct hand_over *state)
{
    struct json_writer json;
    reply_json_begin(reply, 200, &json);
    json_object(&json);
    json_put_str(&json, "from", wish->from.key);
    json_put_str(&json, "to", wish->to.key);
    json_put_i64(&json, "moved", state->moved);
    json_put_i64(&json, "skipped", state->skipped);
    json_put_i64(&json, "channels", state->channels);
    json_put_i64(&json, "customers", state->customers);
    json_put_bool(&json, "done", state->done);
    json_put_bool(&json, "dry_run", wish->dry_run);
    json_object_end(&json);
}

static void hand_over(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct wish wish = {0};
    struct fault fault = {0};
    if (!call_unbound(request, reply)) {
        return;
    }
    struct db *db = call_reader(ctx, request, reply);
    if (!db) {
        return;
    }
    int64_t *ids = NULL;
    bool read = read_wish(ctx, request, reply, db, &wish);
    if (read && wish.refs) {
        ids = find_refs(ctx, request, reply, db, wish.refs);
        read = ids != NULL;
    }
    readers_give(ctx->engine->readers, db);
    if (!read) {
        return;
    }
    struct hand_over state = {.from_id = wish.from.id,
                              .into_id = wish.to.id,
                              .ids = ids,
                              .ids_count = wish.refs ? wish.refs->count : 0,
                              .filter = wish.filter ? &wish.links : NULL};
    int64_t until_ns = clock_mono_ns() + WORK_NS;
    enum err err = OK;
    while (err == OK && !state.done && clock_mono_ns() < until_ns) {
        err = editor_hand_over(ctx->engine->editor, request->actor, wish.dry_run, &state, &fault);
    }
    /* After some were moved the caller is told how many; what is left comes with the next call. */
    if (err != OK && state.moved + state.channels + state.customers == 0) {
        reply_problem(reply, request, err, &fault);
        return;
    }
    answer(reply, &wish, &state);
}

const struct route api_hand_over_routes[] = {
    {METHOD_POST, "/api/v1/users/:key/hand-over", PLANE_ADMIN, hand_over, SCOPE_ADMIN,
     "Hand a user's links over to another", 0, NULL},
    {0},
};
