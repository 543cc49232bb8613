/* SPDX-License-Identifier: MIT */
#include "editor_private.h"

#include "linkpond/engine/rewriter.h"
#include "linkpond/engine/sealer.h"
#include "linkpond/store/events.h"
#include "linkpond/store/repoints.h"
#include "linkpond/store/rules.h"
#include "linkpond/store/targets.h"
#include "linkpond/store/touches.h"

/* A purge holds nobody up: sealed clicks are hidden at once and taken away chunk by chunk (rewriter_purge.c). */

enum err edit_purge(struct edit *self, const struct link *link)
{
    const struct link_ids scopes = {.campaign_id = link->campaign_id,
                                    .channel_id = link->channel_id,
                                    .owner_id = link->owner_id,
                                    .domain_id = link->domain_id};
    enum err err = rewriter_purge_link(self->db, link->id, &scopes, self->now_ms);

    err = err ? err : rules_put(self->db, link->id, NULL, 0);
    err = err ? err : targets_purge(self->db, link->id);
    err = err ? err : repoint_links_forget(self->db, link->id);
    err = err ? err : touches_purge_link(self->db, link->id);
    err = err ? err : events_purge_link(self->db, link->id);
    return err ? err : links_tombstone(self->db, link->id, self->now_ms, true);
}

struct sealing_call {
    size_t chunk_rows;
    struct sealing done;
};

static enum err seal_some(struct db *db, void *arg, struct fault *fault)
{
    struct sealing_call *self = arg;

    (void)fault;
    return sealer_seal(db, self->chunk_rows, INT64_MAX, &self->done);
}

void edit_seal_tail(struct editor *self)
{
    struct sealing_call call = {.chunk_rows = (size_t)self->opts.chunk_rows};
    enum err err = call.chunk_rows > 0 ? OK : ERR_UNAVAILABLE;

    do {
        call.done.rows = 0;
        err = err ? err
                  : writer_submit(self->opts.writer,
                                  &(struct writer_task){.run = seal_some, .arg = &call, .relaxed = true}, NULL);
    } while (!err && call.done.rows > 0);
}
