/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_LINKS_H
#define LINKPOND_STORE_LINKS_H

#include "linkpond/model/link.h"
#include "linkpond/store/bounds.h"

/*
 * Links with their tags and aliases. An id is never used twice: it is one past the highest ever inserted (AUTOINCREMENT
 * keeps that figure even when rows go), and removed links stay as tombstones. So the way to a new link is:
 * links_next_id, compute the code from the id, go one id further while that code is taken (links_code_taken),
 * links_insert. One writer exists, so nobody else can take the id in between.
 *
 * Functions that read into a struct link copy texts into the arena. Look-ups never give tombstones, but for
 * links_find_code_ever and the loads; they do give links in the bin (deleted_ms set). ERR_NOT_FOUND is also what bounds
 * answer.
 */

/* ---- one row (links.c) ---------------------------------------------------------------------------------------- */
enum err links_next_id(struct db *db, int64_t *id);
/* The next `count` ids will never be used. */
enum err links_skip_ids(struct db *db, int64_t count);
/* Was this text ever handed out as a code (tombstones count), or is it an alias on any domain? */
enum err links_code_taken(struct db *db, str code, bool *taken);
/* The row itself: id, code, domain_id, ids and texts of `link`; revision 1. Not tags, aliases, keys. ERR_CONFLICT: the
 * id, the code or the external_id exists. */
enum err links_insert(struct db *db, const struct link *link);
/* The whole row but id, code, created_*, deleted_ms and tombstone, if it still has link->revision, which then grows by
 * one here and there. ERR_PRECONDITION: somebody changed it meanwhile, or it went out of bounds. ERR_CONFLICT:
 * external_id. */
enum err links_update(struct db *db, const struct bounds *bounds, struct link *link);
/* Everything: keys, tags, aliases, counts, used_clicks (as far as folded). */
enum err links_find(struct db *db, struct arena *arena, const struct bounds *bounds, int64_t id, struct link *out);
enum err links_find_code(struct db *db, const struct bounds *bounds, str code, int64_t *id);
/* Tombstones too, and whoever asks: what a visitor of that code is told. */
enum err links_find_code_ever(struct db *db, str code, int64_t *id);
enum err links_find_external(struct db *db, const struct bounds *bounds, str external_id, int64_t *id);
/* if_exists without external_id and alias: the newest link that is not in the bin with these five the same. Ids 0 and
 * empty customer mean "has none". */
enum err links_find_same(struct db *db, const struct bounds *bounds, str url, int64_t domain_id, int64_t campaign_id,
                         int64_t channel_id, str customer, int64_t *id);
/* One owner's link becomes another's. ERR_NOT_FOUND when it is not (any more) that owner's. */
enum err links_hand_over(struct db *db, int64_t id, int64_t from_id, int64_t into_id, int64_t now_ms);
/* Into the bin and back. ERR_NOT_FOUND when it is not there (already). */
enum err links_bin(struct db *db, const struct bounds *bounds, int64_t id, int64_t now_ms);
enum err links_restore(struct db *db, const struct bounds *bounds, int64_t id, int64_t now_ms);
/* For ever: the row stays so that its code is never handed out again; aliases and external_id are free again. wipe
 * (purge): url, title, notes, metadata, customer and tags go too; clicks and sums are the caller's to delete
 * (clicks.h, sums.h). */
enum err links_tombstone(struct db *db, int64_t id, int64_t now_ms, bool wipe);
/* Links of that maker, with the tag of that name, whose end was before that instant and that are not in the bin; as
 * they rise behind after_id, at most cap. */
enum err links_ended_of_maker(struct db *db, str created_by, int64_t before_ms, int64_t after_id, int64_t *ids,
                              size_t cap, size_t *count);
/* Links in the bin since before that instant, oldest id first, at most cap. */
enum err links_binned_before(struct db *db, int64_t before_ms, int64_t *ids, size_t cap, size_t *count);

/* ---- tags (links_tags.c): ids of labels of kind tag ------------------------------------------------------------ */
enum err links_tags_set(struct db *db, int64_t link_id, const int64_t *tag_ids, size_t count);
enum err links_tags_add(struct db *db, int64_t link_id, int64_t tag_id); /* OK when it has it */
/* Keys in byte order, into the arena. */
enum err links_tags(struct db *db, struct arena *arena, int64_t link_id, struct str_list *out);

/* ---- aliases (links_alias.c) ----------------------------------------------------------------------------------- */
struct link_alias {
    int64_t link_id, domain_id;
    str alias;
    str folded;       /* the key: alias folded when the installation folds case, else the same bytes */
    int64_t position; /* the lowest of a link is the one shown in short_url */
};
/* Added behind the ones it has. ERR_ALIAS_TAKEN: another link has it on that domain; OK when this link has it. */
enum err links_alias_add(struct db *db, const struct link_alias *alias, int64_t now_ms);
/* The same at alias->position, for a link that has none there yet. */
enum err links_alias_add_at(struct db *db, const struct link_alias *alias, int64_t now_ms);
/* ERR_NOT_FOUND when this link has no such alias there. first: from now on shown in short_url. */
enum err links_alias_first(struct db *db, int64_t link_id, int64_t domain_id, str folded);
enum err links_alias_remove(struct db *db, int64_t link_id, int64_t domain_id, str folded);
/* In order of position; into the arena. */
enum err links_aliases(struct db *db, struct arena *arena, int64_t link_id, struct link_alias **out, size_t *count);
enum err links_find_alias(struct db *db, const struct bounds *bounds, int64_t domain_id, str folded, int64_t *id);
/* Links with that alias on any domain, at most cap; more than one is ambiguous without a domain. */
enum err links_find_alias_anywhere(struct db *db, const struct bounds *bounds, str folded, int64_t *ids, size_t cap,
                                   size_t *count);

/* ---- lists (links_list.c) -------------------------------------------------------------------------------------- */
enum links_sort {
    LINKS_BY_CREATED,     /* newest first */
    LINKS_BY_CREATED_ASC, /* oldest first */
    LINKS_BY_CLICKS,      /* most first */
    LINKS_BY_UPDATED,     /* latest first */
    LINKS_BY_LAST_CLICK,  /* latest first; never clicked at the end */
    LINKS_BY_TITLE,       /* byte order */
    LINKS_BY_ID,          /* in which they were made here: for whoever reads them all */
};
/* The last item of the page before; id 0 = from the start. key is what the list is sorted by (created_ms, clicks,
 * updated_ms, last_ms or 0), title likewise; both unused when sorted by id. */
struct links_after {
    int64_t id, key;
    str title;
};
struct links_filter {
    const struct bounds *bounds;
    str q;                                   /* part of url, title, code, alias or notes, any ASCII case */
    int64_t tag_id, campaign_id, channel_id; /* 0 = any; -1 (a key nobody has) = no link matches */
    int64_t owner_id, domain_id;             /* likewise */
    int state;                               /* enum link_state at now_ms; -1 = any */
    int archived;                            /* 0 = no, 1 = only, -1 = both; a state overrides it */
    bool bin;                                /* only the bin, else only what is not in it */
    int64_t created_from_ms, created_to_ms;  /* from (inclusive) until (exclusive); 0 = any */
    int64_t now_ms;
    enum links_sort sort;
    struct links_after after;
    size_t limit; /* 1..LIMIT_PAGE */
};
struct links_page {
    struct link *links;
    size_t count;
    bool more; /* there is at least one behind the last */
};
/* Matches without cursor and limit. exact = false: there are at least so many, and counting on would take too long: of
 * a text that very many links may hold, or while the columns of many links are not made yet. */
struct links_total {
    int64_t count;
    bool exact;
};
/* Links in the arena. total may be NULL. */
enum err links_list(struct db *db, struct arena *arena, const struct links_filter *filter, struct links_page *out,
                    struct links_total *total);
/* The cursor behind an item of a list sorted so. */
struct links_after links_after(const struct link *link, enum links_sort sort);
/* Only ids, in order of id after after_id, at most cap: for bulk edits by filter. Ignores sort, after and limit.
 * The arena is for what is needed on the way: half a MiB at most. */
enum err links_list_ids(struct db *db, struct arena *arena, const struct links_filter *filter, int64_t after_id,
                        int64_t *ids, size_t cap, size_t *count);

/* ---- start-up load (links_load.c) ------------------------------------------------------------------------------- */
/* What a redirect needs; texts are lent until the next step. */
struct link_hot {
    int64_t id, domain_id, channel_id; /* 0 = none */
    str code, url, fallback_url, source, click_id_param;
    str utm[UTM_COUNT];
    int64_t valid_from_ms, valid_until_ms, deleted_ms; /* TIME_NONE */
    int64_t max_clicks;
    int redirect_status;
    bool forward_query, visitor_wins, enabled, crawlable, tombstone;
    bool live; /* it has targets or rules */
};
/* All links by id, tombstones included: `links_load_each(&load, db); while (links_load_next(&load, &hot))`, then
 * links_load_end, whose error says whether that was all (it may be called early). One snapshot; three statements in
 * step, without joins: two of them read what only some links have. */
struct links_load {
    struct stmt *rows, *origins, *rules;
    enum err err;
};
void links_load_each(struct links_load *self, struct db *db);
bool links_load_next(struct links_load *self, struct link_hot *out);
enum err links_load_end(struct links_load *self);
/* The same of one link, after an edit. Texts into the arena. */
enum err links_load_one(struct db *db, struct arena *arena, int64_t id, struct link_hot *out);
/* Only its ids (domain, campaign, channel, owner; 0 = none); tombstones too. */
struct link_ids {
    int64_t domain_id, campaign_id, channel_id, owner_id;
};
enum err links_ids(struct db *db, int64_t id, struct link_ids *out);
/* Links of a campaign, from its index; tombstones too. */
struct stmt *links_each_of_campaign(struct db *db, int64_t campaign_id);
bool links_of_next(struct stmt *rows, int64_t *link_id);
/* All aliases by link: link_id, domain_id and folded, lent until the next step; the rest stays empty. */
struct stmt *links_aliases_each(struct db *db);
bool links_aliases_next(struct stmt *rows, struct link_alias *out);

#endif
