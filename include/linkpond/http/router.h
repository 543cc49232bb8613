/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_HTTP_ROUTER_H
#define LINKPOND_HTTP_ROUTER_H

#include "linkpond/engine/engine.h"
#include "linkpond/http/assets.h"
#include "linkpond/http/auth.h"
#include "linkpond/http/desk.h"
#include "linkpond/http/pages.h"
#include "linkpond/http/repeats.h"
#include "linkpond/http/strangers.h"

/*
 * Routes are rows: { METHOD_GET, "/api/v1/links/:ref", PLANE_ADMIN, api_links_get, SCOPE_LINKS_READ, "Fetch one link"
 * }. The scope is in the row, so no handler can forget it; the row is also what docs/openapi.yaml is checked against,
 * and the first path segments are the reserved words for aliases.
 */
enum plane { PLANE_ADMIN, PLANE_PUBLIC };

/* Typed context of every handler. */
struct route;
/* What an operator chose, as it was at the start, for GET /api/v1/settings; ends with a row whose name is NULL. */
struct setting_shown {
    const char *name, *help, *help_zh;
    const char *where; /* FILE:LINE, LINKPOND_NAME or "command line"; NULL = built in */
    const char *fallback;
    str value;
    bool reloads;
};

struct ctx {
    struct engine *engine;
    const struct route *route;
    struct auth *auth;                    /* sign in and out */
    const struct assets *assets;          /* what is built in */
    const struct desk *desk;              /* the marketer's web app */
    const struct pages *pages;            /* what visitors see */
    const char *admin_url;                /* base of the addresses this plane answers at; "" = nothing is listening */
    struct repeats *repeats;              /* answers kept for who asks again */
    struct gcra *beacons;                 /* what landing pages and postbacks may tell, by address */
    struct strangers *strangers;          /* NULL = who is not signed in makes nothing here */
    const struct setting_shown *settings; /* NULL = none are told */
};
typedef void route_handler(struct ctx *ctx, struct request *request, struct reply *reply);

/* Besides the scopes of store/keys.h, where SCOPE_NONE means any signed-in caller: nobody need be signed in (health,
 * sign-in, assets). request->actor is then NULL even when credentials came. */
#define SCOPE_ANYONE (1u << 30)
struct route {
    enum method method;
    const char *path; /* ":name" takes one segment, "*name" at the end all that is left, be it nothing */
    enum plane plane;
    route_handler *handler;
    unsigned scope; /* bits that the key must all have */
    const char *summary;
    int64_t body_max;  /* bytes; 0 = LIMIT_BODY */
    const char *query; /* the parameters it takes, a space between two; NULL = none. Others are refused: 422 */
};
/* Pages, which the world adds its own parameters to, and handlers that judge each parameter themselves. */
#define ROUTE_QUERY_ANY "*"

/* The routes of this floor: health, preview, assets. */
extern const struct route http_routes[];

/* Tables of routes, one per resource file, joined by main (cli). Ends with NULL. */
struct router;
struct router_opts {
    struct engine *engine;
    const struct route *const *tables; /* each ends with a row whose path is NULL */
    const str *cors_origins;           /* "https://app.example"; whose pages may call the API with a key */
    size_t cors_origins_count;
    const struct setting_shown *settings;
};
struct router *router_new(const struct router_opts *opts);
void router_free(struct router *self);
/* Where this plane really listens, for when no setting says how people reach it. Lent; before the first request. */
void router_set_admin_address(struct router *self, const char *url);
/* Finds the row, checks authentication, scope, CSRF (session cookies), rate limits, CORS preflight, Idempotency-Key
 * replay; calls the handler; turns everything that is no answer into a problem: 404, 405 with Allow, 401, 403, 413,
 * 415, 429. HEAD is GET without a body. Thread-safe. `arena` of the request must be set. */
void router_handle(struct router *self, enum plane plane, struct request *request, struct reply *reply);
/* Largest body the row for that method and path takes; before the body is read. LIMIT_BODY when there is none. */
int64_t router_body_max(const struct router *self, enum plane plane, enum method method, str path);
/* The first path segments of all rows, each once: words that no alias may be. Returns how many there are; at most cap
 * are written. Needs no router, since the engine is opened with them. */
size_t routes_reserved(const struct route *const *tables, str *out, size_t cap);

#endif
