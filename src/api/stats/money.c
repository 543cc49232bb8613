/* SPDX-License-Identifier: MIT */
/* GET /api/v1/stats/money: what was spent beside what it brought (money_report.h). */
#include "linkpond/api/call.h"
#include "linkpond/api/routes.h"
#include "linkpond/engine/money_report.h"
#include "stats_query.h"
#include "stats_view.h"

struct money {
    const struct stats_query *query;
    struct arena *arena;
    struct money_report report;
};

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

static void put_sums(struct json_writer *json, const struct money *self, const struct money_row *row, size_t currency)
{
    json_put_i64(json, "cost", row->cost[currency]);
    json_put_i64(json, "revenue", row->revenue[currency]);
    json_put_i64(json, "clicks", row->clicks);
    stats_put_fraction(json, self->arena, "leads", row->leads);
    stats_put_fraction(json, self->arena, "friends", row->friends);
    stats_put_fraction(json, self->arena, "deals", row->deals[currency]);
    stats_put_fraction(json, self->arena, "new_customers", row->customers[currency]);
}

static void put_payback(struct json_writer *json, const struct money_row *row, size_t currency)
{
    bool reached = row->payback[currency] == PAYBACK_REACHED;

    json_name(json, "payback");
    json_object(json);
    json_name(json, "days");
    if (reached) {
        json_i64(json, row->payback_days[currency]);
    } else {
        json_null(json);
    }
    json_put_opt(json, "reason", reached ? STR("") : payback_name(row->payback[currency]));
    json_object_end(json);
}

static void put_figures(struct json_writer *json, const struct money *self, const struct money_row *row,
                        size_t currency)
{
    double cost = (double)row->cost[currency], revenue = (double)row->revenue[currency], one = CREDIT_ONE;
    double margin = revenue * (double)self->query->margin_bp / MARGIN_ONE;

    put_sums(json, self, row, currency);
    put_ratio(json, "cost_per_click", cost, (double)row->clicks);
    put_ratio(json, "cost_per_lead", cost * one, (double)row->leads);
    put_ratio(json, "cost_per_friend", cost * one, (double)row->friends);
    put_ratio(json, "cac", cost * one, (double)row->customers[currency]);
    put_ratio(json, "roas", revenue, cost);
    put_ratio(json, "roi", margin - cost, cost);
    put_payback(json, row, currency);
}

static bool has_money(const struct money_row *row, size_t currency)
{
    return row->cost[currency] != 0 || row->revenue[currency] != 0 || row->deals[currency] != 0;
}

/* A row for each currency; one without any where there was no money. */
static void write_row(struct json_writer *json, const struct money *self, const struct money_row *row)
{
    enum dim dim = self->query->report.group_by[0];
    bool any = false;

    for (size_t i = 0; i <= self->report.currencies_count; i++) {
        bool last = i == self->report.currencies_count;
        if (last ? any : !has_money(row, i)) {
            continue;
        }
        any = true;
        struct money_row shown = *row;
        if (last) {
            shown.payback[0] = PAYBACK_NO_COST;
        }
        json_object(json);
        stats_write_dim(json, self->arena, dim, row->value);
        json_put_opt(json, "currency", last ? STR("") : self->report.currencies[i]);
        put_figures(json, self, &shown, last ? 0 : i);
        json_object_end(json);
    }
}

/* What stands beside the groups, by currency. */
static void write_beside(struct json_writer *json, const struct money *self, const char *name,
                         const struct money_row *row)
{
    json_name(json, name);
    json_array(json);
    for (size_t i = 0; i < self->report.currencies_count; i++) {
        json_object(json);
        json_put_str(json, "currency", self->report.currencies[i]);
        put_sums(json, self, row, i);
        json_object_end(json);
    }
    json_array_end(json);
}

/* Whether customers who come back, and bring others, cover what they cost. */
static void write_private_domain(struct json_writer *json, const struct money *self, size_t currency)
{
    const struct money_row *totals = &self->report.totals;
    const struct credit_buyers *buyers = &self->report.buyers_in[currency];
    struct worth_answer answer = worth_of(&(struct worth_question){.cost = totals->cost[currency],
                                                                   .revenue = totals->revenue[currency],
                                                                   .margin_bp = self->query->margin_bp,
                                                                   .customers = totals->customers[currency],
                                                                   .orders = totals->deals[currency],
                                                                   .buyers = buyers->customers,
                                                                   .repeated = buyers->repeated,
                                                                   .referred = buyers->referred});

    json_name(json, "private_domain");
    json_object(json);
    json_put_str(json, "verdict", worth_name(answer.worth));
    json_put_i64(json, "buyers", buyers->customers);
    json_put_i64(json, "cac", answer.cac);
    json_put_i64(json, "order_margin", answer.order_margin);
    json_put_i64(json, "lifetime_margin", answer.lifetime_margin);
    stats_put_fraction(json, self->arena, "repeat_rate", answer.repeat_rate);
    stats_put_fraction(json, self->arena, "referral_rate", answer.referral_rate);
    stats_put_fraction(json, self->arena, "repeat_rate_needed", answer.repeat_rate_needed);
    json_object_end(json);
}

static void write_totals(struct json_writer *json, const struct money *self)
{
    const struct money_report *report = &self->report;
    const struct credit_buyers *buyers = &report->buyers;

    json_name(json, "totals");
    json_array(json);
    for (size_t i = 0; i < report->currencies_count; i++) {
        double cost = (double)report->totals.cost[i], customers = (double)report->totals.customers[i] / CREDIT_ONE;
        double margin = (double)report->totals.revenue[i] * (double)self->query->margin_bp / MARGIN_ONE;
        json_object(json);
        json_put_str(json, "currency", report->currencies[i]);
        put_figures(json, self, &report->totals, i);
        json_put_i64(json, "unassigned_cost", report->unassigned.cost[i]);
        put_ratio(json, "margin_per_new_customer", margin, customers);
        json_name(json, "pays");
        if (cost > 0) {
            json_bool(json, margin > cost);
        } else {
            json_null(json);
        }
        write_private_domain(json, self, i);
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
    json_name(json, "margin");
    json_double(json, (double)self->query->margin_bp / 100);
    write_totals(json, self);
    json_name(json, "groups");
    json_array(json);
    for (size_t i = 0; i < self->report.rows_count; i++) {
        write_row(json, self, &self->report.rows[i]);
    }
    json_array_end(json);
    json_put_i64(json, "groups_total", (int64_t)self->report.rows_total);
    write_beside(json, self, "other", &self->report.other);
    write_beside(json, self, "unassigned", &self->report.unassigned);
}

static enum err run(struct ctx *ctx, struct request *request, struct db *db, struct stats_query *query,
                    struct money_report *out, struct fault *fault)
{
    enum err err = stats_query_links(db, request->arena, request->actor, ctx->engine->fold_case, query, fault);

    query->deals.report = query->report;
    const struct money_query question = {.deals = query->deals, .margin_bp = query->margin_bp};
    return err == OK ? money_report_run(db, request->arena, &question, out, fault) : err;
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
    money->query = query;
    money->arena = request->arena;
    db_set_deadline(db, clock_mono_ns() + REPORT_DEADLINE_NS);
    err = run(ctx, request, db, query, &money->report, &fault);
    db_set_deadline(db, 0);
    readers_give(ctx->engine->readers, db);
    if (err != OK) {
        stats_report_failed(reply, request, err, &fault);
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
