/* SPDX-License-Identifier: MIT */
/* /api/v1/backup and /api/v1/check: a copy of the database, and whether what is stored agrees with itself. */
#include <stdatomic.h>
#include <sys/stat.h>

#include "linkpond/api/call.h"
#include "linkpond/api/routes.h"
#include "linkpond/base/clock.h"
#include "linkpond/base/files.h"
#include "linkpond/base/zone.h"
#include "linkpond/engine/fold.h"
#include "linkpond/store/clicks.h"

#define NAME_BYTES_MAX 100

/* ---- backup ------------------------------------------------------------------------------------------------------ */

/* A file name and nothing else: the copy stays in the backup folder whatever is asked for. */
static bool name_is_valid(str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
        if (!plain && (c != '.' || i == 0)) {
            return false;
        }
    }
    return name.len > 0 && name.len <= NAME_BYTES_MAX;
}

/* The form the scheduled backups have, so that they are kept and thinned out together. */
static str name_of_time(struct arena *arena, int64_t now_ms)
{
    int year, month, day;
    int second = (int)(now_ms / MS_PER_SECOND % (24 * 3600));

    civil_from_days(now_ms / MS_PER_DAY, &year, &month, &day);
    return arena_f(arena, "linkpond-%04d%02d%02d-%02d%02d%02d.db", year, month, day, second / 3600, second / 60 % 60,
                   second % 60);
}

/* Unless a name was asked for, the next second whose name is free. */
static const char *choose_path(struct request *request, const char *dir, str *name)
{
    int64_t ms = request->now_ms;

    if (name->len > 0) {
        *name = arena_str(request->arena, *name);
        return name->ptr ? files_join(request->arena, dir, name->ptr) : NULL;
    }
    for (;; ms += MS_PER_SECOND) {
        *name = name_of_time(request->arena, ms);
        const char *path = name->ptr ? files_join(request->arena, dir, name->ptr) : NULL;
        if (!path || !files_exists(path)) {
            return path;
        }
    }
}

static enum err make_backup(struct ctx *ctx, struct request *request, str *name, const char **path, struct fault *fault)
{
    const struct engine_opts *opts = &ctx->engine->opts;
    const char *dir = opts->backup_dir ? opts->backup_dir : files_join(request->arena, opts->data_dir, "backups");
    enum err err = dir ? files_mkdir(dir) : ERR_NOMEM;

    *path = err ? NULL : choose_path(request, dir, name);
    if (!*path) {
        return err ? err : ERR_NOMEM;
    }
    if (files_exists(*path)) {
        return fault_set(fault, ERR_CONFLICT, "name", "exists", "There is a backup of that name.", "已有同名备份。");
    }
    err = engine_backup(ctx->engine, *path, fault);
    return err ? err : files_sync_dir(dir);
}

static void backup_post(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct fault fault = {0};
    struct stat status = {0};
    const char *path = NULL;
    str name = {0};

    if (request_query(request, "name", &name) && !name_is_valid(name)) {
        call_bad_query(request, reply, "name", "bad_name", "A name is letters, digits, dots, dashes and underscores.",
                       "名称只能包含字母、数字、点、短横线和下划线。");
        return;
    }
    if (!call_unbound(request, reply)) {
        return;
    }
    enum err err = make_backup(ctx, request, &name, &path, &fault);
    if (err || stat(path, &status) != 0) {
        reply_problem(reply, request, err ? err : ERR_IO, &fault);
        return;
    }
    struct json_writer json;
    reply_json_begin(reply, 201, &json);
    json_object(&json);
    json_put_str(&json, "name", name);
    json_put_str(&json, "path", str_from_c(path));
    json_put_i64(&json, "bytes", status.st_size);
    json_put_time(&json, "created_at", request->now_ms);
    json_object_end(&json);
}

/* ---- check ------------------------------------------------------------------------------------------------------- */

struct findings {
    struct json_writer *json;
    bool chinese, ok;
};

/* ERR_CONFLICT says that a comparison cannot be made, which is no damage. */
static void find(struct findings *self, const char *name, enum err err, const struct fault *fault)
{
    const char *own = self->chinese && fault->message_zh[0] ? fault->message_zh : fault->message;
    bool skipped = err == ERR_CONFLICT;

    self->ok = self->ok && (!err || skipped);
    json_object(self->json);
    json_put_str(self->json, "name", str_from_c(name));
    json_put_str(self->json, "status", !err ? STR("ok") : skipped ? STR("skipped") : STR("failed"));
    json_put_opt(self->json, "detail", str_from_c(*own ? own : err ? err_text(err, self->chinese) : ""));
    json_object_end(self->json);
}

static enum err check_sums(struct db *db, struct fault *fault)
{
    int64_t differences = 0;
    enum err err = fold_verify(db, &differences, fault);

    if (err == ERR_CORRUPT && differences > 0) {
        struct fault first = *fault;
        return fault_setf(fault, err, "", "differ", "%lld stored sums are wrong; check --repair counts them again. %s",
                          (long long)differences, first.message);
    }
    return err;
}

static enum err check_journal(struct engine *engine, struct fault *fault)
{
    struct journal_stats stats;

    journal_stats(engine->journal, &stats);
    return stats.bad == 0 ? OK
                          : fault_setf(fault, ERR_CORRUPT, "", "bad_records", "%llu records could not be read.",
                                       (unsigned long long)stats.bad);
}

/* Clicks answered but never journalled. */
static enum err check_losses(struct engine *engine, struct fault *fault)
{
    uint64_t dropped = atomic_load_explicit(&engine->clicks_dropped, memory_order_relaxed);

    return dropped == 0 ? OK
                        : fault_setf(fault, ERR_CORRUPT, "", "dropped", "%llu clicks were lost since the start.",
                                     (unsigned long long)dropped);
}

static enum err run_reset(struct db *db, void *arg, struct fault *fault)
{
    (void)arg;
    return fold_reset(db, fault);
}

static void check_all(struct ctx *ctx, struct db *db, struct findings *findings, bool repair)
{
    struct engine *engine = ctx->engine;
    struct fault fault = {0};

    if (repair) {
        enum err err = editor_run(engine->editor, &(struct writer_task){.run = run_reset}, &fault);
        find(findings, "recount", err, &fault);
        fault = (struct fault){0};
    }
    find(findings, "database", db_integrity(db, false, &fault), &fault);
    fault = (struct fault){0};
    find(findings, "clicks", clicks_verify(db, &fault), &fault);
    fault = (struct fault){0};
    find(findings, "sums", check_sums(db, &fault), &fault);
    fault = (struct fault){0};
    find(findings, "journal", check_journal(engine, &fault), &fault);
    fault = (struct fault){0};
    find(findings, "losses", check_losses(engine, &fault), &fault);
}

static void check_post(struct ctx *ctx, struct request *request, struct reply *reply)
{
    bool repair = false;

    if (!call_unbound(request, reply) || !call_query_bool(request, reply, "repair", &repair)) {
        return;
    }
    struct db *db = call_reader(ctx, request, reply);
    if (!db) {
        return;
    }
    struct json_writer json;
    struct findings findings = {.json = &json, .chinese = request->chinese, .ok = true};
    reply_json_begin(reply, 200, &json);
    json_object(&json);
    json_name(&json, "checks");
    json_array(&json);
    check_all(ctx, db, &findings, repair);
    json_array_end(&json);
    json_put_bool(&json, "ok", findings.ok);
    json_object_end(&json);
    readers_give(ctx->engine->readers, db);
}

const struct route api_upkeep_routes[] = {
    {METHOD_POST, "/api/v1/backup", PLANE_ADMIN, backup_post, SCOPE_ADMIN, "Copy the database into the backup folder",
     0, "name"},
    {METHOD_POST, "/api/v1/check", PLANE_ADMIN, check_post, SCOPE_ADMIN, "Does what is stored agree with itself", 0,
     "repair"},
    {0},
};
