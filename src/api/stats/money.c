/* SPDX-License-Identifier: MIT */
/*
 * GET /api/v1/stats/money: what was spent beside what it brought. Costs are put to what they were entered on, and those
 * on a link also to the campaign, channel and owner of that link as it is now; nothing is spread by a guess. What
 * cannot be put to a group is told as unassigned.
 */
#include "linkpond/api/call.h"
#include "linkpond/api/routes.h"
#include "linkpond/engine/attribution.h"
#include "linkpond/store/costs.h"
#include "linkpond/store/credits.h"
#include "linkpond/store/labels.h"
#include "linkpond/store/links.h"
#include "stats_query.h"
#include "stats_view.h"

#define REPORT_DEADLINE_NS (INT64_C(60) * 1000000000)
#define ROWS_MAX           4096
#define CURRENCIES         8 /* of one report */

/* Events are in millionths. */
struct row {
    str value;
    int64_t clicks, leads, friends, deals, customers;
    int64_t cost[CURRENCIES], revenue[CURRENCIES];
};
struct money {
    const struct stats_query *query;
    struct db *db;
    struct arena *arena;
    str currencies[CURRENCIES];
    size_t currencies_count;
    struct row *rows;
    size_t rows_count;
    struct row total; /* everything, whatever group it is in or is in none */
    int64_t unassigned[CURRENCIES];
    struct credit_buyers buyers;
};

/* ---- gathering */

static struct row *row_of(struct money *self, str value)
{
    for (size_t i = 0; i < self->rows_count; i++) {
        if (str_eq(self->rows[i].value, value)) {
            return &self->rows[i];
        }
    }
    if (self->rows_count == ROWS_MAX) {
        return NULL;
    }
    struct row *row = &self->rows[self->rows_count++];
    *row = (struct row){.value = arena_str(self->arena, value)};
    return row;
}

static int64_t *amount_of(struct money *self, int64_t amounts[CURRENCIES], str currency)
{
    for (size_t i = 0; i < self->currencies_count; i++) {
        if (str_eq(self->currencies[i], currency)) {
            return &amounts[i];
        }
    }
    if (self->currencies_count == CURRENCIES) {
        return NULL;
    }
    self->currencies[self->currencies_count] = arena_str(self->arena, currency);
    return &amounts[self->currencies_count++];
}

static enum err add_clicks(struct money *self, struct report_helper *helper, struct fault *fault)
{
    struct report_query query = self->query->report;
    struct report report;

    query.limit = LIMIT_PAGE;
    enum err err = report_run(self->db, helper, self->arena, &query, &report, fault);
    for (size_t i = 0; err == OK && i < report.groups_count; i++) {
        struct row *row = row_of(self, report.groups[i].values[0]);
        err = row ? OK : ERR_NOMEM;
        if (row) {
            row->clicks += report.groups[i].clicks;
        }
    }
    self->total.clicks = err == OK ? report.totals.clicks : 0;
    return err;
}

/* What events are asked for, and which figure they are. */
enum what { LEADS, FRIENDS, DEALS, CUSTOMERS };

static int64_t *figure_of(struct row *row, enum what what)
{
    return what == LEADS     ? &row->leads
           : what == FRIENDS ? &row->friends
           : what == DEALS   ? &row->deals
                             : &row->customers;
}

static enum err add_revenue(struct money *self, struct row *row, const struct attribution *report, const int64_t *line)
{
    for (size_t i = 0; i < report->currencies_count; i++) {
        int64_t *revenue = amount_of(self, row->revenue, report->currencies[i]);
        if (!revenue) {
            return ERR_NOMEM;
        }
        *revenue += line[1 + i];
    }
    return OK;
}

static enum err add_events(struct money *self, struct report_helper *helper, enum what what, struct fault *fault)
{
    struct attribution_query query = self->query->deals;
    str types[1] = {what == LEADS ? STR("lead") : STR("add_friend")};
    struct attribution report;

    query.report = self->query->report;
    query.report.limit = LIMIT_PAGE;
    query.types = (struct str_list){types, what == LEADS || what == FRIENDS};
    query.first_deals = what == CUSTOMERS;
    enum err err = attribution_run(self->db, helper, self->arena, &query, &report, fault);
    for (size_t i = 0; err == OK && i < report.groups_count; i++) {
        struct row *row = row_of(self, report.groups[i].values[0]);
        err = row ? OK : ERR_NOMEM;
        if (row) {
            *figure_of(row, what) += report.groups[i].lines[0];
            err = what == DEALS ? add_revenue(self, row, &report, report.groups[i].lines) : OK;
        }
    }
    if (err == OK) {
        bool filtered = self->query->report.filters_count > 0;
        const int64_t *line = filtered ? report.credited : report.totals;
        *figure_of(&self->total, what) = line[0];
        err = what == DEALS ? add_revenue(self, &self->total, &report, line) : OK;
    }
    return err;
}

static enum err channel_group(struct money *self, str channel, str *out)
{
    struct label label = {0};
    enum err err = channel.len > 0 ? labels_find(self->db, self->arena, LABEL_CHANNEL, channel, &label) : ERR_NOT_FOUND;

    *out = label.channel_group;
    return err == ERR_NOT_FOUND ? OK : err;
}

/* Which group a cost is of; false: of none. */
static enum err group_of(struct money *self, const struct cost *cost, str *value, bool *any)
{
    struct link link = {0};
    enum dim dim = self->query->report.group_by[0];
    enum err err = OK;

    if (cost->link_id != 0 && dim != DIM_LINK) {
        err = links_find(self->db, self->arena, BOUNDS_ALL, cost->link_id, &link);
        err = err == ERR_NOT_FOUND ? OK : err;
    }
    *value = dim == DIM_CAMPAIGN  ? (cost->campaign_id != 0 ? cost->campaign : link.campaign)
             : dim == DIM_CHANNEL ? (cost->channel_id != 0 ? cost->channel : link.channel)
             : dim == DIM_OWNER   ? (cost->owner_id != 0 ? cost->owner : link.owner)
             : cost->link_id != 0 ? arena_f(self->arena, "%lld", (long long)cost->link_id)
                                  : STR("");
    if (err == OK && dim == DIM_CHANNEL_GROUP) {
        err = channel_group(self, cost->channel_id != 0 ? cost->channel : link.channel, value);
    }
    *any = value->len > 0;
    return err;
}

static bool passes(const struct money *self, str value)
{
    const struct report_query *query = &self->query->report;

    for (size_t i = 0; i < query->filters_count; i++) {
        bool found = false;
        for (size_t j = 0; j < query->filters[i].values.count; j++) {
            found = found || str_eq(query->filters[i].values.items[j], value);
        }
        if (found == query->filters[i].exclude) {
            return false;
        }
    }
    return true;
}

static enum err add_cost(struct money *self, const struct cost *cost)
{
    str value = {0};
    bool any = false;
    enum err err = group_of(self, cost, &value, &any);

    if (err != OK || !passes(self, any ? value : STR(""))) {
        return err;
    }
    struct row *row = any ? row_of(self, value) : NULL;
    int64_t *in_row = amount_of(self, row ? row->cost : self->unassigned, cost->currency);
    int64_t *in_total = amount_of(self, self->total.cost, cost->currency);
    if ((any && !row) || !in_row || !in_total) {
        return ERR_NOMEM;
    }
    *in_row += cost->amount;
    *in_total += cost->amount;
    return OK;
}

static str day_text(struct arena *arena, const struct zone *zone, int64_t ms, const char *tail)
{
    int year, month, day;

    civil_from_days(zone_civil_day(zone, ms, NULL), &year, &month, &day);
    return arena_f(arena, "%04d-%02d-%02d%s", year, month, day, tail);
}

/* Days are compared as texts; "~" stands behind whatever begins like that day. */
static enum err add_costs(struct money *self)
{
    const struct report_query *query = &self->query->report;
    struct costs_filter filter = {
        .from_day = day_text(self->arena, query->zone, query->from_ms, ""),
        .to_day = day_text(self->arena, query->zone, query->to_ms - 1, "~"),
    };
    struct stmt *rows = costs_list(self->db, &filter);
    struct cost cost;
    enum err err = OK;

    while (err == OK && costs_next(rows, &cost)) {
        err = add_cost(self, &cost);
    }
    err = err == OK ? stmt_err(rows) : err;
    stmt_reset(rows);
    return err;
}

static enum err gather(struct money *self, struct report_helper *helper, struct fault *fault)
{
    const struct report_query *query = &self->query->report;
    enum err err = add_clicks(self, helper, fault);

    for (int what = LEADS; err == OK && what <= CUSTOMERS; what++) {
        err = add_events(self, helper, (enum what)what, fault);
    }
    err = err == OK ? add_costs(self) : err;
    err = err == OK ? credit_buyers(self->db, query->from_ms, query->to_ms, &self->buyers) : err;
    return err == OK && self->arena->overflow ? ERR_NOMEM : err;
}

/* ---- the answer */

/* A share of amounts, in minor units; null where there is nothing to share among. */
static void put_ratio(struct json_writer *json, const char *name, double amount, double among)
{
    json_name(json, name);
    if (among > 0) {
        json_double(json, amount / among);
    } else {
        json_null(json);
    }
}

static void put_figures(struct json_writer *json, const struct money *self, const struct row *row, size_t currency)
{
    double cost = (double)row->cost[currency], revenue = (double)row->revenue[currency], one = CREDIT_ONE;
    double margin = revenue * (double)self->query->margin / 100;

    json_put_i64(json, "cost", row->cost[currency]);
    json_put_i64(json, "revenue", row->revenue[currency]);
    json_put_i64(json, "clicks", row->clicks);
    stats_put_fraction(json, self->arena, "leads", row->leads);
    stats_put_fraction(json, self->arena, "friends", row->friends);
    stats_put_fraction(json, self->arena, "deals", row->deals);
    stats_put_fraction(json, self->arena, "new_customers", row->customers);
    put_ratio(json, "cost_per_click", cost, (double)row->clicks);
    put_ratio(json, "cost_per_lead", cost * one, (double)row->leads);
    put_ratio(json, "cost_per_friend", cost * one, (double)row->friends);
    put_ratio(json, "cac", cost * one, (double)row->customers);
    put_ratio(json, "roas", revenue, cost);
    put_ratio(json, "roi", margin - cost, cost);
}

static bool has_money(const struct row *row, size_t currency)
{
    return row->cost[currency] != 0 || row->revenue[currency] != 0;
}

/* A row for each currency; one without any where there was no money. */
static void write_row(struct json_writer *json, const struct money *self, const struct row *row)
{
    enum dim dim = self->query->report.group_by[0];
    bool any = false;

    for (size_t i = 0; i <= self->currencies_count; i++) {
        bool last = i == self->currencies_count;
        if (last ? any : !has_money(row, i)) {
            continue;
        }
        any = true;
        json_object(json);
        stats_write_dim(json, self->arena, dim, row->value);
        json_put_opt(json, "currency", last ? STR("") : self->currencies[i]);
        put_figures(json, self, row, last ? CURRENCIES - 1 : i);
        json_object_end(json);
    }
}

static void write_totals(struct json_writer *json, const struct money *self)
{
    const struct credit_buyers *buyers = &self->buyers;

    json_name(json, "totals");
    json_array(json);
    for (size_t i = 0; i < self->currencies_count; i++) {
        double cost = (double)self->total.cost[i], customers = (double)self->total.customers / CREDIT_ONE;
        double margin = (double)self->total.revenue[i] * (double)self->query->margin / 100;
        json_object(json);
        json_put_str(json, "currency", self->currencies[i]);
        put_figures(json, self, &self->total, i);
        json_put_i64(json, "unassigned_cost", self->unassigned[i]);
        put_ratio(json, "margin_per_new_customer", margin, customers);
        json_name(json, "pays");
        if (cost > 0) {
            json_bool(json, margin > cost);
        } else {
            json_null(json);
        }
        json_object_end(json);
    }
    json_array_end(json);
    json_put_i64(json, "buyers", buyers->customers);
    put_ratio(json, "repeat_rate", (double)buyers->repeated, (double)buyers->customers);
    put_ratio(json, "referral_rate", (double)buyers->referred, (double)buyers->customers);
}

static void write_money(struct json_writer *json, const struct money *self)
{
    const struct report_query *query = &self->query->report;
    size_t limit = query->limit;

    if (self->query->from_first) {
        json_name(json, "from");
        json_null(json);
    } else {
        stats_put_instant(json, "from", query->zone, query->from_ms);
    }
    stats_put_instant(json, "to", query->zone, query->to_ms);
    json_put_str(json, "tz", zone_name(query->zone));
    json_put_str(json, "model", credit_model_name(self->query->deals.models[0]));
    json_put_i64(json, "window_days", self->query->deals.window_ms / MS_PER_DAY);
    json_put_i64(json, "margin", self->query->margin);
    write_totals(json, self);
    json_name(json, "groups");
    json_array(json);
    for (size_t i = 0; i < self->rows_count && i < limit; i++) {
        write_row(json, self, &self->rows[i]);
    }
    json_array_end(json);
    json_put_i64(json, "groups_total", (int64_t)self->rows_count);
}

static enum err run(struct ctx *ctx, struct request *request, struct money *self, struct stats_query *query,
                    struct fault *fault)
{
    struct report_helper *helper = ctx->engine->report_helper;
    enum err err = stats_query_links(self->db, request->arena, request->actor, ctx->engine->fold_case, query, fault);

    self->rows = ARENA_ARRAY(request->arena, struct row, ROWS_MAX);
    if (err != OK || !self->rows) {
        return err != OK ? err : ERR_NOMEM;
    }
    return gather(self, helper, fault);
}

static void money_get(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct stats_query *query = ARENA_NEW(request->arena, struct stats_query);
    struct money *money = ARENA_NEW(request->arena, struct money);
    struct json_writer json;
    struct fault fault = {0};
    enum err err = query && money ? stats_query_parse(request->arena, request->query, USE_MONEY, ctx->engine->zone,
                                                      request->now_ms, query, &fault)
                                  : ERR_NOMEM;
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return;
    }
    struct db *db = call_unbound(request, reply) ? call_reader(ctx, request, reply) : NULL;
    if (!db) {
        return;
    }
    *money = (struct money){.query = query, .db = db, .arena = request->arena};
    db_set_deadline(db, clock_mono_ns() + REPORT_DEADLINE_NS);
    err = run(ctx, request, money, query, &fault);
    db_set_deadline(db, 0);
    readers_give(ctx->engine->readers, db);
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return;
    }
    reply_json_begin(reply, 200, &json);
    json_object(&json);
    write_money(&json, money);
    json_object_end(&json);
}

const struct route api_money_routes[] = {
    {METHOD_GET, "/api/v1/stats/money", PLANE_ADMIN, money_get, SCOPE_STATS_READ, "What was spent, and what it brought",
     0, ROUTE_QUERY_ANY},
    {0},
};
