/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_RULES_H
#define LINKPOND_STORE_RULES_H

#include "linkpond/model/rule.h"
#include "linkpond/store/db.h"

/* The rules of live codes as rows. A link's list is read and written whole. */

/* Replaces the list. Ids: a rule that names one of the link's own (as rules_of gave it) keeps it, all others (0) get a
 * new one, which is written into rules[]. Conditions and targets are stored as they are; targets must be in some pool.
 */
enum err rules_put(struct db *db, int64_t link_id, struct rule *rules, size_t count);
/* In their order, all in the arena. */
enum err rules_of(struct db *db, struct arena *arena, int64_t link_id, struct rule **out, size_t *count);
/* A target leaves every rule that names it. */
enum err rules_target_leave(struct db *db, int64_t target_id);

#endif
