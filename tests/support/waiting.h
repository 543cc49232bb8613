/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_TESTS_SUPPORT_WAITING_H
#define LINKPOND_TESTS_SUPPORT_WAITING_H

#include "linkpond/store/sums.h"

/* One link's gain that waits to be brought home, as of a fold that touched no other; with a day where there are
 * quarters. In a transaction of the caller's, or none. */
static inline void waiting_add(struct db *db, const struct link_stat *gain, int64_t day, str quarters)
{
    int64_t part = gains_part_of(gain->link_id);
    struct gains_waiting before;
    struct gains gains;

    gains_init(&gains);
    gains_add_link(&gains, gain);
    if (quarters.len > 0) {
        gains_add_day(&gains, day, quarters);
    }
    BUG_ON(gains_waiting(db, part, &before));
    BUG_ON(gains_store(&gains, db, part, &before));
    gains_done(&gains);
}

#endif
