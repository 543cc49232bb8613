/* SPDX-License-Identifier: MIT */
/*
 * One door to every handler of the ADMIN and PUBLIC planes. What must never be forgotten happens here and only here:
 * who asks, what they may do, how often, whether another site made their browser ask, and whether they ask again.
 */
#include "linkpond/http/router.h"

#include "linkpond/base/gcra.h"
#include "linkpond/base/percent.h"
#include "linkpond/http/gzip.h"
#include "router_private.h"

/* Of landing pages: a hall full of people behind one address opens the same page, and stays on it. */
#define BEACON_ENTRIES     16384
#define BEACONS_BURST      300
#define BEACONS_PER_SECOND 30
#define NS_PER_S           INT64_C(1000000000)

struct router {
    struct engine *engine;
    const struct route *const *tables;
    const str *cors_origins;
    size_t cors_origins_count;
    struct auth *auth;
    struct assets *assets;
    struct desk *desk;
    struct pages *pages;
    struct repeats *repeats;
    struct gcra *beacons;
    struct strangers *strangers;
    const char *admin_address;
    const struct setting_shown *settings;
};

struct router *router_new(const struct router_opts *opts)
{
    struct router *self = calloc(1, sizeof *self);
    BUG_ON(!self);
    self->engine = opts->engine;
    self->tables = opts->tables;
    self->cors_origins = opts->cors_origins;
    self->cors_origins_count = opts->cors_origins_count;
    self->settings = opts->settings;
    self->auth = auth_new(opts->engine);
    self->assets = assets_new(web_files);
    self->desk = desk_new(desk_files);
    self->pages = pages_new();
    self->repeats = repeats_new(opts->engine);
    self->beacons = gcra_new(BEACON_ENTRIES, BEACONS_BURST, NS_PER_S / BEACONS_PER_SECOND);
    BUG_ON(!self->beacons);
    const struct engine_opts *engine = &opts->engine->opts;
    self->strangers =
        engine->public_create ? strangers_new(engine->public_create_per_hour, opts->engine->cookie_key) : NULL;
    return self;
}

void router_free(struct router *self)
{
    if (self) {
        auth_free(self->auth);
        assets_free(self->assets);
        desk_free(self->desk);
        pages_free(self->pages);
        repeats_free(self->repeats);
        gcra_free(self->beacons);
        strangers_free(self->strangers);
        free(self);
    }
}

void router_set_admin_address(struct router *self, const char *url)
{
    self->admin_address = url;
}

static const char *admin_url(const struct router *self)
{
    const char *set = self->engine->opts.admin_url;
    return set ? set : self->admin_address ? self->admin_address : "";
}

int64_t router_body_max(const struct router *self, enum plane plane, enum method method, str path)
{
    struct match match;
    routes_match(self->tables, plane, method, path, &match);
    return match.route && match.route->body_max > 0 ? match.route->body_max : LIMIT_BODY;
}

/* ---- pages of other origins (fetch.spec.whatwg.org, CORS protocol) ---------------------------------------------- */

static bool origin_is_allowed(const struct router *self, str origin)
{
    for (size_t i = 0; i < self->cors_origins_count; i++) {
        if (str_ieq(self->cors_origins[i], origin)) {
            return true;
        }
    }
    return false;
}

/* Keys only: without Allow-Credentials no browser sends or shows anything that rests on a cookie. */
static void add_cors(const struct router *self, const struct request *request, struct reply *reply)
{
    str origin = request_header(request, "Origin");
    if (self->cors_origins_count == 0) {
        return;
    }
    reply_header_set(reply, request, "Vary", STR("Origin, Accept-Encoding, Accept-Language"));
    if (origin.len > 0 && origin_is_allowed(self, origin)) {
        reply_header(reply, request, "Access-Control-Allow-Origin", origin);
        reply_header_static(reply, "Access-Control-Expose-Headers", "ETag, Link-Existed, Location, Retry-After");
    }
}

static str format_methods(const struct request *request, unsigned methods)
{
    char memory[64];
    struct buf out;
    buf_init_fixed(&out, memory, sizeof memory);
    methods_format(methods, &out);
    return arena_str(request->arena, buf_str(&out));
}

static void answer_options(const struct router *self, const struct request *request, unsigned methods,
                           struct reply *reply)
{
    str allowed = format_methods(request, methods | 1u << METHOD_OPTIONS);
    bool preflight = request_header(request, "Access-Control-Request-Method").len > 0;
    reply->status = 204;
    reply_header(reply, request, "Allow", allowed);
    if (preflight && origin_is_allowed(self, request_header(request, "Origin"))) {
        reply_header(reply, request, "Access-Control-Allow-Methods", allowed);
        reply_header_static(reply, "Access-Control-Allow-Headers",
                            "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Accept-Language");
        reply_header_static(reply, "Access-Control-Max-Age", "600");
    }
}

/* ---- the way of a request --------------------------------------------------------------------------------------- */

static bool decode_params(struct request *request, const struct match *match)
{
    for (size_t i = 0; i < PATH_PARAMS_MAX && match->params[i].len > 0; i++) {
        str raw = match->params[i];
        char *memory = arena_alloc(request->arena, raw.len + 1);
        struct buf out;
        if (!memory) {
            return false;
        }
        buf_init_fixed(&out, memory, raw.len + 1);
        /* A path that was decoded before it came here (a request built by hand) may hold a bare '%'. */
        request->params[i] = request->raw_path.len > 0 && percent_decode(&out, raw) ? buf_str(&out) : raw;
    }
    return true;
}

/* Who asks and may they: answers the problem itself and gives false when not. */
static bool admit(struct router *self, struct request *request, const struct route *route, struct reply *reply)
{
    struct fault fault = {0};
    int64_t retry_after_s = 1;
    request->actor = NULL;
    request->session = NULL;
    if (route->scope == SCOPE_ANYONE) {
        return true;
    }
    enum err err = auth_check(self->auth, request, route->scope, &retry_after_s, &fault);
    if (err == OK) {
        return true;
    }
    if (err == ERR_RATE_LIMITED) {
        reply_problem_retry(reply, request, err, NULL, retry_after_s);
        return false;
    }
    reply_problem(reply, request, err, &fault);
    if (err == ERR_UNAUTHORIZED) {
        reply_header_static(reply, "WWW-Authenticate", "Bearer realm=\"linkpond\"");
    }
    return false;
}

static bool query_takes(const char *words, str name)
{
    str rest = str_from_c(words ? words : ""), word;
    while (str_next(&rest, ' ', &word)) {
        if (str_eq(word, name)) {
            return true;
        }
    }
    return false;
}

/* A misspelt filter that nobody reads would show, or change, more than was meant. */
static bool query_is_known(struct request *request, const struct route *route, struct reply *reply)
{
    str rest = request->query;
    struct query_param param;
    if (route->query && strcmp(route->query, ROUTE_QUERY_ANY) == 0) {
        return true;
    }
    while (query_next(&rest, &param)) {
        str name = percent_form_text(request->arena, param.name);
        if (!query_takes(route->query, name)) {
            struct fault fault = {0};
            enum err err = fault_set(&fault, ERR_INVALID, arena_str(request->arena, name).ptr, "unknown_parameter",
                                     "This parameter is not known.", "没有该参数。");
            reply_problem(reply, request, err, &fault);
            return false;
        }
    }
    return true;
}

static str repeat_key(const struct request *request)
{
    bool changes = request->method == METHOD_POST || request->method == METHOD_PUT || request->method == METHOD_PATCH ||
                   request->method == METHOD_DELETE;
    return changes && request->actor ? request_header(request, "Idempotency-Key") : (str){0};
}

static void call(struct router *self, struct request *request, const struct route *route, struct reply *reply)
{
    struct ctx ctx = {.engine = self->engine,
                      .route = route,
                      .auth = self->auth,
                      .assets = self->assets,
                      .desk = self->desk,
                      .pages = self->pages,
                      .admin_url = admin_url(self),
                      .repeats = self->repeats,
                      .beacons = self->beacons,
                      .strangers = self->strangers,
                      .settings = self->settings};
    struct repeat repeat;
    struct fault fault = {0};
    struct repeat_opts opts = {.key = repeat_key(request)};
    enum err err = repeat_begin(self->repeats, request, &opts, reply, &repeat, &fault);
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return;
    }
    request->repeat = repeat.active ? &repeat : NULL;
    if (!repeat.answered) {
        route->handler(&ctx, request, reply);
    }
    repeat_end(self->repeats, request, reply, &repeat);
    request->repeat = NULL;
}

static void dispatch(struct router *self, enum plane plane, struct request *request, struct reply *reply)
{
    struct match match;
    str path = request->raw_path.len > 0 ? request->raw_path : request->path;
    routes_match(self->tables, plane, request->method, path, &match);
    if (match.methods == 0) {
        reply_problem(reply, request, ERR_NOT_FOUND, NULL);
        return;
    }
    if (!match.route && request->method == METHOD_OPTIONS) {
        answer_options(self, request, match.methods, reply);
        return;
    }
    if (!match.route) {
        reply_problem(reply, request, ERR_METHOD, NULL);
        reply_header(reply, request, "Allow", format_methods(request, match.methods));
        return;
    }
    if (!decode_params(request, &match)) {
        return; /* the arena is full: answered below */
    }
    if (!admit(self, request, match.route, reply)) {
        return;
    }
    if (request->body_bytes > (match.route->body_max > 0 ? match.route->body_max : LIMIT_BODY)) {
        reply_problem(reply, request, ERR_TOO_LARGE, NULL);
        return;
    }
    if (query_is_known(request, match.route, reply)) {
        call(self, request, match.route, reply);
    }
}

/* A reply that ran out of memory on the way is no answer, and building a problem needs memory: start afresh. */
static void answer_no_memory(const struct request *request, struct reply *reply)
{
    (void)request;
    reply_done(reply);
    reply_init(reply);
    reply->status = err_http_status(ERR_NOMEM);
    reply_header_static(reply, "Content-Type", "application/problem+json");
    reply_header_static(reply, "Cache-Control", "no-store");
    reply_header_static(reply, "Retry-After", "1");
    reply->body_static = STR("{\"type\":\"urn:linkpond:problem:out-of-memory\",\"status\":503,"
                             "\"title\":\"Out of memory for this request.\"}");
}

void router_handle(struct router *self, enum plane plane, struct request *request, struct reply *reply)
{
    dispatch(self, plane, request, reply);
    if (request->arena->overflow || reply->body.overflow) {
        answer_no_memory(request, reply);
        return;
    }
    reply_header_set(reply, request, "X-Content-Type-Options", STR("nosniff"));
    gzip_reply(request, reply);
    add_cors(self, request, reply);
}
