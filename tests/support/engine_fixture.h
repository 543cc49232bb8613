/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_TESTS_SUPPORT_ENGINE_FIXTURE_H
#define LINKPOND_TESTS_SUPPORT_ENGINE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "linkpond/base/clock.h"
#include "linkpond/base/files.h"
#include "linkpond/engine/engine.h"
#include "linkpond/store/keys.h"
#include "linkpond/store/users.h"
#include "tempdir.h"

/* A real data folder with a running engine, and the few steps every test of it takes. */
#define POND_UA_PHONE                                                                                                  \
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 "    \
    "Mobile/15E148 Safari/604.1"
#define POND_TEST(name) cmocka_unit_test_setup_teardown(name, pond_setup, pond_teardown)
#define POND_UA_BOT     "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"

static const str POND_RESERVED[] = {STR_INIT("api"), STR_INIT("healthz")};

struct pond {
    struct tempdir dir;
    struct engine_opts opts;
    struct engine *engine;
    struct arena arena;
    struct actor admin;
    char secret[KEY_SECRET_MAX];
};

static inline void pond_open(struct pond *self)
{
    struct fault fault = {0};
    enum err err = engine_open(&self->opts, &self->engine, &fault);

    if (err) {
        fail_msg("%s: %s %s", err_name(err), fault.field, fault.message);
    }
    cache_thread_register();
}

static inline void pond_close(struct pond *self)
{
    cache_thread_unregister();
    engine_close(self->engine);
    self->engine = NULL;
}

static inline void pond_reopen(struct pond *self)
{
    pond_close(self);
    pond_open(self);
}

/* A folder that is initialised but not opened. */
static inline void pond_init(struct pond *self, bool fold_case)
{
    struct fault fault = {0};

    *self = (struct pond){0};
    tempdir_init(&self->dir);
    arena_init(&self->arena, 64 * 1024 * 1024);
    self->opts = (struct engine_opts){.data_dir = self->dir.path,
                                      .lanes = 1,
                                      .cache_bytes = 64 * 1024 * 1024,
                                      .segment_bytes = 64 * 1024,
                                      .fsync = JOURNAL_FSYNC_OS,
                                      .journal_keep_bytes = 1024 * 1024,
                                      .timezone = "Asia/Shanghai",
                                      .repeat_window_ms = 30 * MS_PER_MINUTE,
                                      .fold_rows = 1000,
                                      .chunk_rows = 32768,
                                      .code_length = 7,
                                      .reserved = POND_RESERVED,
                                      .reserved_count = ARRAY_LEN(POND_RESERVED),
                                      .bin_keep_ms = 30 * MS_PER_DAY};
    self->admin = (struct actor){.user_id = USER_ADMIN, .name = STR("admin"), .scopes = SCOPE_ALL};
    struct engine_init_opts init = {.data_dir = self->dir.path, .domain = "s.example.com", .fold_case = fold_case};
    assert_int_equal(engine_init(&init, self->secret, &fault), OK);
}

/* Folders inside a folder go first. */
static inline void pond_remove_folder(struct pond *self, const char *name)
{
    struct tempdir inner = {0};

    int len = snprintf(inner.path, sizeof inner.path, "%s/%s", self->dir.path, name);
    if (len < (int)sizeof inner.path && files_exists(inner.path)) {
        tempdir_done(&inner);
    }
}

static inline void pond_done(struct pond *self)
{
    if (self->engine) {
        pond_close(self);
    }
    pond_remove_folder(self, "journal");
    pond_remove_folder(self, "backups");
    arena_done(&self->arena);
    tempdir_done(&self->dir);
}

static inline int pond_setup(void **state)
{
    struct pond *self = calloc(1, sizeof *self);

    pond_init(self, false);
    pond_open(self);
    *state = self;
    return 0;
}

static inline int pond_teardown(void **state)
{
    pond_done(*state);
    free(*state);
    return 0;
}

/* A draft from "name=value" texts, as a form would send it. NULL ends. */
static inline struct link_draft pond_draft(struct pond *self, const char *const *texts)
{
    struct link_draft draft;
    struct fault fault = {0};

    link_draft_init(&draft);
    for (; *texts; texts++) {
        str name, value;
        str_cut(str_from_c(*texts), '=', &name, &value);
        name = arena_str(&self->arena, name);
        enum err err = link_draft_set_text(&self->arena, &draft, name.ptr, value, &fault);
        if (err) {
            fail_msg("%s: %s", *texts, fault.message);
        }
    }
    return draft;
}
#define DRAFT(pond, ...) pond_draft((pond), (const char *const[]){__VA_ARGS__, NULL})

static inline struct link_result pond_create_as(struct pond *self, const struct actor *actor, struct link_draft draft)
{
    struct link_result result;

    editor_link_create(self->engine->editor, actor, &self->arena, &draft, NULL, &result);
    return result;
}
#define CREATE(pond, ...) pond_create_as((pond), &(pond)->admin, DRAFT((pond), __VA_ARGS__))

static inline struct link_result pond_update_as(struct pond *self, const struct actor *actor, int64_t id,
                                                struct link_draft draft)
{
    struct link_result result;

    editor_link_update(self->engine->editor, actor, &self->arena, id, &draft, 0, &result);
    return result;
}
#define UPDATE(pond, id, ...) pond_update_as((pond), &(pond)->admin, (id), DRAFT((pond), __VA_ARGS__))

static inline struct link_result pond_act(struct pond *self, int64_t id, enum link_action action)
{
    struct link_result result;

    editor_link_action(self->engine->editor, &self->admin, &self->arena, id, action, &result);
    return result;
}

/* A visit as the redirect plane makes it: resolve, append. The location lives in the pond's arena. */
static inline struct verdict pond_visit_as(struct pond *self, const char *host, str path, const char *agent)
{
    struct resolver_scratch *scratch = ARENA_NEW(&self->arena, struct resolver_scratch);
    struct visit visit = {.host = str_from_c(host),
                          .path = path,
                          .now_ms = clock_now_ms(),
                          .user_agent = str_from_c(agent),
                          .language = STR("zh-CN")};
    struct verdict verdict;
    int64_t click_id;

    resolver_resolve(self->engine->resolver, scratch, &visit, &verdict);
    struct record record = {.time_ms = visit.now_ms,
                            .link_id = verdict.link_id,
                            .outcome = verdict.outcome,
                            .signals = verdict.signals,
                            .status = verdict.status,
                            .host = verdict.host,
                            .code = verdict.code,
                            .location = verdict.location,
                            .user_agent = visit.user_agent,
                            .language = visit.language};
    if (verdict.kind == VERDICT_LINK) {
        assert_int_equal(journal_append(self->engine->journal, 0, &record, &click_id), OK);
    }
    return verdict;
}
static inline struct verdict pond_visit(struct pond *self, str path)
{
    return pond_visit_as(self, "s.example.com", path, POND_UA_PHONE);
}

#endif
