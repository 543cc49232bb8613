/* SPDX-License-Identifier: MIT */
#include "touch_match.h"

#include "linkpond/engine/attribution.h"
#include "linkpond/store/terms.h"

static enum credit_term term_of(enum dim dim)
{
    switch (dim) {
    case DIM_SOURCE:
        return CREDIT_SOURCE;
    case DIM_CHANNEL:
    case DIM_CHANNEL_GROUP:
        return CREDIT_CHANNEL;
    case DIM_DOMAIN:
        return CREDIT_HOST;
    case DIM_APP:
        return CREDIT_APP;
    case DIM_SCENE:
        return CREDIT_SCENE;
    default:
        break;
    }
    return dim >= DIM_UTM_SOURCE && dim <= DIM_UTM_ID ? CREDIT_UTM_SOURCE + (dim - DIM_UTM_SOURCE) : CREDIT_TERMS;
}

bool attribution_dim(enum dim dim)
{
    return report_dim_of_link(dim) || term_of(dim) != CREDIT_TERMS;
}

static bool is_seldom(enum dim dim)
{
    return !report_dim_of_link(dim) && term_of(dim) >= CREDIT_HOST;
}

enum err touch_match_open(struct touch_match *self, struct db *db, const struct report_query *query)
{
    for (size_t i = 0; i < query->group_count; i++) {
        self->whole = self->whole || is_seldom(query->group_by[i]);
    }
    for (size_t i = 0; i < query->filters_count; i++) {
        self->whole = self->whole || is_seldom(query->filters[i].dim);
    }
    self->open = true;
    enum err err = report_match_open(&self->match, db, query, query->group_by, query->group_count);
    if (err == OK) {
        err = terms_find(db, STR("direct"), &self->direct_term);
        self->direct_term = err == OK ? self->direct_term : -1;
        err = err == ERR_NOT_FOUND ? OK : err;
    }
    return err;
}

void touch_match_done(struct touch_match *self)
{
    if (self->open) {
        report_match_done(&self->match);
    }
}

enum err touch_match_values(struct touch_match *self, const struct credit_touch_row *row, enum dim dim,
                            uint64_t values[REPORT_DIM_VALUES_MAX], size_t *count)
{
    const struct match_subject subject = {.link_id = row->link_id};

    if (report_dim_of_link(dim)) {
        return report_match_values(&self->match, &subject, dim, values, count);
    }
    const struct click_value value = {.term = row->terms[term_of(dim)]};
    *count = 1;
    return report_match_value(&self->match, dim, &value, values);
}

enum err touch_match_passes(struct touch_match *self, const struct credit_touch_row *row, bool *out)
{
    const struct match_link *link = NULL;
    uint64_t values[REPORT_DIM_VALUES_MAX];
    size_t count = 0;
    enum err err = report_match_link(&self->match, row->link_id, &link);

    *out = err == OK && link->passes;
    for (size_t i = 0; err == OK && *out && i < self->match.filters_count; i++) {
        const struct match_filter *filter = &self->match.filters[i];
        if (!report_dim_of_link(filter->dim)) {
            err = touch_match_values(self, row, filter->dim, values, &count);
            *out = err == OK && report_filter_passes(filter, values, count);
        }
    }
    return err;
}

bool touch_match_direct(const struct touch_match *self, const struct credit_touch_row *row)
{
    int64_t source = row->terms[CREDIT_SOURCE];

    return row->terms[CREDIT_CHANNEL] == 0 && (source == 0 || source == self->direct_term);
}
