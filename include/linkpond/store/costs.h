/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_COSTS_H
#define LINKPOND_STORE_COSTS_H

#include "linkpond/store/db.h"

/* What was spent, on which day or evenly over which days of the installation's zone, on a campaign, a channel, a link
 * or a colleague's work: on exactly one of these. */
#define COST_DAY_LEN 10 /* YYYY-MM-DD */
struct cost {
    int64_t id;
    str day, last_day;                                  /* the same for one of one day */
    int64_t campaign_id, channel_id, link_id, owner_id; /* exactly one is not 0 */
    str campaign, channel, owner;                       /* their keys; read only */
    int64_t amount;                                     /* minor units, >= 0 */
    str currency;
    str note;
    str external_id; /* the sender's name for it; empty = none */
    int64_t created_ms, updated_ms;
};
/* At now_ms = cost->updated_ms; sets cost->id. ERR_CONFLICT: external_id. */
enum err costs_insert(struct db *db, struct cost *cost);
/* Everything but id and created_ms. ERR_NOT_FOUND, ERR_CONFLICT. */
enum err costs_update(struct db *db, const struct cost *cost);
enum err costs_delete(struct db *db, int64_t id); /* ERR_NOT_FOUND */
enum err costs_find_external(struct db *db, str external_id, int64_t *id);
/* Texts into the arena. */
enum err costs_find(struct db *db, struct arena *arena, int64_t id, struct cost *out);

/* Newest first day first, within a day the latest entered. Empty texts and 0 = any. */
struct costs_filter {
    str from_day, to_day; /* of which a day lies in [from, to); empty = open */
    str campaign, channel, owner, currency;
    int64_t link_id;
    str before_day; /* behind that row; empty = from the start */
    int64_t before_id;
    int64_t limit; /* 0 = all */
};
struct stmt *costs_list(struct db *db, const struct costs_filter *filter);
/* Texts are lent until the next step. */
bool costs_next(struct stmt *rows, struct cost *out);

/* What reports read of them: a cost of a link with that link's campaign, channel and owner as they are now. */
struct cost_spending {
    int64_t first_day, last_day; /* since 1970-01-01 */
    int64_t amount;
    int64_t campaign_id, channel_id, link_id, owner_id; /* that it was entered on: exactly one is not 0 */
    str currency, campaign, channel, channel_group, owner;
};
/* All that touch one of these days (YYYY-MM-DD), in no order. */
struct stmt *costs_spending(struct db *db, str first_day, str last_day);
/* Texts are lent until the next step. */
bool costs_spending_next(struct stmt *rows, struct cost_spending *out);

#endif
