/* SPDX-License-Identifier: MIT */
/* GET /api/v1/domains/:host/report: how a domain does, and whether an app seems to block it. Visits count for the
 * domain they came by, whatever domain their link is on. */
#include "domain_blocks.h"
#include "linkpond/api/routes.h"
#include "linkpond/base/clock.h"
#include "linkpond/engine/domain_falls.h"
#include "linkpond/store/links.h"

#define REPORT_DEADLINE_NS (INT64_C(30) * 1000000000)
#define APPS_MAX           30

struct domain_report {
    struct ctx *ctx;
    struct request *request;
    struct db *db;
    struct domain domain;
    const struct zone *zone;
    int64_t from_ms, to_ms;
    int64_t first_ms, last_ms; /* TIME_NONE = never */
    struct report now;         /* by day, and by app */
    struct traffic_fall fall;
    struct links_total links;
};

/* The host asked, and one more filter. */
static struct report_query question(struct domain_report *self, int64_t from_ms, int64_t to_ms, enum interval interval)
{
    const struct actor *actor = self->request->actor;
    struct report_query query = {.from_ms = from_ms,
                                 .to_ms = to_ms,
                                 .zone = self->zone,
                                 .interval = interval,
                                 .filters_count = 1,
                                 .limit = APPS_MAX,
                                 .owner_bound = actor->owner_bound,
                                 .domain_bound = actor->domain_bound,
                                 .owner_id = actor->owner_id,
                                 .domain_id = actor->domain_id};
    query.filters[0] = (struct report_filter){.dim = DIM_DOMAIN, .values = {.items = &self->domain.host, .count = 1}};
    return query;
}

static enum err ask(struct domain_report *self, const struct report_query *query, struct report *out)
{
    struct fault fault = {0};
    return report_run(self->db, self->ctx->engine->report_helper, self->request->arena, query, out, &fault);
}

/* The first or last visit of any class: the day by a count, then the visit itself. */
static bool keep_time(void *arg, const struct click *click)
{
    *(int64_t *)arg = click->time_ms;
    return false;
}

static enum err find_visit(struct domain_report *self, bool last, int64_t *out)
{
    struct report days;
    struct report_query query = question(self, 0, self->request->now_ms + 1, INTERVAL_DAY);
    query.all_classes = true;
    *out = TIME_NONE;
    enum err err = ask(self, &query, &days);
    if (err != OK || days.totals.clicks == 0) {
        return err;
    }
    for (size_t i = 0; i < days.series_count; i++) {
        size_t at = last ? days.series_count - 1 - i : i;
        if (days.series[at].clicks > 0) {
            struct click_query clicks = {.descending = last, .limit = 1};
            clicks.filter =
                question(self, days.series[at].start_ms, days.series[at].start_ms + 26 * MS_PER_HOUR, INTERVAL_NONE);
            clicks.filter.all_classes = true;
            return clicks_run(self->db, self->request->arena, &clicks, keep_time, out);
        }
    }
    return OK;
}

static enum err find_fall(struct domain_report *self)
{
    struct report_query query = question(self, 0, 0, INTERVAL_HOUR);
    return domain_fall_find(self->db, self->ctx->engine->report_helper, self->request->arena, &query,
                            self->request->now_ms, &self->fall);
}

static enum err count_links(struct domain_report *self)
{
    struct bounds bounds = call_bounds(self->request);
    struct links_page page;
    struct links_filter filter = {.bounds = &bounds,
                                  .state = -1,
                                  .archived = -1,
                                  .domain_id = self->domain.id,
                                  .created_to_ms = INT64_MAX,
                                  .now_ms = self->request->now_ms,
                                  .limit = 1};
    return links_list(self->db, self->request->arena, &filter, &page, &self->links);
}

static enum err find_all(struct domain_report *self)
{
    struct report_query query = question(self, self->from_ms, self->to_ms, INTERVAL_DAY);
    query.group_count = 1;
    query.group_by[0] = DIM_APP;
    enum err err = ask(self, &query, &self->now);
    err = err != OK ? err : find_visit(self, false, &self->first_ms);
    err = err != OK ? err : find_visit(self, true, &self->last_ms);
    err = err != OK ? err : find_fall(self);
    return err != OK ? err : count_links(self);
}

/* ---- the answer -------------------------------------------------------------------------------------------------- */

static void put_instant(struct json_writer *json, const char *name, const struct zone *zone, int64_t ms)
{
    char text[TIMESTAMP_TEXT_MAX];
    json_put_str(json, name, timestamp_offset(ms, zone_offset_s(zone, ms), text));
}

static void write_counts(struct json_writer *json, const struct domain_report *self)
{
    const struct report *now = &self->now;
    json_put_i64(json, "clicks", now->totals.clicks);
    json_name(json, "by_class");
    json_object(json);
    for (int i = 0; i < CLASS_COUNT; i++) {
        json_name_str(json, click_class_name((enum click_class)i));
        json_i64(json, now->totals.by_class[i]);
    }
    json_object_end(json);
    json_name(json, "apps");
    json_array(json);
    for (size_t i = 0; i < now->groups_count; i++) {
        json_object(json);
        json_put_str(json, "app", now->groups[i].values[0]);
        json_put_i64(json, "clicks", now->groups[i].clicks);
        json_object_end(json);
    }
    json_array_end(json);
    json_name(json, "series");
    json_array(json);
    for (size_t i = 0; i < now->series_count; i++) {
        json_object(json);
        put_instant(json, "start", self->zone, now->series[i].start_ms);
        json_put_i64(json, "clicks", now->series[i].clicks);
        json_object_end(json);
    }
    json_array_end(json);
}

static void write_fall(struct json_writer *json, const struct traffic_fall *fall)
{
    json_name(json, "wechat");
    json_object(json);
    json_put_i64(json, "last_day", fall->last_day);
    json_put_i64(json, "usual_day", fall->usual_day);
    json_put_i64(json, "others_last_day", fall->others_last);
    json_put_i64(json, "others_usual_day", fall->others_usual);
    json_put_bool(json, "fell", fall->fell);
    json_object_end(json);
}

static void write_report(struct json_writer *json, const struct domain_report *self)
{
    json_object(json);
    json_put_str(json, "host", self->domain.host);
    json_put_i64(json, "links", self->links.count);
    json_put_bool(json, "links_exact", self->links.exact);
    put_instant(json, "from", self->zone, self->from_ms);
    put_instant(json, "to", self->zone, self->to_ms);
    write_counts(json, self);
    json_put_time(json, "first_click_at", self->first_ms);
    json_put_time(json, "last_click_at", self->last_ms);
    write_fall(json, &self->fall);
    domain_blocks_write(json, self->db, self->domain.id);
    json_object_end(json);
}

static bool read_question(struct domain_report *self, struct reply *reply)
{
    struct request *request = self->request;
    str period = STR("30d"), zone;
    self->zone = self->ctx->engine->zone;
    request_query(request, "period", &period);
    if (request_query(request, "tz", &zone) && !(self->zone = zone_find(zone))) {
        call_bad_query(request, reply, "tz", "unknown", "Not an IANA time zone such as Asia/Shanghai.",
                       "不是有效的 IANA 时区，例如 Asia/Shanghai。");
        return false;
    }
    if (str_eq(period, STR("all")) ||
        !report_period(period, self->zone, request->now_ms, &self->from_ms, &self->to_ms)) {
        call_bad_query(request, reply, "period", "not_allowed", "One of today, 7d, 30d, mtd, 90d, 1y …",
                       "只能是 today、7d、30d、mtd、90d、1y 等。");
        return false;
    }
    return true;
}

static void report_get(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct domain_report *self = ARENA_NEW(request->arena, struct domain_report);
    struct json_writer json;
    if (!self) {
        reply_problem(reply, request, ERR_NOMEM, NULL);
        return;
    }
    *self = (struct domain_report){.ctx = ctx, .request = request};
    if (!read_question(self, reply) || !(self->db = call_reader(ctx, request, reply))) {
        return;
    }
    db_set_deadline(self->db, clock_mono_ns() + REPORT_DEADLINE_NS);
    enum err err = call_find_domain(self->db, request->arena, request->params[0], &self->domain);
    err = err != OK ? err : find_all(self);
    db_set_deadline(self->db, 0);
    if (err == OK) {
        reply_json_begin(reply, 200, &json);
        write_report(&json, self);
    } else {
        reply_problem(reply, request, err, NULL);
    }
    readers_give(ctx->engine->readers, self->db);
}

const struct route api_domain_report_routes[] = {
    {METHOD_GET, "/api/v1/domains/:host/report", PLANE_ADMIN, report_get, SCOPE_STATS_READ, "How a domain does", 0,
     "period tz"},
    {0},
};
