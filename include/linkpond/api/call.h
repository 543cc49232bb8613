/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_API_CALL_H
#define LINKPOND_API_CALL_H

#include "linkpond/http/router.h"
#include "linkpond/store/bounds.h"
#include "linkpond/store/domains.h"

/* What every resource does at the start and the end of a call. */

/* How long a handler waits for a read handle before it answers 503. */
#define READER_WAIT_MS 5000

/* A read handle for this call; NULL when none came free (the reply is then a 503). Give it back with readers_give. */
struct db *call_reader(struct ctx *ctx, struct request *request, struct reply *reply);
/* What is told when readers_take had none for READER_WAIT_MS: ERR_UNAVAILABLE. */
enum err call_readers_busy(struct fault *fault);
/* Whose links the caller may see. */
struct bounds call_bounds(const struct request *request);

/* Does the caller see the whole installation? What is shared by all (domains, words, keys of others) is not for who is
 * bound to one owner or domain. On false the reply is the problem. */
bool call_unbound(const struct request *request, struct reply *reply);
/* Does the body say that it is a PNG or JPEG? False: the problem is answered. */
bool call_picture(struct request *request, struct reply *reply);
/* `text` into the arena as "/prefix/text", percent-encoded: a Location of something just made. */
str call_location(struct request *request, const char *prefix, str text);

/* The body's bytes, wherever they are, in memory: for bodies of at most LIMIT_BODY_PICTURE. */
enum err call_body(struct request *request, str *out);
bool call_is_json(const struct request *request); /* by its Content-Type */
/* The body as JSON. On false the reply is the problem: no body, another content type, malformed. */
bool call_json(struct request *request, struct reply *reply, const struct json **out);
/* The body is an object with members of these names only: a typing error must never edit more than was meant. On false
 * the reply is the problem. */
bool call_members(struct request *request, struct reply *reply, const struct json *body, const char *const *names,
                  size_t count);
/* A whole number from the query in [low, high]; absent leaves *out. On false the reply is the problem. */
bool call_query_i64(struct request *request, struct reply *reply, const char *name, int64_t low, int64_t high,
                    int64_t *out);
/* "true"/"false"/"1"/"0" from the query; absent leaves *out. */
bool call_query_bool(struct request *request, struct reply *reply, const char *name, bool *out);
/* RFC 3339, or a plain date: whole days in the zone, of which `end` gives the end. */
bool call_instant(struct arena *arena, str text, const struct zone *zone, bool end, int64_t *ms);
/* A word of the query is not known: 422 naming the parameter. */
void call_bad_query(struct request *request, struct reply *reply, const char *name, const char *code,
                    const char *message, const char *message_zh);

/* A list's {"items": [ … ], "next_cursor", "total", "total_exact"}: the items go between. An empty cursor is null; a
 * total past LIMIT_COUNT_EXACT is told as that and not exact. */
void call_list_begin(struct reply *reply, struct json_writer *json);
void call_list_end(struct json_writer *json, str next_cursor, int64_t total);
/* The same where it is not the number that says whether it is exact. */
void call_list_end_counted(struct json_writer *json, str next_cursor, int64_t total, bool exact);

/* A list that is short enough to be given whole. `next` writes the next row, or gives false at the end. */
struct call_rows {
    struct stmt *(*each)(struct db *db);
    bool (*next)(struct json_writer *json, struct stmt *rows, const struct request *request);
};
void call_list_all(struct ctx *ctx, struct request *request, struct reply *reply, const struct call_rows *list);

/* The domain of that host, however it is written (case, IDN). */
enum err call_find_domain(struct db *db, struct arena *arena, str text, struct domain *out);

/* Cursors are opaque to callers: base64url of a short text. False when it is none of ours. */
str cursor_encode(struct arena *arena, str text);
bool cursor_decode(struct arena *arena, str cursor, str *text);
/* Of lists that go by id. */
str cursor_encode_id(struct arena *arena, int64_t id);
/* What the query's cursor holds; absent leaves *out. On false the reply is the problem. */
bool call_query_cursor(struct request *request, struct reply *reply, str *out);
bool call_query_cursor_id(struct request *request, struct reply *reply, int64_t *out);
/* 422: it was not given out for this list. */
void call_bad_cursor(struct request *request, struct reply *reply);

#endif
