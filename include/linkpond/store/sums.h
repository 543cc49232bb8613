/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_SUMS_H
#define LINKPOND_STORE_SUMS_H

#include "linkpond/store/links.h"

/* The only stored sums. Days are UTC, days since 1970-01-01; a day's bytes are of model/sums.h. */
struct link_stat {
    int64_t link_id;
    int64_t clicks, visitors, bots, total, scans;
    int64_t reserved; /* clicks that took one of max_clicks */
    int64_t last_ms;  /* of the clicks (PV); TIME_NONE */
};
/* Adds the figures and takes the later last_ms; makes the row. Figures may be negative. */
enum err sums_stat_add(struct db *db, const struct link_stat *delta);
/* The last click's time, if it still is `from_ms`; TIME_NONE: there is none any more. */
enum err sums_stat_set_last(struct db *db, int64_t link_id, int64_t from_ms, int64_t into_ms);
/* Zeros when there is no row. */
enum err sums_stat_find(struct db *db, int64_t link_id, struct link_stat *out);
/* All, by link. */
struct stmt *sums_stats_each(struct db *db);
bool sums_stats_next(struct stmt *rows, struct link_stat *out);

/* What a fold reads and writes of a link, a row each time: its figures and its newest day. */
struct link_sums {
    struct link_ids ids; /* whose it is; zeros when the link is gone */
    struct link_stat stat;
    int64_t day;  /* later than all days in rows of their own */
    str quarters; /* empty: there is no day yet */
};
/* Zeros when there is no row; bytes into the arena. */
enum err sums_link_find(struct db *db, struct arena *arena, int64_t link_id, struct link_sums *out);
/* Whoever puts many also tells the figures of all of them (link_figures_store in link_columns.h). */
enum err sums_link_put(struct db *db, const struct link_sums *sums);
/* The latest of its days in rows of their own leaves them: for where the newest came to nothing. ERR_NOT_FOUND. */
enum err sums_link_day_take(struct db *db, struct arena *arena, int64_t link_id, int64_t *day, str *out);

enum sums_scope { SUMS_ALL, SUMS_CAMPAIGN, SUMS_CHANNEL, SUMS_OWNER, SUMS_DOMAIN }; /* stored */

/* Into the arena; ERR_NOT_FOUND. Put replaces; empty bytes delete the row. Of links the days before the newest. */
enum err sums_link_day_find(struct db *db, struct arena *arena, int64_t link_id, int64_t day, str *out);
enum err sums_link_day_put(struct db *db, int64_t link_id, int64_t day, str bytes);
enum err sums_scope_day_find(struct db *db, struct arena *arena, enum sums_scope scope, int64_t scope_id, int64_t day,
                             str *out);
enum err sums_scope_day_put(struct db *db, enum sums_scope scope, int64_t scope_id, int64_t day, str bytes);

/* Days [from, to) of one link or scope, in order; bytes lent until the next step. */
struct stmt *sums_link_days(struct db *db, int64_t link_id, int64_t from_day, int64_t to_day);
struct stmt *sums_scope_days(struct db *db, enum sums_scope scope, int64_t scope_id, int64_t from_day, int64_t to_day);
bool sums_days_next(struct stmt *rows, int64_t *day, str *bytes);
/* Days [from, to) of every link, by (link, day); or of every id of one scope, by (id, day). */
struct stmt *sums_all_link_days(struct db *db, int64_t from_day, int64_t to_day);
struct stmt *sums_all_scope_days(struct db *db, enum sums_scope scope, int64_t from_day, int64_t to_day);
bool sums_all_days_next(struct stmt *rows, int64_t *id, int64_t *day, str *bytes);

/* Purge of one link: its stat and days (the caller takes them out of the scopes first). */
enum err sums_link_delete(struct db *db, int64_t link_id);
/* One scope id, after a merge. */
enum err sums_scope_delete(struct db *db, enum sums_scope scope, int64_t scope_id);
/* Everything, before a recount. */
enum err sums_reset(struct db *db);

#endif
