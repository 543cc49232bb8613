/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_COST_BOOK_H
#define LINKPOND_ENGINE_COST_BOOK_H

#include "linkpond/engine/editor.h"
#include "linkpond/store/costs.h"

/* What was spent, entered and taken out: many in one durable transaction, each judged by itself. */
#define COST_AMOUNT_MAX INT64_C(1000000000000) /* so that sums of a million of them stay in 64 bits */

#define COST_DAYS_MAX 1096 /* that one cost is spread over: three years */

struct cost_draft {
    str day, last_day, campaign, channel, owner, currency, note,
        external_id; /* last_day empty = day; owner: a user's key */
    int64_t link_id; /* 0 = none */
    int64_t amount;
    int64_t id; /* the one that becomes this; 0 = that of external_id, or a new one */
};
struct cost_result {
    struct cost cost;
    bool existed; /* there was one of that external_id, which is this now */
    enum err err;
    struct fault fault;
};
/* Results of err OK are in the book. ERR_INVALID: day (no date, or more than a day ahead), to (no date,
 * before day, or COST_DAYS_MAX behind it), amount, currency (none of
 * ISO 4217), campaign, channel, owner (unknown), or not exactly one thing it was spent on. ERR_NOT_FOUND: id.
 * ERR_CONFLICT: external_id is another one's. */
enum err cost_book_put(struct writer *writer, const struct actor *actor, struct arena *arena,
                       const struct cost_draft *drafts, size_t count, struct cost_result *results);
enum err cost_book_delete(struct writer *writer, const struct actor *actor, struct arena *arena, int64_t id,
                          struct fault *fault);

#endif
