/* SPDX-License-Identifier: MIT */
/* The routes of this floor: is the public plane alive, what is behind a short link, and the built-in files. */
#include "linkpond/http/router.h"
#include "preview.h"
#include "privacy.h"

#define PRIVACY_BODY_MAX 1024 /* an empty form */

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

const struct route http_routes[] = {
    {METHOD_GET, "/assets/:name", PLANE_ADMIN, asset_get, SCOPE_ANYONE, "A built-in file", 0, ROUTE_QUERY_ANY},
    {METHOD_GET, "/-/healthz", PLANE_PUBLIC, public_health, SCOPE_ANYONE, "Is the public plane alive", 0,
     ROUTE_QUERY_ANY},
    {METHOD_GET, "/-/preview", PLANE_PUBLIC, preview_get, SCOPE_ANYONE, "Where a short link leads", 0, ROUTE_QUERY_ANY},
    {METHOD_GET, "/-/privacy", PLANE_PUBLIC, privacy_get, SCOPE_ANYONE, "What is kept of a visit", 0, ROUTE_QUERY_ANY},
    {METHOD_POST, "/-/privacy", PLANE_PUBLIC, privacy_refuse, SCOPE_ANYONE, "Do not number me", PRIVACY_BODY_MAX,
     ROUTE_QUERY_ANY},
    {0},
};
