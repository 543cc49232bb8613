/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_TESTS_DESK_H
#define LINKPOND_TESTS_DESK_H

/* For tests of the http floor: one database that stands in for the reader pool and the writer thread, an API key in it,
 * and a request that is built by hand. The stand-ins replace engine/readers, engine/editor and engine/last_uses, so a
 * test needs no threads. Include it in one file of a test. */
#include "assert_str.h"
#include "linkpond/base/crypt.h"
#include "linkpond/http/router.h"
#include "linkpond/store/keys.h"
#include "linkpond/store/sessions.h"
#include "tempdb.h"

#define DESK_NOW INT64_C(1790000000000)
#define DESK_KEY "lp_0123456789abcdefghijABCDEFGHIJ0123456789abc"

static struct desk {
    struct tempdb temp;
    struct engine engine;
    struct arena arena;
    struct header headers[16];
    struct request request;
    struct reply reply;
    int readers_out, writes, uses;
    struct last_use last_use;
    enum err write_result; /* what the writer answers instead of working, unless OK */
} desk;

struct db *readers_take(struct readers *self, int64_t timeout_ms)
{
    (void)self;
    (void)timeout_ms;
    desk.readers_out++;
    return desk.temp.db;
}

void readers_give(struct readers *self, struct db *db)
{
    (void)self;
    assert_ptr_equal(db, desk.temp.db);
    desk.readers_out--;
}

enum err editor_run(struct editor *self, const struct writer_task *task, struct fault *fault)
{
    (void)self;
    if (desk.write_result != OK) {
        return desk.write_result;
    }
    assert_int_equal(db_begin(desk.temp.db, false), OK);
    enum err err = task->run(desk.temp.db, task->arg, fault);
    if (err == OK) {
        assert_int_equal(db_commit(desk.temp.db), OK);
    } else {
        db_rollback(desk.temp.db);
    }
    desk.writes++;
    return err;
}

void last_uses_note(struct last_uses *self, const struct last_use *use)
{
    (void)self;
    if (use->has_session) {
        assert_int_equal(sessions_seen(desk.temp.db, use->session_hash, use->used_ms), OK);
    }
    desk.last_use = *use;
    desk.uses++;
}

enum err last_uses_store(struct last_uses *self, struct fault *fault)
{
    (void)self;
    (void)fault;
    return OK;
}

static inline int64_t desk_add_key(const char *secret, unsigned scopes, int64_t expires_ms)
{
    struct api_key key = {.name = STR("test"),
                          .prefix = STR("lp_0123"),
                          .scopes = scopes,
                          .user_id = 1,
                          .created_ms = DESK_NOW,
                          .expires_ms = expires_ms,
                          .revoked_ms = INT64_MIN,
                          .used_ms = INT64_MIN};
    crypt_sha256(str_from_c(secret), key.hash);
    assert_int_equal(keys_insert(desk.temp.db, &key), OK);
    return key.id;
}

static inline void desk_header(const char *name, const char *value)
{
    assert_true(desk.request.headers_count < ARRAY_LEN(desk.headers));
    desk.headers[desk.request.headers_count++] = (struct header){str_from_c(name), str_from_c(value)};
}

/* A fresh request and reply; what the last ones held is gone. */
static inline struct request *desk_request(enum method method, const char *path)
{
    reply_done(&desk.reply);
    reply_init(&desk.reply);
    desk.request = (struct request){.method = method,
                                    .path = str_from_c(path),
                                    .raw_path = str_from_c(path),
                                    .headers = desk.headers,
                                    .body_fd = -1,
                                    .host = STR("desk.example:8081"),
                                    .now_ms = DESK_NOW,
                                    .arena = &desk.arena};
    addr_parse(STR("203.0.113.7"), &desk.request.client);
    return &desk.request;
}

static inline str desk_answered(const char *name)
{
    struct request view = {.headers = desk.reply.headers, .headers_count = desk.reply.headers_count};
    return request_header(&view, name);
}

static inline bool desk_says(const char *part)
{
    return str_find(buf_str(&desk.reply.body), str_from_c(part), 0) >= 0;
}

static inline void desk_open(void)
{
    desk = (struct desk){0};
    tempdb_init(&desk.temp);
    arena_init(&desk.arena, LIMIT_ARENA_REQUEST);
    reply_init(&desk.reply);
}

static inline void desk_close(void)
{
    assert_int_equal(desk.readers_out, 0);
    reply_done(&desk.reply);
    arena_done(&desk.arena);
    tempdb_done(&desk.temp);
}

#endif
