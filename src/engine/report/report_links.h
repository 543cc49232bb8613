/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_REPORT_LINKS_H
#define LINKPOND_ENGINE_REPORT_LINKS_H

#include "linkpond/engine/report_match.h"

/* What reports know of links as they are now: read once a link and report. */

/* Keys of labels and users, when the question needs them. */
enum err report_links_load(struct report_match *self);
/* For a dimension of links; at least one value. */
size_t report_links_values(const struct match_link *link, enum dim dim, uint64_t values[REPORT_DIM_VALUES_MAX]);
/* Is it of the owner and the domain that who asks is bound to? */
bool report_links_in_bounds(const struct report_query *query, const struct link_ids *ids);
/* All filters on dimensions of links (report_match.c). */
bool report_links_pass(const struct report_match *self, const struct match_link *link);

#endif
