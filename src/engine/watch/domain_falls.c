/* SPDX-License-Identifier: MIT */
#include "linkpond/engine/domain_falls.h"

#include "linkpond/base/clock.h"
#include "linkpond/store/domain_blocks.h"
#include "linkpond/store/domains.h"
#include "linkpond/store/keys.h"

#define ARENA_MAX      ((size_t)16 * 1024 * 1024)
#define READER_WAIT_MS 5000
#define DEADLINE_NS    (INT64_C(20) * 1000000000)

static str wechat = STR_INIT("wechat");

static void take_hours(const struct report *report, int64_t from_ms, int64_t hours[FALL_HOURS])
{
    for (size_t i = 0; i < report->series_count; i++) {
        int64_t at = (report->series[i].start_ms - from_ms) / MS_PER_HOUR;
        if (at >= 0 && at < FALL_HOURS) {
            hours[at] += report->series[i].clicks;
        }
    }
}

/* Whole hours, the latest of them the one that has begun. few: there is nothing to be said below so many visits, and
 * which of them came from WeChat is not asked. */
static enum err find(struct db *db, struct report_helper *helper, struct arena *arena, const struct report_query *of,
                     int64_t now_ms, int64_t few, struct traffic_fall *out)
{
    int64_t all[FALL_HOURS] = {0}, app[FALL_HOURS] = {0};
    struct report_query query = *of;
    struct fault fault = {0};
    struct report report;

    *out = (struct traffic_fall){0};
    query.interval = INTERVAL_HOUR;
    query.to_ms = (now_ms / MS_PER_HOUR + 1) * MS_PER_HOUR;
    query.from_ms = query.to_ms - FALL_HOURS * MS_PER_HOUR;
    enum err err = report_run(db, helper, arena, &query, &report, &fault);
    if (err || report.totals.clicks < few) {
        return err;
    }
    take_hours(&report, query.from_ms, all);
    query.filters[query.filters_count++] =
        (struct report_filter){.dim = DIM_APP, .values = {.items = &wechat, .count = 1}};
    err = report_run(db, helper, arena, &query, &report, &fault);
    if (!err) {
        take_hours(&report, query.from_ms, app);
        traffic_fall_find(app, all, out);
    }
    return err;
}

enum err domain_fall_find(struct db *db, struct report_helper *helper, struct arena *arena,
                          const struct report_query *of, int64_t now_ms, struct traffic_fall *out)
{
    return find(db, helper, arena, of, now_ms, 0, out);
}

/* ---- marking ---- */

static const struct actor upkeep = {.name = STR_INIT("upkeep"), .scopes = SCOPE_ADMIN};

/* True: *state is what the domain is marked as from now on. */
static bool judge(const struct domain_block *known, const struct traffic_fall *fall, int64_t now_ms,
                  enum block_state *state)
{
    bool settled = now_ms - known->updated_ms >= FALL_HOURS * MS_PER_HOUR; /* before what is looked at */

    *state = fall->fell ? BLOCK_SUSPECTED : BLOCK_OK;
    if (known->found && known->state == BLOCK_SUSPECTED) {
        return !fall->fell && fall->last_day >= FALL_USUAL_MIN;
    }
    return fall->fell && known->state == BLOCK_OK && settled;
}

static enum err look_at(struct engine *engine, struct db *db, struct arena *arena, struct domain *domain,
                        int64_t now_ms, struct domain_block *mark, bool *marks)
{
    struct report_query query = {.zone = engine->zone, .limit = 1, .filters_count = 1};
    struct traffic_fall fall;
    struct domain_block known = {0};

    query.filters[0] = (struct report_filter){.dim = DIM_DOMAIN, .values = {.items = &domain->host, .count = 1}};
    enum err err = find(db, NULL, arena, &query, now_ms, FALL_USUAL_MIN, &fall);
    err = err ? err : domain_blocks_find(db, arena, domain->id, wechat, &known);
    if (err && err != ERR_NOT_FOUND) {
        return err;
    }
    *mark = (struct domain_block){.domain_id = domain->id, .app = wechat, .found = true};
    *marks = judge(&known, &fall, now_ms, &mark->state);
    mark->note = fall.fell ? arena_f(arena, "微信访问骤降 visits from WeChat fell: %lld / 24 h, %lld",
                                     (long long)fall.last_day, (long long)fall.usual_day)
                           : STR("微信访问已恢复 visits from WeChat come again");
    return OK;
}

/* The reader is given back before the writer is asked. */
static enum err find_marks(struct engine *engine, struct arena *arena, int64_t now_ms, struct domain_block **out,
                           size_t *count)
{
    struct db *db = readers_take(engine->readers, READER_WAIT_MS);
    struct domain domain, *domains = NULL;
    size_t domains_count = 0, cap = 0;
    enum err err = db ? OK : ERR_BUSY;
    struct stmt *rows = db ? domains_each(db) : NULL;

    while (!err && domains_next(rows, &domain)) {
        domains = ARENA_GROW(arena, domains, domains_count, &cap);
        err = domains ? OK : ERR_NOMEM;
        if (!err && domain.enabled) {
            domains[domains_count++] = (struct domain){.id = domain.id, .host = arena_str(arena, domain.host)};
        }
    }
    err = err ? err : stmt_err(rows);
    *out = ARENA_ARRAY(arena, struct domain_block, domains_count + 1);
    err = err || *out ? err : ERR_NOMEM;
    for (size_t i = 0; !err && i < domains_count; i++) {
        bool marks = false;
        db_set_deadline(db, clock_mono_ns() + DEADLINE_NS);
        err = look_at(engine, db, arena, &domains[i], now_ms, &(*out)[*count], &marks);
        *count += marks;
    }
    if (db) {
        db_set_deadline(db, 0);
    }
    readers_give(engine->readers, db);
    return err;
}

enum err domain_falls_mark(struct engine *engine, int64_t now_ms, struct fault *fault)
{
    struct domain_block *marks = NULL;
    size_t count = 0;
    int64_t told = 0;
    struct arena arena;

    arena_init(&arena, ARENA_MAX);
    enum err err = find_marks(engine, &arena, now_ms, &marks, &count);
    for (size_t i = 0; !err && i < count; i++) {
        int64_t more = 0;
        err = editor_domain_block(engine->editor, &upkeep, &marks[i], &more, fault);
        told += more;
    }
    arena_done(&arena);
    if (told > 0 && engine->notifier) {
        notifier_wake(engine->notifier);
    }
    return err;
}
