/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_LINK_DAYS_H
#define LINKPOND_ENGINE_LINK_DAYS_H

#include "linkpond/store/chunks.h"

/* The days (UTC) one link was clicked on, rising: which chunks can hold it. Zeroed: any day. */
struct link_days {
    bool known;
    int64_t *days;
    size_t count, cap;
};
/* As the sums know them, in the caller's snapshot. */
enum err link_days_load(struct link_days *self, struct db *db, int64_t link_id);
void link_days_done(struct link_days *self);
bool link_days_touch(const struct link_days *self, const struct chunk_info *info);

#endif
