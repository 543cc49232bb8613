/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_POOL_NEEDS_H
#define LINKPOND_ENGINE_POOL_NEEDS_H

#include "linkpond/base/zone.h"
#include "linkpond/store/pool_watch.h"

/*
 * What a person has to do about live codes before visitors notice, judged in one place for those who are told
 * (robots) and those who look (the page of today's work). The most pressing stand first.
 */
/* X(constant, API name, English, Chinese) */
#define POOL_NEED_TABLE(X)                                                                                             \
    X(NEED_POOL_EMPTY, "pool_empty", "A live code has no open target left", "活码已无可用子码")                        \
    X(NEED_ENDED, "target_ended", "A target has ended", "子码已到期")                                                  \
    X(NEED_FULL, "target_full", "A target is full", "子码已满员")                                                      \
    X(NEED_IMAGE_MISSING, "image_missing", "A target has no picture", "子码缺少图片")                                  \
    X(NEED_ENDING, "target_ending", "A target ends within a day", "子码即将到期")                                      \
    X(NEED_NEARLY_FULL, "target_nearly_full", "A target is nearly full", "子码即将满员")                               \
    X(NEED_FULL_TODAY, "target_full_today", "A target is full for this day or hour", "子码本日或本时段已满员")         \
    X(NEED_IMAGE_UNREADABLE, "image_unreadable", "No code can be read in a target's picture", "子码图片识别不到二维码")
#define POOL_NEED_ENUM(constant, name, en, zh) constant,
enum pool_need { POOL_NEED_TABLE(POOL_NEED_ENUM) POOL_NEEDS };
#undef POOL_NEED_ENUM
str pool_need_name(enum pool_need need);
str pool_need_title(enum pool_need need, bool chinese);

#define POOL_NEARLY_PERCENT 80
#define POOL_ENDING_MS      MS_PER_DAY
/* The day and the hour of that instant, in the installation's zone. */
struct pool_look pool_look_at(const struct bounds *bounds, const struct zone *zone, int64_t now_ms);
/* Would a visit be sent there? */
bool pool_target_is_open(const struct watched_target *target, int64_t now_ms);
bool watched_cap_full(const struct watched_cap *cap);   /* a cap of 0 is full too */
bool watched_cap_nearly(const struct watched_cap *cap); /* at POOL_NEARLY_PERCENT, and not full */
/* Bits (1 << enum pool_need) of one target; none of one that is switched off, and a cap of 0 was meant so.
 * reads_codes: codes in pictures can be read here, so that a picture without one was looked at. */
unsigned pool_needs_of(const struct watched_target *target, int64_t now_ms, bool reads_codes);

/* One row of today's work. */
struct pool_row {
    enum pool_need need; /* the most pressing */
    unsigned also;       /* bits of the others */
    int64_t link_id;
    int64_t target_id; /* 0 = the pool as a whole */
    int64_t at_ms;     /* when it ended or ends; TIME_NONE */
};
struct pool_rows {
    struct pool_row *items; /* in the arena; the most pressing first, of those who ended first */
    size_t count, cap;
};
enum err pool_needs_find(struct db *db, struct arena *arena, const struct pool_look *look, bool reads_codes,
                         struct pool_rows *out);

struct engine;
/* What robots are told of live codes, put into the outbox now: at the start of a daemon, which may have slept over it.
 * Later it happens by itself. */
enum err pool_needs_tell(struct engine *engine, int64_t now_ms, struct fault *fault);

#endif
