/* SPDX-License-Identifier: MIT */
/* Each part asks what /stats and /stats/attribution ask, so that one figure is the same wherever it is shown. */
#include "linkpond/engine/money_report.h"

#include <stdlib.h>

#include "linkpond/base/hash.h"
#include "linkpond/engine/behind_visitors.h"
#include "linkpond/engine/spending.h"

#define SLOTS 32768 /* a power of two above MONEY_ROWS_MAX */

struct gathering {
    const struct money_query *query;
    struct db *db;
    struct arena *arena;
    struct money_report *out;
    uint16_t *slots; /* a row's number from 1, by hash */
    int64_t first_day, last_day;
    struct attribution deals;
};

/* ---- rows and currencies */

/* NULL: there are too many. */
static struct money_row *row_of(struct gathering *self, str value)
{
    struct money_report *out = self->out;
    size_t at = hash_xxh3(value.ptr, value.len, 0) & (SLOTS - 1);

    while (self->slots[at] != 0) {
        struct money_row *row = &out->rows[self->slots[at] - 1];
        if (str_eq(row->value, value)) {
            return row;
        }
        at = (at + 1) & (SLOTS - 1);
    }
    if (out->rows_count == MONEY_ROWS_MAX) {
        return NULL;
    }
    struct money_row *row = &out->rows[out->rows_count++];
    *row = (struct money_row){.value = arena_str(self->arena, value)};
    self->slots[at] = (uint16_t)out->rows_count;
    return row;
}

static enum err place_of(struct gathering *self, str currency, size_t *place)
{
    struct money_report *out = self->out;

    for (*place = 0; *place < out->currencies_count; (*place)++) {
        if (str_eq(out->currencies[*place], currency)) {
            return OK;
        }
    }
    if (out->currencies_count == MONEY_CURRENCIES) {
        return ERR_TOO_LARGE;
    }
    out->currencies[out->currencies_count++] = arena_str(self->arena, currency);
    return OK;
}

/* ---- what happened */

static enum err add_clicks(struct gathering *self, struct fault *fault)
{
    struct report_query query = self->query->deals.report;
    struct report report;

    query.limit = MONEY_ROWS_MAX;
    enum err err = report_run(self->db, NULL, self->arena, &query, &report, fault);
    self->out->totals.clicks = self->out->other.clicks = err == OK ? report.totals.clicks : 0;
    for (size_t i = 0; err == OK && i < report.groups_count; i++) {
        struct money_row *row = row_of(self, report.groups[i].values[0]);
        if (!row) {
            return ERR_NOMEM;
        }
        row->clicks += report.groups[i].clicks;
        self->out->other.clicks -= report.groups[i].clicks; /* what retention left no groups of stays */
    }
    return err;
}

/* What events are asked for, and which figure they are. */
enum what { LEADS, FRIENDS, REVENUE, DEALS, CUSTOMERS };

/* `place` is of deals and customers. */
static enum err add_line(struct gathering *self, struct money_row *row, enum what what, size_t place,
                         const struct attribution *report, const int64_t *line)
{
    int64_t *const counts[] = {[LEADS] = &row->leads,
                               [FRIENDS] = &row->friends,
                               [DEALS] = &row->deals[place],
                               [CUSTOMERS] = &row->customers[place]};
    enum err err = OK;

    if (what != REVENUE) {
        *counts[what] += line[0];
        return OK;
    }
    for (size_t i = 0; err == OK && i < report->currencies_count; i++) {
        err = place_of(self, report->currencies[i], &place);
        row->revenue[place] += err == OK ? line[1 + i] : 0;
    }
    return err;
}

static enum err ask(struct gathering *self, enum what what, str currency, struct attribution *report,
                    struct fault *fault)
{
    struct attribution_query query = self->query->deals;
    str types[1] = {what == LEADS ? STR("lead") : STR("add_friend")};

    query.report.limit = MONEY_ROWS_MAX;
    query.types = (struct str_list){types, what == LEADS || what == FRIENDS};
    query.currency = currency;
    query.first_deals = what == CUSTOMERS;
    query.by_day = what == REVENUE;
    return attribution_run(self->db, NULL, self->arena, &query, report, fault);
}

/* Under a filter what passes is everything there is. */
static enum err add_report(struct gathering *self, enum what what, size_t place, const struct attribution *report)
{
    bool filtered = self->query->deals.report.filters_count > 0;
    enum err err = report->groups_total > report->groups_count ? ERR_NOMEM : OK;

    for (size_t i = 0; err == OK && i < report->groups_count; i++) {
        struct money_row *row = row_of(self, report->groups[i].values[0]);
        err = row ? add_line(self, row, what, place, report, report->groups[i].lines) : ERR_NOMEM;
    }
    if (err == OK) {
        err = add_line(self, &self->out->totals, what, place, report, filtered ? report->credited : report->totals);
    }
    if (err == OK && !filtered) {
        err = add_line(self, &self->out->unassigned, what, place, report, report->unattributed);
    }
    return err;
}

static enum err add_events(struct gathering *self, enum what what, str currency, size_t place, struct fault *fault)
{
    struct attribution report;
    enum err err = ask(self, what, currency, &report, fault);

    return err == OK ? add_report(self, what, place, &report) : err;
}

/* How many there were is asked of each currency by itself; of one alone the answer is there already. */
static enum err add_money(struct gathering *self, struct fault *fault)
{
    struct attribution *all = &self->deals;
    enum err err = ask(self, REVENUE, STR(""), all, fault);

    err = err == OK ? add_report(self, REVENUE, 0, all) : err;
    for (size_t i = 0; err == OK && i < all->currencies_count; i++) {
        size_t place = 0;
        err = place_of(self, all->currencies[i], &place);
        if (err == OK && all->currencies_count == 1) {
            err = add_report(self, DEALS, place, all);
        } else if (err == OK) {
            err = add_events(self, DEALS, all->currencies[i], place, fault);
        }
        err = err == OK ? add_events(self, CUSTOMERS, all->currencies[i], place, fault) : err;
    }
    return err;
}

/* Of a currency that nothing here is in nothing is said. */
static enum err add_buyers(struct gathering *self)
{
    const struct report_query *report = &self->query->deals.report;
    struct credit_buyers buyers;
    str currency;
    enum err err = credit_buyers(self->db, report->from_ms, report->to_ms, &self->out->buyers);

    if (err != OK) {
        return err;
    }
    struct stmt *rows = credit_buyers_each(self->db, report->from_ms, report->to_ms);
    while (credit_buyers_next(rows, &currency, &buyers)) {
        for (size_t i = 0; i < self->out->currencies_count; i++) {
            if (str_eq(self->out->currencies[i], currency)) {
                self->out->buyers_in[i] = buyers;
            }
        }
    }
    err = stmt_err(rows);
    stmt_reset(rows);
    return err;
}

/* ---- what was spent */

static void add_cost(struct money_row *row, size_t place, int64_t amount, int64_t first_day)
{
    int64_t *first = &row->first_cost_day[place];

    *first = row->cost[place] == 0 || first_day < *first ? first_day : *first;
    row->cost[place] += amount;
}

static enum err add_costs(struct gathering *self)
{
    const struct report_query *report = &self->query->deals.report;
    struct spending spending;
    struct spent spent;
    enum err err = OK;

    spending_open(&spending, self->db, report, report->group_by[0], self->first_day, self->last_day);
    while (err == OK && spending_next(&spending, &spent)) {
        struct money_row *row = spent.known ? row_of(self, spent.value) : &self->out->unassigned;
        int64_t amount = spent_between(&spent, self->first_day, self->last_day);
        int64_t first_day = spent.first_day > self->first_day ? spent.first_day : self->first_day;
        size_t place = 0;
        err = row ? place_of(self, spent.currency, &place) : ERR_NOMEM;
        if (err == OK && amount > 0) {
            add_cost(row, place, amount, first_day);
            add_cost(&self->out->totals, place, amount, first_day);
        }
    }
    enum err closed = spending_close(&spending);
    return err == OK ? closed : err;
}

/* ---- when it came back */

static void nothing_back(const struct money_report *out, struct money_row *row)
{
    for (size_t i = 0; i < out->currencies_count; i++) {
        row->payback[i] = row->cost[i] > 0 ? PAYBACK_NO_REVENUE : PAYBACK_NO_COST;
    }
}

/* The days of one group and currency. */
static enum err pay_back(struct gathering *self, const struct attribution_day *days, size_t count,
                         struct money_row *row, int64_t *values)
{
    size_t step = 0, place = 0;
    enum err err = place_of(self, self->deals.currencies[days->currency], &place);

    if (err != OK) {
        return err;
    }
    for (size_t i = 0; i < count; i++) {
        values[i] = days[i].value;
    }
    row->payback[place] = payback_find(row->cost[place], values, count, self->query->margin_bp, &step);
    if (row->payback[place] == PAYBACK_REACHED) {
        int64_t after = days[step].day - row->first_cost_day[place];
        row->payback_days[place] = after > 0 ? after : 0;
    }
    return OK;
}

static struct money_row *row_of_days(struct gathering *self, uint32_t group)
{
    bool filtered = self->query->deals.report.filters_count > 0;

    if (group >= ATTRIBUTION_TOTALS) {
        return group == (filtered ? ATTRIBUTION_CREDITED : ATTRIBUTION_TOTALS) ? &self->out->totals : NULL;
    }
    return row_of(self, self->deals.groups[group].values[0]);
}

static enum err add_paybacks(struct gathering *self)
{
    const struct attribution_day *days = self->deals.days;
    size_t count = self->deals.days_count, end = 0;
    int64_t *values = malloc((count + 1) * sizeof *values);
    enum err err = values ? OK : ERR_NOMEM;

    nothing_back(self->out, &self->out->totals);
    for (size_t i = 0; i < self->out->rows_count; i++) {
        nothing_back(self->out, &self->out->rows[i]);
    }
    for (size_t at = 0; err == OK && at < count; at = end) {
        for (end = at; end < count && days[end].group == days[at].group && days[end].currency == days[at].currency;) {
            end++;
        }
        struct money_row *row = row_of_days(self, days[at].group);
        err = row ? pay_back(self, days + at, end - at, row, values) : OK;
    }
    free(values);
    return err;
}

/* ---- in order */

static int falling(int64_t left, int64_t right)
{
    return left > right ? -1 : left < right;
}

static int compare_rows(const void *a, const void *b)
{
    const struct money_row *left = a, *right = b;
    int order = 0;

    for (size_t i = 0; order == 0 && i < MONEY_CURRENCIES; i++) {
        order = falling(left->cost[i], right->cost[i]);
        order = order != 0 ? order : falling(left->revenue[i], right->revenue[i]);
    }
    order = order != 0 ? order : falling(left->clicks, right->clicks);
    return order != 0 ? order : str_cmp(left->value, right->value);
}

static void into_other(struct money_row *other, const struct money_row *row)
{
    other->clicks += row->clicks;
    other->leads += row->leads;
    other->friends += row->friends;
    for (size_t i = 0; i < MONEY_CURRENCIES; i++) {
        other->cost[i] += row->cost[i];
        other->revenue[i] += row->revenue[i];
        other->deals[i] += row->deals[i];
        other->customers[i] += row->customers[i];
    }
}

static void put_in_order(struct gathering *self)
{
    struct money_report *out = self->out;
    size_t limit = self->query->deals.report.limit;

    qsort(out->rows, out->rows_count, sizeof *out->rows, compare_rows);
    out->rows_total = out->rows_count;
    for (size_t i = limit; i < out->rows_total; i++) {
        into_other(&out->other, &out->rows[i]);
    }
    out->rows_count = out->rows_total < limit ? out->rows_total : limit;
}

/* ---- the whole */

static enum err gather(struct gathering *self, struct fault *fault)
{
    enum err err = add_clicks(self, fault);

    err = err == OK ? add_events(self, LEADS, STR(""), 0, fault) : err;
    err = err == OK ? add_events(self, FRIENDS, STR(""), 0, fault) : err;
    err = err == OK ? add_money(self, fault) : err;
    err = err == OK ? add_costs(self) : err;
    err = err == OK ? add_buyers(self) : err;
    err = err == OK ? add_paybacks(self) : err;
    if (err == OK) {
        put_in_order(self);
        err = self->arena->overflow ? ERR_NOMEM : OK;
    }
    if (err == ERR_TOO_LARGE) {
        return fault_set(fault, ERR_NOMEM, "from", "too_many",
                         "More than 8 currencies in one answer: ask about less time.",
                         "币种超过 8 种，请缩短时间范围。");
    }
    if (err == ERR_NOMEM && fault->field[0] == '\0') {
        return fault_set(fault, err, "group_by", "too_many", "Too many groups for one answer.",
                         "分组太多，无法一次给出。");
    }
    return err;
}

enum err money_report_run(struct db *db, struct arena *arena, const struct money_query *query, struct money_report *out,
                          struct fault *fault)
{
    const struct report_query *report = &query->deals.report;
    struct gathering self = {.query = query, .db = db, .arena = arena, .out = out};
    struct giving_way giving_way = {0};
    bool own = false;

    *out = (struct money_report){.rows = ARENA_ARRAY(arena, struct money_row, MONEY_ROWS_MAX)};
    self.slots = calloc(SLOTS, sizeof *self.slots);
    if (!out->rows || !self.slots) {
        free(self.slots);
        return ERR_NOMEM;
    }
    self.first_day = zone_civil_day(report->zone, report->from_ms, NULL);
    self.last_day = zone_civil_day(report->zone, report->to_ms - 1, NULL);
    giving_way_begin(&giving_way, db);
    enum err err = db_snapshot_begin(db, &own);
    err = err == OK ? gather(&self, fault) : err;
    db_snapshot_end(db, own);
    giving_way_end(&giving_way, db);
    free(self.slots);
    return err;
}
