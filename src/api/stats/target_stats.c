/* SPDX-License-Identifier: MIT */
/*
 * GET /api/v1/stats/targets: shown, pressed, joined, by target, colleague, channel or link. These are counted by the
 * hour where they happen (target_hour), not read from the ledger, which knows of no press and of nobody who joined.
 */
#include "linkpond/api/link_call.h"
#include "linkpond/api/routes.h"
#include "linkpond/base/clock.h"
#include "linkpond/store/target_sums.h"
#include "stats_parsing.h"

#define PERIOD_DEFAULT "30d"
#define GROUPS_DEFAULT 100
#define GROUPS_MAX     1000
#define BUCKETS_MAX    2000
#define HOURLY_MAX_MS  (3 * MS_PER_DAY) /* longer series go by days */

struct question {
    struct stats_query query; /* its times and comparison */
    struct bounds bounds;
    struct target_span span;
    enum target_group group;
    int64_t link_id, limit;
    bool hourly;
};
struct answer {
    struct target_figures now, before;
    struct bucket {
        int64_t start_ms;
        struct target_figures now;
    } * buckets;
    size_t buckets_count;
};

static const char *const group_names[] = {[TARGETS_BY_TARGET] = "target",
                                          [TARGETS_BY_STAFF] = "staff",
                                          [TARGETS_BY_CHANNEL] = "channel",
                                          [TARGETS_BY_LINK] = "link"};

/* ---- the question ----------------------------------------------------------------------------------------------- */

static enum err read_times(struct request *request, const struct zone *zone, struct stats_query *query,
                           struct fault *fault)
{
    struct stats_parsing parsing = {.arena = request->arena, .out = query, .fault = fault};
    str text;

    query->report.zone = zone;
    if (request_query(request, "tz", &text)) {
        parsing.name = "tz";
        query->report.zone = zone_find(text);
        if (!query->report.zone) {
            return stats_refuse(&parsing, "unknown", "Not an IANA time zone such as Asia/Shanghai.",
                                "不是有效的 IANA 时区，例如 Asia/Shanghai。");
        }
    }
    bool given = request_query(request, "from", &parsing.from);
    given = request_query(request, "to", &parsing.to) || given;
    given = request_query(request, "period", &parsing.period) || given;
    parsing.period = given ? parsing.period : STR(PERIOD_DEFAULT);
    if (request_query(request, "compare", &text)) {
        parsing.name = "compare";
        query->compare = str_eq(text, STR("previous")) ? COMPARE_PREVIOUS
                         : str_eq(text, STR("year"))   ? COMPARE_YEAR
                                                       : COMPARE_NONE;
        if (query->compare == COMPARE_NONE && !str_eq(text, STR("none"))) {
            return stats_refuse(&parsing, "not_allowed", "none, previous or year.", "只能是 none、previous 或 year。");
        }
    }
    return stats_time_settle(&parsing, request->now_ms);
}

static bool read_group(struct request *request, struct reply *reply, enum target_group *out)
{
    str text;

    *out = TARGETS_BY_TARGET;
    if (!request_query(request, "group_by", &text)) {
        return true;
    }
    for (size_t i = 0; i < ARRAY_LEN(group_names); i++) {
        if (str_eq(text, str_from_c(group_names[i]))) {
            *out = (enum target_group)i;
            return true;
        }
    }
    call_bad_query(request, reply, "group_by", "not_allowed", "target, staff, channel or link.",
                   "只能是 target、staff、channel 或 link。");
    return false;
}

static bool read_question(struct ctx *ctx, struct request *request, struct reply *reply, struct question *out)
{
    struct fault fault = {0};
    enum err err = read_times(request, ctx->engine->zone, &out->query, &fault);

    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return false;
    }
    out->limit = GROUPS_DEFAULT;
    if (!read_group(request, reply, &out->group) ||
        !call_query_i64(request, reply, "limit", 1, GROUPS_MAX, &out->limit)) {
        return false;
    }
    const struct report_query *report = &out->query.report;
    out->bounds = call_bounds(request);
    out->hourly = report->to_ms - report->from_ms <= HOURLY_MAX_MS;
    out->span = (struct target_span){.from_ms = report->from_ms, .to_ms = report->to_ms};
    if (out->query.compare != COMPARE_NONE && !out->query.from_first) {
        stats_query_compared(&out->query, &out->span.before_from_ms, &out->span.before_to_ms);
    }
    return true;
}

/* ---- the sums --------------------------------------------------------------------------------------------------- */

static void add(struct target_figures *sum, const struct target_figures *more)
{
    sum->shown += more->shown;
    sum->visitors += more->visitors;
    sum->pressed += more->pressed;
    sum->joined += more->joined;
    sum->left += more->left;
}

static struct target_figures less(const struct target_figures *sum, const struct target_figures *part)
{
    return (struct target_figures){.shown = sum->shown - part->shown,
                                   .visitors = sum->visitors - part->visitors,
                                   .pressed = sum->pressed - part->pressed,
                                   .joined = sum->joined - part->joined,
                                   .left = sum->left - part->left};
}

static int64_t bucket_start(const struct question *question, int64_t ms)
{
    const struct zone *zone = question->query.report.zone;

    return question->hourly ? ms - ms % MS_PER_HOUR : zone_day_start(zone, zone_civil_day(zone, ms, NULL));
}

/* Of one hour or day the first instant of the next. */
static int64_t bucket_next(const struct question *question, int64_t start_ms)
{
    const struct zone *zone = question->query.report.zone;

    return question->hourly ? start_ms + MS_PER_HOUR : zone_day_start(zone, zone_civil_day(zone, start_ms, NULL) + 1);
}

/* All buckets of the time that is asked about, from the first hour there is where it has no beginning. */
static enum err make_buckets(const struct question *question, struct arena *arena, int64_t first_ms, struct answer *out)
{
    int64_t from_ms = question->query.from_first ? first_ms : question->span.from_ms;
    int64_t to_ms = question->span.to_ms;

    out->buckets = ARENA_ARRAY(arena, struct bucket, BUCKETS_MAX);
    if (!out->buckets) {
        return ERR_NOMEM;
    }
    for (int64_t at = bucket_start(question, from_ms); at < to_ms && out->buckets_count < BUCKETS_MAX;
         at = bucket_next(question, at)) {
        out->buckets[out->buckets_count++] = (struct bucket){.start_ms = at};
    }
    return OK;
}

static void into_bucket(struct answer *answer, const struct target_sum *hour)
{
    size_t at = answer->buckets_count;

    while (at > 0 && answer->buckets[at - 1].start_ms > hour->id) {
        at--;
    }
    if (at > 0) {
        add(&answer->buckets[at - 1].now, &hour->now);
    }
}

static enum err sum_hours(const struct question *question, struct db *db, struct arena *arena, struct answer *out)
{
    struct stmt *rows = target_sums(db, TARGETS_BY_HOUR, &question->bounds, question->link_id, &question->span);
    struct target_sum hour;
    enum err err = OK;

    while (!err && target_sums_next(rows, &hour)) {
        err = out->buckets ? OK : make_buckets(question, arena, hour.id, out);
        add(&out->now, &hour.now);
        add(&out->before, &hour.before);
        if (!err && hour.id >= question->span.from_ms && hour.id < question->span.to_ms) {
            into_bucket(out, &hour);
        }
    }
    err = err ? err : stmt_err(rows);
    stmt_reset(rows);
    return err || out->buckets || question->query.from_first ? err : make_buckets(question, arena, 0, out);
}

/* ---- the answer ------------------------------------------------------------------------------------------------- */

static void put_figures(struct json_writer *json, const struct target_figures *sum)
{
    json_put_i64(json, "shown", sum->shown);
    json_put_i64(json, "visitors", sum->visitors);
    json_put_i64(json, "pressed", sum->pressed);
    json_put_i64(json, "joined", sum->joined);
    json_put_i64(json, "left", sum->left);
}

static void put_instant(struct json_writer *json, const char *name, const struct zone *zone, int64_t ms)
{
    char text[TIMESTAMP_TEXT_MAX];

    json_put_str(json, name, timestamp_offset(ms, zone_offset_s(zone, ms), text));
}

static void put_ref(struct json_writer *json, struct arena *arena, const char *name, const char *prefix, int64_t id)
{
    json_put_str(json, name, arena_f(arena, "%s%lld", prefix, (long long)id));
}

static void write_names(const struct question *question, struct arena *arena, struct json_writer *json,
                        const struct target_sum *sum)
{
    switch (question->group) {
    case TARGETS_BY_TARGET:
        put_ref(json, arena, "target", "tgt_", sum->id);
        json_put_opt(json, "name", sum->name);
        json_put_opt(json, "title", sum->title);
        json_put_opt(json, "url", sum->url);
        json_put_str(json, "kind", sum->kind);
        json_put_opt(json, "staff", sum->key);
        put_ref(json, arena, "link", "lnk_", sum->link_id);
        json_put_bool(json, "gone", sum->gone);
        break;
    case TARGETS_BY_LINK:
        put_ref(json, arena, "link", "lnk_", sum->id);
        json_put_opt(json, "name", sum->name);
        json_put_bool(json, "gone", sum->gone);
        break;
    case TARGETS_BY_STAFF:
        json_put_opt(json, "staff", sum->key);
        json_put_opt(json, "name", sum->name);
        break;
    default:
        json_put_opt(json, "channel", sum->key);
    }
}

static void write_group(const struct question *question, struct arena *arena, struct json_writer *json,
                        const struct target_sum *sum)
{
    json_object(json);
    write_names(question, arena, json, sum);
    put_figures(json, &sum->now);
    json_name(json, "previous");
    if (question->span.before_from_ms < question->span.before_to_ms) {
        json_object(json);
        put_figures(json, &sum->before);
        json_object_end(json);
    } else {
        json_null(json);
    }
    json_object_end(json);
}

static bool is_nothing(const struct target_figures *sum)
{
    return sum->shown == 0 && sum->visitors == 0 && sum->pressed == 0 && sum->joined == 0 && sum->left == 0;
}

static enum err write_groups(const struct question *question, struct db *db, struct arena *arena,
                             const struct answer *answer, struct json_writer *json)
{
    struct stmt *rows = target_sums(db, question->group, &question->bounds, question->link_id, &question->span);
    struct target_figures now = {0}, before = {0};
    struct target_sum sum;
    int64_t count = 0;

    json_name(json, "groups");
    json_array(json);
    while (target_sums_next(rows, &sum)) {
        add(&now, &sum.now);
        add(&before, &sum.before);
        if (count++ < question->limit) {
            write_group(question, arena, json, &sum);
        }
    }
    /* Of channels the rest came from none; of all else there is none. */
    sum = (struct target_sum){.now = less(&answer->now, &now), .before = less(&answer->before, &before)};
    if (question->group == TARGETS_BY_CHANNEL && !(is_nothing(&sum.now) && is_nothing(&sum.before))) {
        write_group(question, arena, json, &sum);
    }
    json_array_end(json);
    json_put_i64(json, "groups_total", count);
    return stmt_err(rows);
}

static void write_series(const struct question *question, const struct answer *answer, struct json_writer *json)
{
    json_put_str(json, "interval", question->hourly ? STR("hour") : STR("day"));
    json_name(json, "series");
    json_array(json);
    for (size_t i = 0; i < answer->buckets_count; i++) {
        json_object(json);
        put_instant(json, "start", question->query.report.zone, answer->buckets[i].start_ms);
        put_figures(json, &answer->buckets[i].now);
        json_object_end(json);
    }
    json_array_end(json);
}

static void write_sums(const struct question *question, const struct answer *answer, struct json_writer *json)
{
    const struct zone *zone = question->query.report.zone;
    const struct target_span *span = &question->span;

    put_instant(json, "from", zone,
                question->query.from_first && answer->buckets_count > 0 ? answer->buckets[0].start_ms : span->from_ms);
    put_instant(json, "to", zone, span->to_ms);
    json_put_str(json, "tz", zone_name(zone));
    json_name(json, "totals");
    json_object(json);
    put_figures(json, &answer->now);
    json_object_end(json);
    json_name(json, "previous");
    if (span->before_from_ms < span->before_to_ms) {
        json_object(json);
        put_instant(json, "from", zone, span->before_from_ms);
        put_instant(json, "to", zone, span->before_to_ms);
        put_figures(json, &answer->before);
        json_object_end(json);
    } else {
        json_null(json);
    }
}

static void target_stats(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct question *question = ARENA_NEW(request->arena, struct question);
    struct answer answer = {0};
    struct json_writer json;
    str link;

    if (!question) {
        reply_problem(reply, request, ERR_NOMEM, NULL);
        return;
    }
    *question = (struct question){0};
    struct db *db = read_question(ctx, request, reply, question) ? call_reader(ctx, request, reply) : NULL;
    if (!db) {
        return;
    }
    if (!request_query(request, "link", &link) || link_call_find(ctx, request, reply, db, link, &question->link_id)) {
        enum err err = sum_hours(question, db, request->arena, &answer);
        if (err == OK) {
            reply_json_begin(reply, 200, &json);
            json_object(&json);
            write_sums(question, &answer, &json);
            write_series(question, &answer, &json);
            err = write_groups(question, db, request->arena, &answer, &json);
            json_object_end(&json);
        }
        if (err != OK) {
            reply_problem(reply, request, err, NULL);
        }
    }
    readers_give(ctx->engine->readers, db);
}

const struct route api_target_stats_routes[] = {
    {METHOD_GET, "/api/v1/stats/targets", PLANE_ADMIN, target_stats, SCOPE_STATS_READ,
     "Count what became of the targets of live codes", 0, "link domain group_by period from to tz compare limit"},
    {0},
};
