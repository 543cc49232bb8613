/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_INGEST_PLACE_H
#define LINKPOND_ENGINE_INGEST_PLACE_H

#include "linkpond/engine/geo.h"
#include "linkpond/model/click_row.h"
#include "term_cache.h"

/*
 * Where a click came from: country, region, city and carrier of its full address, which is known here for the last
 * time. What was found is kept with its term ids for the part of the address that the ledger keeps (/24, /48), wherever
 * the files say the same for all of it. Writer thread only.
 */
struct ingest_place;
struct ingest_place *ingest_place_new(struct geo *geo); /* NULL: out of memory. `geo` is borrowed */
void ingest_place_free(struct ingest_place *self);
/* A rollback took terms away. */
void ingest_place_forget(struct ingest_place *self);
/* Inside the batch's transaction. Texts that are not terms live until the next call. */
enum err ingest_place_values(struct ingest_place *self, struct term_cache *terms, struct db *db, const struct addr *ip,
                             int64_t now_ms, struct click_row *row);

#endif
