/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_INGEST_ROW_H
#define LINKPOND_ENGINE_INGEST_ROW_H

#include "linkpond/engine/recognition.h"
#include "linkpond/store/clicks.h"
#include "visit_agent.h"

/*
 * One record to one row: recognition, attribution, terms; all but the visitor. What recognition said of a User-Agent is
 * kept with its term ids, and what was said of a whole visit too, so an ordinary click costs one look-up. Writer thread
 * only.
 */
struct ingest_row;
struct geo;

/* The rules are lent. geo: NULL = nobody knows where addresses are. */
enum err ingest_row_open(struct db *db, const struct recognition *rules, struct geo *geo, struct ingest_row **out);
void ingest_row_free(struct ingest_row *self);
void ingest_row_set_rules(struct ingest_row *self, const struct recognition *rules);
/* Inside the batch's transaction. *out is lent until the next call. */
enum err ingest_row_build(struct ingest_row *self, struct db *db, const struct record *record, int64_t click_id,
                          int64_t now_ms, struct click_row **out);
void ingest_row_rolled_back(struct ingest_row *self, struct db *db);
/* The browser of the record last built. Lent until the next call. */
const struct visit_agent *ingest_row_agent(const struct ingest_row *self);

#endif
