/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_DESTINATION_LISTS_H
#define LINKPOND_ENGINE_DESTINATION_LISTS_H

#include "linkpond/model/destinations.h"

/*
 * The lists of destinations in force (model/destinations.h), in memory. Redirects never ask them: what a link's
 * addresses may is noted in its cache entry, when it is published and when the lists change (cache_set_destinations).
 * Others ask here, under a lock.
 */
struct destination_lists;
struct destination_lists *destination_lists_new(void); /* empty; NULL: out of memory */
void destination_lists_free(struct destination_lists *self);
/* Takes them over; returns those before, which the caller frees once nothing of its own points to them. The publisher.
 */
struct destinations *destination_lists_swap(struct destination_lists *self, struct destinations *lists);
/* Those in force, until the publisher's next swap. The publisher. */
const struct destinations *destination_lists_now(const struct destination_lists *self);
/* Any thread that visits do not wait for. */
struct destination_verdict destination_lists_judge(struct destination_lists *self, str url);
struct destination_verdict destination_lists_judge_host(struct destination_lists *self, str host);
struct live_code;
void destination_lists_judge_live(struct destination_lists *self, struct live_code *code);

#endif
