/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_API_LABELS_H
#define LINKPOND_API_LABELS_H

#include "linkpond/api/call.h"
#include "linkpond/store/labels.h"

/* A label as JSON, in and out: shared by the calls for one and for all. */

/* What the object names, onto the label; nothing is stored. */
enum err label_decode(struct ctx *ctx, struct request *request, const struct json *json, struct label *label,
                      struct fault *fault);
/* What people have said of it, as members of an open object. */
void label_write_members(struct json_writer *json, const struct label *label);

#endif
