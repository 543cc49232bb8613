/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_CREDIT_DAYS_H
#define LINKPOND_ENGINE_CREDIT_DAYS_H

#include "conversions.h"

/* Money by group and day: rows as they come, put together when they are many. Zeroed before. */
struct credit_days {
    struct attribution_day *rows;
    size_t count, cap;
    bool failed; /* there was no room for one */
};
void credit_days_done(struct credit_days *self);
void credit_days_add(struct credit_days *self, const struct attribution_day *row);
/* In order of group, currency and day, one row for each. */
void credit_days_order(struct credit_days *self);
/* What another thread has, whose group i is `here[i]` of ours. */
void credit_days_merge(struct credit_days *self, const struct credit_days *from, const uint32_t *here);
/* Into the answer, with what all conversions brought: group i is at places[i] of it. */
#define ATTRIBUTION_HIDDEN (UINT32_MAX - 2) /* a place of groups that are not shown */
bool credit_days_list(struct credit_days *self, const struct conversions *conversions, const uint32_t *places,
                      struct arena *arena, struct attribution *out);

#endif
