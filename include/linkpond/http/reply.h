/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_HTTP_REPLY_H
#define LINKPOND_HTTP_REPLY_H

#include "linkpond/base/json.h"
#include "linkpond/http/request.h"

/* What a handler answers: a status, headers and a body that is built, borrowed (static), or pulled piece by piece. */
#define REPLY_HEADERS_MAX 24
struct reply {
    int status;
    struct header headers[REPLY_HEADERS_MAX];
    size_t headers_count;
    size_t headers_lent; /* of them: values that stand in memory which is used again */
    struct buf body;     /* built; heap, at most LIMIT_REPLY */
    str body_static;     /* borrowed for ever (embedded asset) when body is empty */
    /* A stream: fills at most `cap` bytes; 0 = not now is not allowed, -1 = end, -2 = broken (the connection is cut so
     * that nobody takes half for whole). Called on the connection's thread. `done` is always called once. */
    ssize_t (*pull)(void *arg, char *out, size_t cap);
    void (*pull_done)(void *arg);
    void *pull_arg;
    int patience_s; /* a stream may send nothing for so long; then it also ends the connection. 0 = as others */
    bool close;     /* Connection: close after this answer */
    bool once;      /* a redirect whose Location no other answer has */
    bool secret;    /* shows a secret: never kept for repeats of the same Idempotency-Key */
};
void reply_init(struct reply *self);
void reply_done(struct reply *self);
/* Name is a literal; value is copied (arena of the request) unless it is static. CR, LF or NUL in a value is a bug and
 * aborts; other bytes outside 0x20-0x7E are dropped. */
void reply_header(struct reply *self, const struct request *request, const char *name, str value);
void reply_header_static(struct reply *self, const char *name, const char *value);
/* The value is lent until the reply is sent, and is clean: 0x20-0x7E only. For where there is no arena. */
void reply_header_lend(struct reply *self, const char *name, str value);
/* Replaces a header that is there, else adds it. Copies like reply_header. */
void reply_header_set(struct reply *self, const struct request *request, const char *name, str value);
/* ETag of a revision. */
void reply_etag(struct reply *self, const struct request *request, int64_t revision);

/* JSON answers: reply_json_begin gives a writer on the body; status as given. */
void reply_json_begin(struct reply *self, int status, struct json_writer *writer);
void reply_text(struct reply *self, int status, const char *content_type, str body);
/* RFC 9457 application/problem+json from the error table: type urn:linkpond:problem:<slug>, title, status, detail (zh
 * or en), instance, errors [{field, code, detail}]. 429 and 503 get Retry-After (retry_after_s, at least 1). Resets
 * whatever was built. */
void reply_problem(struct reply *self, const struct request *request, enum err err, const struct fault *fault);
void reply_problem_retry(struct reply *self, const struct request *request, enum err err, const struct fault *fault,
                         int64_t retry_after_s);
/* The same with one more member, e.g. "existing": {…}, already JSON. */
void reply_problem_with(struct reply *self, const struct request *request, enum err err, const struct fault *fault,
                        const char *name, str json_text);
void reply_redirect(struct reply *self, const struct request *request, int status, str location);
/* Standard headers of HTML: CSP without inline, nosniff, frame-ancestors none, Referrer-Policy, COOP. */
void reply_html_headers(struct reply *self);

#endif
