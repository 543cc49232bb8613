/* SPDX-License-Identifier: MIT */
#include <unistd.h>

#include "../../src/http/server_private.h"
#include "linkpond/api/routes.h"
#include "linkpond/base/clock.h"
#include "linkpond/base/crypt.h"
#include "linkpond/base/files.h"
#include "linkpond/base/percent.h"
#include "linkpond/base/utf8.h"
#include "linkpond/http/redirect.h"
#include "tempdir.h"

/*
 * A whole request against a real data folder, which is opened once and keeps what the requests did to it. First byte:
 * switches (plane, signed in, through a trusted proxy). Then as on the wire: "METHOD target", header lines, an empty
 * line, the body. Never a crash, never a 5xx but 503 (out of this request's memory) and 507; a stream ends; headers
 * are clean; a Location of the redirect plane is one of http or https.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SIGNED_IN = 1, PUBLIC = 2, REDIRECT = 4, TRUSTED = 8, BY_COOKIE = 16 };

#define INPUT_MAX        16384
#define HEADERS_MAX      LIMIT_HEADERS
#define CALLS_PER_ROUTER 100 /* a new one has forgotten what was charged to the rate limits */
#define SESSION          "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static struct world {
    struct tempdir dir;
    struct engine *engine;
    struct router *router;
    struct redirect *redirect;
    unsigned calls;
    char bearer[KEY_SECRET_MAX + 8];
} world;

static void router_fresh(void)
{
    router_free(world.router);
    world.router = router_new(&(struct router_opts){.engine = world.engine, .tables = api_route_tables});
}

static void remove_folder(const char *name)
{
    struct tempdir inner = {0};

    int len = snprintf(inner.path, sizeof inner.path, "%s/%s", world.dir.path, name);
    if (len < (int)sizeof inner.path && files_exists(inner.path)) {
        tempdir_done(&inner);
    }
}

static void world_done(void)
{
    router_free(world.router);
    redirect_free(world.redirect);
    engine_close(world.engine);
    remove_folder("journal");
    remove_folder("backups");
    tempdir_done(&world.dir);
}

/* A session of the fixed cookie, so that requests by cookie are tried too. */
static enum err add_session(struct db *db, void *arg, struct fault *fault)
{
    struct session session = {
        .user_id = USER_ADMIN, .api_key_id = 1, .csrf = STR("token"), .created_ms = clock_now_ms()};

    (void)arg;
    (void)fault;
    session.seen_ms = session.created_ms;
    crypt_sha256(STR(SESSION), session.hash);
    return sessions_insert(db, &session);
}

static void world_open(void)
{
    static str reserved[64];
    char secret[KEY_SECRET_MAX];
    struct fault fault = {0};

    tempdir_init(&world.dir);
    struct engine_init_opts init = {.data_dir = world.dir.path, .domain = "s.example.com"};
    BUG_ON(engine_init(&init, secret, &fault) != OK);
    snprintf(world.bearer, sizeof world.bearer, "Bearer %s", secret);
    struct engine_opts opts = {.data_dir = world.dir.path,
                               .lanes = 1,
                               .cache_bytes = 64 * 1024 * 1024,
                               .segment_bytes = 64 * 1024,
                               .fsync = JOURNAL_FSYNC_OS,
                               .timezone = "Asia/Shanghai",
                               .repeat_window_ms = 30 * MS_PER_MINUTE,
                               .fold_rows = 1000,
                               .code_length = 7,
                               .reserved = reserved,
                               .reserved_count = routes_reserved(api_route_tables, reserved, ARRAY_LEN(reserved)),
                               .bin_keep_ms = 30 * MS_PER_DAY};
    BUG_ON(engine_open(&opts, &world.engine, &fault) != OK);
    BUG_ON(editor_run(world.engine->editor, &(struct writer_task){.run = add_session}, &fault) != OK);
    world.redirect =
        redirect_new(&(struct redirect_opts){.engine = world.engine, .public_url = "https://go.example.com"});
    router_fresh();
    atexit(world_done);
}

/* ---- the request ------------------------------------------------------------------------------------------------ */

static struct header headers[HEADERS_MAX + 1];

/* False when the server would have refused it. */
static bool read_head(str *rest, struct arena *arena, struct request *request)
{
    str line, method, target_text;
    struct raw_target target;
    struct framing framing = {0};

    str_cut(*rest, '\n', &line, rest);
    str_cut(line, ' ', &method, &target_text);
    if (!method_parse(method, &request->method)) {
        request->method = METHOD_OTHER;
    }
    char *memory = arena_alloc(arena, target_text.len + 1);
    struct buf path;
    buf_init_fixed(&path, memory, target_text.len + 1);
    if (target_text.len > LIMIT_URI || !target_split(target_text, &target) || !percent_decode(&path, target.path)) {
        return false;
    }
    request->path = buf_str(&path);
    request->raw_path = target.path;
    request->query = target.query;
    while (request->headers_count < HEADERS_MAX && str_cut(*rest, '\n', &line, rest) && line.len > 0) {
        struct header *header = &headers[request->headers_count++];
        str_cut(line, ':', &header->name, &header->value);
        header->value = str_trim(header->value);
        framing_add(&framing, header->name, header->value);
    }
    request->host = request_header(request, "Host");
    return framing_is_good(&framing);
}

static void sign_in(struct request *request, unsigned switches)
{
    if (switches & SIGNED_IN) {
        headers[request->headers_count++] = switches & BY_COOKIE
                                                ? (struct header){STR("Cookie"), STR("lp_session=" SESSION)}
                                                : (struct header){STR("Authorization"), str_from_c(world.bearer)};
    }
}

/* ---- the answer ------------------------------------------------------------------------------------------------- */

static void check_reply(const struct request *request, struct reply *reply)
{
    char piece[4096];
    ssize_t got = 0;
    size_t pulls = 0;

    bool allowed = reply->status < 500 || reply->status == 503 || reply->status == 507;
    if (!allowed) {
        fprintf(stderr, "%d for %.*s: %.*s\n", reply->status, STR_ARG(request->path), STR_ARG(buf_str(&reply->body)));
    }
    BUG_ON(reply->status < 200 || !allowed);
    for (size_t i = 0; i < reply->headers_count; i++) {
        BUG_ON(!header_name_is_token(reply->headers[i].name));
        for (size_t b = 0; b < reply->headers[i].value.len; b++) {
            BUG_ON(reply->headers[i].value.ptr[b] < 0x20 || reply->headers[i].value.ptr[b] > 0x7e);
        }
    }
    while (reply->pull && got >= 0) {
        got = reply->pull(reply->pull_arg, piece, sizeof piece);
        BUG_ON(got == 0 || got > (ssize_t)sizeof piece || pulls++ > 1000000);
    }
    struct request view = {.headers = reply->headers, .headers_count = reply->headers_count};
    if (str_istarts(request_header(&view, "Content-Type"), STR("application/problem+json"))) {
        str body = reply->body.len > 0 ? buf_str(&reply->body) : reply->body_static;
        BUG_ON(!utf8_valid(body) || !str_starts(body, STR("{")) || !str_ends(body, STR("}")));
    }
}

static void check_redirect(struct request *request)
{
    static struct redirect_lane lane;
    struct reply reply;

    reply_init(&reply);
    request->arena = NULL;
    cache_thread_register(); /* the slow planes' threads come and go: handlers there register by themselves */
    redirect_handle(world.redirect, &lane, request, &reply);
    cache_thread_unregister();
    check_reply(request, &reply);
    struct request view = {.headers = reply.headers, .headers_count = reply.headers_count};
    str location = request_header(&view, "Location");
    BUG_ON(reply.status / 100 == 3 && !str_starts(location, STR("http://")) && !str_starts(location, STR("https://")));
    reply_done(&reply);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct reply reply;

    if (size < 2 || size > INPUT_MAX) {
        return 0;
    }
    if (!world.engine) {
        world_open();
    }
    if (++world.calls % CALLS_PER_ROUTER == 0) {
        router_fresh();
    }
    unsigned switches = data[0];
    str rest = {(const char *)data + 1, size - 1};
    struct request request = {
        .headers = headers, .body_fd = -1, .now_ms = clock_now_ms(), .trusted = switches & TRUSTED, .arena = &arena};
    arena_init(&arena, LIMIT_ARENA_REQUEST);
    addr_parse(STR("203.0.113.7"), &request.client);
    if (read_head(&rest, &arena, &request)) {
        sign_in(&request, switches);
        request.chinese = language_is_chinese(request_header(&request, "Accept-Language"));
        request.body = rest;
        request.body_bytes = (int64_t)rest.len;
        if (switches & REDIRECT) {
            check_redirect(&request);
        } else {
            reply_init(&reply);
            router_handle(world.router, switches & PUBLIC ? PLANE_PUBLIC : PLANE_ADMIN, &request, &reply);
            check_reply(&request, &reply);
            reply_done(&reply);
        }
    }
    arena_done(&arena);
    return 0;
}
