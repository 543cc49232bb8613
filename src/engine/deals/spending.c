/* SPDX-License-Identifier: MIT */
#include "linkpond/engine/spending.h"

#include <stdio.h>

#include "linkpond/base/clock.h"
#include "linkpond/model/money.h"
#include "linkpond/store/costs.h"

bool spending_dim(enum dim dim)
{
    return dim == DIM_CAMPAIGN || dim == DIM_CHANNEL || dim == DIM_CHANNEL_GROUP || dim == DIM_LINK || dim == DIM_OWNER;
}

bool spending_filters(const struct report_query *query)
{
    for (size_t i = 0; i < query->filters_count; i++) {
        if (!spending_dim(query->filters[i].dim)) {
            return false;
        }
    }
    return !query->owner_bound && !query->domain_bound;
}

static str day_text(int64_t days, char out[32])
{
    int year, month, day;

    civil_from_days(days, &year, &month, &day);
    return (str){out, (size_t)snprintf(out, 32, "%04d-%02d-%02d", year, month, day)};
}

void spending_open(struct spending *self, struct db *db, const struct report_query *query, enum dim dim,
                   int64_t first_day, int64_t last_day)
{
    *self = (struct spending){.query = query, .dim = dim};
    self->rows = costs_spending(db, day_text(first_day, self->from_day), day_text(last_day, self->to_day));
}

/* What it is of in that dimension; false: nobody knows. */
static bool value_of(struct spending *self, const struct cost_spending *row, enum dim dim, str *value)
{
    bool own = dim == DIM_CAMPAIGN ? row->campaign_id != 0
               : dim == DIM_OWNER  ? row->owner_id != 0
                                   : row->channel_id != 0;

    if (dim == DIM_LINK) {
        snprintf(self->link, sizeof self->link, "%lld", (long long)row->link_id);
        *value = row->link_id != 0 ? str_from_c(self->link) : STR("");
        return row->link_id != 0;
    }
    *value = dim == DIM_CAMPAIGN  ? row->campaign
             : dim == DIM_CHANNEL ? row->channel
             : dim == DIM_OWNER   ? row->owner
                                  : row->channel_group;
    if (!own && row->link_id == 0) {
        *value = STR("");
    }
    return own || row->link_id != 0;
}

static bool passes(struct spending *self, const struct cost_spending *row)
{
    for (size_t i = 0; i < self->query->filters_count; i++) {
        const struct report_filter *filter = &self->query->filters[i];
        bool found = false;
        str value;
        value_of(self, row, filter->dim, &value);
        for (size_t j = 0; j < filter->values.count; j++) {
            found = found || str_eq(filter->values.items[j], value);
        }
        if (found == filter->exclude) {
            return false;
        }
    }
    return true;
}

bool spending_next(struct spending *self, struct spent *out)
{
    struct cost_spending row;

    while (costs_spending_next(self->rows, &row)) {
        if (passes(self, &row)) {
            *out = (struct spent){
                .first_day = row.first_day, .last_day = row.last_day, .amount = row.amount, .currency = row.currency};
            out->known = value_of(self, &row, self->dim, &out->value);
            return true;
        }
    }
    self->err = stmt_err(self->rows);
    return false;
}

enum err spending_close(struct spending *self)
{
    stmt_reset(self->rows);
    return self->err;
}

static int64_t clamp(int64_t value, int64_t low, int64_t high)
{
    return value < low ? low : value > high ? high : value;
}

int64_t spent_between(const struct spent *self, int64_t first_day, int64_t last_day)
{
    int64_t days = self->last_day - self->first_day + 1;
    int64_t from = clamp(first_day - self->first_day, 0, days), to = clamp(last_day + 1 - self->first_day, 0, days);

    return to > from ? money_of_days(self->amount, days, to) - money_of_days(self->amount, days, from) : 0;
}
