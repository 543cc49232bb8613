/* SPDX-License-Identifier: MIT */
/* GET /api/v1/audit: who changed what, from what to what. Admins see all of it, others what was done to the links that
 * are theirs. */
#include "linkpond/store/audit.h"

#include "linkpond/api/call.h"
#include "linkpond/api/routes.h"
#include "linkpond/store/labels.h"
#include "linkpond/store/users.h"

#define LIMIT_DEFAULT 50
#define NOBODY        (-1)

static void write_who(struct json_writer *json, const struct audit_line *line)
{
    json_name(json, "who");
    if (!line->user_id) {
        json_null(json);
        return;
    }
    json_object(json);
    json_put_str(json, "user", line->user);
    json_put_str(json, "name", line->user_name);
    json_name(json, "key");
    if (line->key_id) {
        json_object(json);
        json_put_i64(json, "id", line->key_id);
        json_put_str(json, "name", line->key_name);
        json_object_end(json);
    } else {
        json_null(json);
    }
    json_object_end(json);
}

/* As the API writes ids of that kind. */
static const char *prefix_of(str kind)
{
    if (str_eq(kind, STR("link"))) {
        return "lnk_";
    }
    return str_eq(kind, STR("utm_value")) ? "utv_" : str_eq(kind, STR("customer")) ? "cus_" : "";
}

static void write_line(struct json_writer *json, struct arena *arena, const struct audit_line *line)
{
    const char *prefix = prefix_of(line->kind);
    json_object(json);
    json_put_i64(json, "id", line->id);
    json_put_time(json, "time", line->time_ms);
    write_who(json, line);
    json_put_str(json, "action", line->action);
    json_name(json, "object");
    json_object(json);
    json_put_str(json, "kind", line->kind);
    json_put_opt(json, "id", line->object_id ? arena_f(arena, "%s%lld", prefix, (long long)line->object_id) : STR(""));
    json_put_opt(json, "name", line->name);
    json_object_end(json);
    json_name(json, "changes");
    json_raw(json, line->changes.len > 0 ? line->changes : STR("{}"));
    json_put_opt(json, "client", line->client);
    json_object_end(json);
}

/* ---- what is asked for ------------------------------------------------------------------------------------------ */

struct question {
    struct ctx *ctx;
    struct request *request;
    struct db *db;
    struct audit_filter filter;
    struct fault fault;
};

static enum err refuse(struct question *self, const char *name, const char *code, const char *en, const char *zh)
{
    return fault_set(&self->fault, ERR_INVALID, name, code, en, zh);
}

/* Whose links are seen: of who is no admin, or bound, their own. */
static enum err read_bounds(struct question *self)
{
    const struct actor *actor = self->request->actor;
    if (actor->domain_bound) {
        return fault_set(&self->fault, ERR_FORBIDDEN, "", "bound_key",
                         "A key that is bound to a domain cannot ask this.", "仅限单个域名的密钥不能查看操作日志。");
    }
    if (actor->owner_bound || !(actor->scopes & SCOPE_ADMIN)) {
        int64_t owner_id = actor->owner_bound ? actor->owner_id : actor->user_id;
        self->filter.owner_id = owner_id ? owner_id : NOBODY;
    }
    return OK;
}

/* A link by any of its names; for admins also one that was purged. */
static enum err read_link(struct question *self, str text)
{
    struct actor actor = *self->request->actor;
    int64_t id = 0;
    bool numbered = str_starts(text, STR("lnk_")) && str_to_i64(str_from(text, 4), &id) && id > 0;
    if (self->filter.owner_id) {
        actor.owner_bound = true;
        actor.owner_id = self->filter.owner_id;
    }
    struct link_ref ref = {.text = text};
    enum err err = numbered && !self->filter.owner_id
                       ? OK
                       : link_ref_find(self->db, &actor, &ref, self->ctx->engine->fold_case, &id, NULL, NULL);
    self->filter.kind = STR("link");
    self->filter.object_id = id;
    return err;
}

/* The id that goes by that name now; 0 = nothing does, and the lines are sought by the name they had. */
static enum err find_named(struct question *self, str kind, str name, int64_t *id)
{
    struct arena *arena = self->request->arena;
    struct user user = {0};
    struct domain domain = {0};
    enum err err = ERR_NOT_FOUND;
    *id = 0;
    if (str_eq(kind, STR("user"))) {
        err = users_find_key(self->db, arena, name, &user);
        *id = user.id;
    } else if (str_eq(kind, STR("domain"))) {
        err = call_find_domain(self->db, arena, name, &domain);
        *id = domain.id;
    } else if (str_eq(kind, STR("key")) || str_eq(kind, STR("utm_value")) || str_eq(kind, STR("robot")) ||
               str_eq(kind, STR("notice")) || str_eq(kind, STR("customer")) || str_eq(kind, STR("tag_rule")) ||
               str_eq(kind, STR("wecom")) || str_eq(kind, STR("radar_rule")) || str_eq(kind, STR("postback")) ||
               str_eq(kind, STR("click_key"))) {
        str prefix = str_from_c(prefix_of(kind));
        err = str_to_i64(str_starts(name, prefix) ? str_from(name, prefix.len) : name, id) ? OK : ERR_NOT_FOUND;
    }
    for (int i = 0; i < LABEL_KINDS && err == ERR_NOT_FOUND; i++) {
        struct label label = {0};
        if (str_eq(kind, label_kind_name((enum label_kind)i))) {
            err = labels_find(self->db, arena, (enum label_kind)i, name, &label);
            *id = label.id;
        }
    }
    return err == ERR_NOT_FOUND ? OK : err;
}

static bool is_kind(str kind)
{
    static const str kinds[] = {STR_INIT("link"),     STR_INIT("domain"),     STR_INIT("campaign"),
                                STR_INIT("channel"),  STR_INIT("tag"),        STR_INIT("utm_value"),
                                STR_INIT("user"),     STR_INIT("key"),        STR_INIT("import"),
                                STR_INIT("robot"),    STR_INIT("notice"),     STR_INIT("destination"),
                                STR_INIT("repoint"),  STR_INIT("customer"),   STR_INIT("stages"),
                                STR_INIT("tag_rule"), STR_INIT("wecom"),      STR_INIT("postback"),
                                STR_INIT("cost"),     STR_INIT("radar_rule"), STR_INIT("click_key")};
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (str_eq(kind, kinds[i])) {
            return true;
        }
    }
    return false;
}

static enum err read_object(struct question *self)
{
    str text, kind, name;
    if (!request_query(self->request, "object", &text)) {
        return OK;
    }
    bool named = str_cut(text, ':', &kind, &name) && !str_eq(kind, STR("ext"));
    if (!named && !is_kind(text)) {
        return read_link(self, text);
    }
    if (!is_kind(kind) || (named && name.len == 0)) {
        return refuse(self, "object", "not_allowed",
                      "A link, or kind:name with link, domain, campaign, channel, tag, utm_value, user, key, import.",
                      "应为短链，或 kind:name（link、domain、campaign、channel、tag、utm_value、user、key、import）。");
    }
    if (named && str_eq(kind, STR("link"))) {
        return read_link(self, name);
    }
    self->filter.kind = kind;
    self->filter.name = name;
    return named ? find_named(self, kind, name, &self->filter.object_id) : OK;
}

static enum err read_who(struct question *self)
{
    str text;
    struct user user;
    if (!request_query(self->request, "who", &text)) {
        return OK;
    }
    enum err err = users_find_key(self->db, self->request->arena, text, &user);
    self->filter.user_id = err == OK ? user.id : NOBODY;
    return err == ERR_NOT_FOUND ? OK : err;
}

static enum err read_time(struct question *self, const char *name, bool end, int64_t *out)
{
    str text;
    bool there = request_query(self->request, name, &text);
    return !there || call_instant(self->request->arena, text, self->ctx->engine->zone, end, out)
               ? OK
               : refuse(self, name, "not_a_time", "A date or an RFC 3339 time.", "应为日期或 RFC 3339 时间。");
}

static enum err read_cursor(struct question *self)
{
    str text, inner;
    if (!request_query(self->request, "cursor", &text)) {
        return OK;
    }
    bool ours = cursor_decode(self->request->arena, text, &inner) && str_to_i64(inner, &self->filter.before_id) &&
                self->filter.before_id > 0;
    return ours ? OK
                : refuse(self, "cursor", "bad_cursor", "This cursor was not given out for this list.",
                         "此游标不属于当前列表。");
}

static enum err read_question(struct question *self)
{
    enum err err = read_bounds(self);
    err = err != OK ? err : read_object(self);
    err = err != OK ? err : read_who(self);
    err = err != OK ? err : read_time(self, "from", false, &self->filter.from_ms);
    err = err != OK ? err : read_time(self, "to", true, &self->filter.to_ms);
    return err != OK ? err : read_cursor(self);
}

/* ---- the call --------------------------------------------------------------------------------------------------- */

static void answer(struct reply *reply, struct arena *arena, const struct audit_line *lines, size_t count, bool more)
{
    struct json_writer json;
    reply_json_begin(reply, 200, &json);
    json_object(&json);
    json_name(&json, "items");
    json_array(&json);
    for (size_t i = 0; i < count; i++) {
        write_line(&json, arena, &lines[i]);
    }
    json_array_end(&json);
    str last = more ? arena_f(arena, "%lld", (long long)lines[count - 1].id) : STR("");
    json_put_opt(&json, "next_cursor", more ? cursor_encode(arena, last) : STR(""));
    json_object_end(&json);
}

static void audit_get(struct ctx *ctx, struct request *request, struct reply *reply)
{
    int64_t limit = LIMIT_DEFAULT;
    if (!call_query_i64(request, reply, "limit", 1, LIMIT_PAGE, &limit)) {
        return;
    }
    struct db *db = call_reader(ctx, request, reply);
    if (!db) {
        return;
    }
    struct question self = {.ctx = ctx,
                            .request = request,
                            .db = db,
                            .filter = {.from_ms = TIME_NONE, .to_ms = TIME_NONE, .limit = (size_t)limit}};
    struct audit_line *lines = NULL;
    size_t count = 0;
    bool more = false;
    enum err err = read_question(&self);
    err = err != OK ? err : audit_list(db, request->arena, &self.filter, &lines, &count, &more);
    readers_give(ctx->engine->readers, db);
    if (err != OK) {
        reply_problem(reply, request, err, &self.fault);
        return;
    }
    answer(reply, request->arena, lines, count, more);
}

const struct route api_audit_routes[] = {
    {METHOD_GET, "/api/v1/audit", PLANE_ADMIN, audit_get, SCOPE_LINKS_WRITE, "Who changed what", 0,
     "object who from to limit cursor"},
    {0},
};
