/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_CUSTOMERS_H
#define LINKPOND_STORE_CUSTOMERS_H

#include "linkpond/base/json.h"
#include "linkpond/model/identity.h"
#include "linkpond/store/bounds.h"
#include "linkpond/store/rule_about.h"

/*
 * Who events happened with. Customers are found by their identities; two that turn out to be one become the one with
 * the lower id, together with everything they had, so that any order of the same facts ends in the same customers with
 * the same sums. Everything here runs within the caller's transaction.
 */
#define LIMIT_CUSTOMER_NAME  128
#define LIMIT_CUSTOMER_NOTES (4 * 1024)

struct customer {
    int64_t id;
    int64_t merged_into; /* 0 = none; else gone, and this is who it is: never itself merged */
    str name, notes;
    int64_t owner_id; /* 0 = nobody answers for them */
    str owner;        /* its key; read only */
    int64_t stage_id; /* 0 = none; the furthest step an event led to or a person said (stages.h) */
    str stage;        /* its key; read only */
    str stage_set;    /* key of what a person said; empty = nothing; read only */
    int64_t first_touch_ms, last_touch_ms, last_event_ms; /* TIME_NONE */
    int64_t touches, events;
    int64_t touched_ms;   /* clicks before then were looked at for touches; ids of lanes do not rise with time */
    int64_t forgotten_ms; /* TIME_NONE; else nobody knows who they are any more */
    int64_t created_ms, updated_ms;
    int64_t revision;
};

/* ---- who is it --------------------------------------------------------------------------------------------------- */

/* The customer of these identities (up to IDENTITIES_MAX, any order, the same one twice is harmless): the one that has
 * any of them; a new one when none has; all that have one become one. Those nobody has are theirs from now on. But a
 * weak identity (identity_is_strong) makes nobody one who have different strong ones of the same kind: it stays with
 * whom it was known of first, and leads to nobody here (docs/decisions/0025).
 * *customer_id goes in as a customer that is known to be meant, be it merged since or not, and counts as one identity
 * more; 0 = none. `event_id` is what merges are blamed on (0 = none). A customer that gets another visitor begins to be
 * looked for in the ledger anew (touched_ms 0). ERR_NOT_FOUND: there is no such customer; with neither, that is a bug.
 */
enum err identities_resolve(struct db *db, const struct identity *identities, size_t count, int64_t event_id,
                            int64_t now_ms, int64_t *customer_id);
/* ERR_NOT_FOUND: nobody has it. */
enum err identities_find(struct db *db, const struct identity *identity, int64_t *customer_id);
struct identity_row {
    struct identity identity;
    int64_t created_ms;
};
/* Of a customer, by kind and value, in the arena. */
enum err identities_of(struct db *db, struct arena *arena, int64_t customer_id, struct identity_row **out,
                       size_t *count);

/* Two are one: everything of the one with the higher id becomes the other's, and *survivor is that. An id that was
 * merged before stands for who it became; the same one twice is OK and nothing. `kind` is the name of the identity that
 * showed it, empty when a person said so. ERR_NOT_FOUND. */
enum err customers_merge(struct db *db, int64_t a, int64_t b, str kind, int64_t event_id, int64_t now_ms,
                         int64_t *survivor);

/* ---- what happened ----------------------------------------------------------------------------------------------- */

/* An event of theirs was inserted, with its customer_id. Counts it, moves the stage as far as it leads (a negative
 * value takes back and leads nowhere), and puts the tags its type means. */
struct customer_event {
    int64_t id;
    str type;
    int64_t time_ms;
    bool takes_back; /* its value is negative */
};
enum err customers_note_event(struct db *db, int64_t customer_id, const struct customer_event *event, int64_t now_ms);
/* A touch of theirs was inserted, which was not there before. Counts it and puts the tags that its link means, or the
 * link's campaign, channel or tags. */
enum err customers_note_touch(struct db *db, int64_t customer_id, int64_t link_id, int64_t time_ms, int64_t now_ms);
/* Counts, first and last times and the stage, all from the events and touches there are: behind every removal of some.
 */
enum err customers_recount(struct db *db, int64_t customer_id);
/* What an event said of their name or of who answers for them. The later statement wins, in whatever order they come;
 * of two at one time the lower value. Empty and 0 say nothing. */
enum err customers_say_name(struct db *db, int64_t customer_id, str name, int64_t time_ms);
enum err customers_say_owner(struct db *db, int64_t customer_id, int64_t owner_id, int64_t time_ms);
/* Clicks before then were looked at. */
enum err customers_touched(struct db *db, int64_t customer_id, int64_t touched_ms);

/* ---- one --------------------------------------------------------------------------------------------------------- */

/* With notes of all that were merged into it, a line each. One that was merged is given as it is: follow merged_into.
 */
enum err customers_find(struct db *db, struct arena *arena, int64_t id, struct customer *out);
/* Who that is now, for a caller with these bounds: customers they answer for, and those who touched a link of their
 * domain. ERR_NOT_FOUND. */
enum err customers_see(struct db *db, struct arena *arena, int64_t id, const struct bounds *bounds,
                       struct customer *out);
/* Name, notes and owner as they are now; the notes replace those of all that were merged into it. */
enum err customers_update(struct db *db, const struct customer *customer, int64_t now_ms);
/* A person says how far they are; events lead further, but not back. 0 takes it back. */
enum err customers_set_stage(struct db *db, int64_t id, int64_t stage_id);
/* Nobody knows any more who it was: identities, name, notes, owner and tags go, and what events said beside. What
 * happened, when, and by which touches it was brought stays. */
enum err customers_forget(struct db *db, int64_t id, int64_t now_ms);
/* At most `most` customers of one owner become another's. *count: how many did. */
enum err customers_hand_over(struct db *db, int64_t from_id, int64_t into_id, int64_t now_ms, int64_t most,
                             int64_t *count);
enum err customers_count_of_owner(struct db *db, int64_t owner_id, int64_t *count);

enum customer_sort { CUSTOMERS_LATEST, CUSTOMERS_EARLIEST, CUSTOMERS_NEWEST, CUSTOMERS_OLDEST };
struct customers_filter {
    str q;            /* part of a name or of notes, any ASCII case, or a whole identity; empty = any */
    str phone, email; /* what q is as such, hashed; empty = it is none */
    int64_t stage_id, owner_id, tag_id, link_id; /* 0 = any; the link is one they touched */
    const struct bounds *bounds;
    enum customer_sort sort;    /* by the last event, or by id */
    int64_t after_ms, after_id; /* the last of the page before; after_id 0 = from the start */
    size_t limit;
};
struct customers_page {
    struct customer *customers; /* without notes */
    size_t count;
    bool more;
    int64_t total; /* counted up to LIMIT_COUNT_EXACT + 1 */
};
/* Who was neither merged nor forgotten, in the arena. */
enum err customers_list(struct db *db, struct arena *arena, const struct customers_filter *filter,
                        struct customers_page *out);

/* Keys of tags, sorted, in the arena. */
enum err customers_tags(struct db *db, struct arena *arena, int64_t customer_id, struct str_list *out);
enum err customers_tag(struct db *db, int64_t customer_id, int64_t tag_id, int64_t now_ms);
/* OK when it has it not. */
enum err customers_untag(struct db *db, int64_t customer_id, int64_t tag_id);

/* Who it is made of: each merge as it happened, oldest first. */
struct customer_merge {
    int64_t time_ms, from_id, into_id, event_id; /* event_id 0 = none */
    str kind;                                    /* lent; empty = a person said so */
};
struct stmt *customer_merges_of(struct db *db, int64_t customer_id);
bool customer_merges_next(struct stmt *rows, struct customer_merge *out);

/* What happened and what brought it, the latest first: events, and touches of links within the bounds. Of an event's
 * link a bound caller hears only within them. */
struct customer_moment {
    bool is_event;
    int64_t time_ms;
    int64_t id; /* of the event, or the click of the ledger */
    int generation;
    int64_t link_id; /* 0 = none, or not for this caller */
    str code, title, host, campaign, link_channel;
    /* of a touch */
    str source, channel, app, utm[5];
    str opened; /* the code, or an alias; empty = not known */
    int scene;
    /* of an event */
    str type, event_id, origin, state, currency, owner, metadata;
    bool has_value;
    int64_t value, click_id;
};
struct customer_timeline {
    int64_t customer_id;
    const struct bounds *bounds;
    int64_t before_ms; /* with the next two: the last of the page before; INT64_MAX = from the start */
    bool before_is_event;
    int64_t before_id;
    int64_t limit;
};
struct stmt *customers_timeline(struct db *db, const struct customer_timeline *ask);
bool customers_timeline_next(struct stmt *rows, struct customer_moment *out); /* texts are lent */

/* ---- rules that tag ---------------------------------------------------------------------------------------------- */

/* Who touched this link, or one of this campaign, channel or tag, or had an event of this type, gets the tag, from now
 * on. Exactly one of link_id, label_id and type. */
struct tag_rule {
    int64_t id, tag_id;
    str tag; /* its key; read only */
    struct rule_about about;
    int64_t created_ms;
};
enum err tag_rules_insert(struct db *db, struct tag_rule *rule);
enum err tag_rules_delete(struct db *db, int64_t id); /* ERR_NOT_FOUND */
enum err tag_rules_size(struct db *db, int64_t *count);
/* By id, lent until the next step. */
struct stmt *tag_rules_each(struct db *db);
bool tag_rules_next(struct stmt *rows, struct tag_rule *out);

#endif
