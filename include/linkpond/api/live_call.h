/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_API_LIVE_CALL_H
#define LINKPOND_API_LIVE_CALL_H

#include "linkpond/api/link_call.h"
#include "linkpond/engine/live_code.h"

/* What the calls about a link's targets and rules have in common. */

/* The link that the path names, as the caller may see it. On false the reply is the problem. */
bool live_call_link(struct ctx *ctx, struct request *request, struct reply *reply, struct db *db, struct link *link);
/* The same for an edit, with the revision of If-Match. */
bool live_call_edit(struct ctx *ctx, struct request *request, struct reply *reply, struct live_edit *edit);
/* {"targets": …, "rules": …} is small, so these answers are built from the database after the edit. Pools are given
 * whole. */
enum err live_write_targets(struct ctx *ctx, struct request *request, struct reply *reply, struct db *db,
                            const struct link *link);
enum err live_write_rules(struct ctx *ctx, struct request *request, struct reply *reply, struct db *db,
                          const struct link *link);
/* A link's draft out of its object, which may have `targets` and `rules` as well: for links that are being made. */
enum err live_draft_decode(struct arena *arena, const struct json *object, struct link_draft *draft,
                           struct fault *fault);
/* The member "warnings": what rules may mean otherwise than somebody thinks, counted from 0 as they stand in the list.
 * code NULL: there are none. */
void live_write_warnings(struct ctx *ctx, const struct request *request, struct json_writer *json,
                         const struct live_code *code);
/* One target with its figures. */
enum err live_write_target(struct ctx *ctx, struct request *request, struct db *db, struct json_writer *json,
                           const struct target *target);

#endif
