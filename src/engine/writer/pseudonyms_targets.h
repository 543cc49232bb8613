/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_ENGINE_PSEUDONYMS_TARGETS_H
#define LINKPOND_SRC_ENGINE_PSEUDONYMS_TARGETS_H

#include "linkpond/base/arena.h"
#include "linkpond/base/idmap.h"
#include "linkpond/model/click_row.h"
#include "linkpond/store/db.h"

/* Targets of clicks that are read back: they stand in the ledger by name, mostly as terms, each of which is looked up
 * once. */
struct target_names {
    struct db *db;
    struct idmap known; /* term -> target; 0 = it names none */
    struct arena arena; /* of one name */
};
void target_names_init(struct target_names *self, struct db *db);
void target_names_done(struct target_names *self);
int64_t target_names_find(struct target_names *self, const struct click_value *value); /* 0 = none */

#endif
