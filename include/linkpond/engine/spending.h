/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_SPENDING_H
#define LINKPOND_ENGINE_SPENDING_H

#include "linkpond/engine/reporter.h"

/*
 * What was spent, as reports see it. A cost belongs to what it was entered on, and one on a link also to that link's
 * campaign, channel and owner as they are now. A cost on a campaign, a channel or a colleague is not spread over links
 * or over one another by a guess: asked by another dimension it is not `known`, and whoever shows groups shows it
 * beside them.
 */
struct spent {
    int64_t first_day, last_day; /* that it is spread over; since 1970-01-01 */
    int64_t amount;              /* on all of them, minor units */
    str currency, value;         /* lent until the next one; value as reports have it (links: their id), empty = none */
    bool known;
};
struct spending {
    struct stmt *rows;
    const struct report_query *query;
    enum dim dim;
    char from_day[32], to_day[32], link[24];
    enum err err;
};
/* campaign, channel, channel_group, link, owner. */
bool spending_dim(enum dim dim);
/* Are costs known by all that the filters ask about? */
bool spending_filters(const struct report_query *query);
/* All that touch a day from first_day to last_day (since 1970-01-01), and that the filters of the query let through (a
 * cost that is not known by a filter's dimension has no value there); these are of such dimensions alone. */
void spending_open(struct spending *self, struct db *db, const struct report_query *query, enum dim dim,
                   int64_t first_day, int64_t last_day);
bool spending_next(struct spending *self, struct spent *out);
/* What went wrong, if anything. */
enum err spending_close(struct spending *self);
/* How much of it falls on those days, both ends in. */
int64_t spent_between(const struct spent *self, int64_t first_day, int64_t last_day);

#endif
