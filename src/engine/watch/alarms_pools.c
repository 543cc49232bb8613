/* SPDX-License-Identifier: MIT */
#include "alarms_pools.h"

#include "linkpond/base/clock.h"
#include "linkpond/engine/pool_needs.h"
#include "linkpond/store/outbox.h"

struct watch {
    struct db *db;
    struct arena *arena;
    struct pool_alarms *out;
    int64_t now_ms, day;
};
/* A pool, as far as its targets were seen. */
struct watched_pool {
    struct watched_target of; /* link_id, link_title and short_url */
    bool open;
    bool today;        /* one of its targets is open again when the day or hour is over */
    int64_t turned_ms; /* when one of them last began or ended */
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
    int len =
        snprintf(alarm->dedupe, sizeof alarm->dedupe, "%s:%lld:" STR_FMT ":%s%lld", pool ? "link" : "target",
                 (long long)(pool ? target->link_id : target->id), STR_ARG(name), told->span, (long long)told->of);
    if (told->cap) {
        snprintf(alarm->dedupe + len, sizeof alarm->dedupe - (size_t)len, ":%lld", (long long)told->cap->cap);
    }
    notice_put_text(notice, NOTICE_FACT_LINK, arena_str(self->arena, target->short_url));
    if (!pool) {
        notice_put_text(notice, NOTICE_FACT_TARGET, arena_str(self->arena, target->name));
        notice_put_text(notice, NOTICE_FACT_OWNER, arena_str(self->arena, target->staff));
        notice_put_time(notice, NOTICE_FACT_ENDS_AT, target->valid_until_ms);
        put_cap(notice, target, told);
    }
    return OK;
}

/* The cap in total once until the target is replaced or the cap is another, that of a day once a day, and so that of an
 * hour: who is told at every hour reads none of it. That an hour is nearly full is over before it is read. */
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

/* Once for each time that it became so. That is known by what ends it: an edit of one of its targets, one that begins
 * or, where that is what is missing, another day. */
static enum err tell_empty(struct watch *self, const struct watched_pool *pool)
{
    int64_t edited_ms = 0;
    enum err err = pool->open || pool->today ? OK : pool_watch_edited(self->db, pool->of.link_id, &edited_ms);

    if (err || pool->open) {
        return err;
    }
    struct told told = {.kind = NOTICE_POOL_EMPTY, .span = "day:", .of = self->day};
    if (!pool->today) {
        told.span = "";
        told.of = edited_ms > pool->turned_ms ? edited_ms : pool->turned_ms;
    }
    return tell(self, &pool->of, &told);
}

static int64_t latest_turn(const struct watched_target *target, int64_t now_ms)
{
    int64_t latest = target->valid_from_ms <= now_ms ? target->valid_from_ms : INT64_MIN;

    return target->valid_until_ms <= now_ms && target->valid_until_ms > latest ? target->valid_until_ms : latest;
}

static void see(struct watched_pool *pool, const struct watched_target *target, int64_t now_ms)
{
    struct watched_target tomorrow = *target;
    int64_t turned_ms = latest_turn(target, now_ms);

    tomorrow.caps[WATCH_DAY] = tomorrow.caps[WATCH_HOUR] = (struct watched_cap){.cap = TARGET_NO_CAP};
    bool never = target->caps[WATCH_DAY].cap == 0 || target->caps[WATCH_HOUR].cap == 0;
    pool->open = pool->open || pool_target_is_open(target, now_ms);
    pool->today = pool->today || (!never && pool_target_is_open(&tomorrow, now_ms));
    pool->turned_ms = turned_ms > pool->turned_ms ? turned_ms : pool->turned_ms;
}

enum err pool_alarms_find(struct db *db, struct arena *arena, const struct zone *zone, int64_t now_ms,
                          struct pool_alarms *out)
{
    const struct pool_look look = pool_look_at(BOUNDS_ALL, zone, now_ms);
    struct watch self = {
        .db = db, .arena = arena, .out = out, .now_ms = now_ms, .day = zone_civil_day(zone, now_ms, NULL)};
    struct stmt *rows = pool_watch_each(db, &look);
    struct watched_target target;
    struct watched_pool pool = {.open = true}; /* all of its targets were seen when one of another comes */
    enum err err = OK;

    while (!err && pool_watch_next(rows, &target)) {
        if (target.link_id != pool.of.link_id) {
            err = tell_empty(&self, &pool);
            pool = (struct watched_pool){.of = {.link_id = target.link_id,
                                                .link_title = arena_str(arena, target.link_title),
                                                .short_url = arena_str(arena, target.short_url)}};
        }
        err = err ? err : look_at(&self, &target);
        see(&pool, &target, now_ms);
    }
    err = err ? err : stmt_err(rows);
    stmt_reset(rows);
    err = err ? err : tell_empty(&self, &pool);
    return err ? err : arena->overflow ? ERR_NOMEM : OK;
}
