/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_API_UTM_VALUES_H
#define LINKPOND_API_UTM_VALUES_H

#include "linkpond/api/edit_call.h"

/* One value of the dictionary as JSON, in and out: shared by the calls for one and for many. */

/* From an object with field, value, aliases, names {zh, en}, archived. On failure `out` is undefined. */
enum err utm_value_decode(struct arena *arena, const struct json *object, struct utm_value_draft *out,
                          struct fault *fault);
/* The field of that name into the draft: "not_allowed" when the dictionary has none such. */
enum err utm_value_take_field(str name, struct utm_value_draft *out, struct fault *fault);
/* What people have said of it, as members of an open object. */
void utm_value_write_members(struct json_writer *json, const struct utm_value *value);
void utm_value_write(struct json_writer *json, struct arena *arena, const struct utm_value *value);
/* The problem; where another value is in the way it carries `existing`. */
void utm_value_problem(struct request *request, struct reply *reply, struct db *db,
                       const struct utm_value_result *result);

#endif
