/* SPDX-License-Identifier: MIT */
/* /api/v1/users: people. Whoever may see links sees whom they can belong to; admins see and do the rest. */
#include "linkpond/store/users.h"

#include "linkpond/api/edit_call.h"
#include "linkpond/api/routes.h"
#include "linkpond/base/crypt.h"
#include "linkpond/store/keys.h"

/* ---- how one looks ---------------------------------------------------------------------------------------------- */

struct user_view {
    struct user user;
    struct user_token token; /* user_id 0 = none that is still good */
    int64_t links;
};

static enum err load_view(struct db *db, int64_t now_ms, struct user_view *view)
{
    enum err err = user_tokens_of_user(db, view->user.id, &view->token);
    if (err == ERR_NOT_FOUND || (err == OK && now_ms >= view->token.expires_ms)) {
        view->token = (struct user_token){0};
        err = OK;
    }
    return err == OK ? users_count_links(db, view->user.id, &view->links) : err;
}

static str state_of(const struct user_view *view)
{
    if (view->user.disabled_ms != TIME_NONE) {
        return STR("disabled");
    }
    if (view->user.password.len > 0) {
        return STR("active");
    }
    return view->token.user_id ? STR("invited") : STR("no_password");
}

static bool sees_all(const struct request *request)
{
    return request->actor->scopes & SCOPE_ADMIN;
}

static void write_user(struct json_writer *json, const struct user_view *view, bool all)
{
    const struct user *user = &view->user;
    json_object(json);
    json_put_str(json, "key", user->key);
    json_put_str(json, "name", user->name);
    json_put_bool(json, "disabled", user->disabled_ms != TIME_NONE);
    if (all) {
        json_put_str(json, "role", user->role);
        json_put_opt(json, "language", user->language);
        json_put_str(json, "state", state_of(view));
        json_put_i64(json, "links", view->links);
        json_put_time(json, "link_expires_at", view->token.user_id ? view->token.expires_ms : TIME_NONE);
        json_put_time(json, "signed_in_at", user->signed_in_ms);
        json_put_time(json, "disabled_at", user->disabled_ms);
        json_put_time(json, "created_at", user->created_ms);
        json_put_time(json, "updated_at", user->updated_ms);
    }
    json_object_end(json);
}

/* Who is bound to one owner's links knows of that one only. */
static bool is_visible(const struct request *request, const struct user *user)
{
    const struct actor *actor = request->actor;
    return !actor->owner_bound || user->id == actor->owner_id || user->id == actor->user_id;
}

static enum err write_all(struct json_writer *json, struct db *db, const struct request *request, int64_t *total)
{
    struct stmt *rows = users_each(db);
    struct user_view view = {0};
    while (users_next(rows, &view.user)) {
        if (!is_visible(request, &view.user)) {
            continue;
        }
        enum err err = sees_all(request) ? load_view(db, request->now_ms, &view) : OK;
        if (err != OK) {
            stmt_reset(rows);
            return err;
        }
        write_user(json, &view, sees_all(request));
        ++*total;
    }
    return stmt_err(rows);
}

static void users_list(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct json_writer json;
    int64_t total = 0;
    struct db *db = call_reader(ctx, request, reply);
    if (!db) {
        return;
    }
    call_list_begin(reply, &json);
    enum err err = write_all(&json, db, request, &total);
    readers_give(ctx->engine->readers, db);
    call_list_end(&json, (str){0}, total);
    if (err != OK) {
        reply_problem(reply, request, err, NULL);
    }
}

/* The user of the path. On false the reply is the problem. */
static bool load_user(struct ctx *ctx, struct request *request, struct reply *reply, struct user *out)
{
    struct db *db = call_reader(ctx, request, reply);
    if (!db) {
        return false;
    }
    enum err err = users_find_key(db, request->arena, request->params[0], out);
    readers_give(ctx->engine->readers, db);
    if (err == OK && !is_visible(request, out)) {
        err = ERR_NOT_FOUND;
    }
    if (err != OK) {
        reply_problem(reply, request, err, NULL);
    }
    return err == OK;
}

/* `write` of edits: the user as they are now. */
static enum err write_edited(struct edit_call *edit, struct db *db, const struct editor_seen *seen)
{
    struct request *request = edit->request;
    struct user_view view = {0};
    struct json_writer json;
    enum err err = users_find(db, request->arena, seen->id, &view.user);
    err = err == OK ? load_view(db, request->now_ms, &view) : err;
    if (err == OK) {
        reply_json_begin(edit->reply, 200, &json);
        write_user(&json, &view, sees_all(request));
    }
    return err;
}

static void users_get(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct user user;
    if (load_user(ctx, request, reply, &user)) {
        struct edit_call view = {.ctx = ctx, .request = request, .reply = reply, .write = write_edited};
        edit_call_answer(&view, &(struct editor_seen){.id = user.id});
    }
}

/* ---- one-time links --------------------------------------------------------------------------------------------- */

/* Who lets people in, or lets them do more, could come in as them: so it takes all that anybody may, not one bound
 * key's or one scope's worth. On false the reply is the problem. */
static bool may_let_in(const struct request *request, struct reply *reply)
{
    struct fault fault = {0};
    if (!call_unbound(request, reply)) {
        return false;
    }
    if ((request->actor->scopes & SCOPE_ALL) == SCOPE_ALL) {
        return true;
    }
    enum err err = fault_set(&fault, ERR_FORBIDDEN, "", "wider", "Only who has all scopes can let others in.",
                             "只有拥有全部权限才能添加用户或修改其权限。");
    reply_problem(reply, request, err, &fault);
    return false;
}

/* "invite": {…}, or the members of the answer itself. The token stands behind '#', which no server or proxy sees. */
static void write_token(struct json_writer *json, const struct ctx *ctx, struct request *request,
                        const struct user_token *token, const char *secret)
{
    json_put_str(json, "kind", token->reset ? STR("reset") : STR("invite"));
    json_put_str(json, "url", arena_f(request->arena, "%s/desk/accept#%s", ctx->admin_url, secret));
    json_put_str(json, "token", str_from_c(secret));
    json_put_time(json, "expires_at", token->expires_ms);
}

static void users_reset(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct user user;
    struct user_token token;
    struct json_writer json;
    struct fault fault = {0};
    char secret[USER_TOKEN_MAX];
    if (!may_let_in(request, reply) || !load_user(ctx, request, reply, &user)) {
        return;
    }
    enum err err = editor_user_token(ctx->engine->editor, request->actor, user.id, secret, &token, &fault);
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return;
    }
    reply_json_begin(reply, 201, &json);
    reply->secret = true;
    json_object(&json);
    write_token(&json, ctx, request, &token, secret);
    json_object_end(&json);
    crypt_cleanse(secret, sizeof secret);
}

/* ---- making and changing ---------------------------------------------------------------------------------------- */

struct user_draft {
    str key, name, role, language;
    bool disabled, invite;
};
#define AT(member) offsetof(struct user_draft, member)
static const struct json_field new_fields[] = {
    {"key", JSON_KIND_STR, AT(key), JSON_REQUIRED, 1, LIMIT_TAG, 0},
    {"name", JSON_KIND_STR, AT(name), 0, 0, LIMIT_NAME, 0},
    {"role", JSON_KIND_STR, AT(role), 0, 1, 16, 0},
    {"language", JSON_KIND_STR, AT(language), JSON_NULLABLE, 2, 2, 0},
    {"invite", JSON_KIND_BOOL, AT(invite), 0, 0, 0, 0},
};
enum change_field { CHANGE_NAME, CHANGE_ROLE, CHANGE_LANGUAGE, CHANGE_DISABLED };
static const struct json_field change_fields[] = {
    [CHANGE_NAME] = {"name", JSON_KIND_STR, AT(name), 0, 1, LIMIT_NAME, 0},
    [CHANGE_ROLE] = {"role", JSON_KIND_STR, AT(role), 0, 1, 16, 0},
    [CHANGE_LANGUAGE] = {"language", JSON_KIND_STR, AT(language), JSON_NULLABLE, 2, 2, 0},
    [CHANGE_DISABLED] = {"disabled", JSON_KIND_BOOL, AT(disabled), 0, 0, 0, 0},
};
#undef AT

/* The new user with the link by which they come in. */
static void answer_created(struct ctx *ctx, struct request *request, struct reply *reply, const struct user *user,
                           const struct user_token *token, const char *secret)
{
    struct json_writer json;
    struct user_view view = {.user = *user};
    view.token = token ? *token : view.token;
    reply_json_begin(reply, 201, &json);
    reply->secret = token != NULL;
    json_object(&json);
    json_name(&json, "user");
    write_user(&json, &view, true);
    json_name(&json, "invite");
    if (token) {
        json_object(&json);
        write_token(&json, ctx, request, token, secret);
        json_object_end(&json);
    } else {
        json_null(&json);
    }
    json_object_end(&json);
    reply_header(reply, request, "Location", call_location(request, "/api/v1/users", user->key));
}

static void users_create(struct ctx *ctx, struct request *request, struct reply *reply)
{
    const struct json *json;
    struct user_draft draft = {.invite = true};
    struct user_token token = {0};
    struct fault fault = {0};
    char secret[USER_TOKEN_MAX] = "";
    if (!may_let_in(request, reply) || !call_json(request, reply, &json)) {
        return;
    }
    enum err err = json_decode(request->arena, json, new_fields, ARRAY_LEN(new_fields), &draft, NULL, &fault);
    struct user user = {.key = draft.key,
                        .name = draft.name.len > 0 ? draft.name : draft.key,
                        .role = draft.role,
                        .language = draft.language};
    err = err == OK ? editor_user_create(ctx->engine->editor, request->actor, &user, &fault) : err;
    if (err == OK && draft.invite) {
        err = editor_user_token(ctx->engine->editor, request->actor, user.id, secret, &token, &fault);
    }
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return;
    }
    answer_created(ctx, request, reply, &user, draft.invite ? &token : NULL, secret);
    crypt_cleanse(secret, sizeof secret);
}

static void users_patch(struct ctx *ctx, struct request *request, struct reply *reply)
{
    const struct json *json;
    struct user user;
    struct user_draft draft = {0};
    struct json_presence presence = {0};
    struct fault fault = {0};
    if (!may_let_in(request, reply) || !load_user(ctx, request, reply, &user) || !call_json(request, reply, &json)) {
        return;
    }
    struct edit_call edit = {.ctx = ctx, .request = request, .reply = reply, .write = write_edited};
    enum err err =
        json_decode(request->arena, json, change_fields, ARRAY_LEN(change_fields), &draft, &presence, &fault);
    if (err == OK) {
        struct user_change change = {.name = draft.name,
                                     .role = draft.role,
                                     .language = draft.language,
                                     .disabled = draft.disabled,
                                     .has_name = presence.present >> CHANGE_NAME & 1,
                                     .has_role = presence.present >> CHANGE_ROLE & 1,
                                     .has_language = presence.present >> CHANGE_LANGUAGE & 1,
                                     .has_disabled = presence.present >> CHANGE_DISABLED & 1};
        err = editor_user_update(ctx->engine->editor, edit_call_actor(&edit), user.id, &change, &fault);
    }
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return;
    }
    edit_call_answer(&edit, &(struct editor_seen){.id = user.id});
}

const struct route api_user_routes[] = {
    {METHOD_GET, "/api/v1/users", PLANE_ADMIN, users_list, SCOPE_LINKS_READ, "List the users", 0, NULL},
    {METHOD_POST, "/api/v1/users", PLANE_ADMIN, users_create, SCOPE_ADMIN, "Add a user, who is invited by a link", 0,
     NULL},
    {METHOD_GET, "/api/v1/users/:key", PLANE_ADMIN, users_get, SCOPE_LINKS_READ, "Fetch one user", 0, NULL},
    {METHOD_PATCH, "/api/v1/users/:key", PLANE_ADMIN, users_patch, SCOPE_ADMIN,
     "Change a user's name, role or language, or let them out and in", 0, NULL},
    {METHOD_POST, "/api/v1/users/:key/reset", PLANE_ADMIN, users_reset, SCOPE_ADMIN,
     "Make a link by which a user sets a password", 0, NULL},
    {0},
};
