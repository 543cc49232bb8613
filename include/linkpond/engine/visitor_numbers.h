/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_VISITOR_NUMBERS_H
#define LINKPOND_ENGINE_VISITOR_NUMBERS_H

#include "linkpond/engine/writer.h"

/*
 * Numbers for visitors who keep a cookie: dense, below 2^40, never given twice. They are handed out by redirect threads
 * from a block that was reserved in the database beforehand, so a crash or a restart skips the rest of a block.
 * Numbers that the writer finds by a day's hash are counted apart (the ledger tells them by visitor_by).
 */
#define VISITOR_NUMBER_MAX ((INT64_C(1) << 40) - 1)
#define VISITOR_BLOCK      (INT64_C(1) << 24) /* minutes of everything a machine can answer */

struct visitor_numbers {
    _Atomic int64_t next, end; /* end: the first that is not reserved */
};
/* Reserves the first block; in no transaction, before there is a writer. */
enum err visitor_numbers_open(struct visitor_numbers *self, struct db *db);
/* The next number; 0 when the block is used up. Any thread, never waits. */
int64_t visitor_numbers_mint(struct visitor_numbers *self);
/* Reserves another block when less than half of one is left. Waits for the writer. */
enum err visitor_numbers_keep(struct visitor_numbers *self, struct writer *writer, struct fault *fault);
/* A restored copy does not know what was handed out after it was made. Inside a transaction. */
enum err visitor_numbers_skip(struct db *db);

#endif
