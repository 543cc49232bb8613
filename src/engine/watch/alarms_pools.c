/* SPDX-License-Identifier: MIT */
#include "alarms_pools.h"

#include "linkpond/base/clock.h"
#include "linkpond/store/outbox.h"
#include "linkpond/store/pool_watch.h"

#define NEARLY_PERCENT 80

struct watch {
    struct arena *arena;
    struct pool_alarms *out;
    int64_t now_ms, day;
};

static enum err make_room(struct watch *self)
{
    struct pool_alarms *out = self->out;

    if (out->count < out->cap) {
        return OK;
    }
    size_t cap = out->cap ? out->cap * 2 : 32;
    struct pool_alarm *more = ARENA_ARRAY(self->arena, struct pool_alarm, cap);
    if (!more) {
        return ERR_NOMEM;
    }
    if (out->count > 0) {
        memcpy(more, out->items, out->count * sizeof *more);
    }
    out->items = more;
    out->cap = cap;
    return OK;
}

static enum err tell(struct watch *self, const struct watched_target *target, enum notice_kind kind, int64_t of)
{
    bool pool = kind == NOTICE_POOL_EMPTY;
    str name = notice_name(kind);

    if (make_room(self)) {
        return ERR_NOMEM;
    }
    struct pool_alarm *alarm = &self->out->items[self->out->count++];
    struct notice *notice = &alarm->notice;
    *notice = (struct notice){.kind = kind, .time_ms = self->now_ms};
    notice->subject = target->link_title.len > 0 ? target->link_title : target->short_url;
    notice->subject = arena_str(self->arena, notice->subject);
    snprintf(alarm->dedupe, sizeof alarm->dedupe, "%s:%lld:" STR_FMT ":%lld", pool ? "link" : "target",
             (long long)(pool ? target->link_id : target->id), STR_ARG(name), (long long)of);
    notice_put_text(notice, NOTICE_FACT_LINK, arena_str(self->arena, target->short_url));
    if (!pool) {
        notice_put_text(notice, NOTICE_FACT_TARGET, arena_str(self->arena, target->name));
        notice_put_text(notice, NOTICE_FACT_OWNER, arena_str(self->arena, target->staff));
        notice_put_time(notice, NOTICE_FACT_ENDS_AT, target->valid_until_ms);
    }
    if (!pool && target->cap_total != TARGET_NO_CAP) {
        notice_put_number(notice, NOTICE_FACT_SHOWN, target->taken);
        notice_put_number(notice, NOTICE_FACT_LIMIT, target->cap_total);
    }
    return OK;
}

static bool is_full(const struct watched_target *target)
{
    return target->cap_total != TARGET_NO_CAP && target->taken >= target->cap_total;
}

static bool is_open(const struct watched_target *target, int64_t now_ms)
{
    return target->enabled && !is_full(target) &&
           (target->valid_from_ms == INT64_MIN || target->valid_from_ms <= now_ms) &&
           (target->valid_until_ms == INT64_MIN || now_ms < target->valid_until_ms);
}

static enum err tell_places(struct watch *self, const struct watched_target *target)
{
    if (target->cap_total <= 0) {
        return OK;
    }
    if (is_full(target)) {
        return tell(self, target, NOTICE_TARGET_FULL, target->replaced_ms);
    }
    return target->taken * 100 >= target->cap_total * NEARLY_PERCENT
               ? tell(self, target, NOTICE_TARGET_NEARLY_FULL, target->replaced_ms)
               : OK;
}

static enum err tell_end(struct watch *self, const struct watched_target *target)
{
    int64_t left_ms = target->valid_until_ms - self->now_ms;

    if (target->valid_until_ms == INT64_MIN || left_ms > MS_PER_DAY || left_ms < -7 * MS_PER_DAY) {
        return OK; /* what ended long ago was known before there was anybody to tell */
    }
    return tell(self, target, left_ms > 0 ? NOTICE_TARGET_ENDING : NOTICE_TARGET_ENDED, target->valid_until_ms);
}

static enum err look_at(struct watch *self, const struct watched_target *target)
{
    enum err err = target->enabled ? tell_places(self, target) : OK;

    return err || !target->enabled ? err : tell_end(self, target);
}

/* `last` of the pool before: what a pool is told by once all its targets were seen and none was open. */
enum err pool_alarms_find(struct db *db, struct arena *arena, int64_t now_ms, int64_t day, struct pool_alarms *out)
{
    struct watch self = {.arena = arena, .out = out, .now_ms = now_ms, .day = day};
    struct stmt *rows = pool_watch_each(db);
    struct watched_target target, last = {0};
    bool open = true;
    enum err err = OK;

    while (!err && pool_watch_next(rows, &target)) {
        if (target.link_id != last.link_id) {
            err = open ? OK : tell(&self, &last, NOTICE_POOL_EMPTY, day);
            last = (struct watched_target){.link_id = target.link_id,
                                           .link_title = arena_str(arena, target.link_title),
                                           .short_url = arena_str(arena, target.short_url)};
            open = false;
        }
        err = err ? err : look_at(&self, &target);
        open = open || is_open(&target, now_ms);
    }
    err = err ? err : stmt_err(rows);
    stmt_reset(rows);
    err = err || open ? err : tell(&self, &last, NOTICE_POOL_EMPTY, day);
    return err ? err : arena->overflow ? ERR_NOMEM : OK;
}
