/* SPDX-License-Identifier: MIT */
#include "linkpond/api/link_call.h"

#include "linkpond/base/percent.h"
#include "linkpond/base/zone.h"
#include "linkpond/store/labels.h"
#include "linkpond/store/users.h"

#define CANDIDATES_MAX 16

static void answer_ambiguous(struct request *request, struct reply *reply, const int64_t *ids, size_t count)
{
    struct buf text;
    char memory[CANDIDATES_MAX * 32];
    buf_init_fixed(&text, memory, sizeof(memory));
    struct json_writer json;
    json_writer_init(&json, &text);
    json_array(&json);
    for (size_t i = 0; i < count; i++) {
        json_str(&json, arena_f(request->arena, "lnk_%lld", (long long)ids[i]));
    }
    json_array_end(&json);
    struct fault fault = {0};
    enum err err = fault_set(&fault, ERR_AMBIGUOUS, "ref", "ambiguous",
                             "More than one link goes by that name; add ?domain= or use one of the candidates.",
                             "有多条短链使用这个名称，请加上 ?domain= 或使用候选 ID。");
    reply_problem_with(reply, request, err, &fault, "candidates", buf_str(&text));
}

bool link_call_find(struct ctx *ctx, struct request *request, struct reply *reply, struct db *db, str text, int64_t *id)
{
    struct link_ref ref = {.text = text};
    request_query(request, "domain", &ref.domain);
    int64_t ids[CANDIDATES_MAX];
    size_t count = CANDIDATES_MAX;
    enum err err = link_ref_find(db, request->actor, &ref, ctx->engine->fold_case, id, ids, &count);
    if (err == ERR_AMBIGUOUS) {
        answer_ambiguous(request, reply, ids, count);
    } else if (err != OK) {
        reply_problem(reply, request, err, NULL);
    }
    return err == OK;
}

bool link_call_ref(struct ctx *ctx, struct request *request, struct reply *reply, int64_t *id)
{
    struct db *db = call_reader(ctx, request, reply);
    if (!db) {
        return false;
    }
    bool found = link_call_find(ctx, request, reply, db, request->params[0], id);
    readers_give(ctx->engine->readers, db);
    return found;
}

enum err link_call_write(struct ctx *ctx, struct request *request, struct reply *reply, struct db *db, int status,
                         const struct link *link, const struct utm_notes *notes)
{
    struct link_view view;
    enum err err = link_view_load(&view, ctx, request, db);
    if (err != OK) {
        return err;
    }
    if (request_accepts(request, "text/plain")) {
        reply_text(reply, status, "text/plain; charset=utf-8", link_short_url(&view, link));
        buf_add_char(&reply->body, '\n');
        return OK;
    }
    struct json_writer json;
    reply_json_begin(reply, status, &json);
    reply_etag(reply, request, link->revision);
    link_view_write(&view, &json, link, notes);
    return OK;
}

/* The link in the way, as the caller may see it: out of bounds it is only a fact, not a link. */
static bool write_existing(const struct link_view *view, const struct bounds *bounds, int64_t id, struct buf *out)
{
    struct link link;
    if (links_find(view->db, view->arena, bounds, id, &link) != OK) {
        return false;
    }
    struct json_writer json;
    json_writer_init(&json, out);
    link_view_write(view, &json, &link, NULL);
    return !out->overflow;
}

void link_call_item_problem(const struct link_view *view, struct request *request, struct reply *reply,
                            const struct link_result *result)
{
    struct bounds bounds = call_bounds(request);
    struct buf existing;
    buf_init_heap(&existing, 64 * 1024);
    if (result->existing_id > 0 && write_existing(view, &bounds, result->existing_id, &existing)) {
        reply_problem_with(reply, request, result->err, &result->fault, "existing", buf_str(&existing));
    } else {
        reply_problem(reply, request, result->err, &result->fault);
    }
    buf_done(&existing);
}

void link_call_put_problem(struct json_writer *json, struct request *request, const struct link_view *view,
                           const struct link_result *result)
{
    struct reply problem;
    reply_init(&problem);
    link_call_item_problem(view, request, &problem, result);
    json_name(json, "problem");
    json_raw(json, buf_str(&problem.body));
    reply_done(&problem);
}

void link_call_problem(struct ctx *ctx, struct request *request, struct reply *reply, const struct link_result *result)
{
    struct link_view view;
    struct db *db = result->existing_id > 0 ? readers_take(ctx->engine->readers, READER_WAIT_MS) : NULL;
    if (db && link_view_load(&view, ctx, request, db) == OK) {
        link_call_item_problem(&view, request, reply, result);
    } else {
        reply_problem(reply, request, result->err, &result->fault);
    }
    readers_give(ctx->engine->readers, db);
}

/* ---- drafts -------------------------------------------------------------------------------------------------------
 */

static enum err draft_from_form(struct request *request, struct link_draft *draft, struct fault *fault)
{
    str rest = request->body;
    struct query_param param;
    while (query_next(&rest, &param)) {
        str name = percent_form_text(request->arena, param.name);
        char name_c[64];
        if (name.len >= sizeof(name_c)) {
            return fault_set(fault, ERR_INVALID, "form", "unknown_field", "That field is not known.", "未知字段。");
        }
        struct buf name_buf;
        buf_init_fixed(&name_buf, name_c, sizeof name_c);
        buf_add(&name_buf, name);
        enum err err = link_draft_set_text(request->arena, draft, buf_c(&name_buf),
                                           percent_form_text(request->arena, param.value), fault);
        if (err != OK) {
            return err;
        }
    }
    return OK;
}

bool link_call_draft(struct request *request, struct reply *reply, link_decode *decode, struct link_draft *draft)
{
    struct fault fault = {0};
    enum err err;
    link_draft_init(draft);
    if (request_is_form(request) && request->body_fd < 0) {
        err = draft_from_form(request, draft, &fault);
    } else {
        const struct json *json;
        if (!call_json(request, reply, &json)) {
            return false;
        }
        err = decode(request->arena, json, draft, &fault);
    }
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return false;
    }
    return true;
}

static bool is_one_of(str name, const str *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq(name, names[i])) {
            return true;
        }
    }
    return false;
}

enum err link_call_draft_beside(struct arena *arena, const struct json *object, const str *own, size_t own_count,
                                struct link_draft *draft, struct fault *fault)
{
    struct json rest = {.type = JSON_OBJECT};
    struct json **tail = &rest.child;
    JSON_EACH(member, object)
    {
        struct json *copy = is_one_of(member->name, own, own_count) ? NULL : ARENA_NEW(arena, struct json);
        if (copy) {
            *copy = *member;
            copy->next = NULL;
            *tail = copy;
            tail = &copy->next;
            rest.count++;
        }
    }
    return arena->overflow ? ERR_NOMEM : link_draft_decode(arena, &rest, draft, fault);
}

/* ---- filters -------------------------------------------------------------------------------------------------------
 */

static bool get_param(const struct link_params *params, const char *name, str *value)
{
    if (!params->object) {
        return request_query(params->request, name, value);
    }
    const struct json *member = json_get(params->object, str_from_c(name));
    if (!member || member->type != JSON_STRING) {
        return false;
    }
    *value = member->string;
    return true;
}

/* A key nobody has matches no link, which is not an error: the list is empty. */
static void label_filter(const struct link_params *params, struct db *db, const char *name, enum label_kind kind,
                         int64_t *id)
{
    str key;
    struct label label;
    if (get_param(params, name, &key)) {
        *id = labels_find(db, params->request->arena, kind, key, &label) == OK ? label.id : -1;
    }
}

static const struct {
    const char *name;
    enum links_sort sort;
} sorts[] = {
    {"-created", LINKS_BY_CREATED}, {"created", LINKS_BY_CREATED_ASC},    {"-clicks", LINKS_BY_CLICKS},
    {"-updated", LINKS_BY_UPDATED}, {"-last_click", LINKS_BY_LAST_CLICK}, {"title", LINKS_BY_TITLE},
};

static bool sort_filter(const struct link_params *params, struct reply *reply, struct links_filter *filter)
{
    str name;
    if (!get_param(params, "sort", &name)) {
        return true;
    }
    for (size_t i = 0; i < ARRAY_LEN(sorts); i++) {
        if (str_eq(name, str_from_c(sorts[i].name))) {
            filter->sort = sorts[i].sort;
            return true;
        }
    }
    call_bad_query(params->request, reply, "sort", "not_allowed",
                   "One of -created, created, -clicks, -updated, -last_click, title.",
                   "只能是 -created、created、-clicks、-updated、-last_click 或 title。");
    return false;
}

static bool state_filter(const struct link_params *params, struct reply *reply, struct links_filter *filter)
{
    str name;
    if (!get_param(params, "state", &name)) {
        return true;
    }
    if (str_eq(name, STR("deleted"))) {
        filter->bin = true;
        filter->archived = -1;
        return true;
    }
    filter->state = link_state_find(name);
    if (filter->state < 0) {
        call_bad_query(params->request, reply, "state", "not_allowed",
                       "One of scheduled, active, expired, used_up, disabled, archived, deleted.",
                       "只能是 scheduled、active、expired、used_up、disabled、archived 或 deleted。");
        return false;
    }
    return true;
}

static bool archived_filter(const struct link_params *params, struct reply *reply, struct links_filter *filter)
{
    static const struct {
        str word;
        int archived;
    } words[] = {{STR_INIT("false"), 0}, {STR_INIT("only"), 1}, {STR_INIT("true"), -1}};
    str text;
    if (!get_param(params, "archived", &text)) {
        return true;
    }
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (str_eq(text, words[i].word)) {
            filter->archived = words[i].archived;
            return true;
        }
    }
    call_bad_query(params->request, reply, "archived", "not_allowed", "One of false, true, only.",
                   "只能是 false、true 或 only。");
    return false;
}

static bool instant_filter(const struct link_params *params, struct reply *reply, const char *name,
                           const struct zone *zone, bool end, int64_t *ms)
{
    str text;
    if (!get_param(params, name, &text) || call_instant(params->request->arena, text, zone, end, ms)) {
        return true;
    }
    call_bad_query(params->request, reply, name, "not_a_time", "A date or an RFC 3339 time.",
                   "应为日期或 RFC 3339 时间。");
    return false;
}

static bool created_filter(const struct link_params *params, struct reply *reply, struct links_filter *filter)
{
    const struct zone *zone = params->zone;
    str text;
    if (get_param(params, "tz", &text) && !(zone = zone_find(text))) {
        call_bad_query(params->request, reply, "tz", "unknown", "Not an IANA time zone such as Asia/Shanghai.",
                       "不是有效的 IANA 时区，例如 Asia/Shanghai。");
        return false;
    }
    if (!instant_filter(params, reply, "created_from", zone, false, &filter->created_from_ms) ||
        !instant_filter(params, reply, "created_to", zone, true, &filter->created_to_ms)) {
        return false;
    }
    if (filter->created_from_ms >= filter->created_to_ms) {
        call_bad_query(params->request, reply, "created_from", "out_of_order",
                       "Nothing lies between created_from and created_to.", "结束时间必须晚于开始时间。");
        return false;
    }
    return true;
}

static bool is_condition(str name)
{
    str rest = STR(LINK_CONDITIONS), word;
    while (str_next(&rest, ' ', &word)) {
        if (str_eq(word, name)) {
            return true;
        }
    }
    return false;
}

/* What is not understood must not widen what is about to be edited or deleted. */
static bool conditions_known(const struct link_params *params, struct reply *reply)
{
    bool narrows = false;
    JSON_EACH(member, params->object)
    {
        const char *name = arena_str(params->request->arena, member->name).ptr;
        if (!is_condition(member->name) || !name) {
            call_bad_query(params->request, reply, name ? name : "filter", "unknown_field",
                           "That condition is not known.", "未知的筛选条件。");
            return false;
        }
        if (member->type != JSON_STRING || member->string.len == 0) {
            call_bad_query(params->request, reply, name, "wrong_type", "A text that is not empty is needed.",
                           "应为非空字符串。");
            return false;
        }
        narrows = narrows || !str_eq(member->name, STR("tz"));
    }
    if (!narrows) {
        call_bad_query(params->request, reply, "filter", "required", "Name at least one condition.",
                       "请至少填写一个筛选条件。");
    }
    return narrows;
}

bool link_call_filter(const struct link_params *params, struct reply *reply, struct db *db, const struct bounds *bounds,
                      struct links_filter *filter)
{
    if (params->object && !conditions_known(params, reply)) {
        return false;
    }
    struct arena *arena = params->request->arena;
    *filter = (struct links_filter){
        .bounds = bounds, .state = -1, .created_to_ms = INT64_MAX, .now_ms = params->request->now_ms, .limit = 50};
    get_param(params, "q", &filter->q);
    label_filter(params, db, "tag", LABEL_TAG, &filter->tag_id);
    label_filter(params, db, "campaign", LABEL_CAMPAIGN, &filter->campaign_id);
    label_filter(params, db, "channel", LABEL_CHANNEL, &filter->channel_id);
    str text;
    struct user user;
    if (get_param(params, "owner", &text)) {
        filter->owner_id = users_find_key(db, arena, text, &user) == OK ? user.id : -1;
    }
    struct domain domain;
    if (get_param(params, "domain", &text)) {
        filter->domain_id = call_find_domain(db, arena, text, &domain) == OK ? domain.id : -1;
    }
    return archived_filter(params, reply, filter) && state_filter(params, reply, filter) &&
           created_filter(params, reply, filter) && sort_filter(params, reply, filter);
}
