/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_REWRITER_H
#define LINKPOND_ENGINE_REWRITER_H

#include "linkpond/base/zone.h"
#include "linkpond/engine/writer.h"
#include "linkpond/store/rewrites.h"

/*
 * Stored history written anew: the room for everything that goes through all clicks there are. What is to be done
 * stands in the database (store/rewrites.h), one after the other. First the tail is sealed; then, chunk by chunk in the
 * order of sealing, a thread of its own reads a chunk, makes its successor in memory and hands it to the writer: old
 * chunk out, new one in, the difference into the sums, the position moved, in one transaction. So nothing is half done
 * at any moment, a killed process goes on where it was, and an edit waits for one such transaction at most.
 *
 * Clicks that come in meanwhile are not touched: they came under the rules of now.
 */
struct rewriter;
struct link_ids;
struct rewriter_opts {
    struct writer *writer;
    const char *path;            /* of the database, for a read handle of its own */
    const char *recognition_dir; /* NULL = built-in tables */
    int64_t chunk_rows;          /* as the writer's */
    const struct zone *zone;     /* the install's: whose days are kept of what goes */
    size_t changes_at_once;      /* of sums, in one transaction; 0 = as many as others may wait for */
};
enum err rewriter_start(const struct rewriter_opts *opts, struct rewriter **out, struct fault *fault);
/* The step at hand is finished; the rest goes on at the next start. NULL is fine. */
void rewriter_stop(struct rewriter *self);
/* Works off all there is, on the calling thread: `db` writes and nobody else does (opts: no writer, no path). What is
 * not in the sums yet stays in the tail. */
enum err rewriter_work_off(const struct rewriter_opts *opts, struct db *db);
/* Something new to do was committed. Any thread. */
void rewriter_wake(struct rewriter *self);

/* ---- what may be asked for; on the writer thread, inside its transaction. Then wake the rewriter. */

#define REWRITES_WAITING_MAX 64  /* more are refused: each reads the whole ledger */
#define REWRITES_KEPT        100 /* finished ones that are still told of */
/* Clicks of [from, to) by the recognition tables as they are now. *out: the one that waits or runs already and asks for
 * the same (*existed), or a new one. ERR_UNAVAILABLE: too many wait. */
enum err rewriter_ask_reclassify(struct db *db, int64_t from_ms, int64_t to_ms, bool dry_run, int64_t now_ms,
                                 struct rewrite *out, bool *existed);
/* Retention: clicks before that time (of the quarter-hour before, lest a report has to be torn there) go, as far as
 * they are in the sums, which stay; of each day the most frequent values are kept (store/dim_days.h). *asked = false:
 * there are none. */
enum err rewriter_ask_retain(struct db *db, int64_t before_ms, int64_t now_ms, bool *asked);
/* Inside the transaction that makes the link a tombstone: it leaves the sums and the tail, and reports at once; what
 * chunks hold of it goes in time. Seal the tail before, so that little is left there. */
enum err rewriter_purge_link(struct db *db, int64_t link_id, const struct link_ids *scopes, int64_t now_ms);
/* What tells of that person leaves all clicks there are (docs/privacy.md says what stays). *id: of the rewrite. */
enum err rewriter_ask_forget(struct db *db, int64_t number, enum visitor_by by, int64_t now_ms, int64_t *id);
/* ERR_UNAVAILABLE: too many wait. */
enum err rewriter_may_ask(struct db *db);

#endif
