/* SPDX-License-Identifier: MIT */
/* The routes of this floor: is the public plane alive, what is behind a short link, and the built-in files. */
#include "linkpond/http/router.h"
#include "linkpond/store/users.h"
#include "live.h"
#include "live_page.h"
#include "picture.h"
#include "preview.h"
#include "privacy.h"

#define PRIVACY_BODY_MAX 1024 /* an empty form */
#define PRESSED_BODY_MAX 64   /* a beacon without words */
#define READER_WAIT_MS   2000

static void public_health(struct ctx *ctx, struct request *request, struct reply *reply)
{
    (void)ctx;
    (void)request;
    reply_text(reply, 200, "text/plain; charset=utf-8", STR("ok\n"));
    reply_header_static(reply, "Cache-Control", "no-store");
}

static void asset_get(struct ctx *ctx, struct request *request, struct reply *reply)
{
    if (!assets_reply(ctx->assets, request, request->params[0], reply)) {
        reply_problem(reply, request, ERR_NOT_FOUND, NULL);
    }
}

static enum desk_reader reader_of(struct ctx *ctx, const struct request *request)
{
    bool any = true;
    struct db *db = auth_session_came(request) ? NULL : readers_take(ctx->engine->readers, READER_WAIT_MS);
    if (!db) {
        return auth_session_came(request) ? DESK_SIGNED_IN : DESK_SIGNED_OUT;
    }
    enum err err = users_any_password(db, &any);
    readers_give(ctx->engine->readers, db);
    return err == OK && !any ? DESK_FIRST : DESK_SIGNED_OUT;
}

/* A part of the desk is the same for everybody. */
static void desk_get(struct ctx *ctx, struct request *request, struct reply *reply)
{
    bool is_part = str_starts(request->params[0], STR("v-"));
    desk_reply(ctx->desk, request, is_part ? DESK_SIGNED_IN : reader_of(ctx, request), request->params[0], reply);
}

/* What is asked for at the root is asked of the desk: "/?url=…" of a bookmark fills in its form. */
static void root_get(struct ctx *ctx, struct request *request, struct reply *reply)
{
    (void)ctx;
    str location =
        request->query.len > 0 ? arena_f(request->arena, "/desk/new?" STR_FMT, STR_ARG(request->query)) : STR("/desk/");
    reply_redirect(reply, request, 302, location);
}

const struct route http_routes[] = {
    {METHOD_GET, "/assets/:name", PLANE_ADMIN, asset_get, SCOPE_ANYONE, "A built-in file", 0, ROUTE_QUERY_ANY},
    {METHOD_GET, "/", PLANE_ADMIN, root_get, SCOPE_ANYONE, "To the desk", 0, ROUTE_QUERY_ANY},
    {METHOD_GET, "/desk", PLANE_ADMIN, root_get, SCOPE_ANYONE, "To the desk", 0, ROUTE_QUERY_ANY},
    {METHOD_GET, "/desk/*path", PLANE_ADMIN, desk_get, SCOPE_ANYONE, "The desk", 0, ROUTE_QUERY_ANY},
    {METHOD_GET, "/-/healthz", PLANE_PUBLIC, public_health, SCOPE_ANYONE, "Is the public plane alive", 0,
     ROUTE_QUERY_ANY},
    {METHOD_GET, "/-/preview", PLANE_PUBLIC, preview_get, SCOPE_ANYONE, "Where a short link leads", 0, ROUTE_QUERY_ANY},
    {METHOD_GET, "/-/live.js", PLANE_PUBLIC, live_page_script, SCOPE_ANYONE, "The script of live codes' pages", 0,
     ROUTE_QUERY_ANY},
    {METHOD_GET, "/-/icon.svg", PLANE_PUBLIC, live_page_icon, SCOPE_ANYONE, "The mark on tabs", 0, ROUTE_QUERY_ANY},
    {METHOD_GET, "/-/live/:token", PLANE_PUBLIC, live_get, SCOPE_ANYONE, "The page of a live code", 0, ROUTE_QUERY_ANY},
    {METHOD_POST, "/-/live/:token/pressed", PLANE_PUBLIC, live_pressed, SCOPE_ANYONE, "The code was held with a finger",
     PRESSED_BODY_MAX, ROUTE_QUERY_ANY},
    {METHOD_GET, "/-/image/:name", PLANE_PUBLIC, picture_get, SCOPE_ANYONE, "A picture of a live code", 0,
     ROUTE_QUERY_ANY},
    {METHOD_GET, "/-/privacy", PLANE_PUBLIC, privacy_get, SCOPE_ANYONE, "What is kept of a visit", 0, ROUTE_QUERY_ANY},
    {METHOD_POST, "/-/privacy", PLANE_PUBLIC, privacy_refuse, SCOPE_ANYONE, "Do not number me", PRIVACY_BODY_MAX,
     ROUTE_QUERY_ANY},
    {METHOD_POST, "/-/privacy/forget", PLANE_PUBLIC, privacy_forget, SCOPE_ANYONE, "Forget me", PRIVACY_BODY_MAX,
     ROUTE_QUERY_ANY},
    {0},
};
