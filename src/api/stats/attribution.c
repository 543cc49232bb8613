/* SPDX-License-Identifier: MIT */
/* GET /api/v1/stats/attribution: who brought what happened after the clicks. */
#include "linkpond/api/call.h"
#include "linkpond/api/routes.h"
#include "stats_query.h"
#include "stats_view.h"

#define JOIN_WAIT_MS 2000 /* for events that came a moment ago */

struct answer {
    struct json_writer *json;
    struct arena *arena;
    const struct stats_query *query;
    const struct attribution *report;
};

static void write_line(const struct answer *self, const int64_t *line)
{
    struct json_writer *json = self->json;

    json_object(json);
    stats_put_fraction(json, self->arena, "conversions", line[0]);
    json_name(json, "value");
    json_object(json);
    for (size_t i = 0; i < self->report->currencies_count; i++) {
        json_name_str(json, self->report->currencies[i]);
        json_i64(json, line[1 + i]);
    }
    json_object_end(json);
    json_object_end(json);
}

static void write_models(const struct answer *self, const char *name, const int64_t *lines)
{
    const struct attribution_query *deals = &self->query->deals;

    json_name(self->json, name);
    json_object(self->json);
    for (size_t i = 0; i < deals->models_count; i++) {
        json_name_str(self->json, credit_model_name(deals->models[i]));
        write_line(self, lines + i * self->report->width);
    }
    json_object_end(self->json);
}

static void write_question(const struct answer *self)
{
    const struct stats_query *query = self->query;
    const struct attribution_query *deals = &query->deals;
    struct json_writer *json = self->json;

    json_put_i64(json, "window_days", deals->window_ms / MS_PER_DAY);
    json_put_i64(json, "half_life_days", deals->half_life_ms / MS_PER_DAY);
    json_name(json, "models");
    json_array(json);
    for (size_t i = 0; i < deals->models_count; i++) {
        json_str(json, credit_model_name(deals->models[i]));
    }
    json_array_end(json);
    json_put_opt(json, "stage", deals->stage);
    json_name(json, "types");
    json_array(json);
    for (size_t i = 0; i < deals->types.count; i++) {
        json_str(json, deals->types.items[i]);
    }
    json_array_end(json);
    json_name(json, "currencies");
    json_array(json);
    for (size_t i = 0; i < self->report->currencies_count; i++) {
        json_str(json, self->report->currencies[i]);
    }
    json_array_end(json);
}

/* Of keys that see some links only: what happened elsewhere is not theirs to know. */
static bool sees_all(const struct answer *self)
{
    return !self->query->report.owner_bound && !self->query->report.domain_bound;
}

static void write_totals(const struct answer *self)
{
    const struct attribution *report = self->report;
    struct json_writer *json = self->json;

    if (!sees_all(self)) {
        static const char *const hidden[] = {"totals", "customers", "refunds", "unattributed", "elsewhere"};
        for (size_t i = 0; i < ARRAY_LEN(hidden); i++) {
            json_name(json, hidden[i]);
            json_null(json);
        }
    } else {
        json_name(json, "totals");
        write_line(self, report->totals);
        json_put_i64(json, "customers", report->customers);
        json_put_i64(json, "refunds", report->refunds);
        json_name(json, "unattributed");
        write_line(self, report->unattributed);
        write_models(self, "elsewhere", report->elsewhere);
    }
    write_models(self, "credited", report->credited);
    write_models(self, "direct", report->direct);
}

static void write_groups(const struct answer *self)
{
    const struct attribution *report = self->report;
    const struct report_query *query = &self->query->report;

    json_name(self->json, "groups");
    json_array(self->json);
    for (size_t i = 0; i < report->groups_count; i++) {
        json_object(self->json);
        for (size_t d = 0; d < query->group_count; d++) {
            stats_write_dim(self->json, self->arena, query->group_by[d], report->groups[i].values[d]);
        }
        write_models(self, "models", report->groups[i].lines);
        json_object_end(self->json);
    }
    json_array_end(self->json);
    json_put_i64(self->json, "groups_total", (int64_t)report->groups_total);
    write_models(self, "other", report->other);
}

static void write_answer(const struct answer *self)
{
    const struct report_query *query = &self->query->report;
    int64_t from_ms = query->from_ms, first_ms = self->report->first_ms;

    if (self->query->from_first) {
        from_ms = zone_day_start(
            query->zone, zone_civil_day(query->zone, first_ms == TIME_NONE ? query->to_ms - 1 : first_ms, NULL));
    }
    stats_put_instant(self->json, "from", query->zone, from_ms);
    stats_put_instant(self->json, "to", query->zone, query->to_ms);
    json_put_str(self->json, "tz", zone_name(query->zone));
    write_question(self);
    write_totals(self);
    write_groups(self);
}

static enum err run(struct ctx *ctx, struct request *request, struct db *db, struct stats_query *query,
                    struct attribution *out, struct fault *fault)
{
    enum err err = stats_query_links(db, request->arena, request->actor, ctx->engine->fold_case, query, fault);

    query->deals.report = query->report;
    return err == OK ? attribution_run(db, ctx->engine->report_helper, request->arena, &query->deals, out, fault) : err;
}

static void attribution_get(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct stats_query *query = ARENA_NEW(request->arena, struct stats_query);
    struct attribution report = {0};
    struct json_writer json;
    struct fault fault = {0};
    enum err err = query ? stats_query_parse(request->arena, request->query, USE_ATTRIBUTION, ctx->engine->zone,
                                             request->now_ms, query, &fault)
                         : ERR_NOMEM;
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return;
    }
    stats_query_bounds(query, request->actor);
    (void)joiner_drain(atomic_load(&ctx->engine->deals.joiner), JOIN_WAIT_MS); /* later than that it is told without */
    struct db *db = call_reader(ctx, request, reply);
    if (!db) {
        return;
    }
    db_set_deadline(db, clock_mono_ns() + REPORT_DEADLINE_NS);
    err = run(ctx, request, db, query, &report, &fault);
    db_set_deadline(db, 0);
    readers_give(ctx->engine->readers, db);
    if (err != OK) {
        stats_report_failed(reply, request, err, &fault);
        return;
    }
    reply_json_begin(reply, 200, &json);
    json_object(&json);
    write_answer(&(struct answer){&json, request->arena, query, &report});
    json_object_end(&json);
}

const struct route api_attribution_routes[] = {
    {METHOD_GET, "/api/v1/stats/attribution", PLANE_ADMIN, attribution_get, SCOPE_STATS_READ,
     "Credit what happened after the clicks", 0, ROUTE_QUERY_ANY},
    {0},
};
