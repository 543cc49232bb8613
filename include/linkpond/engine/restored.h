/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_RESTORED_H
#define LINKPOND_ENGINE_RESTORED_H

#include "linkpond/store/db.h"

/* A backup knows that it is one, so that the first start from it can keep clear of what the installation handed out
 * after it was made. */

/* Marks the database file at path as a copy, and takes the salts of visitors' hashes out of it: a copy is kept for
 * longer than these may be, and with them who has it could try addresses against its clicks. */
enum err restored_mark(const char *path, struct fault *fault);
/* At start, before links are made and the journal is opened: in a copy, skips link ids (codes printed since then must
 * never lead elsewhere) and journal segment numbers (click ids given to others since then). Does nothing otherwise. */
enum err restored_settle(struct db *db);
/* The smallest segment number that may be used; 0 = any. */
enum err restored_segment_floor(struct db *db, uint64_t *floor);

#endif
