/* SPDX-License-Identifier: MIT */
#include "linkpond/engine/pool_needs.h"

#include <stdlib.h>

#include "linkpond/engine/live_places.h"

#define BIT(need) (1U << (need))

str pool_need_name(enum pool_need need)
{
#define NEED_NAME(constant, name, en, zh) [constant] = STR(name),
    static const str names[] = {POOL_NEED_TABLE(NEED_NAME)};
#undef NEED_NAME

    return names[need];
}

str pool_need_title(enum pool_need need, bool chinese)
{
#define NEED_TITLE(constant, name, en, zh) [constant] = {STR(en), STR(zh)},
    static const str titles[][2] = {POOL_NEED_TABLE(NEED_TITLE)};
#undef NEED_TITLE

    return titles[need][chinese];
}

struct pool_look pool_look_at(const struct bounds *bounds, const struct zone *zone, int64_t now_ms)
{
    struct live_when when;

    live_when_of(zone, now_ms, &when);
    return (struct pool_look){.bounds = bounds,
                              .now_ms = now_ms,
                              .day_ms = zone_day_start(zone, zone_civil_day(zone, now_ms, NULL)),
                              .hour_ms = when.hour_ms};
}

/* ---- one target ---- */

bool watched_cap_full(const struct watched_cap *cap)
{
    return cap->cap != TARGET_NO_CAP && cap->taken >= cap->cap;
}

bool watched_cap_nearly(const struct watched_cap *cap)
{
    return cap->cap > 0 && cap->taken < cap->cap && cap->taken * 100 >= cap->cap * POOL_NEARLY_PERCENT;
}

bool pool_target_is_open(const struct watched_target *target, int64_t now_ms)
{
    bool full = false;

    for (int span = 0; span < WATCH_SPANS; span++) {
        full = full || watched_cap_full(&target->caps[span]);
    }
    return target->enabled && !full && (target->valid_from_ms == INT64_MIN || target->valid_from_ms <= now_ms) &&
           (target->valid_until_ms == INT64_MIN || now_ms < target->valid_until_ms);
}

static unsigned needs_of_places(const struct watched_target *target)
{
    const struct watched_cap *caps = target->caps;

    if (caps[WATCH_TOTAL].cap > 0 && watched_cap_full(&caps[WATCH_TOTAL])) {
        return BIT(NEED_FULL);
    }
    unsigned needs = watched_cap_nearly(&caps[WATCH_TOTAL]) ? BIT(NEED_NEARLY_FULL) : 0;
    bool today = (caps[WATCH_DAY].cap > 0 && watched_cap_full(&caps[WATCH_DAY])) ||
                 (caps[WATCH_HOUR].cap > 0 && watched_cap_full(&caps[WATCH_HOUR]));
    return needs | (today ? BIT(NEED_FULL_TODAY) : 0);
}

static unsigned needs_of_end(const struct watched_target *target, int64_t now_ms)
{
    if (target->valid_until_ms == INT64_MIN || target->valid_until_ms - now_ms > POOL_ENDING_MS) {
        return 0;
    }
    return target->valid_until_ms <= now_ms ? BIT(NEED_ENDED) : BIT(NEED_ENDING);
}

/* A group's code is nothing without its picture; a card or a mini program may do with its address. */
static unsigned needs_of_picture(const struct watched_target *target, bool reads_codes)
{
    bool shows = target->kind == TARGET_QR || target->kind == TARGET_STAFF || target->kind == TARGET_MINI_PROGRAM;

    if (shows && !target->has_image && (target->kind == TARGET_QR || !target->has_url)) {
        return BIT(NEED_IMAGE_MISSING);
    }
    bool unread = reads_codes && target->kind == TARGET_QR && target->has_image && !target->has_code;
    return unread ? BIT(NEED_IMAGE_UNREADABLE) : 0;
}

unsigned pool_needs_of(const struct watched_target *target, int64_t now_ms, bool reads_codes)
{
    if (!target->enabled) {
        return 0;
    }
    return needs_of_places(target) | needs_of_end(target, now_ms) | needs_of_picture(target, reads_codes);
}

/* ---- all of them ---- */

static enum err add(struct pool_rows *self, struct arena *arena, const struct pool_row *row)
{
    struct pool_row *items = ARENA_GROW(arena, self->items, self->count, &self->cap);

    if (!items) {
        return ERR_NOMEM;
    }
    self->items = items;
    self->items[self->count++] = *row;
    return OK;
}

static enum err add_pool(struct pool_rows *self, struct arena *arena, int64_t link_id)
{
    return add(self, arena, &(struct pool_row){.need = NEED_POOL_EMPTY, .link_id = link_id, .at_ms = INT64_MIN});
}

static enum err add_target(struct pool_rows *self, struct arena *arena, const struct watched_target *target,
                           unsigned needs)
{
    if (needs == 0) {
        return OK;
    }
    enum pool_need first = (enum pool_need)__builtin_ctz(needs);
    bool ends = (needs & (BIT(NEED_ENDED) | BIT(NEED_ENDING))) != 0;
    return add(self, arena,
               &(struct pool_row){.need = first,
                                  .also = needs & ~BIT(first),
                                  .link_id = target->link_id,
                                  .target_id = target->id,
                                  .at_ms = ends ? target->valid_until_ms : INT64_MIN});
}

static int compare(const void *left, const void *right)
{
    const struct pool_row *a = left, *b = right;

    if (a->need != b->need) {
        return a->need < b->need ? -1 : 1;
    }
    if (a->at_ms != b->at_ms) {
        return a->at_ms < b->at_ms ? -1 : 1;
    }
    return a->target_id != b->target_id ? (a->target_id < b->target_id ? -1 : 1)
                                        : (a->link_id > b->link_id) - (a->link_id < b->link_id);
}

enum err pool_needs_find(struct db *db, struct arena *arena, const struct pool_look *look, bool reads_codes,
                         struct pool_rows *out)
{
    struct stmt *rows = pool_watch_each(db, look);
    struct watched_target target;
    int64_t link_id = 0;
    bool open = true; /* of the pool before */
    enum err err = OK;

    *out = (struct pool_rows){0};
    while (!err && pool_watch_next(rows, &target)) {
        if (target.link_id != link_id) {
            err = open ? OK : add_pool(out, arena, link_id);
            link_id = target.link_id;
            open = false;
        }
        err = err ? err : add_target(out, arena, &target, pool_needs_of(&target, look->now_ms, reads_codes));
        open = open || pool_target_is_open(&target, look->now_ms);
    }
    err = err ? err : stmt_err(rows);
    stmt_reset(rows);
    err = err || open ? err : add_pool(out, arena, link_id);
    if (!err && out->count > 0) {
        qsort(out->items, out->count, sizeof *out->items, compare);
    }
    return err;
}
