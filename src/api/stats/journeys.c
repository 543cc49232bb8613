/* SPDX-License-Identifier: MIT */
/* GET /api/v1/stats/funnel and /stats/cohorts: how far customers came, and what they did month after month. */
#include "linkpond/api/call.h"
#include "linkpond/api/routes.h"
#include "linkpond/engine/cohorts.h"
#include "linkpond/engine/funnel.h"
#include "linkpond/model/link.h"
#include "stats_query.h"
#include "stats_view.h"

/* What both do: the question, then `run` on a read handle, then `write`. */
struct journey_answer {
    struct stats_query *query;
    int64_t first_day_ms; /* of clicks, when asked from the first one on */
    struct funnel funnel;
    struct cohorts cohorts;
};
typedef enum err (*journey_run)(struct db *db, struct report_helper *helper, struct arena *arena,
                                struct journey_answer *answer, struct fault *fault);
typedef void (*journey_write)(struct json_writer *json, struct arena *arena, const struct journey_answer *answer);

static bool sees_all(const struct report_query *query)
{
    return !query->owner_bound && !query->domain_bound;
}

static void write_range(struct json_writer *json, const struct report_query *query, int64_t from_ms)
{
    stats_put_instant(json, "from", query->zone, from_ms);
    stats_put_instant(json, "to", query->zone, query->to_ms);
    json_put_str(json, "tz", zone_name(query->zone));
}

static enum err ask(struct ctx *ctx, struct request *request, enum stats_use use, journey_run run,
                    struct journey_answer *answer, struct fault *fault)
{
    struct stats_query *query = answer->query;
    enum err err =
        stats_query_parse(request->arena, request->query, use, ctx->engine->zone, request->now_ms, query, fault);
    if (err != OK) {
        return err;
    }
    stats_query_bounds(query, request->actor);
    struct db *db = readers_take(ctx->engine->readers, READER_WAIT_MS);
    if (!db) {
        return call_readers_busy(fault);
    }
    db_set_deadline(db, clock_mono_ns() + REPORT_DEADLINE_NS);
    err = stats_query_links(db, request->arena, request->actor, ctx->engine->fold_case, query, fault);
    if (err == OK && query->from_first) {
        err = stats_query_first_day(db, query->report.zone, request->now_ms, &answer->first_day_ms);
    }
    err = err == OK ? run(db, ctx->engine->report_helper, request->arena, answer, fault) : err;
    db_set_deadline(db, 0);
    readers_give(ctx->engine->readers, db);
    return err;
}

static void answer_journey(struct ctx *ctx, struct request *request, struct reply *reply, enum stats_use use,
                           journey_run run, journey_write write)
{
    struct journey_answer answer = {.query = ARENA_NEW(request->arena, struct stats_query)};
    struct json_writer json;
    struct fault fault = {0};
    enum err err = answer.query ? ask(ctx, request, use, run, &answer, &fault) : ERR_NOMEM;

    if (err != OK) {
        stats_report_failed(reply, request, err, &fault);
        return;
    }
    reply_json_begin(reply, 200, &json);
    json_object(&json);
    write(&json, request->arena, &answer);
    json_object_end(&json);
}

/* ---- the funnel */

static enum err run_funnel(struct db *db, struct report_helper *helper, struct arena *arena,
                           struct journey_answer *answer, struct fault *fault)
{
    return funnel_run(db, helper, arena, &answer->query->report, &answer->funnel, fault);
}

static void put_share(struct json_writer *json, const char *name, int64_t part, int64_t whole)
{
    json_name(json, name);
    if (whole > 0) {
        json_double(json, (double)part / (double)whole);
    } else {
        json_null(json);
    }
}

static void put_known(struct json_writer *json, const char *name, int64_t visitors)
{
    json_name(json, name);
    if (visitors == FUNNEL_UNKNOWN) {
        json_null(json);
    } else {
        json_i64(json, visitors);
    }
}

static void write_lag(struct json_writer *json, const struct funnel_step *step)
{
    json_name(json, "lag");
    if (step->lag_customers == 0) {
        json_null(json);
        return;
    }
    json_object(json);
    json_put_i64(json, "customers", step->lag_customers);
    json_put_i64(json, "median_s", step->median_ms / MS_PER_SECOND);
    json_put_i64(json, "p90_s", step->p90_ms / MS_PER_SECOND);
    json_object_end(json);
}

/* The first step has as many people as visitors are known of; else as many as customers. */
static void write_steps(struct json_writer *json, const struct funnel *funnel, const struct funnel_step *steps,
                        int64_t visitors)
{
    int64_t first = visitors == FUNNEL_UNKNOWN ? steps[0].customers : visitors;

    json_name(json, "steps");
    json_array(json);
    for (size_t i = 0; i < funnel->stages_count; i++) {
        json_object(json);
        json_put_str(json, "stage", funnel->stages[i].key);
        if (i == 0) {
            put_known(json, "visitors", visitors);
        }
        json_put_i64(json, "customers", steps[i].customers);
        put_share(json, "conversion", i > 0 ? steps[i].customers : first, i > 1 ? steps[i - 1].customers : first);
        put_share(json, "of_first", i > 0 ? steps[i].customers : first, first);
        write_lag(json, &steps[i]);
        json_object_end(json);
    }
    json_array_end(json);
}

static void write_stages(struct json_writer *json, const struct funnel *funnel)
{
    json_name(json, "stages");
    json_array(json);
    for (size_t i = 0; i < funnel->stages_count; i++) {
        const struct stage *stage = &funnel->stages[i];
        json_object(json);
        json_put_str(json, "key", stage->key);
        json_name(json, "names");
        json_object(json);
        json_put_str(json, "zh", stage->name_zh);
        json_put_str(json, "en", stage->name_en);
        json_object_end(json);
        json_object_end(json);
    }
    json_array_end(json);
}

static void write_funnel(struct json_writer *json, struct arena *arena, const struct journey_answer *answer)
{
    const struct report_query *query = &answer->query->report;
    const struct funnel *funnel = &answer->funnel;
    int64_t from_ms = query->from_ms;

    if (answer->query->from_first) {
        bool customers = funnel->first_ms != TIME_NONE && funnel->first_ms < answer->first_day_ms;
        from_ms = customers ? zone_day_start(query->zone, zone_civil_day(query->zone, funnel->first_ms, NULL))
                            : answer->first_day_ms;
    }
    write_range(json, query, from_ms);
    json_name(json, "kept");
    if (funnel->clicks_since_ms == TIME_NONE) {
        json_null(json);
    } else {
        json_object(json);
        stats_put_instant(json, "since", query->zone, funnel->clicks_since_ms);
        json_object_end(json);
    }
    write_stages(json, funnel);
    write_steps(json, funnel, funnel->steps, funnel->visitors);
    json_name(json, "untouched");
    if (sees_all(query)) {
        json_object(json);
        write_steps(json, funnel, funnel->untouched, FUNNEL_UNKNOWN);
        json_object_end(json);
    } else {
        json_null(json);
    }
    json_name(json, "groups");
    json_array(json);
    for (size_t i = 0; i < funnel->groups_count; i++) {
        json_object(json);
        stats_write_dim(json, arena, query->group_by[0], funnel->groups[i].value);
        write_steps(json, funnel, funnel->groups[i].steps, funnel->groups[i].visitors);
        json_object_end(json);
    }
    json_array_end(json);
    json_put_i64(json, "groups_total", (int64_t)funnel->groups_total);
}

static void funnel_get(struct ctx *ctx, struct request *request, struct reply *reply)
{
    answer_journey(ctx, request, reply, USE_FUNNEL, run_funnel, write_funnel);
}

/* ---- cohorts */

static enum err run_cohorts(struct db *db, struct report_helper *helper, struct arena *arena,
                            struct journey_answer *answer, struct fault *fault)
{
    (void)fault;
    return cohorts_run(db, helper, arena, &answer->query->report, answer->query->margin_bp, &answer->cohorts);
}

static void write_values(struct json_writer *json, const struct cohorts *cohorts, const char *name,
                         const int64_t *values)
{
    json_name(json, name);
    json_object(json);
    for (size_t i = 0; i < cohorts->currencies_count; i++) {
        json_name_str(json, cohorts->currencies[i]);
        json_i64(json, values[i]);
    }
    json_object_end(json);
}

/* What one of them has brought so far, in minor units, to the nearest. */
static void write_ltv(struct json_writer *json, const struct cohorts *cohorts, const int64_t *sums, int64_t customers)
{
    json_name(json, "ltv");
    json_object(json);
    for (size_t i = 0; i < cohorts->currencies_count && customers > 0; i++) {
        int64_t half = sums[i] < 0 ? -(customers / 2) : customers / 2;
        json_name_str(json, cohorts->currencies[i]);
        json_i64(json, (sums[i] + half) / customers);
    }
    json_object_end(json);
}

static void write_months(struct json_writer *json, struct arena *arena, const struct cohorts *cohorts,
                         const struct cohort *cohort)
{
    int64_t *sums = ARENA_ARRAY(arena, int64_t, cohorts->currencies_count + 1);

    json_name(json, "months");
    json_array(json);
    for (size_t i = 0; sums && i < cohorts->currencies_count; i++) {
        sums[i] = 0;
    }
    for (size_t i = 0; sums && i < cohort->months_count; i++) {
        const struct cohort_month *month = &cohort->months[i];
        json_object(json);
        json_put_i64(json, "since", (int64_t)i);
        json_put_i64(json, "active", month->active);
        json_put_i64(json, "leads", month->leads);
        json_put_i64(json, "friends", month->friends);
        json_put_i64(json, "deals", month->deals);
        write_values(json, cohorts, "value", month->values);
        for (size_t c = 0; c < cohorts->currencies_count; c++) {
            sums[c] += month->values[c];
        }
        write_ltv(json, cohorts, sums, cohort->customers);
        json_object_end(json);
    }
    json_array_end(json);
}

static void write_depth(struct json_writer *json, const struct cohort *cohort)
{
    json_name(json, "depth");
    json_object(json);
    put_share(json, "days", cohort->days, cohort->customers);
    put_share(json, "contents", cohort->contents, cohort->customers);
    put_share(json, "events", cohort->events, cohort->customers);
    json_object_end(json);
}

/* What was spent in its month, and after how many months that had come back. */
static void write_costs(struct json_writer *json, const struct cohorts *cohorts, const struct cohort *cohort)
{
    static const char *const names[] = {"cost", "payback"};

    for (size_t n = 0; n < ARRAY_LEN(names); n++) {
        json_name(json, names[n]);
        if (!cohort->costs) {
            json_null(json);
            continue;
        }
        json_object(json);
        for (size_t i = 0; i < cohorts->currencies_count; i++) {
            const struct cohort_cost *cost = &cohort->costs[i];
            bool reached = cost->payback == PAYBACK_REACHED;
            json_name_str(json, cohorts->currencies[i]);
            if (n == 0) {
                json_i64(json, cost->cost);
                continue;
            }
            json_object(json);
            json_name(json, "months");
            if (reached) {
                json_i64(json, cost->payback_months);
            } else {
                json_null(json);
            }
            json_put_opt(json, "reason", reached ? STR("") : payback_name(cost->payback));
            json_object_end(json);
        }
        json_object_end(json);
    }
}

static void write_cohorts(struct json_writer *json, struct arena *arena, const struct journey_answer *answer)
{
    const struct report_query *query = &answer->query->report;
    const struct cohorts *cohorts = &answer->cohorts;
    const struct cohort *first = cohorts->count > 0 ? &cohorts->cohorts[0] : NULL;
    int64_t from_ms = query->from_ms;

    if (answer->query->from_first) {
        from_ms = zone_day_start(query->zone, first ? days_from_civil(first->year, first->month, 1)
                                                    : zone_civil_day(query->zone, query->to_ms - 1, NULL));
    }
    write_range(json, query, from_ms);
    json_name(json, "currencies");
    json_array(json);
    for (size_t i = 0; i < cohorts->currencies_count; i++) {
        json_str(json, cohorts->currencies[i]);
    }
    json_array_end(json);
    json_name(json, "cohorts");
    json_array(json);
    for (size_t i = 0; i < cohorts->count; i++) {
        const struct cohort *cohort = &cohorts->cohorts[i];
        json_object(json);
        json_put_str(json, "month", arena_f(arena, "%04d-%02d", cohort->year, cohort->month));
        json_put_i64(json, "customers", cohort->customers);
        write_depth(json, cohort);
        write_costs(json, cohorts, cohort);
        write_months(json, arena, cohorts, cohort);
        json_object_end(json);
    }
    json_array_end(json);
}

static void cohorts_get(struct ctx *ctx, struct request *request, struct reply *reply)
{
    answer_journey(ctx, request, reply, USE_COHORTS, run_cohorts, write_cohorts);
}

const struct route api_journey_routes[] = {
    {METHOD_GET, "/api/v1/stats/funnel", PLANE_ADMIN, funnel_get, SCOPE_STATS_READ,
     "Count how far customers came, step by step", 0, ROUTE_QUERY_ANY},
    {METHOD_GET, "/api/v1/stats/cohorts", PLANE_ADMIN, cohorts_get, SCOPE_STATS_READ,
     "Follow customers by the month they came in", 0, ROUTE_QUERY_ANY},
    {0},
};
