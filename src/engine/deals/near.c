/* SPDX-License-Identifier: MIT */
#include "near.h"

#include "linkpond/store/credits.h"
#include "linkpond/store/labels.h"
#include "linkpond/store/links.h"

static enum err add_link(struct near *self, struct db *db, int64_t link_id)
{
    struct stmt *rows = credit_customers_of_link(db, link_id);
    int64_t customer_id = 0;
    enum err err = OK;

    while (err == OK && credit_customers_next(rows, &customer_id)) {
        err = customer_set_add(&self->customers, customer_id) ? OK : ERR_NOMEM;
    }
    err = err == OK ? stmt_err(rows) : err;
    stmt_reset(rows);
    return err;
}

static enum err add_campaign(struct near *self, struct db *db, struct arena *arena, str key)
{
    struct label label;
    int64_t link_id = 0;
    enum err err = labels_find(db, arena, LABEL_CAMPAIGN, key, &label);

    if (err != OK) {
        return err == ERR_NOT_FOUND ? OK : err;
    }
    struct stmt *rows = links_each_of_campaign(db, label.id);
    while (err == OK && links_of_next(rows, &link_id)) {
        err = add_link(self, db, link_id);
    }
    err = err == OK ? stmt_err(rows) : err;
    stmt_reset(rows);
    return err;
}

/* A link of no campaign is in no index; whoever asks about these asks about everybody. */
static bool narrows(const struct report_filter *filter)
{
    bool named = !filter->exclude && (filter->dim == DIM_LINK || filter->dim == DIM_CAMPAIGN);

    for (size_t i = 0; named && i < filter->values.count; i++) {
        named = filter->values.items[i].len > 0;
    }
    return named;
}

static enum err add_values(struct near *self, struct db *db, struct arena *arena, const struct report_filter *filter)
{
    enum err err = OK;

    for (size_t i = 0; err == OK && i < filter->values.count; i++) {
        int64_t link_id = 0;
        if (filter->dim == DIM_CAMPAIGN) {
            err = add_campaign(self, db, arena, filter->values.items[i]);
        } else if (str_to_i64(filter->values.items[i], &link_id)) {
            err = add_link(self, db, link_id);
        }
    }
    return err;
}

enum err near_load(struct near *self, struct db *db, struct arena *arena, const struct report_query *query)
{
    for (size_t i = 0; i < query->filters_count; i++) {
        if (narrows(&query->filters[i])) {
            self->narrowed = true;
            return add_values(self, db, arena, &query->filters[i]);
        }
    }
    return OK;
}

void near_done(struct near *self)
{
    customer_set_done(&self->customers);
}
