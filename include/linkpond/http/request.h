/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_HTTP_REQUEST_H
#define LINKPOND_HTTP_REQUEST_H

#include "linkpond/base/addr.h"
#include "linkpond/base/arena.h"
#include "linkpond/base/limits.h"

/*
 * One complete request: the server gathers head and body, bounded, and calls a handler once. Everything is borrowed for
 * the length of the call; on the redirect plane nothing here was allocated per request. A test builds one by hand: no
 * socket needed.
 */
enum method {
    METHOD_GET,
    METHOD_HEAD,
    METHOD_POST,
    METHOD_PUT,
    METHOD_PATCH,
    METHOD_DELETE,
    METHOD_OPTIONS,
    METHOD_OTHER
};

struct header {
    str name; /* as sent */
    str value;
};
#define PATH_PARAMS_MAX 4
struct actor;
struct session;
struct request {
    enum method method;
    str path;     /* percent-decoded, starts with '/', no query */
    str raw_path; /* as sent, so that a ref with a slash in it (%2F) stays one segment; empty = use path */
    str query;    /* raw, without '?' */
    const struct header *headers;
    size_t headers_count;
    size_t location_max; /* bytes of Location for which the connection has room; 0 = as many as it likes */
    const str *first;    /* by number of a known name: src/http/header_id.h; NULL = nobody has looked yet */
    str body;            /* in memory; empty when spooled */
    int body_fd;         /* -1, or an unlinked file at offset 0 that holds a body over LIMIT_BODY_MEMORY */
    int64_t body_bytes;
    struct addr client; /* after X-Forwarded-For from trusted proxies */
    bool trusted;       /* the peer is a trusted proxy */
    bool https;         /* X-Forwarded-Proto: https from a trusted proxy */
    str host;           /* Host header as sent */
    str request_id;     /* X-Request-ID from a trusted proxy; empty otherwise */
    int64_t now_ms;
    bool chinese;                  /* what Accept-Language prefers; not read on the redirect plane */
    struct arena *arena;           /* per request; NULL on the redirect plane */
    str params[PATH_PARAMS_MAX];   /* ":ref" parts of the route, decoded, in order */
    const struct actor *actor;     /* who; NULL on public routes */
    const struct session *session; /* signed in by cookie: store/sessions.h; NULL with an API key */
    struct repeat *repeat;         /* with an Idempotency-Key: what repeat_keep needs; else NULL */
};

/* First header of that name (any case); the empty slice when absent. */
str request_header(const struct request *self, const char *name);
/* Parameter of the query or of a form body, percent-decoded into the arena; false when absent. */
bool request_query(const struct request *self, const char *name, str *value);
bool request_form(const struct request *self, const char *name, str *value);
/* Cookie of that name from any Cookie header (parsed here: the wire library reads only the first). */
bool request_cookie(const struct request *self, const char *name, str *value);
/* Does Accept prefer `type` ("text/plain") over application/json: true only when named explicitly with the highest q.
 */
bool request_accepts(const struct request *self, const char *type);
bool request_is_form(const struct request *self); /* application/x-www-form-urlencoded */
/* Does an Accept-Language value prefer Chinese? What is not told is read as English: scripts send nothing. */
bool language_is_chinese(str accept_language);

/* Entity tags of things that have a revision: "r12" (RFC 9110 8.8.3). */
#define ETAG_TEXT_MAX 24
str etag_format(int64_t revision, char out[ETAG_TEXT_MAX]); /* with its quotes */
/* If-Match: *revision = 0 when absent or "*", else the revision that must still be there. A list that names no tag of
 * ours is ERR_PRECONDITION; of several the highest counts, the others are older states. */
enum err request_if_match(const struct request *self, int64_t *revision);
/* If-None-Match names this entity tag (or is "*"): answer 304. Weak comparison. */
bool request_if_none_match(const struct request *self, str etag);
bool method_parse(str text, enum method *out);
const char *method_name(enum method method);

#endif
