/* SPDX-License-Identifier: MIT */
/*
 * /api/v1/domains: the hosts that serve short links. A host never changes once it is there, for it is printed on paper;
 * what it does may.
 */
#include "linkpond/store/domains.h"
#include "domain_blocks.h"
#include "linkpond/api/edit_call.h"
#include "linkpond/api/routes.h"
#include "linkpond/base/host.h"

struct domain_draft {
    str host, scheme, serves;
    bool is_default, enabled, shareable;
    str root_url, not_found_url, expired_url;
    int64_t code_length;
};
enum domain_field {
    DF_HOST,
    DF_SCHEME,
    DF_SERVES,
    DF_IS_DEFAULT,
    DF_ENABLED,
    DF_SHAREABLE,
    DF_ROOT_URL,
    DF_NOT_FOUND_URL,
    DF_EXPIRED_URL,
    DF_CODE_LENGTH,
    DF_COUNT
};
#define AT(member) offsetof(struct domain_draft, member)
static const struct json_field domain_fields[DF_COUNT] = {
    [DF_HOST] = {"host", JSON_KIND_STR, AT(host), 0, 1, LIMIT_HOST + 6, 0},
    [DF_SCHEME] = {"scheme", JSON_KIND_STR, AT(scheme), 0, 1, 16, 0},
    [DF_SERVES] = {"serves", JSON_KIND_STR, AT(serves), 0, 1, 16, 0},
    [DF_IS_DEFAULT] = {"is_default", JSON_KIND_BOOL, AT(is_default), 0, 0, 0, 0},
    [DF_ENABLED] = {"enabled", JSON_KIND_BOOL, AT(enabled), 0, 0, 0, 0},
    [DF_SHAREABLE] = {"shareable", JSON_KIND_BOOL, AT(shareable), 0, 0, 0, 0},
    [DF_ROOT_URL] = {"root_url", JSON_KIND_STR, AT(root_url), JSON_NULLABLE, 0, LIMIT_URL, 0},
    [DF_NOT_FOUND_URL] = {"not_found_url", JSON_KIND_STR, AT(not_found_url), JSON_NULLABLE, 0, LIMIT_URL, 0},
    [DF_EXPIRED_URL] = {"expired_url", JSON_KIND_STR, AT(expired_url), JSON_NULLABLE, 0, LIMIT_URL, 0},
    [DF_CODE_LENGTH] = {"code_length", JSON_KIND_I64, AT(code_length), JSON_NULLABLE, LIMIT_CODE_MIN, LIMIT_CODE_MAX,
                        0},
};
#undef AT

static bool has(const struct json_presence *presence, enum domain_field field)
{
    return presence->present >> field & 1;
}

static void write_domain(struct json_writer *json, struct db *db, const struct domain *domain)
{
    json_object(json);
    json_put_str(json, "host", domain->host);
    json_put_str(json, "scheme", domain->scheme);
    json_put_bool(json, "is_default", domain->is_default);
    json_put_bool(json, "enabled", domain->enabled);
    json_put_bool(json, "shareable", domain->shareable);
    json_put_str(json, "state", !domain->enabled ? STR("off") : domain->shareable ? STR("open") : STR("closed"));
    json_put_str(json, "serves", domain->serves_all ? STR("all") : STR("own"));
    json_put_opt(json, "root_url", domain->root_url);
    json_put_opt(json, "not_found_url", domain->not_found_url);
    json_put_opt(json, "expired_url", domain->expired_url);
    json_name(json, "code_length");
    if (domain->code_length > 0) {
        json_i64(json, domain->code_length);
    } else {
        json_null(json);
    }
    domain_blocks_write(json, db, domain->id);
    json_put_time(json, "created_at", domain->created_ms);
    json_put_time(json, "updated_at", domain->updated_ms);
    json_object_end(json);
}

static bool load_domain(struct ctx *ctx, struct request *request, struct reply *reply, struct domain *out)
{
    struct db *db = call_reader(ctx, request, reply);
    if (!db) {
        return false;
    }
    enum err err = call_find_domain(db, request->arena, request->params[0], out);
    readers_give(ctx->engine->readers, db);
    if (err != OK) {
        reply_problem(reply, request, err, NULL);
    }
    return err == OK;
}

static enum err write_put(struct edit_call *edit, struct db *db, const struct editor_seen *seen)
{
    struct domain domain;
    struct json_writer json;
    bool added = edit->request->method == METHOD_POST;
    enum err err = domains_find(db, edit->request->arena, seen->id, &domain);
    if (err != OK) {
        return err;
    }
    reply_json_begin(edit->reply, added ? 201 : 200, &json);
    write_domain(&json, db, &domain);
    if (added) {
        reply_header(edit->reply, edit->request, "Location",
                     call_location(edit->request, "/api/v1/domains", domain.host));
    }
    return OK;
}

/* Stores the domain and answers it. */
static void put_domain(struct ctx *ctx, struct request *request, struct reply *reply, struct domain *domain)
{
    struct fault fault = {0};
    struct edit_call edit = {.ctx = ctx, .request = request, .reply = reply, .write = write_put};
    enum err err = editor_domain_put(ctx->engine->editor, edit_call_actor(&edit), domain, &fault);
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return;
    }
    edit_call_answer(&edit, &(struct editor_seen){.id = domain->id});
}

/* Words here; hosts and addresses are the editor's to judge, which knows all domains. */
static enum err check_words(const struct domain_draft *draft, struct fault *fault)
{
    if (draft->serves.len > 0 && !str_eq(draft->serves, STR("all")) && !str_eq(draft->serves, STR("own"))) {
        return fault_set(fault, ERR_INVALID, "serves", "not_allowed", "all or own.", "只能是 all 或 own。");
    }
    return OK;
}

/* The body, checked. On false the reply is the problem. */
static bool read_draft(struct request *request, struct reply *reply, struct domain_draft *draft,
                       struct json_presence *presence)
{
    const struct json *json;
    struct fault fault = {0};
    if (!call_unbound(request, reply) || !call_json(request, reply, &json)) {
        return false;
    }
    enum err err = json_decode(request->arena, json, domain_fields, DF_COUNT, draft, presence, &fault);
    if (err == OK) {
        err = check_words(draft, &fault);
    }
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
    }
    return err == OK;
}

static void apply_draft(struct domain *domain, const struct domain_draft *draft, const struct json_presence *presence)
{
    domain->scheme = has(presence, DF_SCHEME) ? draft->scheme : domain->scheme;
    domain->serves_all = has(presence, DF_SERVES) ? str_eq(draft->serves, STR("all")) : domain->serves_all;
    domain->is_default = has(presence, DF_IS_DEFAULT) ? draft->is_default : domain->is_default;
    domain->enabled = has(presence, DF_ENABLED) ? draft->enabled : domain->enabled;
    domain->shareable = has(presence, DF_SHAREABLE) ? draft->shareable : domain->shareable;
    domain->root_url = has(presence, DF_ROOT_URL) ? draft->root_url : domain->root_url;
    domain->not_found_url = has(presence, DF_NOT_FOUND_URL) ? draft->not_found_url : domain->not_found_url;
    domain->expired_url = has(presence, DF_EXPIRED_URL) ? draft->expired_url : domain->expired_url;
    domain->code_length = has(presence, DF_CODE_LENGTH) ? draft->code_length : domain->code_length;
}

static void domains_list(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct db *db = call_reader(ctx, request, reply);
    if (!db) {
        return;
    }
    struct json_writer json;
    struct domain row;
    int64_t count = 0;
    call_list_begin(reply, &json);
    struct stmt *rows = domains_each(db);
    for (; domains_next(rows, &row); count++) {
        write_domain(&json, db, &row);
    }
    enum err err = stmt_err(rows);
    call_list_end(&json, (str){0}, count);
    readers_give(ctx->engine->readers, db);
    if (err != OK) {
        reply_problem(reply, request, err, NULL);
    }
}

static void domains_create(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct domain_draft draft = {0};
    struct json_presence presence = {0};
    struct fault fault = {0};
    if (!read_draft(request, reply, &draft, &presence)) {
        return;
    }
    if (draft.host.len == 0) {
        enum err err = fault_set(&fault, ERR_INVALID, "host", "required", "A host is needed.", "请填写域名。");
        reply_problem(reply, request, err, &fault);
        return;
    }
    struct domain domain = {
        .host = draft.host, .scheme = STR("https"), .enabled = true, .shareable = true, .serves_all = true};
    apply_draft(&domain, &draft, &presence);
    put_domain(ctx, request, reply, &domain);
}

static void domains_get(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct domain domain;
    struct json_writer json;
    struct db *db = call_reader(ctx, request, reply);
    if (!db) {
        return;
    }
    enum err err = call_find_domain(db, request->arena, request->params[0], &domain);
    if (err == OK) {
        reply_json_begin(reply, 200, &json);
        write_domain(&json, db, &domain);
    } else {
        reply_problem(reply, request, err, NULL);
    }
    readers_give(ctx->engine->readers, db);
}

static void domains_patch(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct domain domain;
    struct domain_draft draft = {0};
    struct json_presence presence = {0};
    struct fault fault = {0};
    if (!load_domain(ctx, request, reply, &domain) || !read_draft(request, reply, &draft, &presence)) {
        return;
    }
    if (has(&presence, DF_HOST) && !str_ieq(draft.host, domain.host)) {
        enum err err = fault_set(&fault, ERR_INVALID, "host", "not_changeable",
                                 "A host cannot change, for it is printed on paper; add another domain.",
                                 "域名创建后不能修改，请新增域名。");
        reply_problem(reply, request, err, &fault);
        return;
    }
    apply_draft(&domain, &draft, &presence);
    put_domain(ctx, request, reply, &domain);
}

static void domains_remove(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct domain domain;
    struct fault fault = {0};
    if (!call_unbound(request, reply) || !load_domain(ctx, request, reply, &domain)) {
        return;
    }
    struct edit_call edit = {.ctx = ctx, .request = request, .reply = reply, .write = edit_call_gone};
    enum err err = editor_domain_delete(ctx->engine->editor, edit_call_actor(&edit), domain.id, &fault);
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return;
    }
    edit_call_answer(&edit, &(struct editor_seen){.id = domain.id});
}

const struct route api_domain_routes[] = {
    {METHOD_GET, "/api/v1/domains", PLANE_ADMIN, domains_list, SCOPE_LINKS_READ, "List the domains", 0, NULL},
    {METHOD_POST, "/api/v1/domains", PLANE_ADMIN, domains_create, SCOPE_ADMIN, "Add a domain", 0, NULL},
    {METHOD_GET, "/api/v1/domains/:host", PLANE_ADMIN, domains_get, SCOPE_LINKS_READ, "Fetch one domain", 0, NULL},
    {METHOD_PATCH, "/api/v1/domains/:host", PLANE_ADMIN, domains_patch, SCOPE_ADMIN, "Change a domain", 0, NULL},
    {METHOD_DELETE, "/api/v1/domains/:host", PLANE_ADMIN, domains_remove, SCOPE_ADMIN,
     "Remove a domain that nothing names", 0, NULL},
    {0},
};
