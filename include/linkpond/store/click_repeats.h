/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_CLICK_REPEATS_H
#define LINKPOND_STORE_CLICK_REPEATS_H

#include "linkpond/store/db.h"

/* Clicks of class duplicate: the same request again, whose answer, and the click id in it, is the one that reached the
 * visitor. Kept for good: there are as many as requests were under way when the daemon went down. */

/* Writer. Of which click it is the repeat; told again, nothing changes. */
enum err click_repeats_put(struct db *db, int64_t click_id, int64_t first_id);
/* The click that this one repeats, else itself. */
enum err click_repeats_first(struct db *db, int64_t click_id, int64_t *first_id);

#endif
