/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_LIVE_VISITORS_H
#define LINKPOND_ENGINE_LIVE_VISITORS_H

#include "linkpond/base/addr.h"
#include "linkpond/engine/live_places.h"
#include "linkpond/model/agent.h"
#include "linkpond/store/db.h"

/*
 * Who was sent where: for live codes whose rules keep visitors at their target, or whose caps count visitors. A table
 * in memory of LIMIT_LIVE_VISITORS places, keyed by hashes under a secret of this run: of a cookie's number, or of the
 * day, the address and the User-Agent where no cookie came, so that nothing tells of an address beyond its day. When it
 * is full, who was seen longest ago makes room and is somebody new the next time: such a visitor may cost a second
 * place, never one too many. After a restart visitors with a number are known again because they are stored too
 * (target_visitor), and those of the day without one as far back as the journal still has their visits.
 *
 * Any thread, no locks, no memory beyond the table's.
 */
#define LIVE_VISITORS_MS (INT64_C(90) * 86400000) /* stored ones are let go when they were not seen for so long */
struct live_visitors;
struct live_visitors *live_visitors_new(size_t slots); /* a power of two; NULL: out of memory */
void live_visitors_free(struct live_visitors *self);

/* Never 0. Of a User-Agent as much as the journal keeps. */
uint64_t live_visitors_by_number(const struct live_visitors *self, int64_t number);
uint64_t live_visitors_by_day(const struct live_visitors *self, int64_t civil_day, const struct addr *ip,
                              str user_agent);

/* The latest target that link sent this visitor to, and when, to the second. */
bool live_visitors_sent(const struct live_visitors *self, uint64_t visitor, int64_t link_id, int64_t *target_id,
                        int64_t *seen_ms);
/* Was this visitor at that target, and when last? */
bool live_visitors_held(const struct live_visitors *self, uint64_t visitor, int64_t target_id, int64_t *seen_ms);
/* Ids of 2^32 and beyond are not remembered. */
void live_visitors_remember(struct live_visitors *self, uint64_t visitor, int64_t link_id, int64_t target_id,
                            int64_t seen_ms);
/* From the database, at start: rows since then, the latest first. */
enum err live_visitors_load(struct live_visitors *self, struct db *db, int64_t since_ms);
/* The same where it may be older than what is known: what is newer stays. */
void live_visitors_recall(struct live_visitors *self, uint64_t visitor, int64_t link_id, int64_t target_id,
                          int64_t seen_ms);

/* Visits of today out of the journal of former runs: people at links that have to know who comes again. Before other
 * threads start. */
struct live_recall {
    struct live_visitors *visitors;
    struct live_places *places; /* which links, and the zone of days */
    const struct agent_rules *rules;
    int64_t today; /* civil day */
};
struct journal;
void live_visitors_recall_journal(struct live_recall *self, struct journal *journal, int64_t now_ms);

#endif
