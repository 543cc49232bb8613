/* SPDX-License-Identifier: MIT */
/*
 * Building an answer. Nothing here knows the wire: src/http/server.c hands a finished reply to the wire library.
 */
#include "linkpond/http/reply.h"

void reply_init(struct reply *self)
{
    *self = (struct reply){.status = 200};
    buf_init_heap(&self->body, LIMIT_REPLY);
}

void reply_done(struct reply *self)
{
    if (self->pull_done) {
        self->pull_done(self->pull_arg);
        self->pull_done = NULL;
    }
    buf_done(&self->body);
}

/* Drops what was built so far; a stream that was begun is ended. */
static void reply_restart(struct reply *self)
{
    reply_done(self);
    reply_init(self);
}

static void add_header(struct reply *self, str name, str value)
{
    BUG_ON(self->headers_count == REPLY_HEADERS_MAX);
    self->headers[self->headers_count++] = (struct header){.name = name, .value = value};
}

void reply_header_static(struct reply *self, const char *name, const char *value)
{
    add_header(self, str_from_c(name), str_from_c(value));
}

void reply_header_lend(struct reply *self, const char *name, str value)
{
    self->headers_lent++;
    add_header(self, str_from_c(name), value);
}

/* A copy that can stand in a header line. A line break here would let a value forge headers, so it is our bug. */
static bool copy_clean(const struct request *request, str value, str *out)
{
    char *clean = arena_alloc(request->arena, value.len + 1);
    if (!clean) {
        return false;
    }
    size_t len = 0;
    for (size_t i = 0; i < value.len; i++) {
        char c = value.ptr[i];
        BUG_ON(c == '\r' || c == '\n' || c == '\0');
        if (c >= 0x20 && c <= 0x7e) {
            clean[len++] = c;
        }
    }
    *out = (str){clean, len};
    return true;
}

void reply_header(struct reply *self, const struct request *request, const char *name, str value)
{
    str clean;
    if (copy_clean(request, value, &clean)) {
        add_header(self, str_from_c(name), clean);
    }
}

void reply_header_set(struct reply *self, const struct request *request, const char *name, str value)
{
    str clean;
    if (!copy_clean(request, value, &clean)) {
        return;
    }
    for (size_t i = 0; i < self->headers_count; i++) {
        if (str_ieq(self->headers[i].name, str_from_c(name))) {
            self->headers[i].value = clean;
            return;
        }
    }
    add_header(self, str_from_c(name), clean);
}

void reply_etag(struct reply *self, const struct request *request, int64_t revision)
{
    char text[ETAG_TEXT_MAX];
    reply_header_set(self, request, "ETag", etag_format(revision, text));
}

void reply_json_begin(struct reply *self, int status, struct json_writer *writer)
{
    self->status = status;
    reply_header_static(self, "Content-Type", "application/json");
    reply_header_static(self, "Cache-Control", "no-store");
    json_writer_init(writer, &self->body);
}

void reply_text(struct reply *self, int status, const char *content_type, str body)
{
    self->status = status;
    reply_header_static(self, "Content-Type", content_type);
    buf_add(&self->body, body);
}

void reply_redirect(struct reply *self, const struct request *request, int status, str location)
{
    self->status = status;
    reply_header(self, request, "Location", location);
    reply_header_static(self, "Cache-Control", "no-store");
}

void reply_html_headers(struct reply *self)
{
    reply_header_static(self, "Content-Type", "text/html; charset=utf-8");
    reply_header_static(self, "Content-Security-Policy",
                        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
                        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
    reply_header_static(self, "X-Content-Type-Options", "nosniff");
    reply_header_static(self, "X-Frame-Options", "DENY");
    reply_header_static(self, "Referrer-Policy", "same-origin");
    reply_header_static(self, "Cross-Origin-Opener-Policy", "same-origin");
    reply_header_static(self, "Cache-Control", "no-store");
    reply_header_static(self, "Vary", "Accept-Language");
}

/* ---- problems (RFC 9457) ------------------------------------------------------------------------------------------
 */

/* What the problem is about: the fault's own sentence, else the table's. */
static str problem_detail(enum err err, const struct fault *fault, bool chinese)
{
    if (fault && chinese && fault->message_zh[0]) {
        return str_from_c(fault->message_zh);
    }
    if (fault && fault->message[0]) {
        return str_from_c(fault->message);
    }
    return str_from_c(err_text(err, chinese));
}

void reply_problem_with(struct reply *self, const struct request *request, enum err err, const struct fault *fault,
                        const char *name, str json_text)
{
    reply_restart(self);
    self->status = err_http_status(err);
    reply_header_static(self, "Content-Type", "application/problem+json");
    reply_header_static(self, "Cache-Control", "no-store");
    str detail = problem_detail(err, fault, request->chinese);
    struct json_writer json;
    json_writer_init(&json, &self->body);
    json_object(&json);
    json_put_str(&json, "type", arena_f(request->arena, "urn:linkpond:problem:%s", err_slug(err)));
    json_put_str(&json, "title", str_from_c(err_text(err, request->chinese)));
    json_put_i64(&json, "status", self->status);
    json_put_str(&json, "detail", detail);
    json_put_str(&json, "instance", request->path);
    if (fault && fault->field[0]) {
        json_name(&json, "errors");
        json_array(&json);
        json_object(&json);
        json_put_str(&json, "field", str_from_c(fault->field));
        json_put_str(&json, "code", str_from_c(fault->code));
        json_put_str(&json, "detail", detail);
        json_object_end(&json);
        json_array_end(&json);
    }
    if (name) {
        json_name(&json, name);
        json_raw(&json, json_text);
    }
    json_object_end(&json);
}

void reply_problem_retry(struct reply *self, const struct request *request, enum err err, const struct fault *fault,
                         int64_t retry_after_s)
{
    reply_problem_with(self, request, err, fault, NULL, (str){0});
    reply_header(self, request, "Retry-After",
                 arena_f(request->arena, "%lld", (long long)(retry_after_s > 1 ? retry_after_s : 1)));
}

void reply_problem(struct reply *self, const struct request *request, enum err err, const struct fault *fault)
{
    int status = err_http_status(err);
    if (status == 429 || status == 503) {
        reply_problem_retry(self, request, err, fault, 1);
        return;
    }
    reply_problem_with(self, request, err, fault, NULL, (str){0});
}
