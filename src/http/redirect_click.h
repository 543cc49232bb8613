/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_HTTP_REDIRECT_CLICK_H
#define LINKPOND_HTTP_REDIRECT_CLICK_H

#include "linkpond/engine/click_keyring.h"
#include "linkpond/http/redirect.h"

/*
 * A click's id is its place in the journal, sealed, and the answer that carries it is only sent once it is recorded. So
 * the record keeps the address with a mark where the id goes, which is shorter than the id and the same for all clicks
 * of a link, and the id takes the mark's place in what is answered. Reserving a place first and writing the record
 * later was rejected: a lane that dies in between leaves a hole, and the record would hold the id twice.
 */

/* Of the keys as they are now, which the lane then has; 0 = no click gets an id. */
char redirect_click_mark(struct redirect_lane *lane, struct click_keyring *keys);
/* Has the connection room for the Location as it will go out? */
bool redirect_click_fits(const struct request *request, const struct verdict *verdict);
/* The journal said which click it is; 0: it could not be recorded and has no id. The verdict has a mark. */
void redirect_click_name(struct redirect_lane *lane, const struct request *request, int64_t click,
                         struct verdict *verdict);

#endif
