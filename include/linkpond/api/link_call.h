/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_API_LINK_CALL_H
#define LINKPOND_API_LINK_CALL_H

#include "linkpond/api/edit_call.h"
#include "linkpond/api/link_view.h"
#include "linkpond/store/links.h"

/* Finding and answering one link: shared by every route under /links. */

/* The link that `text` names (lnk_<id> | code | alias | ext:…, with ?domain=). On false the reply is the problem; 409
 * lists the candidates. */
bool link_call_find(struct ctx *ctx, struct request *request, struct reply *reply, struct db *db, str text,
                    int64_t *id);
/* The same for the route's first parameter, with a reader of its own. */
bool link_call_ref(struct ctx *ctx, struct request *request, struct reply *reply, int64_t *id);
/* The reply: the link as JSON with its ETag, or its short URL as text. */
enum err link_call_write(struct ctx *ctx, struct request *request, struct reply *reply, struct db *db, int status,
                         const struct link *link, const struct utm_notes *notes);
/* Answers what went wrong; a conflict carries `existing`, the link in the way. */
void link_call_problem(struct ctx *ctx, struct request *request, struct reply *reply, const struct link_result *result);
/* The same where the view is loaded already and its handle still held. */
void link_call_item_problem(const struct link_view *view, struct request *request, struct reply *reply,
                            const struct link_result *result);
/* The same as the member "problem" of one item's result. */
void link_call_put_problem(struct json_writer *json, struct request *request, const struct link_view *view,
                           const struct link_result *result);

/* The draft that the body asks for: a JSON object, which `decode` reads, or a form. On false the reply is the problem.
 */
typedef enum err link_decode(struct arena *arena, const struct json *object, struct link_draft *draft,
                             struct fault *fault);
bool link_call_draft(struct request *request, struct reply *reply, link_decode *decode, struct link_draft *draft);
/* Onto an initialised draft, from the members of an object but those of the names given, which are the call's own. */
enum err link_call_draft_beside(struct arena *arena, const struct json *object, const str *own, size_t own_count,
                                struct link_draft *draft, struct fault *fault);
/* Filters of a list from the query string, where other parameters are let be, or from a JSON object, where they are
 * refused. On false the reply is the problem. */
#define LINK_CONDITIONS "q tag campaign channel owner domain state archived created_from created_to tz"
struct link_params {
    struct request *request;
    const struct json *object; /* NULL = the query string */
    const struct zone *zone;   /* of plain dates, unless tz names another */
};
bool link_call_filter(const struct link_params *params, struct reply *reply, struct db *db, const struct bounds *bounds,
                      struct links_filter *filter);

#endif
