/* SPDX-License-Identifier: MIT */
#include "editor_private.h"

#include "linkpond/engine/fold.h"
#include "linkpond/store/clicks.h"
#include "linkpond/store/segments.h"

/* A purge reads the whole ledger once: clicks have no index by link, because one would cost every click. */

static enum err count_in_segment(struct db *db, int64_t segment_id, int64_t link_id, int64_t *count)
{
    struct clicks_scan scan;

    *count = 0;
    clicks_scan(&scan, db, segment_first_click(segment_id), segment_last_click(segment_id), false, 0);
    while (clicks_scan_next(&scan)) {
        *count += scan.facts.link_id == link_id;
    }
    return stmt_err(scan.rows);
}

static enum err uncount_rows(struct edit *self, int64_t link_id)
{
    struct stmt *rows = segments_each(self->db);
    struct segment segment;
    enum err err = OK;

    while (!err && segments_next(rows, &segment)) {
        int64_t count = 0;
        err = count_in_segment(self->db, segment.id, link_id, &count);
        if (!err && count > 0) {
            err = segments_rows_removed(self->db, segment.id, count);
        }
    }
    if (err) {
        stmt_reset(rows);
        return err;
    }
    return stmt_err(rows);
}

enum err edit_purge(struct edit *self, const struct link *link)
{
    struct link_ids scopes = {.campaign_id = link->campaign_id,
                              .channel_id = link->channel_id,
                              .owner_id = link->owner_id,
                              .domain_id = link->domain_id};
    int64_t deleted;
    enum err err = uncount_rows(self, link->id);

    err = err ? err : fold_forget(self->db, link->id, &scopes);
    err = err ? err : clicks_delete_link(self->db, link->id, &deleted);
    return err ? err : links_tombstone(self->db, link->id, self->now_ms, true);
}
