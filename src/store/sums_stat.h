/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_STORE_SUMS_STAT_H
#define LINKPOND_SRC_STORE_SUMS_STAT_H

#include "linkpond/store/sums.h"
#include "row.h"

/* A row's figures, as far as they are brought home, that begin at that column. */
void sums_stat_read(struct stmt *row, int first, int64_t link_id, struct link_stat *out);

#endif
