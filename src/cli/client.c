/* SPDX-License-Identifier: MIT */
#include "linkpond/cli/client.h"

#include <sys/stat.h>
#include <unistd.h>

#include "linkpond/base/clock.h"
#include "linkpond/base/crypt.h"
#include "linkpond/base/log.h"
#include "linkpond/base/percent.h"
#include "linkpond/cli/boot.h"
#include "linkpond/cli/fetch.h"

#define STREAM_PIECE (64 * 1024)
#define HEADERS_MAX  4

struct client {
    struct cli *cli;
    bool remote;
    struct listening listening;
    str authorization; /* "Bearer lp_…" */
    struct settings settings;
    struct engine *engine;
    struct router *router;
};

/* ---- opening ---------------------------------------------------------------------------------------------------- */

static enum err set_key(struct client *self, str key)
{
    self->authorization = arena_f(self->cli->arena, "Bearer " STR_FMT, STR_ARG(key));
    return self->authorization.ptr ? OK : ERR_NOMEM;
}

static enum err open_remote(struct client *self, struct fault *fault)
{
    str key;
    enum err err = local_key_read(self->cli->arena, self->cli->data_dir, &key);

    self->remote = true;
    if (err) {
        return fault_setf(fault, err == ERR_NOT_FOUND ? ERR_FORBIDDEN : err, "data", "no_local_key",
                          "%s/local.key cannot be read; run this as the user the server runs as", self->cli->data_dir);
    }
    return set_key(self, key);
}

static enum err open_local(struct client *self, struct fault *fault)
{
    struct cli *cli = self->cli;
    char secret[KEY_SECRET_MAX];
    enum err err = cli_settings(cli, &self->settings, fault);

    log_set_level(LOG_WARN); /* what the engine says about its starting and stopping is not what was asked */
    err = err ? err : boot_engine(cli->arena, &self->settings, cli->data_dir, 1, &self->engine, fault);
    if (err) {
        return err;
    }
    self->router = boot_router(cli->arena, self->engine, &self->settings);
    err = engine_local_key(self->engine, false, secret, fault);
    err = err ? err : set_key(self, str_from_c(secret));
    crypt_cleanse(secret, sizeof secret);
    return err;
}

enum err client_open(struct cli *cli, struct client **out, struct fault *fault)
{
    struct client *self = ARENA_NEW(cli->arena, struct client);

    if (!self) {
        return ERR_NOMEM;
    }
    self->cli = cli;
    enum err err = listening_read(cli->arena, cli->data_dir, &self->listening);
    err = err == OK ? open_remote(self, fault) : open_local(self, fault);
    if (err == ERR_BUSY && listening_read(cli->arena, cli->data_dir, &self->listening) == OK) {
        err = open_remote(self, fault); /* it has become ready while we waited */
    }
    if (err) {
        client_close(self);
        return err;
    }
    *out = self;
    return OK;
}

void client_close(struct client *self)
{
    if (self && self->engine) {
        router_free(self->router);
        engine_close(self->engine);
        self->engine = NULL;
    }
}

const struct listening *client_daemon(const struct client *self)
{
    return self->remote ? &self->listening : NULL;
}

struct engine *client_engine(struct client *self)
{
    return self->engine;
}

/* ---- calling ---------------------------------------------------------------------------------------------------- */

static size_t make_headers(const struct client *self, const struct client_request *request, struct header *headers)
{
    bool has_body = request->has_fd || request->body.len > 0;
    const char *type = request->content_type ? request->content_type : "application/json";
    size_t count = 0;

    headers[count++] = (struct header){STR("Authorization"), self->authorization};
    headers[count++] =
        (struct header){STR("Accept"), str_from_c(request->accept ? request->accept : "application/json")};
    headers[count++] = (struct header){STR("Accept-Language"), self->cli->chinese ? STR("zh-CN") : STR("en")};
    if (has_body) {
        headers[count++] = (struct header){STR("Content-Type"), str_from_c(type)};
    }
    return count;
}

static enum err body_size(const struct client_request *request, int64_t *out)
{
    struct stat status;

    if (!request->has_fd) {
        *out = (int64_t)request->body.len;
        return OK;
    }
    if (fstat(request->body_fd, &status) != 0) {
        return ERR_IO;
    }
    *out = status.st_size;
    return OK;
}

static enum err call_remote(struct client *self, const struct client_request *request, int64_t bytes,
                            struct client_reply *out, struct fault *fault)
{
    struct header headers[HEADERS_MAX];
    struct fetch_reply reply;
    struct arena *arena = self->cli->arena;
    str url = arena_f(arena, "%s%s", self->listening.admin, request->path);
    struct fetch_request wire = {.method = request->method,
                                 .url = url.ptr,
                                 .headers = headers,
                                 .headers_count = make_headers(self, request, headers),
                                 .body = request->body,
                                 .body_fd = request->has_fd ? request->body_fd : -1,
                                 .body_bytes = bytes,
                                 .timeout_ms = request->timeout_ms,
                                 .sink = request->sink,
                                 .sink_arg = request->sink_arg};
    enum err err = url.ptr ? fetch(arena, &wire, &reply, fault) : ERR_NOMEM;

    if (!err) {
        *out = (struct client_reply){reply.status, reply.body};
    }
    return err;
}

static bool keep_piece(void *arg, str bytes)
{
    struct buf *body = arg;

    buf_add(body, bytes);
    return !body->overflow;
}

static enum err pull_all(struct reply *reply, bool (*sink)(void *arg, str bytes), void *arg)
{
    char *piece = malloc(STREAM_PIECE);
    enum err err = piece ? OK : ERR_NOMEM;

    while (!err) {
        ssize_t got = reply->pull(reply->pull_arg, piece, STREAM_PIECE);
        if (got == -1) {
            break;
        }
        err = got < 0 || !sink(arg, (str){piece, (size_t)got}) ? ERR_IO : OK;
    }
    free(piece);
    return err;
}

static enum err take_reply(struct client *self, const struct client_request *request, struct reply *reply,
                           struct client_reply *out)
{
    struct buf body;
    bool to_sink = request->sink && reply->status >= 200 && reply->status < 300;
    bool (*sink)(void *, str) = to_sink ? request->sink : keep_piece;
    void *arg = to_sink ? request->sink_arg : &body;
    enum err err = OK;

    buf_init_heap(&body, FETCH_BODY_MAX);
    if (reply->pull) {
        err = pull_all(reply, sink, arg);
    } else {
        str whole = reply->body.len ? buf_str(&reply->body) : reply->body_static;
        err = whole.len == 0 || sink(arg, whole) ? OK : ERR_IO;
    }
    err = body.overflow ? ERR_TOO_LARGE : err;
    *out = (struct client_reply){reply->status, arena_str(self->cli->arena, buf_str(&body))};
    buf_done(&body);
    return err;
}

static enum err call_local(struct client *self, const struct client_request *request, int64_t bytes,
                           struct client_reply *out)
{
    struct header headers[HEADERS_MAX];
    struct reply reply;
    struct arena arena;
    struct buf path;
    str raw_path, query;
    enum err err = ERR_MALFORMED;

    arena_init(&arena, LIMIT_ARENA_REQUEST);
    reply_init(&reply);
    buf_init_heap(&path, LIMIT_URI);
    str_cut(str_from_c(request->path), '?', &raw_path, &query);
    if (percent_decode(&path, raw_path)) {
        struct request call = {.method = request->method,
                               .path = buf_str(&path),
                               .query = query,
                               .headers = headers,
                               .headers_count = make_headers(self, request, headers),
                               .body = request->body,
                               .body_fd = request->has_fd ? request->body_fd : -1,
                               .body_bytes = bytes,
                               .host = STR("localhost"),
                               .now_ms = clock_now_ms(),
                               .chinese = self->cli->chinese,
                               .arena = &arena};
        addr_parse(STR("127.0.0.1"), &call.client);
        router_handle(self->router, PLANE_ADMIN, &call, &reply);
        err = take_reply(self, request, &reply, out);
    }
    reply_done(&reply);
    buf_done(&path);
    arena_done(&arena);
    return err;
}

enum err client_call(struct client *self, const struct client_request *request, struct client_reply *out,
                     struct fault *fault)
{
    int64_t bytes;
    enum err err = body_size(request, &bytes);

    if (err) {
        return err;
    }
    return self->remote ? call_remote(self, request, bytes, out, fault) : call_local(self, request, bytes, out);
}

enum err client_ask(struct cli *cli, const struct client_request *request, struct client_reply *out,
                    struct fault *fault)
{
    struct client *client = NULL;
    struct client_reply reply;
    enum err err = client_open(cli, &client, fault);

    err = err ? err : client_call(client, request, &reply, fault);
    err = err ? err : client_verdict(cli, &reply);
    client_close(client);
    if (!err && out) {
        *out = reply;
    }
    return err;
}

void path_segment(struct buf *path, const char *value)
{
    buf_add_char(path, '/');
    percent_encode(path, str_from_c(value));
}

void path_param(struct buf *path, const char *name, const char *value)
{
    if (value) {
        buf_add_char(path, str_find_char(buf_str(path), '?', 0) < 0 ? '?' : '&');
        for (const char *at = name; *at; at++) {
            buf_add_char(path, *at == '-' ? '_' : *at);
        }
        buf_add_char(path, '=');
        percent_encode(path, str_from_c(value));
    }
}

enum err client_send(struct cli *cli, enum method method, const char *path, str body, struct client_reply *reply,
                     struct json **answer, struct fault *fault)
{
    struct client_request request = {.method = method, .path = path, .body = body};
    enum err err = path ? client_ask(cli, &request, reply, fault) : ERR_URI_TOO_LONG;

    return err ? err : client_json(cli, reply, answer);
}

enum err client_delete(struct cli *cli, const char *collection, struct fault *fault)
{
    char memory[1024]; /* the longest names are hosts */
    struct buf path;

    buf_init_fixed(&path, memory, sizeof memory);
    buf_add_c(&path, collection);
    path_segment(&path, cli->args.operands[0]);
    struct client_request request = {.method = METHOD_DELETE, .path = buf_c(&path)};
    return path.overflow ? ERR_URI_TOO_LONG : client_ask(cli, &request, NULL, fault);
}
