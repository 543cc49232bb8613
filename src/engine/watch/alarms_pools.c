/* SPDX-License-Identifier: MIT */
#include "alarms_pools.h"

#include "linkpond/base/clock.h"
#include "linkpond/engine/pool_needs.h"
#include "linkpond/store/outbox.h"

struct watch {
    struct arena *arena;
    struct pool_alarms *out;
    int64_t now_ms, day;
};
/* What an alarm is about, and what it is once of. */
struct told {
    enum notice_kind kind;
    const char *span; /* "" or one of a cap: "day:", "hour:" */
    int64_t of;
    const struct watched_cap *cap; /* NULL = the one in total */
};

static enum err make_room(struct watch *self)
{
    struct pool_alarms *out = self->out;
    struct pool_alarm *items = ARENA_GROW(self->arena, out->items, out->count, &out->cap);

    if (!items) {
        return ERR_NOMEM;
    }
    out->items = items;
    return OK;
}

static void put_cap(struct notice *notice, const struct watched_target *target, const struct told *told)
{
    const struct watched_cap *cap = told->cap ? told->cap : &target->caps[WATCH_TOTAL];
    enum fact_name limit = cap == &target->caps[WATCH_DAY]    ? NOTICE_FACT_LIMIT_DAY
                           : cap == &target->caps[WATCH_HOUR] ? NOTICE_FACT_LIMIT_HOUR
                                                              : NOTICE_FACT_LIMIT;

    if (cap->cap != TARGET_NO_CAP) {
        notice_put_number(notice, NOTICE_FACT_SHOWN, cap->taken);
        notice_put_number(notice, limit, cap->cap);
    }
}

static enum err tell(struct watch *self, const struct watched_target *target, const struct told *told)
{
    bool pool = told->kind == NOTICE_POOL_EMPTY;
    str name = notice_name(told->kind);

    if (make_room(self)) {
        return ERR_NOMEM;
    }
    struct pool_alarm *alarm = &self->out->items[self->out->count++];
    struct notice *notice = &alarm->notice;
    *notice = (struct notice){.kind = told->kind, .time_ms = self->now_ms};
    notice->subject = target->link_title.len > 0 ? target->link_title : target->short_url;
    notice->subject = arena_str(self->arena, notice->subject);
    snprintf(alarm->dedupe, sizeof alarm->dedupe, "%s:%lld:" STR_FMT ":%s%lld", pool ? "link" : "target",
             (long long)(pool ? target->link_id : target->id), STR_ARG(name), told->span, (long long)told->of);
    notice_put_text(notice, NOTICE_FACT_LINK, arena_str(self->arena, target->short_url));
    if (!pool) {
        notice_put_text(notice, NOTICE_FACT_TARGET, arena_str(self->arena, target->name));
        notice_put_text(notice, NOTICE_FACT_OWNER, arena_str(self->arena, target->staff));
        notice_put_time(notice, NOTICE_FACT_ENDS_AT, target->valid_until_ms);
        put_cap(notice, target, told);
    }
    return OK;
}

/* The cap in total once until the target is replaced, that of a day once a day, and so that of an hour: who is told at
 * every hour reads none of it. That an hour is nearly full is over before it is read. */
static enum err tell_places(struct watch *self, const struct watched_target *target)
{
    static const char *const spans[] = {[WATCH_TOTAL] = "", [WATCH_DAY] = "day:", [WATCH_HOUR] = "hour:"};
    enum err err = OK;

    for (int span = 0; !err && span < WATCH_SPANS; span++) {
        const struct watched_cap *cap = &target->caps[span];
        bool full = cap->cap > 0 && watched_cap_full(cap);
        if (full || (span != WATCH_HOUR && watched_cap_nearly(cap))) {
            err = tell(self, target,
                       &(struct told){.kind = full ? NOTICE_TARGET_FULL : NOTICE_TARGET_NEARLY_FULL,
                                      .span = spans[span],
                                      .of = span == WATCH_TOTAL ? target->replaced_ms : self->day,
                                      .cap = cap});
        }
    }
    return err;
}

static enum err tell_end(struct watch *self, const struct watched_target *target)
{
    int64_t left_ms = target->valid_until_ms - self->now_ms;

    if (target->valid_until_ms == INT64_MIN || left_ms > POOL_ENDING_MS || left_ms < -7 * MS_PER_DAY) {
        return OK; /* what ended long ago was known before there was anybody to tell */
    }
    return tell(self, target,
                &(struct told){.kind = left_ms > 0 ? NOTICE_TARGET_ENDING : NOTICE_TARGET_ENDED,
                               .span = "",
                               .of = target->valid_until_ms});
}

static enum err look_at(struct watch *self, const struct watched_target *target)
{
    enum err err = target->enabled ? tell_places(self, target) : OK;

    return err || !target->enabled ? err : tell_end(self, target);
}

static enum err tell_empty(struct watch *self, const struct watched_target *of)
{
    return tell(self, of, &(struct told){.kind = NOTICE_POOL_EMPTY, .span = "", .of = self->day});
}

/* `last` of the pool before: what a pool is told by once all its targets were seen and none was open. */
enum err pool_alarms_find(struct db *db, struct arena *arena, const struct zone *zone, int64_t now_ms,
                          struct pool_alarms *out)
{
    const struct pool_look look = pool_look_at(BOUNDS_ALL, zone, now_ms);
    struct watch self = {.arena = arena, .out = out, .now_ms = now_ms, .day = zone_civil_day(zone, now_ms, NULL)};
    struct stmt *rows = pool_watch_each(db, &look);
    struct watched_target target, last = {0};
    bool open = true;
    enum err err = OK;

    while (!err && pool_watch_next(rows, &target)) {
        if (target.link_id != last.link_id) {
            err = open ? OK : tell_empty(&self, &last);
            last = (struct watched_target){.link_id = target.link_id,
                                           .link_title = arena_str(arena, target.link_title),
                                           .short_url = arena_str(arena, target.short_url)};
            open = false;
        }
        err = err ? err : look_at(&self, &target);
        open = open || pool_target_is_open(&target, now_ms);
    }
    err = err ? err : stmt_err(rows);
    stmt_reset(rows);
    err = err || open ? err : tell_empty(&self, &last);
    return err ? err : arena->overflow ? ERR_NOMEM : OK;
}
