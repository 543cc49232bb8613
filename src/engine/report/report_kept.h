/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_REPORT_KEPT_H
#define LINKPOND_ENGINE_REPORT_KEPT_H

#include "report_tally.h"

/*
 * A question that reaches back before the first click that is left (fold_ledger_starts): of what was deleted the sums
 * tell totals and series, and the kept tops of each day one dimension of everything. Whatever cannot be told is left
 * out, and the report says so (struct report_kept).
 */
enum err report_with_kept(struct report_tally *tally, struct db *db, int64_t starts_ms);

#endif
