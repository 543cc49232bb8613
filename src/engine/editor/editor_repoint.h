/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_ENGINE_EDITOR_REPOINT_H
#define LINKPOND_SRC_ENGINE_EDITOR_REPOINT_H

#include "editor_private.h"
#include "linkpond/store/repoints.h"

struct repoint_call {
    struct edit edit;
    struct repoint repoint;
    const struct links_filter *filter;
    bool dry_run;
    bool force;
    size_t led;        /* targets of the link at hand that were led along, or back */
    size_t led_in_all; /* in this step */
};

/* ---- editor_repoint_link.c: one link, in a savepoint of its own; how it went is noted ---- */
enum err repoint_change_one(struct repoint_call *self, int64_t id);
enum err repoint_undo_one(struct repoint_call *self, const struct repoint_link *link);

/* ---- editor_repoint_targets.c ---- */
/* The targets of a live code that are led elsewhere along with their link, inside its savepoint. *count tells how many;
 * with any, the link has a new revision and is noted to be published. */

/* How many of the link's lead to that host. */
enum err repoint_targets_there(struct edit *edit, int64_t link_id, str host, size_t *count);
/* Those that lead to that host, each by the same edit as a single change. A refusal is the whole link's. */
enum err repoint_targets_lead(struct edit *edit, const struct repoint *repoint, int64_t link_id, str host,
                              size_t *count, struct fault *fault);
/* Back to what they were; one that left its pool stays away. */
enum err repoint_targets_back(struct edit *edit, const struct repoint *repoint, int64_t link_id, size_t *count,
                              struct fault *fault);

#endif
