/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_LABELS_ROW_H
#define LINKPOND_STORE_LABELS_ROW_H

#include "linkpond/store/labels.h"

/* A row of label_row; texts into the arena, or lent when arena is NULL. */
void labels_read(struct stmt *row, struct arena *arena, struct label *out);
/* Fills links and counts of labels of one kind, whose figures are zero and last_ms TIME_NONE. */
enum err labels_sum_up(struct db *db, struct arena *arena, const struct bounds *bounds, struct label *labels,
                       size_t labels_count);

#endif
