/* SPDX-License-Identifier: MIT */
#include "alarms.h"

#include <stdatomic.h>

#include "alarms_pools.h"
#include "linkpond/base/clock.h"
#include "linkpond/base/files.h"
#include "linkpond/engine/health.h"
#include "linkpond/engine/pool_needs.h"

#define POOLS_EVERY_MS  (5 * MS_PER_MINUTE)
#define POOLS_ARENA_MAX ((size_t)32 * 1024 * 1024)
#define READER_WAIT_MS  5000

static struct alarm *add(struct alarm *out, enum notice_kind kind, const char *what, int64_t when, str subject,
                         int64_t now_ms)
{
    *out = (struct alarm){.notice = {.kind = kind, .subject = subject, .time_ms = now_ms}};
    snprintf(out->dedupe, sizeof out->dedupe, "%s:%lld", what, (long long)when);
    return out;
}

size_t alarms_due(struct alarms *self, const struct alarm_figures *figures, const struct zone *zone, int64_t now_ms,
                  struct alarm out[ALARMS_MAX])
{
    int64_t day = zone_civil_day(zone, now_ms, NULL) + 1;
    size_t count = 0;

    if (health_of_disk(figures->free_bytes) != HEALTH_OK && self->disk_day != day) {
        struct alarm *alarm = add(&out[count++], NOTICE_DISK, "disk", day, figures->subject, now_ms);
        notice_put_number(&alarm->notice, NOTICE_FACT_FREE_BYTES, figures->free_bytes);
        self->disk_day = day;
    }
    if (figures->backs_up && health_of_backup(figures->newest_backup_ms, now_ms) != HEALTH_OK &&
        self->backup_day != day) {
        struct alarm *alarm = add(&out[count++], NOTICE_BACKUP_OVERDUE, "backup", day, figures->subject, now_ms);
        notice_put_time(&alarm->notice, NOTICE_FACT_SINCE,
                        figures->newest_backup_ms > 0 ? figures->newest_backup_ms : INT64_MIN);
        self->backup_day = day;
    }
    if (figures->dropped > self->dropped) {
        struct alarm *alarm =
            add(&out[count++], NOTICE_CLICKS_DROPPED, "dropped", now_ms / MS_PER_HOUR, figures->subject, now_ms);
        notice_put_number(&alarm->notice, NOTICE_FACT_COUNT, (int64_t)(figures->dropped - self->dropped));
        self->dropped = figures->dropped;
    }
    return count;
}

struct put_task {
    const struct alarm *alarms;
    size_t count;
    struct pool_alarms pools;
    int64_t put;
};

static enum err put_alarms(struct db *db, void *arg, struct fault *fault)
{
    struct put_task *self = arg;
    enum err err = OK;

    (void)fault;
    for (size_t i = 0; !err && i < self->count; i++) {
        int64_t put = 0;
        err = outbox_put(db, &self->alarms[i].notice, str_from_c(self->alarms[i].dedupe), &put);
        self->put += put;
    }
    for (size_t i = 0; !err && i < self->pools.count; i++) {
        int64_t put = 0;
        err = outbox_put(db, &self->pools.items[i].notice, str_from_c(self->pools.items[i].dedupe), &put);
        self->put += put;
    }
    return err;
}

static enum err find_pools(struct engine *engine, struct arena *arena, int64_t now_ms, struct pool_alarms *out)
{
    struct db *db = readers_take(engine->readers, READER_WAIT_MS);
    enum err err = db ? pool_alarms_find(db, arena, engine->zone, now_ms, out) : ERR_UNAVAILABLE;

    readers_give(engine->readers, db);
    return err;
}

enum err pool_needs_tell(struct engine *engine, int64_t now_ms, struct fault *fault)
{
    struct put_task task = {0};
    struct arena arena;

    arena_init(&arena, POOLS_ARENA_MAX);
    enum err err = find_pools(engine, &arena, now_ms, &task.pools);
    if (!err && task.pools.count > 0) {
        err = writer_submit(engine->writer, &(struct writer_task){.run = put_alarms, .arg = &task}, fault);
    }
    arena_done(&arena);
    if (!err && task.put > 0) {
        notifier_wake(engine->notifier);
    }
    return err;
}

enum err alarms_sweep(struct engine *engine, struct alarms *self, int64_t now_ms, struct fault *fault)
{
    const struct engine_opts *opts = &engine->opts;
    struct alarm alarms[ALARMS_MAX];
    struct alarms before = *self;
    struct alarm_figures figures = {
        .free_bytes = files_free_bytes(opts->data_dir),
        .newest_backup_ms = opts->backup_dir ? health_newest_backup(opts->backup_dir) : 0,
        .backs_up = opts->backup_dir && opts->backup_every_ms > 0 && now_ms - engine->started_ms > MS_PER_HOUR,
        .dropped = atomic_load_explicit(&engine->clicks_dropped, memory_order_relaxed),
        .subject = str_from_c(opts->admin_url),
    };
    struct put_task task = {.alarms = alarms, .count = alarms_due(self, &figures, engine->zone, now_ms, alarms)};

    struct arena arena;
    enum err err = OK;

    if (!engine->notifier) {
        return OK; /* nobody is told by a command that has the folder open for a moment */
    }
    arena_init(&arena, POOLS_ARENA_MAX);
    if (now_ms - self->pools_ms >= POOLS_EVERY_MS || now_ms < self->pools_ms) {
        err = find_pools(engine, &arena, now_ms, &task.pools);
        self->pools_ms = now_ms;
    }
    if (!err && task.count + task.pools.count > 0) {
        err = writer_submit(engine->writer, &(struct writer_task){.run = put_alarms, .arg = &task}, fault);
    }
    arena_done(&arena);
    if (err) {
        *self = before; /* told at the next look */
    } else if (task.put > 0) {
        notifier_wake(engine->notifier);
    }
    return err;
}
