/* SPDX-License-Identifier: MIT */
#include "janitor_jobs.h"

#include "linkpond/base/clock.h"
#include "linkpond/base/log.h"
#include "linkpond/store/audit.h"
#include "linkpond/store/idempotency.h"
#include "linkpond/store/images.h"
#include "linkpond/store/links.h"
#include "linkpond/store/outbox.h"
#include "linkpond/store/radar.h"
#include "linkpond/store/sessions.h"
#include "linkpond/store/target_events.h"
#include "linkpond/store/users.h"

#include "linkpond/engine/domain_falls.h"
#include "linkpond/engine/publish.h"

/* What has had its time goes. Every step is a short task of the writer, so clicks and edits never wait long. */
#define ANSWERS_KEPT_MS  (24 * MS_PER_HOUR)
#define SESSION_IDLE_MS  (12 * MS_PER_HOUR)
#define SESSION_WHOLE_MS (7 * MS_PER_DAY)

/* ---- the bin ---- */

struct bin_task {
    struct db *db;
    struct cache *cache;
    int64_t before_ms, now_ms;
    int64_t ids[BIN_BATCH];
    size_t count;
};

static enum err empty_bin(struct db *db, void *arg, struct fault *fault)
{
    struct bin_task *self = arg;

    (void)fault;
    self->db = db;
    enum err err = links_binned_before(db, self->before_ms, self->ids, BIN_BATCH, &self->count);
    for (size_t i = 0; !err && i < self->count; i++) {
        err = links_tombstone(db, self->ids[i], self->now_ms, false);
    }
    return err;
}

/* Should one not be published, visitors get what they got from the bin: disabled. */
static void bin_emptied(void *arg)
{
    const struct bin_task *self = arg;
    struct arena texts;

    arena_init(&texts, (size_t)4 * 1024 * 1024);
    for (size_t i = 0; i < self->count; i++) {
        enum err err = publish_link(self->db, self->cache, &texts, self->ids[i], 0);
        if (err) {
            log_event(LOG_WARN, "link_not_cached", "lnk_%lld: %s", (long long)self->ids[i], err_text(err, false));
        }
        arena_reset(&texts);
    }
    arena_done(&texts);
}

enum err janitor_empty_bin(struct engine *engine, int64_t before_ms, int64_t now_ms, struct fault *fault)
{
    struct bin_task task = {.cache = engine->cache, .before_ms = before_ms, .now_ms = now_ms};
    enum err err = OK;

    do {
        err = writer_submit(engine->writer,
                            &(struct writer_task){.run = empty_bin, .published = bin_emptied, .arg = &task}, fault);
    } while (!err && task.count == BIN_BATCH);
    return err;
}

/* ---- what anybody made, and what has ended ---- */

#define READER_WAIT_MS 5000

static const struct actor upkeep = {.name = STR_INIT("upkeep"), .scopes = SCOPE_LINKS_WRITE};

static enum err bin_batch(struct engine *engine, const int64_t *ids, size_t count)
{
    enum link_action actions[ENDED_BATCH];
    struct arena arena;

    arena_init(&arena, LIMIT_ARENA_REQUEST);
    struct link_result *results = ARENA_ARRAY(&arena, struct link_result, count);
    for (size_t i = 0; i < count; i++) {
        actions[i] = LINK_DELETE;
    }
    enum err err =
        results ? editor_links_bulk(engine->editor, &upkeep, &arena, NULL, ids, actions, NULL, count, false, results)
                : ERR_NOMEM;
    arena_done(&arena);
    return err;
}

enum err janitor_bin_ended(struct engine *engine, int64_t before_ms, struct fault *fault)
{
    int64_t ids[ENDED_BATCH], after_id = 0;
    size_t count = ENDED_BATCH;
    enum err err = OK;

    (void)fault;
    while (!err && count == ENDED_BATCH) {
        struct db *db = readers_take(engine->readers, READER_WAIT_MS);
        err = db ? links_ended_of_maker(db, PUBLIC_PAGE, before_ms, after_id, ids, ENDED_BATCH, &count) : ERR_BUSY;
        readers_give(engine->readers, db);
        err = err || count == 0 ? err : bin_batch(engine, ids, count);
        after_id = !err && count > 0 ? ids[count - 1] : after_id;
    }
    return err;
}

/* ---- sessions, one-time links and kept answers ---- */

static enum err forget_expired(struct db *db, void *arg, struct fault *fault)
{
    const int64_t *now_ms = arg;
    enum err err = sessions_purge(db, *now_ms - SESSION_IDLE_MS, *now_ms - SESSION_WHOLE_MS, NULL);

    (void)fault;
    err = err ? err : user_tokens_purge(db, *now_ms);
    return err ? err : idempotency_purge(db, *now_ms - ANSWERS_KEPT_MS, NULL);
}

/* ---- the audit log ---- */

#define AUDIT_BATCH 2000

struct lines_task {
    int64_t before_ms, deleted;
};

static enum err forget_lines(struct db *db, void *arg, struct fault *fault)
{
    struct lines_task *self = arg;

    (void)fault;
    return audit_purge(db, self->before_ms, AUDIT_BATCH, &self->deleted);
}

enum err janitor_forget_lines(struct engine *engine, int64_t before_ms, struct fault *fault)
{
    struct lines_task task = {.before_ms = before_ms};
    enum err err = OK;

    do {
        err = writer_submit(engine->writer, &(struct writer_task){.run = forget_lines, .arg = &task}, fault);
    } while (!err && task.deleted == AUDIT_BATCH);
    return err;
}

/* ---- browsers of landing pages ---- */

#define FORWARDS_BATCH   1000
#define FORWARDS_KEPT_MS (395 * MS_PER_DAY) /* as long as the browser keeps its number */

static enum err forget_forwards(struct db *db, void *arg, struct fault *fault)
{
    struct lines_task *self = arg;

    (void)fault;
    return forwards_expire(db, self->before_ms, FORWARDS_BATCH, &self->deleted);
}

enum err janitor_forget_forwards(struct engine *engine, int64_t before_ms, struct fault *fault)
{
    struct lines_task task = {.before_ms = before_ms};
    enum err err = OK;

    do {
        err = writer_submit(engine->writer, &(struct writer_task){.run = forget_forwards, .arg = &task}, fault);
    } while (!err && task.deleted == FORWARDS_BATCH);
    return err;
}

/* ---- what sales were told ---- */

#define RADAR_BATCH   1000
#define RADAR_SEEN_MS (400 * MS_PER_DAY) /* longer than any rule looks back */

struct radar_task {
    int64_t told_before_ms, seen_before_ms, deleted;
};

static enum err forget_radar(struct db *db, void *arg, struct fault *fault)
{
    struct radar_task *self = arg;

    (void)fault;
    return radar_expire(db, self->told_before_ms, self->seen_before_ms, RADAR_BATCH, &self->deleted);
}

enum err janitor_forget_radar(struct engine *engine, int64_t before_ms, int64_t now_ms, struct fault *fault)
{
    struct radar_task task = {.told_before_ms = before_ms, .seen_before_ms = now_ms - RADAR_SEEN_MS};
    enum err err = OK;

    do {
        err = writer_submit(engine->writer, &(struct writer_task){.run = forget_radar, .arg = &task}, fault);
    } while (!err && task.deleted >= RADAR_BATCH);
    return err;
}

/* ---- notices ---- */

#define NOTICES_BATCH 1000
#define SENT_KEPT_MS  (30 * MS_PER_DAY)
#define DEAD_KEPT_MS  (90 * MS_PER_DAY)

struct notices_task {
    enum outbox_state state;
    int64_t before_ms, deleted;
};

static enum err forget_notices(struct db *db, void *arg, struct fault *fault)
{
    struct notices_task *self = arg;

    (void)fault;
    return outbox_purge(db, self->state, self->before_ms, NOTICES_BATCH, &self->deleted);
}

enum err janitor_forget_notices(struct engine *engine, enum outbox_state state, int64_t before_ms, struct fault *fault)
{
    struct notices_task task = {.state = state, .before_ms = before_ms};
    enum err err = OK;

    do {
        err = writer_submit(engine->writer, &(struct writer_task){.run = forget_notices, .arg = &task}, fault);
    } while (!err && task.deleted == NOTICES_BATCH);
    return err;
}

/* ---- clicks ---- */

struct retention_task {
    int64_t before_ms, now_ms;
    bool asked;
};

static enum err forget_clicks(struct db *db, void *arg, struct fault *fault)
{
    struct retention_task *self = arg;

    (void)fault;
    return rewriter_ask_retain(db, self->before_ms, self->now_ms, &self->asked);
}

enum err janitor_retention(struct engine *engine, int64_t before_ms, int64_t now_ms, struct fault *fault)
{
    struct retention_task task = {.before_ms = before_ms, .now_ms = now_ms};
    enum err err = writer_submit(engine->writer, &(struct writer_task){.run = forget_clicks, .arg = &task}, fault);

    if (!err && task.asked) {
        rewriter_wake(engine->rewriter);
    }
    return err;
}

/* ---- pictures that no target names, pages of live codes that are too old to press ---- */

#define PRESSES_KEPT_MS (2 * MS_PER_DAY) /* a page is good for one */

static enum err sweep_live(struct db *db, void *arg, struct fault *fault)
{
    const int64_t *now_ms = arg;
    int64_t deleted;

    (void)fault;
    enum err err = target_presses_expire(db, *now_ms - PRESSES_KEPT_MS);
    return err ? err : images_sweep(db, *now_ms, &deleted);
}

/* ---- the round ---- */

static void told(const char *job, enum err err, const struct fault *fault)
{
    if (err) {
        log_event(LOG_ERROR, "janitor_failed", "%s: %s %s", job, err_text(err, false), fault->message);
    }
}

static void hourly(struct engine *engine, int64_t now_ms)
{
    struct fault fault = {0};

    told("sessions",
         writer_submit(engine->writer, &(struct writer_task){.run = forget_expired, .arg = &now_ms}, &fault), &fault);
    told("live", writer_submit(engine->writer, &(struct writer_task){.run = sweep_live, .arg = &now_ms}, &fault),
         &fault);
    told("notices", janitor_forget_notices(engine, OUTBOX_SENT, now_ms - SENT_KEPT_MS, &fault), &fault);
    told("notices", janitor_forget_notices(engine, OUTBOX_DEAD, now_ms - DEAD_KEPT_MS, &fault), &fault);
    if (engine->notifier) { /* not for a command that has the folder open for a moment */
        told("domains", domain_falls_mark(engine, now_ms, &fault), &fault);
    }
    if (engine->opts.click_retention_ms > 0) {
        told("retention", janitor_retention(engine, now_ms - engine->opts.click_retention_ms, now_ms, &fault), &fault);
    }
    if (engine->opts.public_create_keep_ms > 0) {
        told("public_page", janitor_bin_ended(engine, now_ms - engine->opts.public_create_keep_ms, &fault), &fault);
    }
    told("forwards", janitor_forget_forwards(engine, now_ms - FORWARDS_KEPT_MS, &fault), &fault);
    int64_t told_ms = engine->opts.radar_retention_ms;
    told("radar", janitor_forget_radar(engine, told_ms > 0 ? now_ms - told_ms : INT64_MIN, now_ms, &fault), &fault);
    if (engine->opts.audit_retention_ms > 0) {
        told("audit", janitor_forget_lines(engine, now_ms - engine->opts.audit_retention_ms, &fault), &fault);
    }
}

static void scheduled_backup(struct engine *engine, struct janitor_state *state, int64_t now_ms)
{
    struct fault fault = {0};

    if (!engine->opts.backup_dir || engine->opts.backup_every_ms <= 0) {
        return;
    }
    if (state->backup_ms == 0) {
        state->backup_ms = janitor_newest_backup(engine->opts.backup_dir);
    }
    if (now_ms - state->backup_ms < engine->opts.backup_every_ms) {
        return;
    }
    enum err err = janitor_backup(engine, now_ms, &fault);
    state->backup_ms = err ? state->backup_ms : now_ms;
    told("backup", err, &fault);
}

void janitor_sweep(struct engine *engine, struct janitor_state *state, int64_t now_ms)
{
    struct fault fault = {0};

    if (engine->opts.bin_keep_ms > 0) {
        told("bin", janitor_empty_bin(engine, now_ms - engine->opts.bin_keep_ms, now_ms, &fault), &fault);
    }
    if (now_ms - state->hourly_ms >= MS_PER_HOUR) {
        state->hourly_ms = now_ms;
        hourly(engine, now_ms);
    }
    if (engine->opts.visitor_cookie != VISITOR_COOKIE_OFF) {
        told("visitor_numbers", visitor_numbers_keep(&engine->visitor_numbers, engine->writer, &fault), &fault);
    }
    told("last_uses", last_uses_store(engine->last_uses, &fault), &fault);
    scheduled_backup(engine, state, now_ms);
    told("alarms", alarms_sweep(engine, &state->alarms, now_ms, &fault), &fault);
    engine_refresh_geo(engine, false);
}
