/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_API_DEALS_EVENT_COLUMNS_H
#define LINKPOND_SRC_API_DEALS_EVENT_COLUMNS_H

#include "linkpond/api/csv_reader.h"

#include "event_draft.h"

/* What the columns of a table of events mean, by what stands at their head, in English or Chinese. */
struct event_columns {
    int8_t meaning[CSV_COLUMNS_MAX]; /* -1 = nothing to us */
    size_t count;
    str unknown[CSV_COLUMNS_MAX]; /* heads of columns that mean nothing to us, cut at COLUMN_WORD_MAX bytes */
    size_t unknown_count;
    str type; /* what happened in rows that do not say; empty: they have to */
};
/* Texts are copied into the arena, but `type`, which is lent. ERR_INVALID "header": neither a column nor `type` says
 * what happened (required), no column is known (unknown), two say the same (conflicting), no UTF-8. */
enum err event_columns_read(struct event_columns *self, struct arena *arena, const struct csv_row *header, str type,
                            struct fault *fault);
/* A row; texts are copied into the arena. ERR_INVALID: "time" (not_a_time), "value" (not_a_number), "row"
 * (line_too_long; too_many: cells of no column). An amount is written as people do ("128.50"), and so is
 * what happened (model/event_word.h); a time without an offset is the zone's, an amount without a currency of the
 * installation's. */
enum err event_columns_row(const struct event_columns *self, struct arena *arena, const struct engine *engine,
                           const struct csv_row *row, struct event_draft *out, bool *blank, struct fault *fault);

/* Into the draft, as people write them. ERR_INVALID: "time" (not_a_time). */
enum err event_text_time(struct event_draft *draft, str text, struct arena *arena, const struct engine *engine,
                         struct fault *fault);
/* By the draft's currency, else the installation's: "128.50" where `major`, else whole minor units. ERR_INVALID:
 * "value" (not_a_number). What currency there may be is the intake's to judge. */
enum err event_text_value(struct event_draft *draft, str text, bool major, const struct engine *engine,
                          struct fault *fault);

#endif
