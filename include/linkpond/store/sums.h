/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_SUMS_H
#define LINKPOND_STORE_SUMS_H

#include "linkpond/store/gains.h"
#include "linkpond/store/links.h"

/* The only stored sums. Days are UTC, days since 1970-01-01; a day's bytes are of model/sums.h. */
struct link_stat {
    int64_t link_id;
    int64_t clicks, visitors, bots, total, scans;
    int64_t reserved; /* clicks that took one of max_clicks */
    int64_t last_ms;  /* of the clicks (PV); TIME_NONE */
};
/* Adds the figures and takes the later last_ms. */
void link_stat_add(struct link_stat *self, const struct link_stat *other);
/* The same to what is stored; makes the row. Figures may be negative. */
enum err sums_stat_add(struct db *db, const struct link_stat *delta);
/* The last click's time, if it still is `from_ms`; TIME_NONE: there is none any more. Nothing waits of the link. */
enum err sums_stat_set_last(struct db *db, int64_t link_id, int64_t from_ms, int64_t into_ms);
/* What waits (gains.h) with it; zeros when there is nothing. */
enum err sums_stat_find(struct db *db, int64_t link_id, struct link_stat *out);
/* All, by link, what waits with them; in a snapshot of the caller's. */
struct sums_stats *sums_stats_begin(struct db *db); /* NULL: no memory */
bool sums_stats_next(struct sums_stats *self, struct link_stat *out);
/* After the last, or before: ends it. */
enum err sums_stats_end(struct sums_stats *self);
/* Links that have clicks of their max_clicks used, and how many; nothing of it ever waits. */
struct stmt *sums_reserved_each(struct db *db);
bool sums_reserved_next(struct stmt *rows, int64_t *link_id, int64_t *reserved);

/* Packed days: for each its day in 4 bytes, how many bytes follow in 2 (little end first), and those. */
#define SUMS_PACKED_HEAD 6
/* One more; what does not fit 2 bytes overflows the buffer. */
void sums_packed_add(struct buf *out, int64_t day, str quarters);
/* Takes the first of them, lent. */
bool sums_packed_next(str *packed, int64_t *day, str *quarters);

/* What stands of a link in one row: its figures and its newest days. */
struct link_sums {
    struct link_stat stat;
    int64_t day;  /* later than all others */
    str quarters; /* empty: there is no day yet */
    str older;    /* packed days before it, later than those in rows of their own */
};
#define SUMS_OLDER_BYTES_MAX 192 /* a dozen days with few clicks */
/* One more day behind the packed ones. False: it has no room. */
bool sums_older_add(struct buf *older, int64_t day, str quarters);
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

/* A walk over days; its statement is for stmt_err, and for stmt_reset by whoever leaves early. */
struct sums_days {
    struct stmt *stmt;
    int64_t from_day, to_day;
    /* of the row at hand */
    int64_t id, day;
    str older, quarters; /* that are still to come */
    /* of links: what waits comes behind all that is stored */
    struct db *gains_of; /* NULL: not, or not any more */
    int64_t link_id;     /* 0 = all */
    bool gains;
    struct gain_row gain;
};
/* Days [from, to) of one link or scope, in order; bytes lent until the next step. What waits of a link comes last, in
 * pieces: such a day may come again. */
struct sums_days sums_link_days(struct db *db, int64_t link_id, int64_t from_day, int64_t to_day);
struct sums_days sums_scope_days(struct db *db, enum sums_scope scope, int64_t scope_id, int64_t from_day,
                                 int64_t to_day);
bool sums_days_next(struct sums_days *rows, int64_t *day, str *bytes);
/* Days [from, to) of every link, by (link, day), and what waits of all of them last; or of every id of one scope, by
 * (id, day). */
struct sums_days sums_all_link_days(struct db *db, int64_t from_day, int64_t to_day);
struct sums_days sums_all_scope_days(struct db *db, enum sums_scope scope, int64_t from_day, int64_t to_day);
bool sums_all_days_next(struct sums_days *rows, int64_t *id, int64_t *day, str *bytes);

/* Purge of one link, of which nothing waits: its stat and days (the caller takes them out of the scopes first). */
enum err sums_link_delete(struct db *db, int64_t link_id);
/* One scope id, after a merge. */
enum err sums_scope_delete(struct db *db, enum sums_scope scope, int64_t scope_id);
/* Everything, before a recount. */
enum err sums_reset(struct db *db);

#endif
