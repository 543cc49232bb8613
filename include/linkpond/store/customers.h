/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_CUSTOMERS_H
#define LINKPOND_STORE_CUSTOMERS_H

#include "linkpond/model/identity.h"
#include "linkpond/store/bounds.h"

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
    int64_t owner_id;                                     /* 0 = nobody answers for them */
    str owner;                                            /* its key; read only */
    int64_t stage_id;                                     /* 0 = none; the furthest step an event led to (stages.h) */
    str stage;                                            /* its key; read only */
    int64_t first_touch_ms, last_touch_ms, last_event_ms; /* TIME_NONE */
    int64_t touches, events;
    int64_t touched_id;   /* clicks of the ledger with ids up to it were looked at for touches */
    int64_t forgotten_ms; /* TIME_NONE; else nobody knows who they are any more */
    int64_t created_ms, updated_ms;
    int64_t revision;
};

/* ---- who is it --------------------------------------------------------------------------------------------------- */

/* The customer of these identities (up to IDENTITIES_MAX, any order, the same one twice is harmless): the one that has
 * any of them; a new one when none has; all that have one become one. Those nobody has are theirs from now on.
 * *customer_id goes in as a customer that is known to be meant, be it merged since or not, and counts as one identity
 * more; 0 = none. `event_id` is what merges are blamed on (0 = none). A customer that gets another visitor begins to be
 * looked for in the ledger anew (touched_id 0). ERR_NOT_FOUND: there is no such customer; with neither, that is a bug.
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
/* Clicks up to that id were looked at. */
enum err customers_touched(struct db *db, int64_t customer_id, int64_t click_id);

/* ---- one --------------------------------------------------------------------------------------------------------- */

/* With notes of all that were merged into it, a line each. One that was merged is given as it is: follow merged_into.
 */
enum err customers_find(struct db *db, struct arena *arena, int64_t id, struct customer *out);

#endif
