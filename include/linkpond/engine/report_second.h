/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_REPORT_SECOND_H
#define LINKPOND_ENGINE_REPORT_SECOND_H

#include "linkpond/engine/reporter.h"

/* The second thread of a report (reporter.h: report_helper), for whoever has work that two can do. */

/* The part of a question that it is given: `run` is called on its thread with its handle. */
struct report_second {
    void (*run)(struct report_second *self, struct db *db);
};
/* For one question: begins transactions on `db` and on the helper's handle that see the same state. False: it is busy,
 * or commits kept coming; then nothing is begun. */
bool report_helper_take(struct report_helper *self, struct db *db);
/* Sets it to work; `second` lives until report_helper_wait has returned. */
void report_helper_begin(struct report_helper *self, struct report_second *second);
void report_helper_wait(struct report_helper *self);
/* Ends its transaction. NULL is fine. */
void report_helper_give(struct report_helper *self);

#endif
