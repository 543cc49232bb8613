/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_CHECKPOINT_H
#define LINKPOND_ENGINE_CHECKPOINT_H

#include "linkpond/engine/journal.h"
#include "linkpond/store/db.h"

/*
 * When the write-ahead log goes into the database file. Click batches commit without fsync, so a power cut may take the
 * last ones back; only a checkpoint that moved everything makes them last. Only then may the journal let segments go:
 * all commits are made by the thread that runs the checkpoint, so what was committed before is what it moved.
 */
struct checkpoint {
    int64_t dirty_since_ns; /* of the first commit since the last whole checkpoint */
    int64_t tried_ns;
    bool dirty;
    bool cut; /* the next whole one leaves an empty log file */
};
/* At the start, of what earlier runs left in the log. A program that is killed again and again before a checkpoint is
 * due would never make one, and each start reads the whole log: so from a certain size on it goes into the file at
 * once. */
void checkpoint_begin(struct checkpoint *self, struct db *db, struct journal *journal, int64_t now_ns);
/* After every commit. */
void checkpoint_committed(struct checkpoint *self, int64_t now_ns);
/* After something was deleted that shall be nowhere (salts, visitors): the log file keeps old pages behind its end, for
 * weeks if it was long once. The next checkpoint that moves everything while nobody waits cuts it. */
void checkpoint_forget(struct checkpoint *self, int64_t now_ns);
/* Runs one when it is due. idle: nobody waits, so the log file may be cut too. */
void checkpoint_run(struct checkpoint *self, struct db *db, struct journal *journal, int64_t now_ns, bool idle);
/* At the end, due or not. */
void checkpoint_finish(struct checkpoint *self, struct db *db, struct journal *journal);

#endif
