/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_API_LABELS_TEMPLATE_H
#define LINKPOND_API_LABELS_TEMPLATE_H

#include "linkpond/base/json.h"
#include "linkpond/store/labels.h"

/* The UTM template of a channel: {"utm_source": …, … "utm_id": …}. What is absent keeps, null or "" clears; NULL (null)
 * clears all. Placeholders are the editor's to check. */
enum err label_take_template(struct label *label, const struct json *json, struct fault *fault);
/* All six, null where there is none; null when there is none at all. */
void label_write_template(struct json_writer *json, const struct label *label);

#endif
