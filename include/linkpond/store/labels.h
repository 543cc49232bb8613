/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_LABELS_H
#define LINKPOND_STORE_LABELS_H

#include "linkpond/model/link.h"
#include "linkpond/store/bounds.h"

/* The marketer's own words: campaigns, channels and tags. Keys are unique within a kind, byte for byte. */
enum label_kind { LABEL_CAMPAIGN, LABEL_CHANNEL, LABEL_TAG, LABEL_KINDS };
str label_kind_name(enum label_kind kind); /* "campaign" "channel" "tag" */

struct label {
    int64_t id;
    enum label_kind kind;
    str key, name, name_zh, name_en;
    str channel_group, region, location, cost_centre; /* channels only */
    str utm[UTM_COUNT];                               /* channels only: templates (model/utm.h); empty = none */
    int64_t owner_id;                                 /* channels only; 0 = none */
    str owner;                                        /* its key; read only */
    bool archived;
    int64_t created_ms, updated_ms;
    int64_t links; /* read only, filled by labels_list and labels_find_full: links in bounds, bin not counted */
    struct link_counts counts; /* read only, likewise: sums over those links; visitors counts one person per link */
};

/* Sets label->id. ERR_CONFLICT: the key exists. */
enum err labels_insert(struct db *db, struct label *label);
/* All but id, kind and created_ms; a new key renames, and links follow because they name the id. ERR_NOT_FOUND,
 * ERR_CONFLICT: another label has that key (merge instead). */
enum err labels_update(struct db *db, const struct label *label);
/* The id of that key, made when missing; two callers that bring the same new word both get the one row. */
enum err labels_ensure(struct db *db, enum label_kind kind, str key, int64_t now_ms, int64_t *id);
/* Without links and counts. */
enum err labels_find(struct db *db, struct arena *arena, enum label_kind kind, str key, struct label *out);
enum err labels_find_id(struct db *db, struct arena *arena, int64_t id, struct label *out);
/* With links and counts. */
enum err labels_find_full(struct db *db, struct arena *arena, enum label_kind kind, str key,
                          const struct bounds *bounds, struct label *out);
/* Moves all links from one label to another of the same kind (their revision grows) and deletes the old one. The caller
 * moves the stored sums in the same transaction (sums.h). ERR_NOT_FOUND, ERR_INVALID when kinds differ or from == to.
 */
enum err labels_merge(struct db *db, int64_t from_id, int64_t to_id, int64_t now_ms);
/* ERR_CONFLICT while a link names it. */
enum err labels_delete(struct db *db, int64_t id);
/* The channels of one owner become another's. */
enum err labels_hand_over(struct db *db, int64_t from_id, int64_t into_id, int64_t now_ms, int64_t *count);
enum err labels_count_of_owner(struct db *db, int64_t owner_id, int64_t *count);

struct labels_filter {
    enum label_kind kind;
    str q;                       /* part of key or a name, any ASCII case; empty = all */
    int archived;                /* 0 = no, 1 = only, -1 = both */
    str after_key;               /* keyset cursor: keys after this one; empty = from the start */
    size_t limit;                /* 1..LIMIT_PAGE */
    const struct bounds *bounds; /* whose links are counted */
    bool no_sums;                /* links and counts are not asked for: they take time where there are many links */
};
struct labels_page {
    struct label *labels;
    size_t count;
    bool more; /* there is at least one behind the last */
};
/* By key. Labels in the arena. *total: matches without cursor and limit, exact up to LIMIT_COUNT_EXACT (that + 1 =
 * more). */
enum err labels_list(struct db *db, struct arena *arena, const struct labels_filter *filter, struct labels_page *out,
                     int64_t *total);

/* All labels of every kind by id, without links and counts, for maps in memory; lent until the next step. */
struct stmt *labels_each(struct db *db);
bool labels_next(struct stmt *rows, struct label *out);

#endif
