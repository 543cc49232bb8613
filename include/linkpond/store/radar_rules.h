/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_RADAR_RULES_H
#define LINKPOND_STORE_RADAR_RULES_H

#include "linkpond/model/radar.h"
#include "linkpond/store/db.h"
#include "linkpond/store/rule_about.h"

/* Key events that sales are told of, and what was seen of each person for them. */
#define RADAR_RULES_MAX  50
#define LIMIT_RADAR_NAME 64

struct radar_rule {
    int64_t id;
    str name;
    struct radar_condition condition;
    struct rule_about about; /* a type: a rule of events, and only then */
    bool enabled;
    int64_t since_ms; /* what happened before tells nothing */
    int64_t created_ms, updated_ms;
};
enum err radar_rules_insert(struct db *db, struct radar_rule *rule);
enum err radar_rules_find(struct db *db, struct arena *arena, int64_t id, struct radar_rule *out);
/* All but the kind. `anew`: nothing was seen for it, from now on. */
enum err radar_rules_update(struct db *db, const struct radar_rule *rule, bool anew);
enum err radar_rules_delete(struct db *db, int64_t id); /* ERR_NOT_FOUND */
enum err radar_rules_size(struct db *db, int64_t *count);
/* By id, lent until the next step. */
struct stmt *radar_rules_each(struct db *db);
bool radar_rules_next(struct stmt *rows, struct radar_rule *out);
/* All, by id, in the arena. */
enum err radar_rules_load(struct db *db, struct arena *arena, struct radar_rule **out, size_t *count);
/* A bit for each of `rules` that is enabled and about visits to that link. */
enum err radar_rules_of_link(struct db *db, const struct radar_rule *rules, size_t count, int64_t link_id,
                             uint64_t *bits);

/* Who did something: a customer, or only what a link calls them (customer_id 0). */
enum err radar_person_find(struct db *db, int64_t rule_id, int64_t customer_id, str name, struct radar_person *out);
enum err radar_person_put(struct db *db, int64_t rule_id, int64_t customer_id, str name,
                          const struct radar_person *person);
/* Two customers became one; nobody knows any more who it was. */
enum err radar_person_merged(struct db *db, int64_t from_id, int64_t into_id);
enum err radar_person_forget(struct db *db, int64_t customer_id);

/* Events that a rule is about and that were not looked at yet. They come to be known by themselves, with the event. */
struct radar_due {
    int64_t event_id, rule_id, time_ms, customer_id, link_id; /* customer_id 0: the event is gone */
    str type;
};
enum err radar_due_any(struct db *db, bool *any);
enum err radar_due_list(struct db *db, struct arena *arena, size_t limit, struct radar_due **out, size_t *count);
enum err radar_due_done(struct db *db, const struct radar_due *due);

/* Who and what is told of. 0 and empty where there is none (any more). */
struct radar_about {
    int64_t link_id, customer_id, owner_id; /* the customer's owner, else the link's */
    str called, title, short_url;           /* the link's: what it calls its customer … */
    str name, owner;                        /* the customer's name; the owner's key */
};
enum err radar_about(struct db *db, struct arena *arena, int64_t link_id, int64_t customer_id, struct radar_about *out);

#endif
