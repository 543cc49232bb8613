/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_TARGETS_H
#define LINKPOND_STORE_TARGETS_H

#include "linkpond/base/limits.h"
#include "linkpond/model/click_row.h"
#include "linkpond/store/db.h"

/*
 * The pools of live codes (docs/decisions/0018-live-codes.md), and what became of each target hour by hour. A target
 * that left its pool stays as a row, because clicks name it; only look-ups by id still give it.
 */

/* X(constant, API name). A url is answered by a redirect, all others by a page that shows them. */
#define TARGET_KIND_TABLE(X)                                                                                           \
    X(TARGET_URL, "url")                                                                                               \
    X(TARGET_QR, "qr")                     /* a picture to scan: a group's, a person's, an account's */                \
    X(TARGET_MINI_PROGRAM, "mini_program") /* its code as a picture, and a link that opens it where that works */      \
    X(TARGET_STAFF, "staff")               /* a colleague's card or picture */                                         \
    X(TARGET_MESSAGE, "message")           /* words */
/* What takes a place under the caps: each visit, each visitor once, or each who joined, as events say. */
#define TARGET_CAP_ON_TABLE(X)                                                                                         \
    X(CAP_ON_SHOWN, "shown")                                                                                           \
    X(CAP_ON_VISITORS, "visitors")                                                                                     \
    X(CAP_ON_JOINED, "joined")
#define TARGET_ENUM(constant, name) constant,
enum target_kind { TARGET_KIND_TABLE(TARGET_ENUM) TARGET_KIND_COUNT };
enum target_cap_on { TARGET_CAP_ON_TABLE(TARGET_ENUM) CAP_ON_COUNT };
#undef TARGET_ENUM
str target_kind_name(enum target_kind kind);
int target_kind_find(str name); /* -1 */
str target_cap_on_name(enum target_cap_on what);
int target_cap_on_find(str name); /* -1 */

#define TARGET_NO_CAP (-1)

struct target {
    int64_t id, link_id, position;
    enum target_kind kind;
    str name; /* for the people who run it */
    str url;  /* TARGET_URL: where visits go; else what the page may lead to */
    int64_t image_id;
    str title, hint;  /* words on the page */
    int64_t staff_id; /* who answers for it; 0 = nobody */
    str staff;        /* their key; read only */
    int weight;       /* 1..100 */
    bool enabled;
    int64_t valid_from_ms, valid_until_ms; /* TIME_NONE (INT64_MIN) = open */
    int64_t cap_total, cap_day, cap_hour;  /* TARGET_NO_CAP; 0 = nobody. Days and hours are the installation's */
    enum target_cap_on cap_on;
    int64_t reserved_before, joined_before; /* before it was replaced: cap_total counts from there */
    int64_t replaced_ms, deleted_ms;        /* TIME_NONE */
    int64_t created_ms, updated_ms;
};
/* A target as the API and clicks name it: "tgt_12". */
#define TARGET_NAME_MAX 24
str target_name(int64_t id, char memory[TARGET_NAME_MAX]);
int64_t target_name_read(str text); /* the id; 0 = this is none */

/* Sets target->id. */
enum err targets_insert(struct db *db, struct target *target);
/* All but id, link_id and created_ms. ERR_NOT_FOUND: it is not in a pool any more. */
enum err targets_update(struct db *db, const struct target *target);
enum err targets_move(struct db *db, int64_t link_id, int64_t id, int64_t position);
enum err targets_delete(struct db *db, int64_t id, int64_t now_ms);
/* Also one that left its pool (deleted_ms). Texts in the arena. */
enum err targets_find(struct db *db, struct arena *arena, int64_t id, struct target *out);
/* The pool in its order, in the arena. */
enum err targets_of(struct db *db, struct arena *arena, int64_t link_id, struct target **out, size_t *count);
/* Behind those of the pool, and how many they are. */
enum err targets_next_position(struct db *db, int64_t link_id, int64_t *position, int64_t *count);
/* After its targets or rules have changed: is the link a live code? One edit of the link (updated_ms, revision). */
enum err targets_mark_link(struct db *db, int64_t link_id, int64_t now_ms);
/* All links that are live codes, by id. */
struct stmt *targets_links_each(struct db *db);
bool targets_links_next(struct stmt *rows, int64_t *link_id);
/* Everything of the link's targets, their figures too. Its rules went before (rules_put with none). */
enum err targets_purge(struct db *db, int64_t link_id);

/* ---- figures ---------------------------------------------------------------------------------------------------- */
/* hour_ms: the instant at which the hour began in the installation's zone. Days begin where an hour does. */
struct target_figures {
    int64_t shown, visitors, pressed, joined, left, reserved;
};
/* Adds to an hour. A target that is not there is no error: nothing is counted. */
enum err targets_hour_add(struct db *db, int64_t target_id, int64_t hour_ms, const struct target_figures *more);
/* The same for one channel, beside the hour's own: of a term, or of a text (its key). Neither is no error, nor are more
 * than TARGET_CHANNELS_MAX of an hour: nothing is counted. */
#define TARGET_CHANNELS_MAX 64
enum err targets_channel_add(struct db *db, int64_t target_id, int64_t hour_ms, const struct click_value *channel,
                             const struct target_figures *more);
/* Of the hours that began in [from_ms, to_ms). */
enum err targets_sum(struct db *db, int64_t target_id, int64_t from_ms, int64_t to_ms, struct target_figures *out);
struct stmt *targets_hours(struct db *db, int64_t target_id, int64_t from_ms, int64_t to_ms);
bool targets_hours_next(struct stmt *rows, int64_t *hour_ms, struct target_figures *out);

/* ---- who was sent where ----------------------------------------------------------------------------------------- */
struct target_visitor {
    int64_t link_id;
    int64_t visitor; /* number of a cookie */
    int64_t target_id, seen_ms;
};
enum err target_visitors_put(struct db *db, const struct target_visitor *row);
/* The latest first. */
struct stmt *target_visitors_each(struct db *db, int64_t since_ms, size_t limit);
bool target_visitors_next(struct stmt *rows, struct target_visitor *out);
/* Rows of that number, on all links. */
enum err target_visitors_forget(struct db *db, int64_t visitor);
/* At most `limit`; *deleted tells how many went. */
enum err target_visitors_expire(struct db *db, int64_t before_ms, int64_t limit, int64_t *deleted);

#endif
