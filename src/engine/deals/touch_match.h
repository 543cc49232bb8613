/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_TOUCH_MATCH_H
#define LINKPOND_ENGINE_TOUCH_MATCH_H

#include "linkpond/engine/report_match.h"
#include "linkpond/store/credits.h"

/* Which touches a question is about, and what each dimension says of a touch: report_match.h, for rows of touches. */
struct touch_match {
    struct report_match match;
    int64_t direct_term; /* of the text "direct"; -1 = no click has it */
    bool whole;          /* touches are to be read with what is seldom asked */
    bool open;
};
/* Zeroed before; release it on failure, too. The query lives as long. */
enum err touch_match_open(struct touch_match *self, struct db *db, const struct report_query *query);
void touch_match_done(struct touch_match *self);
/* Bounds and all filters. */
enum err touch_match_passes(struct touch_match *self, const struct credit_touch_row *row, bool *out);
/* At least one value. */
enum err touch_match_values(struct touch_match *self, const struct credit_touch_row *row, enum dim dim,
                            uint64_t values[REPORT_DIM_VALUES_MAX], size_t *count);
/* Nobody knows who sent them (model/credit.h). */
bool touch_match_direct(const struct touch_match *self, const struct credit_touch_row *row);

#endif
