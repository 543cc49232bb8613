/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_FOLD_H
#define LINKPOND_ENGINE_FOLD_H

#include <stdatomic.h>

#include "linkpond/model/click_row.h"
#include "linkpond/store/links.h"
#include "linkpond/store/sums.h"

/*
 * Rows of the tail into the stored sums: link_stat, link_day and scope_day; those of many links by way of link_gain
 * (docs/decisions/0028). A segment's fold mark and the sums move in one transaction, so a row is either before the mark
 * and in the sums or behind it and not. Unknown codes (link 0) are in the sum of all only. All functions run on the
 * writer thread; those that say so inside the caller's transaction.
 */

/* Of one transaction, so that API writes need not wait long: a row costs little, each link's day is read and written.
 */
#define FOLD_ROWS_MAX  131072
#define FOLD_LINKS_MAX 32768
struct fold_opts {
    size_t rows_max;            /* FOLD_ROWS_MAX at most */
    const atomic_bool *give_up; /* NULL: never */
    /* From how many links on what is counted of them waits beside them (docs/decisions/0028): in a fold, in one part of
     * it; and about from how many on a part comes home. 0: as measured; a test has fewer. */
    size_t links_many, part_many, part_due;
};
/* One transaction of at most rows_max rows and FOLD_LINKS_MAX links; *rows = how many were folded, 0 when none is
 * left. ERR_UNAVAILABLE: *give_up was set meanwhile; nothing was changed. */
enum err fold_run(struct db *db, const struct fold_opts *opts, size_t *rows);
/* About how many rows wait (from the segments' byte offsets). */
enum err fold_backlog(struct db *db, int64_t *rows);

/* Inside an edit's transaction, when one of a link's ids changes (links_ids before and after): its sums leave the
 * scopes that change and join the new ones. */
enum err fold_move(struct db *db, int64_t link_id, const struct link_ids *from, const struct link_ids *into);
/* Inside the transaction of a purge: the link's sums leave every scope, that of all too, and are deleted. Delete its
 * clicks in the same transaction. */
enum err fold_forget(struct db *db, int64_t link_id, const struct link_ids *scopes);
/* Inside the transaction of a merge: one scope id's sums go to another of its kind (0 = to none). Not for SUMS_ALL. */
enum err fold_merge(struct db *db, enum sums_scope scope, int64_t from_id, int64_t into_id);

/* Inside the transaction that writes clicks anew which are in the sums: what they were leaves the sums, what they are
 * joins them. Time and link stay. A link's last click only moves on: whoever takes a click from the PV finds the one
 * before it (sums_stat_set_last). */
struct fold_change {
    struct click_facts from, into;
};
enum err fold_change(struct db *db, const struct fold_change *changes, size_t count);

/* From then on no click was ever deleted by it; INT64_MIN = none at all. Of earlier times only the sums may be left. */
enum err fold_ledger_starts(struct db *db, int64_t *ms);
/* Inside the transaction that deletes the last of them; it never goes back. */
enum err fold_set_ledger_starts(struct db *db, int64_t ms);

/* Inside the caller's transaction: all sums are emptied but for the counts that links brought along from elsewhere, and
 * all rows wait to be folded again, which the writer does by itself. ERR_CONFLICT once retention has deleted clicks:
 * the sums are all that is left of them. */
enum err fold_reset(struct db *db, struct fault *fault);
/* Compares the sums with a recount of the folded rows, in one snapshot. OK, or ERR_CORRUPT with the first difference in
 * the fault and how many stored figures are wrong in *differences. ERR_CONFLICT as above: nothing was compared. */
enum err fold_verify(struct db *db, int64_t *differences, struct fault *fault);

#endif
