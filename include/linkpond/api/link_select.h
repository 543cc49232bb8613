/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_API_LINK_SELECT_H
#define LINKPOND_API_LINK_SELECT_H

#include "linkpond/api/link_call.h"

/* Which links a call about many is about: those it names, or those that a filter lets through. At most LIMIT_BULK. */
struct link_pick {
    int64_t id;
    enum err err; /* nothing goes by that name, or several do */
};
struct link_selection {
    struct link_pick *picks; /* in the order named, or newest first */
    size_t count;
};

/* On false the reply is the problem. The object's members "refs" and "filter": one of the two. */
bool link_select(struct ctx *ctx, struct request *request, struct reply *reply, struct db *db,
                 const struct json *object, struct link_selection *out);
/* The query's "refs" (separated by commas), or else its conditions, of which there must be one. */
bool link_select_query(struct ctx *ctx, struct request *request, struct reply *reply, struct db *db,
                       struct link_selection *out);
/* False when one could not be found: the reply then names it. For calls that answer with one file. */
bool link_select_all_found(struct request *request, struct reply *reply, const struct link_selection *selection);

/* A list that must have an item and no more than LIMIT_BULK. */
bool link_select_list(struct request *request, struct reply *reply, const struct json *json, const char *name);

#endif
