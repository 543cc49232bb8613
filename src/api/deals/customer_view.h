/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_API_DEALS_CUSTOMER_VIEW_H
#define LINKPOND_SRC_API_DEALS_CUSTOMER_VIEW_H

#include "linkpond/api/call.h"
#include "linkpond/store/customers.h"

/* How customers look from outside. */

/* The name of a number: "cus_12"; false = the path is none. */
bool customer_id_read(str text, int64_t *id);

/* The members of a customer into an open object, without identities and merges. */
enum err customer_view_fields(struct json_writer *json, struct db *db, struct arena *arena,
                              const struct customer *customer, bool notes);
/* "identities": hashes of phones and addresses are told as being there, not as what they are. */
enum err customer_view_identities(struct json_writer *json, struct db *db, struct arena *arena, int64_t id);
/* "merges" */
enum err customer_view_merges(struct json_writer *json, struct db *db, int64_t id);

/* One item of a timeline. */
void customer_view_moment(struct json_writer *json, const struct customer_moment *moment);

#endif
