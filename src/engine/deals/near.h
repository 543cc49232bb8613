/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_NEAR_H
#define LINKPOND_ENGINE_NEAR_H

#include "customer_set.h"
#include "linkpond/engine/reporter.h"

/* Whose touches can pass at all, where a question names links or campaigns: found by the index of touches by link. */
struct near {
    bool narrowed; /* else anybody's */
    struct customer_set customers;
};
/* Zeroed before; release it on failure, too. */
enum err near_load(struct near *self, struct db *db, struct arena *arena, const struct report_query *query);
void near_done(struct near *self);

#endif
