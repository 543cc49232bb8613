/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_REPORT_SECOND_H
#define LINKPOND_ENGINE_REPORT_SECOND_H

#include "linkpond/engine/reporter.h"

/* The second thread of a report (reporter.h: report_helper), for whoever has work that two can do. */

/* The part of a question that it is given: `run` is called on its thread with its handle. */
struct report_second {
    void (*run)(struct report_second *self, struct db *db);
};
/* For one question: what follows on `db` is one snapshot, in which *helper is the caller's, whose handle sees the same
 * state. *helper becomes NULL where it is busy, where commits kept coming, or where the snapshot is a caller's own,
 * which another handle cannot join. *own is for the end. */
enum err report_snapshot_begin(struct db *db, struct report_helper **helper, bool *own);
/* After a failed begin, too. */
void report_snapshot_end(struct db *db, struct report_helper *helper, bool own);
/* Sets it to work; `second` lives until report_helper_wait has returned. */
void report_helper_begin(struct report_helper *self, struct report_second *second);
void report_helper_wait(struct report_helper *self);

#endif
