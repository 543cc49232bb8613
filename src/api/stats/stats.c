/* SPDX-License-Identifier: MIT */
/* GET /api/v1/stats: every number that is shown anywhere comes from this one question. */
#include "linkpond/api/call.h"
#include "linkpond/api/routes.h"
#include "stats_query.h"
#include "stats_view.h"

/* A report that takes longer is given up: the caller has gone by then, and the handle is needed. */
#define COUNT_DEADLINE_NS (INT64_C(30) * 1000000000)

/* ---- the answer ------------------------------------------------------------------------------------------------ */

static void write_totals(struct json_writer *json, unsigned metrics, const struct report_totals *totals)
{
    json_name(json, "totals");
    json_object(json);
    if (metrics & METRIC_CLICKS) {
        json_put_i64(json, "clicks", totals->clicks);
    }
    if (metrics & METRIC_VISITORS) {
        json_put_i64(json, "visitors", totals->visitors);
    }
    if (metrics & METRIC_NEW_VISITORS) {
        json_put_i64(json, "new_visitors", totals->new_visitors);
    }
    if (metrics & METRIC_SCANS) {
        json_put_i64(json, "scans", totals->scans);
    }
    json_name(json, "by_class");
    json_object(json);
    for (int i = 0; i < CLASS_COUNT; i++) {
        json_name_str(json, click_class_name((enum click_class)i));
        json_i64(json, totals->by_class[i]);
    }
    json_object_end(json);
    json_name(json, "by_outcome");
    json_object(json);
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        json_name_str(json, click_outcome_name((enum click_outcome)i));
        json_i64(json, totals->by_outcome[i]);
    }
    json_object_end(json);
    json_object_end(json);
}

static void write_series(struct json_writer *json, const struct stats_query *query, const struct report *report)
{
    json_name(json, "series");
    json_array(json);
    for (size_t i = 0; i < report->series_count; i++) {
        const struct report_bucket *bucket = &report->series[i];
        json_object(json);
        stats_put_instant(json, "start", query->report.zone, bucket->start_ms);
        if (query->metrics & METRIC_CLICKS) {
            json_put_i64(json, "clicks", bucket->clicks);
        }
        if (query->metrics & METRIC_VISITORS) {
            json_put_i64(json, "visitors", bucket->visitors);
        }
        json_object_end(json);
    }
    json_array_end(json);
}

static void write_groups(struct json_writer *json, struct arena *arena, const struct stats_query *query,
                         const struct report *report)
{
    json_name(json, "groups");
    json_array(json);
    for (size_t i = 0; i < report->groups_count; i++) {
        const struct report_group *group = &report->groups[i];
        json_object(json);
        for (size_t j = 0; j < query->report.group_count; j++) {
            stats_write_dim(json, arena, query->report.group_by[j], group->values[j]);
        }
        if (query->metrics & METRIC_CLICKS) {
            json_put_i64(json, "clicks", group->clicks);
        }
        if (query->metrics & METRIC_VISITORS) {
            json_put_i64(json, "visitors", group->visitors);
        }
        if (query->metrics & METRIC_SCANS) {
            json_put_i64(json, "scans", group->scans);
        }
        json_object_end(json);
    }
    json_array_end(json);
    json_name(json, "other");
    json_object(json);
    json_put_i64(json, "clicks", report->other_clicks);
    json_object_end(json);
}

static void write_identity(struct json_writer *json, const struct report_totals *totals)
{
    str method = STR("mixed");
    if (totals->cookie_visitors == 0) {
        method = STR("hash");
    } else if (totals->cookie_visitors >= totals->visitors) {
        method = STR("cookie");
    }
    json_name(json, "identity");
    json_object(json);
    json_put_str(json, "method", method);
    json_name(json, "cookie_share");
    json_double(json, totals->visitors > 0 ? (double)totals->cookie_visitors / (double)totals->visitors : 0.0);
    json_object_end(json);
}

static void write_range(struct json_writer *json, const struct stats_query *query)
{
    stats_put_instant(json, "from", query->report.zone, query->report.from_ms);
    stats_put_instant(json, "to", query->report.zone, query->report.to_ms);
}

/* What of the answer reaches back before the first click that retention has left. */
static void write_kept(struct json_writer *json, const struct stats_query *query, const struct report_kept *kept)
{
    static const char *const parts[] = {[KEPT_SINCE] = "since", [KEPT_TOPS] = "top100", [KEPT_ALL] = "all"};

    json_name(json, "kept");
    if (!kept->matters) {
        json_null(json);
        return;
    }
    json_object(json);
    stats_put_instant(json, "since", query->report.zone, kept->since_ms);
    json_put_str(json, "totals", str_from_c(parts[kept->totals]));
    if (query->metrics & METRIC_VISITORS) {
        json_put_str(json, "visitors", STR("since"));
    }
    json_put_str(json, "groups", str_from_c(parts[kept->groups]));
    json_object_end(json);
}

static void write_stats(struct json_writer *json, struct arena *arena, const struct stats_query *query,
                        const struct report *report, const struct stats_query *previous_query,
                        const struct report *previous)
{
    write_range(json, query);
    json_put_str(json, "tz", zone_name(query->report.zone));
    if (query->metrics & METRIC_VISITORS) {
        write_identity(json, &report->totals);
    }
    write_totals(json, query->metrics, &report->totals);
    write_series(json, query, report);
    write_groups(json, arena, query, report);
    write_kept(json, query, &report->kept);
    json_name(json, "previous");
    if (previous) {
        json_object(json);
        write_range(json, previous_query);
        write_totals(json, query->metrics, &previous->totals);
        write_series(json, query, previous);
        write_kept(json, query, &previous->kept);
        json_object_end(json);
    } else {
        json_null(json);
    }
}

/* A question about places where no file tells them is answered with nothing known; it should not look like a finding.
 */
static bool is_place(enum dim dim)
{
    return dim == DIM_COUNTRY || dim == DIM_REGION || dim == DIM_CITY || dim == DIM_CARRIER;
}

static bool asks_for_places(const struct report_query *query)
{
    bool asks = false;

    for (size_t i = 0; i < query->group_count; i++) {
        asks = asks || is_place(query->group_by[i]);
    }
    for (size_t i = 0; i < query->filters_count; i++) {
        asks = asks || is_place(query->filters[i].dim);
    }
    return asks;
}

static void write_warnings(struct json_writer *json, const struct engine *engine, const struct report_query *query)
{
    json_name(json, "warnings");
    json_array(json);
    if (asks_for_places(query) && !engine->geo) {
        json_str(json, STR("geo_not_configured"));
    } else if (asks_for_places(query) && geo_in_use(engine->geo) == 0) {
        json_str(json, STR("geo_not_readable"));
    }
    json_array_end(json);
}

/* ---- the question ---------------------------------------------------------------------------------------------- */

struct stats_answer {
    struct stats_query previous_query;
    struct report now, previous;
};

static enum err run_reports(struct ctx *ctx, struct request *request, struct db *db, struct stats_query *query,
                            struct stats_answer *out, struct fault *fault)
{
    enum err err = stats_query_links(db, request->arena, request->actor, ctx->engine->fold_case, query, fault);
    if (err == OK && query->from_first) {
        err = stats_query_first_day(db, query->report.zone, request->now_ms, &query->report.from_ms);
        if (err == OK && query->report.from_ms >= query->report.to_ms) {
            query->report.from_ms = query->report.to_ms - 1; /* it ends before the first click: nothing */
        }
    }
    if (err == OK) {
        err = report_run(db, ctx->engine->report_helper, request->arena, &query->report, &out->now, fault);
    }
    if (err != OK || query->compare == COMPARE_NONE) {
        return err;
    }
    out->previous_query = *query;
    struct report_query *previous = &out->previous_query.report;
    previous->group_count = 0;
    stats_query_compared(query, &previous->from_ms, &previous->to_ms);
    return report_run(db, ctx->engine->report_helper, request->arena, previous, &out->previous, fault);
}

static void stats_get(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct stats_query query;
    struct fault fault = {0};
    enum err err = stats_query_parse(request->arena, request->query, USE_STATS, ctx->engine->zone, request->now_ms,
                                     &query, &fault);
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return;
    }
    stats_query_bounds(&query, request->actor);
    struct db *db = call_reader(ctx, request, reply);
    if (!db) {
        return;
    }
    struct stats_answer answer = {0};
    db_set_deadline(db, clock_mono_ns() + COUNT_DEADLINE_NS);
    err = run_reports(ctx, request, db, &query, &answer, &fault);
    db_set_deadline(db, 0);
    readers_give(ctx->engine->readers, db);
    if (err != OK) {
        stats_report_failed(reply, request, err, &fault);
        return;
    }
    struct json_writer json;
    reply_json_begin(reply, 200, &json);
    json_object(&json);
    write_stats(&json, request->arena, &query, &answer.now, &answer.previous_query,
                query.compare == COMPARE_NONE ? NULL : &answer.previous);
    write_warnings(&json, ctx->engine, &query.report);
    json_object_end(&json);
}

const struct route api_stats_routes[] = {
    {METHOD_GET, "/api/v1/stats", PLANE_ADMIN, stats_get, SCOPE_STATS_READ, "Count clicks and visitors", 0,
     ROUTE_QUERY_ANY},
    {0},
};
